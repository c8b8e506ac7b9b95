"""How long a report takes and how large its page is, at 1,000 and 10,000 utterance rows, with two models.

The results are made up (``tests/reports/conftest.py``: 12 suites in 4 strata); a row is an utterance in a suite. It
prints the seconds (by the clock, and of CPU) from results to the view and to all files, the page's size, what
compressing would make of it, and whether making it again gives the same bytes.

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


def main(sizes: list[int]) -> None:
    """Print a line for each size."""
    print(machine.described("jinja2", "pandas", "numpy"))
    for rows in sizes:
        made = results(rows)
        with tempfile.TemporaryDirectory() as folder:
            times = [_now()]
            view.build(made)
            times.append(_now())
            page = write_report(made, Path(folder) / "one")
            times.append(_now())
            again = write_report(made, Path(folder) / "two")
            same = page.read_bytes() == again.read_bytes()
            size, small = page.stat().st_size, len(gzip.compress(page.read_bytes()))
        heard = len(made.rows) // len(made.models)
        print(
            f"{heard:,} rows, {len(made.models)} models, {len(made.suites)} suites: view {_told(*times[:2])}, "
            f"all files {_told(*times[1:])}, page {size / 1e6:.2f} MB (gzip {small / 1e6:.2f} MB), "
            f"{'the same bytes again' if same else 'OTHER BYTES when made again'}"
        )


def _now() -> tuple[float, float]:
    return time.perf_counter(), time.process_time()


def _told(start: tuple[float, float], end: tuple[float, float]) -> str:
    return f"{end[0] - start[0]:.1f} s ({end[1] - start[1]:.1f} s of CPU)"


if __name__ == "__main__":
    main([int(argument) for argument in sys.argv[1:]] or list(ROWS))
