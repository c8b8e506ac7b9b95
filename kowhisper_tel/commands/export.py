"""``run export``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Literal

import typer

from kowhisper_tel.commands.options import ConfigFile, GoesOn, Language, Name, Overrides
from kowhisper_tel.core.errors import UserError


def command(
    folder: Annotated[Path | None, typer.Argument(metavar="RUN", help="A run's folder. · 실행 폴더")] = None,
    config: ConfigFile = None,
    set_: Overrides = None,
    name: Name = None,
    model: Annotated[
        list[str] | None, typer.Option("--model", help="phone (default) or clean; may be repeated. · 모델")
    ] = None,
    to: Annotated[str | None, typer.Option("--to", help="Formats: ct2-int8,ct2-float16,safetensors. · 형식")] = None,
    dtype: Annotated[
        Literal["fp32", "fp16"] | None, typer.Option("--dtype", help="Of safetensors: fp32 or fp16. · 숫자 형식")
    ] = None,
    resume: GoesOn = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Delete earlier exports. · 이전 결과 지우기")] = False,
    lang: Language = None,
) -> None:
    """Tuned models for other tools, each checked against what was trained. · 다른 도구용으로 내보내고 확인합니다."""
    from kowhisper_tel.commands import exporting
    from kowhisper_tel.commands.run_folder import CONFIG, open_run
    from kowhisper_tel.config import Export

    if resume and overwrite:
        raise UserError("run.both")
    overrides = list(set_ or [])
    if folder is not None:
        if config is not None or name is not None:
            raise UserError("export.both")
        if not (folder / CONFIG).is_file():
            raise UserError("export.no_run", folder=folder)
        config, name = folder / CONFIG, folder.resolve().name
        overrides.append(f"runs={json.dumps(str(folder.resolve().parent), ensure_ascii=False)}")
    with open_run(config, overrides, name=name, new=False, keep_config=True) as run:
        asked = {
            "formats": [one.strip() for one in to.split(",") if one.strip()] if to is not None else None,
            "models": model,
            "dtype": dtype,
        }
        given = {key: value for key, value in asked.items() if value is not None}
        settings = (run.config.export or Export()).model_copy(update=given)
        held = exporting.export_all(run, settings, overwrite=overwrite)
    if not held:
        raise typer.Exit(exporting.BEYOND)
