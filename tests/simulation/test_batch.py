"""Folders and manifests: the same bytes whatever the company, the processes and the interruptions."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from kowhisper_tel.commands.simulate import simulate
from kowhisper_tel.core.audio import RATE, read_audio, write_audio
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.files import read_json_lines
from kowhisper_tel.core.manifest import Manifest
from kowhisper_tel.core.utterance import Utterance
from tests.simulation.conftest import NAMES, content, voice

ROOT = Path(__file__).parents[2]
TOO_LONG_S = 300.0
CLIPS = 200
"""Enough that the work is not done before it can be stopped, on a busy machine, too."""


def start(source: Path, target: Path, *more: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "kowhisper_tel.run", "simulate", str(source), str(target), "--seed", "7", *more]
    return subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, start_new_session=True)


def wait_for(reached: Callable[[], bool]) -> None:
    begun = time.monotonic()
    while not reached():
        assert time.monotonic() - begun < TOO_LONG_S
        time.sleep(0.01)


def lines(path: Path) -> int:
    return path.read_bytes().count(b"\n") if path.is_file() else 0


def test_one_two_and_four_processes_write_the_same_bytes(clips: Path, tmp_path: Path) -> None:
    for jobs in (1, 2, 4):
        outcome = simulate(clips, tmp_path / str(jobs), seed=7, jobs=jobs)
        assert (outcome.read, outcome.written, outcome.rejected) == (6, 6, 0)
    one = content(tmp_path / "1")
    assert {"가.flac", "깊은 곳/다.flac", "drawn.jsonl", "rejects.jsonl", "complete.json"} < one.keys()
    assert one == content(tmp_path / "2") == content(tmp_path / "4")
    assert len({digest for name, digest in one.items() if name.endswith(".flac")}) == len(NAMES)
    assert simulate(clips, tmp_path / "other", seed=8).written == 6
    assert content(tmp_path / "other")["가.flac"] != one["가.flac"]


def test_what_a_clip_becomes_does_not_depend_on_its_company(clips: Path, tmp_path: Path) -> None:
    simulate(clips, tmp_path / "all", seed=7)
    for name in NAMES[1:]:
        (clips / name).unlink()
    simulate(clips, tmp_path / "one", seed=7)
    assert content(tmp_path / "all")["가.flac"] == content(tmp_path / "one")["가.flac"]


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_stopped_and_resumed_is_as_never_stopped(tmp_path: Path, how: signal.Signals) -> None:
    source, stopped = tmp_path / "in", tmp_path / "stopped"
    for number in range(CLIPS):
        write_audio(source / f"{number:02d}.wav", voice(number))
    (source / "00.wav").write_bytes(b"no sound")
    process = start(source, stopped, "--jobs", "2")
    wait_for(lambda: lines(stopped / "drawn.jsonl") >= 5)
    if how is signal.SIGINT:  # as a terminal does: to all of them
        os.killpg(process.pid, how)
        _, said = process.communicate(timeout=TOO_LONG_S)
        assert process.returncode == 130, said
        assert b"Traceback" not in said
        assert b"--resume" in said
        assert not list(stopped.rglob(".*"))
    else:
        process.kill()
        process.communicate()
        wait_for(lambda: not alive(process.pid))  # its workers end by themselves
        with (stopped / "drawn.jsonl").open("ab") as torn:
            torn.write(b'{"key": "8')
        (stopped / f".{'0' * 32}.new").write_bytes(b"half")
    assert lines(stopped / "drawn.jsonl") < CLIPS - 1
    assert not (stopped / "complete.json").exists()

    kept = (stopped / "01.flac").stat().st_mtime_ns
    outcome = simulate(source, stopped, seed=7, resume=True)
    assert (outcome.written, outcome.rejected) == (CLIPS - 1, 1)
    assert (stopped / "01.flac").stat().st_mtime_ns == kept
    simulate(source, tmp_path / "whole", seed=7)
    assert content(stopped) == content(tmp_path / "whole")


def alive(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_resume_makes_again_what_has_gone(clips: Path, tmp_path: Path) -> None:
    simulate(clips, tmp_path / "out", seed=7)
    before = content(tmp_path / "out")
    (tmp_path / "out" / "가.flac").unlink()
    assert simulate(clips, tmp_path / "out", seed=7, resume=True).written == 6
    assert content(tmp_path / "out") == before


def test_a_resume_of_something_else_is_refused(clips: Path, tmp_path: Path, moving: str) -> None:
    out = tmp_path / "out"
    with pytest.raises(UserError) as error:
        simulate(clips, out, seed=7, resume=True)
    assert error.value.code == "simulate.absent"
    assert not out.exists()
    simulate(clips, out, seed=7)
    before = content(out)
    for options, named in (({"seed": 8}, "seed"), ({"seed": 7, "channel": moving}, "channel")):
        with pytest.raises(UserError, match=f"differs: {named} ") as error:
            simulate(clips, out, resume=True, **options)  # type: ignore[arg-type]
        assert error.value.code == "simulate.differs"
    write_audio(clips / "new.wav", voice(9))
    with pytest.raises(UserError, match="differs: clips, source "):
        simulate(clips, out, seed=7, resume=True)
    assert content(out) == before


def test_a_resume_with_other_noise_in_the_same_folder_is_refused(clips: Path, tmp_path: Path) -> None:
    write_audio(tmp_path / "noise" / "a.wav", voice(5))
    part = f"{{effect: noise, snr_db: 10, source: 'folder:{tmp_path}/noise'}}"
    own = tmp_path / "own.yaml"
    own.write_text(f"mixture:\n  - share: 1\n    channel:\n      name: own\n      effects:\n        - {part}\n")
    simulate(clips, tmp_path / "out", channel=str(own))
    simulate(clips, tmp_path / "out", channel=str(own), resume=True)
    write_audio(tmp_path / "noise" / "a.wav", voice(6))
    with pytest.raises(UserError, match="differs: channel "):
        simulate(clips, tmp_path / "out", channel=str(own), resume=True)


def test_two_at_once_in_one_folder_are_refused(clips: Path, tmp_path: Path) -> None:
    from kowhisper_tel.simulation.journal import open_journal

    simulate(clips, tmp_path / "out", seed=7)
    with open_journal(tmp_path / "out"), pytest.raises(UserError) as error:
        simulate(clips, tmp_path / "out", seed=7, resume=True)
    assert error.value.code == "simulate.locked"


def test_broken_clips_are_counted_and_listed_and_stop_nothing(broken: Callable[[], Path], tmp_path: Path) -> None:
    source = broken()
    outcome = simulate(source, tmp_path / "out", seed=7, jobs=2)
    assert (outcome.read, outcome.written, outcome.rejected) == (9, 6, 3)
    rejects = read_json_lines(tmp_path / "out" / "rejects.jsonl")
    codes = {reject["id"]: reject["code"] for reject in rejects}
    assert codes == {"a.wav": "audio.header", "b.wav": "audio.empty", "z.wav": "audio.not_finite"}
    assert all(reject["message_ko"] and reject["message_en"] for reject in rejects)
    assert [record["key"] for record in read_json_lines(tmp_path / "out" / "drawn.jsonl")] == sorted(NAMES)


def test_a_name_that_is_not_utf8_is_listed_in_letters(clips: Path, tmp_path: Path) -> None:
    write_audio(clips / os.fsdecode("가.wav".encode("cp949")), voice(1))
    outcome = simulate(clips, tmp_path / "out", jobs=2)
    assert (outcome.written, outcome.rejected) == (6, 1)
    (reject,) = read_json_lines(tmp_path / "out" / "rejects.jsonl")
    assert (reject["id"], reject["code"]) == (r"\xb0\xa1.wav", "simulate.name")
    before = content(tmp_path / "out")
    simulate(clips, tmp_path / "out", resume=True)
    assert content(tmp_path / "out") == before


def test_a_folder_never_takes_the_place_of_a_file(clips: Path, tmp_path: Path) -> None:
    for source, target in ((clips, clips / "가.wav"), (clips / "가.wav", clips)):
        with pytest.raises(UserError) as error:
            simulate(source, target, overwrite=True)
        assert error.value.code == "simulate.other_kind"


@pytest.mark.parametrize(("name", "jobs"), [("가.wav", 1), ("", 1), ("", 2)])
def test_an_output_that_cannot_be_written_is_named(clips: Path, tmp_path: Path, name: str, jobs: int) -> None:
    target = tmp_path / "out"
    if name:
        target.write_text("a file, no folder")
    else:
        (target / "깊은 곳").mkdir(parents=True)
        (target / "깊은 곳" / "다.flac").mkdir()
    with pytest.raises(UserError) as error:
        simulate(clips / name, target / name, overwrite=True, jobs=jobs)
    assert (error.value.code, error.value.exit_code) == ("simulate.files", 7)
    assert str(target) in str(error.value)


def test_nothing_but_broken_clips_is_too_much(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.wav").write_bytes(b"no sound")
    process = start(tmp_path / "in", tmp_path / "out", "--lang", "en")
    _, said = process.communicate(timeout=TOO_LONG_S)
    assert process.returncode == 6
    assert "not one of 1 clips" in said.decode()
    assert lines(tmp_path / "out" / "rejects.jsonl") == 1
    assert not (tmp_path / "out" / "complete.json").exists()


def test_a_manifest_stays_right_where_time_is_not_kept(clips: Path, tmp_path: Path, moving: str) -> None:
    utterances = (
        Utterance("u-1", "가.wav", "네", start_s=0.25, end_s=0.75, tags={"duration_s": "0.5", "gender": "f"}),
        Utterance("u-2", "none.wav", "아니요"),
        Utterance("u-3", "나.flac", "예", speaker="김", call="c"),
    )
    Manifest(clips, utterances).write(clips / "m.jsonl")
    outcome = simulate(clips / "m.jsonl", tmp_path / "out", channel=moving, jobs=2)
    assert (outcome.written, outcome.rejected) == (2, 1)
    made = Manifest.read(tmp_path / "out" / "manifest.jsonl")
    assert [utterance.id for utterance in made] == ["u-1", "u-3"]
    short, whole = made
    assert (short.start_s, short.end_s, short.tags) == (None, None, {"duration_s": "0.900", "gender": "f"})
    assert (whole.text, whole.speaker, whole.call) == ("예", "김", "c")
    assert len(read_audio(made.audio_path(short))) == round((0.5 / 1.25 + 0.5) * RATE)
    records = read_json_lines(tmp_path / "out" / "drawn.jsonl")
    assert records[0]["time_map"] == [[0.0, 0.5, 0.8]]
    assert [record["duration_s"] for record in records] == pytest.approx([0.9, 1.3])


def test_inputs_are_never_written_over(clips: Path, tmp_path: Path) -> None:
    Manifest(tmp_path, (Utterance("u", "in/가.wav", "네"),)).write(tmp_path / "m.jsonl")
    Manifest(clips, (Utterance("u", "out/a.wav", "네"),)).write(clips / "m.jsonl")
    for source, target in (
        (clips, clips / "out"),
        (clips / "깊은 곳", clips),
        (clips / "가.wav", clips / "가.wav"),
        (clips / "m.jsonl", clips / "out"),
        (tmp_path / "m.jsonl", clips),
        (tmp_path / "m.jsonl", tmp_path),
    ):
        before = content(tmp_path)
        with pytest.raises(UserError) as error:
            simulate(source, target, overwrite=True)
        assert error.value.code == "simulate.inside"
        assert content(tmp_path) == before


def test_overwriting_begins_anew(clips: Path, tmp_path: Path) -> None:
    simulate(clips, tmp_path / "out", seed=7, picture=True)
    (tmp_path / "out" / "mine.txt").write_text("kept")
    (clips / "e.flac").unlink()  # its clip of before must not stay among the new ones
    simulate(clips, tmp_path / "out", seed=8, overwrite=True)
    assert (tmp_path / "out" / "mine.txt").read_text() == "kept"
    (tmp_path / "out" / "mine.txt").unlink()
    simulate(clips, tmp_path / "fresh", seed=8)
    assert content(tmp_path / "out") == content(tmp_path / "fresh")


def test_progress_counts_every_clip(broken: Callable[[], Path], tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    simulate(broken(), tmp_path / "out", progress=lambda done, total: told.append((done, total)))
    assert told == [(number, 9) for number in range(1, 10)]


def test_a_channel_that_fails_on_a_clip_is_named(clips: Path, tmp_path: Path) -> None:
    noise = tmp_path / "noise.wav"
    write_audio(noise, voice(1))
    effect = {"effect": "noise", "snr_db": 10, "source": f"file:{noise}"}
    channel = tmp_path / "noisy.yaml"
    channel.write_text(json.dumps({"mixture": [{"share": 1, "channel": {"name": "n", "effects": [effect]}}]}))
    simulate(clips, tmp_path / "good", channel=str(channel))
    assert not np.array_equal(read_audio(tmp_path / "good" / "e.flac"), read_audio(clips / "e.flac"))
    soundfile.write(noise, np.full(RATE, np.nan, np.float32), RATE, "FLOAT")
    with pytest.raises(UserError) as error:
        simulate(clips, tmp_path / "bad", channel=str(channel))
    assert error.value.code == "simulate.rejected"
    assert {r["code"] for r in read_json_lines(tmp_path / "bad" / "rejects.jsonl")} == {"simulate.render"}
    noise.write_bytes(b"RIFF")
    with pytest.raises(UserError) as error:
        simulate(clips, tmp_path / "none", channel=str(channel))
    assert error.value.code == "simulate.channel"
    assert not (tmp_path / "none").exists()
