"""The scoring form: what reference and hypothesis both go through before they are compared."""

from __future__ import annotations

import functools
import hashlib
import re
import unicodedata
from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable

from kowhisper_tel.korean import verbalise as spoken
from kowhisper_tel.korean.fold import fold
from kowhisper_tel.korean.notation import fillers, parse
from kowhisper_tel.korean.verbalise.rule import Reading

VERSION = "ko-tel-norm/1"
"""Raised with every change of a rule; a comparison refuses results of another version."""

RESTS_ON = ("fold.py", "normalise.py", "notation/", "verbalise/", "readings/")
"""The part of ``kowhisper_tel.korean`` whose change changes a score."""

AS_WRITTEN = ""
"""Stands for the rule of a piece that is said as it is written."""

_LATIN_APOSTROPHE = re.compile(r"(?<=[A-Za-z])'(?=[A-Za-z])")
_APOSTROPHE = re.compile(r"(?<=\w)'(?=\w)")
_FILLER = re.compile(rf"(?<!\S)(?:{'|'.join(sorted(fillers()))})(?!\S)")
_NEITHER_HANGUL_NOR_LATIN = re.compile(r"[^가-힣a-z ]")


def normalise(text: str) -> str:
    """The scoring form of a text. Idempotent.

    Folded (NFC, width, unseen characters), the spoken side of the notation, numbers and acronyms in words
    (``verbalise``), Latin in lower case, punctuation, symbols and fillers removed, white space single, none at the
    ends. Known acronyms score the same in any case (OK, ok).

    >>> normalise("네, 3개요!  ＡＩ")
    '네 세 개요 에이아이'
    """
    return " ".join("".join([scored(piece.spoken) for piece in read(text)[1]]).split())


@functools.lru_cache(maxsize=4096)
def read(text: str) -> tuple[str, tuple[Reading, ...]]:
    """A text as it is verbalised (``prepared``), and its ``pieces``: what the scoring form and all readings rest on."""
    ready = prepared(text)
    return ready, tuple(pieces(ready))


def prepared(text: str) -> str:
    """The text that is verbalised: folded, the spoken side of its notation, with no apostrophe inside Latin words.

    An apostrophe goes before the reading, or what it leaves (I'd, Id) would be read on the second time only.
    """
    folded = parse(fold(text), "plain").spoken
    return _LATIN_APOSTROPHE.sub("", folded) if "'" in folded else folded


def pieces(text: str) -> list[Reading]:
    """A prepared text in pieces, in their order; those that no rule has read have ``AS_WRITTEN`` for its name."""
    found: list[Reading] = []
    done = 0
    for reading in spoken.readings(text):
        found += [Reading(done, reading.start, text[done : reading.start], AS_WRITTEN), reading]
        done = reading.end
    return [*found, Reading(done, len(text), text[done:], AS_WRITTEN)]


def scored(said: str) -> str:
    """A spoken text, or a piece of one, in lower case, without punctuation and fillers; its spaces are left."""
    text = said.lower()
    text = _APOSTROPHE.sub("", text) if "'" in text else text
    return _FILLER.sub("", _NEITHER_HANGUL_NOR_LATIN.sub(_kept, text))


def _kept(match: re.Match[str]) -> str:
    return _kept_character(match.group())


@functools.lru_cache(maxsize=4096)
def _kept_character(character: str) -> str:
    """Letters, marks and numbers of any script stay; the rest parts words."""
    return character if unicodedata.category(character)[0] in "LMN" else " "


@functools.cache
def fingerprint() -> str:
    """A hash of ``VERSION`` and of the source of every rule that scoring rests on."""
    return fingerprint_of(files("kowhisper_tel.korean"))


def fingerprint_of(rules: Traversable) -> str:
    """The fingerprint (16 hex digits) of a folder of rules: names and bytes of the Python files in ``RESTS_ON``.

    The ends of lines are taken as they are in the repository, whatever a checkout made of them.
    """
    digest = hashlib.blake2b(VERSION.encode(), digest_size=8)
    for name, source in sorted(_sources(rules)):
        if name.startswith(RESTS_ON):
            digest.update(f"\0{name}\0{len(source)}\0".encode() + source)
    return digest.hexdigest()


def _sources(folder: Traversable, path: str = "") -> Iterator[tuple[str, bytes]]:
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _sources(entry, f"{path}{entry.name}/")
        elif entry.name.endswith(".py"):
            yield f"{path}{entry.name}", entry.read_bytes().replace(b"\r\n", b"\n")
