"""Insertions: the right sound, at its level, where it was drawn, with every sample of speech left."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from augment import Channel, SpecError, UnknownName, effects
from augment.channel import Rendered
from augment.speech_level import active_level_dbfs, rms_dbfs

RATE = 16000


def rendered(audio: NDArray[np.float32], rate: int = RATE, seed: int = 5, /, **fields: Any) -> Rendered:
    channel = Channel.from_json({"name": "one", "effects": [{"effect": "insertion", **fields}]})
    channel.check()
    return channel.render(audio, rate, seed)


def inserted(rate: int = RATE, /, **fields: Any) -> tuple[NDArray[np.float32], dict[str, Any]]:
    """The sound alone, put before one sample, and what was drawn."""
    heard = rendered(np.zeros(1, np.float32), rate, **fields)
    return heard.audio[:-1], dict(heard.drawn.effects[0])


def tone_db(audio: NDArray[np.float32], frequency_hz: float, rate: int = RATE) -> float:
    """The RMS level of one frequency in dBFS."""
    window = np.hanning(len(audio))
    turns = np.exp(-2j * np.pi * frequency_hz * np.arange(len(audio)) / rate)
    return float(20 * np.log10(np.sqrt(2) * np.abs(np.sum(audio * window * turns)) / window.sum() + 1e-9))


@pytest.mark.parametrize("at", [0.0, 0.37, 1.0])
@pytest.mark.parametrize("sound", ["ringback", "dtmf", "hold_music"])
def test_speech_is_whole_and_labels_stay_right(speech: NDArray[np.float32], sound: str, at: float) -> None:
    heard = rendered(speech, sound=sound, duration_s=1.7, at=at)
    cut, number = round(at * len(speech)), round(1.7 * RATE)
    assert np.array_equal(heard.audio[:cut], speech[:cut])
    assert np.array_equal(heard.audio[cut + number :], speech[cut:])
    assert rms_dbfs(heard.audio[cut : cut + number]) > -40
    for sample in (0, cut // 2, max(cut - 1, 0), min(cut + 1, len(speech) - 1), len(speech) - 1):
        moved = heard.time_map.output_s(sample / RATE) * RATE
        assert moved == pytest.approx(sample + (number if sample >= cut else 0), abs=1e-3)
        assert heard.audio[round(moved)] == speech[sample]


def test_place_and_length_are_drawn(speech: NDArray[np.float32]) -> None:
    drawn = [
        rendered(speech, RATE, seed, sound="ringback", duration_s=[1, 4], at=[0, 1]).drawn.effects[0]
        for seed in range(40)
    ]
    for key, low, high in (("at_s", 0.0, 3.0), ("duration_s", 1.0, 4.0)):
        found = [params[key] for params in drawn]
        assert low <= min(found) < low + 0.6
        assert high - 0.6 < max(found) <= high


def test_labels_stay_right_in_a_chain(speech: NDArray[np.float32]) -> None:
    """An insertion between two changes of speed: what was said at 2 s is where the map says."""
    slow, ring = {"effect": "speed", "factor": 0.5}, {"effect": "insertion", "sound": "ringback", "duration_s": 1.5}
    heard = Channel.from_json({"name": "x", "effects": [slow, {**ring, "at": 0.5}, slow]}).render(speech, RATE, 1)
    assert heard.time_map.output_s(1.0) == pytest.approx(4.0)
    assert heard.time_map.output_s(2.0) == pytest.approx(2 * (4.0 + 1.5))
    assert heard.time_map.output_s(3.0) == pytest.approx(len(heard.audio) / RATE, abs=2 / RATE)


@pytest.mark.parametrize("rate", [8000, 16000])
def test_ringback_is_koreas(rate: int) -> None:
    ring, _ = inserted(rate, sound="ringback", duration_s=7, dbfs=-20)
    for start_s in (0, 3, 6):
        on = ring[round(start_s * rate) : round((start_s + 1) * rate)]
        assert rms_dbfs(on) == pytest.approx(-20, abs=0.1)
        assert tone_db(on, 440, rate) == pytest.approx(-23, abs=0.2)
        assert tone_db(on, 480, rate) == pytest.approx(-23, abs=0.2)
        assert max(tone_db(on, hz, rate) for hz in (425, 460, 620, 1000, 2000)) < -65
    for start_s in (1, 4):
        assert not ring[round(start_s * rate) + 1 : round((start_s + 2) * rate) - 1].any()


@pytest.mark.parametrize("rate", [8000, 16000, 22050])
def test_dtmf_can_be_read(rate: int) -> None:
    """Each key's two frequencies of Q.23, and no other, for 0.1 s every 0.2 s."""
    rows, columns, keypad = (697, 770, 852, 941), (1209, 1336, 1477), "123456789*0#"
    dialled, drawn = inserted(rate, sound="dtmf", duration_s=4.1, dbfs=-20)
    read = ""
    for start_s in np.arange(20) * 0.2:
        on = dialled[round(start_s * rate) : round((start_s + 0.1) * rate)]
        low, high = (np.array([tone_db(on, hz, rate) for hz in group]) for group in (rows, columns))
        assert np.sort(low)[-2] < low.max() - 15
        assert np.sort(high)[-2] < high.max() - 15
        assert high.max() - low.max() == pytest.approx(2, abs=0.3)
        assert rms_dbfs(on) == pytest.approx(-20, abs=0.3)
        read += keypad[3 * int(low.argmax()) + int(high.argmax())]
        assert not dialled[round((start_s + 0.1) * rate) + 1 : round((start_s + 0.2) * rate) - 1].any()
    assert read == drawn["keys"]
    assert len(set(read)) > 5


def test_hold_music_sounds_throughout_without_clicks() -> None:
    music, _ = inserted(sound="hold_music", duration_s=6, dbfs=-20)
    assert rms_dbfs(music) == pytest.approx(-20, abs=0.1)
    seconds = music.reshape(-1, RATE // 2)
    assert min(rms_dbfs(half) for half in seconds) > -24
    assert np.abs(music).max() < 1
    power = np.abs(np.fft.rfft(music)) ** 2
    assert power[: 400 * 6].sum() + power[3500 * 6 :].sum() < 1e-3 * power.sum()
    assert tone_db(music[:4000], 523.25) > tone_db(music[:4000], 587.33) + 12


def test_sound_from_a_file(tmp_path: Path, speech: NDArray[np.float32]) -> None:
    soundfile.write(tmp_path / "hold.wav", np.roll(speech, 4000), RATE, "FLOAT")
    for sound in (f"file:{tmp_path / 'hold.wav'}", f"folder:{tmp_path}"):
        held, drawn = inserted(sound=sound, duration_s=2, dbfs=-30)
        assert Path(drawn["file"]).name == "hold.wav"
        assert active_level_dbfs(held, RATE) == pytest.approx(-30, abs=0.2)
        start = int(drawn["start_s"] * RATE)
        assert np.corrcoef(held, np.roll(speech, 4000)[start : start + len(held)])[0, 1] > 0.99


def test_wrong_sounds(tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match="did you mean 'ringback'"):
        effects.from_json({"effect": "insertion", "sound": "ringbck", "duration_s": 1})
    with pytest.raises(SpecError, match="there is no such folder"):
        effects.from_json({"effect": "insertion", "sound": f"folder:{tmp_path / 'x'}", "duration_s": 1}).check()
