"""The command line: one short file a command, each with a function that notebooks can call too."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from kowhisper_tel.core import log

LogJson = Annotated[
    bool, typer.Option(log.FLAG, help="What is told, as JSON lines. · 알림을 JSON으로", expose_value=False)
]
"""Of every command: ``run.main`` looks for it before anything is parsed."""


def program() -> Any:
    """The whole program, ready to be called: ``build``'s commands, each with the options that all of them have."""
    from typer.main import get_command

    def nothing(log_json: LogJson = False) -> None: ...

    alone = typer.Typer(add_completion=False)
    alone.command()(nothing)
    shared = next(option for option in get_command(alone).params if option.name == "log_json")
    whole = get_command(build())
    _add(whole, shared)
    return whole


def _add(command: Any, option: Any) -> None:
    command.params.append(option)
    for below in getattr(command, "commands", {}).values():
        _add(below, option)


def build() -> typer.Typer:
    """The command line with every command on it."""
    from kowhisper_tel.commands import (
        doctor,
        evaluate,
        export,
        gate,
        init,
        leaks,
        loop,
        prepare,
        report,
        score,
        simulate,
        suite,
        text,
        train,
        transcribe,
    )

    app = typer.Typer(
        name="python -m kowhisper_tel.run",
        help="Make Whisper understand Korean on the telephone, and prove it. · 전화 음성을 알아듣는 한국어 Whisper",
        no_args_is_help=False,
        pretty_exceptions_enable=False,
        add_completion=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback(invoke_without_command=True)(loop.command)
    for name, module in (
        ("prepare", prepare),
        ("leaks", leaks),
        ("simulate", simulate),
        ("train", train),
        ("export", export),
        ("transcribe", transcribe),
        ("evaluate", evaluate),
        ("report", report),
        ("score", score),
        ("doctor", doctor),
        ("init", init),
    ):
        app.command(name)(module.command)
    app.command("all")(loop.all_)
    app.add_typer(gate.app, name="gate")
    app.add_typer(suite.app, name="suite")
    app.add_typer(text.app, name="text")
    return app
