"""Rooms: in time with the direct sound, as loud as before, as reverberant as asked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from augment import Channel, SpecError, UnknownName, effects, rng
from augment.speech_level import active_level_dbfs

RATE = 16000


def through(audio: NDArray[np.float32], rate: int = RATE, seed: int = 5, /, **fields: Any) -> NDArray[np.float32]:
    channel = Channel.from_json({"name": "one", "effects": [{"effect": "room", **fields}]})
    channel.check()
    return channel.render(audio, rate, seed).audio


def lag(heard: NDArray[Any], said: NDArray[Any]) -> int:
    n = len(said)
    spectrum = np.fft.rfft(heard, 2 * n) * np.conj(np.fft.rfft(said, 2 * n))
    peak = int(np.argmax(np.fft.irfft(spectrum)))
    return peak if peak < n else peak - 2 * n


def impulse_response(rate: int = RATE, seed: int = 5, /, **fields: Any) -> NDArray[np.float64]:
    """Four seconds with the direct sound at 0.1 s, its strongest moment at 1."""
    impulse = np.zeros(4 * rate, np.float32)
    impulse[rate // 10] = 1.0
    heard = through(impulse, rate, seed, **fields).astype(np.float64)
    assert np.argmax(np.abs(heard)) == rate // 10
    return np.asarray(heard / heard[rate // 10])


def ratio_db(response: NDArray[np.float64], rate: int = RATE) -> float:
    """Direct to reverberant, with plain cuts 2.5 ms before and behind the direct sound."""
    near = slice(rate // 10 - rate // 400, rate // 10 + rate // 400)
    energy = np.sum(response[near] ** 2)
    return float(10 * np.log10(energy / (np.sum(response**2) - energy)))


def write(file: Path, rate: int = 48000) -> None:
    """A room of 0.3 s whose direct sound is the 500th sample of the first track, turned over; the other is noise."""
    moments = np.arange(rate // 3) / rate
    tail = 0.05 * rng(3).standard_normal(len(moments)) * 10 ** (-3 * moments / 0.3) * (moments > 0.02)
    tail[500] = -0.9
    soundfile.write(file, np.stack([tail, 0.1 * rng(4).standard_normal(len(tail))], axis=1), rate, "FLOAT")


@pytest.mark.parametrize("rate", [8000, 16000, 44100])
def test_file_is_aligned_upright_and_as_loud(tmp_path: Path, speech: NDArray[np.float32], rate: int) -> None:
    write(tmp_path / "room.wav")
    for source in (f"file:{tmp_path / 'room.wav'}", f"folder:{tmp_path}"):
        heard = through(speech, rate, source=source)
        assert abs(lag(heard, speech)) <= 1
        assert active_level_dbfs(heard, rate) == pytest.approx(active_level_dbfs(speech, rate), abs=0.1)
        assert not np.allclose(heard, speech, atol=0.01)
    noise = 0.1 * rng(1).standard_normal(3 * rate, np.float32)
    assert np.corrcoef(through(noise, rate, source=source), noise)[0, 1] > 0.5


def test_measured_rooms_are_aligned(shared: Path) -> None:
    """By white noise, which has no colour that a room's colour could pull to a side; 20 s, as one is nearly diffuse."""
    noise = 0.1 * rng(1).standard_normal(20 * RATE, np.float32)
    files = sorted((shared / "data/rir").glob("*.wav"))
    assert len(files) >= 5
    for file in files:
        heard = through(noise, source=f"file:{file}")
        assert abs(lag(heard, noise)) <= 1, file.name
        assert active_level_dbfs(heard, RATE) == pytest.approx(active_level_dbfs(noise, RATE), abs=0.1)
        assert ratio_db(impulse_response(source=f"file:{file}", direct_to_reverberant_db=6)) == pytest.approx(6, abs=2)


@pytest.mark.parametrize("rate", [8000, 16000])
@pytest.mark.parametrize("asked_db", [-5.0, 0.0, 10.0])
def test_direct_to_reverberant_ratio(tmp_path: Path, rate: int, asked_db: float) -> None:
    write(tmp_path / "room.wav")
    for source in ("synthetic", f"file:{tmp_path / 'room.wav'}"):
        response = impulse_response(rate, source=source, direct_to_reverberant_db=asked_db)
        assert ratio_db(response, rate) == pytest.approx(asked_db, abs=0.3)


@pytest.mark.parametrize("rt60_s", [0.2, 0.6, 1.2])
def test_synthetic_room_dies_away_in_its_time(rt60_s: float) -> None:
    """Schroeder's backward integral (ISO 3382) from -5 to -35 dB of the tail, times two."""
    tail = impulse_response(rt60_s=rt60_s)[round(0.103 * RATE) :]
    left = np.cumsum(tail[::-1] ** 2)[::-1]
    left_db = 10 * np.log10(left / left[0] + 1e-12)
    fall_s = (np.argmax(left_db < -35) - np.argmax(left_db < -5)) / RATE
    assert 2 * fall_s == pytest.approx(rt60_s, rel=0.1)


def test_rooms_differ_by_seed() -> None:
    assert not np.array_equal(impulse_response(RATE, 1), impulse_response(RATE, 2))


def test_wrong_rooms(tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match="did you mean 'synthetic'"):
        effects.from_json({"effect": "room", "source": "sinthetic"})
    with pytest.raises(SpecError, match="there is no such file"):
        effects.from_json({"effect": "room", "source": f"file:{tmp_path / 'x.wav'}"}).check()
    soundfile.write(tmp_path / "silent.wav", np.zeros(1000), RATE)
    with pytest.raises(SpecError, match=r"silent.wav: this impulse response is silent; take it out"):
        effects.from_json({"effect": "room", "source": f"folder:{tmp_path}"}).check()
