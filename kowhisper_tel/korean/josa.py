"""Josa: the particles and the copula that are written on to a noun (카드를, 카드로는, 카드예요).

After the National Institute of Korean Language's spelling rules 41 and 42; which of two forms stands depends on
whether the noun's last syllable has a coda.
"""

from __future__ import annotations

import functools
import re

from kowhisper_tel.korean.jamo import coda

_ANY = """
의 에 에서 에게 에게서 에다 에다가 에서부터 한테 한테서 께 께서 더러 보고 하고 같이 처럼 만큼 보다 까지 부터
마다 조차 마저 밖에 대로 뿐 만 도 치고 커녕 씩 쯤 당
"""
_AFTER_CODA = """
은 이 을 과 이랑 아 이여 이나 이나마 이든 이든지 이든가 이라도 이라든지 이야 이고 이며 이란 이라면 으로 으로서
으로써 으로부터
"""
_AFTER_VOWEL = """
는 가 를 와 랑 야 여 나 나마 든 든지 든가 라도 라든지 고 며 란 라면 로 로서 로써 로부터
"""
_COPULA = """
다 고요 구요 며 면 면서 니까 니 지만 지요 죠 지 네 네요 군요 거든요 거든 잖아요 라서 라고 라고요 라는 라니 었 었고
었는데 었어요 었습니다 었던
"""
_BARE_COPULA = """
입니다 입니까 인데 인데요 인가 인가요 인지 인지요 일 일까요 인 임 이에요 이예요 이요 예요 에요 여서 였 였고 였는데
였어요 였습니다 였던 요
"""


def _either(*tables: str) -> str:
    return "|".join(sorted({word for table in tables for word in table.split()}, key=lambda word: (-len(word), word)))


def _with_i(table: str) -> str:
    return " ".join(f"이{word}" for word in table.split())


def _chain(own: str, copula: str) -> re.Pattern[str]:
    """At most three josa in a row, then perhaps a form of the copula. From the second on any form will do."""
    first, rest = _either(_ANY, own), _either(_ANY, _AFTER_CODA, _AFTER_VOWEL)
    ends = _either(_BARE_COPULA, _with_i(_COPULA), _COPULA)
    return re.compile(rf"(?:(?:{first})(?:{rest}){{0,2}}(?:{ends})?|{_either(_BARE_COPULA, copula)})")


_CODA = _chain(_AFTER_CODA, _with_i(_COPULA))
_VOWEL = _chain(_AFTER_VOWEL, f"{_COPULA} {_with_i(_COPULA)}")
_LIEUL = _chain(f"{_AFTER_CODA} 로 로서 로써 로부터", _with_i(_COPULA))
_UNKNOWN = _chain(f"{_AFTER_CODA} {_AFTER_VOWEL}", f"{_COPULA} {_with_i(_COPULA)}")


@functools.lru_cache(maxsize=4096)
def is_josa(noun: str, tail: str) -> bool:
    """Whether ``tail`` is nothing but what may be written on to this noun: josa, one or a few, or the copula.

    >>> is_josa("카드", "로는"), is_josa("환불", "이요"), is_josa("카드", "값"), is_josa("해지", "은")
    (True, True, False, False)
    """
    last = coda(noun)
    known = {None: _UNKNOWN, "": _VOWEL, "ㄹ": _LIEUL}.get(last, _CODA)
    return known.fullmatch(tail) is not None
