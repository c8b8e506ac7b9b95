"""Checked: a piece, and how well its text fits what is said in it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from kowhisper_tel.data.long_recordings.anchors import letters
from kowhisper_tel.data.long_recordings.pieces import Piece
from kowhisper_tel.whisper.features import MAX_S
from kowhisper_tel.whisper.word_times import WordTime

STRETCH_TOKENS = 8
"""Two or three words: a sentence that nobody says is a stretch of bad words among good ones."""
SENTENCE_LETTERS = 30
"""So many jamo heard in a row, a dozen syllables, are a sentence that the text lacks."""
UNMATCHED = 0.4
"""Unrelated Korean texts agree in about a third of their jamo."""


@dataclass(frozen=True)
class Checked:
    """A piece, and three signs of how well its text fits.

    ``likelihood``: the mean log probability a token of the text's worst stretch of 8 tokens, forced on the piece, less
    that of what the recogniser hears in the piece by itself. Over a poor channel both fall, and their difference stays.
    ``unwritten``: the most jamo in a row that are heard and not in the text. ``agreement``: 1 less the distance between
    text and heard, in jamo, over the longer of them.
    """

    piece: Piece
    likelihood: float
    unwritten: int
    agreement: float

    @property
    def confidence(self) -> float:
        """0 to 1: the likelihood says whether all that is written is said, ``unwritten`` the reverse."""
        written = max(0.0, 1.0 - self.unwritten / SENTENCE_LETTERS)
        return math.exp(min(self.likelihood, 0.0) / 2) * written

    @property
    def unmatched(self) -> bool:
        """Whether something else is said there than the text has."""
        return self.agreement < UNMATCHED


def check(piece: Piece, words: int, forced: Sequence[WordTime], heard: Sequence[WordTime]) -> Checked:
    """A piece of so many words by its text as forced on it, and by what is heard there, forced likewise."""
    from rapidfuzz.distance import Levenshtein

    if len(forced) < words or piece.end_s - piece.start_s > MAX_S:
        return Checked(piece, -math.inf, 0, 0.0)  # more than Whisper takes at once
    mine, theirs = (letters(" ".join(word.word for word in row)) for row in (forced, heard))
    added = [op.dest_end - op.dest_start for op in Levenshtein.opcodes(mine, theirs) if op.tag == "insert"]
    agreement = 1.0 - Levenshtein.normalized_distance(mine, theirs)
    return Checked(piece, _worst(forced) - _mean(heard), max(added, default=0), agreement)


def _mean(row: Sequence[WordTime]) -> float:
    return sum(word.log_probability for word in row) / max(1, sum(word.tokens for word in row))


def _worst(row: Sequence[WordTime]) -> float:
    """The least mean of whole words in a row that have 8 tokens together; of all, where these are fewer."""
    means = [_mean(row)]
    for first in range(len(row)):
        for last in range(first + 1, len(row) + 1):
            if sum(word.tokens for word in row[first:last]) >= STRETCH_TOKENS:
                means.append(_mean(row[first:last]))
                break
    return min(means)
