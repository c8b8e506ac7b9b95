"""``run text``: lines on standard input, one line out for each line in."""

from __future__ import annotations

import sys
from collections.abc import Callable

import typer

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
    for line in sys.stdin.buffer:
        sys.stdout.buffer.write((convert(line.decode("utf-8").rstrip("\r\n")) + "\n").encode())
        sys.stdout.buffer.flush()
