"""Labels out of marked transcripts: the spoken side, the written one, the tags, and what is refused."""

from __future__ import annotations

import pytest

from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.utterance import Utterance
from kowhisper_tel.data.entry import Entry
from kowhisper_tel.data.labels import spoken


def entry(text: str, notation: str = "aihub", **fields: object) -> Entry:
    utterance = Utterance(id="1", audio="a.wav", text=text, **fields)  # type: ignore[arg-type]
    return Entry(utterance, place="call.txt line 3", notation=notation)


def refusal(text: str, notation: str = "aihub") -> UserError:
    with pytest.raises(UserError) as refused:
        spoken(entry(text, notation), None)
    return refused.value


def test_both_sides_and_tags() -> None:
    made = spoken(entry("b/ 아/ (70%)/(칠 십 퍼센트) 할인 3개 l/"), None).utterance
    assert made.text == "아 칠십 퍼센트 할인 세 개"
    assert made.written == "아 70% 할인 3개"
    assert made.tags == {"marks": "breath laugh", "disfluencies": "filler"}


def test_text_without_marks_gets_neither() -> None:
    made = spoken(entry("네 3개요", "plain"), None).utterance
    assert (made.text, made.written, made.tags) == ("네 세 개요", None, {})


def test_what_the_corpus_says_itself_stays() -> None:
    made = spoken(entry("l/ (3개)/(세 개)", written="3 개", tags={"marks": "x", "age": "20"}), None).utterance
    assert made.written == "3 개"
    assert made.tags == {"marks": "x", "age": "20"}


def test_full_width_and_decomposed_labels_are_read() -> None:
    made = spoken(entry("（３개）／（세 개） 음／"), None).utterance
    assert made.text == "세 개 음"


@pytest.mark.parametrize(
    ("text", "notation", "code"),
    [
        ("네 @이름1 고객님", "aihub", "notation.masked"),
        ("네 &name& 고객님", "plain", "notation.masked"),
        ("u/ 그래", "aihub", "notation.unclear"),
        ("(()) 그래", "plain", "notation.unclear"),
        ("((아마)) 그래", "aihub", "notation.unclear"),
        ("(3개)/(세 개 주세요", "aihub", "notation.unparsed"),
        ("(3개)/(세 개 주세요", "plain", "notation.unparsed"),
        ("b/ n/", "aihub", "prepare.empty_label"),
        ("네", "unheard-of", "notation.unknown"),
    ],
)
def test_what_is_refused(text: str, notation: str, code: str) -> None:
    assert refusal(text, notation).code == code


def test_a_refusal_tells_the_place_and_not_the_text() -> None:
    refused = refusal("네 고객님 비밀 (말씀")
    assert refused.facts == {"place": "call.txt line 3", "notation": "aihub", "column": 10, "kind": "unclosed"}
    for language in ("en", "ko"):
        assert "10" in refused.text(language)
        assert "비밀" not in refused.text(language)
        assert "고객님" not in refusal("@이름1 고객님").text(language)


def test_a_word_that_is_hard_to_hear_is_kept() -> None:
    assert spoken(entry("아침* 그+ 그거"), None).utterance.text == "아침 그 그거"
