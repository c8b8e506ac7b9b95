"""Bad recordings through every command that reads recordings: refused with their codes, or repaired, which is said."""

from __future__ import annotations

import html
import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from eval_suites.rendering import audio_of
from kowhisper_tel.core.audio import RATE, is_still, probe, read_audio, write_audio
from kowhisper_tel.core.errors import UserError, catalogue, message
from kowhisper_tel.core.manifest import Manifest
from kowhisper_tel.core.stretches import read_stretches
from kowhisper_tel.core.utterance import Utterance
from kowhisper_tel.data.corpus import CorpusSpec
from kowhisper_tel.data.leaks.weed import LeakRules
from kowhisper_tel.data.prepare import prepare
from kowhisper_tel.data.split import SplitSpec
from kowhisper_tel.simulation.journal import open_journal
from kowhisper_tel.train.audio_check import check_audio
from kowhisper_tel.train.rendering import AudioCache
from kowhisper_tel.transcription.tracks import Choice, read_voices
from tests.bad.recordings import CLASSES, SILENT, Bad, voice

BY_SAMPLES = ("audio.not_finite", "audio.scale", "audio.antiphase", "audio.encoding")
"""What only those see who decode."""
EACH_TRACK = {"antiphase": "ok", "antiphase in FLAC": "ok"}
"""What those make of it who hear each track for itself."""
DECODED_ONLY = ("garbled FLAC frames", "AMR's header alone")


