"""Readings: pairs that say the same and pairs that nearly do, both written down by hand; laws by Hypothesis."""

from __future__ import annotations

import csv
import itertools
import time
import unicodedata
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import Levenshtein

from kowhisper_tel.korean.normalise import normalise
from kowhisper_tel.korean.readings import Lattice, closest, lattice


def _pairs(name: str) -> list[tuple[str, str]]:
    with Path(__file__).with_name(name).open(encoding="utf-8") as lines:
        rows = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [(row["one"], row["other"]) for row in rows]


EQUIVALENT = _pairs("equivalent.tsv")
NEAR_MISSES = _pairs("near_misses.tsv")


def distance(one: Lattice, other: Lattice) -> int:
    return Levenshtein.distance(*closest(one, other))


def test_there_are_pairs() -> None:
    assert len(set(EQUIVALENT)) >= 300
    assert len(set(NEAR_MISSES)) >= 300


@pytest.mark.parametrize(("one", "other"), EQUIVALENT)
def test_equivalent(one: str, other: str) -> None:
    assert closest(lattice(one), lattice(other))[0] == closest(lattice(other), lattice(one))[0]
    assert distance(lattice(one), lattice(other)) == distance(lattice(other), lattice(one)) == 0


@pytest.mark.parametrize(("one", "other"), NEAR_MISSES)
def test_near_misses(one: str, other: str) -> None:
    assert distance(lattice(one), lattice(other)) == distance(lattice(other), lattice(one)) > 0


def test_another_digit_is_another_reading() -> None:
    """For every digit of every first text two others: no two numbers share a reading."""
    changed = {
        (text, f"{text[:place]}{(int(figure) + more) % 10}{text[place + 1 :]}")
        for text, _ in EQUIVALENT
        for place, figure in enumerate(text)
        if figure in "0123456789"
        for more in (1, 5)
    }
    assert not [pair for pair in changed if distance(*map(lattice, pair)) == 0]


WRITTEN = st.text(
    alphabet=st.sampled_from("가나세한은이번분시개월일대동호만억원년0123456789 ,.-~:/%$+*#@&'AaBbKkm㎡℃\u200bＡ１"),
    max_size=30,
)


@settings(deadline=None, max_examples=400)
@given(st.one_of(st.text(max_size=40), WRITTEN))
@example("3$가'ㄱ")
def test_first_alternatives_are_the_scoring_form(text: str) -> None:
    assert lattice(text).canonical == normalise(text)


@settings(deadline=None)
@given(WRITTEN)
def test_alternatives_are_scoring_form(text: str) -> None:
    for slot in lattice(text).slots:
        assert len(set(slot)) == len(slot)
        for choice in slot:
            assert "".join(normalise(choice).split()) == choice.replace(" ", "")


@settings(deadline=None)
@given(st.text(alphabet=st.characters(min_codepoint=ord("가"), max_codepoint=ord("힣")) | st.just(" "), max_size=20))
def test_hangul_has_one_reading(text: str) -> None:
    assert not lattice(text).has_alternatives


@settings(deadline=None)
@given(WRITTEN)
def test_the_same_text_is_at_no_distance(text: str) -> None:
    plain = normalise(text).replace(" ", "")
    assert closest(lattice(text), lattice(text)) == (plain, plain)
    assert distance(lattice(text), lattice(unicodedata.normalize("NFD", text))) == 0
    assert distance(lattice(text), lattice(normalise(text))) == 0


@settings(deadline=None, max_examples=60)
@given(WRITTEN, WRITTEN)
def test_never_further_than_the_canonical_forms(one: str, other: str) -> None:
    canonical = (normalise(one).replace(" ", ""), normalise(other).replace(" ", ""))
    found = distance(lattice(one), lattice(other))
    assert found == distance(lattice(other), lattice(one))
    assert found <= Levenshtein.distance(*canonical)
    if found == Levenshtein.distance(*canonical):
        assert closest(lattice(one), lattice(other)) == canonical


SMALL = st.lists(
    st.lists(st.text(alphabet="가나 ", max_size=3), min_size=1, max_size=3, unique=True).map(tuple),
    max_size=4,
).map(lambda slots: Lattice(tuple(slots)))  # fmt: skip


def _said(small: Lattice) -> set[str]:
    return {"".join(choice).replace(" ", "") for choice in itertools.product(*small.slots)}


@settings(deadline=None, max_examples=200)
@given(SMALL, SMALL)
def test_nearest_of_all_pairs(one: Lattice, other: Lattice) -> None:
    """As by trying every reading of one with every reading of the other."""
    first, second = closest(one, other)
    assert first in _said(one)
    assert second in _said(other)
    assert Levenshtein.distance(first, second) == min(
        Levenshtein.distance(a, b) for a in _said(one) for b in _said(other)
    )


@pytest.mark.parametrize(
    ("reference", "hypothesis", "readings"),
    [
        ("3번이요", "삼 번이요", ("삼번이요", "삼번이요")),
        ("3번이요", "네 번이요", ("세번이요", "네번이요")),
        ("5kg이에요", "오 킬로예요", ("오킬로예요", "오킬로예요")),
        ("24시간", "스물네 시간", ("스물네시간", "스물네시간")),
        ("세 번", "3번", ("세번", "세번")),
        ("", "3번", ("", "세번")),
    ],
)
def test_closest(reference: str, hypothesis: str, readings: tuple[str, str]) -> None:
    assert closest(lattice(reference), lattice(hypothesis)) == readings


def test_a_text_full_of_numbers_takes_no_time() -> None:
    """Twenty numbers of six readings: 6 ** 40 pairs of readings."""
    numbers = [
        "5kg",
        "10km",
        "3~4일",
        "2:30",
        "010-1234-5678",
        "24시간",
        "101동 1203호",
        "2024.03.15",
        "10~20%",
        "1,000원",
    ]
    text = " 그리고 ".join(numbers * 2)
    other = (
        text.replace("5kg", "오 키로")
        .replace("24시간", "스물네 시간")
        .replace("2:30", "두 시 반")
        .replace("10km", "11km")
    )
    one, two = lattice(text), lattice(other)
    began = time.perf_counter()
    found = distance(one, two)
    took_s = time.perf_counter() - began
    assert found == 2
    assert took_s < 0.5
