"""What a line and its machines do to a call, in figures: echo, gain control, crosstalk, clocks, comfort noise."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from augment import Channel, SpecError, UnknownName, effects, noises, rng
from augment.channel import Rendered
from augment.speech_level import active_level_dbfs, gain, rms_dbfs

RATE = 16000


def rendered(audio: NDArray[np.float32], rate: int = RATE, /, **effect: Any) -> Rendered:
    return Channel.from_json({"name": "one", "effects": [effect]}).render(audio, rate, 5)


def through(audio: NDArray[np.float32], rate: int = RATE, /, **effect: Any) -> NDArray[np.float32]:
    return rendered(audio, rate, **effect).audio


def tone(dbfs: float, seconds: float, frequency_hz: float = 1000.0, rate: int = RATE) -> NDArray[np.float32]:
    moments = np.arange(round(seconds * rate)) / rate
    wave = np.sqrt(2) * 10 ** (dbfs / 20) * np.sin(2 * np.pi * frequency_hz * moments)
    return np.asarray(wave, np.float32)


def at_s(audio: NDArray[np.float32], moment_s: float) -> float:
    """RMS level of the 10 ms around a moment."""
    middle = round(moment_s * RATE)
    return rms_dbfs(audio[middle - 80 : middle + 80])


@pytest.mark.parametrize("rate", [8000, 16000])
def test_echo_comes_later_and_lower(rate: int) -> None:
    click = np.zeros(rate, np.float32)
    click[1000] = 0.5
    heard = through(click, rate, effect="echo", delay_ms=125, loss_db=20)
    late = 1000 + rate // 8
    assert heard[1000] == 0.5
    assert heard[late] == pytest.approx(0.05, rel=1e-4)
    assert np.count_nonzero(heard) == 2
    assert np.count_nonzero(through(click, rate, effect="echo", delay_ms=1000, loss_db=20)) == 1


@pytest.mark.parametrize(("delay_ms", "loss_db"), [(0.5, 10), (2, 10), (5, 25), (0, 15)])
def test_side_tone_combs_the_spectrum(delay_ms: float, loss_db: float) -> None:
    """Teeth of 1 + g, notches of 1 - g halfway between them; only level at no delay."""
    click = np.zeros(RATE, np.float32)
    click[0] = 1.0
    gains = np.abs(np.fft.rfft(through(click, effect="echo", delay_ms=delay_ms, loss_db=loss_db)))  # one a Hz
    copy = 10 ** (-loss_db / 20)
    apart_hz = 1000 / delay_ms if delay_ms else np.inf
    teeth = np.arange(0, 8000, apart_hz if delay_ms else 100).astype(int)
    assert gains[teeth] == pytest.approx(1 + copy, abs=1e-5)
    if delay_ms:
        assert gains[(teeth + apart_hz / 2).astype(int)] == pytest.approx(1 - copy, abs=1e-5)


def test_side_tone_keeps_the_voice_in_its_place(speech: NDArray[np.float32]) -> None:
    n = len(speech)
    for delay_ms in np.arange(0, 5.1, 0.5):
        heard = through(speech, effect="echo", delay_ms=float(delay_ms), loss_db=10)
        correlation = np.fft.irfft(np.fft.rfft(heard, 2 * n) * np.conj(np.fft.rfft(speech, 2 * n)))
        peak = int(np.argmax(correlation))
        assert min(peak, 2 * n - peak) <= 1


def test_agc_reaches_its_target_and_no_further() -> None:
    for level_dbfs, most_db, expected_dbfs in ((-32, 15, -20), (-32, 6, -26), (-8, 15, -20), (-8, 6, -14)):
        heard = through(tone(level_dbfs, 4), effect="agc", target_dbfs=-20, time_s=0.3, most_db=most_db)
        assert at_s(heard, 3.9) == pytest.approx(expected_dbfs, abs=0.1)


def test_agc_takes_its_time_up_and_a_tenth_down() -> None:
    audio = np.concatenate([tone(-32, 4), tone(-12, 2)])
    heard = through(audio, effect="agc", target_dbfs=-20, time_s=0.5, most_db=15)
    gained_db = [at_s(heard, moment_s) - at_s(audio, moment_s) for moment_s in (0.5, 3.9, 4.05, 5.9)]
    assert gained_db == pytest.approx([12 * 0.632, 12.0, -8 + 20 * 0.368, -8.0], abs=0.5)


def test_agc_leaves_the_gain_in_pauses() -> None:
    quiet = (10 ** (-70 / 20) * rng(1).standard_normal(3 * RATE)).astype(np.float32)
    audio = np.concatenate([tone(-30, 3), quiet])
    heard = through(audio, effect="agc", target_dbfs=-20, time_s=0.3, most_db=15)
    assert rms_dbfs(heard[-RATE:]) - rms_dbfs(quiet[-RATE:]) == pytest.approx(10, abs=0.2)


def test_agc_brings_talkers_together(speech: NDArray[np.float32]) -> None:
    loud, soft = speech, speech * gain(-18)
    heard = [through(a, effect="agc", target_dbfs=-20, time_s=0.2, most_db=20) for a in (loud, soft)]
    apart = active_level_dbfs(heard[0], RATE) - active_level_dbfs(heard[1], RATE)
    assert 0 <= apart < 9
    # Slowly: within a pitch period the waveform keeps its shape.
    here = slice(RATE, RATE + 160)
    assert np.corrcoef(heard[1][here], soft[here])[0, 1] > 0.99


@pytest.mark.parametrize("below_db", [10.0, 30.0])
def test_crosstalk_is_below_by_active_level(tmp_path: Path, speech: NDArray[np.float32], below_db: float) -> None:
    pauses = np.zeros(2 * RATE, np.float32)
    soundfile.write(tmp_path / "a.wav", np.concatenate([speech[::-1], pauses]) * gain(-7), RATE, "FLOAT")
    padded = np.concatenate([speech, np.zeros(9 * RATE, np.float32)])
    for source in ("babble", f"file:{tmp_path / 'a.wav'}", f"folder:{tmp_path}"):
        other = through(padded, effect="crosstalk", below_db=below_db, source=source) - padded
        apart_db = active_level_dbfs(padded, RATE) - active_level_dbfs(other, RATE)
        assert apart_db == pytest.approx(below_db, abs=0.3)


def test_crosstalk_is_the_stretch_that_was_drawn(tmp_path: Path, speech: NDArray[np.float32]) -> None:
    other = rng(2).standard_normal(30 * RATE, np.float32) * 0.1
    soundfile.write(tmp_path / "a.wav", other, RATE, "FLOAT")
    heard = rendered(speech, effect="crosstalk", below_db=20, source=f"folder:{tmp_path}")
    start = int(heard.drawn.effects[0]["start_s"] * RATE)
    added = heard.audio - speech
    assert np.corrcoef(added, other[start : start + len(speech)])[0, 1] > 0.999


def test_a_pause_of_the_other_is_not_made_loud(tmp_path: Path, speech: NDArray[np.float32]) -> None:
    """The clip falls into the other's pause: its faint hiss stays as far below their voice as it was."""
    hiss = 1e-4 * rng(3).standard_normal(10 * RATE, np.float32)
    file = tmp_path / "a.wav"
    soundfile.write(file, np.concatenate([hiss, np.tile(speech, 5)]), RATE, "FLOAT")
    params = {"effect": "crosstalk", "below_db": 20.0, "file": str(file), "start_s": 0.0}
    added = effects.get("crosstalk").apply(speech, RATE, params) - speech
    hiss_below_db = active_level_dbfs(speech, RATE) - rms_dbfs(hiss)
    assert active_level_dbfs(speech, RATE) - rms_dbfs(added) == pytest.approx(20 + hiss_below_db, abs=1.5)


