"""Segments: what was said when, by the timestamp tokens that Whisper writes around its sentences.

A timestamp token stands for a multiple of 0.02 s from the window's start; a segment is text between two of them
(Radford et al. 2022, section 2.3). Two in a row end one segment and begin the next, with the pause between them.
"""

from __future__ import annotations

from collections.abc import Sequence

from kowhisper_tel.whisper.vocabulary import Vocabulary

TIMESTAMP_S = 0.02
"""What one timestamp token is later than the one before it."""

Segment = tuple[float, float, str]
"""Start and end in seconds, and what was said between them."""


def segments(vocabulary: Vocabulary, tokens: Sequence[int], duration_s: float) -> tuple[Segment, ...]:
    """The segments that tokens tell of, in order; no time lies behind the clip's end at ``duration_s``.

    Text before the first timestamp begins at 0, and text after the last one ends with the clip. Without any timestamp
    all text is one segment; where there is no text, there is no segment.
    """
    found: list[Segment] = []
    start_s, held = 0.0, list[int]()

    def close(end_s: float) -> None:
        text = vocabulary.text(held)
        if text:
            found.append((min(start_s, end_s), end_s, text))
        held.clear()

    for token in tokens:
        if token >= vocabulary.timestamp_begin:
            moment_s = min(round((token - vocabulary.timestamp_begin) * TIMESTAMP_S, 2), duration_s)
            close(moment_s)
            start_s = moment_s
        else:
            held.append(token)
    close(duration_s)
    return tuple(found)
