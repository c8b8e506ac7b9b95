"""Amounts written with figures and units (3천5백만원): read as the number they say."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kowhisper_tel.korean.verbalise import verbalise
from kowhisper_tel.korean.verbalise.numbers import sino
from kowhisper_tel.korean.verbalise.quantity import QUANTITY, Quantity


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("3천5백만원", "삼천오백만 원"),
        ("2천5백만 원", "이천오백만 원"),
        ("1억2천5백만원", "일억 이천오백만 원"),
        ("2백50만원", "이백오십만 원"),
        ("1천200만원", "천이백만 원"),
        ("1천5백억", "천오백억"),
        ("3만 5천원", "삼만 오천 원"),
        ("2백 3백 명", "이백 삼백 명"),
        ("5천 6천 원", "오천 육천 원"),
        ("3만 5만 원", "삼만 오만 원"),
    ],
)
def test_amounts(written: str, said: str) -> None:
    assert verbalise(written) == said


@st.composite
def _group(draw: st.DrawFn, value: int) -> str:
    """A number below ten thousand in figures, or in pieces with 천, 백 and 십, the rest in figures."""
    written = ""
    for power, unit in ((1000, "천"), (100, "백"), (10, "십")):
        if value >= power and draw(st.booleans()):
            written += f"{value // power}{unit}"
            value %= power
        elif value >= power:
            break
    return written + (str(value) if value or not written else "")


@st.composite
def _mixed(draw: st.DrawFn) -> tuple[int, str]:
    value = draw(st.integers(1, 10**16 - 1))
    written = ""
    for power, unit in ((10**12, "조"), (10**8, "억"), (10**4, "만"), (1, "")):
        if group := value // power % 10**4:
            written += draw(_group(group)) + unit
    return value, written


@settings(deadline=None)
@given(_mixed())
def test_mixed_notation_says_its_value(mixed: tuple[int, str]) -> None:
    value, written = mixed
    assert re.fullmatch(QUANTITY, written), written
    assert Quantity.parse(written).sino() == sino(value)
