"""Tokens: the words, brackets and signs of a transcript. Every character belongs to exactly one token."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from kowhisper_tel.korean.notation.fillers import MARKED_FILLERS
from kowhisper_tel.korean.verbalise.rule import JOSA, words

NARROW = str.maketrans("（）｛｝［］／＋＊＠＆＃：～", "(){}[]/+*@&#:~")
"""Full-width signs, one for one, so that places stay."""

NOISES = {"b": "breath", "l": "laugh", "o": "overlap", "n": "noise", "u": "unintelligible"}
"""``b/`` and so on, from the ETRI rules that KsponSpeech follows."""

TAGGED = {"NO": "noise", "SN": "speaker_noise", "FP": "filler", "SP": "indistinct"}
"""``(NO:)`` and so on, from the AI-Hub sets of free talk and commands."""

EVENTS = {
    **dict.fromkeys(("laughing", "laugh", "laughter", "웃음", "웃음소리"), "laugh"),
    **dict.fromkeys(("clearing", "목청"), "clearing"),
    **dict.fromkeys(("singing", "노래"), "singing"),
    **dict.fromkeys(("applauding", "applausing", "applause", "박수"), "applause"),
    **dict.fromkeys(("bgm", "music", "음악"), "music"),
    **dict.fromkeys(("noise", "잡음", "소음"), "noise"),
    **dict.fromkeys(("breath", "breathing", "숨소리", "한숨"), "breath"),
    **dict.fromkeys(("cough", "coughing", "기침"), "cough"),
    "idiom": "term",
}
"""Words for what is heard: ``{laughing}`` (NIKL, dialects), ``/(bgm)`` and ``@웃음`` (AI-Hub meetings)."""

MASK_WORDS = words("""
이름 성명 고객명 고객이름 상호명 상호 회사명 회사 업체명 전화번호 휴대폰번호 전번 카드번호 계좌번호 주민등록번호
주민번호 차량번호 번호 주소 정당 소속 기관 장소 위치 지명 지역 계정 아이디 이메일 비밀번호 생년월일 신원
""")
"""Korean names of what is masked: ``@이름1``, ``&전화번호1&``, ``#@주소#``."""

MASK_NAMES = words("""
name social-security-num card-num tel-num num address company-name affiliation account other others brand brands
location party
""")
"""English ones, from NIKL and the dialects: ``&name1&``, ``&company-name&``."""

_HANGUL = "가-힣ㄱ-ㅎㅏ-ㅣ"
_LATIN = "A-Za-z0-9"


def _either(known: Iterable[str]) -> str:
    return "|".join(map(re.escape, sorted(known, key=lambda word: (-len(word), word))))


_EVENT = _either(EVENTS)
_MASK = f"(?:{_either(MASK_WORDS)})[0-9]*"
_EVENT_SIGNS = (
    rf"/\s*\(\s*(?i:{_EVENT})\s*\)|\{{\s*(?i:{_EVENT})\s*\}}|(?<![{_LATIN}._])@(?:웃음|박수|목청|노래)(?![{_HANGUL}])"
)
_MASK_SIGNS = (
    rf"&(?i:{_either(MASK_NAMES)})[0-9]*&|&{_MASK}&|\#@?{_MASK}@?\#|\#@[{_HANGUL}]+@?\#|(?<![{_LATIN}._])@{_MASK}"
)

STRICT = re.compile(
    rf"""
    (?P<space>\s+)
    |(?P<event>{_EVENT_SIGNS}|\(\s*(?:{_EVENT})\s*\)|\[\s*(?i:{_EVENT})\s*\]|\{{[A-Za-z_:\-\ ]{{1,30}}\}})
    |(?P<mask>{_MASK_SIGNS}|&[A-Za-z{_HANGUL}][A-Za-z{_HANGUL}_-]*[0-9]*&|\#@?[{_HANGUL}{_LATIN}]{{1,12}}@?\#|\#@[{_HANGUL}]+@?\s*\#
        |(?<![{_LATIN}._])@(?:[{_HANGUL}]+[0-9]+|(?i:{_either(MASK_NAMES)})[0-9]*(?![A-Za-z]))|\*{{2,}}|[○●◯]+|(?<![{_LATIN}])O{{2,}}(?![{_LATIN}]))
    |(?P<noise>(?<![{_LATIN}])(?:[blnou]/)+(?![a-z])|(?<!\S)(?:[BLNOU]/)+(?!\S))
    |(?P<lost>(?<![{_LATIN}])x{{2,}}(?![{_LATIN}]))
    |(?P<dashed>(?<![{_LATIN}{_HANGUL})-])-[{_HANGUL}]+(?:\ [{_HANGUL}]+){{0,2}}-(?![{_LATIN}-]))
    |(?P<interjection>(?<!\S)\#(?=[{_HANGUL}])(?!{JOSA}(?![{_HANGUL}])))
    |(?P<hangul>[{_HANGUL}]+)
    |(?P<latin>[{_LATIN}]+(?:[/+&@._:'-][{_LATIN}]+)*(?:(?<=U)\+(?![{_LATIN}])|(?<=C)\+\+)?)
    |(?P<tagged>\(\s*(?:[A-Z]{{2}}|no|sn|fp|sp)\s*:)
    |(?P<open>\()|(?P<close>\))
    |(?P<slash>/)|(?P<plus>\+)|(?P<star>\*)|(?P<tilde>~+)|(?P<at>@)
    |(?P<punct>[.,?!…])
    |(?P<stray>[&\#{{}}\[\]<>|_\\])
    |(?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
"""The whole grammar: transcripts that are known to be marked."""

PLAIN = re.compile(
    rf"""
    (?P<space>\s+)
    |(?P<event>(?<![{_LATIN}])(?:{_EVENT_SIGNS}))
    |(?P<mask>{_MASK_SIGNS}|(?<!\S)&[a-z]+(?:-[a-z]+)*[0-9]*&)
    |(?P<noise>(?<!\S)(?:[blnou]/)+(?![^\s.,?!]))
    |(?P<filler>(?<!\S)(?:{_either(MARKED_FILLERS)})/(?!\S))
    |(?P<tagged>\(\s*(?:NO|SN|FP|SP)\s*:(?=[가-힣\s]*\)))
    |(?P<open>\()|(?P<close>\))|(?P<slash>/)
    |(?P<other>[^\s/&@\#{{()]+|.)
    """,
    re.VERBOSE | re.DOTALL,
)
"""Only what is unmistakable: text whose origin is not known."""


@dataclass(frozen=True, slots=True)
class Token:
    """One token: its kind (a group of ``STRICT`` or ``PLAIN``), and where it stands."""

    kind: str
    start: int
    end: int


def tokens(text: str, grammar: re.Pattern[str]) -> list[Token]:
    """The tokens of a text whose signs are narrow."""
    return [Token(match.lastgroup or "other", match.start(), match.end()) for match in grammar.finditer(text)]


def partners(found: list[Token]) -> dict[int, int]:
    """For each bracket that is opened and closed, the index of its closing token."""
    opened: list[int] = []
    closed: dict[int, int] = {}
    for i, token in enumerate(found):
        if token.kind in ("open", "tagged"):
            opened.append(i)
        elif token.kind == "close" and opened:
            closed[opened.pop()] = i
    return closed


def event_kind(sign: str) -> str:
    """The kind of an event's sign: ``laugh`` for ``{laughing}``, ``event`` for one that is not known."""
    return EVENTS.get(sign.strip("/@(){}[] \t\n").lower(), "event")
