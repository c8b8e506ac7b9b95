"""Odd results: nothing said, one speaker, nobody named. Sections show what there is, and no picture holds a NaN."""

from __future__ import annotations

import dataclasses
import re
from typing import Any

import pytest

from eval_suites.results import Results

NAMES = ("curves", "speakers", "errors", "cost")


@pytest.fixture(scope="module")
def few(make: Any, curved_suites: Any) -> Results:
    return make(4, 2, suites=curved_suites[:5])


ODD: dict[str, dict[str, Any]] = {
    "nothing said": {"hits": 0, "substitutions": 0, "deletions": 0, "insertions": 3, "reference_norm": ""},
    "nothing heard": {"hits": 0, "substitutions": 0, "deletions": 9, "insertions": 0, "hypothesis_norm": ""},
    "one speaker": {"speaker": "a", "block": "a"},
    "nobody named": {"speaker": None, "block_kind": "clip"},
    "all loop": {"loop": True},
    "no tags": {"tag_gender": None, "tag_age": None, "tag_region": float("nan"), "tag_role": None},
    "no answer": {"missing": True},
}


@pytest.mark.parametrize("kind", ODD)
def test_no_picture_holds_a_nan(few: Results, shown: Any, kind: str) -> None:
    page = shown(dataclasses.replace(few, rows=few.rows.assign(**ODD[kind])), *NAMES)
    pictures = re.findall(r"<svg.*?</svg>", page, re.DOTALL)
    assert pictures
    assert not [picture for picture in pictures if re.search(r"\b(nan|inf|None)\b", picture)]
    assert ('id="speakers"' in page) == (kind != "nobody named")
    assert ("Clips without an answer" in page) == (kind == "no answer")
