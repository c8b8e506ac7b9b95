"""Answers of other recognisers: one JSON object a clip, read strictly.

``{"id": …, "text": …}``, and where it is known ``"nbest": [[text, log probability], …]``, ``"segments": [[start_s,
end_s, text], …]`` (or the same as objects) and ``"avg_logprob"``. Other keys are of no use here.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

from eval_suites.hypothesis import Transcript

LONGEST = 16 * 1024 * 1024
"""The most bytes that one answer may have."""


class AnswerError(Exception):
    """What is wrong with an answer; never the answer itself, whose text is somebody's speech."""


def read(line: bytes) -> dict[str, Any]:
    """The JSON object of one line. Raises ``AnswerError``."""
    if len(line) > LONGEST:
        raise AnswerError(f"longer than {LONGEST} bytes")
    try:
        answer = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError:
        raise AnswerError("not UTF-8") from None
    except (ValueError, RecursionError):
        raise AnswerError(f"not JSON ({len(line)} bytes)") from None
    if not isinstance(answer, dict):
        raise AnswerError("not a JSON object")
    return answer


def transcript(answer: Mapping[str, Any]) -> Transcript:
    """What an answer says of its clip. Raises ``AnswerError``."""
    logprob = answer.get("avg_logprob")
    return Transcript(
        _text(answer.get("text"), "text"),
        None if logprob is None else _number(logprob, "avg_logprob"),
        nbest=tuple(
            (_text(text, "nbest"), _number(score, "nbest")) for text, score in _rows(answer, "nbest", NBEST_KEYS)
        ),
        segments=tuple(
            (_number(start, "segments"), _number(end, "segments"), _text(text, "segments"))
            for start, end, text in _rows(answer, "segments", SEGMENT_KEYS)
        ),
    )


NBEST_KEYS = ("text", "avg_logprob")
SEGMENT_KEYS = ("start", "end", "text")


def _rows(answer: Mapping[str, Any], name: str, keys: Sequence[str]) -> list[list[Any]]:
    value = answer.get(name) or []
    if not isinstance(value, list):
        raise AnswerError(f"{name} is no list")
    rows = [[row.get(key) for key in keys] if isinstance(row, dict) else row for row in value]
    if not all(isinstance(row, list) and len(row) == len(keys) for row in rows):
        raise AnswerError(f"{name} wants [{', '.join(keys)}] in each place")
    return rows


def _text(value: Any, name: str) -> str:
    if not isinstance(value, str):
        raise AnswerError(f"{name} is missing, or no text")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise AnswerError(f"{name} holds half of a surrogate pair") from None
    return value


def _number(value: Any, name: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise AnswerError(f"{name} holds something that is no finite number")
    return float(value)
