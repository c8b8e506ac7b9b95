"""Written Korean to spoken: 3개 → 세 개, 010-1234-5678 → 공일공 일이삼사 오육칠팔, AI → 에이아이.

The text is read from left to right. Where a number, a Latin letter or a money sign begins, the rules of ``rules`` are
tried in their order, and the first that reads the place has it. ``readings`` tells which rule read what.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from kowhisper_tel.korean.verbalise.rule import Reading, Rule
from kowhisper_tel.korean.verbalise.rules import RULES

_START = re.compile(r"[0-9A-Za-z]|[$₩€¥£](?=\s?[0-9])|(?<![\w.)*●○-])-(?=[0-9])")

_TILL = re.compile(r"^\s?~\s?((?:오전|오후|새벽|아침|낮|저녁|밤)?\s?)$")
"""Between two readings: 오전 10시~오후 3시, 3월~5월."""


def verbalise(text: str) -> str:
    """The spoken form of a written text: labels as Whisper should hear them. Hangul-only text returns unchanged.

    No digit remains. Latin words that are not acronyms are left as they are. Idempotent.

    >>> verbalise("3시 30분에 010-1234-5678로")
    '세 시 삼십 분에 공일공 일이삼사 오육칠팔로'
    """
    if not _START.search(text):
        return text
    parts: list[str] = []
    done = 0
    for reading in readings(text):
        between = text[done : reading.start]
        parts += [_TILL.sub(r"에서 \1", between) if done else between, reading.spoken]
        done = reading.end
    return "".join([*parts, text[done:]])


def readings(text: str) -> Iterator[Reading]:
    """The pieces of a text that are read otherwise than written, with the names of their rules, left to right."""
    done = 0
    found = _START.search(text)
    while found:
        match, rule, spoken = _read(text, found.start())
        if rule.spaced and match.start() and _is_word(text[match.start() - 1], beside=match.start() == done):
            spoken = f" {spoken}"
        yield Reading(match.start(), match.end(), spoken, rule.name)
        done = match.end()
        found = _START.search(text, done)


def _read(text: str, position: int) -> tuple[re.Match[str], Rule, str]:
    for rule in RULES:
        match = rule.pattern.match(text, position)
        spoken = rule.read(match) if match else None
        if match and spoken is not None:
            return match, rule, spoken
    raise AssertionError(f"no rule reads {text[position : position + 20]!r}")


def _is_word(character: str, beside: bool) -> bool:
    """Whether a number has to be parted from what stands directly before it; 제2차 is one word with its number."""
    if beside:
        return not character.isspace()
    return "가" <= character <= "힣" and character != "제"
