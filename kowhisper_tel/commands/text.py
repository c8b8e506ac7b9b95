"""``run text``: lines on standard input, one line out for each line in."""

from __future__ import annotations

import json
import sys
import unicodedata
from collections.abc import Callable

import typer

from kowhisper_tel.core.errors import UserError

app = typer.Typer(help="Korean text, line by line. · 한국어 텍스트 변환", no_args_is_help=True)


@app.command("verbalise")
def verbalise(
    rules: bool = typer.Option(False, "--rules", help="After a tab, the rules that read it. · 적용한 규칙도 보입니다."),
) -> None:
    """Written to spoken form (3개 → 세 개). · 적은 글을 읽는 말로 바꿉니다."""
    from kowhisper_tel.korean.verbalise import verbalise as convert

    _each_line(_with_rules if rules else convert)


@app.command("itn")
def itn() -> None:
    """Spoken to written form (세 시 삼십 분 → 3시 30분). · 말한 숫자를 적는 꼴로 바꿉니다."""
    from kowhisper_tel.korean.inverse import itn as convert

    _each_line(convert)


@app.command("normalise")
def normalise() -> None:
    """To the form that is scored. · 채점에 쓰는 형태로 바꿉니다."""
    from kowhisper_tel.korean.normalise import normalise as convert

    _each_line(convert)


def _with_rules(text: str) -> str:
    """The spoken form, a tab, and what was read as a JSON list: place in the text (NFC), rule, words."""
    from kowhisper_tel.korean.verbalise import readings
    from kowhisper_tel.korean.verbalise import verbalise as convert

    composed = unicodedata.normalize("NFC", text)
    pieces = [{"start": r.start, "end": r.end, "rule": r.rule, "spoken": r.spoken} for r in readings(composed)]
    return f"{convert(text)}\t{json.dumps(pieces, ensure_ascii=False)}"


def _each_line(convert: Callable[[str], str]) -> None:
    for number, line in enumerate(sys.stdin.buffer, 1):
        try:
            text = line.decode("utf-8").rstrip("\r\n")
        except UnicodeDecodeError:
            raise UserError("text.encoding", line=number) from None
        sys.stdout.buffer.write((convert(text) + "\n").encode())
        sys.stdout.buffer.flush()
