"""Manifest: utterances in a JSONL file, audio paths relative to it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.files import write_lines
from kowhisper_tel.core.utterance import Utterance


@dataclass(frozen=True)
class Manifest:
    """Utterances and the folder that their audio paths are relative to."""

    root: Path
    utterances: tuple[Utterance, ...]

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
        utterances: list[Utterance] = []
        seen: dict[str, int] = {}
        for number, line in enumerate(_lines(path), 1):
            if not line.strip():
                continue
            utterance = _parse(line, path, number)
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


def _lines(path: Path) -> Iterator[str]:
    try:
        with path.open(encoding="utf-8-sig") as lines:
            yield from lines
    except UnicodeDecodeError as problem:
        raise UserError("manifest.encoding", path=path, position=problem.start) from None


def _parse(line: str, path: Path, number: int) -> Utterance:
    try:
        record = json.loads(line)
        utterance = Utterance.from_json(record)
    except KeyError as missing:
        raise UserError("manifest.line", path=path, line=number, problem=f"no field {missing}") from None
    except (ValueError, TypeError, AttributeError) as problem:
        raise UserError("manifest.line", path=path, line=number, problem=str(problem)) from None
    for name in ("id", "audio", "text"):
        if not isinstance(getattr(utterance, name), str):
            raise UserError("manifest.line", path=path, line=number, problem=f"{name} is not a string")
    _check_times(utterance, path, number)
    return utterance


def _check_times(utterance: Utterance, path: Path, number: int) -> None:
    start_s, end_s = utterance.start_s, utterance.end_s
    for name, value in (("start_s", start_s), ("end_s", end_s)):
        if value is not None and (isinstance(value, bool) or not isinstance(value, int | float) or not value >= 0):
            raise UserError("manifest.line", path=path, line=number, problem=f"{name} {value!r} is not a time in s")
    if end_s is not None and end_s <= (start_s or 0.0):
        raise UserError("manifest.times", path=path, line=number, start_s=start_s or 0.0, end_s=end_s)
