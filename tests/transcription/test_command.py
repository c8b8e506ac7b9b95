"""The command: what a user gets wrong, every kind of model, and a real call."""

from __future__ import annotations

import json
import logging
import shutil
from importlib import resources
from pathlib import Path

import jsonschema
import numpy as np
import pytest
from typer.testing import CliRunner, Result

from kowhisper_tel.commands import build
from kowhisper_tel.core.audio import RATE, read_audio, write_audio
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.transcription.model import open_model, tuned


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(build(), ["transcribe", *map(str, words)])


@pytest.fixture(scope="module")
def tiny(whisper_base: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random Whisper of two small layers with the real tokenizer."""
    import torch
    from transformers import WhisperConfig, WhisperForConditionalGeneration

    sizes = {f"{side}_{what}": 2 for side in ("encoder", "decoder") for what in ("layers", "attention_heads")}
    folder = tmp_path_factory.mktemp("tiny")
    with torch.random.fork_rng():
        torch.manual_seed(3)
        config = WhisperConfig(d_model=16, encoder_ffn_dim=16, decoder_ffn_dim=16, **sizes)
        WhisperForConditionalGeneration(config).save_pretrained(folder)
    for name in ("tokenizer.json", "tokenizer_config.json"):  # the generation config names heads that this one lacks
        shutil.copyfile(whisper_base / name, folder / name)
    return folder


@pytest.fixture
def noise(tmp_path: Path) -> Path:
    write_audio(tmp_path / "noise.wav", np.random.default_rng(0).normal(0, 0.1, 2 * RATE).astype(np.float32))
    return tmp_path / "noise.wav"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["none.wav"], "transcribe.missing"),
        (["noise.wav", "--format", "doc"], "transcribe.format"),
        (["noise.wav", "--format", "txt,srt"], "transcribe.out"),
        (["noise.wav", "noise.wav"], "transcribe.out"),
        (["noise.wav", "--resume"], "transcribe.out_flags"),
        (["noise.wav", "--out", "noise.wav"], "transcribe.out_file"),
        (["nothing", "--out", "out"], "transcribe.nothing"),
        (["noise.wav", "--out", "out", "--resume"], "transcribe.absent"),
        (["noise.wav", "--out", "out", "--resume", "--overwrite"], "run.both"),
        (["noise.wav", "--track-names", "agent,agent"], "transcribe.names"),
        (["noise.wav", "--track-names", "agent,,customer"], "transcribe.names"),
        (["noise.wav", "--track-names", "a,b", "--tracks", "mix"], "transcribe.names"),
        (["noise.wav", "--run", "runs/none"], "transcribe.run"),
        (["noise.wav", "--run", "run", "--model", "x"], "transcribe.model_and_run"),
        (["noise.wav", "--run", "run"], "run.stage_missing"),
        (["noise.wav", "--model", "nowhere"], "model.missing"),
        (["noise.wav", "--model", "ct2", "--engine", "transformers"], "transcribe.engine"),
        (["noise.wav", "--engine", "transformers", "--quantisation", "int8"], "transcribe.engine"),
        (["noise.wav", "--quantisation", "int3"], "model.quantisation"),
        (["noise.wav", "--model", "ct2"], "transcribe.model"),
        (["noise.wav", "--out", "out", "--hotwords", ",".join(["결합상품"] * 60)], "decode.hotwords"),
    ],
)
def test_what_a_user_gets_wrong_is_said_before_anything_is_written(
    words: list[str], code: str, noise: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(noise.parent)
    Path("nothing").mkdir()
    Path("run").mkdir()
    Path("run/config.yaml").touch()
    Path("ct2").mkdir()
    Path("ct2/model.bin").write_bytes(b"x")
    before = sorted(noise.parent.rglob("*"))
    done = run(*words)
    assert isinstance(done.exception, UserError), done.output
    assert done.exception.code == code
    assert done.exception.text("ko") != done.exception.text("en")
    assert sorted(noise.parent.rglob("*")) == before


@pytest.mark.parametrize(
    "words", [["--engine", "vosk"], ["--batch-size", "0"], ["--device", "tpu"], ["--tracks", "one"]]
)
def test_options_outside_their_range_are_refused(words: list[str], noise: Path) -> None:
    assert run(noise, *words).exit_code == 2


def test_every_kind_of_model(tiny: Path, noise: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KOWHISPER_CACHE", str(tmp_path / "cache"))
    out = tmp_path / "out"
    done = run(
        noise,
        "--model",
        tiny,
        "--out",
        out,
        "-f",
        "txt,srt,vtt,json",
        "--word-timestamps",
        "--hotwords",
        "요금제, 약정",
        "--track-names",
        "agent,customer",
    )
    assert done.exit_code == 0, done.output
    assert "heard as one, so --track-names names nobody: 1 (noise.wav)" in done.output
    told = json.loads((out / "noise.json").read_text(encoding="utf-8"))
    schema = json.loads((resources.files("kowhisper_tel.transcription") / "transcript.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator(schema).validate(told)
    assert told["decoding"]["hotwords"] == ["요금제", "약정"]
    assert told["decoding"]["word_timestamps"]
    assert all(len(segment["words"]) == len(segment["text"].split()) for segment in told["segments"])
    assert (told["model"]["engine"], told["model"]["quantisation"]) == ("ctranslate2", "int8")
    (converted,) = (tmp_path / "cache" / "converted").iterdir()
    stamp = (converted / "model.bin").stat().st_mtime_ns
    again = open_model(str(tiny), quantisation="int8")
    assert (converted / "model.bin").stat().st_mtime_ns == stamp
    assert again.record == told["model"]
    as_it_is = open_model(str(converted))
    assert (as_it_is.record["quantisation"], as_it_is.backend.n_mels) == (None, 80)
    assert open_model(str(tiny), "transformers").record["hash"] == told["model"]["hash"] != as_it_is.record["hash"]
    (tmp_path / "run" / "models" / "phone").mkdir(parents=True)
    (tmp_path / "run" / "config.yaml").touch()
    shutil.copytree(tiny, tmp_path / "run" / "models" / "phone" / "model")
    assert open_model(str(tuned(tmp_path / "run")), "transformers").record["hash"] == told["model"]["hash"]


def test_a_stopped_command_says_how_to_go_on(tiny: Path, noise: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from kowhisper_tel.transcription.listener import Listener

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Listener, "hear", stop)
    done = run(noise, "--model", tiny, "--engine", "transformers", "--out", noise.parent / "out", "--lang", "en")
    assert done.exit_code == 130
    assert "--resume" in done.stderr


def test_a_real_call_of_two_speakers(shared: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Two people of the talks in turns, one a track, at 8 kHz in µ-law: who said what, when, and about how well."""
    from kowhisper_tel.korean.normalise import normalise

    folder = shared / "data" / "korean_talks"
    rows = [json.loads(line) for line in (folder / "dev.jsonl").read_text(encoding="utf-8").splitlines()]
    first, second = list(dict.fromkeys(row["speaker"] for row in rows))[:2]
    turns = [
        row
        for pair in zip(*([r for r in rows if r["speaker"] == s][:2] for s in (first, second)), strict=True)
        for row in pair
    ]
    clips = [read_audio(folder / row["audio"], rate=8000) for row in turns]
    starts = np.cumsum([4000, *(len(clip) + 4000 for clip in clips)])
    tracks = np.zeros((2, starts[-1]), np.float32)
    for row, clip, start in zip(turns, clips, starts, strict=False):
        tracks[int(row["speaker"] == second), start : start + len(clip)] += clip
    import soundfile

    soundfile.write(tmp_path / "call.wav", tracks.T, 8000, subtype="ULAW")
    caplog.set_level(logging.DEBUG)
    done = run(
        tmp_path / "call.wav", "-o", tmp_path, "-f", "txt,json", "--track-names", "agent,customer", "--word-timestamps"
    )
    assert done.exit_code == 0, done.output
    told = json.loads((tmp_path / "call.json").read_text(encoding="utf-8"))
    for speaker, name in ((first, "agent"), (second, "customer")):
        said = "".join(normalise(row["text"]) for row in turns if row["speaker"] == speaker).replace(" ", "")
        own = [segment for segment in told["segments"] if segment["speaker"] == name]
        heard = normalise(" ".join(segment["text"] for segment in own)).replace(" ", "")
        assert distance(said, heard) < 0.5 * len(said)
        spans = [
            (s / 8000, e / 8000) for s, e, r in zip(starts, starts[1:], turns, strict=False) if r["speaker"] == speaker
        ]
        words = [word for segment in own for word in segment["words"]]
        inside = [any(a - 0.3 <= (w["start"] + w["end"]) / 2 <= b + 0.3 for a, b in spans) for w in words]
        assert np.mean(inside) > 0.9
    assert len((tmp_path / "call.txt").read_text(encoding="utf-8").splitlines()) == len(told["segments"])
    spoken = [segment["text"] for segment in told["segments"]]
    assert not any(text in done.stderr + done.stdout + caplog.text for text in spoken)


def distance(one: str, other: str) -> int:
    from rapidfuzz.distance import Levenshtein

    return Levenshtein.distance(one, other)
