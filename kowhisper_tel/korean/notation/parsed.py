"""Parsed: what a transcript says and how it is written, the marks found in it, and what could not be read."""

from __future__ import annotations

from dataclasses import dataclass

MASKED = frozenset({"mask"})
"""Kinds of marks for speech that was hidden on purpose: names, numbers."""

UNCLEAR = frozenset({"unclear", "unintelligible"})
"""Kinds of marks for speech that was guessed at or not understood at all."""

SOUNDS = frozenset(
    {
        "applause",
        "breath",
        "clearing",
        "cough",
        "event",
        "laugh",
        "music",
        "noise",
        "overlap",
        "singing",
        "speaker_noise",
    }
)
"""Kinds of marks for what is heard beside the words."""

DISFLUENCIES = frozenset({"filler", "fragment"})
"""Kinds of marks for words that were said without being meant."""


@dataclass(frozen=True)
class Mark:
    """One mark: its kind, the characters of the text that it takes up, and its content.

    ``content`` is the word that is marked (filler, fragment, indistinct, unclear, term), otherwise the mark as
    written. Kinds: ``dual``, ``mask``, ``unclear``, ``unintelligible``, ``indistinct``, ``filler``, ``fragment``,
    ``interjection``, ``lengthening``, ``term``, and ``SOUNDS``.
    """

    kind: str
    start: int
    end: int
    content: str


@dataclass(frozen=True)
class Problem:
    """A stretch of the text that does not follow the conventions. It stays in both sides as it is.

    Kinds: ``unclosed`` and ``unopened`` (brackets), ``alone`` (a bracket with no partner), ``empty`` (a side with no
    word), ``chain`` (three brackets in a row), ``nested`` (too deep), ``tag`` (unknown), ``slash``, ``plus``,
    ``star``, ``stray`` (a mark's character in no mark), ``ambiguous`` (the result could be read once more).
    """

    kind: str
    start: int
    end: int


@dataclass(frozen=True)
class Parsed:
    """Both sides of a transcript. White space is single, none at the ends.

    ``written`` differs from ``spoken`` only where there was a dual transcription.
    """

    spoken: str
    written: str
    marks: tuple[Mark, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of the marks found."""
        return frozenset(mark.kind for mark in self.marks)

    @property
    def gaps(self) -> tuple[str, ...]:
        """The kinds of marks, sorted, for speech that is heard but not truly transcribed."""
        return tuple(sorted(self.kinds & (MASKED | UNCLEAR)))

    @property
    def is_partial(self) -> bool:
        """Whether ``spoken`` is less, or less sure, than what is heard."""
        return bool(self.gaps)
