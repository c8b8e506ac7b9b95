"""The limiter: nothing passes, nothing else is touched, and the gain moves as asked."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from augment import effects
from augment.speech_level import gain

RATE = 16000
FIELDS = {"threshold_dbfs": -20.0, "look_ahead_ms": 5.0, "release_db_per_s": 100.0}


def limited(audio: NDArray[np.float32], rate: int = RATE, /, **fields: float) -> NDArray[np.float32]:
    return effects.get("limiter").apply(audio, rate, {"effect": "limiter", **FIELDS, **fields})


def burst(dbfs: float, before_s: float = 1.0, for_s: float = 0.5, after_s: float = 1.5) -> NDArray[np.float32]:
    """A steady 0.01, raised to a level for a while."""
    made = np.full(round((before_s + for_s + after_s) * RATE), 0.01, np.float32)
    made[round(before_s * RATE) : round((before_s + for_s) * RATE)] = gain(dbfs)
    return made


def gains_db(audio: NDArray[np.float32], **fields: float) -> NDArray[np.float64]:
    return np.asarray(20 * np.log10(limited(audio, **fields).astype(np.float64) / audio))


SOUNDS: dict[str, Any] = {
    "noise": lambda n: np.random.default_rng(0).standard_normal(n),
    "click": lambda n: np.eye(1, n, n // 2)[0],
    "square": lambda n: np.where(np.arange(n) // 40 % 2, 2.0, -2.0),
    "edges": lambda n: np.concatenate([[1.0], np.zeros(n - 2), [-1.0]]),
    "sweep": lambda n: np.sin(np.arange(n) ** 2 / n) * np.linspace(0, 3, n),
}


@pytest.mark.parametrize("look_ahead_ms", [0.0, 0.5, 5.0, 25.0, 100.0])
@pytest.mark.parametrize("sound", SOUNDS)
def test_nothing_passes(sound: str, look_ahead_ms: float) -> None:
    for threshold_dbfs in (-40.0, -20.0, -3.0):
        for release_db_per_s in (1.0, 100.0, 10_000.0):
            audio = SOUNDS[sound](6000).astype(np.float32)
            heard = limited(
                audio,
                threshold_dbfs=threshold_dbfs,
                look_ahead_ms=look_ahead_ms,
                release_db_per_s=release_db_per_s,
            )
            assert np.abs(heard).max() <= gain(threshold_dbfs)
            assert (np.sign(heard) == np.sign(audio)).all()
            assert (np.abs(heard) <= np.abs(audio)).all()


def test_speech_is_not_clipped_but_turned_down(speech: NDArray[np.float32]) -> None:
    """Within a pitch period the waveform keeps its shape, where clipping would flatten it; the peaks are there."""
    heard = limited(speech)
    assert np.abs(heard).max() == pytest.approx(gain(-20), rel=1e-3)
    loudest = int(np.abs(speech).argmax())
    here = slice(loudest - 80, loudest + 80)
    assert np.corrcoef(heard[here], speech[here])[0, 1] > 0.99
    assert np.corrcoef(np.clip(speech[here], -gain(-20), gain(-20)), speech[here])[0, 1] < 0.95


def test_below_the_threshold_all_is_as_it_was(speech: NDArray[np.float32]) -> None:
    quiet = speech * (gain(-20) / np.abs(speech).max())
    assert limited(quiet).tobytes() == quiet.tobytes()
    made = burst(-10)
    changed = np.flatnonzero(limited(made) != made)
    # From the look-ahead until 10 dB are released at 100 dB/s, 5 ms of mean included.
    assert changed[0] == RATE - 80
    assert changed[-1] == pytest.approx(1.6 * RATE, abs=0.006 * RATE)


def test_gain_falls_before_a_peak_and_rises_at_its_rate() -> None:
    down = gains_db(burst(-8), look_ahead_ms=10)
    at = [round(moment_s * RATE) for moment_s in (0.98, 0.995, 1.0, 1.4, 1.55, 1.58, 1.7)]
    assert down[at] == pytest.approx([0, -6, -12, -12, -7.5, -4.5, 0], abs=0.1)
    slow = gains_db(burst(-8), release_db_per_s=8)
    assert slow[[2 * RATE, round(2.5 * RATE)]] == pytest.approx([-8, -4], abs=0.05)


def test_without_look_ahead_the_gain_is_there_at_once() -> None:
    down = gains_db(burst(-8), look_ahead_ms=0)
    assert down[[RATE - 1, RATE]] == pytest.approx([0, -12], abs=1e-4)


def test_a_loud_beginning_is_turned_down_and_not_clipped() -> None:
    tone = np.sin(2 * np.pi * 400 * np.arange(RATE) / RATE).astype(np.float32)
    heard = limited(tone, look_ahead_ms=10)
    assert heard[:160] == pytest.approx(tone[:160] * gain(-20), abs=1e-3)


@pytest.mark.parametrize("rate", [8000, 48000])
def test_times_are_times_at_any_rate(rate: int) -> None:
    click = np.zeros(rate, np.float32) + np.float32(0.01)
    click[rate // 2] = gain(-10)
    changed = np.flatnonzero(limited(click, rate) != click) / rate
    assert changed[0] == pytest.approx(0.495, abs=0.001)
    assert changed[-1] == pytest.approx(0.6, abs=0.006)


def test_sign_does_not_matter(speech: NDArray[np.float32]) -> None:
    assert np.array_equal(limited(-speech), -limited(speech))
