"""Labels: the spoken form that is trained and tested on, and the checks that need no audio."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

from kowhisper_tel.core.errors import UserError
from kowhisper_tel.data.entry import Entry
from kowhisper_tel.data.windows import MOST_LABEL_TOKENS
from kowhisper_tel.korean.fold import fold
from kowhisper_tel.korean.normalise import normalise
from kowhisper_tel.korean.notation import DISFLUENCIES, MASKED, SOUNDS, UNCLEAR, Parsed, parse
from kowhisper_tel.korean.verbalise import verbalise

CountTokens = Callable[[str], int]
"""How many tokens a label has as training counts them: with the space before it, without the special ones.

No token is less than a byte of UTF-8, so short labels are not counted at all.
"""


def spoken(entry: Entry, count_tokens: CountTokens | None) -> Entry:
    """The entry with its label as spoken: folded, without marks, numbers in words, white space single.

    The marks are read by the conventions that ``entry.notation`` names. ``written`` becomes the written side of dual
    transcriptions, where the corpus gives none itself. Two tags tell which marks were there, unless the corpus has
    tags of these names: ``marks`` (what is heard beside the words: ``breath laugh``) and ``disfluencies`` (``filler``,
    ``fragment``).

    Raises ``UserError``: ``prepare.times``, ``prepare.empty_label``, ``prepare.long_label``; ``notation.unparsed``,
    ``notation.masked``, ``notation.unclear`` and ``notation.unknown``.
    """
    utterance = entry.utterance
    check_times(entry)
    parsed = parse(fold(utterance.text), entry.notation)
    _check_notation(entry, parsed)
    label = " ".join(verbalise(parsed.spoken).split())
    if not normalise(label):
        raise UserError("prepare.empty_label", place=entry.place)
    if count_tokens is not None and len(label.encode()) >= MOST_LABEL_TOKENS:
        tokens = count_tokens(label)
        if tokens > MOST_LABEL_TOKENS:
            raise UserError("prepare.long_label", place=entry.place, tokens=tokens, most=MOST_LABEL_TOKENS)
    written = utterance.written or (parsed.written if parsed.written != parsed.spoken else None)
    marks = _mark_tags(parsed)
    tags = {**marks, **utterance.tags} if marks else utterance.tags
    return replace(entry, utterance=replace(utterance, text=label, written=written, tags=tags))


def _check_notation(entry: Entry, parsed: Parsed) -> None:
    """A label that cannot be read, or that says less than is heard, is no label."""
    if parsed.problems:
        first = parsed.problems[0]
        facts = {"notation": entry.notation, "column": first.start + 1, "kind": first.kind}
        raise UserError("notation.unparsed", place=entry.place, **facts)
    for code, kinds in (("notation.masked", MASKED), ("notation.unclear", UNCLEAR)):
        found = sorted(parsed.kinds & kinds)
        if found:
            raise UserError(code, place=entry.place, marks=" ".join(found))


def _mark_tags(parsed: Parsed) -> dict[str, str]:
    kinds = {"marks": SOUNDS, "disfluencies": DISFLUENCIES}
    return {tag: " ".join(sorted(parsed.kinds & known)) for tag, known in kinds.items() if parsed.kinds & known}


def check_times(entry: Entry) -> None:
    """Raise ``UserError`` (``prepare.times``) for times that are no stretch."""
    start_s, end_s = entry.utterance.start_s, entry.utterance.end_s
    times = [time for time in (start_s, end_s) if time is not None]
    sound = all(math.isfinite(time) and time >= 0 for time in times)
    if not sound or (end_s is not None and end_s <= (start_s or 0.0)):
        raise UserError("prepare.times", place=entry.place, start_s=start_s, end_s=end_s)
