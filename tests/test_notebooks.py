"""The notebooks: run from top to bottom, and say the same in both languages."""

from __future__ import annotations

import os
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parents[1]
LANGUAGES = ("ko", "en")
CELL_TIMEOUT_S = 900


@pytest.fixture(scope="module")
def notebooks() -> dict[str, nbformat.NotebookNode]:
    """Both notebooks as they lie in the repository."""
    return {name: nbformat.read(ROOT / "notebooks" / f"quickstart.{name}.ipynb", as_version=4) for name in LANGUAGES}


def test_both_languages_have_the_same_code_and_sections(notebooks) -> None:
    korean, english = (notebooks[name].cells for name in LANGUAGES)
    assert [cell.cell_type for cell in korean] == [cell.cell_type for cell in english]
    assert [_code(cell) for cell in korean] == [_code(cell) for cell in english]
    assert [_headings(cell) for cell in korean] == [_headings(cell) for cell in english]


@pytest.mark.parametrize("name", LANGUAGES)
def test_outputs_are_cleared(notebooks, name) -> None:
    nbformat.validate(notebooks[name])
    for cell in notebooks[name].cells:
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None


# The code is the same in both languages (above), so running one of them runs both.
def test_the_notebook_runs(notebooks, tiny_cache, tmp_path, monkeypatch) -> None:
    from nbclient import NotebookClient

    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]).strip(os.pathsep))
    monkeypatch.setenv("KOWHISPER_CACHE", str(tiny_cache))  # what is heard does not matter here
    notebook = nbformat.from_dict(notebooks["en"])
    resources = {"metadata": {"path": str(tmp_path)}}
    NotebookClient(notebook, timeout=CELL_TIMEOUT_S, kernel_name="python3", resources=resources).execute()

    run = tmp_path / "runs" / "quickstart"
    assert (run / "report" / "report.html").stat().st_size > 10_000
    assert (run / "models" / "phone" / "model" / "model.safetensors").is_file()
    shown = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    assert not [output for output in shown if output.output_type == "error"]
    html = "".join(output.get("data", {}).get("text/html", "") for output in shown)
    assert html.count("<audio") == 2
    assert "phone_amr_4.75" in html
    assert "합성 음성" in str(shown)
    assert "세 시 삼십 분에 공일공" in str(shown)
    assert "ct2-int8" in str(shown)
    assert "inconclusive" in str(shown)
    assert (tmp_path / "mine.yaml").is_file()


def _code(cell) -> str | None:
    return cell.source if cell.cell_type == "code" else None


def _headings(cell) -> list[str]:
    """The numbers of a text cell's sections, which stand in both languages."""
    return [line.split()[1] for line in cell.source.splitlines() if line.startswith("## ")]
