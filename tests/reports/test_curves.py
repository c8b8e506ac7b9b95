"""Curves: suites find their pictures by their conditions, and the pictures show what the table says."""

from __future__ import annotations

import dataclasses
import re
import xml.etree.ElementTree as ElementTree
from typing import Any

import pytest

from augment import Channel
from eval_suites.results import Results, pooled_rate
from eval_suites.suite import Suite
from reports import facets
from reports.charts import curve
from reports.evidence import Evidence
from reports.sections import curves
from reports.sections.curves import Curves

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def curved(make: Any, curved_suites: Any) -> Results:
    return make(12, 6, suites=curved_suites)


@pytest.fixture(scope="module")
def data(curved: Results) -> Curves:
    built = curves.build(Evidence(curved, draws=200))
    assert built
    return built


def suite(name: str, **conditions: float | str) -> Suite:
    return Suite(name, "phone", {"en": name, "ko": name}, Channel(name, ()), conditions=conditions)


def grouped(measure: str, *suites: Suite) -> dict[str, set[str]]:
    found = facets.group(measure, suites)
    return {
        "others" if where is None else " ".join(f"{key}={value}" for key, value in where): {s.name for s in own}
        for where, own in found.items()
    }


def test_every_numeric_condition_of_three_values_makes_a_curve(data: Curves) -> None:
    titles = {one.name: [facet.title.en for facet in one.facets] for one in data.curves}
    assert titles == {
        "snr_db": [f"{noise} · {place}" for noise in ("babble", "white noise")
                   for place in ("at the microphone", "on the line")],
        "bitrate_kbps": ["AMR-NB", "AMR-WB", "Other codecs"],
        "loss": ["random loss", "bursts of 3"],
        "rate": ["All conditions"],
        "rt60_s": ["at 1 m"],
    }  # fmt: skip


def test_what_is_drawn_is_what_the_table_says(data: Curves, curved: Results) -> None:
    lines = {(line[0], line[3], line[7]): line for line in curves.as_table(data).rows}
    for one in data.curves:
        for facet in one.facets:
            root = ElementTree.fromstring(curve.draw(facet.panel, one.axis, one.top))
            marks = [path for path in root.iter(f"{SVG}path") if path.get("transform")]
            assert len(marks) == len(facet.points) * len(data.models)
            drawn = iter(marks)
            for model in data.models:
                for point in facet.points:
                    mark = next(drawn)
                    line = lines[one.name, point.suites[0], model.name]
                    own = curved.rows[(curved.rows["model"] == model.name) & (curved.rows["suite"] == point.suites[0])]
                    assert line[8] == pytest.approx(100 * pooled_rate(own), abs=1e-3)
                    height = float((mark.get("transform") or "").split()[1].rstrip(")"))
                    share = (curve.HEIGHT - curve.BOTTOM - height) / (curve.HEIGHT - curve.TOP - curve.BOTTOM)
                    assert share * one.top == pytest.approx(min(float(line[8] or 0), one.top), abs=one.top / 300)
                    assert ("hollow" in (mark.get("class") or "")) == bool(line[4])
                    said = mark[0].text or ""
                    assert f"{model.name} · {point.shown} · " in said
                    assert f"N {point.clips}" in said
                    assert line[9] is None or line[9] <= line[8] <= line[10]  # type: ignore[operator]


def test_a_condition_that_training_never_heard_is_hollow_and_explained(
    data: Curves, curved: Results, shown: Any
) -> None:
    text = shown(curved, "curves")
    assert data.unseen
    assert "hollow: not heard in training" in text
    assert "속이 빈 점: 학습에 쓰지 않은 조건" in text


