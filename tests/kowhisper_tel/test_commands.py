import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from augment import Drawn, replay
from kowhisper_tel.commands.channels import training_mixture
from kowhisper_tel.commands.simulate import inventory, simulate
from kowhisper_tel.config_file import load_config
from kowhisper_tel.core.audio import RATE, read_audio, write_audio
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.manifest import Manifest
from kowhisper_tel.core.utterance import Utterance

ROOT = Path(__file__).parents[2]
VOICE = (0.2 * np.random.default_rng(1).standard_normal(RATE)).astype(np.float32)


def run(*words: str, cwd: Path | None = None, stdin: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "kowhisper_tel.run", *words]
    return subprocess.run(command, cwd=cwd or ROOT, input=stdin, capture_output=True, text=True, check=False)


def test_help_comes_at_once_and_imports_nothing_heavy() -> None:
    code = (
        "import sys; sys.argv = ['run', '--help']\n"
        "from kowhisper_tel.run import main\n"
        "try: main()\n"
        "except SystemExit as end: assert not end.code\n"
        "heavy = {'torch', 'transformers', 'pandas', 'scipy', 'datasets', 'av', 'numpy'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for command in ("prepare", "simulate", "train", "evaluate", "report", "gate", "text", "transcribe"):
        assert command in done.stdout


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--config", "none.yaml"], 2, "none.yaml"),
        (["--set", "train.learning_rte=1"], 2, "Did you mean learning_rate?"),
        (["--name", "nothing", "--resume", "--set", "runs=none"], 2, "no such run"),
        (["trian"], 2, "trian"),
        (["--name", "mine", "train"], 2, "after the command"),
        (["evaluate", "--name", "typo"], 2, "no such run"),
        *([[stage, "--name", "typo", "--resume"], 2, "no such run"] for stage in ("train", "evaluate", "export")),
        *([[stage, "--resume", "--overwrite"], 2, "give one of them"] for stage in ("evaluate", "export")),
        (["train", "--dry-run"], 2, "begun by the command `prepare`"),
        (["--resume", "--overwrite"], 2, "one of them"),
        (["gate", "check", "none", "none"], 4, "baseline none"),
        (["simulate", "none.wav", "out.wav"], 2, "none.wav"),
        (["simulate", "README.md", "out.wav", "--channel", "volt"], 2, "volt"),
        (["simulate", "README.md", "out.wav", "--channel", ""], 2, "unknown preset ''"),
        (["simulate", "README.md", "out.wav", "--channel", "my.yaml"], 2, "my.yaml cannot be read: No such file"),
        (["simulate", "in.wav", "out.mp3"], 2, "out.mp3"),
        (["simulate", "in", "out", "--replay", "none.jsonl"], 2, "none.jsonl"),
        (["simulate", "in", "out", "--replay", "drawn.jsonl", "--seed", "7"], 2, "--seed"),
        (["simulate", "in", "out", "--resume", "--overwrite"], 2, "one of them"),
    ],
)
def test_what_a_user_gets_wrong_is_said_without_a_traceback(
    tmp_path: Path, words: list[str], code: int, said: str
) -> None:
    done = run("--lang", "en", *words, cwd=tmp_path) if words[0].startswith("-") else run(*words, cwd=tmp_path)
    assert done.returncode == code, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.iterdir())


def test_messages_come_in_korean_when_asked() -> None:
    assert "파일이 없습니다" in run("--lang", "ko", "--config", "none.yaml").stderr


@pytest.mark.parametrize(
    ("channels", "said"),
    [
        ("wheels_olny", "wheels_only"),
        ([{"share": 1, "channel": {"name": "x", "effects": [{"effect": "codec", "codec": "evs"}]}}], "evs"),
        ([{"share": 1, "channel": {"name": "x", "effects": [{"effect": "nois"}]}}], "noise"),
    ],
)
def test_a_channel_that_cannot_be_had_is_refused_at_once(channels: object, said: str) -> None:
    config = load_config(None, [f"train.channels={json.dumps(channels)}"])
    with pytest.raises(UserError, match=said) as error:
        training_mixture(config.train)
    assert error.value.code == "config.channel"


def test_a_preset_file_beside_the_config_is_trained_on(tmp_path: Path) -> None:
    (tmp_path / "ours.yaml").write_text("mixture: [{share: 1, channel: {name: ours, effects: []}}]")
    (tmp_path / "my.yaml").write_text(
        "name: mine\ndata: {corpora: [{kind: folder, path: x}]}\ntrain: {channels: ours.yaml}"
    )
    parts = training_mixture(load_config(tmp_path / "my.yaml").train).parts
    assert [channel.name for _, channel in parts] == ["clean", "ours"]


def test_a_codec_whose_library_is_absent_is_refused_before_any_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from augment import libraries
    from kowhisper_tel.commands.loop import whole_loop

    monkeypatch.setattr(libraries, "load", lambda name: None)
    channels = [{"share": 1, "channel": {"name": "x", "effects": [{"effect": "codec", "codec": "gsm-fr"}]}}]
    with pytest.raises(UserError, match="libgsm1"):
        whole_loop(None, [f"runs={tmp_path}", f"train.channels={json.dumps(channels)}"])
    assert not (tmp_path / "demo" / "manifests").exists()
    assert "missing: apt-get install libgsm1" in inventory()