def test_wrong_crosstalk(tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match="did you mean 'babble'"):
        effects.from_json({"effect": "crosstalk", "below_db": 20, "source": "bable"})
    with pytest.raises(SpecError, match="there is no such folder"):
        effects.from_json({"effect": "crosstalk", "below_db": 20, "source": f"folder:{tmp_path / 'x'}"}).check()


@pytest.mark.parametrize("ppm", [-250.0, -40.0, 100.0, 1000.0])
def test_drift_is_exact(ppm: float) -> None:
    """A tone comes out as the tone it must be, over a whole minute, and a click where the map says."""
    slope, seconds = 1 + ppm * 1e-6, 60
    said = tone(-20, seconds, 1000)
    heard = rendered(said, effect="drift", ppm=ppm)
    expected = tone(-20, seconds * slope, 1000 / slope)
    assert len(heard.audio) == len(expected) == round(seconds * RATE * slope)
    inner = slice(200, -200)
    assert rms_dbfs(heard.audio[inner] - expected[inner]) < -20 - 60
    click = np.zeros(seconds * RATE, np.float32)
    click[50 * RATE] = 1.0
    moved = rendered(click, effect="drift", ppm=ppm)
    assert np.argmax(np.abs(moved.audio)) == pytest.approx(moved.time_map.output_s(50.0) * RATE, abs=0.51)


PAUSE_S = 1.5


def call(speech: NDArray[np.float32], noise: NDArray[np.float32], snr_db: float) -> NDArray[np.float32]:
    """A pause, three seconds of speech, a pause, and noise over all."""
    pause = np.zeros(round(PAUSE_S * RATE), np.float32)
    clean = np.concatenate([pause, speech, pause])
    level_db = active_level_dbfs(clean, RATE) - snr_db - rms_dbfs(noise)
    return np.asarray(clean + noise[: len(clean)] * gain(level_db), dtype=np.float32)


