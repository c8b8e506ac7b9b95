"""The report's core: silence, Holm, wins and losses, what is missing, runs side by side, junit, schema, notebooks."""

from __future__ import annotations

import dataclasses
import json
import re
import xml.etree.ElementTree as ElementTree
from importlib import resources
from typing import Any

import jsonschema
import pandas as pd
import pytest

from eval_suites.results import Results
from kowhisper_tel.core.errors import UserError
from reports import figures, html, junit_strata, markdown, summary, view
from reports.charts import bars
from reports.comparison import Comparison
from reports.merged import merge
from reports.sections.missing import as_table
from reports.text import Text

FEW_SUITES = (
    ("clean", "clean", "Clean", "깨끗한 음성", 0.0),
    ("phone_g711", "phone", "G.711", "G.711", 0.05),
    ("phone_amr", "phone", "AMR-NB", "AMR-NB", 0.1),
)


def worse_on_clean(model: str, suite: str) -> float:
    return 0.25 if (model, suite) == ("phone-tuned", "clean") else 0.0


@pytest.fixture(scope="module")
def mixed(make: Any) -> Results:
    """24 speakers; the phone-tuned model wins on the telephone and loses on clean speech."""
    made: Results = make(96, 24, suites=FEW_SUITES, extra=worse_on_clean)
    return made


def with_silence(results: Results, make: Any) -> Results:
    """The same with a stratum in which nothing is said; base writes three syllables on every clip, others nothing."""
    silent: Results = make(6, 3, suites=(("nospeech_hold", "nospeech", "Hold music", "대기음악", 0.0),))
    rows = silent.rows.assign(reference="", reference_norm="", hits=0, substitutions=0, deletions=0, loop=False)
    rows["insertions"] = rows["role"].eq("base").astype(int) * 3
    rows["duration_s"], rows["speaker"] = 10.0, None
    rows["block"], rows["block_kind"] = rows["utterance_id"], "clip"
    together = pd.concat([results.rows, rows], ignore_index=True)
    return dataclasses.replace(results, rows=together, suites=(*results.suites, *silent.suites))


def test_wins_and_losses_are_named_with_their_sign(mixed: Results) -> None:
    made = view.build(mixed)
    assert made.highlights
    assert [one.title.en for one in made.highlights.losses] == ["Clean"]
    assert {one.title.en for one in made.highlights.wins} == {"G.711", "AMR-NB"}
    assert made.highlights.losses[0].change.verdict == "worse"
    text = markdown.text(made, "en")
    assert text.index("Largest wins") < text.index("AMR-NB") < text.index("Largest losses") < text.index("| Condition")


def test_the_first_sentence_holds_both_comparisons_and_their_n(mixed: Results) -> None:
    first = view.build(mixed).verdict[0]
    for words in ("brings CER down", "24 speakers", "96 utterances", "Clean-tuned control"):
        assert words in first.en
    assert "대조군" in first.ko
    assert len(re.findall(r"\.(?:\s|$)", first.en)) == 1
    assert len(re.findall(r"\.(?:\s|$)", first.ko)) == 1


def test_a_verdict_is_adjusted_over_rows(make: Any) -> None:
    """Of 40 equal suites a few stray by their own interval; after Holm none is called better or worse."""
    suites = tuple((f"phone_{n}", "phone", f"P{n}", f"P{n}", 0.05) for n in range(40))
    equal = make(48, 24, suites=suites, models=(("base", "base", 0.1, 0.5), ("tuned", "candidate", 0.1, 0.5)))
    rows = equal.rows[~equal.rows["loop"]]
    both = rows.groupby(["suite", "utterance_id"])["model"].transform("nunique") == 2
    made = view.build(dataclasses.replace(equal, rows=rows[both]))
    assert made.headline
    own = [row.to_base for row in made.headline.rows if not row.is_stratum and row.to_base]
    assert any(change.direction != "open" for change in own)
    assert {change.verdict for change in own} <= {"open", "better_alone", "worse_alone"}


