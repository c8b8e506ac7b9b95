"""Entry and Reject: what an importer yields, one for each labelled stretch it comes by."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kowhisper_tel.core.errors import message
from kowhisper_tel.core.utterance import Utterance


@dataclass(frozen=True, slots=True)
class Entry:
    """One labelled stretch as a corpus has it, not yet checked.

    ``utterance.audio`` is the audio file's path as the file system knows it (absolute, or relative to the working
    folder); ``utterance.text`` is the label as written. ``place`` says where it stands (``calls.csv line 12``).
    ``split`` is the part that the corpus itself puts it in. ``raw_rate`` is the rate in Hz of headerless PCM.
    ``content`` fetches the bytes of a recording that has no file of its own; ``audio`` is then only a name, with its
    suffix. ``notation`` names the conventions that the label is written by. ``lasts_s`` is how long, in seconds, the
    corpus says that the stretch lasts; audio of another length gets a tag, and audio that is shorter by more than
    ``MOST_MISSING_S`` is refused where the corpus ``cuts`` some, as is known of it.
    """

    utterance: Utterance
    place: str
    split: str | None = None
    raw_rate: int | None = None
    content: Callable[[], bytes] | None = None
    notation: str = "plain"
    lasts_s: float | None = None
    cuts: bool = False


@contextmanager
def as_file(entry: Entry) -> Iterator[Path]:
    """The entry's audio as a file; bytes out of an archive or a data set get one while the block lasts.

    Raises ``UserError`` ``archive.member`` as ``content`` does.
    """
    if entry.content is None:
        yield Path(entry.utterance.audio)
        return
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"recording{Path(entry.utterance.audio).suffix}"
        file.write_bytes(entry.content())
        yield file


@dataclass(frozen=True, slots=True)
class Reject:
    """One labelled stretch that cannot be used, and why: a code of the message catalogue with its facts.

    Never holds a label's text, which may be private.
    """

    place: str
    code: str
    facts: dict[str, Any]
    id: str | None = None

    def to_json(self, source: str) -> dict[str, Any]:
        """One line of ``rejects.jsonl``."""
        record = {"source": source, "place": self.place, "id": self.id, "code": self.code}
        return record | {f"message_{language}": message(self.code, self.facts, language) for language in ("en", "ko")}
