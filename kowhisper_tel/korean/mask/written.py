"""Written: numbers in digits, of any width, with the signs and blanks that people put between their groups."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kowhisper_tel.korean.mask.cues import announced

_BETWEEN = r"[\s\-‐-―−－~.·/()_]{1,3}"
_RUN = re.compile(rf"(?<![\w])(?:\+ ?)?\(?\d+(?:{_BETWEEN}\d+|[*●xX]+\d+)*(?!\d)")
_LATIN_RUN = re.compile(r"(?<![A-Za-z0-9])[A-Z]{1,2}\d{7,9}(?![A-Za-z0-9])")
_EMBEDDED = re.compile(r"(?<!\d)(?:01[016789]\d{7,8}|\d{6}-?[0-9]\d{6})(?!\d)")
"""Inside a name: rec_01012345678_2.wav."""
_GROUP = re.compile(r"\d+")
_DIALLED = re.compile(
    r"(?:(?:00)?820?|0)(?:1[016789]\d{7,8}|2\d{7,8}|[3-6]\d\d{7,8}|[78]0\d{7,8}|50\d{8,9})|1[568]\d{6}"
)
_RESIDENT = re.compile(r"\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{7}")
_MOMENT = re.compile(r"(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:[01]\d|2[0-3])?(?:[0-5]\d){0,2}\d{0,3}")
_YEAR = re.compile(r"(?:19|20)\d\d")
_MONEY_BEHIND = re.compile(r"\s?(?:만|억|천|원|달러|엔|유로|위안|명|개|건|회|점|kg|km|%|퍼센트|페이지|쪽|년)")

LONGEST = 20
"""Groups of one number at most: its digits may each stand alone."""

Span = tuple[int, int]


def find(text: str) -> Iterator[Span]:
    """The stretches of written numbers that are personal data."""
    if not any(character.isdigit() for character in text):
        return
    plain = "".join(_digit(character) for character in text)
    for match in _RUN.finditer(plain):
        groups = [(match.start() + g.start(), match.start() + g.end()) for g in _GROUP.finditer(match.group())]
        yield from _of_groups(plain, groups)
    for match in (*_LATIN_RUN.finditer(plain), *_EMBEDDED.finditer(plain)):
        if not _MOMENT.fullmatch(match.group()):
            yield match.span()


def _digit(character: str) -> str:
    return str(int(character)) if character.isdecimal() else character


def _of_groups(text: str, groups: list[Span]) -> Iterator[Span]:
    """The longest stretch of whole groups that is a number of someone's; then what is left behind it."""
    first = 0
    while first < len(groups):
        for last in range(min(len(groups), first + LONGEST), first, -1):
            if _is_personal(text, groups[first:last]):
                yield groups[first][0], groups[last - 1][1]
                first = last - 1
                break
        first += 1


def _is_personal(text: str, groups: list[Span]) -> bool:
    start, end = groups[0][0], groups[-1][1]
    parts = [text[a:b] for a, b in groups]
    digits = "".join(parts)
    cued = announced(text, start)
    if _MONEY_BEHIND.match(text, end) and not digits.startswith("0"):
        return False
    if not cued and (all(map(_YEAR.fullmatch, parts)) or _is_date(parts)):
        return False
    if _DIALLED.fullmatch(digits) or (_RESIDENT.fullmatch(digits) and len(parts) <= 2):
        return True
    if cued and len(digits) >= 4:
        return len(digits) <= 24
    return _is_long(text[start:end], parts, digits)


def _is_long(said: str, parts: list[str], digits: str) -> bool:
    """Card, account or local number, by its shape alone."""
    hyphens = bool(re.search(r"[-‐-―−－]", said))
    if len(parts) == 1:
        return 10 <= len(digits) <= 19 and not _MOMENT.fullmatch(digits)
    if len(parts) == 2 and hyphens:
        return [len(part) for part in parts] in ([3, 4], [4, 4]) or 10 <= len(digits) <= 19
    if hyphens:
        return 9 <= len(digits) <= 20
    if len(parts) == 2 and "." in said:
        return False  # a decimal
    even = len(set(map(len, parts))) == 1 and len(parts[0]) == 4
    return 10 <= len(digits) <= 19 and (even or len(parts[-1]) >= 4)


def _is_date(parts: list[str]) -> bool:
    """2024-01-15, 24.1.15, with the time of day behind it perhaps."""
    if len(parts) < 3 or not 2 <= len(parts[0]) <= 4 or len(parts[0]) == 3:
        return False
    month, day = int(parts[1]), int(parts[2])
    sizes = all(len(part) <= 2 for part in parts[1:])
    return sizes and 1 <= month <= 12 and 1 <= day <= 31 and (len(parts[0]) == 2 or bool(_YEAR.fullmatch(parts[0])))
