"""Write: one call from results to a folder of reports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reports import csvs, figures, html, markdown, summary, view
from reports.evidence import TrainingCurve

if TYPE_CHECKING:
    from eval_suites.results import Results

PAGE = "report.html"


def write_report(
    results: Results,
    out: Path,
    *,
    training: Sequence[TrainingCurve] = (),
    prepare: Mapping[str, Any] | None = None,
    provenance: Mapping[str, Any] | None = None,
    synthetic: bool = False,
) -> Path:
    """Write the report into ``out`` and return the path of its page.

    Beside ``report.html``: ``headline.csv``, ``utterances.csv``, ``speakers.csv``, ``summary.json``, ``summary.md`` and
    ``headline.svg``. The page comes last and under its name only when whole, so where it lies, the rest does too. The
    same inputs give the same bytes: a time is shown only if ``provenance["made"]`` says one.
    """
    made = view.build(results, training=training, prepare=prepare, provenance=provenance, synthetic=synthetic)
    (out / PAGE).unlink(missing_ok=True)
    csvs.write(made, out)
    summary.write(made, out / "summary.json")
    markdown.write(made, out / "summary.md")
    figures.write(made, out / "headline.svg")
    html.write(made, out / PAGE)
    return out / PAGE
