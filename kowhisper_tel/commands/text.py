"""``run text``: lines on standard input, one line out for each line in."""

from __future__ import annotations

import sys
from collections.abc import Callable

import typer

from kowhisper_tel.core.errors import UserError

app = typer.Typer(help="Korean text, line by line. · 한국어 텍스트 변환", no_args_is_help=True)


@app.command("verbalise")
def verbalise() -> None:
    """Written to spoken form (3개 → 세 개). · 적은 글을 읽는 말로 바꿉니다."""
    from kowhisper_tel.korean.verbalise import verbalise as convert

    _each_line(convert)


@app.command("normalise")
def normalise() -> None:
    """To the form that is scored. · 채점에 쓰는 형태로 바꿉니다."""
    from kowhisper_tel.korean.normalise import normalise as convert

    _each_line(convert)


def _each_line(convert: Callable[[str], str]) -> None:
    for number, line in enumerate(sys.stdin.buffer, 1):
        try:
            text = line.decode("utf-8").rstrip("\r\n")
        except UnicodeDecodeError:
            raise UserError("text.encoding", line=number) from None
        sys.stdout.buffer.write((convert(text) + "\n").encode())
        sys.stdout.buffer.flush()
