"""Results: an evaluation's evidence as pandas tables. Counts are summed; rates come last."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from eval_suites import metrics
from eval_suites.cost import COSTS, Cost
from eval_suites.hypothesis import Hypothesis, Key, Transcript
from eval_suites.item import Item
from eval_suites.metrics import sentence_marks
from eval_suites.models import ModelRecord
from eval_suites.plan import Plan
from eval_suites.runner import MODELS, PLAN, SUITES, UTTERANCES
from eval_suites.scorer import HEADLINE, LOOPS, Scorer
from eval_suites.store import HYPOTHESES, TIMINGS
from eval_suites.suite import Suite
from eval_suites.tally import COUNTS
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.files import check_complete, read_json_lines
from kowhisper_tel.korean import normalise as scoring

if TYPE_CHECKING:
    import pandas as pd

REFERENCE = ("hits", "substitutions", "deletions")
"""Counts that together are the reference's length."""
HALLUCINATION = "hallucination"
NO_SPEECH = "nospeech"
"""The stratum in which nobody speaks: it has no CER, and what is inserted there counts nowhere else."""
BlockKind = Literal["speaker", "call", "clip"]
BLOCK_KINDS: tuple[BlockKind, ...] = ("speaker", "call", "clip")
"""Who or what a block of clips may be, the best known first."""


class Missing(NamedTuple):
    """A hypothesis that is not there; it counts as all deleted."""

    model: str
    suite: str
    utterance_id: str


@dataclass(frozen=True)
class Results:
    """One evaluation, scored.

    ``rows``: one row per model, suite and utterance, with ``model``, ``role``, ``suite``, ``stratum``, ``summed``,
    ``utterance_id``, ``speaker``, ``call``, ``block`` (speaker, else call, else utterance), ``block_kind`` (one of
    ``BLOCK_KINDS``), ``duration_s``, a column ``tag_…`` for each tag, ``reference``, ``hypothesis``,
    ``reference_norm``, ``hypothesis_norm``, the CER's ``hits``, ``substitutions``, ``deletions`` and ``insertions``,
    those of each other metric as ``wer_hits`` …, ``loop`` (by the metric ``loops``, or because the decoder's guard
    gave up), ``missing`` (the engine had no answer: scored as no text) and ``attempts``. ``utterances``: one row per
    utterance. ``timings``: one row per model and batch. ``versions``: what two results must share to be compared.
    ``inputs``: all that the evaluation was planned with. ``costs``: of each model, where they were measured.
    ``left_out``: by suite, the utterances that belong to it but last too long for it.
    """

    rows: pd.DataFrame
    suites: tuple[Suite, ...]
    models: tuple[ModelRecord, ...]
    utterances: pd.DataFrame
    versions: Mapping[str, str]
    timings: pd.DataFrame
    inputs: Mapping[str, Any]
    costs: tuple[Cost, ...] = ()
    left_out: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def missing(self) -> tuple[Missing, ...]:
        """The hypotheses that an engine said it does not have, in the rows' order."""
        if "missing" not in self.rows:
            return ()
        lacking = self.rows.loc[self.rows["missing"].astype(bool), ["model", "suite", "utterance_id"]]
        return tuple(Missing(*row) for row in lacking.itertuples(index=False))


