"""The entry: ``python -m kowhisper_tel.run``. Parses, dispatches, sets the exit code; nothing else."""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec
from pathlib import Path

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
    try:
        check_siblings()
        from kowhisper_tel.commands import build

        build()()
    except UserError as error:
        print(error.text(), file=sys.stderr)
        sys.exit(error.exit_code)
    except Exception:
        import traceback

        traceback.print_exc()
        sys.exit(BUG)


if __name__ == "__main__":
    main()
