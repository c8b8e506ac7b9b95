"""Signs: the marks that are not brackets. Noise, masks, fillers, fragments, words that are hard to hear."""

from __future__ import annotations

import re
from dataclasses import replace

from kowhisper_tel.korean.notation.fillers import STUCK_FILLERS
from kowhisper_tel.korean.notation.numerals import ONLY_JOSA
from kowhisper_tel.korean.notation.reading import WORDISH, Reading
from kowhisper_tel.korean.notation.sides import Sides, is_word
from kowhisper_tel.korean.notation.tokens import NOISES, Token, event_kind
from kowhisper_tel.korean.verbalise.rule import JOSA

_GRADES = frozenset("ABCDF")
_KEY = re.compile(rf"{JOSA}(?![가-힣])|\s*(?:버튼|키(?![가-힣])|[을를]?\s?(?:누르|눌))")
_ENDS_A_WORD = frozenset({"hangul", "close", "plus", "star", "slash", "tilde"})


def read_token(at: Reading, token: Token, out: Sides) -> None:
    """Read a token that needs no other: noise, masks, words. What is no mark is said as it stands."""
    said = at.said(token)
    match token.kind:
        case "event":
            at.mark(event_kind(at.sign(token)), token.start, token.end, said)
            out.skip()
        case "mask":
            at.mark("mask", token.start, token.end, said)
            out.skip()
        case "lost":
            at.mark("unintelligible", token.start, token.end, said)
            out.skip()
        case "noise":
            for place in range(token.start, token.end, 2):
                kind = NOISES[at.narrow[place].lower()]
                at.mark(kind, place, place + 2, at.text[place : place + 2])
            out.skip()
        case "filler":
            at.mark("filler", token.start, token.end, said[:-1])
            out.put(said[:-1])
        case "dashed":
            at.mark("fragment", token.start, token.end, said[1:-1])
            out.put(said[1:-1] + (" " if is_word(at.text[token.end : token.end + 1]) else ""))
        case "interjection":
            at.mark("interjection", token.start, token.end, said)
        case "punct":
            if not out.close_up(said):
                at.marks[-1] = replace(at.marks[-1], end=token.end, content=at.text[at.marks[-1].start : token.end])
        case "stray" | "at" if at.strict:
            at.problem("stray", token.start, token.end)
            out.put(said)
        case _:
            out.put(said)


def read_sign(at: Reading, i: int, start: int, end: int, out: Sides) -> None:
    """Read ``/``, ``+``, ``*`` or ``~`` by the tokens from ``start`` to before ``end`` that stand beside it."""
    token = at.tokens[i]
    before = at.tokens[i - 1] if i > start else None
    after = at.tokens[i + 1] if i + 1 < end else None
    read = {"slash": _filler, "plus": _fragment, "star": _indistinct, "tilde": _lengthening}
    if not read[token.kind](at, token, before, after, out):
        if token.kind != "tilde":
            at.problem(token.kind, token.start, token.end)
        out.put(at.said(token))


def _filler(at: Reading, token: Token, before: Token | None, after: Token | None, out: Sides) -> bool:
    """``아/``; stuck to the next word (``아/그래``) only if it is a word that is known as a filler."""
    if before is None or before.kind not in _ENDS_A_WORD - {"slash"} | {"punct"}:
        return False
    stuck = after is not None and after.kind in WORDISH
    if stuck and at.word(before) not in STUCK_FILLERS:
        return False
    _mark_word(at, "filler", before, token)
    out.put(" " if stuck else "")
    return True


def _fragment(at: Reading, token: Token, before: Token | None, after: Token | None, out: Sides) -> bool:
    """``그+ 그거``; ``그 +그거``, a slip that ESPnet mends too; ``그+그거`` where the word starts again."""
    stuck = after is not None and after.kind in WORDISH
    if before is None:
        return False
    if before.kind == "latin":
        return _latin_fragment(at, before, token, out)
    if before.kind in _ENDS_A_WORD:
        again = after is not None and at.word(after)[:1] == at.word(before)[:1] != ""
        if stuck and not again:
            return False
        _mark_word(at, "fragment", before, token)
        out.put(" " if stuck else "")
        return True
    if before.kind == "space" and after is not None and after.kind in ("hangul", "open") and out.ends_with_word():
        at.mark("fragment", token.start, token.end, "")
        return True
    return False


def _latin_fragment(at: Reading, word: Token, sign: Token, out: Sides) -> bool:
    """``K+ KBS`` and ``3+ 3개``, where the next word begins alike; ``A+`` is a grade, and text."""
    if at.narrow[sign.end :].lstrip()[:1] == at.narrow[word.start] and at.narrow[sign.end].isspace():
        _mark_word(at, "fragment", word, sign)
        return True
    if at.word(word) in _GRADES:
        out.put(at.said(sign))
        return True
    return False


def _indistinct(at: Reading, token: Token, before: Token | None, after: Token | None, _: Sides) -> bool:
    """``아침*``, ``아침*에``, ``*아침``, `` * ``; behind one syllable and before others (``홍*동``) it hides one."""
    word, rest = (at.word(beside) if beside else "" for beside in (before, after))
    if word and rest:
        particle = ONLY_JOSA.fullmatch(rest)
        if bool(particle) == (len(word) == 1) or not (word + rest).isalpha():
            return False
        kind = "indistinct" if particle else "mask"
        at.mark(kind, token.start, token.end, word if particle else "*")
    elif not word and _is_said(at, token):
        return False
    elif rest and after is not None:
        at.mark("indistinct", token.start, after.end, rest)
    else:
        _mark_word(at, "indistinct", before, token)
    return True


def _is_said(at: Reading, star: Token) -> bool:
    """Whether a star by itself is a word: times (``3 * 4``), or the key of a telephone (``*을 눌러``, ``* 버튼``)."""
    before, behind = at.narrow[: star.start].rstrip()[-1:], at.narrow[star.end : star.end + 12]
    return _KEY.match(behind) is not None or (before.isdigit() and behind.lstrip()[:1].isdigit())


def _lengthening(at: Reading, token: Token, before: Token | None, after: Token | None, _: Sides) -> bool:
    """``어~``; between words (``오전~오후``) it is a range, and text."""
    if before is None or before.kind not in ("hangul", "close", "slash", "plus", "star"):
        return False
    if after is not None and after.kind in WORDISH:
        return False
    at.mark("lengthening", token.start, token.end, at.said(token))
    return True


def _mark_word(at: Reading, kind: str, word: Token | None, sign: Token) -> None:
    said = at.word(word)
    at.mark(kind, word.start if word and said else sign.start, sign.end, said)
