"""Differences: exact, whatever the texts, and nothing where they are equal."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from reports.difference import Difference, pack, unpack

TEXTS = st.text(alphabet="가나다 라1=s,<👍\u202e", max_size=24).map(lambda text: " ".join(text.split()))


@given(TEXTS, TEXTS)
def test_unpacked_is_what_was_packed(reference: str, hypothesis: str) -> None:
    assert unpack(reference, pack(reference, hypothesis)) == hypothesis


@given(TEXTS)
def test_equal_texts_cost_nothing(text: str) -> None:
    assert pack(text, text) == ("", "", "")


def test_known_case() -> None:
    found = pack("카드 결제일을", "카트 결제 일요")
    assert found == Difference("1=1s3=1s", "트요", "4")


def test_what_is_shown_keeps_the_alignment() -> None:
    found = pack("번호 공일공", "번호 고일공이", shown="번호 ●●●●")
    assert found.runs == "2=1s2=1i"
    assert unpack("번호 ●●●", found) == "번호 ●●●●"
