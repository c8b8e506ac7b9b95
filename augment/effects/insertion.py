"""What a call holds besides speech: ring-back, dialled digits, hold music; put in, not mixed in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray

from augment import noise_files
from augment.audio import Audio
from augment.effect import Effect, Params
from augment.errors import unknown
from augment.spec import Choice, Name, Number, Span
from augment.speech_level import active_level_dbfs, gain, rms_dbfs
from augment.time_map import TimeMap

RINGBACK_HZ = (440.0, 480.0)
RINGBACK_ON_S, RINGBACK_OFF_S = 1.0, 2.0
"""Ring-back in Korea (ITU-T, various tones used in national networks)."""

KEYS = "123456789*0#"
ROWS_HZ = (697.0, 770.0, 852.0, 941.0)
COLUMNS_HZ = (1209.0, 1336.0, 1477.0)
"""Of the keypad, row by row (ITU-T Q.23)."""

KEY_ON_S, KEY_OFF_S = 0.1, 0.1
COLUMN_OVER_ROW_DB = 2.0
"""Diallers send the higher tone a little louder, since lines weaken it more."""

MELODY_HZ = (523.25, 659.26, 783.99, 1046.5, 783.99, 659.26)
NOTE_S = 0.3
"""A broken chord of C major, over and over."""

RAMP_S = 0.005
"""Tones swell and fade this fast, so that they do not click."""

SOUNDS = ("ringback", "dtmf", "hold_music")


def _check_sound(sound: str) -> None:
    if not sound.startswith(("folder:", "file:")) and sound not in SOUNDS:
        raise unknown("sound to insert", sound, (*SOUNDS, "folder:PATH", "file:PATH"))


@dataclass(frozen=True, kw_only=True)
class Insertion(Effect):
    """Puts ``duration_s`` of a sound between what came before and what comes after; no sample of the speech is changed
    or lost. Does not keep time: see ``time_map``.

    ``sound``: ``ringback`` (440 and 480 Hz, 1 s on, 2 s off), ``dtmf`` (random keys, five a second), ``hold_music`` (a
    synthetic chime), ``folder:PATH`` or ``file:PATH`` (music, announcements). ``at``: where, as a share of the clip,
    0 being its start; in the middle this may fall inside a word. ``dbfs``: RMS level of tones while they sound,
    active speech level of a file.
    """

    name = "insertion"
    keeps_time = False
    examples = (
        {"sound": ["ringback", "dtmf", "hold_music"], "duration_s": [1, 4]},
        {"sound": "dtmf", "duration_s": 1, "at": [0, 1], "dbfs": [-30, -15]},
    )
    sound: Annotated[Choice, Name(_check_sound)]
    duration_s: Annotated[Span, Number(0.1, 120.0)]
    at: Annotated[Span, Number(0.0, 1.0)] = 0.0
    dbfs: Annotated[Span, Number(-80.0, -3.0)] = -24.0

    def check(self) -> None:
        """Raise SpecError if a folder or a file is not there."""
        for sound in (self.sound,) if isinstance(self.sound, str) else self.sound:
            if ":" in sound:
                noise_files.check(sound)

    def draw_more(self, generator: np.random.Generator, fields: Params, *, n_samples: int, rate: int) -> Params:
        """The moment and the duration in whole samples; the keys; the file and where to start in it."""
        duration_s = max(1, round(fields["duration_s"] * rate)) / rate
        more: Params = {"at_s": round(fields["at"] * n_samples) / rate, "duration_s": duration_s}
        if fields["sound"] == "dtmf":
            count = max(1, int(duration_s / (KEY_ON_S + KEY_OFF_S)))
            more["keys"] = "".join(KEYS[index] for index in generator.integers(len(KEYS), size=count))
        elif ":" in fields["sound"]:
            more["file"], more["start_s"] = noise_files.draw_stretch(fields["sound"], duration_s, generator)
        return more

    @classmethod
    def change(cls, audio: Audio, rate: int, params: Mapping[str, Any]) -> Audio:
        """The clip with the sound put in."""
        at = round(params["at_s"] * rate)
        return np.concatenate([audio[:at], _sound(rate, params), audio[at:]])

    @classmethod
    def time_map(cls, params: Mapping[str, Any]) -> TimeMap:
        """Moments from ``at_s`` on come ``duration_s`` later."""
        at_s = params["at_s"]
        return TimeMap(((0.0, 0.0, 1.0), (at_s, at_s + params["duration_s"], 1.0)))


def _sound(rate: int, params: Mapping[str, Any]) -> Audio:
    """The sound at its level, its ends ramped."""
    n_samples = round(params["duration_s"] * rate)
    moments = np.arange(n_samples) / rate
    if "file" in params:
        sound = noise_files.read_stretch(params["file"], params["start_s"], n_samples, rate)
        level_dbfs = active_level_dbfs(sound, rate)
    else:
        if params["sound"] == "ringback":
            made = _ringback(moments)
        elif params["sound"] == "dtmf":
            made = _dialled(moments, params["keys"])
        else:
            made = _melody(moments)
        sound = made.astype(np.float32)
        level_dbfs = rms_dbfs(sound[sound != 0.0])
    if level_dbfs == -np.inf:
        return np.zeros(n_samples, np.float32)
    ends = _ramped(moments, n_samples / rate).astype(np.float32)
    return np.asarray(sound * gain(params["dbfs"] - level_dbfs) * ends, dtype=np.float32)


def _ramped(since_s: NDArray[np.float64], on_s: float) -> NDArray[np.float64]:
    """1 from 0 to ``on_s``, 0 elsewhere, with ramps inside."""
    return np.asarray(np.clip(np.minimum(since_s, on_s - since_s) / RAMP_S, 0.0, 1.0))


def _ringback(moments: NDArray[np.float64]) -> NDArray[np.float64]:
    tones = sum(np.sin(2 * np.pi * tone_hz * moments) for tone_hz in RINGBACK_HZ)
    return tones * _ramped(moments % (RINGBACK_ON_S + RINGBACK_OFF_S), RINGBACK_ON_S)


def _dialled(moments: NDArray[np.float64], keys: str) -> NDArray[np.float64]:
    """Key after key from the first moment on; silence when all are dialled."""
    each_s = KEY_ON_S + KEY_OFF_S
    which = np.floor(moments / each_s + 1e-9).astype(np.int64)
    indices = np.array([KEYS.index(key) for key in keys])[np.minimum(which, len(keys) - 1)]
    low_hz, high_hz = np.array(ROWS_HZ)[indices // 3], np.array(COLUMNS_HZ)[indices % 3]
    high = 10.0 ** (COLUMN_OVER_ROW_DB / 20.0)
    tones = np.sin(2 * np.pi * low_hz * moments) + high * np.sin(2 * np.pi * high_hz * moments)
    return np.asarray(tones * _ramped(moments - which * each_s, KEY_ON_S) * (which < len(keys)))


def _melody(moments: NDArray[np.float64]) -> NDArray[np.float64]:
    """Struck notes that die away."""
    which = np.floor(moments / NOTE_S + 1e-9).astype(np.int64)
    since_s = moments - which * NOTE_S
    phases = 2 * np.pi * np.array(MELODY_HZ)[which % len(MELODY_HZ)] * since_s
    notes = np.sin(phases) + 0.4 * np.sin(2 * phases) + 0.2 * np.sin(3 * phases)
    return np.asarray(notes * np.exp(-3.0 * since_s / NOTE_S) * _ramped(since_s, NOTE_S))
