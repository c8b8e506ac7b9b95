"""Additive noise at a signal-to-noise ratio."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np

from augment import noise_files, noises
from augment.audio import Audio
from augment.effect import Effect, Params
from augment.errors import unknown
from augment.spec import Choice, Name, Number, Span
from augment.speech_level import NOMINAL_DBFS, active_level_dbfs, gain, rms_dbfs


def _check_source(source: str) -> None:
    if not source.startswith(("folder:", "file:")) and source not in noises.names():
        raise unknown("noise source", source, (*noises.names(), "folder:PATH", "file:PATH"))


@dataclass(frozen=True, kw_only=True)
class Noise(Effect):
    """Noise over the whole clip.

    ``snr_db``: active speech level over the noise's RMS level, in dB. Under silence, noise lies that far below the
    nominal -26 dBFS. ``source``: a synthetic noise (see ``augment.noises``), ``folder:PATH`` or ``file:PATH``;
    a file and where to start in it are drawn.
    """

    name = "noise"
    examples = ({"snr_db": [5, 20], "source": ["white", "pink", "brown", "hum", "speech", "babble"]},)
    snr_db: Annotated[Span, Number(-40.0, 100.0)]
    source: Annotated[Choice, Name(_check_source)] = "pink"

    def check(self) -> None:
        """Raise SpecError if a folder or a file of noise is not there."""
        for source in (self.source,) if isinstance(self.source, str) else self.source:
            if ":" in source:
                noise_files.check(source)

    def draw_more(self, generator: np.random.Generator, fields: Params, *, n_samples: int, rate: int) -> Params:
        """A seed for a synthetic noise; a file and a start for others."""
        if ":" not in fields["source"]:
            return {"seed": int(generator.integers(2**32))}
        file, start_s = noise_files.draw_stretch(fields["source"], n_samples / rate, generator)
        return {"file": file, "start_s": start_s}

    @classmethod
    def change(cls, audio: Audio, rate: int, params: Mapping[str, Any]) -> Audio:
        """Speech plus noise at the drawn ratio. Nothing is added where the stretch of noise is silent."""
        noise = cls.sound(len(audio), rate, params)
        noise_dbfs = rms_dbfs(noise)
        if noise_dbfs == -np.inf:
            return audio.copy()
        speech_dbfs = active_level_dbfs(audio, rate)
        if speech_dbfs == -np.inf:
            speech_dbfs = NOMINAL_DBFS
        noise *= gain(speech_dbfs - params["snr_db"] - noise_dbfs)
        noise += audio
        return noise

    @classmethod
    def sound(cls, n_samples: int, rate: int, params: Mapping[str, Any]) -> Audio:
        """The noise alone, at the level that it comes with."""
        if "file" in params:
            return noise_files.read_stretch(params["file"], params["start_s"], n_samples, rate)
        return noises.synthesise(params["source"], n_samples, rate, np.random.default_rng(params["seed"]))
