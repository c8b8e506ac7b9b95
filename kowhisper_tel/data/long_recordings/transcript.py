"""Transcript: the turns of a call, one a line, with who speaks where the line says so (``상담원: …``, ``[고객] …``)."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

AGENT, CUSTOMER = "agent", "customer"

SPEAKERS = {
    **dict.fromkeys(
        ("상담", "상담원", "상담사", "상담자", "상담직원", "안내원", "직원", "agent", "counselor", "operator"), AGENT
    ),
    **dict.fromkeys(("고객", "고객님", "손님", "민원인", "신고자", "발신자", "customer", "client", "caller"), CUSTOMER),
}
"""Names that Korean call transcripts put before a turn, in lower case, and the role of who bears them."""

_NAMELESS = re.compile(r"(?:화자|발화자|참석자|참여자|speaker|spk)[ _-]?\w{1,2}|[A-Z]\d?", re.IGNORECASE)
"""What transcribing programs call people they do not know."""

_CLOCK = r"(?:\d{1,2}:)?\d{1,2}:\d{2}(?:[.,]\d{1,3})?"
_SPAN = rf"{_CLOCK}(?:\s*(?:-->|[-–~])\s*{_CLOCK})?"
_NAME = r"[^\W\d][^:：\t\[\](){}<>]{0,19}?"
_TIMED = re.compile(rf"\s*(?:[\[(<]\s*{_SPAN}\s*[\])>]|{_SPAN}(?![\d가-힣]))\s*[-–]?\s*")
_NAME_AND_TIME = re.compile(
    rf"\s*(?P<name>{_NAME})\s*(?:[\[(<]\s*{_SPAN}\s*[\])>]\s*[:：]?|{_SPAN}\s*(?:[:：]|$))"
    rf"|\s*[\[(<]\s*(?P<inside>{_NAME})\s*[\])>]\s*{_SPAN}(?![\d가-힣])\s*[:：]?"
)
_PREFIX = re.compile(
    r"\s*(?:[-•·*]\s+|\d{1,4}[.)]\s+)?(?:[\[(<【]\s*(?P<inside>[^\])>】]{1,20}?)\s*[\])>】]\s*[:：]?"
    rf"|(?P<name>{_NAME})\s*(?:\([^():：]{{1,20}}\)\s*)?[:：\t])"
)


@dataclass(frozen=True)
class Turn:
    """What is said without a change of speaker: the text as written, the role, and the line of the transcript.

    ``name`` is what stands before the turn where that tells no role (``A``, ``화자 1``, a person's name).
    """

    text: str
    role: str | None
    line: int
    name: str | None = None


def turns(text: str, speakers: Mapping[str, str] | None = None, lasts_s: float = math.inf) -> list[Turn]:
    r"""The lines of a transcript that are not blank. ``speakers``: more names to roles, before ``SPEAKERS``.

    A name that is not known is no name but text, "시간: 세 시" is said as it stands; unless names like it stand before
    half of the lines and come again. A line with no name goes on with the turn before it, and is a turn of its own
    where the transcript has no names. Clock times at the beginning of lines (``00:12``, ``[00:00:12.5]``) or after a
    name, in rising order and none after ``lasts_s``, are left out: see ``clock_times``.

    >>> [(turn.role, turn.text) for turn in turns("상담원: 네, 고객님.\n고객 1: 세 시요\n시간: 세 시")]
    [('agent', '네, 고객님.'), ('customer', '세 시요'), ('customer', '시간: 세 시')]
    """
    known = SPEAKERS | {name.strip().lower(): role for name, role in (speakers or {}).items()}
    lines = text.splitlines()
    lines = _without_times(lines) if _is_timed(lines, lasts_s) else lines
    names = _recurring(lines)
    found: list[Turn] = []
    role, name = None, None
    for number, line in enumerate(lines, 1):
        prefix = _PREFIX.match(line)
        before = _named(prefix) if prefix else ""
        if prefix and (_role(before, known) or before in names or _NAMELESS.fullmatch(before)):
            role = _role(before, known)
            name, line = (None if role else before), line[prefix.end() :]
        if line.strip():
            found.append(Turn(line.strip(), role, number, name))
    return found


def clock_times(text: str, lasts_s: float = math.inf) -> int:
    """How many lines of a transcript have a clock time that ``turns`` leaves out.

    Such times are whole seconds, of where somebody begins to speak or of where a subtitle appears: too coarse to cut
    by. The words are aligned instead. Who has exact times gives them as ``start_s`` and ``end_s``.
    """
    lines = text.splitlines()
    return sum(_clock_s(line) is not None for line in lines) if _is_timed(lines, lasts_s) else 0


def _named(prefix: re.Match[str]) -> str:
    return (prefix["inside"] or prefix["name"] or "").strip()


def _role(name: str, known: Mapping[str, str]) -> str | None:
    plain = name.lower()
    return known.get(plain) or known.get(re.sub(r"\s*(?:\d{1,2}|[a-z])$", "", plain))


def _recurring(lines: Sequence[str]) -> set[str]:
    """The names that stand before half of the lines, each before two of them at least."""
    prefixes = [_PREFIX.match(line) for line in lines if line.strip()]
    counts = Counter(_named(prefix) for prefix in prefixes if prefix)
    names = {name for name, count in counts.items() if name and count > 1}
    return names if 2 * sum(counts[name] for name in names) >= len(prefixes) else set()


def _without_times(lines: Sequence[str]) -> list[str]:
    """The lines without clock times and the numbers of subtitles; ``상담원 00:12`` becomes ``상담원:``."""
    found = []
    for line, after in zip(lines, [*lines[1:], ""], strict=True):
        if first := _TIMED.match(line):
            line = line[first.end() :]
        elif later := _NAME_AND_TIME.match(line):
            line = f"{_named(later)}: {line[later.end() :]}"
        elif line.strip().isdigit() and "-->" in after:
            line = ""
        found.append(line)
    return found


def _is_timed(lines: Sequence[str], lasts_s: float) -> bool:
    """Whether a third of the lines have clock times that never go back: two of them, or one in brackets."""
    spoken = [line for line in lines if line.strip()]
    times = [time_s for line in spoken if (time_s := _clock_s(line)) is not None]
    if not times or 3 * len(times) < len(spoken) or times[-1] > lasts_s:
        return False
    return all(a <= b for a, b in pairwise(times)) and (len(times) > 1 or spoken[0].lstrip()[0] in "[(<")


def _clock_s(line: str) -> float | None:
    found = _TIMED.match(line) or _NAME_AND_TIME.match(line)
    clock = re.search(_CLOCK, found[0]) if found else None
    if not clock:
        return None
    seconds = 0.0
    for part in clock[0].replace(",", ".").split(":"):
        seconds = 60.0 * seconds + float(part)
    return seconds
