"""How long a report takes and how large its page is, at 1,000 and 10,000 utterance rows, with two models.

The results are made up (``tests/reports/conftest.py``: 12 suites in 4 strata); a row is an utterance in a suite. It
prints the seconds (by the clock, and of CPU) from results to the view and to all files, the page's size, what
compressing would make of it, and whether making it again gives the same bytes. Beside it runs what one would write by
hand: a page of plotly with the CER of each suite, its spread over speakers, and a table of all utterances; no
intervals, no differences marked, no other file.

``python -m benchmarks.report_speed [ROWS …]`` (``make bench-report``).
"""

from __future__ import annotations

import gzip
import importlib.util
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks import machine
from benchmarks.match import Match, in_turn
from reports import view
from reports.write import write_report

ROWS, SPEAKERS = (1_000, 10_000), 40
MADE_UP = Path(__file__).parents[1] / "tests" / "reports" / "conftest.py"


def made_up() -> Any:
    """The module that makes results up."""
    spec = importlib.util.spec_from_file_location("made_up_results", MADE_UP)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def results(rows: int) -> Any:
    """Results of a base and a tuned model, with so many rows of utterance and suite."""
    tests = made_up()
    models = (tests.MODELS[0], tests.MODELS[2])
    return tests.make_results(-(-rows * 2 // (2 * len(tests.SUITES) - 1)), SPEAKERS, models=models)


def write_sample(folder: Path, rows: int = 1_000) -> Path:
    """The report of such results, with curves, data card and provenance; returns its page."""
    tests = made_up()
    kept = {"training": tests.make_training(), "prepare": tests.PREPARE, "provenance": tests.PROVENANCE}
    return write_report(results(rows), folder, **kept)


def plotly_page(made: Any, page: Path) -> None:
    """The peer's page."""
    from plotly import graph_objects, io

    rows = made.rows.assign(errors=lambda rows: rows[["substitutions", "deletions", "insertions"]].sum(axis=1))
    rows["said"] = rows[["hits", "substitutions", "deletions"]].sum(axis=1)
    charts = [graph_objects.Figure(), graph_objects.Figure()]
    for model, own in rows.groupby("model", sort=False):
        sums = own.groupby("suite", sort=False)[["errors", "said"]].sum()
        speakers = own.groupby(["suite", "speaker"], sort=False)[["errors", "said"]].sum().reset_index()
        charts[0].add_bar(name=model, x=sums.index, y=sums.errors / sums.said)
        charts[1].add_box(name=model, x=speakers.suite, y=speakers.errors / speakers.said)
    shown = rows[["suite", "utterance_id", "model", "reference", "hypothesis", "errors"]]
    cells = {"values": [shown[column] for column in shown]}
    charts.append(graph_objects.Figure(graph_objects.Table(header={"values": list(shown)}, cells=cells)))
    parts = [io.to_html(chart, include_plotlyjs=not number, full_html=False) for number, chart in enumerate(charts)]
    page.write_text("\n".join(parts), encoding="utf-8")


def main(sizes: list[int]) -> list[Match]:
    """Print a line for each size; return how we stand beside plotly."""
    print(machine.described("jinja2", "pandas", "numpy"))
    return [_measured(rows) for rows in sizes]


def _measured(rows: int) -> Match:
    made = results(rows)
    with tempfile.TemporaryDirectory() as folder:
        theirs = Path(folder) / "plotly.html"
        times = [_now()]
        view.build(made)
        times.append(_now())
        page = write_report(made, Path(folder) / "one")
        times.append(_now())
        again = write_report(made, Path(folder) / "two")
        same = page.read_bytes() == again.read_bytes()
        sides = (lambda: write_report(made, Path(folder) / "one"), lambda: plotly_page(made, theirs))
        rounds = in_turn(sides, rounds=3)
        size, small, other = page.stat().st_size, len(gzip.compress(page.read_bytes())), theirs.stat().st_size
    heard = len(made.rows) // len(made.models)
    found = Match.of("report", f"{heard:,} rows", "plotly page", "rows/s", heard, rounds)
    print(
        f"{heard:,} rows, {len(made.models)} models, {len(made.suites)} suites: view {_told(*times[:2])}, "
        f"all files {_told(*times[1:])}, page {size / 1e6:.2f} MB (gzip {small / 1e6:.2f} MB), "
        f"{'the same bytes again' if same else 'OTHER BYTES when made again'}; plotly {heard / found.theirs:.1f} s, "
        f"{other / 1e6:.2f} MB"
    )
    return found


def _now() -> tuple[float, float]:
    return time.perf_counter(), time.process_time()


def _told(start: tuple[float, float], end: tuple[float, float]) -> str:
    return f"{end[0] - start[0]:.1f} s ({end[1] - start[1]:.1f} s of CPU)"


if __name__ == "__main__":
    main([int(argument) for argument in sys.argv[1:]] or list(ROWS))
