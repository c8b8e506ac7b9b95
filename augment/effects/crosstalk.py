"""Crosstalk: another conversation, or the other party of this one, faintly on the line."""

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
from augment.speech_level import NOMINAL_DBFS, active_level_dbfs, gain

BABBLE = "babble"
MEASURED_S = 20.0
"""The other voice's level is taken over this time at least, so that a pause of theirs is not made loud."""


def _check_source(source: str) -> None:
    if not source.startswith(("folder:", "file:")) and source != BABBLE:
        raise unknown("source of crosstalk", source, (BABBLE, "folder:PATH", "file:PATH"))


@dataclass(frozen=True, kw_only=True)
class Crosstalk(Effect):
    """The other voice over the whole clip, its active speech level ``below_db`` below that of this one.

    ``source``: ``folder:PATH`` or ``file:PATH`` of speech, of which a file and a start are drawn (a file that is too
    short goes round), or ``babble``: several distant voices at once, without words. Where this voice is silent, the
    other lies that far below the nominal -26 dBFS.
    """

    name = "crosstalk"
    examples = ({"below_db": [15, 40]},)
    below_db: Annotated[Span, Number(0.0, 80.0)]
    source: Annotated[Choice, Name(_check_source)] = BABBLE

    def check(self) -> None:
        """Raise SpecError if a folder or a file of speech is not there."""
        for source in (self.source,) if isinstance(self.source, str) else self.source:
            if source != BABBLE:
                noise_files.check(source)

    def draw_more(self, generator: np.random.Generator, fields: Params, *, n_samples: int, rate: int) -> Params:
        """A seed for babble; a file and a start for others."""
        if fields["source"] == BABBLE:
            return {"seed": int(generator.integers(2**32))}
        file, start_s = noise_files.draw_stretch(fields["source"], n_samples / rate, generator)
        return {"file": file, "start_s": start_s}

    @classmethod
    def change(cls, audio: Audio, rate: int, params: Mapping[str, Any]) -> Audio:
        """The voice plus the other. Nothing is added where the other is silent all the time."""
        measured = max(len(audio), round(MEASURED_S * rate))
        if "file" in params:
            other = noise_files.read_stretch(params["file"], params["start_s"], measured, rate)
        else:
            other = noises.synthesise(BABBLE, len(audio), rate, np.random.default_rng(params["seed"]))
        other_dbfs, this_dbfs = active_level_dbfs(other, rate), active_level_dbfs(audio, rate)
        if other_dbfs == -np.inf:
            return audio.copy()
        if this_dbfs == -np.inf:
            this_dbfs = NOMINAL_DBFS
        return audio + other[: len(audio)] * gain(this_dbfs - params["below_db"] - other_dbfs)
