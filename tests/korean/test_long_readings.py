"""Readings of texts that are too long to be searched as a whole."""

from __future__ import annotations

import importlib
import random
import time

import pytest
from rapidfuzz.distance import Levenshtein

from kowhisper_tel.korean.normalise import normalise
from kowhisper_tel.korean.readings import closest, lattice
from kowhisper_tel.korean.readings.cut import canonical, cut

SYLLABLES = "가나다라마바사아자차카타파하"


def _call(seconds: int, seed: int) -> tuple[str, str]:
    """A call as written and as heard: in words, with every ninth syllable or so wrong."""
    drawn = random.Random(seed)
    written, heard = [], []
    for _ in range(seconds):
        words = "".join(drawn.choices(SYLLABLES, k=14))
        written.append(f"{words} 3번 20%")
        heard.append("".join(drawn.choice("물불") if drawn.random() < 0.11 else s for s in words) + " 삼 번 이십 프로")
    return " ".join(written), " ".join(heard)


def test_a_long_call_is_scored_soon_and_nearer_than_its_canonical_readings() -> None:
    written, heard = _call(600, seed=1)
    began = time.process_time()
    reference, hypothesis = closest(lattice(written), lattice(heard))
    assert time.process_time() - began < 10
    plain = [normalise(text).replace(" ", "") for text in (written, heard)]
    assert Levenshtein.distance(reference, hypothesis) <= Levenshtein.distance(*plain) - 600 * 3
    assert hypothesis == plain[1]


def test_pieces_say_what_the_whole_says(monkeypatch: pytest.MonkeyPatch) -> None:
    written, heard = _call(40, seed=2)
    first, second = list(lattice(written).compact), list(lattice(heard).compact)
    pieces = list(cut(first, second))
    assert len(pieces) > 2
    assert "".join(canonical(one) for one, _ in pieces) == canonical(first)
    assert "".join(canonical(other) for _, other in pieces) == canonical(second)
    whole = Levenshtein.distance(*closest(lattice(written), lattice(heard)))
    monkeypatch.setattr(importlib.import_module(closest.__module__), "MOST_BITS", 2**23)
    assert Levenshtein.distance(*closest(lattice(written), lattice(heard))) == whole
