"""Written Korean to spoken: 3개 → 세 개, 010-1234-5678 → 공일공 일이삼사 오육칠팔, AI → 에이아이.

The text is read from left to right. Where a number, a Latin letter or a sign begins, the rules of ``rules`` are
tried in their order, and the first that reads the place has it. ``readings`` tells which rule read what.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from kowhisper_tel.korean.verbalise.plain import plain
from kowhisper_tel.korean.verbalise.rule import Reading, Rule, apart
from kowhisper_tel.korean.verbalise.rules import rules_for
from kowhisper_tel.korean.verbalise.rules.symbols import NAMED, NUMERAL

# A place where a rule may begin: anything but Hangul and the usual punctuation, and then only what a rule can read.
_START = re.compile(
    r"[^\s가-힣.,!~一-鿿ぁ-ヿ]"
    r"(?:(?<=[0-9A-Za-z])"
    r"|(?<=[$₩€¥£\\])(?=\s?[0-9])"
    r"|(?<=[-+±])(?<![\w.)*●○-][-+±])(?=[0-9]|(?<=\+)\s?82)"
    r"|(?<=[0-9A-Za-z만억천원%]\+)"
    r"|(?<=\()(?=0[0-9]{1,2}\)\s?[0-9]{3})"
    r"|(?<=')(?=[0-9]{2}(?:\s?년|\.[0-9]))"
    r"|(?<=[^\s][×÷])(?=\s?[0-9])|(?<=±)(?=\s?[0-9])|(?<=[0-9]=)(?=\s?[0-9])|(?<=[0-9]\s[×÷=])(?=\s[0-9])"
    rf"|(?<={NUMERAL})|(?<=[{''.join(NAMED)}]))"
)

_TILL = re.compile(r"\s?~\s?((?:오전|오후|새벽|아침|낮|저녁|밤)?\s?)")
"""Between two readings: 오전 10시~오후 3시, 3월~5월."""
_TILL_HYPHEN = re.compile(r"\s?-\s?()")
"""Between two times or two dates: 9:00-18:00."""
_TIMES = frozenset(("clock", "date", "short date", "day", "month", "half of the day"))


def verbalise(text: str) -> str:
    """The spoken form of a written text: labels as Whisper should hear them.

    A text without anything to read returns unchanged, byte for byte; another is put into NFC first. No digit and no
    Latin letter of any kind remains; other scripts are left as they are. Idempotent.

    >>> verbalise("3시 30분에 010-1234-5678로")
    '세 시 삼십 분에 공일공 일이삼사 오육칠팔로'
    """
    pieces = list(readings(text))
    if not pieces:
        return text
    if not unicodedata.is_normalized("NFC", text):
        text = unicodedata.normalize("NFC", text)
        pieces = list(readings(text))
    parts: list[str] = []
    done = 0
    for reading in pieces:
        parts += [text[done : reading.start], reading.spoken]
        done = reading.end
    return "".join([*parts, text[done:]])


def readings(text: str) -> Iterator[Reading]:
    """The pieces of a text that are read otherwise than written, with the names of their rules, left to right."""
    text = plain(text)
    last: Reading | None = None
    found = _START.search(text)
    rules = rules_for(text) if found else ()
    while found:
        read = _read(text, found.start(), rules)
        if read is None:
            found = _START.search(text, found.end())
            continue
        match, rule, spoken = read
        done = last.end if last else -1
        if last and (between := _till(text, last, match.start(), rule)):
            yield between
        if rule.spaced and match.start() and _is_word(text[match.start() - 1], beside=match.start() == done):
            spoken = f" {spoken}"
        if rule.spaced and not spoken.endswith(" ") and apart(text, match.end()):
            spoken = f"{spoken} "
        last = Reading(match.start(), match.end(), spoken, rule.name)
        yield last
        found = _START.search(text, last.end)


def _read(text: str, position: int, rules: tuple[Rule, ...]) -> tuple[re.Match[str], Rule, str] | None:
    """The first rule that reads the place; none does where a letter of another script stands."""
    for rule in rules:
        match = rule.pattern.match(text, position)
        spoken = rule.read(match) if match else None
        if match and spoken is not None:
            return match, rule, spoken
    return None


def _till(text: str, last: Reading, start: int, rule: Rule) -> Reading | None:
    """``~`` between two readings, and a hyphen between two times or dates, are said 에서."""
    if last.rule.startswith("letters"):
        return None
    found = _TILL.fullmatch(text, last.end, start)
    if not found and last.rule in _TIMES and rule.name in _TIMES:
        found = _TILL_HYPHEN.fullmatch(text, last.end, start)
    return Reading(last.end, start, f"에서 {found[1]}", "till") if found else None


def _is_word(character: str, beside: bool) -> bool:
    """Whether a number has to be parted from what stands directly before it; 제2차 is one word with its number."""
    if beside:
        return not character.isspace()
    return "가" <= character <= "힣" and character != "제"
