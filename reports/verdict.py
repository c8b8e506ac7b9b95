"""Verdict: the headline in a sentence or two, in both languages."""

from __future__ import annotations

from dataclasses import dataclass

from reports.compare import Change
from reports.sections.headline import Headline, Row
from reports.text import Text, say

MAIN_STRATA = ("real_phone", "phone", "noisy")
"""What the models are for: the first of these that was evaluated leads the verdict."""


@dataclass(frozen=True)
class Tile:
    """One stratum at a glance: base and subject CER, and the change."""

    title: Text
    before: str
    after: str
    change: Change | None


def main_row(headline: Headline) -> Row:
    """The stratum that leads the verdict."""
    strata = {row.stratum: row for row in headline.strata}
    return next((strata[name] for name in MAIN_STRATA if name in strata), headline.strata[0])


def sentences(headline: Headline | None) -> tuple[Text, ...]:
    """What was won and lost, the main thing first; only what the intervals carry is called lower or higher."""
    if headline is None or headline.subject is None or headline.base is None:
        return (say("verdict.none"),)
    row = main_row(headline)
    parts = [_change(row, headline, row.to_base, "base")]
    if headline.control:
        parts.append(_against_control(row, headline))
    clean = next((r for r in headline.strata if r.stratum == "clean" and r is not row), None)
    if clean and clean.to_base:
        parts.append(_change(clean, headline, clean.to_base, "base"))
    return (*parts, *_few(headline))


def _few(headline: Headline) -> tuple[Text, ...]:
    """What the fewest blocks of a stratum allow; a single one has been said already."""
    changes = [c for row in headline.strata for c in (row.to_base, row.to_control) if c and not c.single]
    fewest = min(changes, key=lambda change: change.blocks, default=None)
    if fewest is None or fewest.strength == "full":
        return ()
    key = "clips" if fewest.kind == "clip" else fewest.strength
    return (say(f"verdict.few_{key}", blocks=fewest.counted, only=say(f"common.only_{fewest.kind}")),)


def _change(row: Row, headline: Headline, change: Change | None, other: str) -> Text:
    assert headline.subject
    assert headline.base
    if change is None or change.delta.value is None:
        return say("verdict.unmeasured", stratum=row.title)
    facts = {
        "stratum": row.title,
        "subject": headline.subject.title,
        "before": _cer(row, headline, headline.base.name),
        "after": _cer(row, headline, headline.subject.name),
        "level": headline.level_percent,
    }
    return say(f"verdict.{other}_{_manner(change)}", **facts, **_facts(change))


def _against_control(row: Row, headline: Headline) -> Text:
    change = row.to_control
    assert headline.control
    if change is None or change.delta.value is None:
        return say("verdict.unmeasured", stratum=row.title)
    return say(f"verdict.control_{_manner(change)}", control=headline.control.title, **_facts(change))


def _manner(change: Change) -> str:
    """Which sentence fits: by direction, softer where the change only describes, and one for no interval at all."""
    if change.single:
        return "single"
    return f"{change.direction}_described" if change.described and change.direction != "open" else change.direction


def _facts(change: Change) -> dict[str, object]:
    these = say(f"common.these_{change.kind}")
    return {
        "change": change.delta,
        "size": change.size,
        "interval": change.interval,
        "blocks": change.counted,
        "these": these,
    }


def _cer(row: Row, headline: Headline, name: str) -> str:
    return next(c.cer.text for m, c in zip(headline.models, row.cells, strict=True) if m.name == name)


def tiles(headline: Headline | None) -> tuple[Tile, ...]:
    """A tile per stratum; none without a subject and a base to set side by side."""
    if headline is None or headline.subject is None or headline.base is None:
        return ()
    base, subject = headline.base.name, headline.subject.name
    return tuple(
        Tile(row.title, _cer(row, headline, base), _cer(row, headline, subject), row.to_base) for row in headline.strata
    )
