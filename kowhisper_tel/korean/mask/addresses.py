"""Addresses: e-mail, written and said (골뱅이), and number plates (12가 3456)."""

from __future__ import annotations

import re
from collections.abc import Iterator

_MAIL = re.compile(
    r"[A-Za-z0-9._%+\-가-힣]+\s?[@＠]\s?(?:[A-Za-z0-9\-]+|[가-힣]+)(?:\s?\.\s?(?:[A-Za-z]{2,}|한국|닷컴))*"
)
_LETTER = (
    "에이치|더블유|더블류|에이|비|씨|디|이|에프|지|쥐|아이|제이|케이|엘|엠|엔|오|피|큐|알|에스|티|유|브이|엑스|와이|제트|지트"
    "|공|영|일|삼|사|육|륙|칠|팔|구|하나|둘|셋|넷|다섯|언더바|언더스코어|대시|하이픈|점|쩜|닷"
)
_AT = re.compile(
    rf"(?:(?:[A-Za-z0-9]+|(?:{_LETTER})+) ?){{0,24}}(?:[가-힣A-Za-z0-9]+ ?)?골뱅이 ?"
    r"[가-힣A-Za-z0-9]+(?: ?(?:닷|점|쩜|\.) ?[가-힣A-Za-z]{1,3})*"
)
_USES = "가나다라마거너더러머버서어저고노도로모보소오조구누두루무부수우주하허호바사아자배"
"""What a plate may carry (자동차등록번호판 등의 기준에 관한 고시)."""
_D = "[0-9０-９공영일이삼사오육륙칠팔구]"
_W = "[0-9０-９]"
_PLATE = re.compile(
    rf"(?<![가-힣0-9])(?:[가-힣]{{2}} ?)??"
    rf"(?P<plate>(?:{_W}{{2,3}}|{_D}{{2,3}}|[이삼사오육칠팔구]?십[일이삼사오육칠팔구]?)"
    rf" ?[{_USES}] ?(?:{_W}{{4}}|{_D}{{4}}))(?![0-9공영육륙칠팔])"
)

Span = tuple[int, int]


def find(text: str) -> Iterator[Span]:
    """The stretches of addresses and plates."""
    if "@" in text or "＠" in text:
        for match in _MAIL.finditer(text):
            yield match.span()
    if "골뱅이" in text:
        for match in _AT.finditer(text):
            yield match.span()
    for match in _PLATE.finditer(text):
        yield match.span("plate")
