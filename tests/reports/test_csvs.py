"""CSV: spreadsheets read it, nothing in it runs, and the texts stay what they are."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval_suites.results import Results
from reports import csvs, view
from reports.sections import Table, registry


@pytest.mark.parametrize("text", ["=1+1", "+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "＝1", '=HYPERLINK("x")'])
def test_formulas_become_texts(text: str) -> None:
    assert csvs.safe(text) == "'" + text


@pytest.mark.parametrize("number", [-1, -2.5, 0, 3.75])
def test_numbers_stay_numbers(number: float) -> None:
    assert csvs.safe(number) == number
    assert csvs.text(Table(("n",), [(number,)])) == f"n\r\n{number}\r\n"


@given(st.text(alphabet=st.characters(exclude_characters="\r\n", exclude_categories=("Cs",)), max_size=30))
def test_texts_come_back(text: str) -> None:
    read = list(csv.reader(io.StringIO(csvs.text(Table(("a", "b"), [(text, 1)])))))[1][0]
    assert read.removeprefix("'") == text.removeprefix("'")
    assert not read.startswith(csvs.RISKY)


def test_files_have_a_mark_and_all_rows(small: Results, inputs: dict[str, Any], tmp_path: Path) -> None:
    made = view.build(small, **inputs)
    names = {path.name for path in csvs.write(made, tmp_path)}
    assert names >= {"headline.csv", "utterances.csv", "speakers.csv"}
    for name in names:
        assert (tmp_path / name).read_bytes().startswith(b"\xef\xbb\xbf")
    with (tmp_path / "utterances.csv").open(encoding="utf-8-sig", newline="") as file:
        assert len(list(csv.DictReader(file))) == len(small.rows)


def test_headline_is_what_the_rows_say(results: Results, inputs: dict[str, Any], tmp_path: Path) -> None:
    csvs.write(view.build(results, **inputs), tmp_path)
    with (tmp_path / "headline.csv").open(encoding="utf-8-sig", newline="") as file:
        lines = {(line["stratum"], line["suite"], line["model"]): line for line in csv.DictReader(file)}
    rows = results.rows
    own = rows[(rows["model"] == "phone-tuned") & (rows["stratum"] == "speaker") & rows["summed"]]
    errors = own[["substitutions", "deletions", "insertions"]].to_numpy().sum()
    length = own[["hits", "substitutions", "deletions"]].to_numpy().sum()
    assert float(lines["speaker", "", "phone-tuned"]["cer_percent"]) == pytest.approx(100 * errors / length, abs=1e-3)
    assert float(lines["speaker", "", "phone-tuned"]["change_to_base"]) < 0
    assert lines["speaker", "", "base"]["change_to_base"] == ""


def test_the_metrics_are_rates_of_sums(results: Results, inputs: dict[str, Any], tmp_path: Path) -> None:
    csvs.write(view.build(results, **inputs), tmp_path)
    with (tmp_path / "metrics.csv").open(encoding="utf-8-sig", newline="") as file:
        lines = {(line["metric"], line["stratum"], line["model"]): line["percent"] for line in csv.DictReader(file)}
    own = results.rows[(results.rows["model"] == "base") & results.rows["summed"]]
    own = own[own["stratum"] == "phone"]
    errors = own[["substitutions", "deletions", "insertions"]].to_numpy().sum()
    length = own[["hits", "substitutions", "deletions"]].to_numpy().sum()
    assert float(lines["cer", "phone", "base"]) == pytest.approx(100 * errors / length, abs=1e-3)
    assert float(lines["loops", "phone", "base"]) == pytest.approx(100 * own["loop"].mean(), abs=1e-3)
    assert {metric for metric, _, _ in lines} == {"cer", "loops"}


def test_every_table_has_as_many_cells_as_columns(small: Results, inputs: dict[str, Any]) -> None:
    made = view.build(small, **inputs)
    for section in registry():
        if section.table and section.name in made.sections:
            table = section.table(made.sections[section.name])
            assert table.rows
            assert {len(row) for row in table.rows} == {len(table.columns)}
