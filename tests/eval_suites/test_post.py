"""Post-processing: the contract of every kind, and what hot words do and, above all, leave alone."""

from __future__ import annotations

import json
import time
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval_suites import post
from eval_suites.hypothesis import Transcript
from eval_suites.models import Post
from kowhisper_tel.core.errors import UserError

WORDS: list[Any] = [
    "기가 인터넷", "자동이체", "갤럭시", "환불", "이자", "네이버", "상담원", "가입하기", "해피콜서비스", "하나로",
    {"word": "KT", "spoken": ["케이티"]}, {"word": "유플러스 TV", "spoken": ["유플러스 티비"]},
]  # fmt: skip
SOME = {"hotwords": {"words": WORDS}}


def work(**settings: Any) -> post.Work:
    return post.get("hotwords").open({"words": WORDS} | settings)


def written(text: str, **settings: Any) -> str:
    return post.worked(work(**settings), Transcript(text)).text


@pytest.mark.parametrize("name", post.names())
def test_every_kind_keeps_the_contract(name: str) -> None:
    kind = post.get(name)
    assert kind.name == name
    assert kind.version
    assert name in SOME, "add settings of the new kind here"
    done = kind.open(SOME[name])
    for transcript in (Transcript(""), Transcript("네", -0.1, nbest=(("네", -0.1), ("내", -0.2)))):
        assert (
            post.worked(done, transcript)
            == post.worked(done, transcript)
            == post.worked(kind.open(SOME[name]), transcript)
        )
    lost = Transcript("", missing=True)
    assert post.worked(done, lost) is lost
    with pytest.raises(UserError):
        kind.open({"no_such_setting": 1})


def test_an_unknown_kind_names_those_there_are() -> None:
    with pytest.raises(UserError, match="hotwords"):
        post.get("none")


@pytest.mark.parametrize(
    ("heard", "meant"),
    [
        ("케이티가 좋아요", "KT가 좋아요"),
        ("케이티 인터넷이요", "KT 인터넷이요"),
        ("기가인터넷으로 바꿔 주세요", "기가 인터넷으로 바꿔 주세요"),
        ("자동 이체로는, 안 돼요?", "자동이체로는, 안 돼요?"),
        ("'유플러스 티비'요", "'유플러스 티비'요"),  # a mark between a word and what would be its josa
        ("유플러스티비요", "유플러스 TV요"),
        ("자동이채 해지해 주세요", "자동이체 해지해 주세요"),
        ("갤럭씨를 샀어요", "갤럭시를 샀어요"),
        ("기가 인터냇이요", "기가 인터넷이요"),
        ("해피골서비스에 전화했는데", "해피콜서비스에 전화했는데"),
    ],
)
def test_what_was_meant_is_written(heard: str, meant: str) -> None:
    assert written(heard) == meant
    assert written(meant) == meant
    assert written(unicodedata.normalize("NFD", heard)) in (meant, unicodedata.normalize("NFD", meant))


@pytest.mark.parametrize(
    "text",
    [
        "네 이번 달 요금이요", "상담은 끝났어요", "이 자동차는 하나도 안 팔려요", "가입하지 않았어요",
        "가입하게 해 주세요", "케이디에 냈어요",
        "이 자가 그랬어요", "환율이 올랐어요", "하나도 없어요", "네 이버스요", "갤러리에 있어요", "상담언", "자동인데",
        "  앞뒤  빈칸 ", "네\u2028네", "ok?", "케이티엑스 타고", "", "…", "1\n2",
    ],
)  # fmt: skip
def test_what_is_something_else_stays(text: str) -> None:
    assert written(text) == text


def test_sentences_without_hot_words_stay_as_they_are() -> None:
    done, meant = work(), ("환불", "이자", "자동이체", "KT", "케이티", "해피콜")
    for name in ("phrases.tsv", "notation.tsv", "near_misses.tsv"):
        for line in (Path(__file__).parents[1] / "korean" / name).read_text(encoding="utf-8").splitlines():
            for text in line.split("\t"):
                if not any(word in text.replace(" ", "") for word in meant):
                    assert post.worked(done, Transcript(text)).text == text


def test_real_sentences_without_hot_words_stay_as_they_are(shared: Path) -> None:
    lines = (shared / "data" / "korean_talks" / "dev.jsonl").read_text(encoding="utf-8").splitlines()
    texts = [json.loads(line)["text"] for line in lines]
    done = work()
    began = time.perf_counter()
    changed = [text for text in texts if post.worked(done, Transcript(text)).text != text]
    assert changed == []
    assert (time.perf_counter() - began) / len(texts) < 0.02


@given(st.text())
def test_any_text_is_taken(text: str) -> None:
    transcript = Transcript(text.encode("utf-8", "ignore").decode())
    once = post.worked(work(), transcript)
    assert post.worked(work(), once) == once


