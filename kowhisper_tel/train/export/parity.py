"""Parity: does what was exported hear what the trained model hears? Measured on one suite of every stratum.

The reference is the trained model itself: its fp32 weights in transformers, decoded by this suite's own loop. (One made
by the same converter, CTranslate2 in float32, would hide the converter's own faults.) A stock tool is set against this
suite's decoding of the same folder, so that only the tool differs.
"""

from __future__ import annotations

import dataclasses
import functools
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from eval_suites import stock
from kowhisper_tel.train.export.formats import CT2, SAFETENSORS

if TYPE_CHECKING:
    import pandas as pd

    from eval_suites.results import BlockKind, Results
    from eval_suites.statistics import Interval

TRAINED = "trained"
OURS, FASTER_WHISPER, TRANSFORMERS = "kowhisper_tel", "faster-whisper", "transformers"
LEVEL = 0.95
Verdict = Literal["held", "open", "worse", "absent"]
VERDICTS: tuple[Verdict, ...] = ("worse", "open", "absent", "held")
"""The worst first. ``held``: the interval's upper end is within the budget; ``worse``: all of it lies above; ``open``:
neither is shown; ``absent``: the tool is not installed."""
COMPARABLE: Mapping[str, Any] = {
    "beam_size": 1,
    "condition_on_previous_text": False,
    "temperature": [0.0, 0.4, 0.8],
    "without_timestamps": True,
}
"""faster-whisper told to decode as this suite does: greedy, no timestamps, a text at a time."""


@dataclass(frozen=True)
class Check:
    """One row: a format in the hands of a tool, and the row that it is set against.

    ``options`` are what the tool is told beside its defaults. A row not ``judged`` is shown and decides nothing.
    """

    name: str
    format: str
    tool: str
    against: str
    options: Mapping[str, Any] = field(default_factory=dict)
    judged: bool = True


@dataclass(frozen=True)
class StratumParity:
    """One stratum of a row. Rates and their change are fractions; ``identical`` is the share of equal texts.

    ``low`` to ``high`` is the paired interval of the change (``None``: there is none, as with one speaker; 0 to 0: no
    text differs), ``strength`` what its blocks allow (``statistics.Interval``). ``clips_needed``: about so many would
    show it, where it is ``open`` and the change itself is within the budget.
    """

    stratum: str
    suite: str
    metric: str
    clips: int
    blocks: int
    kind: BlockKind
    strength: str
    reference: float
    exported: float
    delta: float
    low: float | None
    high: float | None
    identical: float
    loops_reference: int
    loops: int
    verdict: Verdict
    clips_needed: int | None


@dataclass(frozen=True)
class Row:
    """A ``Check`` as measured. ``computed`` is the number format on this machine; a speed is seconds per audio second.

    Bytes are those of the format's folder.
    """

    check: Check
    computed: str
    disk_bytes: int
    seconds_per_second: float | None
    strata: tuple[StratumParity, ...]
    how_to_get: str = ""

    @property
    def verdict(self) -> Verdict:
        """The worst of its strata."""
        return min((one.verdict for one in self.strata), key=VERDICTS.index, default="absent")


@dataclass(frozen=True)
class Parity:
    """What was measured of one model's formats. ``budget`` is a fraction (0.005: half a point).

    ``left_out``: strata without a suite, each with the reason in both languages. ``trained_speed`` is the reference's.
    """

    model: str
    source: str
    budget: float
    device: str
    rows: tuple[Row, ...]
    left_out: tuple[Mapping[str, Any], ...] = ()
    trained_bytes: int = 0
    trained_speed: float | None = None

    @property
    def held(self) -> bool:
        """Whether every judged row that could be measured is within the budget on every stratum."""
        return all(row.verdict in ("held", "absent") for row in self.rows if row.check.judged)

    def holds(self, format: str) -> bool:
        """The same of one format's rows, which are all that its card shows."""
        return dataclasses.replace(self, rows=tuple(row for row in self.rows if row.check.format == format)).held

    def to_json(self) -> dict[str, Any]:
        """As a JSON object, each row with its verdict."""
        record = asdict(self)
        for row, found in zip(record["rows"], self.rows, strict=True):
            row["verdict"] = found.verdict
        return record | {"held": self.held}

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Parity:
        """The reverse of ``to_json``. Raises ``TypeError`` or ``KeyError`` for anything else."""
        rows = tuple(
            Row(
                Check(**row["check"]),
                strata=tuple(StratumParity(**one) for one in row["strata"]),
                **{key: row[key] for key in ("computed", "disk_bytes", "seconds_per_second", "how_to_get")},
            )
            for row in record["rows"]
        )
        rest = {key: value for key, value in record.items() if key not in ("rows", "held", "left_out")}
        return cls(rows=rows, left_out=tuple(record["left_out"]), **rest)


