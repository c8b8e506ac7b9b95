"""Pitch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from augment.audio import Audio
from augment.effect import Effect
from augment.spec import Number, Span
from augment.stretch import stretch


@dataclass(frozen=True, kw_only=True)
class Pitch(Effect):
    """The voice ``semitones`` higher (or lower, if negative), its formants with it; time is kept."""

    name = "pitch"
    examples = ({"semitones": [-3, 3]},)
    semitones: Annotated[Span, Number(-12.0, 12.0)]

    @classmethod
    def change(cls, audio: Audio, rate: int, params: Mapping[str, Any]) -> Audio:
        """As many samples, each moment where it was."""
        return stretch(audio, rate, semitones=params["semitones"], n_samples=len(audio))