def load(out: Path) -> Results:
    """Read and score an evaluation's folder.

    What an engine declared missing is scored as no text; what was planned and is not decoded yet is an error.
    Raises ``UserError``: ``evidence.missing`` (no such file), ``evidence.broken`` (one that can't be read) and
    ``evidence.incomplete`` (hypotheses missing), ``complete.damaged`` (a file is not as the evaluation left it), all of
    exit code 5.
    """
    import pandas as pd

    with _read(out, PLAN) as path:
        plan = Plan.from_json(json.loads(path.read_text(encoding="utf-8")))
    with _read(out, SUITES) as path:
        suites = tuple(Suite.from_json(record) for record in json.loads(path.read_text(encoding="utf-8")))
    with _read(out, MODELS) as path:
        models = tuple(ModelRecord(**record) for record in json.loads(path.read_text(encoding="utf-8")))
    with _read(out, UTTERANCES) as path:
        clips = read_json_lines(path)
        items, utterances = [Item.from_json(clip) for clip in clips], pd.DataFrame(clips)
    with _read(out, HYPOTHESES) as path:
        heard = {h.key: h.transcript for h in map(Hypothesis.from_json, read_json_lines(path))}
        "".join(transcript.text for transcript in heard.values()).encode()  # no table holds half a surrogate pair
    _check_complete(out, plan, suites, heard)
    check_complete(out)
    rows = Scorer(heard).rows(models, suites, items)
    return Results(
        pd.DataFrame(rows), suites, models, utterances, _versions(plan, suites),
        pd.DataFrame(read_json_lines(out / TIMINGS)), plan.inputs,
        tuple(map(Cost.from_json, read_json_lines(out / COSTS))), left_out(suites, items),
    )  # fmt: skip


def left_out(suites: Sequence[Suite], items: Sequence[Item]) -> dict[str, tuple[str, ...]]:
    """By suite, the ids of items that belong to it but last too long for it; suites that leave out none are missing."""
    found = {suite.name: tuple(item.id for item in items if suite.is_too_long(item)) for suite in suites}
    return {name: ids for name, ids in found.items() if ids}


def headline_metric(rows: pd.DataFrame) -> str:
    """What these rows are best summed up by: the CER, or, where nobody says anything, the share of clips with text."""
    return HEADLINE if rows[list(REFERENCE)].to_numpy().any() else HALLUCINATION


def table(results: Results, by: str = "stratum") -> pd.DataFrame:
    """One row per model and ``by`` (``stratum``, ``suite``, or any other column of ``rows``), in the rows' order.

    Columns: ``model``, ``role``, ``stratum`` (by suite), the one asked for, ``clips``, ``utterances`` (distinct),
    ``speakers``, ``blocks`` (distinct) and their ``block_kind``, which say whether a verdict may be given
    (``statistics.verdict_allowed``), ``missing`` (clips without a hypothesis), ``hours`` (of all clips), ``hits``,
    ``substitutions``, ``deletions``, ``insertions``, ``reference_length``, ``cer``, the rate of every other metric,
    ``loops`` (clips), ``clips_without_loops``, ``cer_without_loops``, ``written_per_minute`` (syllables, fillers left
    out, for a minute of clips in which nobody says anything; NaN without such clips) and ``marks_per_100`` (sentences
    ended with a mark, for 100 syllables written). What is without loops leaves out, for every model alike, the clips
    that loop for any of them. Except by suite, suites that only repeat clips of another (``Suite.summed``) are left
    out; by anything but suite and stratum, so are the clips of ``NO_SPEECH``. Rates are fractions, NaN where there is
    no reference.
    """
    import pandas as pd

    rows = results.rows if by == "suite" else results.rows[results.rows["summed"]]
    if by not in ("suite", "stratum"):
        rows = rows[rows["stratum"] != NO_SPEECH]
    others = [name for name in metric_names(results.suites) if name not in (HEADLINE, LOOPS)]
    grouping = ["model", "role", *(["stratum"] if by == "suite" else []), by]
    kept = looping(rows)
    records = []
    for key, group in rows.assign(_kept=~kept).groupby(grouping, sort=False, dropna=False):
        record = dict(zip(grouping, key, strict=True))
        records.append(record | _summary(group, others))
    return pd.DataFrame(records)


def looping(rows: pd.DataFrame) -> pd.Series[bool]:
    """Whether a row's clip (suite and utterance) loops for any of the models in these rows."""
    return rows.groupby(["suite", "utterance_id"], sort=False)["loop"].transform("any").astype(bool)


