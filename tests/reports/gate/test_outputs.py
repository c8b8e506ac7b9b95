"""What the gate writes: JUnit, Markdown and JSON say the same, in both languages, and nothing in them is alive."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from reports import gate, junit
from reports.gate import Verdict, markdown
from reports.gate.budgets import Budgets
from reports.gate.side import Side
from reports.text import say

Sides = Callable[..., Side]
HOSTILE = "a|b <img src=x onerror=alert(1)> [link](javascript:x) `code` @all"
BUDGETS = {
    "strata": {"warned": {"level": "warn"}},
    "metrics": {"hallucination": {"margin": 0.9}},
    "caps": {"loops": 0, "cer": {"worse": 0.01}, "load_s": 9},
}


@pytest.fixture(scope="module")
def verdict(side: Sides) -> Verdict:
    both = {"cer": 0.1, "hallucination": 0.0, "loops": 0.0}
    names = {"worse": both, "equal": both, "open": both, "warned": both, "lost": both}
    after = names | {"worse": both | {"cer": 0.4}, "warned": both | {"cer": 0.4}, "open": both | {"cer": 0.105}}
    old, new = side(names), side(after, seed=2, missing={"lost": ("clip 1",)})
    same = next(suite for suite in old.suites if suite.name == "equal")
    new = replace(new, suites=tuple(same if suite.name == "equal" else suite for suite in new.suites))
    return gate.check(old, new, budgets=Budgets.model_validate(BUDGETS), margin=0.001, draws=400)


def test_the_fixture_holds_every_outcome(verdict: Verdict) -> None:
    assert {found.outcome for found in verdict.all} == {"pass", "fail", "inconclusive", "incomplete"}
    assert {found.outcome for found in verdict.caps} >= {"fail", "incomplete"}


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("language", ["ko", "en"])
def test_junit_has_a_case_for_each_and_counts_them(verdict: Verdict, strict: bool, language: str) -> None:
    root = ElementTree.fromstring(junit.text(verdict, strict=strict, language=language).encode())
    assert root.get("tests") == str(len(root)) == str(len(verdict.all))
    for name, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        assert root.get(name) == str(len(root.findall(f"testcase/{tag}")))
    red = int(root.get("failures") or 0) + int(root.get("errors") or 0)
    judged = [f.outcome for f in verdict.all if f.severity == "error"]
    assert red == len([o for o in judged if o in ("fail", "incomplete") or (strict and o == "inconclusive")])
    assert len({(case.get("classname"), case.get("name")) for case in root}) == len(root)


def test_markdown_says_all_in_both_languages(verdict: Verdict) -> None:
    text = markdown.text(verdict)
    for found in verdict.all:
        for words in (found.title.ko, found.title.en):
            assert markdown.escaped(words) in text
    assert text.count("## ") == 2
    assert markdown.text(verdict, "en") in text
    assert not re.search("[가-힣]", markdown.text(verdict, "en"))


def test_markdown_and_junit_are_inert(verdict: Verdict) -> None:
    hostile = replace(verdict.findings[0], title=type(verdict.findings[0].title)(HOSTILE, HOSTILE))
    made = replace(verdict, findings=(hostile,), caps=(), baseline=HOSTILE)
    text = markdown.text(made, "en")
    assert "<img" not in text
    assert "[link](" not in text
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert len({line.replace("\\|", "").count("|") for line in rows}) == 1
    case = ElementTree.fromstring(junit.text(made, language="en").encode())[0]
    assert HOSTILE in (case.get("name") or "")
    assert len(case) == 1


def test_json_is_plain_and_whole(verdict: Verdict) -> None:
    record: dict[str, Any] = json.loads(json.dumps(verdict.to_json(), allow_nan=False))
    assert record["schema"] == "kowhisper-tel-gate/1"
    assert [f["outcome"] for f in record["findings"]] == [f.outcome for f in verdict.findings]
    assert len(record["caps"]) == 3
    assert {f["severity"] for f in record["findings"]} == {"error", "warn"}


def test_tables_for_the_terminal_line_up(verdict: Verdict) -> None:
    from kowhisper_tel.commands.gate_tables import verdict_table
    from kowhisper_tel.core.language import choose_language

    try:
        for language, word in (("ko", "증거 불완전"), ("en", "INCOMPLETE")):
            choose_language(language)
            assert word in verdict_table(verdict)
            assert getattr(verdict.sentence, language) in verdict_table(verdict)
            for text in (verdict_table(verdict), markdown.text(verdict, language)):
                assert getattr(say("gate.bounded"), language) in text
    finally:
        choose_language(None)
