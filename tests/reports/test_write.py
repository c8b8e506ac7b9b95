"""One call writes all files, whole, the same each time."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

import pytest

from eval_suites.results import Results
from reports import figures, html, markdown, view
from reports.evidence import TrainingCurve
from reports.sections import registry
from reports.write import write_report

TABLES = {"headline.csv", "metrics.csv", "utterances.csv", "speakers.csv"}
FILES = {"report.html", *TABLES, "summary.json", "summary.md", "junit.xml", "headline.svg"}


def files(results: Results, inputs: dict[str, Any]) -> set[str]:
    """``FILES`` and the tables of other sections that had something to show."""
    made = view.build(results, **inputs)
    return FILES | {f"{section.name}.csv" for section in registry() if section.table and section.name in made.sections}


def test_all_files_and_the_same_bytes_again(small: Results, inputs: dict[str, Any], tmp_path: Path) -> None:
    path = write_report(small, tmp_path / "one", **inputs)
    assert path == tmp_path / "one" / "report.html"
    write_report(small, tmp_path / "two", **inputs)
    expected = files(small, inputs)
    for name in expected:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    assert {file.name for file in (tmp_path / "one").iterdir()} == expected


def test_a_half_written_report_has_no_name(
    small: Results, inputs: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_report(small, tmp_path, **inputs)

    def broken(*args: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(html, "write_text", broken)
    with pytest.raises(OSError, match="disk full"):
        write_report(small, tmp_path, **inputs)
    assert not (tmp_path / "report.html").exists()
    assert {file.name for file in tmp_path.iterdir()} == files(small, inputs) - {"report.html"}


def test_summary_says_what_the_page_says(results: Results, inputs: dict[str, Any], tmp_path: Path) -> None:
    write_report(results, tmp_path, **inputs)
    summary = json.loads((tmp_path / "summary.json").read_text(encoding="utf-8"))
    assert summary["schema"] == "kowhisper-tel-report/1"
    phone = next(row for row in summary["rows"] if row["stratum"] == "phone" and row["suite"] is None)
    assert phone["clips"] == 240
    assert phone["change_to_base"]["direction"] == "better"
    assert phone["change_to_base"]["few_speakers"] is True
    shown = f"{phone['models']['phone-tuned']['cer_percent']:.1f}%"
    assert shown in summary["verdict"]["ko"]
    assert shown in summary["verdict"]["en"]


def test_markdown_is_inert(small: Results, inputs: dict[str, Any]) -> None:
    told = inputs["provenance"] | {"name": "a|b <img src=x> [link](https://x) @all"}
    text = markdown.text(view.build(small, **inputs | {"provenance": told}))
    assert "<img" not in text
    assert "[link](" not in text
    assert "\\@all" in text
    heads = [line for line in text.splitlines() if line.startswith("|---")]
    assert len(heads) == 2
    columns = {line.replace("\\|", "").count("|") for line in text.splitlines() if line.startswith("|")}
    assert columns == {10}  # nine cells


def test_the_figure_stands_alone(small: Results, inputs: dict[str, Any]) -> None:
    made = view.build(small, **inputs)
    for language, word in (("ko", "전화 튜닝"), ("en", "Phone-tuned")):
        root = ElementTree.fromstring(figures.headline_svg(made, language))
        assert root.get("width") == "880"
        assert word in {element.text for element in root.iter()}


def test_curves_are_read_as_training_writes_them(tmp_path: Path) -> None:
    lines = [{"step": 0, "dev_cer": 0.4}, {"step": 10, "loss": 1.5}, {"step": 20, "loss": 1.2, "dev_cer": 0.3}]
    (tmp_path / "curves.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines) + '{"step": 3')
    curve = TrainingCurve.read(tmp_path / "curves.jsonl", "phone", "candidate")
    assert curve.loss == ((10.0, 1.5), (20.0, 1.2))
    assert curve.dev_cer == ((0.0, 0.4), (20.0, 0.3))
    assert TrainingCurve.read(tmp_path / "none.jsonl", "phone", "candidate").loss == ()
