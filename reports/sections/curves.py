"""Curves: CER against what makes a condition harder (noise, bit rate, loss …), drawn from ``Suite.conditions``.

A panel holds suites that differ in one condition alone, at three values or more; those that make no line of their own
are shown together as points. Any numeric condition may make a curve; those of the house have names here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from eval_suites.bands import Band, bands
from eval_suites.suite import Suite
from reports.charts import alone, curve, marks
from reports.charts.curve import Mark, Panel, Series
from reports.charts.svg import tag, whole
from reports.compare import MARKS, counted
from reports.evidence import Evidence, ModelColumn
from reports.facets import LEAST_VALUES, Where, family, group, measures, numbers
from reports.rounding import MINUS, Figure, count, percent
from reports.sections import Section, Table
from reports.text import Text, catalogue, say, say_or

LOG_FROM = 6.0
"""Bit rates so many times apart are drawn on a logarithmic axis."""


@dataclass(frozen=True)
class Level:
    """One model's CER in one condition, percent, with its interval."""

    cer: Figure
    low: Figure
    high: Figure

    @property
    def interval(self) -> str:
        """The interval as text; empty where there is none."""
        return f"[{self.low}, {self.high}]" if self.low.value is not None else ""


@dataclass(frozen=True)
class Point:
    """One condition: its value as drawn, the suite's title, and a level for each model (``None``: not evaluated)."""

    x: float
    shown: str
    title: Text
    suites: tuple[str, ...]
    unseen: bool
    clips: Figure
    blocks: int
    levels: tuple[Level | None, ...]


@dataclass(frozen=True)
class Facet:
    """The points of one picture, by ascending value, and the picture."""

    title: Text
    joined: bool
    points: tuple[Point, ...]
    panel: Panel


@dataclass(frozen=True)
class Curve:
    """One condition: its name, heading, axis, where the axis of CER ends, and a facet for each picture."""

    name: str
    title: Text
    axis: Text
    top: float
    facets: tuple[Facet, ...]

    @property
    def many(self) -> bool:
        """Whether it takes more than one picture."""
        return len(self.facets) > 1


@dataclass(frozen=True)
class Curves:
    """All curves; ``clean`` is each model's CER on clean sound, ``notes`` say what few blocks allow."""

    models: tuple[ModelColumn, ...]
    clean: tuple[Figure, ...]
    curves: tuple[Curve, ...]
    notes: tuple[Text, ...]
    level_percent: int

    @property
    def unseen(self) -> bool:
        """Whether any point is of a condition held out from training."""
        return any(point.unseen for one in self.curves for facet in one.facets for point in facet.points)


def build(evidence: Evidence) -> Curves | None:
    """The curves; ``None`` where no condition has three values."""
    taken = [suite for suite in evidence.results.suites if numbers(suite)]
    groups = {name: group(name, taken) for name in measures(taken)}
    if evidence.rows.empty or not any(groups.values()):
        return None
    drawn = {suite.name for facets in groups.values() for own in facets.values() for suite in own}
    rows = evidence.rows[evidence.rows["suite"].isin(drawn)]
    found = bands(rows, ("model", "suite"), draws=evidence.draws, seed=evidence.seed, level=evidence.level)
    maker = _Maker(evidence, found)
    curves = tuple(made for name, facets in groups.items() if facets and (made := maker.curve(name, facets)))
    if not curves:
        return None
    clean = tuple(percent(rate) for rate in maker.clean)
    return Curves(evidence.models, clean, curves, _notes(found.values()), round(100 * evidence.level))


class _Maker:
    """Makes curves of suites and their bands."""

    def __init__(self, evidence: Evidence, found: Mapping[tuple[str, ...], Band]) -> None:
        self._evidence, self._found, self._models = evidence, found, evidence.models
        clean = evidence.rows[(evidence.rows["stratum"] == "clean") & evidence.rows["summed"]]
        levels = bands(clean, ("model",), draws=1, seed=evidence.seed)
        self.clean = [levels[(model.name,)].rate if (model.name,) in levels else None for model in self._models]

    def curve(self, name: str, facets: Mapping[Where | None, Sequence[Suite]]) -> Curve | None:
        told = _distinct([where for where in facets if where is not None])
        made = [(where, self._points(name, suites)) for where, suites in facets.items()]
        drawn = [
            self._facet(name, where, points, told, alone=len(facets) == 1)
            for where, points in made
            if len({point.x for point in points}) >= LEAST_VALUES
        ]
        if not drawn:
            return None
        axis = say_or(f"curves.x_{name}", name)
        title = say("curves.against", what=say_or(f"curves.what_{name}", name))
        return Curve(name, title, axis, curve.highest([facet.panel for facet in drawn]), tuple(drawn))

    def _points(self, name: str, suites: Sequence[Suite]) -> tuple[Point, ...]:
        points = []
        for suite in sorted(suites, key=lambda suite: (numbers(suite)[name], suite.name)):
            own = [self._found.get((model.name, suite.name)) for model in self._models]
            known = [band for band in own if band]
            if known and any(band.rate == band.rate for band in known):
                value = numbers(suite)[name] * (100 if name == "loss" else 1)
                points.append(
                    Point(
                        round(value, 6), f"{value:g}".replace("-", MINUS), Text(**suite.title), (suite.name,),
                        suite.unseen, count(known[0].clips), known[0].blocks, tuple(map(_level, own)),
                    )
                )  # fmt: skip
        return tuple(points)

    def _facet(
        self, name: str, where: Where | None, points: tuple[Point, ...], told: set[str], *, alone: bool
    ) -> Facet:
        joined = where is not None and len({point.x for point in points}) == len(points)
        if where is None:
            title = say("curves.all") if alone else catalogue().get(f"curves.others_{name}") or say("curves.others")
        else:
            named = [_named(key, value) for key, value in where if key in told]
            if name == "loss" and "mean_burst" in told - dict(where).keys():
                named.append(say("curves.random"))
            title = Text.joined(named, " · ") if named else say("curves.all")
        xs = [point.x for point in points]
        log = name == "bitrate_kbps" and min(xs) > 0 and max(xs) / min(xs) >= LOG_FROM
        series = tuple(
            Series(model.colour, self._marks(points, number), None if level is None else round(100 * level, 3))
            for number, (model, level) in enumerate(zip(self._models, self.clean, strict=True))
        )
        return Facet(title, joined, points, Panel(title, _sizes(points, self._found), series, joined, log))

    def _marks(self, points: Sequence[Point], number: int) -> tuple[Mark, ...]:
        name = self._models[number].name
        return tuple(
            Mark(
                point.x, level.cer.value, level.low.value, level.high.value, point.unseen,
                f"{name} · {point.shown} · {level.cer} % {level.interval} · N {point.clips}",
            )
            for point in points
            if (level := point.levels[number]) and level.cer.value is not None
        )  # fmt: skip