def slug(name: str) -> str:
    return "".join(letter if letter.isalnum() else "_" for letter in name)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All of them, with labels, and three good ones."""
    folder = tmp_path_factory.mktemp("bad")
    for name, bad in {**CLASSES, **SILENT}.items():
        (folder / f"{slug(name)}{bad.suffix}").write_bytes(bad.make())
    for number in range(3):
        write_audio(folder / f"good{number}.flac", voice(seed=number).astype(np.float32))
    for file in list(folder.iterdir()):
        file.with_suffix(".txt").write_text("네 여보세요", encoding="utf-8")
    return folder


def path_of(folder: Path, name: str, bad: Bad) -> Path:
    return folder / f"{slug(name)}{bad.suffix}"


def outcome(read: Any) -> str:
    """The code with which something was refused, or ``ok``."""
    try:
        read()
    except UserError as problem:
        return problem.code if problem.text("en") and problem.text("ko") else "no text"
    return "ok"


def wanted(bad: Bad) -> str:
    return "ok" if bad.code.startswith("repair.") else bad.code


each = pytest.mark.parametrize("name", CLASSES)


@each
def test_reading_gives_its_code(name: str, folder: Path) -> None:
    bad = CLASSES[name]
    path = path_of(folder, name, bad)
    assert outcome(lambda: read_audio(path)) == wanted(bad)
    if bad.code.startswith("repair."):
        assert bad.code in probe(path).repairs
        assert len(read_audio(path)) > RATE
    assert {bad.code} <= catalogue().keys()


@each
def test_a_part_of_it_gives_a_code_too(name: str, folder: Path) -> None:
    bad = CLASSES[name]
    found = outcome(lambda: read_audio(path_of(folder, name, bad), start_s=0.0, end_s=0.1))
    assert found == wanted(bad) or (found == "ok" and bad.code in (*BY_SAMPLES, "audio.unreadable", "audio.no_end"))


@each
def test_the_check_before_training(name: str, folder: Path) -> None:
    bad = CLASSES[name]
    manifest = Manifest(folder, (Utterance("a", path_of(folder, name, bad).name, "네"),))
    unseen = bad.code in BY_SAMPLES or name in DECODED_ONLY
    assert outcome(lambda: check_audio(manifest)) == ("ok" if unseen else wanted(bad))


@pytest.mark.parametrize("name", SILENT)
def test_evaluation_and_training_refuse_words_for_silence(name: str, folder: Path) -> None:
    audio = path_of(folder, name, SILENT[name]).name
    for text, code in (("네", "audio.silent"), ("", "ok")):
        manifest = Manifest(folder, (Utterance("a", audio, text),))
        assert outcome(lambda m=manifest: audio_of(m, m.utterances[0])) == code
        assert outcome(lambda m=manifest: AudioCache(m).read(m.utterances[0])) == code


def test_a_word_at_the_very_beginning_is_heard(tmp_path: Path) -> None:
    audio = np.zeros(10 * RATE, np.float32)
    audio[800:2_400] = 0.1 * np.random.default_rng(1).standard_normal(1_600)
    assert not is_still(audio)
    assert is_still(audio[2_400:])


@each
def test_evaluation(name: str, folder: Path) -> None:
    bad = CLASSES[name]
    utterance = Utterance("a", path_of(folder, name, bad).name, "네")
    assert outcome(lambda: audio_of(Manifest(folder, (utterance,)), utterance)) == wanted(bad)


@each
def test_transcribing(name: str, folder: Path) -> None:
    bad = CLASSES[name]
    assert outcome(lambda: read_voices(path_of(folder, name, bad), Choice())) == EACH_TRACK.get(name, wanted(bad))


@each
def test_measuring_stretches(name: str, folder: Path) -> None:
    bad = CLASSES[name]
    length_s = 60 if bad.code == "audio.encoding" else 0.5  # an encoding is told by seconds of it
    found = outcome(lambda: list(read_stretches(path_of(folder, name, bad), length_s, 20)))
    assert found == EACH_TRACK.get(name, wanted(bad)) or (found == "ok" and bad.code == "audio.scale")


def rejects(file: Path) -> Mapping[str, str]:
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    return {Path(line["id"] or line["place"]).stem: line["code"] for line in lines}


def repaired() -> dict[str, Bad]:
    return {name: bad for name, bad in CLASSES.items() if bad.code.startswith("repair.")}


def test_prepare_lists_each_with_its_code(folder: Path, tmp_path: Path) -> None:
    corpus = CorpusSpec("folder", path=str(folder))
    split, leaks = SplitSpec.parse("8:1:1", by="utterance"), LeakRules("off", "off")
    prepare([corpus], tmp_path / "out", split=split, seed=1, leaks=leaks, max_reject_share=1.0)
    found = rejects(tmp_path / "out" / "rejects.jsonl")
    everything = {**CLASSES, **SILENT}
    assert {name: found.get(slug(name), "ok") for name in everything} == {
        name: wanted(bad) for name, bad in everything.items()
    }
    accepted = [u for split in ("train", "dev", "test") for u in Manifest.read(tmp_path / "out" / f"{split}.jsonl")]
    told = {Path(u.id).stem: u.tags["repairs"] for u in accepted if "repairs" in u.tags}
    assert told == {slug(name): bad.code for name, bad in repaired().items()}
    for file in ("summary.json", "data_card.json"):
        made = json.loads((tmp_path / "out" / file).read_text(encoding="utf-8"))
        (whole,) = made["corpora"]
        assert whole["repaired"] == len(repaired())
        assert whole["repairs"] == Counter(bad.code for bad in repaired().values())
    page = html.unescape((tmp_path / "out" / "data_card.html").read_text(encoding="utf-8"))
    assert all(message(code, {}, language) in page for code in whole["repairs"] for language in ("en", "ko"))


def test_simulate_lists_each_with_its_code(folder: Path, tmp_path: Path) -> None:
    from augment import presets
    from kowhisper_tel.simulation.batch import Batch
    from kowhisper_tel.simulation.rendering import Rendering

    done = Batch(folder, Rendering(tmp_path / "out", presets.get("wheels_only"), 7)).run()
    found = rejects(tmp_path / "out" / "rejects.jsonl")
    headed = {name: bad for name, bad in CLASSES.items() if bad.suffix != ".pcm"}
    assert {name: found.get(slug(name), "ok") for name in headed} == {name: wanted(bad) for name, bad in headed.items()}
    assert done.read == len(headed) + len(SILENT) + 3
    assert (done.repaired, done.silent) == (len(repaired()), len(SILENT))
    with open_journal(tmp_path / "out") as journal:
        records = {Path(record["key"]).stem: record for record in journal.records()}
    for name, bad in repaired().items():
        assert records[slug(name)]["repairs"] == [bad.code]
    assert {name for name, record in records.items() if record["silent"]} == {slug(name) for name in SILENT}


@pytest.mark.parametrize("name", [*repaired(), *SILENT])
def test_transcribing_tells_what_was_repaired_and_what_is_silent(name: str, folder: Path) -> None:
    bad = {**CLASSES, **SILENT}[name]
    heard = read_voices(path_of(folder, name, bad), Choice())
    assert (heard.repairs, heard.silent) == (((), True) if name in SILENT else ((bad.code,), False))


@pytest.mark.parametrize("name", SILENT)
def test_silence_can_be_heard_where_no_words_are_wanted(name: str, folder: Path) -> None:
    assert outcome(lambda: read_audio(path_of(folder, name, SILENT[name]))) == "ok"


def test_what_is_no_file(tmp_path: Path) -> None:
    import os

    os.mkfifo(tmp_path / "pipe.wav")
    (tmp_path / "loop.wav").symlink_to("loop.wav")
    (tmp_path / "folder.wav").mkdir()
    (tmp_path / "nowhere.wav").symlink_to("gone.wav")
    codes = {file.stem: outcome(lambda file=file: read_audio(file)) for file in tmp_path.iterdir()}
    assert codes == {
        "pipe": "audio.not_a_file", "folder": "audio.not_a_file", "loop": "audio.missing", "nowhere": "audio.missing",
    }  # fmt: skip
    assert outcome(lambda: read_audio(tmp_path / ("a" * 300))) == "audio.denied"
    assert outcome(lambda: read_audio(Path("a\0.wav"))) == "audio.missing"


def test_names_that_look_like_addresses_are_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    good = CLASSES["MP4 named .wav"].make()
    for name in ("concat:a.m4a", "http:a.m4a", "-i.m4a", "한글 이름.m4a"):
        Path(name).write_bytes(good)
        assert len(read_audio(Path(name))) > RATE
