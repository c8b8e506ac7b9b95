"""Journal: the outcome of each clip, a sealed line in ``drawn.jsonl`` or ``rejects.jsonl``, in the clips' order."""

from __future__ import annotations

import fcntl
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.lines import DamagedLineError, opened, sealed
from kowhisper_tel.simulation.clip import Clip

DRAWN, REJECTS = "drawn.jsonl", "rejects.jsonl"

Line = Mapping[str, Any]


class Journal:
    """Both files, open for appending. A line is on its way to the disk when ``write`` or ``reject`` returns."""

    def __init__(self, drawn: BinaryIO, rejects: BinaryIO) -> None:
        self._drawn, self._rejects = drawn, rejects
        self.written = self.rejected = self.repaired = self.silent = 0

    def write(self, record: Line) -> None:
        """Add the record of a clip."""
        _append(self._drawn, record)
        self._count(record)

    def reject(self, reject: Line) -> None:
        """Add the reason why a clip was not made."""
        _append(self._rejects, reject)
        self.rejected += 1

    def resume(self, clips: Iterable[Clip], is_there: Callable[[Line], bool]) -> None:
        """Keep the outcomes of the first clips, as far as each has one and what was made of it is there; cut the rest.

        What a killed run was at is thus made again, and both files end up as those of a run in one go.
        """
        drawn, rejects = _Reader(self._drawn), _Reader(self._rejects)
        for clip in clips:
            if drawn.line and drawn.line.get("key") == clip.key and is_there(drawn.line):
                self._count(drawn.line)
                drawn.keep()
            elif rejects.line and rejects.line.get("id") == clip.key:
                rejects.keep()
                self.rejected += 1
            else:
                break
        drawn.cut()
        rejects.cut()

    def _count(self, record: Line) -> None:
        self.written += 1
        self.repaired += bool(record.get("repairs"))
        self.silent += bool(record.get("silent"))

    def records(self) -> Iterator[Line]:
        """The records, one at a time."""
        reader = _Reader(self._drawn)
        while reader.line:
            yield reader.line
            reader.keep()


@contextmanager
def open_journal(folder: Path) -> Iterator[Journal]:
    """The journal of an output folder, held by one process alone. Raises ``UserError`` ``simulate.locked``."""
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as files:
        drawn, rejects = (files.enter_context((folder / name).open("a+b")) for name in (DRAWN, REJECTS))
        try:
            fcntl.flock(drawn, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UserError("simulate.locked", path=folder) from None
        yield Journal(drawn, rejects)


def _append(file: BinaryIO, line: Line) -> None:
    file.write(sealed(line))
    file.flush()


class _Reader:
    """One line at a time: ``line`` is the one that comes after those kept, None at the end or if it was cut short."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._kept = file, 0
        file.seek(0)
        self._next()

    def keep(self) -> None:
        """Go on to the next line."""
        self._kept = self._file.tell()
        self._next()

    def cut(self) -> None:
        """Drop all that was not kept."""
        self._file.truncate(self._kept)

    def _next(self) -> None:
        try:
            self.line: Line | None = opened(self._file.readline().removesuffix(b"\n"))
        except DamagedLineError:  # the writer was killed, the machine went down, or a bit has turned; or the end
            self.line = None