def _summary(group: pd.DataFrame, others: Sequence[str]) -> dict[str, Any]:
    counts = {name: int(group[name].sum()) for name in COUNTS}
    without = group[group["_kept"]]
    return {
        "clips": len(group),
        "utterances": int(group["utterance_id"].nunique()),
        "speakers": int(group["speaker"].nunique()),
        "blocks": int(group["block"].nunique()),
        "block_kind": block_kind(group),
        "missing": int(group["missing"].sum()) if "missing" in group else 0,
        "hours": float(group["duration_s"].sum()) / 3600.0,
        **counts,
        "reference_length": counts["hits"] + counts["substitutions"] + counts["deletions"],
        "cer": pooled_rate(group),
        **{name: pooled_rate(group, name) for name in others},
        "loops": int(group["loop"].sum()),
        "clips_without_loops": len(without),
        "cer_without_loops": pooled_rate(without),
        "written_per_minute": _written_per_minute(group),
        "marks_per_100": _share(
            100 * sum(map(sentence_marks.count, group["hypothesis"])), sum(counts.values()) - counts["deletions"]
        ),
    }


def _written_per_minute(group: pd.DataFrame) -> float:
    """Syllables written where nobody says anything, by the minutes of that."""
    empty = group[group[list(REFERENCE)].sum(axis=1) == 0]
    return _share(60 * int(empty["insertions"].sum()), float(empty["duration_s"].sum()))


def _share(above: float, below: float) -> float:
    return above / below if below else math.nan


def block_kind(rows: pd.DataFrame) -> BlockKind:
    """What the blocks of these rows are. One clip of which less is known is enough to claim no more for all."""
    found = set(rows["block_kind"])
    return next((kind for kind in reversed(BLOCK_KINDS) if kind in found), BLOCK_KINDS[0])


def pooled_rate(rows: pd.DataFrame, metric: str = HEADLINE) -> float:
    """A metric's rate (``Metric.rate``) over all of these rows, as a fraction: one of summed counts."""
    prefix = "" if metric == HEADLINE else f"{metric}_"
    return metrics.get(metric).rate.of_counts(*(int(rows[prefix + name].sum()) for name in COUNTS))


def metric_names(suites: Sequence[Suite]) -> list[str]:
    """The metrics of any of these suites, the headline and the loops first."""
    return list(dict.fromkeys((HEADLINE, LOOPS, *(name for suite in suites for name in suite.metrics))))


def _versions(plan: Plan, suites: Sequence[Suite]) -> dict[str, str]:
    """What two results must share to be compared, as they are scored now."""
    return {
        "manifest": plan.inputs["manifest"],
        "seed": str(plan.inputs["seed"]),
        "normaliser": f"{scoring.VERSION} {scoring.fingerprint()}",
        **{f"suites.{suite.name}": suite.fingerprint for suite in suites},
        **{f"metrics.{name}": metrics.get(name).version for name in metric_names(suites)},
    }


def _check_complete(out: Path, plan: Plan, suites: Sequence[Suite], heard: Mapping[Key, Transcript]) -> None:
    planned = [key for model, batch in plan.units for key in batch.keys(model)]
    missing = [key for key in planned if key not in heard]
    if missing:
        renderings = {suite.rendering: suite.name for suite in reversed(suites)}
        raise UserError(
            "evidence.incomplete", path=out, missing=len(missing), planned=len(planned),
            model=missing[0].model, suite=renderings.get(missing[0].rendering, "?"), utterance=missing[0].utterance_id,
        )  # fmt: skip


@contextmanager
def _read(out: Path, name: str) -> Iterator[Path]:
    """A file of the folder, read within the block."""
    if not (out / name).is_file():
        raise UserError("evidence.missing", path=out, file=name)
    try:
        yield out / name
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise UserError("evidence.broken", path=out, file=name, error=f"{type(error).__name__}: {error}") from error
