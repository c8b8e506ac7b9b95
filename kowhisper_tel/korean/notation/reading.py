"""Reading: a text that is being parsed, and what has been found in it so far."""

from __future__ import annotations

from kowhisper_tel.korean.notation.parsed import Mark, Problem
from kowhisper_tel.korean.notation.tokens import NARROW, PLAIN, STRICT, Token, partners, tokens

WORDISH = frozenset({"hangul", "latin", "open", "tagged"})
"""Kinds of tokens that a word begins with."""


class Reading:
    """A text, its tokens, and the marks and problems found so far.

    ``strict``: the whole grammar, where what does not fit is a problem; otherwise only what is unmistakable.
    ``partner`` maps the tokens that open a bracket to the ones that close it.
    """

    def __init__(self, text: str, *, strict: bool, spoken_first: bool) -> None:
        self.text, self.narrow = text, text.translate(NARROW)
        self.strict, self.spoken_first = strict, spoken_first
        self.tokens = tokens(self.narrow, STRICT if strict else PLAIN)
        self.partner = partners(self.tokens)
        self.marks: list[Mark] = []
        self.problems: list[Problem] = []

    def mark(self, kind: str, start: int, end: int, content: str) -> None:
        """Note a mark at ``text[start:end]``."""
        self.marks.append(Mark(kind, start, end, content))

    def problem(self, kind: str, start: int, end: int) -> None:
        """Note that ``text[start:end]`` does not fit."""
        self.problems.append(Problem(kind, start, end))

    def said(self, token: Token) -> str:
        """A token as it stands in the text."""
        return self.text[token.start : token.end]

    def sign(self, token: Token) -> str:
        """A token with its signs narrow."""
        return self.narrow[token.start : token.end]

    def word(self, token: Token | None) -> str:
        """The word that a token is, or nothing."""
        return self.said(token) if token and token.kind in ("hangul", "latin") else ""

    def inside(self, i: int, end: int) -> str:
        """The text between two tokens."""
        return self.text[self.tokens[i].end : self.tokens[end].start]

    def trimmed(self, lo: int, hi: int) -> tuple[int, int]:
        """The tokens from ``lo`` to before ``hi`` without white space at the ends."""
        while lo < hi and self.tokens[lo].kind == "space":
            lo += 1
        while lo < hi and self.tokens[hi - 1].kind == "space":
            hi -= 1
        return lo, hi
