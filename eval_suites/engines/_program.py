"""A program that is asked for texts: a JSON object a line in, one out for each, matched by id, in any order."""

from __future__ import annotations

import os
import queue
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from eval_suites.engines import _answers, _variables
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.memory import held_bytes as held_bytes

GRACE_S = 0.02
"""So long after its last answer a program has to give another one that nobody asked for."""
FAREWELL_S = 5.0
"""So long after the end of its input a program has to end by itself."""


@dataclass(frozen=True)
class ProgramSettings:
    """How a program is called: ``command`` as a list of words, never through a shell, with ``${NAME}`` filled in.

    ``audio``: the path of a 16-bit WAV, or the same bytes in base64. ``timeout_s``: this long without an answer,
    beside the length of the clips it was given, is too long. ``restarts``: so many times in an evaluation a program
    that ended or fell silent is started again, and given its batch again from the start. ``version`` is yours: part
    of what identifies the recogniser.
    """

    command: Sequence[str]
    audio: Literal["file", "base64"] = "file"
    timeout_s: float = 300.0
    restarts: int = 0
    version: str = ""

    def __post_init__(self) -> None:
        words = self.command
        if isinstance(words, str) or not words or not all(isinstance(word, str) and word for word in words):
            raise ValueError('command is a list of words, such as ["python", "recognise.py"]')
        if self.audio not in ("file", "base64"):
            raise ValueError(f"audio is file or base64, not {self.audio!r}")
        if not self.timeout_s > 0 or self.restarts < 0:
            raise ValueError("timeout_s is above 0, and restarts 0 or more")

    @property
    def name(self) -> str:
        """The program's own name, for messages."""
        return Path(self.command[0]).name


class Program:
    """A running program.

    What it writes to stderr goes to a file that only the user can read, since it may hold texts. Where something went
    wrong the file stays, and the error names it.
    """

    def __init__(self, settings: ProgramSettings) -> None:
        self._settings = settings
        self._left = settings.restarts
        self._process: subprocess.Popen[bytes] | None = None
        self._answers: queue.Queue[bytes | None] = queue.Queue()
        self._line = 0
        self._failed = False
        handle, name = tempfile.mkstemp(prefix="recogniser-", suffix=".stderr")
        os.close(handle)
        self._stderr = Path(name)

    @property
    def pid(self) -> int | None:
        """The process, while there is one."""
        return self._process.pid if self._process else None

    def ask(self, requests: Mapping[str, bytes], audio_s: float) -> dict[str, dict[str, Any]]:
        """The answers to a batch of lines, by id.

        Raises ``UserError``: ``eval.program_start``, ``eval.program_ended``, ``eval.program_silent``,
        ``eval.program_answer``.
        """
        while True:
            try:
                return self._ask(requests, audio_s)
            except UserError as problem:
                self._kill()
                if problem.code not in ("eval.program_ended", "eval.program_silent") or not self._left:
                    raise
                self._left -= 1

    def close(self) -> None:
        """Let the program end: its input ends, and after a while it is killed.

        Raises ``UserError`` (``eval.program_answer``) for an answer that nobody asked for.
        """
        process = self._process
        if process and process.stdin:
            with suppress(OSError):
                process.stdin.close()
            with suppress(subprocess.TimeoutExpired):
                process.wait(FAREWELL_S)
            clean = process.poll() is not None
            self._kill()
            self._refuse_more(GRACE_S if clean else 0)
        if not self._failed:
            self._stderr.unlink(missing_ok=True)

    def _ask(self, requests: Mapping[str, bytes], audio_s: float) -> dict[str, dict[str, Any]]:
        process = self._process or self._start()
        self._refuse_more(0)
        threading.Thread(target=_write, args=(process, list(requests.values())), daemon=True).start()
        found: dict[str, dict[str, Any]] = {}
        limit_s = self._settings.timeout_s + audio_s
        while len(found) < len(requests):
            answer = self._next(limit_s, len(requests) - len(found))
            name = answer.get("id")
            if not isinstance(name, str) or name not in requests:
                raise self.refused("its id is none of those asked for")
            if name in found:
                raise self.refused(f"a second answer for id {name}")
            found[name] = answer
        self._refuse_more(GRACE_S)
        return found

    def _next(self, limit_s: float, awaited: int) -> dict[str, Any]:
        try:
            line = self._answers.get(timeout=limit_s)
        except queue.Empty:
            raise self._error("eval.program_silent", limit_s=round(limit_s, 1), awaited=awaited) from None
        if line is None:
            raise self._error("eval.program_ended", awaited=awaited, status=self._status())
        self._line += 1
        try:
            return _answers.read(line)
        except _answers.AnswerError as problem:
            raise self.refused(problem) from None

    def _refuse_more(self, wait_s: float) -> None:
        with suppress(queue.Empty):
            line = self._answers.get(timeout=wait_s) if wait_s else self._answers.get_nowait()
            if line is None:
                self._answers.put(None)  # it has ended; who asks it next is told
            else:
                self._line += 1
                raise self.refused("nobody asked for it (a second answer for an id?)")

    def _start(self) -> subprocess.Popen[bytes]:
        words = [_variables.filled(word) for word in self._settings.command]
        self._answers, self._line = queue.Queue(), 0
        try:
            with self._stderr.open("ab") as stderr:
                self._process = subprocess.Popen(
                    words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=stderr, start_new_session=True
                )
        except (OSError, ValueError) as problem:
            reason = getattr(problem, "strerror", None) or type(problem).__name__
            raise UserError("eval.program_start", program=self._settings.name, problem=reason) from None
        threading.Thread(target=_read, args=(self._process, self._answers), daemon=True).start()
        return self._process

    def _status(self) -> str:
        assert self._process is not None
        try:
            return str(self._process.wait(1))
        except subprocess.TimeoutExpired:
            return "none, it closed its output"

    def _kill(self) -> None:
        """End the program, and whatever it started itself."""
        process, self._process = self._process, None
        if process is None:
            return
        with suppress(OSError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        with suppress(OSError, ValueError):
            if process.stdin:
                process.stdin.close()

    def refused(self, problem: object) -> UserError:
        """The error for an answer of the last batch that says something wrong."""
        return self._error("eval.program_answer", line=self._line, problem=problem)

    def _error(self, code: str, **facts: object) -> UserError:
        self._failed = True
        return UserError(code, program=self._settings.name, stderr=self._stderr, **facts)


def missing_program(settings: ProgramSettings) -> bool:
    """Whether there is no such program here."""
    return shutil.which(_variables.filled(settings.command[0])) is None


def _write(process: subprocess.Popen[bytes], lines: Sequence[bytes]) -> None:
    """In a thread: a program that answers before it has read all must not wait for us, nor we for it."""
    assert process.stdin is not None
    with suppress(OSError, ValueError):  # one that has ended is noticed by its output
        for line in lines:
            process.stdin.write(line + b"\n")
        process.stdin.flush()


def _read(process: subprocess.Popen[bytes], answers: queue.Queue[bytes | None]) -> None:
    assert process.stdout is not None
    with suppress(OSError, ValueError):
        while line := process.stdout.readline(_answers.LONGEST + 2):
            answers.put(line)
    answers.put(None)
