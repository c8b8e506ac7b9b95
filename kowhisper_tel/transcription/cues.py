"""Cues: segments as subtitles, in lines that can be read.

Netflix's Korean Timed Text Style Guide allows 2 lines of 16 characters, where spaces, Latin letters and marks count
half: with its spaces (one in four or five characters) some 20 characters of Korean. Its general requirements show a cue
for 5/6 s at least.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from kowhisper_tel.transcription.transcript import Segment

LINE = 20
"""The most characters of a line, spaces included."""
LINES = 2
LEAST_MS = 833
"""A cue stays so long, if nobody on its track goes on before."""


@dataclass(frozen=True)
class Cue:
    """Up to ``LINES`` lines, from ``start_ms`` to ``end_ms``, which is later; ``track`` and ``speaker`` say whose."""

    start_ms: int
    end_ms: int
    lines: tuple[str, ...]
    track: int | None = None
    speaker: str | None = None


def cues(segments: Sequence[Segment], duration_s: float, width: int = LINE) -> list[Cue]:
    """The cues of a transcript, in order of their starts, with lines of at most ``width`` characters.

    A long segment becomes several cues, cut between words; their times are those of the words, or where these are not
    known in proportion to the characters. Cues of one track do not overlap, those of two may; where segments of one
    track do, the later one's cues wait for the earlier one's.
    """
    by_track: dict[int | None, list[Cue]] = {}
    for segment in sorted(segments, key=lambda segment: segment.start_s):
        by_track.setdefault(segment.track, []).extend(_cues(segment, width))
    timed = [cue for own in by_track.values() for cue in _apart(own, round(duration_s * 1000))]
    return sorted(timed, key=lambda cue: (cue.start_ms, -1 if cue.track is None else cue.track))


def plain(text: str) -> str:
    """Text on one line: every run of white space and control characters as one space."""
    return " ".join("".join(" " if unicodedata.category(sign) in ("Cc", "Zl", "Zp") else sign for sign in text).split())


@dataclass(frozen=True)
class _Token:
    """A word, or a part of one that is longer than a line."""

    text: str
    start_s: float
    end_s: float


def _cues(segment: Segment, width: int) -> Iterator[Cue]:
    tokens = [part for token in _tokens(segment) for part in _parts(token, width)]
    lines = _even(tokens, width)
    for place in range(0, len(lines), LINES):
        own = lines[place : place + LINES]
        start_s, end_s = own[0][0].start_s, own[-1][-1].end_s
        text = tuple(" ".join(token.text for token in line) for line in own)
        yield Cue(round(start_s * 1000), round(end_s * 1000), text, segment.track, segment.speaker)


def _tokens(segment: Segment) -> list[_Token]:
    """The words with their own times, where all of them have one; else by their share of the characters."""
    words = plain(segment.text).split()
    if len(segment.words) == len(words):
        return [_Token(word, own.start_s, own.end_s) for word, own in zip(words, segment.words, strict=True)]
    return _shared(words, segment.start_s, segment.end_s)


def _parts(token: _Token, width: int) -> list[_Token]:
    pieces = [token.text[at : at + width] for at in range(0, len(token.text), width)]
    return _shared(pieces, token.start_s, token.end_s)


def _shared(pieces: Sequence[str], start_s: float, end_s: float) -> list[_Token]:
    """Pieces of text over a stretch of time, each by its share of the characters."""
    total, at, found = max(sum(map(len, pieces)), 1), 0, list[_Token]()
    for piece in pieces:
        times = [start_s + (end_s - start_s) * edge / total for edge in (at, at + len(piece))]
        found.append(_Token(piece, *times))
        at += len(piece)
    return found


def _even(tokens: Sequence[_Token], width: int) -> list[list[_Token]]:
    """As few lines as will do (one, or full cues of them), and these as even as can be."""
    fewest = len(_filled(tokens, width))
    fewest += -fewest % LINES if fewest > 1 else 0
    letters = sum(len(token.text) + 1 for token in tokens)
    for narrower in range(math.ceil(letters / max(fewest, 1)) - 1, width):
        if len(lines := _filled(tokens, narrower)) <= fewest:
            return lines
    return _filled(tokens, width)


def _filled(tokens: Sequence[_Token], width: int) -> list[list[_Token]]:
    lines, room = list[list[_Token]](), 0
    for token in tokens:
        if lines and len(token.text) + 1 <= room:
            lines[-1].append(token)
            room -= len(token.text) + 1
        else:
            lines.append([token])
            room = width - len(token.text)
    return lines


def _apart(own: Sequence[Cue], duration_ms: int) -> list[Cue]:
    """One track's cues, each at least ``LEAST_MS`` long where there is room, none before the one before it ends."""
    found, free_ms = list[Cue](), 0
    for cue, after in pairwise([*own, None]):
        assert cue is not None
        start_ms = max(cue.start_ms, free_ms)
        free_until_ms = after.start_ms if after is not None and after.start_ms > start_ms else duration_ms
        limit_ms = max(min(free_until_ms, duration_ms), start_ms + 1)
        end_ms = min(max(cue.end_ms, start_ms + LEAST_MS), limit_ms)
        found.append(replace(cue, start_ms=start_ms, end_ms=end_ms))
        free_ms = end_ms
    return found
