"""Effect: one thing that happens to audio, in two steps: draw its parameters, apply them."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from augment.audio import Audio, checked
from augment.errors import SpecError
from augment.spec import Number, Span, Spec
from augment.time_map import TimeMap

Params = dict[str, Any]
"""Drawn parameters: JSON values, with the effect's name under ``"effect"``."""


@dataclass(frozen=True, kw_only=True)
class Effect(Spec):
    """What all effects share. A subclass gives ``name``, fields, ``examples`` (fields in JSON, for the contract
    tests and the docs), ``change``, and ``draw_more`` if it needs more.

    The fields say how parameters are drawn; ``apply`` needs the drawn parameters only, so a clip can be made
    again from its record alone.
    """

    name: ClassVar[str]
    keeps_time: ClassVar[bool] = True
    examples: ClassVar[tuple[Mapping[str, Any], ...]] = ()
    chance: Annotated[Span, Number(0.0, 1.0)] = 1.0

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "name" in cls.__dict__:
            cls.title = f"effect {cls.name!r}"

    @classmethod
    def from_json(cls, data: Any, where: str = "") -> Self:
        """An effect from ``{"effect": name, field: value, ...}``. Raises SpecError or UnknownName."""
        if isinstance(data, Mapping):
            data = {key: value for key, value in data.items() if key != "effect"}
        return super().from_json(data, where)

    def to_json(self) -> dict[str, Any]:
        """The JSON object; ``chance`` only where it is not 1."""
        fields = super().to_json()
        if self.chance == 1.0:
            del fields["chance"]
        return {"effect": self.name, **fields}

    def check(self) -> None:
        """Raise now what ``apply`` would raise on this machine for lack of a library or a file."""

    def draw(self, generator: np.random.Generator, *, n_samples: int, rate: int) -> Params:
        """The parameters for a clip of ``n_samples`` at ``rate`` Hz: the only random step."""
        fields = self.draw_fields(generator)
        chance = fields.pop("chance")
        if chance < 1.0 and generator.random() >= chance:
            return {"effect": self.name, "skipped": True}
        return {"effect": self.name, **fields, **self.draw_more(generator, fields, n_samples=n_samples, rate=rate)}

    def draw_more(self, generator: np.random.Generator, fields: Params, *, n_samples: int, rate: int) -> Params:  # noqa: ARG002
        """Parameters beyond the drawn fields: a seed, the lost frames, a file."""
        return {}

    @classmethod
    def apply(cls, audio: NDArray[Any], rate: int, params: Mapping[str, Any]) -> Audio:
        """The audio with the effect, a new float32 array; pure.

        Raises:
            AudioError: audio that cannot be processed (see ``augment.audio.checked``).
            SpecError: parameters of another effect.
            CodecUnavailable: a codec is asked for whose library is absent.
        """
        if params.get("effect") != cls.name:
            raise SpecError(f"these parameters are for the effect {params.get('effect')!r}, not {cls.name!r}")
        clean = checked(audio, rate)
        if params.get("skipped") or not len(clean):
            return clean.copy()
        changed = np.asarray(cls.change(clean, rate, params), dtype=np.float32)
        expected = cls.length_after(len(clean), rate, params)
        if changed.shape != (expected,):
            raise RuntimeError(f"{cls.title} gave {changed.shape} for {expected} samples; it may not change the length")
        return changed.copy() if np.may_share_memory(changed, audio) else changed

    @classmethod
    @abstractmethod
    def change(cls, audio: Audio, rate: int, params: Mapping[str, Any]) -> Audio:
        """The work of ``apply`` on one sample or more of finite float32; may not write into ``audio``."""

    @classmethod
    def time_map(cls, params: Mapping[str, Any]) -> TimeMap:  # noqa: ARG003
        """Where the moments of the input are in the output."""
        return TimeMap()

    @classmethod
    def length_after(cls, n_samples: int, rate: int, params: Mapping[str, Any]) -> int:
        """How many samples come out for ``n_samples``: what the time map says, one at least, none for none."""
        if params.get("skipped") or cls.keeps_time or not n_samples:
            return n_samples
        return max(1, round(cls.time_map(params).output_s(n_samples / rate) * rate))

    def describe(self) -> str:
        """A few words: the name and the fields."""
        fields = {key: value for key, value in self.to_json().items() if key != "effect"}
        return f"{self.name}({', '.join(f'{key} {_words(value)}' for key, value in fields.items())})"


def _words(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, list):
        if all(isinstance(item, str) for item in value):
            return "/".join(value)
        if any(isinstance(item, dict) for item in value):
            return " + ".join(_words(item) for item in value)
        return "..".join(_words(item) for item in value)
    if isinstance(value, dict):
        return ", ".join(f"{key} {_words(item)}" for key, item in value.items())
    return str(value)
