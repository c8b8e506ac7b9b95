"""The scoring form: laws by Hypothesis, and what each step does."""

from __future__ import annotations

import os
import subprocess
import sys
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kowhisper_tel.korean import normalise as module
from kowhisper_tel.korean.fold import fold
from kowhisper_tel.korean.normalise import fingerprint, normalise

KOREAN = st.text(
    alphabet=st.sampled_from("가나다세한글은는이을번분시개월일만억원년0123456789 ,.-~:/%$+AaBbKk'’&·㎡\u200bＡ１"),
    max_size=40,
)


@settings(deadline=None)
@given(st.one_of(st.text(max_size=60), KOREAN))
def test_idempotent(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once


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
def test_fold_is_idempotent(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("text", "scored"),
    [
        ("네, 맞습니다.", "네 맞습니다"),
        ("ＡＩ　상담", "에이아이 상담"),
        ("고객\u200b님\ufeff", "고객님"),
        ("  여러\t칸\n ", "여러 칸"),
        ("Don't stop", "dont stop"),
        ("3개!", "세 개"),
        ("하나-둘…셋", "하나 둘 셋"),
        ("ㅋㅋ", "ㅋㅋ"),
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
