from __future__ import annotations

import shlex
import tracemalloc
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import soundfile

from augment import presets
from kowhisper_tel.commands.fitting import fit
from kowhisper_tel.commands.simulate import simulate
from kowhisper_tel.core.audio import RATE, write_audio
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.language import choose_language
from kowhisper_tel.core.stretches import read_stretches, spans


def swelling(duration_s: float, level: float = 0.2, rate: int = RATE) -> np.ndarray:
    """Noise in syllables over a faint hiss: speech enough to be measured."""
    generator = np.random.default_rng(1)
    moments = np.arange(round(duration_s * rate)) / rate
    syllables = np.clip(np.sin(2 * np.pi * 2.3 * moments), 0.003, 1) ** 2
    return (level * generator.standard_normal(len(moments)) * (syllables + 0.01)).astype(np.float32)


@pytest.fixture(autouse=True)
def english() -> object:
    choose_language("en")
    yield
    choose_language(None)


def test_a_folder_of_calls_becomes_a_preset_that_simulate_takes(tmp_path: Path) -> None:
    calls = tmp_path / "calls"
    (calls / "may").mkdir(parents=True)
    write_audio(calls / "one.flac", swelling(4))
    soundfile.write(calls / "two.wav", np.stack([swelling(4, 0.02), swelling(4, 0.2)], axis=1), RATE)
    soundfile.write(calls / "may" / "three.mp3", swelling(4, rate=8000), 8000)
    soundfile.write(calls / "silent.wav", np.zeros(RATE * 3, np.float32), RATE)
    (calls / "broken.wav").write_bytes(b"RIFF no more")
    said = fit(calls, tmp_path / "mine.yaml")
    assert "Measured 3 calls, 4 stretches" in said  # each track of a stereo call for itself
    assert "could not be read: 1" in said
    assert "broken.wav" in said
    assert "no speech in: 1\n  silent.wav" in said
    assert f"--channel {tmp_path / 'mine.yaml'}" in said
    presets.load(tmp_path / "mine.yaml").check()
    assert simulate(calls / "one.flac", tmp_path / "heard.wav", channel=str(tmp_path / "mine.yaml")).written == 1


def test_what_cannot_be_done_is_said_and_nothing_is_written(tmp_path: Path) -> None:
    write_audio(tmp_path / "calls" / "silent.wav", np.zeros(RATE * 3, np.float32))
    with pytest.raises(UserError, match="without speech: 1") as error:
        fit(tmp_path / "calls", tmp_path / "mine.yaml")
    assert error.value.code == "simulate.fit_nothing"
    with pytest.raises(UserError, match="Audio files: 0"):
        fit(tmp_path / "nowhere", tmp_path / "mine.yaml")
    assert not (tmp_path / "mine.yaml").exists()
    recording = tmp_path / "calls" / "silent.wav"
    before = recording.read_bytes()
    with pytest.raises(UserError) as error:
        fit(tmp_path / "calls", recording, overwrite=True)
    assert error.value.code == "simulate.fit_format"
    assert recording.read_bytes() == before
    (tmp_path / "mine.yaml").write_text("kept")
    write_audio(tmp_path / "calls" / "one.wav", swelling(3))
    with pytest.raises(UserError) as error:
        fit(tmp_path / "calls", tmp_path / "mine.yaml")
    assert error.value.code == "simulate.fit_exists"
    assert (tmp_path / "mine.yaml").read_text() == "kept"
    fit(tmp_path / "calls", tmp_path / "mine.yaml", overwrite=True)
    presets.load(tmp_path / "mine.yaml")


def test_the_next_command_can_be_pasted(tmp_path: Path) -> None:
    write_audio(tmp_path / "calls" / "one.wav", swelling(3))
    target = tmp_path / "우리 회선.yaml"
    command = fit(tmp_path / "calls", target).splitlines()[-1]
    assert shlex.split(command)[-1] == str(target)


def test_the_report_comes_in_korean(tmp_path: Path) -> None:
    choose_language("ko")
    write_audio(tmp_path / "calls" / "one.wav", swelling(3))
    said = fit(tmp_path / "calls", tmp_path / "mine.yaml")
    assert "통화 1건" in said
    assert "음성 레벨" in said


@pytest.mark.parametrize("duration_s", [2.0, 30.0, 61.0, 600.0, 3601.5])
def test_spans_lie_in_the_call_and_cover_it_if_they_can(duration_s: float) -> None:
    found = spans(duration_s, 30.0, 20)
    assert len(found) <= 20
    assert found[0][0] == 0
    assert found[-1][1] == pytest.approx(duration_s)
    assert all(left[1] <= right[0] + 1e-9 for left, right in pairwise(found))
    if duration_s <= 600:
        assert sum(end - start for start, end in found) == pytest.approx(duration_s)
    assert all(end - start <= 30.0 + 1e-9 for start, end in found)


@pytest.mark.parametrize("suffix", [".wav", ".m4a"])
def test_a_long_call_is_read_in_pieces(tmp_path: Path, suffix: str) -> None:
    seconds, rate = 300, 8000
    path = tmp_path / f"long{suffix}"
    ramp = np.repeat(np.arange(seconds) / seconds, rate) * np.sin(np.arange(seconds * rate) * 0.5)
    _write(path, ramp.astype(np.float32), rate)
    tracemalloc.start()
    pieces = [(np.abs(samples).max(), len(samples), hz) for samples, hz in read_stretches(path, 10.0, 4)]
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 0.5 * seconds * rate * 4, "the whole call lay in memory"
    assert [length for _, length, _ in pieces] == pytest.approx([10 * rate] * 4, abs=0.1 * rate)
    assert [peak for peak, _, _ in pieces] == pytest.approx([0.03, 0.355, 0.68, 0.997], abs=0.05)
    assert {hz for _, _, hz in pieces} == {rate}


def _write(path: Path, audio: np.ndarray, rate: int) -> None:
    if path.suffix == ".wav":
        soundfile.write(path, audio, rate)
        return
    import av

    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=rate)
        stream.layout = "mono"
        for first in range(0, len(audio), 1024):
            frame = av.AudioFrame.from_ndarray(audio[None, first : first + 1024], format="fltp", layout="mono")
            frame.sample_rate, frame.pts = rate, first
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
