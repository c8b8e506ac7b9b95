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
from kowhisper_tel.korean.verbalise import verbalise

CountTokens = Callable[[str], int]
"""How many tokens a label has as training counts them: with the space before it, without the special ones."""


def spoken(entry: Entry, count_tokens: CountTokens | None) -> Entry:
    """The entry with its label as spoken: folded, numbers in words, white space single.

    Raises ``UserError``: ``prepare.times``, ``prepare.empty_label``, ``prepare.long_label``.
    """
    utterance = entry.utterance
    _check_times(entry)
    label = " ".join(verbalise(fold(utterance.text)).split())
    if not normalise(label):
        raise UserError("prepare.empty_label", place=entry.place)
    if count_tokens is not None:
        tokens = count_tokens(label)
        if tokens > MOST_LABEL_TOKENS:
            raise UserError("prepare.long_label", place=entry.place, tokens=tokens, most=MOST_LABEL_TOKENS)
    return replace(entry, utterance=replace(utterance, text=label))


def _check_times(entry: Entry) -> None:
    start_s, end_s = entry.utterance.start_s, entry.utterance.end_s
    times = [time for time in (start_s, end_s) if time is not None]
    sound = all(math.isfinite(time) and time >= 0 for time in times)
    if not sound or (end_s is not None and end_s <= (start_s or 0.0)):
        raise UserError("prepare.times", place=entry.place, start_s=start_s, end_s=end_s)
