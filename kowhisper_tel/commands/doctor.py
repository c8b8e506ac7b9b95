"""``run doctor``: what of this machine works, what is missing, and how to get it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kowhisper_tel.commands.options import Language

if TYPE_CHECKING:
    from kowhisper_tel.doctor.finding import Finding

MISSING = 7
"""The exit code where something is missing without which the loop does not run."""
MARKS = {"ok": "+", "warning": "!", "missing": "x"}


def command(
    runs: Annotated[Path, typer.Option(help="The folder where runs are to lie. · 실행 폴더를 둘 곳")] = Path("runs"),
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object. · JSON으로")] = False,
    lang: Language = None,
) -> None:
    """What works on this machine, what is missing, and how to get it. · 이 컴퓨터에서 되는 것과 빠진 것"""
    import json

    findings = doctor(runs)
    sound = all(finding.state != "missing" for finding in findings)
    if as_json:
        told = {"ok": sound, "findings": [finding.to_json() for finding in findings]}
        print(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        for finding in findings:
            print(f"{MARKS[finding.state]} {finding.check:<9} {finding.text()}")
    if not sound:
        raise typer.Exit(MISSING)


def doctor(runs: Path = Path("runs")) -> list[Finding]:
    """What every check finds; nothing is downloaded, installed or left behind."""
    from kowhisper_tel.doctor.examine import examine

    return list(examine(runs))
