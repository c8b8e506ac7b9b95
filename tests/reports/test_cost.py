"""Cost: the table is what was measured, and the front is what nothing beats."""

from __future__ import annotations

import dataclasses
import xml.etree.ElementTree as ElementTree
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from eval_suites.cost import Cost
from eval_suites.results import Results
from reports.charts import cloud
from reports.evidence import Evidence
from reports.sections import cost
from reports.text import Text

SVG = "{http://www.w3.org/2000/svg}"
POINTS = st.lists(st.tuples(st.integers(1, 6).map(float), st.integers(0, 6).map(float)), max_size=8)


@given(POINTS)
def test_the_front_is_what_nothing_beats(points: list[tuple[float, float]]) -> None:
    fronts = cost._front(points)
    best = [point for point, front in zip(points, fronts, strict=True) if front]
    assert bool(best) == bool(points)
    for point, front in zip(points, fronts, strict=True):
        beaten = any(other != point and other[0] <= point[0] and other[1] <= point[1] for other in best)
        assert beaten != front


def test_the_table_is_what_was_measured(small: Results) -> None:
    built = cost.build(Evidence(small))
    assert built
    assert built.stratum.en == "Telephone"
    for row, measured in zip(built.rows, small.costs, strict=True):
        assert row.work.value == round(measured.decode_s / measured.audio_s, 3)
        assert row.disk.value == round((measured.disk_bytes or 0) / 1e6)
        assert (row.engine, row.quantisation, row.threads.value) == ("ctranslate2", "int8", 2)
    assert built.axes == ("work", "memory", "disk")
    lines = [dict(zip(cost.as_table(built).columns, line, strict=True)) for line in cost.as_table(built).rows]
    for axis, column in (("work", "seconds_per_second"), ("disk", "disk_mb")):
        places = {place.name: place for place in built.places(axis)}
        for row, line in zip(built.rows, lines, strict=True):
            assert (places[row.model.title].x, places[row.model.title].y) == (line[column], line["cer_percent"])


def test_what_was_not_measured_is_a_dash(small: Results, shown: Any) -> None:
    some = Cost("base", 0.0, 0.0, 1.0, None, None, "cuda", 1)
    results = dataclasses.replace(small, costs=(some, small.costs[2]))
    built = cost.build(Evidence(results))
    assert built
    assert [row.work.value for row in built.rows] == [None, None, 0.3]
    assert not any(row.front for row in built.rows)
    assert built.axes == ()
    assert not built.alike
    assert "nan" not in str(cost.as_table(built)).lower()
    assert shown(results, "cost").count("–") > 4


def test_a_model_without_a_cer_is_no_best(small: Results) -> None:
    silent = {"hits": 0, "substitutions": 0, "deletions": 0, "insertions": 0}
    nothing_said = dataclasses.replace(small, rows=small.rows.assign(**silent))
    others = dataclasses.replace(small, rows=small.rows[small.rows["model"] != small.models[0].name])
    for results, models in ((nothing_said, 3), (others, 1)):
        built = cost.build(Evidence(results))
        assert built
        assert not any(row.front for row in built.rows[:models])


def test_no_costs_no_section(small: Results) -> None:
    assert cost.build(Evidence(dataclasses.replace(small, costs=()))) is None


@given(
    st.lists(st.tuples(st.integers(0, 10**7), st.integers(0, 300_000)), min_size=1, max_size=6),
    st.sampled_from([1e-3, 1.0]),
)
@settings(max_examples=40, deadline=None)
def test_signs_stay_inside_the_frame(points: list[tuple[int, int]], unit: float) -> None:
    label = Text("a", "b")
    places = [
        cloud.Place(Text.same(f"<m{n}>"), "m-x1", x * unit, y / 1000, True, "") for n, (x, y) in enumerate(points)
    ]
    root = ElementTree.fromstring(cloud.draw(places, label, label, label))
    for path in root.iter(f"{SVG}path"):
        if path.get("transform"):
            x, y = (float(n) for n in (path.get("transform") or "").removeprefix("translate(").rstrip(")").split())
            assert cloud.LEFT - 0.1 <= x <= cloud.WIDTH - cloud.RIGHT + 0.1
            assert cloud.TOP - 0.1 <= y <= cloud.HEIGHT - cloud.BOTTOM + 0.1
