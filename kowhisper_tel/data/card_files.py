"""The data card's files: ``data_card.json``, its page ``data_card.html``, and ``measures.jsonl``."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from kowhisper_tel.core.errors import message
from kowhisper_tel.core.files import write_json, write_lines
from kowhisper_tel.data.card import Placed, intake_counts
from kowhisper_tel.data.facts import Row, facts
from kowhisper_tel.data.intake import Intake, reasons, repairs
from kowhisper_tel.data.remarks import remarks
from kowhisper_tel.data.telephone import narrowness
from reports import card as page

SCHEMA = "kowhisper-tel-data-card/1"
"""Fields may be added under this name; one that is removed or means something else raises the number."""


def write_card(
    folder: Path, intakes: Sequence[Intake], placed: Sequence[Placed], summary: Mapping[str, Any]
) -> dict[str, Any]:
    """Write the files, and return what ``data_card.json`` says. Without audio checked there is no ``measures.jsonl``.

    ``placed`` are the accepted utterances of all intakes in their order, ``summary`` is that of ``summary.json``.
    """
    rest = iter(placed)
    rows = [_rows(intake, list(islice(rest, len(intake.recorded)))) for intake in intakes]
    found = [facts(own) for own in rows]
    every = facts([row for own in rows for row in own]) if len(rows) > 1 else found[0]
    checked = bool(summary["check_audio"])
    made = {
        "schema": SCHEMA,
        **{name: summary[name] for name in ("synthetic", "seed", "split", "check_audio", "normaliser", "splits")},
        "measures": "measures.jsonl" if checked else None,
        "whole": {name: summary[name] for name in ("read", "accepted", "rejected", "left_out", "repaired", "repairs")}
        | every,
        "corpora": [_corpus(*one) for one in zip(intakes, rows, found, strict=True)],
    }
    if checked:
        each = (json.dumps(row.to_json(), ensure_ascii=False) for own in rows for row in own)
        write_lines(folder / "measures.jsonl", each)
    write_json(folder / "data_card.json", made)
    page.write(made, folder / "data_card.html")
    return made


def _rows(intake: Intake, placed: Sequence[Placed]) -> list[Row]:
    narrow = narrowness(intake.recorded)
    return [Row(one, intake.spec.name, known) for one, known in zip(placed, narrow, strict=True)]


def _corpus(intake: Intake, rows: Sequence[Row], own: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **intake_counts(intake),
        "licence": intake.spec.licence,
        "notations": dict(Counter(found.entry.notation for found in intake.recorded).most_common()),
        "remarks": remarks(intake, rows, own),
        "reasons": _reasons(intake),
        "mended": _mended(intake),
        **own,
    }


def _mended(intake: Intake) -> list[dict[str, Any]]:
    """Each thing that was made good with its count, and what was found and done, in both languages."""
    return [
        {"code": code, "count": count} | {language: message(code, {}, language) for language in ("en", "ko")}
        for code, count in repairs(intake.recorded).items()
    ]


def _reasons(intake: Intake) -> list[dict[str, Any]]:
    """Each reason of a reject with its count, and the message of the first that had it, in both languages."""
    first = {reject.code: reject for reject in reversed(intake.rejects)}
    return [
        {"code": code, "count": count}
        | {language: message(code, first[code].facts, language) for language in ("en", "ko")}
        for code, count in reasons(intake.rejects).items()
    ]
