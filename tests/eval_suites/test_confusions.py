"""Confusions: as many as the alignment substitutes, split into the letters that differ."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from eval_suites.alignment import tally
from eval_suites.confusions import PARTS, count, letter
from kowhisper_tel.korean.jamo import letters

TEXTS = st.text(alphabet="가각간카칵값의왜 A1", max_size=14)
PAIRS = st.lists(st.tuples(TEXTS, TEXTS), max_size=8)


@given(PAIRS)
def test_substitutions_are_those_of_the_tally(pairs: list[tuple[str, str]]) -> None:
    found = count(pairs)
    alone = [tally("".join(a.split()), "".join(b.split())) for a, b in pairs]
    assert found.syllables.total() == sum(one.substitutions for one in alone)
    assert found.said.total() == sum(one.reference_length for one in alone)


@given(PAIRS)
def test_each_swapped_syllable_differs_in_a_letter(pairs: list[tuple[str, str]]) -> None:
    found = count(pairs)
    for (said, heard), times in found.syllables.items():
        differing = [part for part in PARTS if letter(said, part) != letter(heard, part)]
        assert differing or not ("가" <= said <= "힣" and "가" <= heard <= "힣")
        assert sum(found.examples[said, heard].values()) == times
    for part in PARTS:
        assert all(one != other for one, other in found.parts(part))
        assert found.parts(part).total() <= found.syllables.total()


@given(st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3))
def test_letters_spell_the_syllable(syllable: str) -> None:
    assert "".join(letter(syllable, part) or "" for part in PARTS) == letters(syllable)


def test_known_case() -> None:
    found = count([("카드 결제", "카트 결재"), ("카드 결제", "카트 결제"), ("네", "네 A")])
    assert found.syllables == {("드", "트"): 2, ("제", "재"): 1}
    assert found.parts("onset") == {("ㄷ", "ㅌ"): 2}
    assert found.parts("vowel") == {("ㅔ", "ㅐ"): 1}
    assert found.parts("coda") == {}
    assert found.letters("onset")["ㄱ"] == 2
    assert found.words == {("카드", "카트"): 2, ("결제", "결재"): 1}
    assert found.quotes("onset", [("ㄷ", "ㅌ")]) == {("ㄷ", "ㅌ"): ("카드", "카트")}


def test_a_word_counts_once_for_each_place() -> None:
    assert count([("가나다", "카타다")]).words == {("가나다", "카타다"): 1}


def test_what_may_not_be_quoted_is_counted_and_not_quoted() -> None:
    found = count([("공일공 카드", "공이공 카트")], lambda text: "공일공" not in text)
    assert found.syllables == {("일", "이"): 1, ("드", "트"): 1}
    assert found.words == {}
    assert found.examples == {}
