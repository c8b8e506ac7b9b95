"""The command line: one short file a command, each with a function that notebooks can call too."""

from __future__ import annotations

import typer


def build() -> typer.Typer:
    """The command line with every command on it."""
    from kowhisper_tel.commands import (
        evaluate,
        export,
        gate,
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
    ):
        app.command(name)(module.command)
    app.add_typer(gate.app, name="gate")
    app.add_typer(suite.app, name="suite")
    app.add_typer(text.app, name="text")
    return app
