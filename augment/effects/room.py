"""Rooms: the voice with its reflections, as a telephone laid down or held away from the mouth hears it."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np

from augment import noise_files
from augment.audio import Audio, resample
from augment.effect import Effect, Params
from augment.errors import SpecError, unknown
from augment.spec import Choice, Name, Number, Span
from augment.speech_level import active_level_dbfs, energy, gain

SYNTHETIC = "synthetic"
SYNTHETIC_RATIO_DB = 3.0
"""Direct to reverberant sound of a synthetic room for which nothing is asked."""

DIRECT_S = 0.0025
"""The direct sound is what a Hann window of this reach to either side of the strongest moment lets through."""

LONGEST_S = 10.0
"""Impulse responses are read up to here."""


def _check_source(source: str) -> None:
    if not source.startswith(("folder:", "file:")) and source != SYNTHETIC:
        raise unknown("room", source, (SYNTHETIC, "folder:PATH", "file:PATH"))


@dataclass(frozen=True, kw_only=True)
class Room(Effect):
    """The voice through a room's impulse response, as loud as before and in time with the direct sound.

    ``source``: ``folder:PATH`` or ``file:PATH`` of impulse responses (the first track of each; its strongest moment is
    taken for the direct sound and made positive), or ``synthetic``: a direct sound and Gaussian noise that falls by
    60 dB in ``rt60_s`` (Polack's model; Lebart et al., Acta Acustica 87, 2001). ``direct_to_reverberant_db``: brings
    the energy of the direct sound over that of all else to this ratio; without it a file stays as it was measured.
    """

    name = "room"
    examples = ({"rt60_s": [0.2, 0.8], "direct_to_reverberant_db": [0, 12]}, {})
    source: Annotated[Choice, Name(_check_source)] = SYNTHETIC
    rt60_s: Annotated[Span, Number(0.05, 5.0)] = 0.4
    direct_to_reverberant_db: Annotated[Span | None, Number(-20.0, 40.0)] = None

    def check(self) -> None:
        """Raise SpecError if a folder or a file is not there, or a file cannot be read or is silent."""
        for source in (self.source,) if isinstance(self.source, str) else self.source:
            for file in () if source == SYNTHETIC else noise_files.listing(source):
                _measured(file.as_posix(), file.stat().st_mtime_ns, 16000)

    def draw_more(self, generator: np.random.Generator, fields: Params, *, n_samples: int, rate: int) -> Params:  # noqa: ARG002
        """A seed for a synthetic room, a file for others."""
        if fields["source"] == SYNTHETIC:
            return {"seed": int(generator.integers(2**32))}
        files = noise_files.listing(fields["source"])
        return {"file": files[generator.integers(len(files))].as_posix()}

    @classmethod
    def change(cls, audio: Audio, rate: int, params: Mapping[str, Any]) -> Audio:
        """The audio in the room; what would sound on after the clip's end is cut."""
        from scipy import signal

        impulse, direct = cls.impulse(rate, params)
        heard = np.asarray(signal.oaconvolve(audio, impulse)[direct : direct + len(audio)], dtype=np.float32)
        before_dbfs, after_dbfs = active_level_dbfs(audio, rate), active_level_dbfs(heard, rate)
        return heard * gain(before_dbfs - after_dbfs) if min(before_dbfs, after_dbfs) > -np.inf else heard

    @classmethod
    def impulse(cls, rate: int, params: Mapping[str, Any]) -> tuple[Audio, int]:
        """The impulse response, and which of its samples is the direct sound."""
        ratio_db = params["direct_to_reverberant_db"]
        if "file" in params:
            file = params["file"]
            impulse = _measured(file, Path(file).stat().st_mtime_ns, rate)
        else:
            impulse = _synthetic(params["rt60_s"], rate, params["seed"])
            ratio_db = SYNTHETIC_RATIO_DB if ratio_db is None else ratio_db
        direct = int(np.argmax(np.abs(impulse)))
        if ratio_db is not None:
            impulse = _with_ratio(impulse, direct, rate, ratio_db)
        return impulse, direct


@functools.lru_cache(maxsize=64)
def _measured(file: str, _changed_ns: int, rate: int) -> Audio:
    """The impulse response of a file at ``rate``, its strongest moment at 1."""
    with noise_files.opened(file) as sound:
        tracks = sound.read(round(LONGEST_S * sound.samplerate), dtype="float32", always_2d=True)
        impulse = resample(noise_files.finite(tracks[:, 0], file), sound.samplerate, rate)
    if not impulse.any():
        raise SpecError(f"room {file}: this impulse response is silent; take it out of the folder")
    return np.asarray(impulse / impulse[np.argmax(np.abs(impulse))], dtype=np.float32)


def _synthetic(rt60_s: float, rate: int, seed: int) -> Audio:
    """A direct sound at the first sample, and a tail of some level behind it."""
    moments = np.arange(1, max(2, round(rt60_s * rate))) / rate
    tail = np.random.default_rng(seed).standard_normal(len(moments)) * 10.0 ** (-3.0 * moments / rt60_s)
    tail *= np.where(moments >= DIRECT_S, 1.0, 0.0)
    loudest = np.abs(tail).max()
    return np.concatenate([[1.0], tail / (2.0 * loudest) if loudest else tail]).astype(np.float32)


def _with_ratio(impulse: Audio, direct: int, rate: int, ratio_db: float) -> Audio:
    """The impulse response with the direct sound ``ratio_db`` above all else in energy."""
    away = np.abs(np.arange(len(impulse)) - direct) / (DIRECT_S * rate)
    window = np.where(away < 1.0, 0.5 + 0.5 * np.cos(np.pi * away), 0.0).astype(np.float32)
    near, far = impulse * window, impulse * (1.0 - window)
    rest = energy(far)
    if rest <= 0.0:
        return impulse
    now_db = 10.0 * np.log10(energy(near) / rest)
    return np.asarray(near + far * gain(float(now_db) - ratio_db), dtype=np.float32)
