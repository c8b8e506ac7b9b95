"""Spoken to written: what is written, what must stay, and the way back."""

from __future__ import annotations

import csv
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from kowhisper_tel.korean.inverse import itn
from kowhisper_tel.korean.inverse.numerals import value
from kowhisper_tel.korean.verbalise import verbalise
from kowhisper_tel.korean.verbalise.numbers import sino

with Path(__file__).with_name("inverse.tsv").open(encoding="utf-8") as lines:
    ROWS = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
CONVERTED = [(row["said"], row["written"]) for row in ROWS if row["said"] != row["written"]]
TRAPS = [row["said"] for row in ROWS if row["said"] == row["written"]]
OTHER_WORDS = {row["said"] for row in ROWS if row["back"] == "no"}
"""Lines whose words are not those of ``verbalise`` (영일영에, 공일공일이삼사): written right, read back otherwise."""


def test_there_are_lines_and_traps() -> None:
    assert len(ROWS) >= 200
    assert len(TRAPS) >= 100


def test_numbers_are_written() -> None:
    assert not [(said, itn(said)) for said, written in CONVERTED if itn(said) != written]


def test_traps_stay() -> None:
    assert not [(said, itn(said)) for said in TRAPS if itn(said) != said]


def test_way_back() -> None:
    ours = [said for said, _ in CONVERTED if said not in OTHER_WORDS]
    assert not [(said, back) for said in ours if (back := verbalise(itn(said))) != said]


@settings(deadline=None)
@given(st.lists(st.sampled_from(TRAPS), max_size=4))
def test_traps_in_a_row_stay(lines: list[str]) -> None:
    text = ", ".join(lines)
    assert itn(text) == text


@settings(deadline=None)
@given(st.text(max_size=40))
def test_twice_is_once(text: str) -> None:
    once = itn(text)
    assert itn(once) == once


@settings(deadline=None)
@given(
    st.lists(
        st.sampled_from([*"일이삼십백만억한두세열시분원개월년점공오살,", "퍼센트", "번호"]),
        max_size=12,
    )
)
def test_twice_is_once_of_numerals(parts: list[str]) -> None:
    for text in ("".join(parts), " ".join(parts)):
        assert itn(itn(text)) == itn(text)


@settings(deadline=None)
@given(st.integers(10, 10**15))
def test_money_comes_back(number: int) -> None:
    said = f"{sino(number)} 원"
    assert value(sino(number)) == number
    assert any(figure.isdigit() for figure in itn(said))
    assert verbalise(itn(said)) == said
