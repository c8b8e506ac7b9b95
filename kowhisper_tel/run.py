"""The entry: ``python -m kowhisper_tel.run``. Parses, dispatches, sets the exit code; nothing else."""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from kowhisper_tel.core import log
from kowhisper_tel.core.errors import UserError

BUG = 70
"""The exit code of an uncaught error, which is a bug of ours (EX_SOFTWARE)."""


def check_siblings() -> None:
    """Refuse to run with another distribution's ``augment``, ``eval_suites`` or ``reports``."""
    root = Path(__file__).resolve().parents[1]
    for package in ("augment", "eval_suites", "reports"):
        spec = find_spec(package)
        found = Path(spec.origin).resolve().parents[1] if spec and spec.origin else None
        if found != root:
            raise UserError("run.sibling", package=package, found=found, expected=root)


def main() -> None:
    """Run one command line and exit with its code."""
    # Threads that spin while they wait for each other starve the workers that prepare their data.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    if log.FLAG in sys.argv:  # before anything is parsed: a mistake there is told as a record, too
        log.as_json()
    try:
        check_siblings()
        from kowhisper_tel.commands import program

        sys.exit(_run(program()))
    except UserError as error:
        log.record("error", error.text(), code=error.code, exit=error.exit_code)
        sys.exit(error.exit_code)
    except Exception as problem:
        from kowhisper_tel.core import exhausted

        if lacking := exhausted.told(problem):
            log.record("error", lacking.text(), code=lacking.code, exit=lacking.exit_code)
            sys.exit(lacking.exit_code)
        import traceback

        told = traceback.format_exc().rstrip()
        log.record("error", told, code="bug", exit=BUG, kind=type(problem).__name__)
        sys.exit(BUG)


def _run(program: Any) -> int:
    """Parse and run; returns the exit code. Typer itself tells people of a mistake, and leaves a record to us."""
    from typer.exceptions import Abort, TyperException

    if not log.wanted():
        program()
    try:
        return int(program(standalone_mode=False) or 0)
    except TyperException as mistake:
        log.record("error", mistake.format_message(), code="usage", exit=mistake.exit_code)
        return mistake.exit_code
    except Abort:
        log.record("error", "aborted", code="abort", exit=1)
        return 1


if __name__ == "__main__":
    main()
