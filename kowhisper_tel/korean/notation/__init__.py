"""Notation: the marks of Korean speech corpora, read by a grammar. Nothing is dropped or guessed without being listed.

Conventions, each in ``NOTATIONS``:

``aihub``
    The whole grammar; in a dual transcription the spelling stands first: ``(70%)/(칠 십 퍼센트)``. KsponSpeech (AI-Hub
    123), calls (571, 100, 71616), free talk and commands (109, 107, 94 to 96), numbers (159), ClovaCall.
``dialect``
    The same, but the pronunciation stands first: ``(쫌)/(조금)``, ``(이십 대)/(20대)``. AI-Hub dialects (118 to 122),
    AI-Hub meetings (464), NIKL everyday conversation.
``plain``
    Text whose origin is not known: a user's CSV, a model's hypothesis. Only what is unmistakable is a mark; ordinary
    writing stays: ``1/2``, ``A/S``, ``24/7``, ``그리고/또는``, ``(주)삼성``, ``C+``, ``*``, ``&``, ``(웃음)``, e-mail.

Whichever side shows digits while the other shows none is the written one, then the one with Latin letters or unit
signs; the order of the convention decides only between two of a kind.

What becomes of each mark in the spoken side, and what ``plain`` takes of it:

``dual``
    ``(3개)/(세 개)``, ``(3개) / (세 개)``, ``(3개)(세 개)``, ``(3개/세 개)``: the spoken side, numbers regrouped.
    Plain: with the slash, where there is Hangul; without it, where one side has digits and the other is their reading.
``breath``, ``laugh``, ``overlap``, ``noise``
    ``b/ l/ o/ n/``: nothing. Plain: standing alone.
other sounds
    ``/(noise) /(bgm) {laughing} [웃음] (웃음) @웃음 (NO:) (SN:)``: nothing. Plain: neither ``[웃음]`` nor ``(웃음)``.
``unintelligible``
    ``u/``, ``(())``, ``((xx))``, ``xx``: nothing, a gap. Plain: not ``xx`` by itself.
``unclear``
    ``((말))``, ``((불명확한 말))``: the words, a gap. Plain: Hangul only.
``mask``
    ``@이름1 &이름& &tel-num1& #@이름# 홍*동 김** ○○ OO``: nothing, a gap. Plain: known names between their signs.
``filler``
    ``아/``, ``(FP:음)``: the word. Plain: ``FP``, and known fillers standing alone.
``fragment``
    ``그+ 그거``, ``-그- 그거``: the words, as said. Plain: no, ``C+`` and ``1+1`` are text.
``indistinct``
    ``아침*``, ``(SP:세시에)``: the word; it is hard to hear, but was transcribed, so it is no gap. Plain: only ``SP``.
``lengthening``, ``interjection``, ``term``
    ``어~``, ``#아따``, ``(@용어)`` and ``(용어)/(idiom)``: the word. Plain: no.

Sources: the ETRI transcription rules as AI-Hub publishes them (한국어 음성 전사규칙 v1.0: dual 1.1.1, noise 1.2.3,
fillers 1.4.1, ``*`` 1.9.1 and 1.9.4, ``u/`` 1.9.3, ``+`` 1.9.5), and how KoSpeech (sooftware/kospeech, dataset/kspon)
and ESPnet (egs2/ksponspeech/asr1/local/get_transcriptions.py, which mends ``w1 +w2`` too) read them; AI-Hub's page of
free talk 109 (``NO SN FP SP``); NIKL 일상 대화 말뭉치 2020 (``{laughing} ((xx)) (()) ~ -불완전 발화- &tel-num&``);
AI-Hub 한국어 방언 발화 (``#아따``, ``&company-name2&``, ``(방언)/(표준어)``) and 주요 영역별 회의 음성인식 464
(``(발음)/(표기)``, ``(@용어)``, ``/(bgm)``, ``@웃음``, ``@상호명1``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from kowhisper_tel.core.errors import UserError
from kowhisper_tel.korean.notation.fillers import FILLERS, drop_fillers, fillers
from kowhisper_tel.korean.notation.parsed import DISFLUENCIES, MASKED, SOUNDS, UNCLEAR, Mark, Parsed, Problem
from kowhisper_tel.korean.notation.parser import Parser

__all__ = [
    "DISFLUENCIES",
    "FILLERS",
    "MASKED",
    "NOTATIONS",
    "SOUNDS",
    "UNCLEAR",
    "Mark",
    "Notation",
    "Parsed",
    "Problem",
    "drop_fillers",
    "fillers",
    "parse",
]


@dataclass(frozen=True)
class Notation:
    """Conventions of transcripts.

    ``strict``: the whole grammar, and what does not fit is a problem. ``spoken_first``: the order of a dual
    transcription whose sides do not tell. ``signs``: a text without any of these characters has no marks.
    """

    name: str
    strict: bool
    spoken_first: bool
    signs: re.Pattern[str]


_SIGNS = re.compile(r"[/&@#{}()\[\]+*~<>|_\\○●◯（）｛｝［］／＋＊＠＆＃～-]|xx|OO")
_PLAIN_SIGNS = re.compile(r"[/&@#{(）／＆＠＃｛（)]")

NOTATIONS = {
    notation.name: notation
    for notation in (
        Notation("aihub", strict=True, spoken_first=False, signs=_SIGNS),
        Notation("dialect", strict=True, spoken_first=True, signs=_SIGNS),
        Notation("plain", strict=False, spoken_first=False, signs=_PLAIN_SIGNS),
    )
}
"""The conventions by name; an ``Entry`` names its own."""


def parse(text: str, notation: str = "plain") -> Parsed:
    """Both sides of a transcript, the marks in it, and the problems, with their places.

    Never raises on any text; a place is an index into ``text``. Raises ``UserError`` (``notation.unknown``) for a
    notation that is not known. What is plain text already is returned as it is, white space apart.

    >>> parse("b/ 아/ (70%)/(칠 십 퍼센트) 확률이라니 n/", "aihub").spoken
    '아 칠십 퍼센트 확률이라니'
    """
    conventions = NOTATIONS.get(notation)
    if conventions is None:
        raise UserError("notation.unknown", name=notation, known=", ".join(NOTATIONS))
    if not conventions.signs.search(text):
        spoken = " ".join(text.split())
        return Parsed(spoken, spoken)
    parsed = _read(text, conventions)
    plain = NOTATIONS["plain"]
    if parsed.marks and plain.signs.search(parsed.spoken) and _read(parsed.spoken, plain).spoken != parsed.spoken:
        same = " ".join(text.split())
        return Parsed(same, same, problems=(*parsed.problems, Problem("ambiguous", 0, len(text))))
    return parsed


def _read(text: str, conventions: Notation) -> Parsed:
    parser = Parser(text, strict=conventions.strict, spoken_first=conventions.spoken_first)
    sides = parser.read()
    marks = sorted(parser.marks, key=lambda mark: (mark.start, -mark.end))
    problems = sorted(parser.problems, key=lambda problem: (problem.start, problem.end))
    return Parsed(sides.spoken, sides.written, tuple(marks), tuple(problems))
