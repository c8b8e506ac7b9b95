"""Parser: from the tokens of a transcript to its two sides, its marks and its problems."""

from __future__ import annotations

import re
from dataclasses import dataclass

from kowhisper_tel.korean.notation.numerals import reads_as, regroup
from kowhisper_tel.korean.notation.reading import Reading
from kowhisper_tel.korean.notation.sides import Sides, is_word, weight
from kowhisper_tel.korean.notation.signs import read_sign, read_token
from kowhisper_tel.korean.notation.tokens import TAGGED, event_kind

DEEPEST = 8
"""Brackets nested deeper than this are not read."""

_ODD_SEPARATORS = frozenset("?|:;.!,\\")
_NOT_HEARD = re.compile(r"[\sxX.~?…*]*")
_HEARD = re.compile(r"[가-힣\s.,?!~…]*[가-힣][가-힣\s.,?!~…]*")
_HANGUL = re.compile(r"[가-힣]+")
_DUAL_LEFT = re.compile(r"\)\s*/\s*\Z")
_DUAL_RIGHT = re.compile(r"\s*/\s*\(")


@dataclass(frozen=True)
class Joined:
    """A bracket that stands behind another: its tokens, and how (``slash``, ``adjacent``, ``space``, ``odd``)."""

    start: int
    end: int
    by: str