def test_loss_at_random_and_in_bursts_begin_at_no_loss() -> None:
    lossless = suite("none", codec="g711-mu", bitrate_kbps=64.0, hops=1, loss=0.0)
    at_random = [suite(f"r{p}", codec="g711-mu", hops=1, loss=p, mean_burst=round(1 / (1 - p), 4)) for p in (0.1, 0.2)]
    bursts = [suite(f"b{p}", codec="g711-mu", hops=1, loss=p, mean_burst=2.0) for p in (0.1, 0.2)]
    other = suite("other", codec="amr-nb-12.2", hops=1, loss=0.0)
    assert grouped("loss", lossless, *at_random, *bursts, other) == {
        "codec=g711-mu": {"none", "r0.1", "r0.2"},
        "codec=g711-mu mean_burst=2": {"none", "b0.1", "b0.2"},
    }
    assert grouped("mean_burst", lossless, *at_random, *bursts) == {}


def test_codecs_are_joined_by_family_and_tandems_kept_apart() -> None:
    amr = [suite(f"amr{r}", codec=f"amr-nb-{r}", bitrate_kbps=r, hops=1, loss=0.0) for r in (4.75, 7.4, 12.2)]
    alone = [suite(n, codec=n, bitrate_kbps=r, hops=1, loss=0.0) for n, r in (("g711-a", 64), ("g729a", 8), ("x", 13))]
    tandem = suite("two", codec="amr-nb-5.9+g711-a", codec_family="amr-nb+g711", bitrate_kbps=5.9, hops=2, loss=0.0)
    lost = suite("lost", codec="g711-a", bitrate_kbps=64.0, hops=1, loss=0.1, mean_burst=2.0)
    assert grouped("bitrate_kbps", *amr, *alone, tandem, lost) == {
        "codec_family=amr-nb": {"amr4.75", "amr7.4", "amr12.2"},
        "others": {"g711-a", "g729a", "x"},
    }


def test_a_condition_of_ones_own_makes_a_curve_too(make: Any, curved_suites: Any, shown: Any) -> None:
    results = make(6, 3, suites=curved_suites[:5])
    own = [dataclasses.replace(s, conditions={"agc <b>": float(n)}) for n, s in enumerate(results.suites)]
    built = curves.build(Evidence(dataclasses.replace(results, suites=tuple(own)), draws=50))
    assert built
    assert [(one.name, len(one.facets[0].points)) for one in built.curves] == [("agc <b>", 5)]
    assert not re.search("<b>", shown(dataclasses.replace(results, suites=tuple(own)), "curves"))


@pytest.mark.parametrize("values", [(1.0, 2.0), (True, False, True), (float("nan"), 1.0, 2.0), ("a", "b", "c")])
def test_too_few_or_no_numbers_make_none(values: tuple[Any, ...]) -> None:
    suites = [suite(f"s{n}", own=value) for n, value in enumerate(values)]
    assert facets.group("own", suites) == {} or "own" not in facets.measures(suites)


def test_no_conditions_no_section(small: Results) -> None:
    assert curves.build(Evidence(small)) is None


def test_few_blocks_are_said_to_be_few(make: Any, curved_suites: Any) -> None:
    built = curves.build(Evidence(make(6, 3, suites=curved_suites[:6]), draws=50))
    assert built
    assert "under 10 speakers" in built.notes[0].en


def test_values_beyond_the_frame_get_an_arrow(make: Any, curved_suites: Any) -> None:
    results = make(6, 3, suites=curved_suites[:6])
    results.rows["insertions"] += 60
    built = curves.build(Evidence(results, draws=50))
    assert built
    one = built.curves[0]
    assert one.top == 100.0
    picture = str(curve.draw(one.facets[0].panel, one.axis, one.top))
    assert picture.count("l4 -6l4 6") == len(one.facets[0].points) * len(built.models)
    assert "nan" not in picture.lower()


def test_figures_stand_alone_in_one_language(data: Curves) -> None:
    for language, word in (("ko", "전화 튜닝"), ("en", "Phone-tuned")):
        pictures = curves.figures(data, language)
        assert set(pictures) == {f"curves_{one.name}" for one in data.curves}
        for picture in pictures.values():
            root = ElementTree.fromstring(picture)
            assert word in {element.text for element in root.iter()}
            assert "var(" not in picture
            words = " ".join(element.text or "" for element in root.iter(f"{SVG}text"))
            assert not re.search("[가-힣]" if language == "en" else "Phone-tuned", words)