def _level(band: Band | None) -> Level | None:
    return Level(percent(band.rate), percent(band.low), percent(band.high)) if band else None


def _sizes(points: Sequence[Point], found: Mapping[tuple[str, ...], Band]) -> Text:
    """How many clips and blocks a point rests on, as a range where points differ."""
    kind = next(iter(found.values())).kind
    clips = sorted(int(point.clips.value or 0) for point in points)
    blocks = sorted(point.blocks for point in points)
    shown = f"{clips[0]:,}" if clips[0] == clips[-1] else f"{clips[0]:,}–{clips[-1]:,}"
    return say("curves.sizes", clips=shown, blocks=counted(kind, blocks[0]))


def _distinct(facets: Sequence[Where]) -> set[str]:
    """The conditions that tell facets apart; all of them where there is but one."""
    keys = {key for where in facets for key, _ in where}
    if len(facets) < 2:
        return keys
    return {key for key in keys if len({dict(where).get(key) for where in facets}) > 1}


def _named(key: str, value: str) -> Text:
    """A condition in words: the house's, else its name with the value as it stands."""
    if key in ("codec", "codec_family"):
        return Text.joined([_codec(part) for part in value.split("+")], " → ")
    if key == "noise":
        kinds = value.split("+")
        return say("curves.noises", n=len(kinds)) if len(kinds) > 1 else say_or(f"curves.noise_{value}", value)
    if key in ("place", "number", "preset"):
        return say_or(f"curves.{key}_{value}", value)
    if f"curves.at_{key}" in catalogue():
        return say(f"curves.at_{key}", n=f"{100 * float(value):g}" if key == "loss" else value.replace("-", MINUS))
    name = say_or(f"curves.x_{key}", key)
    return Text(f"{name.en} {value}", f"{name.ko} {value}")


def _codec(codec: str) -> Text:
    known = family(codec)
    name = say_or(f"curves.codec_{known}", known)
    rest = codec.removeprefix(known).removeprefix("-")
    shown = {"mu": " µ-law", "a": " A-law", "": ""}.get(rest, f" {rest}")
    return Text(name.en + shown, name.ko + shown)


def _notes(found: Iterable[Band]) -> tuple[Text, ...]:
    """What few blocks allow to be said of the bands."""
    notes: dict[str, Text] = {}
    for band in found:
        if band.strength != "full":
            key = "clips" if band.kind == "clip" else band.strength
            notes[key] = say(f"curves.note_{key}", mark=MARKS[band.strength], kinds=say(f"common.kinds_{band.kind}"))
    return tuple(notes[key] for key in sorted(notes))


def as_table(data: Curves) -> Table:
    """``curves.csv``: a line for each curve, point and model."""
    columns = (
        "condition", "curve", "value", "suite", "unseen", "clips", "blocks", "model", "cer_percent", "low", "high",
    )  # fmt: skip
    lines = [
        (one.name, facet.title.en, point.x, " ".join(point.suites), int(point.unseen), point.clips.value, point.blocks,
         model.name, level.cer.value, level.low.value, level.high.value)
        for one in data.curves for facet in one.facets for point in facet.points
        for model, level in zip(data.models, point.levels, strict=True) if level
    ]  # fmt: skip
    return Table(columns, lines)


COLUMNS = 3


def figures(data: Curves, language: str) -> dict[str, str]:
    """Each condition's panels as one picture, ``curves_NAME``."""
    return {
        f"curves_{re.sub(r'[^A-Za-z0-9_-]', '_', one.name)}": str(_figure(data, one, language)) for one in data.curves
    }


def _figure(data: Curves, one: Curve, language: str) -> Markup:
    columns = min(COLUMNS, len(one.facets))
    width, head = max(columns * (curve.WIDTH + 20), 520), 40
    drawn = marks.legend([(model.title, model.colour) for model in data.models], language, 4, 20)
    for place, facet in enumerate(one.facets):
        row, column = divmod(place, columns)
        x, y = 4 + column * (curve.WIDTH + 20), head + row * (curve.HEIGHT + 18)
        drawn += tag("g", curve.body(facet.panel, one.axis, one.top, language), transform=f"translate({x} {y})")
    height = head + -(-len(one.facets) // columns) * (curve.HEIGHT + 18)
    return whole(drawn, width, height, one.title, language, alone.style("curves"))


SECTION = Section("curves", 22, build, as_table, figures)
