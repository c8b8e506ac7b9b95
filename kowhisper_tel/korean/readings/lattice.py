"""Lattice: all right readings of one text, made without a look at any other."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

from kowhisper_tel.korean.normalise import AS_WRITTEN, read, scored
from kowhisper_tel.korean.readings.amounts import UNTIL
from kowhisper_tel.korean.readings.rules import EXPANDERS
from kowhisper_tel.korean.readings.signs import ANYWHERE, BESIDE_READINGS
from kowhisper_tel.korean.readings.slots import Slot, Slots, led_by, spaced_as
from kowhisper_tel.korean.readings.written import Written
from kowhisper_tel.korean.verbalise.plain import plain
from kowhisper_tel.korean.verbalise.rule import Reading

CONTEXT = 24
"""Characters on either side in which a reading looks for cue words."""

_SIGN = re.compile(r"(?<!\*)\*(?!\*)|[&#@+×%_/.:-]|\(주\)|(?<=[가-힣])~(?=[가-힣])")
_JOSA_PAIRS = (("이에요", "예요"), ("으로", "로"), ("이랑", "랑"), ("이나", "나"), ("이라", "라"), ("이야", "야"),
               ("은", "는"), ("이", "가"), ("을", "를"), ("과", "와"))  # fmt: skip
_JOSA = {josa: pair for pair in _JOSA_PAIRS for josa in pair}
_JOSA_FIRST = re.compile(rf"({'|'.join(sorted(_JOSA, key=len, reverse=True))})(?![가-힣]|'\w)")


@dataclass(frozen=True)
class Lattice:
    """What a text may rightly be read as: one alternative of each slot, one after another.

    The first alternatives joined are ``normalise(text)``. The others are scoring form without spaces, on which
    readings are compared.
    """

    slots: tuple[Slot, ...]

    @functools.cached_property
    def canonical(self) -> str:
        """The scoring form: the first alternatives."""
        return "".join(slot[0] for slot in self.slots)

    @functools.cached_property
    def compact(self) -> tuple[Slot, ...]:
        """The slots without spaces, those with one alternative joined to one, none empty."""
        joined: list[Slot] = []
        for slot in self.slots:
            alternatives = tuple(dict.fromkeys(choice.replace(" ", "") for choice in slot))
            if len(alternatives) == 1 and joined and len(joined[-1]) == 1:
                joined[-1] = (joined[-1][0] + alternatives[0],)
            elif alternatives != ("",):
                joined.append(alternatives)
        return tuple(joined)

    @functools.cached_property
    def plain(self) -> str:
        """The scoring form without spaces."""
        return self.canonical.replace(" ", "")

    @functools.cached_property
    def has_alternatives(self) -> bool:
        """Whether there is more than one reading."""
        return any(len(slot) > 1 for slot in self.slots)


@functools.lru_cache(maxsize=4096)
def lattice(text: str) -> Lattice:
    """All right readings of a text. Only what is written in digits, signs or Latin letters has more than one.

    >>> lattice("3번 눌러").slots
    (('삼', '세'), (' 번',), (' 눌러',))
    """
    text, found = read(text)
    if len(found) == 1 and not _SIGN.search(text):
        return Lattice(((" ".join(scored(text).split()),),))
    slots: Slots = []
    for index, piece in enumerate(found):
        if piece.rule == AS_WRITTEN:
            is_inner = 0 < index < len(found) - 1
            slots += _between(piece.spoken, slots[-1] if slots else ("",), is_inner)
        else:
            slots += _read(text, piece)
            is_far_end = index > 2 and found[index - 2].rule == "till" and not found[index - 1].spoken
            slots += [UNTIL] if is_far_end and not text.startswith("까지", piece.end) else []
    return Lattice(_single_spaced(slots))


def _read(text: str, piece: Reading) -> Slots:
    """All readings of a piece that a rule has read."""
    canonical = scored(piece.spoken)
    said = canonical.replace(" ", "")
    expand = EXPANDERS.get(piece.rule)
    text = plain(text)
    before, after = text[max(0, piece.start - CONTEXT) : piece.start], text[piece.end : piece.end + CONTEXT]
    slots = expand(Written(text[piece.start : piece.end], before, after, said)) if expand and said else None
    return spaced_as(canonical, led_by(said, slots)) if slots else [(canonical,)]


def _between(said: str, last: Slot, is_inner: bool) -> Slots:
    """A piece that is said as written, with the signs in it that may be said; ``last`` slot stands before it."""
    josa = _JOSA_FIRST.match(said) if len({_is_closed(choice) for choice in last if choice}) > 1 else None
    slots: Slots = [tuple(dict.fromkeys((josa[1], *_JOSA[josa[1]])))] if josa else []
    done = josa.end() if josa else 0
    for sign in _SIGN.finditer(said):
        names = ANYWHERE.get(sign.group())
        if names is None and is_inner and said.strip() == sign.group():
            names = BESIDE_READINGS[sign.group()]
        if names:
            slots += [(scored(said[done : sign.start()]),), (scored(sign.group()), *names)]
            done = sign.end()
    return [*slots, (scored(said[done:]),)]


def _is_closed(word: str) -> bool:
    """Whether a word ends in a consonant, on which the form of its josa depends."""
    return "가" <= word[-1] <= "힣" and (ord(word[-1]) - ord("가")) % 28 > 0


def _single_spaced(slots: Slots) -> tuple[Slot, ...]:
    """The slots with the spaces of their first alternatives single, before words, and none at the ends of the text."""
    spaced: list[Slot] = []
    is_parted = has_begun = False
    for first, *others in slots:
        words = first.split()
        is_parted = is_parted or first[:1].isspace()
        spaced.append((" " * (is_parted and has_begun and bool(words)) + " ".join(words), *others))
        if words:
            is_parted, has_begun = first[-1].isspace(), True
    return tuple(slot for slot in spaced if slot != ("",))
