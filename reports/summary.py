"""Summary: the headline as JSON for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kowhisper_tel.core.files import write_json
from reports.compare import Change
from reports.conditions import Row
from reports.sections.headline import Headline
from reports.verdict import Highlight
from reports.view import View

SCHEMA = "kowhisper-tel-report/1"
"""Fields may be added under this name; one that is removed or means something else raises the number.

``summary.schema.json`` beside this file is the JSON Schema.
"""


def write(view: View, path: Path) -> None:
    """Write ``summary.json``, atomically."""
    write_json(path, as_json(view))


def as_json(view: View) -> dict[str, Any]:
    """The summary: rates in percent, changes in points, ``null`` where nothing was measured."""
    return {
        "schema": SCHEMA,
        "name": view.name,
        "made": view.made,
        "synthetic": view.synthetic,
        "verdict": {"en": " ".join(v.en for v in view.verdict), "ko": " ".join(v.ko for v in view.verdict)},
        "models": [{"name": model.name, "role": model.role} for model in view.models],
        "comparison": {which: _name(view.headline, which) for which in ("subject", "base", "control")},
        "rows": [_row(row, view.headline) for row in view.headline.rows] if view.headline else [],
        "wins": [_highlight(one) for one in view.highlights.wins] if view.highlights else [],
        "losses": [_highlight(one) for one in view.highlights.losses] if view.highlights else [],
    }


def _name(headline: Headline | None, which: str) -> str | None:
    model = getattr(headline, which) if headline else None
    return model.name if model else None


def _highlight(one: Highlight) -> dict[str, Any]:
    return {
        "stratum": one.stratum.to_json(),
        "title": one.title.to_json(),
        "unseen": one.unseen,
        "change_to_base": _change(one.change),
    }


def _row(row: Row, headline: Headline) -> dict[str, Any]:
    return {
        "stratum": row.stratum,
        "suite": row.suite or None,
        "unseen": row.unseen,
        "silent": row.silent,
        "clips": row.clips.value,
        "utterances": row.utterances.value,
        "speakers": row.speakers.value,
        "hours": row.hours.value,
        "models": {
            model.name: {
                "cer_percent": cell.cer.value,
                "cer_without_loops_percent": cell.cer_without_loops.value,
                "loops": cell.loops,
                "substitutions_percent": cell.substitutions.value,
                "deletions_percent": cell.deletions.value,
                "insertions_percent": cell.insertions.value,
                "written_clips": cell.written_clips.value,
                "written_syllables_per_minute": cell.per_minute.value,
            }
            for model, cell in zip(headline.models, row.cells, strict=True)
        },
        "change_to_base": _change(row.to_base),
        "change_to_control": _change(row.to_control),
    }


def _change(change: Change | None) -> dict[str, Any] | None:
    if change is None:
        return None
    return {
        "points": change.delta.value,
        "low": change.low.value,
        "high": change.high.value,
        "relative_percent": change.relative.value,
        "direction": change.direction,
        "verdict": change.verdict,
        "unit": change.unit,
        "detectable_points": change.detectable.value,
        "speakers": change.blocks if change.kind == "speaker" else None,
        "few_speakers": change.strength != "full",
        "blocks": change.blocks,
        "block_kind": change.kind,
        "strength": change.strength,
        "interval": change.method,
    }
