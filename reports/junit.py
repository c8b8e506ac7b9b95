"""Junit: a gate's verdict as JUnit XML, which every CI shows: a test case a condition."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from kowhisper_tel.core.files import write_text
from kowhisper_tel.core.language import current_language
from reports.gate import Finding, Verdict
from reports.text import Text

FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 can't hold, not even escaped."""


def write(verdict: Verdict, path: Path, *, strict: bool = False, language: str | None = None) -> None:
    """Write ``junit.xml``, atomically."""
    write_text(path, text(verdict, strict=strict, language=language))


def text(verdict: Verdict, *, strict: bool = False, language: str | None = None) -> str:
    """A regression is a failure; inconclusive is skipped, and under ``strict`` an error."""
    code = language or current_language()
    outcomes = [finding.outcome for finding in verdict.findings]
    suite = ElementTree.Element(
        "testsuite",
        name="kowhisper-tel gate",
        tests=str(len(outcomes)),
        failures=str(outcomes.count("fail")),
        errors=str(outcomes.count("inconclusive") if strict else 0),
        skipped=str(0 if strict else outcomes.count("inconclusive")),
    )
    for finding in verdict.findings:
        _case(suite, finding, verdict, code, strict)
    ElementTree.indent(suite)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(suite, encoding="unicode") + "\n"


def _case(suite: ElementTree.Element, finding: Finding, verdict: Verdict, language: str, strict: bool) -> None:
    def words(text: Text) -> str:
        return FORBIDDEN.sub("\ufffd", text.ko if language == "ko" else text.en)

    case = ElementTree.SubElement(suite, "testcase", classname=f"gate.{verdict.by}", name=words(finding.title))
    kind = {"fail": "failure", "inconclusive": "error" if strict else "skipped"}.get(finding.outcome)
    if kind:
        ElementTree.SubElement(case, kind, message=words(finding.reason))
    else:
        ElementTree.SubElement(case, "system-out").text = words(finding.reason)
