"""Transcript: the turns of a call, one a line, with who speaks where the line says so (``상담원: …``, ``[고객] …``)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

AGENT, CUSTOMER = "agent", "customer"

SPEAKERS = {
    **dict.fromkeys(("상담원", "상담사", "상담자", "상담직원", "안내원", "직원", "agent", "counselor"), AGENT),
    **dict.fromkeys(("고객", "고객님", "손님", "민원인", "신고자", "발신자", "customer", "client", "caller"), CUSTOMER),
}
"""Names that Korean call transcripts put before a turn, in lower case, and the role of who bears them."""

_PREFIX = re.compile(
    r"\s*(?:[\[(<【]\s*(?P<inside>[^\])>】]{1,20}?)\s*[\])>】]\s*[:：]?|(?P<plain>[^:：]{1,20}?)\s*[:：])"
)


@dataclass(frozen=True)
class Turn:
    """What is said without a change of speaker: the text as written, the role, and the line of the transcript."""

    text: str
    role: str | None
    line: int


def turns(text: str, speakers: Mapping[str, str] | None = None) -> list[Turn]:
    r"""The lines of a transcript that are not blank. ``speakers``: more names to roles, before ``SPEAKERS``.

    A name that is not known is no name but text: "시간: 세 시" is said as it stands. A line with no name goes on with
    the turn before it, and is a turn of its own where the transcript has no names.

    >>> [(turn.role, turn.text) for turn in turns("상담원: 네, 고객님.\n고객 1: 세 시요\n시간: 세 시")]
    [('agent', '네, 고객님.'), ('customer', '세 시요'), ('customer', '시간: 세 시')]
    """
    known = SPEAKERS | {name.strip().lower(): role for name, role in (speakers or {}).items()}
    found: list[Turn] = []
    role = None
    for number, line in enumerate(text.splitlines(), 1):
        prefix = _PREFIX.match(line)
        named = _role((prefix["inside"] or prefix["plain"] or "") if prefix else "", known)
        if prefix and named:
            role, line = named, line[prefix.end() :]
        if line.strip():
            found.append(Turn(line.strip(), role, number))
    return found


def _role(name: str, known: Mapping[str, str]) -> str | None:
    plain = name.strip().lower()
    return known.get(plain) or known.get(re.sub(r"\s*\d{1,2}$", "", plain))
