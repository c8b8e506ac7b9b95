"""Training: loss and dev CER of every tuned model over its steps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from reports.charts.lines import Line
from reports.evidence import Evidence, TrainingCurve
from reports.rounding import Figure, percent
from reports.sections import Section
from reports.text import say_or


@dataclass(frozen=True)
class LearnedModel:
    """In words what the chart shows: first, best and last."""

    model: str
    colour: str
    steps: int
    first_loss: str
    last_loss: str
    best_cer: Figure
    last_cer: Figure


@dataclass(frozen=True)
class Training:
    """The charts' lines (dev CER in percent) and the figures beside them."""

    loss: tuple[Line, ...]
    dev_cer: tuple[Line, ...]
    models: tuple[LearnedModel, ...]


def build(evidence: Evidence) -> Training | None:
    """The curves; ``None`` where nothing was trained."""
    curves = [curve for curve in evidence.training if curve.loss or curve.dev_cer]
    if not curves:
        return None
    colours = {model.name: model.colour for model in evidence.models}
    by_role = {model.role: model.colour for model in reversed(evidence.models)}

    def colour(curve: TrainingCurve) -> str:
        return colours.get(curve.model) or by_role.get(curve.role) or "m-x1"

    return Training(
        tuple(_line(c, c.loss, colour(c), lambda v: round(v, 4)) for c in curves if c.loss),
        tuple(_line(c, c.dev_cer, colour(c), lambda v: round(100 * v, 3)) for c in curves if c.dev_cer),
        tuple(_learned(curve, colour(curve)) for curve in curves),
    )


def _line(
    curve: TrainingCurve, points: tuple[tuple[float, float], ...], colour: str, scale: Callable[[float], float]
) -> Line:
    ordered = sorted(points)
    title = say_or(f"common.role_{curve.role}", curve.model)
    return Line(title, colour, tuple((step, scale(value)) for step, value in ordered))


def _learned(curve: TrainingCurve, colour: str) -> LearnedModel:
    loss, cer = sorted(curve.loss), sorted(curve.dev_cer)
    return LearnedModel(
        curve.model,
        colour,
        int(max((step for step, _ in (*loss, *cer)), default=0)),
        f"{loss[0][1]:.2f}" if loss else "–",
        f"{loss[-1][1]:.2f}" if loss else "–",
        percent(min((value for _, value in cer), default=None)),
        percent(cer[-1][1] if cer else None),
    )


SECTION = Section("training", 50, build)
