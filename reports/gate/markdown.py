"""Markdown: a gate's verdict for a CI summary, in Korean and in English."""

from __future__ import annotations

from pathlib import Path

from kowhisper_tel.core.files import write_text
from reports.gate.verdict import CapFinding, Finding, Verdict
from reports.markdown import escaped
from reports.text import Text, say


def write(verdict: Verdict, path: Path, language: str | None = None) -> None:
    """Write ``text`` to a file, atomically."""
    write_text(path, text(verdict, language))


def text(verdict: Verdict, language: str | None = None) -> str:
    """The verdict in one language, or in Korean and then English."""
    return "\n".join(_one(verdict, code) for code in ([language] if language else ["ko", "en"]))


def outcome(found: Finding | CapFinding) -> Text:
    """The outcome in a word; of what only warns, that it does."""
    word = say(f"gate.word_{found.outcome}")
    if found.severity == "error" or found.outcome == "pass":
        return word
    warning = say("gate.word_warn")
    return Text(f"{warning.en}: {word.en}", f"{warning.ko}: {word.ko}")


def _one(verdict: Verdict, language: str) -> str:
    def words(text: Text) -> str:
        return escaped(text.ko if language == "ko" else text.en)

    models = say("gate.compared", baseline=verdict.baseline, candidate=verdict.candidate)
    lines = [f"## {words(say('gate.title'))}", "", f"**{words(verdict.sentence)}** {words(models)}", ""]
    heads = ("outcome", "condition", "metric", "baseline", "candidate", "change", "blocks", "margin", "reason")
    if verdict.findings:
        rows = [[words(cell) for cell in _finding(finding)] for finding in verdict.findings]
        lines += [*_table([words(say(f"gate.{head}")) for head in heads], rows), "", words(say("gate.bounded")), ""]
    if verdict.caps:
        rows = [[words(cell) for cell in _cap(cap)] for cap in verdict.caps]
        lines += [*_table([words(say(f"gate.{head}")) for head in ("outcome", "cap", "value", "limit")], rows), ""]
    lines += [line for note in verdict.left_out for line in (words(note), "")]
    return "\n".join(lines)


def _finding(finding: Finding) -> list[Text]:
    figures = [finding.baseline, finding.candidate, f"{finding.change.delta} {finding.change.interval}"]
    shown = [Text.same(figure) for figure in (*figures, finding.change.blocks, finding.margin)]
    return [outcome(finding), finding.title, finding.metric_title, *shown, finding.reason]


def _cap(cap: CapFinding) -> list[Text]:
    return [outcome(cap), cap.title, Text.same(cap.value), Text.same(cap.limit)]


def _table(heads: list[str], rows: list[list[str]]) -> list[str]:
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    return lines + ["| " + " | ".join(row) + " |" for row in rows]
