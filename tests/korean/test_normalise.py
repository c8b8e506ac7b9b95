"""The scoring form: laws by Hypothesis, and what each step does."""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import sys
import unicodedata
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kowhisper_tel.korean import normalise as module
from kowhisper_tel.korean.fold import fold
from kowhisper_tel.korean.normalise import fingerprint, fingerprint_of, normalise
from kowhisper_tel.korean.verbalise.rules.latin import ACRONYMS, WORDS

KOREAN = st.text(
    alphabet=st.sampled_from("가나다세한글은는이을번분시개월일만억원년0123456789 ,.-~:/%$+AaBbKk'’&·㎡\u200bＡ１"),
    max_size=40,
)


LATIN = st.lists(
    st.one_of(
        st.sampled_from(sorted({*ACRONYMS, *WORDS, "IT", "us", "Don", "hello"})).flatmap(
            lambda word: st.sampled_from([word, word.lower(), word.title(), word.swapcase()])
        ),
        st.text(alphabet=st.sampled_from("AaBbIiDdOoKkQqSsTtUu&'’+-/. 15가"), max_size=8),
        st.sampled_from(["&", "'", " ", "-", "/", "", "3", "가"]),
    ),
    max_size=8,
).map("".join)
"""Acronyms and words in mixed case, joined by what the scoring form removes."""


@settings(deadline=None, max_examples=400)
@given(st.one_of(st.text(max_size=60), KOREAN, LATIN))
@example("Q&a")
@example("q&A")
@example("R&Dept")
@example("I'd")
@example("U'k")
@example("pass5")
@example("Tom&J")
@example("O'K")
@example("at&t")
@example("lgu+")
def test_idempotent(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once


@pytest.mark.parametrize("word", sorted(ACRONYMS | {word for word in WORDS if not word[0].isdigit()}))
def test_known_acronyms_score_the_same_in_any_case(word: str) -> None:
    scored = {normalise(f"네 {form} 문의") for form in (word, word.lower(), word.title(), word.swapcase())}
    assert len(scored) == 1
    assert not any("a" <= letter <= "z" for letter in scored.pop())


def test_case_of_a_pair_joined_by_and() -> None:
    assert {normalise("".join(form)) for form in itertools.product("Qq", "&", "Aa")} == {"큐앤에이"}


def test_case_of_units() -> None:
    assert normalise("5KM 10gb") == normalise("5km 10GB") == "오 킬로미터 십 기가바이트"


@settings(deadline=None)
@given(st.one_of(st.text(max_size=60), KOREAN))
def test_decomposed_scores_as_composed(text: str) -> None:
    assert normalise(unicodedata.normalize("NFD", text)) == normalise(unicodedata.normalize("NFC", text))


@settings(deadline=None)
@given(KOREAN)
def test_no_digit_remains(text: str) -> None:
    assert not set(normalise(text)) & set("0123456789")


@settings(deadline=None)
@given(st.text(max_size=60))
@example("I\u200b\u0307")
@example("이\u200b\u11a8")
@example("ａ\u0301")
def test_fold_is_idempotent(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text))


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("\ufeff네\u00a0고객님\u2009안녕\u3000하세요", "네 고객님 안녕 하세요"),
        ("상\u00ad담\u200b원\ufe0f\u2060입\u202a니\u202c다\u200f", "상담원입니다"),
        ("“네”‘네’ʼ′`", "\"네\"'네''''"),
        ("3–4—5―6−7‑8‐9－1", "3-4-5-6-7-8-9-1"),
        ("3∼4〜5～6", "3~4~5~6"),
        ("6ㆍ25 6・25 6‧25 6∙25", "6·25 6·25 6·25 6·25"),
        ("네…⋯‥", "네........"),
        ("ＡＢ１２％／：（３）！？，．", "AB12%/:(3)!?,."),
        ("￦1,000 ￡5 ￥7", "₩1,000 £5 ¥7"),
        ("、。｡", ",.."),
        ("1\ufe0f\u20e3번", "1번"),
        ("\u3164\u115f네", " 네"),
        ("\u1112\u1161\u11ab\u1100\u1173\u11af", "한글"),
        ("\u110f\u110f", "ㅋㅋ"),
        ("ㅋㅋ ㅠㅠ ㎡ ½ ㈜ ㎖", "ㅋㅋ ㅠㅠ ㎡ ½ ㈜ ㎖"),
        ("한 줄\u2028두 줄", "한 줄 두 줄"),
    ],
)
def test_fold(text: str, folded: str) -> None:
    assert fold(text) == folded


@pytest.mark.parametrize(
    ("text", "scored"),
    [
        ("네, 맞습니다.", "네 맞습니다"),
        ("ＡＩ　상담", "에이아이 상담"),
        ("고객\u200b님\ufeff", "고객님"),
        ("  여러\t칸\n ", "여러 칸"),
        ("Don't stop", "돈트 스톱"),
        ("3개!", "세 개"),
        ("하나-둘…셋", "하나 둘 셋"),
        ("ㅋㅋ", "ㅋㅋ"),
        ("음, 네 어... 3개요", "네 세 개요"),
        ("아/ (3개)/(세 개) b/ 주세요", "세 개 주세요"),
        ("어머니 음료", "어머니 음료"),
        ("음", ""),
        ("", ""),
        ("...", ""),
    ],
)
def test_steps(text: str, scored: str) -> None:
    assert normalise(text) == scored


def test_fingerprint_is_the_same_in_every_process() -> None:
    code = "from kowhisper_tel.korean.normalise import fingerprint; print(fingerprint())"
    for seed in ("1", "2"):
        run = subprocess.run(
            [sys.executable, "-c", code], env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True
        )
        assert run.stdout.decode().strip() == fingerprint()


def test_fingerprint_follows_the_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    before = fingerprint()
    assert before == fingerprint()
    monkeypatch.setattr(module, "VERSION", "another")
    fingerprint.cache_clear()
    try:
        assert fingerprint() != before
    finally:
        fingerprint.cache_clear()


def test_fingerprint_follows_every_rule_file(tmp_path: Path) -> None:
    """A change of one character in any file of the rules, and a file more, make another fingerprint."""
    copied = tmp_path / "korean"
    shutil.copytree(str(files("kowhisper_tel.korean")), copied, ignore=shutil.ignore_patterns("__pycache__"))
    assert fingerprint_of(copied) == fingerprint()
    seen = {fingerprint()}
    sources = [s for s in copied.rglob("*.py") if s.relative_to(copied).as_posix().startswith(module.RESTS_ON)]
    assert {"signs.py", "fold.py", "normalise.py"} <= {source.name for source in sources}
    for source in sources:
        kept = source.read_bytes()
        source.write_bytes(kept + b"#")
        seen.add(fingerprint_of(copied))
        source.write_bytes(kept.replace(b"\n", b"\r\n"))
        assert fingerprint_of(copied) == fingerprint()
        source.write_bytes(kept)
    (copied / "inverse" / "__init__.py").write_bytes(b"another inverse scores the same")
    assert fingerprint_of(copied) == fingerprint()
    (copied / "verbalise" / "rules" / "more.py").touch()
    seen.add(fingerprint_of(copied))
    assert len(seen) == len(sources) + 2
