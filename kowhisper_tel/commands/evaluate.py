"""``run evaluate``."""

from __future__ import annotations

from typing import Annotated

import typer

from kowhisper_tel.commands.options import ConfigFile, ExecutorName, GoesOn, Language, Name, Overrides
from kowhisper_tel.core.errors import UserError


def command(
    config: ConfigFile = None,
    set_: Overrides = None,
    name: Name = None,
    resume: GoesOn = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Delete earlier results. · 이전 결과 지우기")] = False,
    executor: ExecutorName = "local",
    lang: Language = None,
) -> None:
    """All models over the suites. · 모든 모델을 평가 세트로 평가합니다."""
    from kowhisper_tel.commands import stages
    from kowhisper_tel.commands.run_folder import open_run

    if resume and overwrite:
        raise UserError("run.both")
    with open_run(config, set_ or [], name=name, new=False, evaluates=True) as run:
        stages.evaluate(run, overwrite=overwrite, executor=executor)
