"""Specs: frozen dataclasses that are written in JSON, checked on making, and drawn from.

A field's annotation says what it takes: ``Annotated[Span, Number(low, high)]`` (a number, a ``[low, high]`` range to
draw from uniformly, or a normal distribution ``{mean, sd}``), ``Annotated[Choice, Name(check)]`` (a name, or a list of
names to choose from), ``Flag()``, ``Nested(spec)``, ``Several(kind)`` (one of these, or a list of them) or ``Plain()``
(any JSON).
"""

from __future__ import annotations

import dataclasses
import functools
import json
import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self, get_type_hints

import numpy as np

from augment.errors import SpecError, unknown

REACH_SD = 2.5
"""Where a normal distribution is cut, in standard deviations from its mean."""


@dataclass(frozen=True)
class Normal:
    """A normal distribution, cut at ``low`` and ``high``. In JSON ``{"mean": m, "sd": s}``; the ends follow from it."""

    mean: float
    sd: float
    low: float
    high: float

    def draw(self, generator: np.random.Generator) -> float:
        """One number, by the inverse of the distribution function."""
        from scipy.special import ndtr, ndtri

        if not self.sd:
            return self.mean
        low, high = ((end - self.mean) / self.sd for end in (self.low, self.high))
        return float(self.mean + self.sd * ndtri(generator.uniform(ndtr(low), ndtr(high))))


Span = float | tuple[float, float] | Normal
"""A number, or what it is drawn from: a range, uniformly, or a normal distribution."""


def ends(span: Span) -> tuple[float, float]:
    """The least and the most that is drawn."""
    if isinstance(span, Normal):
        return span.low, span.high
    return span if isinstance(span, tuple) else (span, span)


Choice = str | tuple[str, ...]
"""A name, or the names one is chosen from."""


class Kind(ABC):
    """What a field takes, how it is drawn, and how it is written."""

    @abstractmethod
    def read(self, value: Any, where: str) -> Any:
        """The value in its one canonical form. Raises SpecError if it is not of this kind."""

    @abstractmethod
    def draw(self, value: Any, generator: np.random.Generator) -> Any:
        """One JSON value."""

    def to_json(self, value: Any) -> Any:
        """The value as JSON has it."""
        return list(value) if isinstance(value, tuple) else value


@dataclass(frozen=True)
class Number(Kind):
    """A number, a ``[low, high]`` range or a ``{"mean", "sd"}`` distribution, within limits."""

    low: float = -math.inf
    high: float = math.inf

    def read(self, value: Any, where: str) -> Span:
        """A float, a pair of floats in order, or a normal distribution."""
        if isinstance(value, (Mapping, Normal)):
            return self._normal(self.to_json(value), where)
        if isinstance(value, Sequence) and not isinstance(value, str):
            if len(value) != 2:
                raise SpecError(f"{where} must be a number or [low, high], not {value!r}")
            low, high = (self._single(end, where) for end in value)
            if low > high:
                raise SpecError(f"{where} is [low, high], but {low:g} is above {high:g} (swapped?)")
            return low, high
        return self._single(value, where)

    def _normal(self, value: Mapping[str, Any], where: str) -> Normal:
        if set(value) != {"mean", "sd"}:
            raise SpecError(f"{where} must be a number, [low, high] or {{mean, sd}}, not {dict(value)!r}")
        mean, sd = self._single(value["mean"], where), Number(0.0)._single(value["sd"], f"{where}: sd")
        return Normal(mean, sd, max(mean - REACH_SD * sd, self.low), min(mean + REACH_SD * sd, self.high))

    def _single(self, value: Any, where: str) -> float:
        if isinstance(value, bool) or not isinstance(value, (int, float, np.number)) or not math.isfinite(value):
            raise SpecError(f"{where} must be a number or [low, high], not {value!r}")
        if not self.low <= value <= self.high:
            raise SpecError(f"{where} is {value:g}, it must be from {self.low:g} to {self.high:g}")
        return float(value)

    def draw(self, value: Any, generator: np.random.Generator) -> float:
        """The number, or one drawn: uniformly from a range. Rounded so that records stay readable."""
        if isinstance(value, Normal):
            return round(value.draw(generator), 6)
        return round(float(generator.uniform(*value)), 6) if isinstance(value, tuple) else value

    def to_json(self, value: Any) -> Any:
        """The value as JSON has it."""
        return {"mean": value.mean, "sd": value.sd} if isinstance(value, Normal) else super().to_json(value)


@dataclass(frozen=True)
class OneOf(Kind):
    """One of some whole numbers."""

    known: tuple[int, ...]

    def read(self, value: Any, where: str) -> int:
        """The number. Raises SpecError if it is none of them."""
        if isinstance(value, bool) or not isinstance(value, (int, float, np.number)) or value not in self.known:
            raise SpecError(f"{where} must be one of {', '.join(map(str, self.known))}, not {value!r}")
        return int(value)

    def draw(self, value: Any, generator: np.random.Generator) -> Any:  # noqa: ARG002
        """The number."""
        return value


