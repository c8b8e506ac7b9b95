"""``run train``."""

from __future__ import annotations

from typing import Annotated

import typer

from kowhisper_tel.commands.options import ConfigFile, GoesOn, Language, Name, Overrides

DryRun = Annotated[
    bool,
    typer.Option("--dry-run", help="Only forecast steps, hours, disk and memory, by a few real steps. · 비용 예측만"),
]
AsJson = Annotated[bool, typer.Option("--json", help="With --dry-run: one JSON object. · JSON으로")]


def command(
    config: ConfigFile = None,
    set_: Overrides = None,
    name: Name = None,
    resume: GoesOn = False,
    dry_run: DryRun = False,
    json: AsJson = False,
    lang: Language = None,
) -> None:
    """Tune the model, and its control without telephone augmentation. · 모델과 대조 모델을 학습합니다."""
    from kowhisper_tel.commands import stages
    from kowhisper_tel.commands.run_folder import look, open_run
    from kowhisper_tel.train import ranks

    if json and not dry_run:
        raise typer.BadParameter("--json goes with --dry-run")
    if dry_run:
        ranks.refuse()
        from kowhisper_tel.commands.forecasting import forecast

        print(forecast(look(config, set_ or [], name=name), as_json=json))
        return
    with open_run(config, set_ or [], name=name, new=False, shared=True) as run:
        for model in run.tuned:
            stages.train(run, model)
    ranks.leave()
