"""Channel: an ordered list of effects that audio goes through, drawn first, then applied."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from augment import effects as registry
from augment.audio import Audio, checked
from augment.effect import Effect, Params
from augment.errors import SpecError, unknown
from augment.randomness import rng
from augment.time_map import TimeMap


@dataclass(frozen=True)
class Drawn:
    """All drawn parameters of one clip: with the clip, they make the result again."""

    channel: str
    rate: int
    n_samples: int
    effects: tuple[Params, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """``{"channel", "rate", "n_samples", "effects": [{"effect": name, ...}, ...]}``."""
        return {"channel": self.channel, "rate": self.rate, "n_samples": self.n_samples, "effects": list(self.effects)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The record again. Raises SpecError for what is none."""
        try:
            return cls(str(data["channel"]), int(data["rate"]), int(data["n_samples"]), tuple(data["effects"]))
        except KeyError as missing:
            raise SpecError(f"a record needs the field {missing}") from None
        except (TypeError, ValueError) as problem:
            raise SpecError(f"this is no record: {problem}") from None


class _Recorded(dict[str, Any]):
    """Parameters out of a record, of which a missing one is a SpecError."""

    def __missing__(self, key: str) -> Any:
        raise SpecError(f"the record of effect {self.get('effect')!r} has no {key!r}")


@dataclass(frozen=True)
class Rendered:
    """Audio as heard through a channel: float32 ``[n]``, its record, and where its moments went."""

    audio: Audio
    drawn: Drawn
    time_map: TimeMap


@dataclass(frozen=True)
class Channel:
    """A named list of effects. ``Channel("clean")`` is the identity."""

    name: str
    effects: tuple[Effect, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "effects", tuple(self.effects))
        if not isinstance(self.name, str) or not self.name:
            raise SpecError(f"a channel needs a name, not {self.name!r}")
        for effect in self.effects:
            if not isinstance(effect, Effect):
                raise SpecError(f"channel {self.name!r}: {effect!r} is not an effect (from JSON: Channel.from_json)")

    @classmethod
    def from_json(cls, data: Any) -> Self:
        """A channel from ``{"name": ..., "effects": [{"effect": ..., field: value, ...}, ...]}``.

        Raises:
            SpecError, UnknownName: what is unknown, missing or wrong; both are ValueErrors.
        """
        if not isinstance(data, Mapping) or "name" not in data:
            raise SpecError(f'a channel is written {{"name": ..., "effects": [...]}}, not {data!r}')
        for key in data:
            if key not in ("name", "effects"):
                raise unknown("field of a channel", key, ("name", "effects"))
        if not isinstance(data.get("effects") or [], list | tuple):
            raise SpecError(f"channel {data['name']!r}: effects is a list, not {data['effects']!r}")
        try:
            return cls(data["name"], tuple(registry.from_json(effect) for effect in data.get("effects") or ()))
        except SpecError as error:
            raise type(error)(f"channel {data['name']!r}: {error}") from None

    def to_json(self) -> dict[str, Any]:
        """The JSON object, every field written out."""
        return {"name": self.name, "effects": [effect.to_json() for effect in self.effects]}

    @property
    def keeps_time(self) -> bool:
        """Whether the output has the input's samples, aligned."""
        return all(effect.keeps_time for effect in self.effects)

    def check(self) -> None:
        """Raise what rendering would for lack of a library or a file, without rendering.

        Raises:
            CodecUnavailable: names the codec and how to get it.
            SpecError: a folder or a transform that is not there.
        """
        for effect in self.effects:
            effect.check()

    def draw(self, generator: np.random.Generator, *, n_samples: int, rate: int) -> Drawn:
        """The parameters for a clip of ``n_samples`` at ``rate`` Hz, all from one generator."""
        return self._draw(lambda *_: generator, n_samples, rate)

    def _draw(self, generator_of: Callable[[int, Effect], np.random.Generator], n_samples: int, rate: int) -> Drawn:
        drawn: list[Params] = []
        length = n_samples
        for index, effect in enumerate(self.effects):
            params = effect.draw(generator_of(index, effect), n_samples=length, rate=rate)
            length = effect.length_after(length, rate, params)
            drawn.append(params)
        return Drawn(self.name, rate, n_samples, tuple(drawn))

    def apply(self, audio: NDArray[Any], rate: int, drawn: Drawn) -> Rendered:
        """The audio with the drawn parameters; pure. ``audio``: float ``[n]`` at ``rate`` Hz, left as it is.

        Raises:
            AudioError: audio that cannot be processed.
            SpecError: parameters of another channel, or of a clip of other length or rate.
            CodecUnavailable: see ``check``.
        """
        mine = [effect.name for effect in self.effects]
        theirs = [params.get("effect") for params in drawn.effects]
        if mine != theirs:
            raise SpecError(f"channel {self.name!r} has the effects {mine}, but the parameters are for {theirs}")
        return replay(audio, rate, drawn)

    def render(self, audio: NDArray[Any], rate: int, seed: int, path: Iterable[str | int] = ()) -> Rendered:
        """Draw by ``rng(seed, *path, index, effect name)`` for each effect, and apply.

        The same arguments give the same bytes in any order, process or resumed run. Raises as ``apply``.
        """
        clean = checked(audio, rate)
        steps = tuple(path)
        return replay(
            clean, rate, self._draw(lambda index, effect: rng(seed, *steps, index, effect.name), len(clean), rate)
        )

    def describe(self) -> str:
        """One short line for people."""
        return f"{self.name}: {' > '.join(effect.describe() for effect in self.effects) or 'as it is'}"


def replay(audio: NDArray[Any], rate: int, drawn: Drawn) -> Rendered:
    """A clip made again from its record; pure. Raises as ``Channel.apply``."""
    heard = checked(audio, rate)
    if (len(heard), rate) != (drawn.n_samples, drawn.rate):
        raise SpecError(
            f"the parameters were drawn for {drawn.n_samples} samples at {drawn.rate} Hz, "
            f"the audio has {len(heard)} at {rate} Hz"
        )
    time_map = TimeMap()
    for recorded in drawn.effects:
        if not isinstance(recorded, Mapping):
            raise SpecError(f"an effect's record is a JSON object, not {recorded!r}")
        params = _Recorded(recorded)
        effect = registry.get(params["effect"])
        if not effect.keeps_time and not params.get("skipped"):
            time_map = time_map.then(effect.time_map(params))
        heard = effect.apply(heard, rate, params)
    return Rendered(heard if drawn.effects else heard.copy(), drawn, time_map)