@pytest.mark.parametrize("source", ["white", "pink", "speech"])
@pytest.mark.parametrize("snr_db", [12.0, 30.0])
def test_comfort_noise_is_like_the_background(speech: NDArray[np.float32], source: str, snr_db: float) -> None:
    noise = noises.synthesise(source, 8 * RATE, RATE, rng(4))
    audio = call(speech, noise, snr_db)
    heard = through(audio, effect="comfort_noise")
    pauses = slice(0, round((PAUSE_S - 0.1) * RATE)), slice(round((PAUSE_S + 3.3) * RATE), len(audio))
    for pause in pauses:
        replaced = heard[pause] != audio[pause]
        assert replaced.mean() > 0.8  # a swell of the background may pass for speech once, with its hangover
        assert abs(np.corrcoef(heard[pause][replaced], audio[pause][replaced])[0, 1]) < 0.1
        assert rms_dbfs(heard[pause]) == pytest.approx(rms_dbfs(audio[pause]), abs=1.0)
        before, after = (np.abs(np.fft.rfft(a[pause][:16000])) ** 2 for a in (audio, heard))
        for low_hz, high_hz in ((200, 800), (800, 2000), (2000, 4000), (4000, 7500)):
            change_db = 10 * np.log10(after[low_hz:high_hz].sum() / before[low_hz:high_hz].sum())
            assert abs(change_db) < 2.5, (low_hz, high_hz)


@pytest.mark.parametrize("snr_db", [12.0, 30.0])
def test_speech_stays_as_it_is(speech: NDArray[np.float32], snr_db: float) -> None:
    """All 20 ms of speech that stand out of the background are untouched, to the bit."""
    noise = noises.synthesise("pink", 8 * RATE, RATE, rng(4))
    audio = call(speech, noise, snr_db)
    heard = through(audio, effect="comfort_noise")
    clean = np.pad(speech, round(PAUSE_S * RATE)).reshape(-1, 320)
    levels = np.array([rms_dbfs(frame) for frame in clean])
    floor_dbfs = active_level_dbfs(speech, RATE) - snr_db
    audible = levels > floor_dbfs + 7
    assert np.count_nonzero(audible) > 40
    assert np.array_equal(heard.reshape(-1, 320)[audible], audio.reshape(-1, 320)[audible])


def test_soft_beginnings_live() -> None:
    """The 20 ms before speech is found, and 140 ms behind it, are sent; no more."""
    noise = noises.synthesise("white", 4 * RATE, RATE, rng(4))
    noise *= gain(-60 - rms_dbfs(noise))
    audio = noise.copy()
    audio[RATE : 2 * RATE] += tone(-20, 1)
    same = (through(audio, effect="comfort_noise") == audio).reshape(-1, 320).all(axis=1)
    assert np.flatnonzero(same).tolist() == list(range(49, 100 + 7))


def test_comfort_noise_is_steady(speech: NDArray[np.float32]) -> None:
    """A background that flutters by some decibels comes out smooth."""
    moments = np.arange(8 * RATE) / RATE
    flutter = 10 ** (2.5 * np.sin(2 * np.pi * 9 * moments) / 20)
    noise = (noises.synthesise("white", 8 * RATE, RATE, rng(4)) * flutter).astype(np.float32)
    audio = call(speech, noise, 30.0)
    heard = through(audio, effect="comfort_noise")
    spread = [
        np.std([rms_dbfs(frame) for frame in a[: round((PAUSE_S - 0.1) * RATE) // 320 * 320].reshape(-1, 320)])
        for a in (audio, heard)
    ]
    assert spread[0] > 1.5
    assert spread[1] < 0.6 * spread[0]


def test_nothing_to_replace(speech: NDArray[np.float32]) -> None:
    silence = np.pad(speech, RATE)
    heard = through(silence, effect="comfort_noise")
    assert not heard[: RATE - 320].any()
    assert not heard[-RATE // 2 :].any()
    for steady in (tone(-20, 3), 0.1 * rng(1).standard_normal(3 * RATE, np.float32)):
        assert np.array_equal(through(steady, effect="comfort_noise"), steady)


def test_comfort_noise_on_real_speech(shared: Path) -> None:
    """In a hall some of the time is pause, and what carries the words is left."""
    shares = []
    for clip in sorted((shared / "data/korean_talks/dev").rglob("*.flac"))[40:60]:
        audio, _ = soundfile.read(clip, dtype="float32")
        heard = through(audio, effect="comfort_noise")
        replaced = heard != audio
        shares.append(replaced.mean())
        assert np.sum(audio[replaced] ** 2) < 0.02 * np.sum(audio**2), clip.name
    assert 0.02 < np.mean(shares) < 0.5
