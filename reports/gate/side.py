"""Side: one model of one evaluation as the gate sees it: counts per suite and block, without texts, ids and names.

Blocks (speakers, else calls) are known by a hash keyed with the manifest's fingerprint, so that two evaluations of one
manifest can be paired. It protects names from being read, and from being linked between manifests. It does **not** hide
them from who has the manifest, nor from who guesses: a side carries its key, and short names are soon tried out.

In the gate a clip is at most wholly wrong: insertions are counted up to as many as make an error rate 100 %. One loop
of hundreds of syllables would else drown what changed in all other clips, for better or worse; loops are counted, too.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from eval_suites import metrics
from eval_suites.compatibility import places
from eval_suites.cost import Cost
from eval_suites.plan import differences
from eval_suites.rates import ERROR_RATE
from eval_suites.results import BlockKind, block_kind
from eval_suites.scorer import HEADLINE, LOOPS
from eval_suites.tally import COUNTS
from kowhisper_tel.core.errors import UserError

if TYPE_CHECKING:
    import pandas as pd

    from eval_suites.results import Results
    from eval_suites.suite import Suite

By = Literal["stratum", "suite"]
Counts = tuple[int, int, int, int]
"""Hits, substitutions, deletions and insertions."""
FACTORS = ("engine", "quantisation", "device", "options")
"""What decided the hypotheses beside the model; the gate varies the model, so these must agree."""


@dataclass(frozen=True)
class SuiteCounts:
    """One suite's counts.

    ``blocks`` maps a block's hash to a ``Counts`` for each of ``metrics``, in the order of the blocks' names.
    ``pairing`` is a hash of the clips' ids: two sides of the same clips have the same one. ``ids`` and ``missing``
    (clips without a hypothesis, which count as all deleted) are known only where the side comes from results, and
    never written.
    """

    name: str
    stratum: str
    title: Mapping[str, str]
    summed: bool
    kind: BlockKind
    clips: int
    pairing: str
    metrics: tuple[str, ...]
    blocks: Mapping[str, tuple[Counts, ...]]
    ids: tuple[str, ...] = field(default=(), compare=False)
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Side:
    """A model's counts, and all that must agree with the other side's: ``versions`` and ``factors``."""

    model: str
    role: str
    hash: str
    factors: Mapping[str, Any]
    versions: Mapping[str, str]
    suites: tuple[SuiteCounts, ...]
    cost: Cost | None = None

    def of(self, by: By, name: str) -> tuple[SuiteCounts, ...]:
        """The suites of a group: one suite, or those that are summed to a stratum."""
        if by == "suite":
            return tuple(suite for suite in self.suites if suite.name == name)
        return tuple(suite for suite in self.suites if suite.summed and suite.stratum == name)

    def names(self, by: By) -> list[str]:
        """The groups there are."""
        if by == "suite":
            return [suite.name for suite in self.suites]
        return list(dict.fromkeys(suite.stratum for suite in self.suites if suite.summed))


def side_of(results: Results | Side, name: str | None = None) -> Side:
    """A model's side: the named one's, else of the only one of role ``candidate``, else of the only model.

    Raises ``UserError``: ``gate.model`` (exit 2), ``gate.empty`` (exit 5).
    """
    if isinstance(results, Side):
        if name not in (None, results.model):
            raise UserError("gate.model", name=name, known=results.model)
        return results
    name = _choose(results, name)
    rows = results.rows
    rows = rows if rows.empty else rows[rows["model"] == name]
    if rows.empty:
        raise UserError("gate.empty")
    record = next(model for model in results.models if model.name == name)
    key = str(results.versions.get("manifest", ""))
    known = {suite.name: suite for suite in results.suites}
    places = {name: place for place, name in enumerate(known)}
    marks = {block: keyed(key, [block]) for block in rows["block"].astype(str).unique()}
    rows = rows.assign(
        _name=rows["block"].astype(str),
        **_at_most_wrong(rows),
        **(_as_counts(rows["loop"]) if "loop" in rows else {}),
    )
    by_suite = sorted(rows.groupby("suite"), key=lambda one: places.get(str(one[0]), len(places)))
    return Side(
        name,
        record.role,
        record.hash,
        _plain({key: getattr(record, key) for key in FACTORS} | {"batch_size": results.inputs.get("batch_size")}),
        dict(results.versions),
        tuple(_suite_counts(str(one), mine, known.get(str(one)), marks, key) for one, mine in by_suite),
        next((cost for cost in results.costs if cost.model == name), None),
    )


def check_comparable(old: Side, new: Side) -> None:
    """Refuse sides of which more than the model differs.

    Raises ``UserError``, exit 4: ``comparison.incompatible``, ``gate.factors``, ``comparison.unpaired``,
    ``gate.unpaired``.
    """
    if fields := differences(old.versions, new.versions):
        raise UserError("comparison.incompatible", fields=", ".join(fields))
    if fields := differences(old.factors, new.factors):
        raise UserError("gate.factors", fields=", ".join(fields))
    if fields := differences(places(old.suites), places(new.suites)):
        raise UserError("comparison.incompatible", fields=", ".join(fields))
    theirs = {suite.name: suite for suite in new.suites}
    for suite in old.suites:
        _check_paired(suite, theirs[suite.name])


def keyed(key: str, words: Iterable[str]) -> str:
    """A hash (16 hex digits) of words, which another key makes another."""
    text = "\0".join(words).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(text, digest_size=8, key=key.encode()[: hashlib.blake2b.MAX_KEY_SIZE]).hexdigest()


def without_names(side: Side) -> Side:
    """The side without what is never written."""
    return replace(side, suites=tuple(replace(suite, ids=(), missing=()) for suite in side.suites))


def _plain(factors: Mapping[str, Any]) -> dict[str, Any]:
    """As they come back from a file: tuples become lists."""
    made: dict[str, Any] = json.loads(json.dumps(factors))
    return made


def _choose(results: Results, name: str | None) -> str:
    known = [model.name for model in results.models]
    candidates = [model.name for model in results.models if model.role == "candidate"]
    if name in known:
        return str(name)
    if name is None and len(candidates or known) == 1:
        return (candidates or known)[0]
    raise UserError("gate.model", name=name or "–", known=", ".join(known))


def _at_most_wrong(rows: pd.DataFrame) -> dict[str, Any]:
    """Insertions of each error rate, up to as many as there are hits: with these the whole reference is wrong."""
    rates = [_columns(name) for name in metrics.names() if metrics.get(name).rate == ERROR_RATE]
    found = [(hits, insertions) for hits, *_, insertions in rates if {hits, insertions} <= set(rows)]
    return {insertions: rows[[hits, insertions]].min(axis=1) for hits, insertions in found}


def _as_counts(loop: pd.Series[Any]) -> dict[str, Any]:
    """Loops, which rows hold as yes or no, in the columns that other metrics have."""
    looped = loop.astype(int)
    return dict(zip(_columns(LOOPS), (1 - looped, looped, 0 * looped, 0 * looped), strict=True))


def _columns(metric: str) -> list[str]:
    return [("" if metric == HEADLINE else f"{metric}_") + count for count in COUNTS]


def _suite_counts(
    name: str, rows: pd.DataFrame, suite: Suite | None, marks: Mapping[str, str], key: str
) -> SuiteCounts:
    """The counts of a suite's rows, blocks in the order of their names, as intervals elsewhere take them."""
    wanted = dict.fromkeys((HEADLINE, LOOPS, *(suite.metrics if suite else ())))
    counted = tuple(name for name in wanted if _counted(rows, name))
    columns = [column for name in counted for column in _columns(name)]
    sums = rows.groupby("_name", sort=True)[columns].sum()
    ids = tuple(sorted(rows["utterance_id"].astype(str)))
    missing = rows["utterance_id"][rows["missing"].astype(bool)] if "missing" in rows else ()
    return SuiteCounts(
        name,
        str(rows["stratum"].iloc[0]),
        dict(suite.title) if suite else {"en": name, "ko": name},
        bool(rows["summed"].iloc[0]),
        block_kind(rows),
        len(rows),
        keyed(key, ids),
        counted,
        {marks[str(row[0])]: _in_fours(row[1:]) for row in sums.itertuples()},
        ids,
        tuple(map(str, missing)),
    )


