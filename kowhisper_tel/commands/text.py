"""``run text``: lines on standard input, UTF-8 or cp949; one line of UTF-8 out for each line in."""

from __future__ import annotations

import json
import os
import sys
import unicodedata
from collections.abc import Callable, Iterable, Iterator

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


@app.command("mask")
def mask() -> None:
    """Personal numbers and addresses as ●. · 전화·주민·카드·계좌번호와 이메일을 가립니다."""
    from kowhisper_tel.korean.mask import mask as convert

    _each_line(convert)


def _with_rules(text: str) -> str:
    """The spoken form, a tab, and what was read as a JSON list: place in the text (NFC), rule, words."""
    from kowhisper_tel.korean.verbalise import readings
    from kowhisper_tel.korean.verbalise import verbalise as convert

    composed = unicodedata.normalize("NFC", text)
    pieces = [{"start": r.start, "end": r.end, "rule": r.rule, "spoken": r.spoken} for r in readings(composed)]
    return f"{convert(text)}\t{json.dumps(pieces, ensure_ascii=False)}"


def _each_line(convert: Callable[[str], str]) -> None:
    try:
        for line in _lines(sys.stdin.buffer):
            sys.stdout.buffer.write((convert(line) + "\n").encode())
            sys.stdout.buffer.flush()
    except BrokenPipeError:  # who reads has enough (`| head`), which is no error, and 1 would say "regression"
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _lines(source: Iterable[bytes]) -> Iterator[str]:
    """Lines in the encoding, UTF-8 or cp949, of the first that is not ASCII; each as soon as it is read."""
    from kowhisper_tel.data.text_files import ENCODINGS

    encodings: tuple[str, ...] = ENCODINGS
    for number, line in enumerate(source, 1):
        decoded = {encoding: text for encoding in encodings if (text := _decoded(line, encoding)) is not None}
        if not decoded:
            expected = " / ".join(encodings).replace("utf-8-sig", "UTF-8")
            raise UserError("text.encoding", line=number, expected=expected)
        if not line.isascii():
            encodings = tuple(decoded)[:1]
        yield next(iter(decoded.values())).rstrip("\r\n")


def _decoded(line: bytes, encoding: str) -> str | None:
    try:
        return line.decode(encoding)
    except UnicodeDecodeError:
        return None
