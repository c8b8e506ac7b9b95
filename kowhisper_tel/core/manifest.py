"""Manifest: utterances in a JSONL file, audio paths relative to it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from kowhisper_tel.core import manifest_lines
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.files import write_lines
from kowhisper_tel.core.stored import StoredUtterances
from kowhisper_tel.core.utterance import Utterance

LARGE_BYTES = 64 * 2**20
"""A manifest beyond this stays on disk; one of this size takes about five times as much as objects."""


@dataclass(frozen=True)
class Manifest:
    """Utterances and the folder that their audio paths are relative to.

    Those of a large file are read when they are asked for (``StoredUtterances``): walk through them in order where you
    can, and hold none that you need no more.
    """

    root: Path
    utterances: Sequence[Utterance]

    def __len__(self) -> int:
        return len(self.utterances)

    def __iter__(self) -> Iterator[Utterance]:
        return iter(self.utterances)

    def audio_path(self, utterance: Utterance) -> Path:
        """Where the audio of one of these utterances lies."""
        return self.root / utterance.audio

    @classmethod
    def read(cls, path: Path) -> Manifest:
        """Read a manifest that ``prepare`` wrote, or one written by hand in the same form.

        Raises ``UserError``: ``manifest.missing``, ``manifest.encoding``, ``manifest.line`` (not JSON, a field missing,
        unknown or of the wrong type), ``manifest.times``, ``manifest.duplicate`` or ``manifest.empty``, with the line's
        number.
        """
        if not path.is_file():
            raise UserError("manifest.missing", path=path)
        if path.stat().st_size > LARGE_BYTES:
            return cls(path.parent, StoredUtterances(path))
        utterances: list[Utterance] = []
        seen: dict[str, int] = {}
        for number, line in enumerate(manifest_lines.read(path), 1):
            if not line.strip():
                continue
            utterance = manifest_lines.parse(line, path, number)
            if utterance.id in seen:
                raise UserError("manifest.duplicate", path=path, line=number, id=utterance.id, first=seen[utterance.id])
            seen[utterance.id] = number
            utterances.append(utterance)
        if not utterances:
            raise UserError("manifest.empty", path=path)
        return cls(path.parent, tuple(utterances))

    def write(self, path: Path) -> None:
        """Write the manifest, atomically. The utterances' paths must already be relative to ``path.parent``."""
        write_utterances(path, self.utterances)

    def only(self, ids: Iterable[str]) -> Manifest:
        """The same manifest with only these utterances, in its own order."""
        wanted = set(ids)
        return Manifest(self.root, tuple(u for u in self.utterances if u.id in wanted))


def write_utterances(path: Path, utterances: Iterable[Utterance]) -> None:
    """Write a manifest of utterances that need not all be there at once, atomically."""
    write_lines(path, (json.dumps(u.to_json(), ensure_ascii=False) for u in utterances))
