"""Records: what clips were made with, read again so that they can be made again."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from augment import AugmentError, Drawn, codecs, effects
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.lines import is_sealed, opened
from kowhisper_tel.simulation.clip import Clip
from kowhisper_tel.simulation.rendering import Record


@dataclass(frozen=True)
class Records:
    """The records of a ``drawn.jsonl``, or the one of a file's ``.json``; only their places are held."""

    path: Path
    places: dict[str, int]

    @classmethod
    def read(cls, path: Path) -> Records:
        """Look every record through.

        Raises ``UserError``: ``simulate.no_records`` (no such file, or nothing in it), ``simulate.record`` (a line that
        is no record, or the second of a clip), ``simulate.replay`` (an effect or a codec that cannot be had here).
        """
        if not path.is_file():
            raise UserError("simulate.no_records", path=path)
        places: dict[str, int] = {}
        for number, (place, text) in enumerate(_texts(path), 1):
            try:
                record = _parsed(text)
                _check_effects(record)
            except AugmentError as problem:
                raise UserError("simulate.replay", clip=record["key"], problem=problem) from None
            except UnicodeDecodeError:  # whose text would be the file itself, a recording perhaps
                raise UserError("simulate.record", path=path, line=number, problem="not UTF-8") from None
            except (ValueError, KeyError, TypeError, RecursionError) as problem:
                raise UserError("simulate.record", path=path, line=number, problem=repr(problem)) from None
            if record["key"] in places:
                raise UserError("simulate.record", path=path, line=number, problem=f"a second {record['key']}")
            places[record["key"]] = place
        if not places:
            raise UserError("simulate.no_records", path=path)
        return cls(path, places)

    def given_to(self, clips: Iterable[Clip]) -> Iterator[Clip]:
        """The clips with their records; one that has none stays without."""
        with self.path.open("rb") as file:
            for clip in clips:
                record = None
                if clip.key in self.places:
                    file.seek(self.places[clip.key])
                    record = _parsed(file.read() if _is_single(self.path) else file.readline())
                yield replace(clip, record=record)

    def given_to_file(self, clip: Clip) -> Clip:
        """One file's clip with its record; a ``.json`` holds only one, so that the file may have been renamed."""
        if _is_single(self.path):
            return replace(clip, record=_parsed(self.path.read_bytes()))
        return next(self.given_to([clip]))

    def check(self, clips: Iterable[Clip]) -> None:
        """Raise ``UserError`` ``simulate.no_clip`` for a record whose clip is not there."""
        left = dict.fromkeys(self.places)
        for clip in clips:
            left.pop(clip.key, None)
        for key in left:
            raise UserError("simulate.no_clip", clip=key, path=self.path)


def _is_single(path: Path) -> bool:
    return path.suffix.lower() == ".json"


def _texts(path: Path) -> Iterator[tuple[int, bytes]]:
    with path.open("rb") as file:
        if _is_single(path):
            yield 0, file.read()
            return
        place = 0
        for text in file:
            if text.strip():
                yield place, text
            place += len(text)


def _parsed(text: bytes) -> Record:
    record: Any = opened(line) if is_sealed(line := text.rstrip()) else json.loads(text)
    if not isinstance(record["key"], str) or not isinstance(record["seed"], int):
        raise TypeError("key must be a string, seed a whole number")
    try:
        Drawn.from_json(record["drawn"])
    except AugmentError as problem:
        raise ValueError(str(problem)) from None
    return record  # type: ignore[no-any-return]


def _check_effects(record: Record) -> None:
    for params in record["drawn"]["effects"]:
        effects.get(params["effect"])
        if "codec" in params:
            codecs.get(params["codec"]).require()