def test_of_the_nbest_the_one_with_the_hot_word_is_taken_if_it_is_nearly_as_likely() -> None:
    def chosen(second: float, text: str = "환불 돼요", **settings: Any) -> Transcript:
        said = Transcript("한불 돼요", -0.3, nbest=(("한불 돼요", -0.3), ("한 불 돼요", -0.2), (text, second)))
        return post.worked(work(**settings), said)

    assert (chosen(-0.35).text, chosen(-0.35).avg_logprob) == ("환불 돼요", -0.35)
    assert chosen(-0.45).text == "한불 돼요"
    assert chosen(-0.45, bonus=0.2).text == "환불 돼요"
    assert chosen(-0.35, bonus=0).text == "한불 돼요"
    assert chosen(-0.1, "한 벌 돼요").text == "한불 돼요", "without a hot word the engine's own text stands"
    assert chosen(-0.31, "환불 " * 12).text == "한불 돼요", "a loop of hot words is a loop"
    assert chosen(-0.35).nbest == ()


def test_rules_come_last_and_in_their_order(tmp_path: Path) -> None:
    rules = tmp_path / "rules.yaml"
    rules.write_text(
        "- {from: KT, to: 케이티(주)}\n- {from: (주), to: 주식회사}\n- {regex: '(\\d+) ?기가', to: '\\1GB'}\n",
        encoding="utf-8",
    )
    assert written("케이티 5 기가요", rules=str(rules)) == "케이티주식회사 5GB요"


@pytest.mark.parametrize(
    ("rules", "what"),
    [
        ("{from: a, to: b}", "list"),
        ("- {form: a, to: b}", "other keys"),
        ("- {from: a}", "other keys"),
        ("- {from: '', to: b}", "empty"),
        ("- {from: 1, to: b}", "quotation"),
        ("- {regex: '(', to: b}", "rule 1"),
        ("- {from: a, to: b}\n- {regex: 'a', to: '\\3'}", "rule 2"),
        ("- {regex: 'a*', to: b}", "nothing"),
        ("- [", "YAML"),
    ],
)
def test_a_rule_that_is_none_is_placed(rules: str, what: str, tmp_path: Path) -> None:
    path = tmp_path / "rules.yaml"
    path.write_text(rules, encoding="utf-8")
    with pytest.raises(UserError, match=what):
        work(rules=str(path))


def test_an_expression_without_end_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from eval_suites.post import _rules

    monkeypatch.setattr(_rules, "LIMIT_S", 0.2)
    (tmp_path / "r.yaml").write_text("- {regex: '(a|aa)+$', to: b}")
    began = time.monotonic()
    with pytest.raises(UserError) as error:
        written("a" * 60 + "!", rules=str(tmp_path / "r.yaml"))
    assert error.value.code == "post.rule_slow"
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("words", ["", 3, [3], [""], [{"wrod": "a"}], ["…"], [{"word": "가", "spoken": [1]}]])
def test_words_that_are_none_are_refused(words: Any) -> None:
    with pytest.raises(UserError):
        work(words=words)


def test_a_list_of_words_may_be_a_file(tmp_path: Path) -> None:
    (tmp_path / "w.txt").write_text("\ufeff# names\nKT\t케이티\t케이 티\n\n환불\n", encoding="utf-8")
    (tmp_path / "w.yaml").write_text("- {word: KT, spoken: [케이티, 케이 티]}\n- 환불\n", encoding="utf-8")
    for name in ("w.txt", "w.yaml"):
        assert written("케이티 케이 티로", words=str(tmp_path / name)) == "KT KT로"


def test_the_hash_is_of_what_the_files_hold(tmp_path: Path) -> None:
    def hash_of(name: str, text: str, **settings: Any) -> str:
        (tmp_path / name).write_text(text)
        return post.identify(Post("m", "hotwords", {"words": str(tmp_path / name), **settings}))

    assert hash_of("a.txt", "환불") == hash_of("b.txt", "환불") != hash_of("c.txt", "환율")
    assert hash_of("a.txt", "환불") != hash_of("a.txt", "환불", bonus=0.2)
    assert hash_of("a.txt", "환불") != post.identify(Post("m", "hotwords", {"words": ["환불"]}))


def test_a_thousand_words_are_as_quick_as_ten() -> None:
    words = [chr(0xAC00 + 97 * n % 11172) + chr(0xAC00 + 31 * n % 11172) + "요금제" for n in range(2000)]
    text = "안녕하세요 고객님 요금제를 바꾸고 싶은데 어떻게 해야 되는지 " * 4
    took = []
    for some in (words[:10], words):
        done = work(words=some)
        began = time.perf_counter()
        for _ in range(30):
            post.worked(done, Transcript(text))
        took.append(time.perf_counter() - began)
    assert took[1] < 8 * took[0] + 0.1
