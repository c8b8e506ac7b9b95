"""Progress: a bar where there is a terminal, plain lines where there is none, records where they are asked for."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from kowhisper_tel.core import log
from kowhisper_tel.core.language import current_language

PLAIN_LINE_EVERY_S = 15.0


def say(en: str, ko: str) -> None:
    """One line to the user, in the language of messages."""
    log.record("info", ko if current_language() == "ko" else en)


class Bar:
    """Called with what is done, the total and a short note; shows a bar or, without a terminal, a line now and then.

    ``left``: whether the bar tells the time left; not where the note does.
    """

    def __init__(self, title: str, *, left: bool = True) -> None:
        self._title = title
        self._begun = self._spoken = time.monotonic()
        self._live = None
        if sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

            columns = [TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()]
            columns += [TimeRemainingColumn()] if left else []
            self._live = Progress(*columns, TextColumn("{task.fields[note]}"), console=Console(stderr=True))
            self._task = self._live.add_task(title, total=None, note="")
            self._live.start()

    def __call__(self, done: int, total: int, note: str = "") -> None:
        """Show that ``done`` of ``total`` steps are behind us."""
        if self._live:
            self._live.update(self._task, completed=done, total=total, note=note)
            return
        now = time.monotonic()
        if now - self._spoken >= PLAIN_LINE_EVERY_S or (done >= total and now - self._begun > 1):
            self._spoken = now
            line = f"{self._title} {done}/{total} {now - self._begun:.0f} s {note}".rstrip()
            log.record("info", line, event="progress", stage=self._title, done=done, total=total)

    def close(self) -> None:
        """Leave the terminal as it was."""
        if self._live:
            self._live.stop()


@contextmanager
def bar(en: str, ko: str, *, left: bool = True) -> Iterator[Bar]:
    """A progress bar for one stage, in the language of messages."""
    shown = Bar(ko if current_language() == "ko" else en, left=left)
    try:
        yield shown
    finally:
        shown.close()
