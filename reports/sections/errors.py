"""Errors: of which kinds they are, what is heard for what, and which utterances were fixed or newly broken."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from eval_suites import confusions
from eval_suites.confusions import PARTS, Confusions, Swap
from eval_suites.numbers import KINDS
from eval_suites.results import looping
from eval_suites.tally import COUNTS, rate
from reports import confusion
from reports.charts import alone, stacked
from reports.charts.stacked import Stack
from reports.confusion import MOST_SWAPS, Matrix
from reports.evidence import Evidence, ModelColumn
from reports.rounding import Figure, count, percent
from reports.sections import Section, Table
from reports.text import Text, say, say_or

if TYPE_CHECKING:
    import pandas as pd

EDITS = COUNTS[1:]
OUTCOMES = ("right", "fixed", "broken", "wrong")


@dataclass(frozen=True)
class Kinds:
    """One model in one stratum: substitutions, deletions and insertions, as counts and in percent of ``syllables``."""

    stratum: str
    title: Text
    model: ModelColumn
    counts: tuple[int, int, int]
    shares: tuple[Figure, Figure, Figure]
    cer: Figure
    syllables: Figure
    clips: Figure


@dataclass(frozen=True)
class Share:
    """So many of so many."""

    count: Figure
    of: Figure
    percent: Figure


@dataclass(frozen=True)
class ShareRow:
    """One kind of trouble and its share for each model (``None``: nothing to count)."""

    name: str
    title: Text
    shares: tuple[Share | None, ...]


@dataclass(frozen=True)
class Outcome:
    """One stratum: clips by how they came out of base and subject (``OUTCOMES``)."""

    stratum: str
    title: Text
    clips: Figure
    counts: tuple[Figure, ...]


@dataclass(frozen=True)
class Swaps:
    """What base took for something else in clips that the subject gets right (``fixed``), or the reverse."""

    outcome: str
    title: Text
    words: tuple[tuple[str, str, int], ...]
    syllables: tuple[tuple[str, str, int], ...]


@dataclass(frozen=True)
class Errors:
    """The section. ``compared``: base and subject, or the only model there is."""

    models: tuple[ModelColumn, ...]
    compared: tuple[ModelColumn, ...]
    kinds: tuple[Kinds, ...]
    shares: tuple[ShareRow, ...]
    matrices: tuple[Matrix, ...]
    looping: Figure
    outcomes: tuple[Outcome, ...]
    swaps: tuple[Swaps, ...]

    @property
    def stacks(self) -> tuple[Stack, ...]:
        """The bars of the kinds."""
        return tuple(
            Stack(
                one.model.title, tuple(share.value or 0.0 for share in one.shares), one.cer.text,
                one.title if not place or self.kinds[place - 1].stratum != one.stratum else None,
            )
            for place, one in enumerate(self.kinds)
        )  # fmt: skip

    @property
    def legend(self) -> tuple[tuple[Text, str], ...]:
        """The kinds with their letters."""
        return tuple((say(f"errors.{edit}"), edit[0].upper()) for edit in EDITS)


def build(evidence: Evidence) -> Errors | None:
    """The section; ``None`` where nothing was evaluated."""
    rows = evidence.rows[evidence.rows["summed"].astype(bool)] if not evidence.rows.empty else evidence.rows
    if rows.empty:
        return None
    base, subject = evidence.base, evidence.subject or evidence.models[-1]
    compared = (base, subject) if base and base != subject else (subject,)
    own = rows[rows["model"].isin([model.name for model in compared])]
    loops = looping(own)
    found = [_confusions(evidence, own[~loops & (own["model"] == model.name)]) for model in compared]
    outcomes, swaps = _outcomes(evidence, rows, *compared) if len(compared) == 2 else ((), ())
    return Errors(
        evidence.models, compared, tuple(_kinds(evidence, rows)), tuple(_shares(evidence, rows)),
        tuple(made for part in PARTS if (made := confusion.matrix(evidence, part, compared, found))),
        count(int(loops.sum()) // len(compared)), outcomes, swaps,
    )  # fmt: skip


def _stratum(name: str) -> Text:
    return say_or(f"common.stratum_{name}", name)


def _kinds(evidence: Evidence, rows: pd.DataFrame) -> list[Kinds]:
    grouped = rows.groupby(["stratum", "model"], sort=False)
    sums, clips = grouped[list(COUNTS)].sum(), grouped.size()
    made = []
    for stratum in evidence.strata:
        for model in evidence.models:
            if (stratum, model.name) in sums.index:
                own = sums.loc[[(stratum, model.name)]].iloc[0]
                hits, *edits = (int(own[name]) for name in COUNTS)
                length = hits + edits[0] + edits[1]
                substituted, deleted, inserted = (percent(float(rate(edit, length))) for edit in edits)
                made.append(
                    Kinds(
                        stratum, _stratum(stratum), model, (edits[0], edits[1], edits[2]),
                        (substituted, deleted, inserted), percent(float(rate(sum(edits), length))), count(length),
                        count(int(clips[(stratum, model.name)])),
                    )
                )  # fmt: skip
    return made


def _shares(evidence: Evidence, rows: pd.DataFrame) -> list[ShareRow]:
    """Kinds of trouble that are told by utterance or by number string; of those that nothing counts, none."""
    import pandas as pd

    texts = [[" ".join(str(text).split()) for text in rows[column]] for column in ("reference_norm", "hypothesis_norm")]
    clips = pd.Series(1, index=rows.index)
    told: dict[str, tuple[pd.Series[Any], pd.Series[Any]]] = {
        "wrong": (rows[list(EDITS)].sum(axis=1) > 0, clips),
        "spacing": (pd.Series(list(map(_differ_in_spacing, *texts)), index=rows.index), clips),
        "loops": (rows["loop"].astype(bool), clips),
    }
    if "missing" in rows and rows["missing"].any():
        told["missing"] = rows["missing"].astype(bool), clips
    for name in ("hallucination", *(f"digits_{kind}" for kind in KINDS)):
        if f"{name}_hits" in rows:
            hits, lost = rows[f"{name}_hits"], rows[f"{name}_deletions"] + rows[f"{name}_substitutions"]
            told[name] = lost if name == "hallucination" else hits, hits + lost
    made = []
    for name, sides in told.items():
        some, of = ({str(k): float(v) for k, v in side.groupby(rows["model"]).sum().items()} for side in sides)
        shares = tuple(_share(some.get(model.name, 0.0), of.get(model.name, 0.0)) for model in evidence.models)
        if any(shares):
            made.append(ShareRow(name, say(f"errors.{name}"), shares))
    return made


def _differ_in_spacing(reference: str, hypothesis: str) -> bool:
    return reference != hypothesis and reference.replace(" ", "") == hypothesis.replace(" ", "")


def _share(number: float, of: float) -> Share | None:
    """NaN counts as nothing: a metric that a suite does not have."""
    whole, part = (0 if value != value else int(value) for value in (of, number))
    return Share(count(part), count(whole), percent(part / whole)) if whole else None


def _confusions(evidence: Evidence, rows: pd.DataFrame) -> Confusions:
    """Words are quoted only of texts of which nothing has to be hidden."""
    pairs = zip(rows["reference_norm"], rows["hypothesis_norm"], strict=True)
    return confusions.count(pairs, lambda text: evidence.shown(text) == text)


def _outcomes(
    evidence: Evidence, rows: pd.DataFrame, base: ModelColumn, subject: ModelColumn
) -> tuple[tuple[Outcome, ...], tuple[Swaps, ...]]:
    """Clips that both models heard, by whether each heard them without an error."""
    keys = ["suite", "utterance_id"]
    columns = [*keys, "stratum", "wrong", "reference_norm", "hypothesis_norm"]
    judged = rows.assign(wrong=rows[list(EDITS)].sum(axis=1) > 0)
    old, new = (judged.loc[judged["model"] == model.name, columns] for model in (base, subject))
    pairs = old.merge(new[[*keys, "wrong", "hypothesis_norm"]], on=keys, suffixes=("", "_new"))
    if pairs.empty:
        return (), ()
    names = {(False, False): "right", (True, False): "fixed", (False, True): "broken", (True, True): "wrong"}
    pairs["outcome"] = [names[bool(a), bool(b)] for a, b in zip(pairs["wrong"], pairs["wrong_new"], strict=True)]
    counted = pairs.groupby(["stratum", "outcome"]).size()
    made = []
    for stratum in evidence.strata:
        numbers = [int(counted.get((stratum, outcome), 0)) for outcome in OUTCOMES]
        if sum(numbers):
            made.append(Outcome(stratum, _stratum(stratum), count(sum(numbers)), tuple(map(count, numbers))))
    swaps = [
        _swaps(evidence, outcome, pairs[pairs["outcome"] == outcome], column)
        for outcome, column in (("fixed", "hypothesis_norm"), ("broken", "hypothesis_norm_new"))
    ]
    return tuple(made), tuple(swap for swap in swaps if swap.words or swap.syllables)


def _swaps(evidence: Evidence, outcome: str, pairs: pd.DataFrame, column: str) -> Swaps:
    found = _confusions(evidence, pairs.assign(hypothesis_norm=pairs[column]))

    def top(counted: Counter[Swap], shown: Callable[[str], str]) -> tuple[tuple[str, str, int], ...]:
        first = sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))[:MOST_SWAPS]
        return tuple((shown(said), shown(heard), times) for (said, heard), times in first)

    return Swaps(outcome, say(f"errors.{outcome}_swaps"), top(found.words, evidence.shown), top(found.syllables, str))


def as_table(data: Errors) -> Table:
    """``errors.csv``: a line for each count: what, where, by which model, so many of so many."""
    lines: list[tuple[str | int | float | None, ...]] = []
    for one in data.kinds:
        for edit, number in zip(EDITS, one.counts, strict=True):
            lines.append(("kind", edit, one.stratum, one.model.name, "", "", number, one.syllables.value))
    for row in data.shares:
        for model, share in zip(data.models, row.shares, strict=True):
            if share:
                lines.append(("share", row.name, "", model.name, "", "", share.count.value, share.of.value))
    for matrix in data.matrices:
        for model, cells in zip(data.compared, matrix.cells, strict=True):
            for (said, heard), number in cells.items():
                lines.append(("confusion", matrix.part, "", model.name, said, heard, number, matrix.said.get(said)))
    for outcome in data.outcomes:
        for name, figure in zip(OUTCOMES, outcome.counts, strict=True):
            lines.append(("outcome", name, outcome.stratum, "", "", "", figure.value, outcome.clips.value))
    for swaps in data.swaps:
        for kind, found in (("words", swaps.words), ("syllables", swaps.syllables)):
            lines += [(kind, swaps.outcome, "", "", said, heard, number, None) for said, heard, number in found]
    return Table(("what", "kind", "stratum", "model", "said", "heard", "count", "of"), lines)


def figures(data: Errors, language: str) -> dict[str, str]:
    """The kinds as bars, and each part's matrices side by side."""
    style = alone.style("errors")
    label = say("errors.kinds")
    made = {"errors_kinds": str(stacked.draw(data.stacks, data.legend, label, language=language, style=style))}
    for matrix in data.matrices:
        made[f"errors_{matrix.part}"] = str(confusion.draw(matrix, language, style))
    return made


SECTION = Section("errors", 35, build, as_table, figures)
