"""Facets: which suites lie on one curve, by what their conditions say (``Suite.conditions``)."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence

from eval_suites.suite import Suite

ORDER = (
    "snr_db", "bitrate_kbps", "loss", "mean_burst", "hops", "rate", "semitones", "formants", "rt60_s", "distance_m",
)  # fmt: skip
NEUTRAL = {"loss": 0.0, "hops": 1.0, "rate": 1.0, "semitones": 0.0, "formants": 1.0, "mean_burst": 1.0}
"""Values that leave the sound as it is: a suite at one of them says nothing of that condition by itself."""
SEPARATE = {"loss", "hops", "snr_db", "rate", "semitones", "formants"}
LEAST_VALUES = 3
Where = tuple[tuple[str, str], ...]


def numbers(suite: Suite) -> dict[str, float]:
    """The conditions that are finite numbers."""
    return {
        name: float(value)
        for name, value in suite.conditions.items()
        if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < float("inf")
    }


def measures(suites: Sequence[Suite]) -> list[str]:
    """The numeric conditions there are, the house's first."""
    found = {name for suite in suites for name in numbers(suite)}
    return [name for name in ORDER if name in found] + sorted(found - set(ORDER))


def _where(name: str, suite: Suite) -> Where:
    """The conditions that must be equal for two suites to lie on one curve, selection included."""
    rest = {key: value for key, value in suite.conditions.items() if key != name and NEUTRAL.get(key) != value}
    rest.pop("loss_kind", None)  # the length of bursts says it
    if _at_random(suite):
        rest.pop("mean_burst", None)
    if "codec" in rest and name == "bitrate_kbps":
        codec = str(rest.pop("codec"))
        rest.setdefault("codec_family", family(codec))
    elif "codec" in rest:
        rest = {key: value for key, value in rest.items() if key not in ("codec_family", "bitrate_kbps")}
    own = {**suite.selection, **({"number": suite.content} if suite.content else {})}
    return tuple(sorted((key, _plain(value)) for key, value in {**own, **rest}.items()))


def family(codec: str) -> str:
    """A codec's name without its bit rate or law.

    >>> family("amr-nb-4.75"), family("g711-mu"), family("g729a")
    ('amr-nb', 'g711', 'g729a')
    """
    return re.sub(r"-(?:[\d.]+|mu|a)$", "", codec)


def _at_random(suite: Suite) -> bool:
    """Whether packets are lost one by one: bursts are then as long as chance has them, ``1 / (1 - loss)``."""
    values = numbers(suite)
    loss, burst = values.get("loss", 0.0), values.get("mean_burst", 1.0)
    return not loss or burst == 1.0 or (loss < 1 and abs(burst - 1 / (1 - loss)) < 1e-3)


def _plain(value: object) -> str:
    return f"{value:g}" if isinstance(value, int | float) else str(value)


def group(name: str, suites: Sequence[Suite]) -> dict[Where | None, list[Suite]]:
    """Suites by curve; under ``None`` those that make no line, where they have three values among them."""
    own = [suite for suite in suites if name in numbers(suite)]
    if name == "mean_burst":
        own = [suite for suite in own if not _at_random(suite)]
    grouped: dict[Where, list[Suite]] = defaultdict(list)
    for suite in own:
        grouped[_where(name, suite)].append(suite)
    if name == "loss":
        _share_lossless(grouped)
    whole: dict[Where | None, list[Suite]] = {
        where: group for where, group in grouped.items() if _values(name, group) >= LEAST_VALUES
    }
    held = {suite.name for group in whole.values() for suite in group}
    others = [suite for suite in own if suite.name not in held and _is_alone(name, suite)]
    return {**whole, **({None: others} if _values(name, others) >= LEAST_VALUES else {})}


def _is_alone(name: str, suite: Suite) -> bool:
    """Whether the suite departs in this condition, and in none of those that have curves of their own, with all that
    is said in it.
    """
    if suite.content or "number" in suite.conditions:
        return False
    values = numbers(suite)
    others = [key for key in values if key in SEPARATE and key != name and values[key] != NEUTRAL.get(key)]
    return values[name] != NEUTRAL.get(name) and not others


def _share_lossless(grouped: dict[Where, list[Suite]]) -> None:
    """A call without loss begins the curves of random and of burst loss alike."""
    lossless = [(where, suite) for where, group in grouped.items() for suite in group if not numbers(suite)["loss"]]
    for where, suite in lossless:
        for other, group in grouped.items():
            if other != where and _without_burst(other) == _without_burst(where):
                group.append(suite)


def _without_burst(where: Where) -> Where:
    return tuple(pair for pair in where if pair[0] != "mean_burst")


def _values(name: str, suites: Iterable[Suite]) -> int:
    return len({numbers(suite)[name] for suite in suites})