@pytest.mark.parametrize(("share", "parts"), [(0.0, 4), (0.25, 5), (1.0, 1)])
def test_the_clean_share_is_a_share_of_the_whole(share: float, parts: int) -> None:
    mixture = training_mixture(load_config(None, [f"train.clean_share={share}"]).train)
    assert len(mixture.parts) == parts
    assert sum(weight for weight, _ in mixture.parts) == pytest.approx(1)
    assert sum(weight for weight, channel in mixture.parts if channel.name == "clean") == pytest.approx(share)


def test_a_file_through_a_channel_and_again_from_its_record(tmp_path: Path) -> None:
    write_audio(tmp_path / "in.wav", VOICE)
    simulate(tmp_path / "in.wav", tmp_path / "out.wav", seed=7)
    simulate(tmp_path / "in.wav", tmp_path / "again.wav", seed=7)
    assert (tmp_path / "out.wav").read_bytes() == (tmp_path / "again.wav").read_bytes()
    record = json.loads((tmp_path / "out.wav.json").read_text())
    replayed = replay(read_audio(tmp_path / "in.wav"), RATE, Drawn.from_json(record["drawn"])).audio
    assert np.abs(replayed - read_audio(tmp_path / "out.wav")).max() < 2 / 32768
    assert np.abs(replayed - VOICE).max() > 0.01
    with pytest.raises(UserError) as error:
        simulate(tmp_path / "in.wav", tmp_path / "out.wav", seed=7)
    assert error.value.code == "simulate.exists"


def test_a_folder_and_a_manifest_say_the_same_clip_by_clip(tmp_path: Path) -> None:
    for name in ("a.wav", "deep/b.flac"):
        write_audio(tmp_path / "in" / name, VOICE)
    assert simulate(tmp_path / "in", tmp_path / "out").written == 2
    assert sorted(p.relative_to(tmp_path / "out").as_posix() for p in (tmp_path / "out").rglob("*.flac")) == [
        "a.flac",
        "deep/b.flac",
    ]
    manifest = Manifest(tmp_path / "in", tuple(Utterance(n, n, "네") for n in ("a.wav", "deep/b.flac")))
    manifest.write(tmp_path / "in" / "m.jsonl")
    assert simulate(tmp_path / "in" / "m.jsonl", tmp_path / "out2").written == 2
    made = Manifest.read(tmp_path / "out2" / "manifest.jsonl")
    for utterance, name in zip(made, ("a.flac", "deep/b.flac"), strict=True):
        np.testing.assert_array_equal(read_audio(made.audio_path(utterance)), read_audio(tmp_path / "out" / name))


def test_files_that_differ_by_suffix_alone_are_both_kept_and_inputs_never_touched(tmp_path: Path) -> None:
    for name in ("a.wav", "a.flac"):
        write_audio(tmp_path / "in" / name, VOICE)
    assert simulate(tmp_path / "in", tmp_path / "out").written == 2
    assert {p.name for p in (tmp_path / "out").glob("*.flac")} == {"a.wav.flac", "a.flac.flac"}
    with pytest.raises(UserError) as error:
        simulate(tmp_path / "in", tmp_path / "in", overwrite=True)
    assert error.value.code == "simulate.inside"


def test_nothing_to_simulate(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    with pytest.raises(UserError) as error:
        simulate(tmp_path / "in", tmp_path / "out")
    assert error.value.code == "simulate.nothing"


def test_the_inventory_lists_codecs_with_their_state() -> None:
    text = inventory()
    for name in ("wheels_only", "noise", "g711-mu", "amr-nb-4.75"):
        assert name in text


def test_text_gives_a_line_for_each_line() -> None:
    done = run("text", "verbalise", stdin="3개\n\n네\n")
    assert done.stdout == "세 개\n\n네\n"
    assert run("text", "normalise", stdin="네, 3개!\n").stdout == "네 세 개\n"


def _text(data: bytes) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "kowhisper_tel.run", "--lang", "en", "text", "verbalise"]
    return subprocess.run(command, cwd=ROOT, input=data, capture_output=True, check=False)


def test_text_ends_well_where_its_reader_has_enough() -> None:
    command = [sys.executable, "-m", "kowhisper_tel.run", "text", "verbalise"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdin
        assert process.stdout
        process.stdin.write("3개\n".encode())
        process.stdin.flush()
        assert process.stdout.readline().decode() == "세 개\n"
        process.stdout.close()
        _, said = process.communicate("5개\n".encode() * 10)
    assert (process.returncode, said) == (0, b"")


def test_text_in_cp949_or_with_a_byte_order_mark() -> None:
    lines = "ok\n3개\n똠방각하\n"
    for data in (lines.encode("cp949"), lines.encode("utf-8-sig")):
        assert _text(data).stdout.decode() == "오케이\n세 개\n똠방각하\n"


def test_text_in_no_known_encoding_is_named_with_its_line() -> None:
    mixed = _text("네\n".encode() + "세 개\n".encode("cp949"))
    assert mixed.returncode == 2
    assert b"line 2: not UTF-8" in mixed.stderr
    neither = _text(b"3\n\xff\xfe\n")
    assert neither.returncode == 2
    assert b"line 2: not UTF-8 / cp949" in neither.stderr