@dataclass(frozen=True)
class Flag(Kind):
    """True or false."""

    def read(self, value: Any, where: str) -> bool:
        """The truth value. Raises SpecError for anything else, 0 and 1 as well."""
        if not isinstance(value, bool):
            raise SpecError(f"{where} must be true or false, not {value!r}")
        return value

    def draw(self, value: Any, generator: np.random.Generator) -> Any:  # noqa: ARG002
        """The truth value."""
        return value


@dataclass(frozen=True)
class Name(Kind):
    """A name or a list of names; ``check`` raises for one that does not exist."""

    check: Callable[[str], object] = str

    def read(self, value: Any, where: str) -> Choice:
        """A string, or a tuple of strings."""
        names = (value,) if isinstance(value, str) else value
        if not isinstance(names, Sequence) or not names or not all(isinstance(n, str) for n in names):
            raise SpecError(f"{where} must be a name or a list of names, not {value!r}")
        for name in names:
            self.check(name)
        return value if isinstance(value, str) else tuple(names)

    def draw(self, value: Any, generator: np.random.Generator) -> str:
        """The name, or one chosen with equal chances."""
        return str(value[generator.integers(len(value))]) if isinstance(value, tuple) else value


@dataclass(frozen=True)
class Nested(Kind):
    """Another spec."""

    spec: type[Spec]

    def read(self, value: Any, where: str) -> Spec:
        """A spec, from itself or from its JSON object."""
        return value if isinstance(value, self.spec) else self.spec.from_json(value, where)

    def draw(self, value: Any, generator: np.random.Generator) -> Any:
        """The drawn fields of the spec."""
        return value.draw_fields(generator)

    def to_json(self, value: Any) -> Any:
        """The spec's JSON object."""
        return value.to_json()


@dataclass(frozen=True)
class Several(Kind):
    """A value of another kind, or a list of them, each drawn by itself."""

    kind: Kind

    def read(self, value: Any, where: str) -> Any:
        """The value, or a tuple of values. Raises SpecError for an empty list."""
        if not isinstance(value, (list, tuple)):
            return self.kind.read(value, where)
        if not value:
            raise SpecError(f"{where} is an empty list; leave it out, or put one in")
        return tuple(self.kind.read(item, f"{where}[{index}]") for index, item in enumerate(value))

    def draw(self, value: Any, generator: np.random.Generator) -> Any:
        """One JSON value, or a list of them."""
        if isinstance(value, tuple):
            return [self.kind.draw(item, generator) for item in value]
        return self.kind.draw(value, generator)

    def to_json(self, value: Any) -> Any:
        """The value, or the list of values."""
        return [self.kind.to_json(item) for item in value] if isinstance(value, tuple) else self.kind.to_json(value)


@dataclass(frozen=True)
class Plain(Kind):
    """Any JSON value, as it is."""

    def read(self, value: Any, where: str) -> Any:
        """A copy that shares nothing with the value."""
        try:
            return json.loads(json.dumps(value))
        except (TypeError, ValueError) as error:
            raise SpecError(f"{where} must be plain JSON: {error}") from None

    def to_json(self, value: Any) -> Any:
        """A copy that shares nothing with the value."""
        return json.loads(json.dumps(value))

    def draw(self, value: Any, generator: np.random.Generator) -> Any:  # noqa: ARG002
        """A copy that shares nothing with the value."""
        return self.to_json(value)


@functools.cache
def _kinds_of(spec: Any) -> dict[str, Kind]:
    """The kind of each field of a spec, in their order."""
    hints = get_type_hints(spec, include_extras=True)
    return {field.name: hints[field.name].__metadata__[0] for field in dataclasses.fields(spec)}


@dataclass(frozen=True, kw_only=True)
class Spec:
    """A checked, immutable description that goes to JSON and back.

    Making one raises SpecError for a value that its field does not take.
    """

    title: ClassVar[str] = "spec"

    @property
    def _kinds(self) -> dict[str, Kind]:
        spec: Any = type(self)
        return _kinds_of(spec)

    def __post_init__(self) -> None:
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if value is not None or field.default is not None:
                read = self._kinds[field.name].read(value, f"{self.title}: {field.name}")
                object.__setattr__(self, field.name, read)

    @classmethod
    def from_json(cls, data: Any, where: str = "") -> Self:
        """A spec from its JSON object. Raises SpecError for what is unknown, missing or wrong."""
        if not isinstance(data, Mapping):
            raise SpecError(f"{where or cls.title} must be a JSON object, not {data!r}")
        fields = {field.name: field for field in dataclasses.fields(cls)}
        for key in data:
            if key not in fields:
                raise unknown(f"field of {cls.title}", key, fields)
        for key, field in fields.items():
            if key not in data and field.default is dataclasses.MISSING:
                raise SpecError(f"{cls.title} needs the field {key!r}")
        return cls(**data)

    def to_json(self) -> dict[str, Any]:
        """The JSON object, defaults written out; a field that is None is left out."""
        values = {key: getattr(self, key) for key in self._kinds}
        return {key: self._kinds[key].to_json(value) for key, value in values.items() if value is not None}

    def draw_fields(self, generator: np.random.Generator) -> dict[str, Any]:
        """One JSON value for each field, ranges and choices drawn in the order of the fields."""
        drawn: dict[str, Any] = {}
        for key, kind in self._kinds.items():
            value = getattr(self, key)
            drawn[key] = None if value is None else kind.draw(value, generator)
        return drawn
