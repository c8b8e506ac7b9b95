"""Junit of a report: a test case for each stratum, so that a CI lists them; the gate's own is ``junit``."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from pathlib import Path

from kowhisper_tel.core.files import write_text
from kowhisper_tel.core.language import current_language
from reports.characters import xml
from reports.compare import Change
from reports.conditions import Row
from reports.sections.headline import Headline
from reports.text import Text, say
from reports.view import View

KINDS = {"worse": "failure", "few": "skipped"}
"""What a verdict is to a CI: a loss that stands after adjustment fails, what allows no verdict is skipped."""


def write(view: View, path: Path, *, language: str | None = None) -> None:
    """Write ``junit.xml``, atomically; without a comparison it holds no test case."""
    write_text(path, text(view, language=language))


def text(view: View, *, language: str | None = None) -> str:
    """The subject against base, stratum by stratum."""
    code = language or current_language()
    headline = view.headline
    cases = [(row, row.to_base) for row in headline.strata if row.to_base] if headline else []
    kinds = [KINDS.get(change.verdict) for _, change in cases]
    suite = ElementTree.Element(
        "testsuite",
        name="kowhisper-tel report",
        tests=str(len(cases)),
        failures=str(kinds.count("failure")),
        errors="0",
        skipped=str(kinds.count("skipped")),
    )
    for (row, change), kind in zip(cases, kinds, strict=True):
        assert headline
        case = ElementTree.SubElement(suite, "testcase", classname="report.stratum", name=_words(row.title, code))
        said = _words(_told(row, change, headline), code)
        if kind:
            ElementTree.SubElement(case, kind, message=said)
        else:
            ElementTree.SubElement(case, "system-out").text = said
    ElementTree.indent(suite)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(suite, encoding="unicode") + "\n"


def _told(row: Row, change: Change, headline: Headline) -> Text:
    assert headline.subject
    assert headline.base
    unit = say("headline.a_minute") if row.silent else Text("points", "%p")
    against = say("headline.change", subject=headline.subject.title, other=headline.base.title)
    figures = Text.same(f"{change.delta}{change.mark}")
    return Text.joined([against, figures, unit, Text.same(change.interval), change.verdict_word])


def _words(text: Text, language: str) -> str:
    return xml(text.ko if language == "ko" else text.en)
