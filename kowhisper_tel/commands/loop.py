"""``run`` without a sub-command: the whole loop, in order, skipping what is already complete."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kowhisper_tel.commands.options import ConfigFile, Language, Name, Overrides, Overwrite, Resume


def command(
    context: typer.Context,
    config: ConfigFile = None,
    set_: Overrides = None,
    name: Name = None,
    resume: Resume = False,
    overwrite: Overwrite = False,
    lang: Language = None,
) -> None:
    """Prepare, train with the clean control, evaluate and report: the whole loop. · 준비부터 보고서까지 한 번에"""
    if context.invoked_subcommand is not None:
        if config or set_ or name or resume or overwrite:
            raise typer.BadParameter(f"put them after the command: {context.invoked_subcommand} --config …")
    else:
        whole_loop(config, set_ or [], name=name, resume=resume, overwrite=overwrite)


def all_(
    config: ConfigFile = None,
    set_: Overrides = None,
    name: Name = None,
    resume: Resume = False,
    overwrite: Overwrite = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be done. · 할 일만 보기")] = False,
    lang: Language = None,
) -> None:
    """The whole loop, as without a command; or what it would do. · 준비부터 보고서까지, 또는 할 일 보기"""
    if dry_run:
        from kowhisper_tel.commands.planning import planned

        print(planned(config, set_ or [], name=name, overwrite=overwrite))
    else:
        whole_loop(config, set_ or [], name=name, resume=resume, overwrite=overwrite)


def whole_loop(
    config: Path | None = None,
    overrides: list[str] | tuple[str, ...] = (),
    *,
    name: str | None = None,
    resume: bool = False,
    overwrite: bool = False,
) -> Path:
    """Run every stage of a config's run; returns the report's page.

    Raises ``typer.Exit`` (1), with the report written, where an export's check does not hold.
    """
    from kowhisper_tel.commands import exporting, stages, tested
    from kowhisper_tel.commands.progress import say
    from kowhisper_tel.commands.run_folder import open_run

    with open_run(config, overrides, name=name, resume=resume, overwrite=overwrite, evaluates=True) as run:
        stages.prepare(run)
        tested.suites_of(run)  # what the test utterances cannot fill is said now, not after the training
        for model in run.tuned:
            stages.train(run, model)
        stages.evaluate(run)
        held = exporting.export_all(run, run.config.export) if run.config.export else True
        page = stages.report(run)
    say(f"report: {page}", f"보고서: {page}")
    if not held:
        raise typer.Exit(exporting.BEYOND)
    return page
