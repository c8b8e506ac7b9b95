"""Transcript: what was heard in one recording, by whom and when, and how the text came about."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

SCHEMA = "kowhisper-tel-transcript/1"
"""The layout of ``to_json``; ``transcript.schema.json`` beside this file describes it."""


@dataclass(frozen=True)
class Word:
    """A word between spaces, when it is said, in s from the recording's start, and its tokens' mean probability."""

    text: str
    start_s: float
    end_s: float
    probability: float


@dataclass(frozen=True)
class Guard:
    """What the loop guard did for one decoded piece.

    ``attempts``: decodings made (1: the first was good). ``loop`` and not ``finished``: the text is the least bad of
    several, with a loop in it or without an end. ``avg_logprob`` and ``no_speech_prob`` are as in ``Decoded``.
    """

    attempts: int = 1
    loop: bool = False
    finished: bool = True
    avg_logprob: float = 0.0
    no_speech_prob: float = 0.0


@dataclass(frozen=True)
class Segment:
    """A stretch of speech without the silence at its ends, in s from the recording's start; its text as recognised.

    ``track`` (counted from 0) and ``speaker`` where tracks were heard apart; ``words`` where they were asked for.
    """

    start_s: float
    end_s: float
    text: str
    track: int | None = None
    speaker: str | None = None
    words: tuple[Word, ...] = ()
    guard: Guard = Guard()


@dataclass(frozen=True)
class Unspoken:
    """A decoded piece in which nobody was taken to speak, in s from the recording's start.

    ``why`` (``whisper.no_speech``); ``withheld``: what the model had written all the same; ``track`` as of a segment.
    """

    start_s: float
    end_s: float
    why: str
    withheld: str
    track: int | None = None


@dataclass(frozen=True)
class Transcript:
    """One recording: ``audio`` is its name, ``tracks`` how many it has, ``heard`` how (``tracks.HEARD``).

    ``segments`` are in order of time, whoever speaks; ``pieces`` is what the guard did for each decoded piece, those
    in which nothing was heard included; ``unspoken`` are those whose text was withheld. ``repairs``: what of its file
    was made good, as codes of the catalogue; ``silent``: there is nothing to hear in it, and so no text.
    """

    audio: str
    duration_s: float
    tracks: int
    heard: str
    segments: tuple[Segment, ...]
    pieces: tuple[Guard, ...] = ()
    speakers: tuple[str, ...] = ()
    repairs: tuple[str, ...] = ()
    silent: bool = False
    unspoken: tuple[Unspoken, ...] = ()

    def to_json(self, language: str, model: Mapping[str, Any], decoding: Mapping[str, Any]) -> dict[str, Any]:
        """One JSON object of the layout ``SCHEMA``; times in s, to the millisecond."""
        return {
            "schema": SCHEMA,
            "audio": self.audio,
            "duration": round(self.duration_s, 3),
            "repairs": list(self.repairs),
            "silent": self.silent,
            "language": language,
            "model": dict(model),
            "decoding": dict(decoding),
            "tracks": {"count": self.tracks, "heard": self.heard, "speakers": list(self.speakers)},
            "guard": {
                "pieces": len(self.pieces),
                "decoded_again": sum(piece.attempts > 1 for piece in self.pieces),
                "loops": sum(piece.loop for piece in self.pieces),
                "unfinished": sum(not piece.finished for piece in self.pieces),
            },
            "text": " ".join(segment.text for segment in self.segments),
            "segments": [_segment(segment) for segment in self.segments],
            "unspoken": [
                {
                    "start": round(piece.start_s, 3),
                    "end": round(piece.end_s, 3),
                    "track": piece.track,
                    "why": piece.why,
                    "withheld": piece.withheld,
                }
                for piece in self.unspoken
            ],
        }


def _segment(segment: Segment) -> dict[str, Any]:
    guard = segment.guard
    return {
        "start": round(segment.start_s, 3),
        "end": round(segment.end_s, 3),
        "text": segment.text,
        "track": segment.track,
        "speaker": segment.speaker,
        "attempts": guard.attempts,
        "loop": guard.loop,
        "finished": guard.finished,
        "avg_logprob": _number(guard.avg_logprob),
        "no_speech_prob": _number(guard.no_speech_prob),
        "words": [
            {
                "text": word.text,
                "start": round(word.start_s, 3),
                "end": round(word.end_s, 3),
                "probability": _number(word.probability),
            }
            for word in segment.words
        ],
    }


def _number(value: float) -> float | None:
    """JSON has neither NaN nor infinity."""
    return round(value, 4) if math.isfinite(value) else None
