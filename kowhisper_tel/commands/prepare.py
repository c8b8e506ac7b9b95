"""``run prepare``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kowhisper_tel.commands.options import ConfigFile, Language, Name, Overrides, Overwrite, Resume

Describe = Annotated[
    Path | None,
    typer.Option(
        "--describe", metavar="DIR", help="Say what a folder holds and which kind it is; write nothing. · 폴더 살펴보기"
    ),
]
Json = Annotated[bool, typer.Option("--json", help="The description as JSON. · JSON으로")]


def command(
    config: ConfigFile = None,
    set_: Overrides = None,
    name: Name = None,
    resume: Resume = False,
    overwrite: Overwrite = False,
    describe: Describe = None,
    json: Json = False,
    lang: Language = None,
) -> None:
    """Corpora to checked, divided manifests. · 코퍼스를 검사하고 나누어 매니페스트로 만듭니다."""
    if describe is not None:
        print(description(describe, as_json=json))
        return
    from kowhisper_tel.commands import stages
    from kowhisper_tel.commands.run_folder import open_run

    with open_run(config, set_ or [], name=name, resume=resume, overwrite=overwrite) as run:
        stages.prepare(run)


def description(folder: Path, *, as_json: bool = False) -> str:
    """What a folder holds, for people or as JSON. Raises ``UserError`` ``prepare.folder``."""
    import json

    from kowhisper_tel.commands.describing import text
    from kowhisper_tel.data.describe import describe

    found = describe(folder)
    return json.dumps(found, ensure_ascii=False, indent=2) if as_json else text(found)
