"""Junit: a gate's verdict as JUnit XML, which every CI shows: a test case a condition and a cap."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from pathlib import Path

from kowhisper_tel.core.files import write_text
from kowhisper_tel.core.language import current_language
from reports.characters import xml
from reports.gate.verdict import CapFinding, Finding, Verdict
from reports.text import Text


def write(verdict: Verdict, path: Path, *, strict: bool = False, language: str | None = None) -> None:
    """Write ``junit.xml``, atomically."""
    write_text(path, text(verdict, strict=strict, language=language))


def text(verdict: Verdict, *, strict: bool = False, language: str | None = None) -> str:
    """A regression, or a cap that is broken, is a failure, incomplete evidence an error.

    Inconclusive is skipped, and under ``strict`` an error. What only warns is skipped too: it turns no build red.
    """
    code = language or current_language()
    kinds = [_kind(found, strict) for found in verdict.all]
    suite = ElementTree.Element(
        "testsuite",
        name="kowhisper-tel gate",
        tests=str(len(kinds)),
        failures=str(kinds.count("failure")),
        errors=str(kinds.count("error")),
        skipped=str(kinds.count("skipped")),
    )
    for found, kind in zip(verdict.all, kinds, strict=True):
        _case(suite, found, kind, code)
    ElementTree.indent(suite)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(suite, encoding="unicode") + "\n"


def _kind(found: Finding | CapFinding, strict: bool) -> str:
    if found.outcome == "pass":
        return ""
    if found.severity == "warn":
        return "skipped"
    kinds = {"fail": "failure", "incomplete": "error", "inconclusive": "error" if strict else "skipped"}
    return kinds[found.outcome]


def _case(suite: ElementTree.Element, found: Finding | CapFinding, kind: str, language: str) -> None:
    def words(text: Text) -> str:
        return xml(text.ko if language == "ko" else text.en)

    place, name = ("cap", found.title) if isinstance(found, CapFinding) else (found.by, _name(found))
    case = ElementTree.SubElement(suite, "testcase", classname=f"gate.{place}", name=words(name))
    if kind:
        ElementTree.SubElement(case, kind, message=words(found.reason))
    else:
        ElementTree.SubElement(case, "system-out").text = words(found.reason)


def _name(finding: Finding) -> Text:
    if finding.metric == "cer":
        return finding.title
    title, metric = finding.title, finding.metric_title
    return Text(f"{title.en} ({metric.en})", f"{title.ko} ({metric.ko})")
