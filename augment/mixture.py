"""Mixture: channels with shares; each clip goes through one of them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from augment.channel import Channel, Rendered
from augment.errors import SpecError, unknown
from augment.randomness import rng


@dataclass(frozen=True)
class Mixture:
    """``(share, channel)`` pairs. Shares are above zero and need not sum to one."""

    parts: tuple[tuple[float, Channel], ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "parts", tuple((float(share), channel) for share, channel in self.parts))
        if not self.parts:
            raise SpecError("a mixture needs one channel or more")
        for share, channel in self.parts:
            if not (share > 0 and math.isfinite(share)):
                raise SpecError(f"the share of channel {channel.name!r} must be above 0, not {share:g}")

    @classmethod
    def from_json(cls, data: Any) -> Self:
        """A mixture from ``[{"share": 0.4, "channel": {...}}, ...]``. Raises SpecError or UnknownName."""
        if not isinstance(data, list):
            raise SpecError(f'a mixture is written [{{"share": 0.4, "channel": {{...}}}}, ...], not {data!r}')
        return cls(tuple(_part(part) for part in data))

    def to_json(self) -> list[dict[str, Any]]:
        """The JSON list."""
        return [{"share": share, "channel": channel.to_json()} for share, channel in self.parts]

    @property
    def keeps_time(self) -> bool:
        """Whether every channel does."""
        return all(channel.keeps_time for _, channel in self.parts)

    def check(self) -> None:
        """Raise what rendering would for lack of a library or a file (see ``Channel.check``)."""
        for _, channel in self.parts:
            channel.check()

    def pick(self, generator: np.random.Generator) -> Channel:
        """One of the channels, by their shares."""
        bounds = np.cumsum([share for share, _ in self.parts])
        index = int(np.searchsorted(bounds, generator.random() * bounds[-1], side="right"))
        return self.parts[min(index, len(self.parts) - 1)][1]

    def render(self, audio: NDArray[Any], rate: int, seed: int, path: Iterable[str | int] = ()) -> Rendered:
        """Pick by ``rng(seed, *path, "mixture")``, then render as ``Channel.render`` does."""
        steps = tuple(path)
        return self.pick(rng(seed, *steps, "mixture")).render(audio, rate, seed, steps)

    def describe(self) -> str:
        """One short line for people."""
        total = sum(share for share, _ in self.parts)
        return ", ".join(f"{share / total:.0%} {channel.name}" for share, channel in self.parts)


def _part(part: Any) -> tuple[float, Channel]:
    if not isinstance(part, Mapping):
        raise SpecError(f'a part of a mixture is written {{"share": 0.4, "channel": {{...}}}}, not {part!r}')
    for key in part:
        if key not in ("share", "channel"):
            raise unknown("field of a mixture's part", key, ("share", "channel"))
    share = part.get("share")
    if isinstance(share, bool) or not isinstance(share, (int, float)) or "channel" not in part:
        raise SpecError(f"a part of a mixture needs a share (a number) and a channel, not {dict(part)!r}")
    return float(share), Channel.from_json(part["channel"])
