"""The options that the commands of a run share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from kowhisper_tel.core.language import LANGUAGES, choose_language


def _language(value: str | None) -> str | None:
    if value is not None and value not in LANGUAGES:
        raise typer.BadParameter(f"{value}: choose {' or '.join(LANGUAGES)}")
    if value is not None:
        choose_language(value)
    return value


ConfigFile = Annotated[
    Path | None, typer.Option("--config", "-c", help="YAML config; without it the embedded demo. · 설정 파일")
]
Overrides = Annotated[
    list[str] | None, typer.Option("--set", help="Override a config value: key.key=value. · 설정 값 바꾸기")
]
Name = Annotated[str | None, typer.Option("--name", help="The run's name (config: name). · 실행 이름")]
Resume = Annotated[
    bool, typer.Option("--resume", help="Go on with a run that exists; an error if there is none. · 이어서 하기")
]
GoesOn = Annotated[
    bool, typer.Option("--resume", help="As without it: what was stopped goes on. · 없어도 멈춘 데서 이어집니다")
]
Overwrite = Annotated[
    bool, typer.Option("--overwrite", help="Delete an earlier run of this name and start afresh. · 지우고 새로 하기")
]
ExecutorName = Annotated[
    Literal["local", "ray"],
    typer.Option("--executor", help="Where work is done: local, or ray; no effect on the result. · 실행 위치"),
]
Language = Annotated[
    str | None,
    typer.Option("--lang", help="Language of messages: ko or en. · 메시지 언어", callback=_language, is_eager=True),
]
