"""Hold music: chords and a melody that are drawn, in several styles. No tune here was ever written by anybody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eval_suites.sources import Audio, Read
from eval_suites.sources._sound import add, at_level, generator
from kowhisper_tel.core.audio import RATE

PROGRESSIONS = ((0, 4, 5, 3), (0, 5, 1, 4), (0, 3, 4, 0), (5, 3, 0, 4))
"""Degrees of the major scale that chords are built on, a bar each."""
MAJOR = (0, 2, 4, 5, 7, 9, 11)
PENTATONIC = (0, 2, 4, 7, 9)
BEATS = 4
"""In a bar."""


@dataclass(frozen=True)
class Style:
    """How a piece sounds.

    ``partials``: amplitudes of the harmonics. ``attack_s`` and ``decay_s``: how fast a note swells and dies away.
    ``bpm``: the tempo is drawn between these. ``melody``, ``chords``, ``drums``: how loud each is.
    """

    partials: tuple[float, ...]
    attack_s: float
    decay_s: float
    bpm: tuple[float, float]
    melody: float
    chords: float
    drums: float = 0.0


STYLES: dict[str, Style] = {
    "chimes": Style((1.0, 0.0, 0.4, 0.0, 0.2, 0.15), 0.002, 0.5, (80, 110), 1.0, 0.2),
    "piano": Style((1.0, 0.6, 0.35, 0.2, 0.1, 0.05), 0.005, 0.7, (70, 110), 1.0, 0.5),
    "strings": Style((1.0, 0.7, 0.5, 0.4, 0.3, 0.2, 0.15), 0.3, 6.0, (60, 80), 0.6, 1.0),
    "organ": Style((1.0, 1.0, 0.0, 0.7, 0.0, 0.5), 0.02, 9.0, (80, 120), 0.9, 0.6),
    "pop": Style((1.0, 0.5, 0.4, 0.3, 0.2), 0.01, 0.4, (100, 128), 1.0, 0.5, 0.8),
}


def render(source: Mapping[str, Any], read: Read, seed: int) -> Audio:  # noqa: ARG001 (every source is asked alike)
    """``duration_s`` of a piece in a ``style`` at ``dbfs``. Key, tempo, chords and melody are drawn."""
    draw, style = generator(source, seed), STYLES[source["style"]]
    sound = np.zeros(round(source["duration_s"] * RATE))
    beat_s, tonic_hz = 60.0 / draw.uniform(*style.bpm), 220.0 * 2.0 ** (draw.integers(-5, 7) / 12.0)
    progression = PROGRESSIONS[draw.integers(len(PROGRESSIONS))]
    for bar in range(int(source["duration_s"] / (BEATS * beat_s)) + 1):
        start_s = bar * BEATS * beat_s
        degree = progression[bar % len(progression)]
        for third in (0, 2, 4):
            note = _note(style, _hertz(tonic_hz, degree + third), BEATS * beat_s)
            add(sound, start_s, style.chords * note)
        _melody(sound, start_s, beat_s, 2 * tonic_hz, style, draw)
        if style.drums:
            _drums(sound, start_s, beat_s, style.drums, draw)
    return at_level(sound, source["dbfs"])


def _melody(
    sound: NDArray[np.float64], start_s: float, beat_s: float, tonic_hz: float, style: Style, draw: np.random.Generator
) -> None:
    """Notes of the pentatonic scale that lie near one another, some of them longer."""
    place, beat = int(draw.integers(len(PENTATONIC))), 0.0
    while beat < BEATS:
        length = float(draw.choice([0.5, 1.0, 1.0, 2.0]))
        place += int(draw.integers(-2, 3))
        octave, step = divmod(place, len(PENTATONIC))
        pitch_hz = tonic_hz * 2.0 ** (min(octave, 1) + PENTATONIC[step] / 12.0)
        if draw.random() < 0.85:
            add(sound, start_s + beat * beat_s, style.melody * _note(style, pitch_hz, length * beat_s))
        beat += length


def _drums(
    sound: NDArray[np.float64], start_s: float, beat_s: float, strength: float, draw: np.random.Generator
) -> None:
    at_s = np.arange(round(0.15 * RATE)) / RATE
    kick = 2.0 * np.sin(2 * np.pi * (50.0 * at_s + 4.0 * (1.0 - np.exp(-at_s / 0.02)))) * np.exp(-at_s / 0.05)
    for beat in range(BEATS):
        add(sound, start_s + beat * beat_s, strength * kick)
        hat = draw.standard_normal(len(at_s)) * np.exp(-at_s / 0.02)
        add(sound, start_s + (beat + 0.5) * beat_s, 0.5 * strength * hat)


def _note(style: Style, pitch_hz: float, length_s: float) -> NDArray[np.float64]:
    at_s = np.arange(round(length_s * RATE)) / RATE
    partials = (
        amplitude * np.sin(2 * np.pi * number * pitch_hz * at_s)
        for number, amplitude in enumerate(style.partials, 1)
        if amplitude and number * pitch_hz < RATE / 2
    )
    ends = np.clip(np.minimum(at_s / style.attack_s, (length_s - at_s) / 0.02), 0.0, 1.0)
    return np.asarray(sum(partials) * ends * np.exp(-at_s / style.decay_s))


def _hertz(tonic_hz: float, degree: int) -> float:
    octave, step = divmod(degree, len(MAJOR))
    return float(tonic_hz * 2.0 ** (octave + MAJOR[step] / 12.0))
