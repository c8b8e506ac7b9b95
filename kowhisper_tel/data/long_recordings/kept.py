"""Kept alignments: on disk until the corpus is prepared, so that a run that was stopped goes on where it was."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

from kowhisper_tel.core.activity import activity
from kowhisper_tel.core.audio import Samples
from kowhisper_tel.core.files import fingerprint, write_json
from kowhisper_tel.data.long_recordings.aligner import Alignment, Progress
from kowhisper_tel.data.long_recordings.checked import Checked
from kowhisper_tel.data.long_recordings.pieces import Piece

METHOD = 1
"""Goes up with each change of how tracks are aligned."""


class Aligns(Protocol):
    """What aligns a track, as ``Aligner`` does."""

    def align(
        self,
        track: Samples,
        words: Sequence[str],
        borders: Sequence[int],
        *,
        shared: bool,
        progress: Progress | None = None,
    ) -> Alignment:
        """The pieces of a transcript's words on a track."""


@dataclass(frozen=True)
class KeptAlignments:
    """Aligns what ``folder`` does not hold yet, and keeps it there: one small file a track, times and scores, no text.

    A file is called by a hash of samples, words, and ``made_by`` (model and settings): it is found again only for just
    the same. ``aligner`` loads the model, when something is left to align.
    """

    folder: Path
    made_by: Mapping[str, Any]
    aligner: Callable[[], Aligns]

    def align(
        self,
        track: Samples,
        words: Sequence[str],
        borders: Sequence[int],
        *,
        shared: bool,
        progress: Progress | None = None,
    ) -> Alignment:
        """As ``Aligner.align``."""
        facts = {"method": METHOD, "by": dict(self.made_by), "words": [*words], "borders": [*borders], "shared": shared}
        heard = hashlib.blake2b(track.tobytes(), key=fingerprint(facts).encode()).hexdigest()[:32]
        file = self.folder / f"{heard}.json"
        if file.is_file():
            pieces = tuple(_checked(item) for item in json.loads(file.read_text(encoding="utf-8")))
            return Alignment(pieces, activity(track, shared=shared))
        found = self.aligner().align(track, words, borders, shared=shared, progress=progress)
        write_json(file, [asdict(checked) for checked in found.pieces])
        return found


def _checked(item: dict[str, Any]) -> Checked:
    return Checked(**{**item, "piece": Piece(**item["piece"])})
