"""Hot words in a text: those that stand there, and near-misses under a strict condition."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from kowhisper_tel.korean.jamo import letters
from kowhisper_tel.korean.josa import is_josa

LOOSE = 4
"""Syllables from which a hot word is found whatever the spaces in it, and taken for meant one letter aside."""
SHORTEST = 3
"""Syllables of the shortest hot word that is taken for meant by its sound; a spoken form (케이티 for KT) needs more."""

_EOJEOL = re.compile(r"\S+")
_CORE = re.compile(r"\w(?:.*\w)?", re.DOTALL)
_SYLLABLES = re.compile(r"[가-힣]+")
_ALIKE = str.maketrans("ㄲㅋㄸㅌㅃㅍㅆㅉㅊㅐㅒㅙㅞ", "ㄱㄱㄷㄷㅂㅂㅅㅈㅈㅔㅖㅚㅚ")
"""Letters that telephone speech hardly tells apart: lax, tense and aspirated consonants; ㅐ and ㅔ, ㅙ, ㅞ and ㅚ."""


@dataclass(frozen=True)
class HotWord:
    """A word as it is to be written, and how it may be heard."""

    word: str
    spoken: tuple[str, ...] = ()


@dataclass(frozen=True)
class Form:
    """One way in which a hot word may stand in a text: its eojeols, and the same without spaces."""

    word: str
    eojeols: tuple[str, ...]
    joined: str


@dataclass(frozen=True)
class Found:
    """A hot word in ``text[start:end]``, without what is written on to it."""

    start: int
    end: int
    word: str


class HotWords:
    """Looks for hot words. A text is looked through in time that grows with its length, not with the list's."""

    def __init__(self, words: Iterable[HotWord]) -> None:
        forms: dict[tuple[str, ...], Form] = {}
        for word in words:
            for written in (word.word, *word.spoken):
                eojeols = tuple(_folded(written).split())
                forms.setdefault(eojeols, Form(word.word, eojeols, "".join(eojeols)))
        self._by_start: dict[str, list[Form]] = defaultdict(list)
        self._by_sound: dict[tuple[int, str], list[Form]] = defaultdict(list)
        self._by_half: dict[tuple[int, str, str], list[Form]] = defaultdict(list)
        for form in sorted(forms.values(), key=lambda form: (-len(form.joined), form.eojeols)):
            self._by_start[form.joined[0]].append(form)
            if _SYLLABLES.fullmatch(form.joined):
                for parts in {len(form.eojeols), 1 if len(form.joined) >= LOOSE else len(form.eojeols)}:
                    self._index(form, parts)
        self._parts = sorted(
            {*(parts for parts, _ in self._by_sound), *(key[0] for key in self._by_half)}, reverse=True
        )

    def _index(self, form: Form, parts: int) -> None:
        spelled = letters(form.joined)
        if len(form.joined) >= (SHORTEST if form.joined == _joined(form.word) else LOOSE):
            self._by_sound[parts, spelled.translate(_ALIKE)].append(form)
        if len(form.joined) >= LOOSE:  # one letter aside: one half of the letters is as it should be
            half = len(spelled) // 2
            self._by_half[parts, "start", spelled[:half]].append(form)
            self._by_half[parts, "end", spelled[half:]].append(form)

    def found(self, text: str, *, near: bool = False) -> list[Found]:
        """The hot words of an NFC text from left to right, the longest first where several begin; with ``near`` those
        that were meant too (``_meant``).
        """
        eojeols = [_core(match) for match in _EOJEOL.finditer(text)]
        words = [_folded(text[start:end]) if _plain(text[start:end]) else "" for start, end in eojeols]
        result: list[Found] = []
        place = 0
        while place < len(words):
            hit = self._exact(words, eojeols, place, text) or (self._near(words, place) if near else None)
            if hit:
                form, last, tail = hit
                result.append(Found(eojeols[place][0], eojeols[last][1] - tail, form.word))
                place = last
            place += 1
        return result

    def _exact(
        self, words: Sequence[str], spans: Sequence[tuple[int, int]], first: int, text: str
    ) -> tuple[Form, int, int] | None:
        """A form that begins at an eojeol: the form, the eojeol it ends in and how much of that is josa."""
        for form in self._by_start.get(words[first][:1], ()):
            joined, last = words[first], first
            while len(joined) < len(form.joined) and form.joined.startswith(joined) and last + 1 < len(words):
                if not words[last + 1] or text[spans[last][1] : spans[last + 1][0]].strip():
                    break
                last += 1
                joined += words[last]
            if not joined.startswith(form.joined):
                continue
            tail = joined[len(form.joined) :]
            as_listed = last - first + 1 == len(form.eojeols)
            if (as_listed or len(form.joined) >= LOOSE) and (not tail or is_josa(form.joined, tail)):
                return form, last, len(tail)
        return None

    def _near(self, words: Sequence[str], first: int) -> tuple[Form, int, int] | None:
        meant: dict[str, tuple[Form, int, int]] = {}
        for parts in self._parts:
            last = first + parts - 1
            stretch = "".join(words[first : last + 1])
            if last >= len(words) or not all(words[first : last + 1]) or not _SYLLABLES.fullmatch(stretch):
                continue
            before = len(stretch) - len(words[last])
            for end in range(len(stretch), max(before, SHORTEST - 1), -1):
                for form in self._meant(parts, stretch[:end], stretch[end:]):
                    meant.setdefault(form.word, (form, last, len(stretch) - end))
        return next(iter(meant.values())) if len(meant) == 1 else None

    def _meant(self, parts: int, head: str, tail: str) -> Iterator[Form]:
        """The forms that a stretch of syllables is taken to mean. All of this must hold:

        it begins and ends as eojeols do, in as many of them as the form is listed with (or in one, from 4 syllables),
        and what is written on to it is josa that fits the form. And either the two sound alike (``_ALIKE``), have 3
        syllables or more (4 where the form is a spoken one of another word), and the stretch does not end in josa of
        its own; or they have 4 or more, the first onset sounds alike, the last syllable is the same, and one letter is
        another, missing or too many. Where two hot words could be meant, neither is taken.
        """
        spelled = letters(head)
        for form in self._by_sound.get((parts, spelled.translate(_ALIKE)), ()):
            if _fits(form, tail) and not _ends_in_josa(head, form):
                yield form
        if len(head) < LOOSE - 1:
            return
        close: dict[str, Form] = {}
        for length in (len(spelled) - 1, len(spelled), len(spelled) + 1):
            half = length // 2
            for key in (("start", spelled[:half]), ("end", spelled[len(spelled) - (length - half) :])):
                for form in self._by_half.get((parts, *key), ()):
                    close[form.joined] = form
        for form in close.values():
            same_ends = form.joined[-1] == head[-1] and _onset(form.joined) == _onset(head)
            if same_ends and _one_aside(spelled, letters(form.joined)) and _fits(form, tail):
                yield form


def _joined(word: str) -> str:
    return "".join(_folded(word).split())


def _fits(form: Form, tail: str) -> bool:
    return not tail or is_josa(form.joined, tail)


def _ends_in_josa(head: str, form: Form) -> bool:
    """Whether the stretch may as well be a shorter word with a josa, which the form does not end in."""
    return any(is_josa(head[:cut], head[cut:]) and not form.joined.endswith(head[cut:]) for cut in range(1, len(head)))


def _onset(word: str) -> str:
    return letters(word[0])[0].translate(_ALIKE)


def _one_aside(one: str, other: str) -> bool:
    from rapidfuzz.distance import Levenshtein

    return Levenshtein.distance(one, other, score_cutoff=1) == 1


def _core(match: re.Match[str]) -> tuple[int, int]:
    """Where an eojeol lies in the text, without the marks around it."""
    inner = _CORE.search(match.group())
    if inner is None:
        return match.start(), match.start()
    return match.start() + inner.start(), match.start() + inner.end()


def _plain(word: str) -> bool:
    """Whether folding leaves each character in its place."""
    return bool(word) and len(_folded(word)) == len(word)


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", text).lower()
