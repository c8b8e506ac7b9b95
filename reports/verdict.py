"""Verdict: the headline in a sentence or two, in both languages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reports.compare import Change
from reports.conditions import Row
from reports.sections.headline import Headline
from reports.text import Text, say, say_or

MAIN_STRATA = ("real_phone", "phone", "noisy")
"""What the models are for: the first of these that was evaluated leads the verdict."""


MOST = 3
"""Wins and losses named."""


@dataclass(frozen=True)
class Tile:
    """One stratum at a glance: base and subject CER (or clips written on, where nothing is said), and the change."""

    title: Text
    before: str
    after: str
    unit: Text
    change: Change | None


@dataclass(frozen=True)
class Highlight:
    """One condition that won or lost: its stratum, both CERs, and the changes to base and control."""

    title: Text
    stratum: Text
    unseen: bool
    before: str
    after: str
    change: Change
    beside: Text | None


@dataclass(frozen=True)
class Highlights:
    """The largest wins and losses, those that stand after adjustment first."""

    against: Text
    wins: tuple[Highlight, ...]
    losses: tuple[Highlight, ...]
    chosen: Text


def main_row(headline: Headline) -> Row | None:
    """The stratum that leads the verdict: of ``MAIN_STRATA``, else the first in which something is said."""
    strata = {row.stratum: row for row in headline.strata if not row.silent}
    first = next((row for row in headline.rows if not row.silent), None)
    return next((strata[name] for name in (*MAIN_STRATA, *strata) if name in strata), first)


def sentences(headline: Headline | None) -> tuple[Text, ...]:
    """What was won and lost, the main thing first; only what the intervals carry is called lower or higher.

    The first is on the subject against base and against the control, in one sentence: what a user gains by the model,
    and what of it the telephone part won. It was chosen before the figures were seen, so it is not adjusted.
    """
    if headline is None or headline.subject is None or headline.base is None:
        return (say("verdict.none"),)
    row = main_row(headline)
    parts = [_main(row, headline)] if row else []
    clean = next((r for r in headline.strata if r.stratum == "clean" and r is not row), None)
    if clean and clean.to_base:
        parts.append(_change(clean, headline))
    parts += [_silent(r, headline) for r in headline.strata if r.silent]
    return (*parts, *_few([row for row in (row, clean) if row]))


def _main(row: Row, headline: Headline) -> Text:
    against_control = row.to_control if headline.control else None
    if row.to_base is None or row.to_base.delta.value is None or against_control is None:
        return _change(row, headline)
    return Text.joined([_change(row, headline, "_and"), _against_control(against_control, headline)])


def _silent(row: Row, headline: Headline) -> Text:
    assert headline.subject
    assert headline.base
    facts = {"stratum": row.title, "base": headline.base.title, "subject": headline.subject.title, "clips": row.clips}
    return say("verdict.silent", before=_shown(row, headline, "base"), after=_shown(row, headline, "subject"), **facts)


def _few(rows: Sequence[Row]) -> tuple[Text, ...]:
    """What the fewest blocks of these rows allow; a single one has been said already."""
    changes = [c for row in rows for c in (row.to_base, row.to_control) if c and not c.single]
    fewest = min(changes, key=lambda change: change.blocks, default=None)
    if fewest is None or fewest.strength == "full":
        return ()
    key = "clips" if fewest.kind == "clip" else fewest.strength
    return (say(f"verdict.few_{key}", blocks=fewest.counted, only=say(f"common.only_{fewest.kind}")),)


def _change(row: Row, headline: Headline, ending: str = "") -> Text:
    change = row.to_base
    assert headline.subject
    assert headline.base
    if change is None or change.delta.value is None:
        return say("verdict.unmeasured", stratum=row.title)
    facts = {
        "stratum": row.title,
        "base": headline.base.title,
        "subject": headline.subject.title,
        "before": _shown(row, headline, "base"),
        "after": _shown(row, headline, "subject"),
        "level": headline.level_percent,
        "relative": change.relative,
        "utterances": _utterances(row),
    }
    return say(f"verdict.base_{_manner(change)}{ending}", **facts, **_facts(change))


def _utterances(row: Row) -> Text:
    return say("common.one_utterance") if row.utterances.value == 1 else say("common.some_utterance", n=row.utterances)


def _against_control(change: Change, headline: Headline) -> Text:
    assert headline.control
    if change.delta.value is None:
        return say("verdict.unmeasured", stratum=headline.control.title)
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


def _shown(row: Row, headline: Headline, which: str) -> str:
    """A model's CER, or the clips that it wrote on where nothing is said."""
    model = getattr(headline, which)
    cell = next(cell for one, cell in zip(headline.models, row.cells, strict=True) if one == model)
    return cell.written_clips.text if row.silent else cell.cer.text


def tiles(headline: Headline | None) -> tuple[Tile, ...]:
    """A tile per stratum; none without a subject and a base to set side by side."""
    if headline is None or headline.subject is None or headline.base is None:
        return ()
    return tuple(
        Tile(
            row.title,
            _shown(row, headline, "base"),
            _shown(row, headline, "subject"),
            say("verdict.clips", clips=row.clips) if row.silent else Text.same("%"),
            row.to_base,
        )
        for row in headline.strata
    )


def highlights(headline: Headline | None) -> Highlights | None:
    """The conditions that won and lost most against base; ``None`` where fewer than two can be compared."""
    if headline is None or headline.subject is None or headline.base is None:
        return None
    suites = [row for row in headline.rows if not row.is_stratum and not row.silent and row.to_base]
    if len(suites) < 2:
        return None
    wins, losses = (_largest(suites, headline, sign) for sign in (-1, 1))
    adjusted = headline.adjusted_over[1]
    chosen = say("verdict.chosen", suites=adjusted) if adjusted else say("verdict.chosen_few")
    against = say("verdict.against", subject=headline.subject.title, base=headline.base.title)
    return Highlights(against, wins, losses, chosen)


def _largest(suites: Sequence[Row], headline: Headline, sign: int) -> tuple[Highlight, ...]:
    """Those with a change of this sign: the sure ones first, then those whose own interval excludes 0, then by size."""
    found = [
        (c, row) for row in suites if (c := row.to_base) and c.delta.value is not None and c.delta.value * sign > 0
    ]
    found.sort(key=lambda pair: (_rank(pair[0]), pair[0].direction == "open", -sign * (pair[0].delta.value or 0.0)))
    return tuple(
        Highlight(
            row.title,
            say_or(f"common.stratum_{row.stratum}", row.stratum),
            row.unseen,
            _shown(row, headline, "base"),
            _shown(row, headline, "subject"),
            change,
            _beside(row, headline),
        )
        for change, row in found[:MOST]
    )


def _rank(change: Change) -> int:
    return ("better", "worse", "better_alone", "worse_alone", "open", "few").index(change.verdict) // 2


def _beside(row: Row, headline: Headline) -> Text | None:
    if headline.control is None or row.to_control is None or row.to_control.delta.value is None:
        return None
    facts = {"change": row.to_control.delta, "interval": row.to_control.interval}
    return say("verdict.beside_control", control=headline.control.title, **facts)
