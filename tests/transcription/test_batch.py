"""Batch: what is written where, what is left, and what is told of the rest."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from kowhisper_tel.commands.transcribe import _tell, to_screen, transcribe
from kowhisper_tel.core.audio import RATE
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.files import read_json_lines
from kowhisper_tel.transcription.batch import Outcome
from kowhisper_tel.transcription.journal import open_journal
from kowhisper_tel.transcription.listener import Listener
from kowhisper_tel.whisper.decoding import DecodingOptions
from tests.transcription.conftest import bursts, record

ALL = ("txt", "srt", "vtt", "json")


@pytest.fixture
def calls(tmp_path: Path) -> Path:
    """Three recordings in two folders, and what cannot be used."""
    record(tmp_path / "in" / "가.wav", bursts([0.5], 2.0))
    record(tmp_path / "in" / "deep" / "b.flac", bursts([0.3, 1.2], 3.0))
    record(tmp_path / "in" / "deep" / "b.wav", bursts([0.3], 2.0), bursts([1.0], 2.0, 1500.0))
    (tmp_path / "in" / "empty.wav").write_bytes(b"")
    (tmp_path / "in" / "note.txt").write_text("label")
    (tmp_path / "in" / "text.mp3").write_text("not audio")
    soundfile.write(tmp_path / "in" / "nan.wav", np.array([0.0, np.nan], np.float32), RATE, subtype="FLOAT")
    (tmp_path / "in" / "raw.pcm").write_bytes(b"\0\0")
    return tmp_path / "in"


def do(listener: Listener, *given: Path, out: Path, formats: Any = ("txt",), **flags: bool) -> Outcome:
    return transcribe(given, out, lambda: listener, formats, **flags)[0]


def code(*words: Any, **flags: Any) -> str:
    with pytest.raises(UserError) as error:
        do(*words, **flags)
    return error.value.code


def stamps(folder: Path) -> dict[str, int]:
    return {
        path.relative_to(folder).as_posix(): path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()
    }


def test_a_folder_keeps_its_structure_and_everything_is_counted(
    listener: Listener, calls: Path, tmp_path: Path
) -> None:
    out, told = tmp_path / "out", list[tuple[int, int]]()
    outcome, _ = transcribe([calls], out, lambda: listener, ALL, progress=lambda *both: told.append(both))
    assert (outcome.read, outcome.written, outcome.rejected) == (7, 3, 4)
    names = {f"{name}.{suffix}" for name in ("가", "deep/b.flac", "deep/b.wav") for suffix in ALL}
    assert set(stamps(out)) == {*names, "transcribed.jsonl", "rejects.jsonl", "others.jsonl"}
    rejects = {line["source"]: line for line in read_json_lines(out / "rejects.jsonl")}
    assert {name: line["code"] for name, line in rejects.items()} == {
        "empty.wav": "audio.empty",
        "text.mp3": "audio.unreadable",
        "nan.wav": "audio.not_finite",
        "raw.pcm": "audio.unreadable",
    }
    assert all(line["message_en"] and line["message_ko"] for line in rejects.values())
    assert [line["source"] for line in read_json_lines(out / "others.jsonl")] == ["note.txt"]
    assert (out / "deep/b.wav.txt").read_text(encoding="utf-8") == "left: 삐1\nright: 삐1\n"
    record = json.loads((out / "가.json").read_text(encoding="utf-8"))
    assert (record["audio"], record["duration"], record["text"]) == ("가.wav", 2.0, "삐1")
    assert record["decoding"]["timestamps"] is True
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert told[-1] == (7, 7)


def test_what_is_ours_in_the_folder_is_no_other_file(listener: Listener, calls: Path) -> None:
    assert do(listener, calls, out=calls, formats=ALL).others == 1
    again = do(listener, calls, out=calls, formats=ALL, resume=True)
    assert (again.left, again.others) == (3, 1)
    assert [line["source"] for line in read_json_lines(calls / "others.jsonl")] == ["note.txt"]


def test_a_text_does_not_depend_on_what_is_given_with_it(listener: Listener, calls: Path, tmp_path: Path) -> None:
    record(calls / "long.wav", bursts([0.5 + 1.5 * n for n in range(50)], 80.0))
    do(listener, calls, out=tmp_path / "all")
    for path in (calls / "가.wav", calls / "long.wav"):
        do(listener, path, out=tmp_path / "one")
        name = f"{path.stem}.txt"
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "all" / name).read_bytes()
        assert to_screen([path], lambda: listener).encode() == (tmp_path / "one" / name).read_bytes()
    assert set((tmp_path / "one" / "long.txt").read_text(encoding="utf-8").split()) != {"삐1"}, "no batch of several"


def test_nothing_is_written_over_unless_asked(listener: Listener, calls: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "가.txt").write_text("mine")
    assert code(listener, calls, out=out) == "transcribe.exists"
    assert {path.name for path in out.iterdir()} == {"가.txt"}
    do(listener, calls, out=out, overwrite=True)
    assert (out / "가.txt").read_text(encoding="utf-8") == "삐1\n"
    assert code(listener, calls / "가.wav", out=out) == "transcribe.exists"
    do(listener, calls / "가.wav", out=out, formats=("srt",))
    assert (out / "가.srt").is_file()


def test_recordings_of_one_name_never_meet(listener: Listener, tmp_path: Path) -> None:
    for number, folder in enumerate(("march", "april", "may")):
        record(tmp_path / folder / "a.wav", bursts([0.5 + n for n in range(number + 1)], 5.0))
    out = tmp_path / "out"
    do(listener, tmp_path / "march", tmp_path / "april", out=out)
    do(listener, tmp_path / "may" / "a.wav", out=out)
    counts = {
        name: len((out / name).read_text(encoding="utf-8").split()) for name in ("march/a.txt", "april/a.txt", "a.txt")
    }
    assert counts == {"march/a.txt": 1, "april/a.txt": 2, "a.txt": 3}


def test_resume_leaves_what_is_whole(listener: Listener, calls: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert code(listener, calls, out=out, resume=True) == "transcribe.absent"
    assert code(listener, calls, out=out, resume=True, overwrite=True) == "run.both"
    do(listener, calls, out=out, formats=ALL)
    before, rejects = stamps(out), (out / "rejects.jsonl").read_text(encoding="utf-8")
    (out / "deep/b.flac.srt").unlink()
    record(calls / "new.wav", bursts([0.5], 2.0))
    outcome = do(listener, calls, out=out, formats=ALL, resume=True)
    assert (outcome.written, outcome.left, outcome.rejected) == (4, 2, 4)
    after = stamps(out)
    changed = {name for name in after if after[name] != before.get(name)}
    again = {f"{name}.{suffix}" for name in ("deep/b.flac", "new") for suffix in ALL}
    assert changed == {*again, "transcribed.jsonl", "rejects.jsonl", "others.jsonl"}
    assert (out / "rejects.jsonl").read_text(encoding="utf-8") == rejects


def test_resume_hears_a_changed_recording_again_and_spares_files_that_are_not_ours(
    listener: Listener, calls: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    do(listener, calls / "가.wav", out=out)
    record(calls / "가.wav", bursts([0.5, 1.5], 4.0))
    assert do(listener, calls / "가.wav", out=out, resume=True).left == 0
    assert len((out / "가.txt").read_text(encoding="utf-8").split()) == 2
    (out / "new.txt").write_text("mine")
    record(calls / "new.wav", bursts([0.5], 2.0))
    assert code(listener, calls, out=out, resume=True) == "transcribe.exists"
    other = replace(listener, options=DecodingOptions(timestamps=True, beam_size=5))
    with pytest.raises(UserError) as error:
        do(other, calls / "가.wav", out=out, resume=True)
    assert (error.value.code, error.value.facts["changed"]) == ("transcribe.differs", "beam_size")


def test_what_is_done_stays_when_the_work_is_stopped(
    listener: Listener, calls: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, whole = tmp_path / "out", tmp_path / "whole"
    do(listener, calls, out=whole, formats=ALL)
    hear, left = Listener.hear, [1, 0]

    def stop(self: Listener, *rest: Any) -> Any:
        if not left[0]:
            raise KeyboardInterrupt
        left[0] -= 1
        return hear(self, *rest)

    monkeypatch.setattr(Listener, "hear", stop)
    with pytest.raises(KeyboardInterrupt):
        do(listener, calls, out=out, formats=ALL)
    first = {path.name for path in out.rglob("b.flac.*")}
    assert first == {f"b.flac.{suffix}" for suffix in ALL}
    assert not [path for path in out.rglob("*") if path.name.startswith((".", "b.wav"))]
    with (out / "transcribed.jsonl").open("a") as file:
        file.write('{"source": "../in/')  # a line cut off by a kill
    left[0] = 9
    outcome = do(listener, calls, out=out, formats=ALL, resume=True)
    assert (outcome.left, outcome.written) == (1, 3)
    for path in whole.rglob("*"):
        if path.suffix in (".txt", ".srt", ".vtt", ".json"):
            assert (out / path.relative_to(whole)).read_bytes() == path.read_bytes()


def test_all_rejected_is_an_error(listener: Listener, calls: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError) as error:
        do(listener, calls / "empty.wav", calls / "text.mp3", out=tmp_path / "out")
    assert (error.value.code, error.value.exit_code) == ("transcribe.rejected", 6)
    assert len(read_json_lines(tmp_path / "out" / "rejects.jsonl")) == 2
    shutil.copy(calls / "가.wav", calls / "empty.wav")
    do(listener, calls / "empty.wav", out=tmp_path / "out")
    assert [line["source"] for line in read_json_lines(tmp_path / "out" / "rejects.jsonl")] == ["text.mp3"]


def test_an_output_that_cannot_be(listener: Listener, calls: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    assert code(listener, calls, out=tmp_path / "file") == "transcribe.out_file"
    assert code(listener, calls, out=tmp_path / "file" / "below") == "transcribe.files"
    with open_journal(tmp_path / "held"):
        assert code(listener, calls, out=tmp_path / "held") == "transcribe.locked"


def test_transcripts_may_lie_beside_the_recordings(listener: Listener, tmp_path: Path) -> None:
    record(tmp_path / "a.wav", bursts([0.5], 2.0))
    do(listener, tmp_path, out=tmp_path)
    assert (tmp_path / "a.txt").is_file()
    outcome = do(listener, tmp_path, out=tmp_path, resume=True)
    assert (outcome.left, outcome.rejected) == (1, 0)


def test_the_screen_takes_one_recording_in_one_format(listener: Listener, calls: Path) -> None:
    assert to_screen([calls / "가.wav"], lambda: listener, ("vtt",)).startswith("WEBVTT\n\n00:00:00.")
    for given, formats in (
        ([calls], ("txt",)),
        ([calls / "가.wav"] * 2, ("txt",)),
        ([calls / "가.wav"], ("txt", "srt")),
    ):
        with pytest.raises(UserError) as error:
            to_screen(given, lambda: listener, formats)
        assert error.value.code == "transcribe.out"
    with pytest.raises(UserError) as error:
        to_screen([calls / "empty.wav"], lambda: listener)
    assert error.value.code == "audio.empty"


def test_raw_audio_wants_its_rate(listener: Listener, calls: Path, tmp_path: Path) -> None:
    pcm = (bursts([0.5], 2.0)[::2] * 32767).astype("<i2")
    (calls / "raw.pcm").write_bytes(pcm.tobytes())
    do(replace(listener, raw_rate=8000), calls / "raw.pcm", out=tmp_path / "out")
    assert (tmp_path / "out" / "raw.txt").read_text(encoding="utf-8") == "삐1\n"


def test_repairs_and_silence_are_told(listener: Listener, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("cut", "direct"):
        record(tmp_path / f"{name}.wav", bursts([0.5], 2.0))
    data = (tmp_path / "cut.wav").read_bytes()
    (tmp_path / "cut.wav").write_bytes(data[:-3200])
    soundfile.write(tmp_path / "direct.wav", np.full(2 * RATE, 0.9), RATE)
    files = [tmp_path / "cut.wav", tmp_path / "direct.wav"]
    done, inputs = transcribe(files, tmp_path / "out", lambda: listener, ("txt", "json"))
    assert (done.repaired, done.silent) == (["cut.wav: repair.cut"], ["direct.wav"])
    made = [json.loads((tmp_path / "out" / f"{name}.json").read_text()) for name in ("cut", "direct")]
    assert [(one["repairs"], one["silent"]) for one in made] == [(["repair.cut"], False), ([], True)]
    assert (tmp_path / "out" / "direct.txt").read_text() == ""
    seen = Outcome()
    to_screen(files[:1], lambda: listener, outcome=seen)
    assert seen.repaired == done.repaired
    _tell(done, inputs, tmp_path / "out", 1.0)
    told = capsys.readouterr().err
    assert "cut.wav: repair.cut" in told
    assert "direct.wav" in told
