"""Markdown: verdict, wins and losses, and headline table for a pull request or a CI summary."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from kowhisper_tel.core.files import write_text
from reports.compare import Change
from reports.conditions import Row
from reports.sections.headline import Headline
from reports.text import Text, say
from reports.verdict import Highlights
from reports.view import View

MOST_ROWS = 32
"""Longer tables are cut to their strata, and say so: a CI's summary is to be read."""


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
    if view.highlights:
        lines += _highlights(view.highlights, language)
    if view.headline:
        shown = view.headline.shown
        short = len(shown) > MOST_ROWS
        lines += [*_table(view.headline, view.headline.strata if short else shown, language), ""]
        if short:
            left_out = len(shown) - len(view.headline.strata)
            lines += [words(say("headline.cut", n=left_out)), ""]
        lines += [line for note in view.headline.notes for line in (words(note), "")]
    return "\n".join(lines)


def _highlights(found: Highlights, language: str) -> list[str]:
    def words(text: Text) -> str:
        return escaped(text.ko if language == "ko" else text.en)

    lines = []
    for name, largest in (("wins", found.wins), ("losses", found.losses)):
        lines += [f"**{words(say(f'verdict.{name}'))}** ({words(found.against)})", ""]
        lines += [
            f"- {words(one.stratum)} · {words(one.title)}: {one.before} → {one.after}% "
            f"({_change(one.change, language)})"
            for one in largest
        ] or [f"- {words(say(f'verdict.no_{name}'))}"]
        lines.append("")
    return [*lines, words(found.chosen), ""]


def _table(headline: Headline, rows: Sequence[Row], language: str) -> list[str]:
    def words(text: Text) -> str:
        return escaped(text.ko if language == "ko" else text.en)

    columns = [words(say(f"headline.{key}")) for key in ("condition", "utterances", "speakers")]
    columns += [f"{words(model.title)} CER (%)" for model in headline.models]
    columns += [f"Δ {words(say('headline.to', other=other.title))}" for other in headline.others]
    columns.append(words(say("headline.loops")))
    lines = ["| " + " | ".join(columns) + " |", "|---" + "|--:" * (len(columns) - 1) + "|"]
    for row in rows:
        title = words(row.title) + (f" ({words(say('headline.unseen'))})" if row.unseen else "")
        title = f"**{title}**" if row.is_stratum else title
        written = [say("headline.written", n=cell.written_clips, clips=row.clips) for cell in row.cells]
        cers = [words(text) for text in written] if row.silent else [cell.cer.text for cell in row.cells]
        changes = [
            change for change, other in ((row.to_base, headline.base), (row.to_control, headline.control)) if other
        ]
        cells = [title, row.utterances.text, row.speakers.text, *cers]
        cells += [_change(change, language) for change in changes][: len(headline.others)]
        cells.append(" · ".join(str(cell.loops) for cell in row.cells))
        lines.append("| " + " | ".join(cells) + " |")
    return lines


def _change(change: Change | None, language: str) -> str:
    if change is None:
        return "–"
    word = change.verdict_word.ko if language == "ko" else change.verdict_word.en
    unit = say("headline.a_minute") if change.unit == "per_minute" else Text.same("")
    return f"{change.delta}{change.mark}{unit.ko if language == 'ko' else unit.en} {change.interval} {escaped(word)}"


def escaped(words: str) -> str:
    """Text that Markdown shows as it is: no markup, HTML, link or table cell can begin in it."""
    plain = words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    quoted = re.sub(r"([\\`*_{}\[\]()#+!|~@])", r"\\\1", plain)
    linked = re.sub(r"(?i)(\b(?:https?|ftp|mailto|xmpp))(:)|(\bwww)(\.)", _unlinked, quoted)
    return re.sub(r"[\x00-\x1f\x7f\x85\u2028\u2029]", " ", linked)


def _unlinked(match: re.Match[str]) -> str:
    """The beginning of an address, which GitHub makes a link of, so that it stays a text."""
    return f"{match[1]}&#58;" if match[1] else f"{match[3]}&#46;"
