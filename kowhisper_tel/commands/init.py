"""``run init``: five questions, and a config of the answers."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Annotated, Any, Literal, cast

import typer

from kowhisper_tel.commands.options import Language
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.language import current_language

OUT = Path("my.yaml")


def command(
    data: Annotated[Path | None, typer.Option(help="1. The folder of recordings and labels. · 녹음 폴더")] = None,
    name: Annotated[str | None, typer.Option(help="2. The run's name. · 실행 이름")] = None,
    channel: Annotated[str | None, typer.Option(help="3. The preset that calls sound like. · 통화 프리셋")] = None,
    size: Annotated[str | None, typer.Option(help="4. Of Whisper: base, small … · 모델 크기")] = None,
    effort: Annotated[
        Literal["try", "standard", "full"] | None, typer.Option(help="5. How much is done. · 얼마나 할지")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Ask nothing: what is proposed. · 제안대로")] = False,
    out: Annotated[Path, typer.Option("--out", "-o", help="The config to write. · 설정 파일")] = OUT,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Write over an earlier one. · 덮어쓰기")] = False,
    lang: Language = None,
) -> None:
    """Ask five questions and write a config. · 다섯 가지를 물어 설정 파일을 씁니다."""
    from kowhisper_tel.commands import first_config
    from kowhisper_tel.commands.progress import say

    _check_free(out, overwrite)
    asks = not yes and sys.stdin.isatty()
    given = {"data": data, "name": name, "channel": channel, "size": size, "effort": effort}
    open_ = [f"--{key}" for key, value in given.items() if value is None]
    if (data is None and yes) or (open_ and not yes and not asks):
        raise UserError("init.answers", options=" ".join(open_))
    folder = data or Path(_ask("1/5 Folder of recordings and labels", "1/5 녹음과 라벨이 있는 폴더", None))
    if not folder.is_dir():
        raise UserError("prepare.folder", path=folder)
    known = first_config.sizes()
    questions: list[tuple[Any, str, str, str]] = [
        (name, "2/5 Name of the run", "2/5 실행 이름", _name(folder)),
        (channel, "3/5 Preset the calls sound like", "3/5 통화를 닮은 프리셋", first_config.likely_channel()),
        (size, f"4/5 Whisper's size ({', '.join(known)})", f"4/5 Whisper 크기({', '.join(known)})",
         first_config.likely_size(known)),
        (effort, "5/5 How much: try, standard, full", "5/5 얼마나 할지: try, standard, full", "try"),
    ]  # fmt: skip
    answers = [value or (_ask(en, ko, likely) if asks else likely) for value, en, ko, likely in questions]
    init(folder, answers[0], answers[1], answers[2], answers[3], out=out, overwrite=overwrite)
    say(
        f"config: {out}. What it would do: python -m kowhisper_tel.run all --config {out} --dry-run",
        f"설정: {out}. 무엇을 할지 보기: python -m kowhisper_tel.run all --config {out} --dry-run",
    )


def init(
    data: Path, name: str, channel: str, size: str, effort: str = "try", *, out: Path = OUT, overwrite: bool = False
) -> Path:
    """Write a config for a folder of recordings; returns its path.

    Raises ``UserError``: ``init.*``, ``prepare.folder``, and ``config.*`` where an answer can't stand. Nothing is
    written before all is checked.
    """
    from kowhisper_tel.commands import first_config
    from kowhisper_tel.commands.channels import training_mixture
    from kowhisper_tel.config_file import validated
    from kowhisper_tel.core.files import write_text

    _check_free(out, overwrite)
    if effort not in ("try", "standard", "full"):
        raise UserError("init.effort", effort=effort)
    answers = first_config.Answers(data, name, channel, size, cast("first_config.Effort", effort))
    config = first_config.made(answers, out)
    training_mixture(validated(config, out).train)
    write_text(out, first_config.text(config, current_language()))
    return out


def _check_free(out: Path, overwrite: bool) -> None:
    if out.exists() and not overwrite:
        raise UserError("init.exists", path=out)


def _name(folder: Path) -> str:
    return re.sub(r"[^\w-]+", "_", folder.resolve().name).strip("_") or "mine"


def _ask(en: str, ko: str, likely: str | None) -> str:
    return str(typer.prompt(ko if current_language() == "ko" else en, default=likely, err=True))
