"""Speakers: what scatter and forest show is what the rows say, with N, and without a verdict where N is small."""

from __future__ import annotations

import dataclasses
import xml.etree.ElementTree as ElementTree
from typing import Any

import pytest

from eval_suites.results import Results, pooled_rate
from reports.charts import forest, scatter
from reports.charts.forest import Branch
from reports.charts.scatter import Dot
from reports.evidence import Evidence
from reports.sections import speakers
from reports.sections.speakers import Speakers
from reports.text import Text

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = "<script>alert('x')</script>"


@pytest.fixture(scope="module")
def many(make: Any, suite_one: Any) -> Results:
    return make(60, 30, suites=suite_one)


@pytest.fixture(scope="module")
def data(many: Results) -> Speakers:
    built = speakers.build(Evidence(many, draws=200))
    assert built
    return built


def test_each_dot_is_its_speaker(data: Speakers, many: Results) -> None:
    label = Text("a", "b")
    root = ElementTree.fromstring(scatter.draw(data.dots, label, label, label, "m-candidate"))
    circles = {(c[0].text or "").split(":")[0]: c for c in root.iter(f"{SVG}circle")}
    assert len(circles) == len(data.rows) == 30
    top = max(float(t.text or 0) for t in root.iter(f"{SVG}text") if (t.text or "").isdigit())
    plot = scatter.SIZE - scatter.LEFT - scatter.RIGHT
    for row in data.rows:
        own = many.rows[many.rows["speaker"] == row.speaker]
        base, tuned = (100 * pooled_rate(own[own["model"] == name]) for name in ("base", "phone-tuned"))
        circle = circles[row.speaker]
        assert (float(circle.get("cx") or 0) - scatter.LEFT) / plot * top == pytest.approx(min(base, top), abs=0.2)
        assert circle[0].text == f"{row.speaker}: {base:.1f} → {tuned:.1f} %, N {row.utterances}"


def test_the_worst_five_percent_are_named(data: Speakers) -> None:
    assert [row.worst for row in data.rows].count(True) == 2  # 5 % of 30, and not less
    assert data.rows[0].worst
    assert "(2 of 30)" in data.worst.en
    assert "30명 중 2명" in data.worst.ko
    label = Text("a", "b")
    picture = str(scatter.draw(data.dots, label, label, label, "m-candidate"))
    assert all(f">{row.speaker}</text>" in picture for row in data.rows if row.worst)


def test_groups_have_their_n_and_few_have_no_verdict(data: Speakers, many: Results, shown: Any) -> None:
    sizes = {(g.tag, g.value): g.speakers.value for g in data.groups}
    own = many.rows.groupby("tag_region")["speaker"].nunique()
    assert {value: n for (tag, value), n in sizes.items() if tag == "region"} == own.to_dict()
    small = [group for group in data.groups if group.change.blocks < 10]
    assert {group.value for group in small} == {"부산", "제주"}
    assert all(branch.hollow and branch.tone == "described" for branch in data.branches if "6" in branch.size.en)
    page = shown(many, "speakers")
    assert page.count("too few for a verdict") == page.count("수가 적어 판정하지 않음") == len(small)
    order = [group.value for group in data.groups if group.tag == "region"]
    assert order[0] == "서울"  # groups of few speakers come last


def test_the_forest_draws_its_figures() -> None:
    name, size = Text("<g>", "<g>"), Text("12 speakers", "화자 12명")
    known = Branch(name, size, -2.0, -4.0, 1.0, "−2.0", "open", False, Text("Region", "지역"))
    empty = Branch(name, size, None, None, None, "–", "open", True)
    for width in (360, 880):
        root = ElementTree.fromstring(forest.draw([known, empty], name, width=width))
        scale = {(t.text or "").replace("−", "-"): float(t.get("x") or 0) for t in root.iter(f"{SVG}text")
                 if t.get("text-anchor") == "middle"}  # fmt: skip
        unit = (scale["0"] - scale["-2"]) / 2
        squares = [r for r in root.iter(f"{SVG}rect") if "point" in (r.get("class") or "")]
        assert len(squares) == 1
        assert float(squares[0].get("x") or 0) + 4.5 == pytest.approx(scale["0"] - 2 * unit, abs=0.2)
        line = next(e for e in root.iter(f"{SVG}line") if "whisker" in (e.get("class") or ""))
        ends = [float(line.get(end) or 0) for end in ("x1", "x2")]
        assert ends == pytest.approx([scale["0"] - 4 * unit, scale["0"] + unit], abs=0.2)


def test_names_do_not_lie_on_each_other() -> None:
    dots = [Dot(20 + n / 10, 20 + n / 7, 3, f"speaker-{n}", True) for n in range(6)]
    label = Text("a", "b")
    root = ElementTree.fromstring(scatter.draw(dots, label, label, label, "m-x1"))
    places = [(float(t.get("x") or 0), float(t.get("y") or 0)) for t in root.iter(f"{SVG}text")
              if (t.text or "").startswith("speaker")]  # fmt: skip
    assert len(places) >= 4
    wide = 9 * scatter.LETTER
    apart = [abs(a[0] - b[0]) >= wide or abs(a[1] - b[1]) >= 11 for a in places for b in places if a is not b]
    assert all(apart)


def test_clips_without_a_tag_are_a_group(many: Results) -> None:
    rows = many.rows.assign(tag_region=many.rows["tag_region"].where(many.rows["tag_region"] != "제주"))
    built = speakers.build(Evidence(dataclasses.replace(many, rows=rows), draws=50))
    assert built
    assert "not stated" in {group.title.en for group in built.groups}
    total = sum(g.utterances.value or 0 for g in built.groups if g.tag == "region")
    assert total == many.rows["utterance_id"].nunique()


def test_no_base_no_comparison(make: Any, suite_one: Any, shown: Any) -> None:
    alone = make(6, 3, suites=suite_one, models=(("own", "candidate", 0.1, 0.1),))
    built = speakers.build(Evidence(alone))
    assert built
    assert built.dots == built.branches == ()
    assert "speakers_scatter" not in speakers.figures(built, "en")
    assert "worst 5%" in shown(alone, "speakers")


def test_names_are_only_names(many: Results, shown: Any) -> None:
    rows = many.rows.assign(tag_region=HOSTILE + many.rows["tag_region"], speaker=HOSTILE + many.rows["speaker"])
    page = shown(dataclasses.replace(many, rows=rows), "speakers")
    assert "<script>alert" not in page
    assert page.count("&lt;script&gt;alert") > 60