class Parser(Reading):
    """Reads the brackets of a text, and through ``signs`` the rest."""

    def read(self) -> Sides:
        """Both sides; fills ``marks`` and ``problems``."""
        return self._sequence(0, len(self.tokens), 0)

    def _sequence(self, start: int, end: int, depth: int) -> Sides:
        out = Sides()
        i = start
        while i < end:
            token = self.tokens[i]
            if token.kind in ("open", "tagged"):
                i = self._bracket(i, out, depth)
                continue
            if self.strict and token.kind in ("slash", "plus", "star", "tilde"):
                read_sign(self, i, start, end, out)
            elif token.kind == "close":
                self._unpaired("unopened", i, out)
            else:
                read_token(self, token, out)
            i += 1
        return out

    def _bracket(self, i: int, out: Sides, depth: int) -> int:
        """Read what a bracket opens, and return the index of the token behind it."""
        end = self.partner.get(i)
        if end is None:
            self._unpaired("unclosed", i, out)
            return i + 1
        if depth >= DEEPEST:
            return self._verbatim("nested", i, end, out)
        if self.tokens[i].kind == "tagged":
            return self._tagged(i, end, out, depth)
        joined = self._joined(end)
        if joined is None:
            return self._alone(i, end, out, depth)
        further = self._joined(joined.end)
        if further and joined.by == further.by and joined.by in ("slash", "adjacent"):
            return self._verbatim("chain", i, self._last_of_chain(further), out)
        if (further and further.by == "slash" and joined.by != "slash") or not self._is_dual(i, end, joined):
            return self._alone(i, end, out, depth)
        return self._dual(i, end, joined, out, depth)

    def _last_of_chain(self, joined: Joined) -> int:
        """The index of the last closing bracket of three or more in a row."""
        further = self._joined(joined.end)
        while further and further.by == joined.by:
            joined, further = further, self._joined(further.end)
        return joined.end

    def _joined(self, end: int) -> Joined | None:
        """The bracket that stands behind the one that closes at ``end``."""
        i = self._past("space", end + 1)
        by = "adjacent" if i == end + 1 else "space"
        if i < len(self.tokens) and self.tokens[i].kind == "slash":
            i, by = self._past("slash", i), "slash"
        elif i < len(self.tokens) and self.sign(self.tokens[i]) in _ODD_SEPARATORS:
            i, by = i + 1, "odd"
        i = self._past("space", i)
        closing = self.partner.get(i)
        if closing is None or self.tokens[i].kind != "open":
            return None
        return Joined(i, closing, by)

    def _past(self, kind: str, i: int) -> int:
        while i < len(self.tokens) and self.tokens[i].kind == kind:
            i += 1
        return i

    def _is_dual(self, i: int, end: int, joined: Joined) -> bool:
        first = self.inside(i, end)
        second = self.inside(joined.start, joined.end)
        weights = weight(first), weight(second)
        if self.strict:
            return joined.by in ("slash", "adjacent") or weights[0] != weights[1]
        if not (is_word(first) and is_word(second)):
            return False
        if joined.by == "slash":
            return _HANGUL.search(first + second) is not None
        if joined.by != "adjacent" or sorted(weights) != [0, 2]:
            return False
        return reads_as(first, second) if weights[0] else reads_as(second, first)

    def _dual(self, i: int, end: int, joined: Joined, out: Sides, depth: int) -> int:
        first = self._side(i, end, depth)
        second = self._side(joined.start, joined.end, depth)
        start, stop = self.tokens[i].start, self.tokens[joined.end].end
        if not (is_word(first.spoken) and is_word(second.spoken)) and not self._has_marks(start, stop):
            return self._verbatim("empty", i, joined.end, out)
        spoken_first = self.spoken_first
        if weight(first.written) != weight(second.written):
            spoken_first = weight(first.written) < weight(second.written)
        said, written = (first, second) if spoken_first else (second, first)
        out.put(regroup(written.written, said.spoken), written.written)
        self.mark("dual", start, stop, self.text[start:stop])
        if self._joined(joined.end):
            out.put(" ")
        return joined.end + 1

    def _slash_inside(self, i: int, end: int) -> int | None:
        """The slash of ``(70%/칠십 퍼센트)``, one bracket that holds both sides; ``(KT/SK)`` holds but one."""
        slashes = [k for k in range(i + 1, end) if self.tokens[k].kind == "slash"]
        if len(slashes) != 1 or any(self.tokens[k].kind in ("open", "tagged") for k in range(i + 1, end)):
            return None
        sides = self.inside(i, slashes[0]), self.inside(slashes[0], end)
        first, second = map(weight, sides)
        return slashes[0] if min(first, second) == 0 < max(first, second) and all(map(is_word, sides)) else None

    def _side(self, i: int, end: int, depth: int) -> Sides:
        """One side of a dual transcription: ``(@용어)`` is a term, ``((말))`` was not heard well."""
        lo, hi = self.trimmed(i + 1, end)
        if self.strict and lo < hi and self.tokens[lo].kind == "at":
            self.mark("term", self.tokens[lo].start, self.tokens[lo].end, "@")
            lo += 1
        if lo < hi and self.tokens[lo].kind == "open" and self.partner.get(lo) == hi - 1:
            self.mark("unclear", self.tokens[lo].start, self.tokens[hi - 1].end, self.inside(lo, hi - 1).strip())
            lo, hi = lo + 1, hi - 1
        return self._sequence(lo, hi, depth + 1)

    def _tagged(self, i: int, end: int, out: Sides, depth: int) -> int:
        opening, closing = self.tokens[i], self.tokens[end]
        tag = self.sign(opening).strip("( \t\n:").upper()
        if tag not in TAGGED:
            return self._verbatim("tag", i, end, out)
        inside = self.text[opening.end : closing.start].strip()
        self.mark(TAGGED[tag], opening.start, closing.end, inside)
        if tag in ("NO", "SN"):
            out.skip()
        else:
            out.take(self._sequence(i + 1, end, depth + 1))
        return end + 1

    def _alone(self, i: int, end: int, out: Sides, depth: int) -> int:
        """A bracket with no partner: ``((말))``, ``(@용어)``, ``(용어)/(idiom)``, a dual inside, or a problem."""
        opening, closing = self.tokens[i], self.tokens[end]
        lo, hi = self.trimmed(i + 1, end)
        if lo < hi and self.tokens[lo].kind == "open" and self.partner.get(lo) == hi - 1:
            inside = self.inside(lo, hi - 1)
            if _NOT_HEARD.fullmatch(inside):
                self.mark("unintelligible", opening.start, closing.end, self.text[opening.start : closing.end])
                out.skip()
                return end + 1
            if self.strict or _HEARD.fullmatch(inside):
                self.mark("unclear", opening.start, closing.end, inside.strip())
                out.take(self._sequence(lo + 1, hi - 1, depth + 1))
                return end + 1
        if self.strict and self._is_term(lo, hi, end):
            self.mark("term", opening.start, closing.end, self.inside(i, end).strip(" @"))
            out.take(self._sequence(lo + (self.tokens[lo].kind == "at"), hi, depth + 1))
            return end + 1
        slash = self._slash_inside(i, end) if self.strict else None
        if slash is not None:
            return self._dual(i, slash, Joined(slash, end, "inside"), out, depth)
        inner = self._joined(self.partner[lo]) if self.strict and lo in self.partner else None
        if inner is not None and inner.end == hi - 1 and self._is_dual(lo, self.partner[lo], inner):
            self.mark("dual", opening.start, closing.end, self.text[opening.start : closing.end])
            out.take(self._sequence(lo, hi, depth + 1))
            return end + 1
        if self.strict:
            self.problem("alone", opening.start, closing.end)
        out.put(self.text[opening.start : opening.end])
        out.take(self._sequence(i + 1, end, depth + 1))
        out.put(self.text[closing.start : closing.end])
        return end + 1

    def _is_term(self, lo: int, hi: int, end: int) -> bool:
        if lo < hi and self.tokens[lo].kind == "at":
            return True
        behind = self.tokens[end + 1] if end + 1 < len(self.tokens) else None
        return lo < hi and behind is not None and behind.kind == "event" and event_kind(self.sign(behind)) == "term"

    # What cannot be read stays as it is

    def _unpaired(self, kind: str, i: int, out: Sides) -> None:
        """A bracket without its other half. In plain text a problem only where the rest of a dual is there."""
        token = self.tokens[i]
        of_a_dual = _DUAL_LEFT.search(self.narrow, 0, token.start) if kind == "unclosed" else None
        of_a_dual = of_a_dual or (_DUAL_RIGHT.match(self.narrow, token.end) if kind == "unopened" else None)
        if self.strict or of_a_dual:
            self.problem(kind, token.start, token.end)
        out.put(self.text[token.start : token.end])

    def _verbatim(self, kind: str, i: int, end: int, out: Sides) -> int:
        start, stop = self.tokens[i].start, self.tokens[end].end
        if self.strict:
            self.problem(kind, start, stop)
        out.put(self.text[start:stop])
        return end + 1

    def _has_marks(self, start: int, stop: int) -> bool:
        return any(start <= mark.start and mark.end <= stop for mark in self.marks)
