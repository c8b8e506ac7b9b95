"""The program's own entry, called in this process: how it ended, by which code, and what it said in both languages."""

from __future__ import annotations

import contextlib
import io
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from kowhisper_tel import run as program
from kowhisper_tel.core import log
from kowhisper_tel.core.errors import EXIT_USAGE, UserError, catalogue
from tests.kowhisper_tel.test_cures import CURES

OK = "ok"


@dataclass(frozen=True)
class End:
    """``code`` is the catalogue's, ``ok``, ``usage`` of a mistake in the command itself, or ``bug``."""

    exit_code: int
    code: str
    said: str

    def __str__(self) -> str:
        return self.code if self.code not in ("bug", "usage") else f"{self.code}: {self.said[-300:]}"


class Called:
    """Calls commands, and checks of each error what holds for all: an exit code, both languages, a cure, no traceback.

    ``count`` is how many calls were made.
    """

    def __init__(self) -> None:
        self.count = 0
        self._error: UserError | None = None
        self._bug = ""

    def __call__(self, *words: str | Path, stdin: bytes = b"") -> End:
        self.count += 1
        self._error, self._bug = None, ""
        said = io.TextIOWrapper(io.BytesIO(), "utf-8", errors="backslashreplace", write_through=True)
        with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            patch.setattr(log, "record", self._record)
            patch.setattr(sys, "argv", ["run", *map(str, words)])
            patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
            with pytest.raises(SystemExit) as end:
                program.main()
        exit_code = int(end.value.code or 0)
        if self._error is not None:
            check(self._error, exit_code)
            return End(exit_code, self._error.code, self._error.text("en"))
        told = said.buffer.getvalue().decode()  # type: ignore[attr-defined]
        kind = "bug" if self._bug else OK if not exit_code else "usage"
        return End(exit_code, kind, self._bug or told)

    def _record(self, level: str, message: str, **facts: Any) -> None:
        """In place of ``log.record``: called while the error is being handled."""
        problem = sys.exc_info()[1]
        if level == "error":
            self._error = problem if isinstance(problem, UserError) else None
            self._bug = "" if self._error else message


def check(problem: UserError, exit_code: int) -> None:
    """What holds for every error."""
    korean, english = problem.text("ko"), problem.text("en")
    assert exit_code == catalogue()[problem.code].get("exit", EXIT_USAGE) != 0, problem.code
    assert CURES.search(korean), (problem.code, korean)
    assert korean != english
    assert "Traceback" not in korean + english


def files(folder: Path, *besides: str) -> dict[str, tuple[int, int]]:
    """Each file below a folder, by size and time, except below the folders ``besides``."""
    found = (path for path in folder.rglob("*") if path.relative_to(folder).parts[0] not in besides)
    return {str(path): (path.lstat().st_size, path.lstat().st_mtime_ns) for path in found if not path.is_dir()}


@contextlib.contextmanager
def nothing_else_written(folder: Path, *besides: str) -> Iterator[None]:
    """Whatever happens in the block leaves the folder as it is, except below ``besides``."""
    before = files(folder, *besides)
    yield
    assert files(folder, *besides) == before
