"""Errors: every count is a sum of the rows', pictures show the counts, and texts go through ``Evidence.shown``."""

from __future__ import annotations

import dataclasses
import xml.etree.ElementTree as ElementTree
from typing import Any

import pytest

from eval_suites import confusions
from eval_suites.results import Results, looping
from reports.charts import heat, stacked
from reports.evidence import Evidence
from reports.sections import errors
from reports.sections.errors import Errors

SVG = "{http://www.w3.org/2000/svg}"
EDITS = ["substitutions", "deletions", "insertions"]
TWO = ("base", "phone-tuned")


@pytest.fixture(scope="module")
def data(small: Results) -> Errors:
    built = errors.build(Evidence(small))
    assert built
    return built


def test_kinds_add_up(data: Errors, small: Results) -> None:
    sums = small.rows.groupby(["stratum", "model"])[EDITS].sum()
    assert {(one.stratum, one.model.name): one.counts for one in data.kinds} == {
        key: tuple(int(n) for n in row) for key, row in zip(sums.index, sums.to_numpy(), strict=True)
    }
    root = ElementTree.fromstring(stacked.draw(data.stacks, data.legend, data.legend[0][0]))
    told = [title.text or "" for title in root.iter(f"{SVG}title")]
    shares = [share for one in data.kinds for share in one.shares if share.value]
    assert [float(text.split()[-2]) for text in told] == pytest.approx([s.value for s in shares], abs=0.051)


def test_outcomes_add_up_to_the_clips(data: Errors, small: Results) -> None:
    wrong = small.rows.assign(wrong=small.rows[EDITS].sum(axis=1) > 0)
    wide = wrong.pivot(index=["stratum", "suite", "utterance_id"], columns="model", values="wrong")
    for outcome in data.outcomes:
        own = wide.loc[outcome.stratum]
        old, new = (own[name].astype(bool) for name in TWO)
        counts = [(~old & ~new).sum(), (old & ~new).sum(), (~old & new).sum(), (old & new).sum()]
        assert [figure.value for figure in outcome.counts] == counts
        assert outcome.clips.value == len(own)


def test_matrices_count_the_alignment(data: Errors, small: Results) -> None:
    pair = small.rows[small.rows["model"].isin(TWO)]
    kept = pair[~looping(pair)]
    assert [matrix.part for matrix in data.matrices] == list(confusions.PARTS)
    for matrix in data.matrices:
        for name, cells in zip(TWO, matrix.cells, strict=True):
            own = kept[kept["model"] == name]
            found = confusions.count(zip(own["reference_norm"], own["hypothesis_norm"], strict=True))
            assert cells == dict(found.parts(matrix.part))
            assert matrix.said == dict(found.letters(matrix.part))
        assert [sum(one.counts) for one in matrix.top] == sorted((sum(one.counts) for one in matrix.top), reverse=True)
        assert all(one.of.value and one.counts[0] <= one.of.value for one in matrix.top)


def test_a_picture_holds_the_counts_of_the_table(data: Errors) -> None:
    lines = {line[1:6]: line[6] for line in errors.as_table(data).rows if line[0] == "confusion"}
    for matrix in data.matrices:
        for (title, note, cells, is_change), model in zip(matrix.pictures, (*TWO, None), strict=True):
            picture = heat.draw(matrix.letters, cells, title, note, (title, note), matrix.deepest, signed=is_change)
            told = [t.text or "" for t in ElementTree.fromstring(picture).iter(f"{SVG}title")]
            for words in told:
                swap, _, shown = words.partition(": ")
                said, heard = ("" if part == "∅" else part for part in swap.split(" → "))
                counts = [lines.get((matrix.part, "", name, said, heard), 0) for name in TWO]
                number = int(shown.replace("−", "-").replace(",", ""))
                expected = counts[1] - counts[0] if model is None else counts[TWO.index(model)]  # type: ignore[operator]
                assert number == expected
            inside = {s: n for s, n in cells.items() if n and set(s) <= set(matrix.letters)}
            assert len(told) == len(inside)


def test_what_is_not_in_the_picture_is_said(data: Errors) -> None:
    matrix = dataclasses.replace(data.matrices[0], letters=data.matrices[0].letters[:2])
    assert "of them shown" in matrix.note(matrix.cells[0]).en
    assert "그림에는" in matrix.note(matrix.cells[0]).ko


def test_spacing_alone_is_no_wrong_clip(small: Results) -> None:
    rows = small.rows.assign(hypothesis_norm=[text.replace(" ", "") for text in small.rows["reference_norm"]])
    rows[EDITS] = 0
    built = errors.build(Evidence(dataclasses.replace(small, rows=rows)))
    assert built
    shares = {row.name: row.shares[0] for row in built.shares}
    spaced = sum(" " in text for text in rows[rows["model"] == "base"]["reference_norm"])
    assert shares["spacing"]
    assert shares["spacing"].count.value == spaced
    assert shares["wrong"]
    assert shares["wrong"].count.value == 0
    assert built.matrices == ()


def test_numbers_and_hallucination_are_shown_where_they_were_counted(small: Results, data: Errors) -> None:
    assert {row.name for row in data.shares} == {"wrong", "spacing", "loops"}
    counted = {"digits_phone_hits": 3, "digits_phone_substitutions": 1, "digits_phone_deletions": 0}
    counted |= {"hallucination_hits": 1, "hallucination_substitutions": 0, "hallucination_deletions": 0}
    rows = small.rows.assign(**counted)
    rows.loc[rows["stratum"] == "clean", list(counted)] = float("nan")  # a suite without these metrics
    built = errors.build(Evidence(dataclasses.replace(small, rows=rows)))
    assert built
    shares = {row.name: row.shares[0] for row in built.shares}
    assert shares["digits_phone"]
    assert shares["digits_phone"].percent.text == "75.0"
    assert shares["hallucination"]
    assert (shares["hallucination"].count.value, shares["hallucination"].of.value) == (0, 36)


def test_texts_go_through_shown(small: Results, monkeypatch: pytest.MonkeyPatch, shown: Any) -> None:
    page = shown(small, "errors")
    data = errors.build(Evidence(small))
    assert data
    words = {word for swaps in data.swaps for said, heard, _ in swaps.words for word in (said, heard)}
    words |= {word for matrix in data.matrices for one in matrix.top for word in one.example.split(" → ")}
    assert any(word in page for word in words)
    monkeypatch.setattr(Evidence, "shown", lambda self, text: "●" * len(text))
    hidden = shown(small, "errors")
    assert not [word for word in words if len(word) > 2 and f"{word} →" in hidden]


def test_one_model_is_shown_without_comparison(make: Any, suite_one: Any, shown: Any) -> None:
    alone = make(6, 3, suites=suite_one, models=(("base", "base", 0.2, 0.2),))
    built = errors.build(Evidence(alone))
    assert built
    assert built.outcomes == built.swaps == ()
    assert all(len(matrix.pictures) == 1 for matrix in built.matrices)
    assert "nan" not in shown(alone, "errors").lower().replace("nanum", "").split("<main")[1].split("<script")[0]


def test_hostile_words_stay_words(make: Any, suite_one: Any, shown: Any) -> None:
    hostile = make(6, 3, suites=suite_one, texts=("<b>가나다</b> <i>x</i>",))
    assert "<b>" not in shown(hostile, "errors")
    assert "&lt;b&gt;" in shown(hostile, "errors")
