"""Training: loss, dev CER and learning rate of every tuned model over its steps."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from reports.charts import alone, lines
from reports.charts.lines import Line
from reports.evidence import Evidence, Points, TrainingCurve
from reports.rounding import NOTHING, Figure, count, decimal, percent
from reports.sections import Section, Table
from reports.text import Text, say, say_or

MILLION = 1e6
"""Learning rates are drawn in millionths."""


@dataclass(frozen=True)
class LearnedModel:
    """In words what the charts show: first, best and last. ``best_step`` is where dev CER is lowest, the first such.

    ``kept``: the weights that became the model, and ``why``; ``None`` where nothing was written of it.
    """

    model: str
    colour: str
    steps: Figure
    first_loss: Figure
    last_loss: Figure
    best_cer: Figure
    best_step: Figure
    last_cer: Figure
    dev_utterances: Figure
    kept: Text | None = None
    why: Text | None = None


@dataclass(frozen=True)
class Chart:
    """One picture: a name for its file, its title, and its lines."""

    name: str
    title: Text
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Training:
    """The pictures (loss, dev CER in percent, by stratum where that was measured, learning rate), and the table."""

    charts: tuple[Chart, ...]
    models: tuple[LearnedModel, ...]
    points: tuple[tuple[str, str, float, float], ...]


def build(evidence: Evidence) -> Training | None:
    """The curves; ``None`` where nothing was trained."""
    curves = [curve for curve in evidence.training if curve.loss or curve.dev_cer]
    if not curves:
        return None
    colours = {model.name: model.colour for model in evidence.models}
    by_role = {model.role: model.colour for model in reversed(evidence.models)}
    coloured = {c.model: colours.get(c.model) or by_role.get(c.role) or "m-x1" for c in curves}
    strata = sorted({stratum for curve in curves for stratum in curve.dev_strata})
    charts = [
        _chart("loss", say("training.loss"), curves, coloured, lambda c: c.loss, lambda v: round(v, 4)),
        _chart("dev_cer", say("training.dev_cer"), curves, coloured, lambda c: c.dev_cer, _percent, best=True),
        *(
            _chart(f"dev_cer_{stratum}", _of_stratum(stratum), curves, coloured,
                   functools.partial(_in_stratum, stratum), _percent, best=True)
            for stratum in strata
        ),
        _chart("learning_rate", say("training.learning_rate"), curves, coloured, lambda c: c.learning_rate,
               lambda v: round(MILLION * v, 6)),
    ]  # fmt: skip
    points = [
        (curve.model, name, step, value)
        for curve in curves
        for name, found in (("loss", curve.loss), ("dev_cer", curve.dev_cer), ("learning_rate", curve.learning_rate),
                            *((f"dev_cer_{stratum}", curve.dev_strata.get(stratum, ())) for stratum in strata))
        for step, value in sorted(found)
    ]  # fmt: skip
    return Training(
        tuple(chart for chart in charts if chart.lines),
        tuple(_learned(curve, coloured[curve.model]) for curve in curves),
        tuple(points),
    )


def _in_stratum(stratum: str, curve: TrainingCurve) -> Points:
    return curve.dev_strata.get(stratum, ())


def _percent(rate: float) -> float:
    return round(100 * rate, 3)


def _of_stratum(stratum: str) -> Text:
    return say("training.dev_cer_of", stratum=say_or(f"common.stratum_{stratum}", stratum))


def _chart(
    name: str,
    title: Text,
    curves: list[TrainingCurve],
    colours: Mapping[str, str],
    of: Callable[[TrainingCurve], Points],
    scale: Callable[[float], float],
    *,
    best: bool = False,
) -> Chart:
    drawn = []
    for curve in curves:
        points = tuple((step, scale(value)) for step, value in sorted(of(curve)))
        if points:
            lowest = _lowest(points) if best else None
            note = f"{curve.model}: {lowest[1]:.1f} % @ {lowest[0]:g}" if lowest else ""
            alike = [other.role for other in curves].count(curve.role) > 1
            own = Text.same(curve.model) if alike else say_or(f"common.role_{curve.role}", curve.model)
            drawn.append(Line(own, colours[curve.model], points, lowest, note))
    return Chart(name, title, tuple(drawn))


def _lowest(points: Points) -> tuple[float, float]:
    return min(points, key=lambda point: (point[1], point[0]))


def _learned(curve: TrainingCurve, colour: str) -> LearnedModel:
    loss, cer = sorted(curve.loss), sorted(curve.dev_cer)
    best = _lowest(tuple(cer)) if cer else None
    return LearnedModel(
        curve.model,
        colour,
        count(max((step for step, _ in (*loss, *cer)), default=0)),
        decimal(loss[0][1] if loss else None, 2),
        decimal(loss[-1][1] if loss else None, 2),
        percent(best[1] if best else None),
        count(best[0]) if best else Figure(None, NOTHING),
        percent(cer[-1][1] if cer else None),
        count(curve.dev_utterances),
        kept(curve.choice["chosen"]) if curve.choice else None,
        Text(curve.choice["why"]["en"], curve.choice["why"]["ko"]) if curve.choice else None,
    )


def kept(chosen: Mapping[str, Any]) -> Text:
    """Which weights became the model, by the record of the choice: a step's, a mean, a mixture, or the base's."""
    facts = {"alpha": 1.0, "steps": (), **chosen}
    steps = ", ".join(str(step) for step in facts["steps"])
    return say(f"training.kept_{chosen['kind']}", **facts | {"steps": steps, "rest": f"{1 - facts['alpha']:g}"})


def as_table(data: Training) -> Table:
    """``training.csv``: a line for each measured point, as it was measured (CER as a fraction)."""
    return Table(("model", "measure", "step", "value"), data.points)


def figures(data: Training, language: str) -> dict[str, str]:
    """A picture for each chart."""
    step, style = say("training.step"), alone.style("training")
    return {
        f"training_{chart.name}": str(lines.draw(chart.lines, chart.title, step, language=language, style=style))
        for chart in data.charts
    }


SECTION = Section("training", 50, build, as_table, figures)