def checks(formats: Sequence[str], *, with_stock: bool = True) -> list[Check]:
    """The rows: each format here, and in stock tools the safetensors and the first of CTranslate2's.

    faster-whisper is judged as it comes (a beam of five, timestamps, temperatures up to 1). Told to decode as here, it
    is shown only, and says whether a difference comes of those.
    """
    found = [Check(name, name, OURS, TRAINED) for name in formats]
    if not with_stock:
        return found
    first = next((name for name in formats if name.startswith(CT2)), None)
    if first:
        found += [
            Check(f"{first} in {FASTER_WHISPER}", first, FASTER_WHISPER, first),
            Check(f"{first} in {FASTER_WHISPER}, greedy", first, FASTER_WHISPER, first, COMPARABLE, judged=False),
        ]
    if SAFETENSORS in formats:
        found.append(Check(f"{SAFETENSORS} in {TRANSFORMERS}", SAFETENSORS, TRANSFORMERS, SAFETENSORS))
    return found


def compare(check: Check, results: Results, budget: float) -> tuple[StratumParity, ...]:
    """A row's strata, in the order of their suites."""
    rows = results.rows
    reference, exported = (rows[rows["model"] == name] for name in (check.against, check.name))
    return tuple(
        _stratum(
            suite.stratum,
            suite.name,
            reference[reference["suite"] == suite.name],
            exported[exported["suite"] == suite.name],
            budget,
        )
        for suite in results.suites
    )


def _stratum(stratum: str, suite: str, reference: pd.DataFrame, exported: pd.DataFrame, budget: float) -> StratumParity:
    from eval_suites.results import headline_metric
    from eval_suites.statistics import paired_bootstrap

    metric = headline_metric(reference)
    found = paired_bootstrap(reference, exported, metric=metric, level=LEVEL, segments=False)
    texts = [side.set_index("utterance_id")["hypothesis_norm"] for side in (reference, exported)]
    identical = float((texts[0] == texts[1].reindex(texts[0].index)).mean())
    if identical == 1:  # nothing differs, which needs no second speaker to be seen
        found = dataclasses.replace(found, low=0.0, high=0.0)
    return StratumParity(
        stratum, suite, metric, len(exported), found.blocks, found.kind, found.strength,
        found.baseline, found.candidate, found.delta, _or_none(found.low), _or_none(found.high),
        identical,
        int(reference["loop"].sum()), int(exported["loop"].sum()),
        verdict(found, budget), clips_needed(found, len(exported), budget),
    )  # fmt: skip


def verdict(found: Interval, budget: float) -> Verdict:
    """What an interval says of a budget. Without an interval nothing is shown."""
    if found.high <= budget:
        return "held"
    return "worse" if found.low > budget else "open"


def clips_needed(found: Interval, clips: int, budget: float) -> int | None:
    """About how many clips bring the upper end down to the budget, were the change the same: an interval's reach falls
    as the root of their number. ``None`` where it is there, where the change itself is beyond, or nothing is known.
    """
    reach, room = found.high - found.delta, budget - found.delta
    if not math.isfinite(reach) or reach <= room or room <= 0:
        return None
    return math.ceil(clips * (reach / room) ** 2)


def _or_none(number: float) -> float | None:
    return number if math.isfinite(number) else None


@functools.cache
def computed_in(weights: str, device: str) -> str:
    """What CTranslate2 computes in on a device, with weights stored so: that, or the nearest that the device has."""
    import ctranslate2

    can = ctranslate2.get_supported_compute_types(device)
    nearest = [weights, "int8" if weights.startswith("int8") else "float32", "float32"]
    return next(name for name in nearest if name in can)


def missing_tool(check: Check) -> str:
    """How to get the tool of a check where it is not here, else nothing."""
    if check.tool == OURS or stock.installed(check.tool):
        return ""
    return stock.TOOLS[check.tool][1]