def _counted(rows: pd.DataFrame, metric: str) -> bool:
    return all(column in rows and bool(rows[column].notna().all()) for column in _columns(metric))


def _in_fours(numbers: tuple[Any, ...]) -> tuple[Counts, ...]:
    whole = [int(number) for number in numbers]
    return tuple((whole[i], whole[i + 1], whole[i + 2], whole[i + 3]) for i in range(0, len(whole), 4))


def _check_paired(one: SuiteCounts, other: SuiteCounts) -> None:
    if (one.pairing, one.clips, set(one.blocks)) == (other.pairing, other.clips, set(other.blocks)):
        twice = [a for a, b in zip(one.ids, one.ids[1:], strict=False) if a == b]
        if not twice:
            return
    elif not (one.ids and other.ids):
        raise UserError("gate.unpaired", suite=one.name, baseline=one.clips, candidate=other.clips)
    else:
        twice = [a for side in (one, other) for a, b in zip(side.ids, side.ids[1:], strict=False) if a == b]
    alone = sorted({*one.ids} ^ {*other.ids}) + twice
    if not alone:  # the same clips, of other blocks
        raise UserError("comparison.incompatible", fields=f"blocks of {one.name}")
    raise UserError("comparison.unpaired", count=len(alone), suite=one.name, utterance=alone[0])
