"""Markdown: verdict and headline table for a pull request or a CI summary."""

from __future__ import annotations

import re
from pathlib import Path

from kowhisper_tel.core.files import write_text
from reports.compare import Change
from reports.sections.headline import Headline
from reports.text import Text, say
from reports.view import View


def write(view: View, path: Path, language: str | None = None) -> None:
    """Write ``text`` to a file, atomically."""
    write_text(path, text(view, language))


def text(view: View, language: str | None = None) -> str:
    """The summary in one language, or in Korean and then English."""
    return "\n".join(_one(view, code) for code in ([language] if language else ["ko", "en"]))


def _one(view: View, language: str) -> str:
    def words(text: Text) -> str:
        return escaped(text.ko if language == "ko" else text.en)

    lines = [f"## {words(view.title)}", ""]
    if view.synthetic:
        lines += [f"> **{words(say('common.synthetic_title'))}** {words(say('common.synthetic'))}", ""]
    lines += [" ".join(words(part) for part in view.verdict), ""]
    if view.headline:
        lines += [*_table(view.headline, language), ""]
        lines += [line for note in view.headline.notes for line in (words(note), "")]
    return "\n".join(lines)


def _table(headline: Headline, language: str) -> list[str]:
    def words(text: Text) -> str:
        return escaped(text.ko if language == "ko" else text.en)

    columns = [words(say(f"headline.{key}")) for key in ("condition", "clips", "speakers")]
    columns += [f"{words(model.title)} CER (%)" for model in headline.models]
    changes = [other for other in (headline.base, headline.control) if other and headline.subject]
    columns += [f"Δ {words(say('headline.to_base', other=other.title))}" for other in changes]
    columns.append(words(say("headline.loops")))
    lines = ["| " + " | ".join(columns) + " |", "|---" + "|--:" * (len(columns) - 1) + "|"]
    for row in headline.shown:
        title = f"**{words(row.title)}**" if row.is_stratum else words(row.title)
        cells = [title, row.clips.text, row.speakers.text, *(cell.cer.text for cell in row.cells)]
        cells += [_change(change) for change in (row.to_base, row.to_control)][: len(changes)]
        cells.append(" · ".join(str(cell.loops) for cell in row.cells))
        lines.append("| " + " | ".join(cells) + " |")
    return lines


def _change(change: Change | None) -> str:
    return f"{change.delta}{change.mark} {change.interval}" if change else "–"


def escaped(words: str) -> str:
    """Text that Markdown shows as it is: no markup, HTML, link or table cell can begin in it."""
    plain = words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"([\\`*_{}\[\]()#+!|~@])", r"\\\1", plain).replace("\n", " ").replace("\r", " ")
