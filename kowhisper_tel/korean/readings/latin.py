"""Latin letters and words: the names of letters, and the spellings that foreign words have in Korean."""

from __future__ import annotations

import re

from kowhisper_tel.korean.readings.numerals import code, native_before, sino
from kowhisper_tel.korean.readings.slots import Slots, either, row
from kowhisper_tel.korean.readings.written import Written
from kowhisper_tel.korean.verbalise import verbalise
from kowhisper_tel.korean.verbalise.rule import words
from kowhisper_tel.korean.verbalise.rules.latin import LETTERS

SPELLINGS: dict[str, tuple[str, ...]] = {
    "A": ("에이",), "B": ("비",), "C": ("씨", "시"), "F": ("에프", "에푸"), "G": ("지", "쥐"), "H": ("에이치", "에치"),
    "R": ("알", "아르"), "V": ("브이",), "W": ("더블유", "더블류", "따블유"), "Z": ("제트", "지", "젯"),
}  # fmt: skip
"""Letters with more than one name, or more than one spelling of it."""

SIGNS: dict[str, tuple[str, ...]] = {
    "&": ("앤", "앤드", "엔", ""), "+": ("플러스", ""), "/": ("", "슬래시"), "-": ("", "다시", "대시"),
    ".": ("", "점", "닷", "쩜"), "_": ("언더바", ""),
}  # fmt: skip
"""Signs inside a name."""

ADDRESS_SIGNS = {
    "@": ("골뱅이", "앳", "엣"),
    ".": ("점", "닷", "쩜"),
    ".com": ("닷컴", "점컴", "점씨오엠", "쩜컴"),
    "/": ("슬래시",),
    "-": ("하이픈", "대시", "다시", "바"),
    "_": ("언더바", "언더스코어", "밑줄"),
    ":": ("콜론",),
    "?": ("물음표",),
    "=": ("는", "이퀄"),
    "&": ("앤드", "앤"),
    "%": ("퍼센트",),
    "~": ("물결",),
    "+": ("플러스",),
    "#": ("샵",),
}

IN_KOREAN = """
메시지 메세지
데이터 데이타
콘텐츠 컨텐츠
콘텐트 컨텐트
콘퍼런스 컨퍼런스
콘택트 컨택트
슈퍼 수퍼
숍 샵
샵 숍
캐시 캐쉬
쓰리 스리
유튜브 유투브
디지털 디지탈
애플리케이션 어플리케이션
내비게이션 네비게이션
내비 네비
패밀리 훼미리 훼밀리
센터 쎈터
서비스 써비스
리더십 리더쉽
멤버십 멤버쉽
비즈니스 비지니스
액세스 엑세스
액세서리 악세사리 악세서리
배터리 밧데리
초콜릿 초콜렛
케이크 케익
로봇 로보트
블록 블럭
매니저 매니져
매뉴얼 메뉴얼
앱 어플
사이트 싸이트
사이즈 싸이즈
세트 셋트
소파 쇼파
스케줄 스케쥴
에어컨 에어콘
워크숍 워크샵
주스 쥬스
카페 까페
컬러 칼라
타깃 타겟
톱 탑
타월 타올
테이프 테잎
파일 화일
팩스 팩시밀리
페스티벌 페스티발
플래시 플래쉬 후레쉬
뷔페 부페
렌터카 렌트카
레인지 렌지
바비큐 바베큐
핼러윈 할로윈
헬로 헬로우
옐로 옐로우
윈도 윈도우
스노 스노우
"""
WORDS: dict[str, tuple[str, ...]] = {
    spellings[0]: tuple(spellings) for spellings in map(words, IN_KOREAN.strip().splitlines())
}
"""A loan word as it may stand in the reading of a Latin word, to all the spellings it is met in."""

_WORD = re.compile("|".join(sorted(WORDS, key=len, reverse=True)))
_PART = re.compile(r"[A-Za-z]+|[0-9]+|.")
_AMOUNT_BEFORE = re.compile(r"[0-9만천]\s?$")
_AS_WORD = 5
"""Capitals up to this many that are read as a word (PIN, USIM) are also spelled."""


def letters(written: Written) -> Slots:
    """A word or a name in letters, with digits in it or not: letter by letter, or as a word."""
    text = written.text.strip()
    if text == "P" and _AMOUNT_BEFORE.search(written.before):
        return row(("피", "포인트"))
    whole = row(*_word(written.said))
    parts = row(*(_part(part) for part in _PART.findall(text)))
    return parts if _says(parts, written.said) else either(whole, parts)


def _part(part: str) -> Slots:
    """What a word, a number or a sign in a name is called."""
    if part.isdecimal():
        return code(part)
    if not part.isalpha():
        return [SIGNS.get(part, ("",))]
    word = verbalise(part)
    spelled = _spelled(part)
    if _says(spelled, word):
        return spelled
    is_short = part.isupper() and len(part) <= _AS_WORD
    return either(row(*_word(word)), spelled) if is_short else row(*_word(word))


def _spelled(word: str) -> Slots:
    slots = [SPELLINGS.get(letter) or (LETTERS[letter],) for letter in word.upper()]
    for place in re.finditer("[TD]V", word.upper()):
        slots[place.start() + 1] = ("브이", "비")
    return slots


def _says(slots: Slots, said: str) -> bool:
    """Whether slots can say this."""
    places = {0}
    for slot in slots:
        places = {place + len(choice) for place in places for choice in slot if said.startswith(choice, place)}
    return len(said) in places


def _word(said: str) -> Slots:
    """A word's reading, with the loan words in it in all their spellings."""
    slots: Slots = []
    done = 0
    for match in _WORD.finditer(said):
        slots += row(said[done : match.start()], WORDS[match.group()])
        done = match.end()
    return row(*slots, said[done:])


def basement(written: Written) -> Slots:
    """A floor under the ground: 비 이 층, 지하 이 층, 비투 층."""
    number = "".join(written.numbers())
    return row(("비", "지하"), either(sino(int(number)), code(number)), "층")


def address(written: Written) -> Slots:
    """A web or mail address: its words, or their letters, and the signs between."""
    return row(*(_address_part(part) for part in re.findall(r"\.com(?![A-Za-z])|[A-Za-z]+|[0-9]+|.", written.text)))


def _address_part(part: str) -> Slots:
    """Words of an address are spelled too, short ones mostly."""
    if part.lower() in ADDRESS_SIGNS:
        return [ADDRESS_SIGNS[part.lower()]]
    return either(_part(part), _spelled(part)) if part.isalpha() and len(part) <= _AS_WORD else _part(part)


def english_ordinal(written: Written) -> Slots:
    """1st: 퍼스트, 첫 번째, 일 번째 is none."""
    number = int(written.numbers()[0])
    return row((written.said, *(["첫번째"] if number == 1 else ["".join(native_before(number)[0]) + "번째"])))


def quarter(written: Written) -> Slots:
    """3Q: 삼 분기, 쓰리큐, 삼큐."""
    return either(row(sino(int(written.text[0])), "분기"), row(code(written.text[0]), "큐"))
