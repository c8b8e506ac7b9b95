"""Confusions: which syllables, letters and words are heard for which others, from the alignment that CER rests on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from typing import Literal

from eval_suites.alignment import align
from kowhisper_tel.korean.jamo import CODAS, FIRST, LAST, ONSETS, VOWELS

Part = Literal["onset", "vowel", "coda"]
PARTS: tuple[Part, ...] = ("onset", "vowel", "coda")
LETTERS: dict[Part, tuple[str, ...]] = {"onset": tuple(ONSETS), "vowel": tuple(VOWELS), "coda": CODAS}
"""The letters of each part of a syllable in their order; no coda is the empty string."""
Swap = tuple[str, str]
"""What was said, and what was heard for it."""


@dataclass
class Confusions:
    """Counts over texts in the scoring form: ``said``, each syllable of the references, and those substituted.

    ``words`` are those that hold a substituted syllable, with the word that it is heard in; ``examples`` are they by
    syllables.
    """

    said: Counter[str] = field(default_factory=Counter)
    syllables: Counter[Swap] = field(default_factory=Counter)
    words: Counter[Swap] = field(default_factory=Counter)
    examples: dict[Swap, Counter[Swap]] = field(default_factory=dict)

    def parts(self, part: Part) -> Counter[Swap]:
        """Letters of this part heard for others; only of syllables heard as syllables."""
        found: Counter[Swap] = Counter()
        for (said, heard), times in self.syllables.items():
            one, other = letter(said, part), letter(heard, part)
            if one is not None and other is not None and one != other:
                found[one, other] += times
        return found

    def letters(self, part: Part) -> Counter[str]:
        """How often each letter of this part was said."""
        found: Counter[str] = Counter()
        for syllable, times in self.said.items():
            own = letter(syllable, part)
            if own is not None:
                found[own] += times
        return found

    def quotes(self, part: Part, swaps: Collection[Swap]) -> dict[Swap, Swap]:
        """For each of these letters the words in which they were most often confused, as said and as heard."""
        found: dict[Swap, Counter[Swap]] = {}
        for (said, heard), words in self.examples.items():
            swap = letter(said, part), letter(heard, part)
            if swap in swaps:
                found.setdefault((swap[0] or "", swap[1] or ""), Counter()).update(words)
        return {swap: min(words, key=lambda pair: (-words[pair], pair)) for swap, words in found.items()}


def letter(syllable: str, part: Part) -> str | None:
    """The letter of a syllable in this part, ``""`` for no coda; ``None`` of what is no Hangul syllable.

    >>> letter("값", "coda"), letter("가", "coda"), letter("A", "onset")
    ('ㅄ', '', None)
    """
    if not FIRST <= ord(syllable) <= LAST:
        return None
    code = ord(syllable) - FIRST
    if part == "coda":
        return CODAS[code % len(CODAS)]
    block = code // len(CODAS)
    return VOWELS[block % len(VOWELS)] if part == "vowel" else ONSETS[block // len(VOWELS)]


def count(pairs: Iterable[Swap], quotable: Callable[[str], bool] = bool) -> Confusions:
    """Confusions of references and hypotheses, both in the scoring form with spaces between words.

    Words are taken only of pairs of which both texts are ``quotable``; letters and syllables of all.

    >>> found = count([("카드 결제", "카트 결재")])
    >>> dict(found.syllables), dict(found.words)
    ({('드', '트'): 1, ('제', '재'): 1}, {('카드', '카트'): 1, ('결제', '결재'): 1})
    """
    found = Confusions()
    counted, references = Counter(pairs), Counter[str]()
    for (reference, _), times in counted.items():
        references[reference] += times
    for reference, times in references.items():
        for syllable in "".join(reference.split()):
            found.said[syllable] += times
    for (reference, hypothesis), times in counted.items():
        if reference != hypothesis:
            quoted = quotable(reference) and quotable(hypothesis)
            _add(found, reference.split(), hypothesis.split(), times, quoted)
    return found


def _add(found: Confusions, said: list[str], heard: list[str], times: int, quoted: bool) -> None:
    reference, hypothesis = "".join(said), "".join(heard)
    said_in, heard_in = _words_of(said), _words_of(heard)
    swapped: set[tuple[int, int]] = set()
    for edit in align(reference, hypothesis):
        if edit.kind == "substitution":
            for place, other in zip(
                range(edit.start, edit.end), range(edit.hypothesis_start, edit.hypothesis_end), strict=True
            ):
                swap = reference[place], hypothesis[other]
                found.syllables[swap] += times
                if quoted:
                    words = said[said_in[place]], heard[heard_in[other]]
                    found.examples.setdefault(swap, Counter())[words] += times
                    swapped.add((said_in[place], heard_in[other]))
    for one, another in sorted(swapped):
        found.words[said[one], heard[another]] += times


def _words_of(words: list[str]) -> list[int]:
    """The number of the word that each syllable is in."""
    return [number for number, word in enumerate(words) for _ in word]
