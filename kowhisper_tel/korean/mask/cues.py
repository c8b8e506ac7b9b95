"""Cues: the words that a number is announced with."""

from __future__ import annotations

import re

_NOUNS = (
    "전화|연락처|휴대폰|핸드폰|휴대전화|팩스|콜백|직통|번호|계좌|통장|카드|주민|등록증|외국인등록|인증|비밀|비번|승인|여권"
    "|면허|증권|송장|앞자리|뒷자리|뒤에자리|끝자리|생년월일|핀|오티피|유효기간|씨브이씨"
)
_CUE = re.compile(
    rf"(?:{_NOUNS})[가-힣]{{0,6}}[\s:,.()~-]*"
    r"(?:(?:네|예|어|음|아|그|저|그게|제가|좀|혹시|지금|현재|일단|은행|국민|신한|우리|하나|농협|기업|카카오|토스|뱅크"
    r"|[가-힣]{1,4}(?:은행|뱅크|카드))[\s,.~]*){0,4}$"
)
REACH = 48
"""Characters before a number in which its cue may stand."""


def announced(text: str, start: int) -> bool:
    """Whether a cue stands right before ``text[start:]``, particles and fillers between them aside."""
    return _CUE.search(text, max(0, start - REACH), start) is not None


def is_cue(word: str) -> bool:
    """Whether a word, or the beginning of one, announces a number (번호는)."""
    return re.match(rf"(?:[가-힣]{{0,4}})(?:{_NOUNS})", word) is not None