def test_few_speakers_are_shown_without_a_verdict(make: Any) -> None:
    made = view.build(make(24, 4, suites=FEW_SUITES))
    assert made.headline
    assert {row.to_base.verdict for row in made.headline.rows if row.to_base} == {"few"}
    assert "no verdict" in html.page(made)


def test_silence_has_clips_and_syllables_per_minute_in_place_of_cer(mixed: Results, make: Any) -> None:
    made = view.build(with_silence(mixed, make))
    assert made.headline
    row = made.headline.strata[-1]
    assert row.silent
    assert [cell.cer.value for cell in row.cells] == [None, None, None]
    assert [cell.written_clips.value for cell in row.cells] == [6, 0, 0]
    assert [cell.per_minute.value for cell in row.cells] == [18.0, 0.0, 0.0]
    assert row.to_base
    assert (row.to_base.delta.value, row.to_base.unit, row.to_base.verdict) == (-18.0, "per_minute", "few")
    assert "Base writes something on 6 of 6 clips, Phone-tuned on 0" in made.verdict[-2].en + made.verdict[-1].en
    assert "nospeech" not in {one.stratum.en for one in (*made.highlights.wins, *made.highlights.losses)}  # type: ignore[union-attr]


def test_every_suite_is_in_the_table_under_its_stratum(results: Results) -> None:
    made = view.build(results)
    assert made.headline
    told = {row.suite for _, others in made.headline.groups for row in others} | {
        row.stratum for row, others in made.headline.groups if not others
    }
    assert told >= {suite.name for suite in results.suites if suite.stratum != "clean"}
    page = html.page(made)
    assert page.count('<tbody class="whole">') == len(made.headline.groups)
    assert "hidden" not in page[page.index('<table class="headline') : page.index("</table>")]  # no script, no fold


def test_missing_hypotheses_are_named(mixed: Results) -> None:
    lost = mixed.rows.index[mixed.rows["model"] == "base"][:2]
    rows = mixed.rows.assign(missing=mixed.rows.index.isin(lost))
    left_out = [{"name": "phone_evrc", "stratum": "phone", "reason": {"en": "no codec library", "ko": "코덱 없음"}}]
    made = view.build(dataclasses.replace(mixed, rows=rows), suites_left_out=left_out)
    page = html.page(made)
    assert all(name in page for name in mixed.rows.loc[lost, "utterance_id"])
    assert "no codec library" in page
    assert "코덱 없음" in page
    assert {row[2] for row in as_table(made.sections["missing"]).rows} >= set(mixed.rows.loc[lost, "utterance_id"])
    assert 'id="missing"' not in html.page(view.build(mixed))


def test_runs_stand_side_by_side(mixed: Results) -> None:
    other = dataclasses.replace(
        mixed,
        models=tuple(m if m.role == "base" else dataclasses.replace(m, hash=f"other {m.hash}") for m in mixed.models),
    )
    both = merge({"one": mixed, "two": other})
    assert [m.name for m in both.models] == ["base", "clean-tuned", "phone-tuned", "two/clean-tuned", "two/phone-tuned"]
    assert len(both.rows) == len(mixed.rows) // 3 * 5
    assert view.build(both).headline.subject.name == "phone-tuned"  # type: ignore[union-attr]
    with pytest.raises(UserError) as problem:
        merge({"one": mixed, "two": dataclasses.replace(mixed, versions={**mixed.versions, "manifest": "another"})})
    assert problem.value.code == "comparison.incompatible"
    moved = (dataclasses.replace(mixed.suites[0], stratum="elsewhere"), *mixed.suites[1:])
    with pytest.raises(UserError, match=f"suites.{moved[0].name}.stratum"):
        merge({"one": mixed, "two": dataclasses.replace(mixed, suites=moved)})


