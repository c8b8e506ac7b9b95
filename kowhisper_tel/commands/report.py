"""``run report``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kowhisper_tel.commands.options import ConfigFile, Language, Name, Overrides

if TYPE_CHECKING:
    from kowhisper_tel.commands.run_folder import Run


def command(
    runs: Annotated[
        list[Path] | None,
        typer.Argument(
            help="Folders of runs to show side by side; without one, the config's run. · 나란히 볼 실행 폴더들"
        ),
    ] = None,
    config: ConfigFile = None,
    set_: Overrides = None,
    name: Name = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", help="Folder to write to (default: the run's report/). · 보고서를 쓸 폴더"),
    ] = None,
    figures: Annotated[
        bool,
        typer.Option("--figures", help="Also write each chart to figures/ as SVG and PNG. · 그림을 SVG와 PNG로도 저장"),
    ] = False,
    audio: Annotated[
        int | None,
        typer.Option(
            "--audio", min=0, help="Embed this many shareable clips at most. · 공유 가능한 음성을 몇 개까지 넣을지"
        ),
    ] = None,
    mask: Annotated[
        bool | None,
        typer.Option(
            "--mask/--no-mask", help="Mask personal numbers and addresses. · 전화번호 등 개인정보를 가립니다."
        ),
    ] = None,
    lang: Language = None,
) -> None:
    """Results to an HTML page, CSVs and summaries. · 결과를 HTML과 CSV 보고서로 만듭니다.

    Several runs stand side by side if they were evaluated on the same suites and clips (`--out` says where to write);
    the first one's tuned model is what the report is about.

    같은 평가 세트와 클립으로 평가한 실행은 나란히 볼 수 있습니다(저장할 곳은 `--out`).
    보고서는 첫 실행의 튜닝 모델을 기준으로 합니다.
    """
    from kowhisper_tel.commands import stages
    from kowhisper_tel.commands.progress import say
    from reports.figures import can_paint

    asked = [f"report.audio={audio}"] if audio is not None else []
    asked += [f"report.mask={str(mask).lower()}"] if mask is not None else []
    with _opened(runs or [], config, [*(set_ or []), *asked], name, out) as run:
        page = stages.report(run, (runs or [])[1:], out=out, figures=figures)
    if figures and not can_paint():
        say(
            "report: charts are written as SVG only; for PNG too: pip install resvg-py",
            "보고서: 그림을 SVG로만 저장했습니다. PNG도 필요하면 pip install resvg-py",
        )
    say(f"report: {page}", f"보고서: {page}")


@contextmanager
def _opened(
    runs: Sequence[Path], config: Path | None, overrides: Sequence[str], name: str | None, out: Path | None
) -> Iterator[Run]:
    """The run that a report is about: the first folder given, else the config's.

    Raises ``UserError``: ``report.two_ways`` (folders and a config), ``report.out`` (several, and nowhere to write),
    ``report.no_run``.
    """
    from kowhisper_tel.commands.run_folder import CONFIG, Run, open_run
    from kowhisper_tel.config_file import load_config
    from kowhisper_tel.core.errors import UserError

    if not runs:
        with open_run(config, overrides, name=name, new=False) as run:
            yield run
        return
    if config or name:
        raise UserError("report.two_ways", folder=runs[0])
    if len(runs) > 1 and out is None:
        raise UserError("report.out", count=len(runs))
    if not (runs[0] / CONFIG).is_file():
        raise UserError("report.no_run", folder=runs[0])
    yield Run(load_config(runs[0] / CONFIG, overrides), runs[0])