def test_junit_has_a_case_for_each_stratum(mixed: Results) -> None:
    root = ElementTree.fromstring(junit_strata.text(view.build(mixed), language="en"))
    assert (root.get("tests"), root.get("failures"), root.get("skipped")) == ("2", "1", "0")
    failed = next(case for case in root if case.find("failure") is not None)
    assert failed.get("name") == "Clean"
    assert "higher" in (failed.find("failure").get("message") or "")  # type: ignore[union-attr]


def test_summary_keeps_its_schema(mixed: Results, make: Any, small: Results) -> None:
    schema = json.loads((resources.files("reports") / "summary.schema.json").read_text(encoding="utf-8"))
    checker = jsonschema.Draft202012Validator(schema)
    lone = make(4, 2, suites=FEW_SUITES[:1], models=(("base", "base", 0.1, 0.1),))
    for results in (with_silence(mixed, make), small, lone, dataclasses.replace(lone, rows=lone.rows.iloc[:0])):
        said = json.loads(json.dumps(summary.as_json(view.build(results)), allow_nan=False))
        checker.validate(said)
        assert said["schema"] == schema["$id"] == summary.SCHEMA


@pytest.mark.parametrize("language", ["ko", "en"])
def test_every_figure_stands_alone(mixed: Results, language: str, inputs: dict[str, Any]) -> None:
    drawn = dict(figures.drawn(view.build(mixed, **inputs), language))
    assert "bars" in drawn
    for svg in drawn.values():
        root = ElementTree.fromstring(svg)
        assert root.get("width")
        assert "var(" not in svg
        others = {"ko": "en", "en": "ko"}[language]
        assert not [element for element in root.iter() if element.get("lang") == others]


def test_a_notebook_shows_one_language_and_no_markup_of_names(mixed: Results) -> None:
    models = (dataclasses.replace(mixed.models[0], role="<b>mine</b>"), *mixed.models[1:])
    shown = Comparison(dataclasses.replace(mixed, models=models), language="ko")._repr_html_()
    assert "<b>" not in shown
    assert "발화" in shown
    assert "Utterances" not in shown
    assert "<script" not in shown
    assert "AMR-NB" in Comparison([mixed], language="en", suites=True)._repr_html_()
    assert "Telephone" in str(Comparison({"one": mixed}, language="en"))


@pytest.mark.parametrize("width", [360, 880])
def test_every_name_of_a_legend_stands_inside_the_picture(width: int) -> None:
    legend = [(Text(f"whisper-large-{n}", "아주 큰 모델"), f"m-x{n}") for n in range(7)]
    group = bars.Group(Text.same("a"), tuple(bars.Bar(colour, 5.0, "5.0") for _, colour in legend))
    root = ElementTree.fromstring(bars.draw([group], legend, Text.same("b"), width=width, language="en"))
    names = [one for one in root.iter("{http://www.w3.org/2000/svg}text") if (one.text or "").startswith("whisper")]
    assert len(names) == len({(one.get("x"), one.get("y")) for one in names}) == 7
    assert all(float(one.get("x", "inf")) + 7 * len(one.text or "") <= width for one in names)
    drawn = [
        float(one.get("y", 0)) for one in root.iter("{http://www.w3.org/2000/svg}rect") if one.get("height") == "9"
    ]
    assert max(float(one.get("y", 0)) for one in names) < min(drawn) - 20


def test_changes_in_silence_say_their_unit(mixed: Results, make: Any) -> None:
    silent = with_silence(mixed, make)
    rows = [line for line in markdown.text(view.build(silent), "en").splitlines() if line.startswith("| **No speech")]
    assert [line.count("/min ") for line in rows] == [2]
    assert Comparison(silent, language="en")._repr_html_().count("/min ") == 2


def test_no_verdict_is_no_adjustment(make: Any, shown: Any) -> None:
    assert "Holm" in shown(make(24, 12, suites=FEW_SUITES), "headline")
    assert "Holm" not in shown(make(8, 4, suites=FEW_SUITES), "headline")
