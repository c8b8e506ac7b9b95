"""``run gate``: whether a candidate may replace a baseline."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kowhisper_tel.commands.options import Language

if TYPE_CHECKING:
    from reports.gate import Verdict

app = typer.Typer(help="Guard against regressions. · 성능 저하를 막습니다.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """Guard against regressions. · 성능 저하를 막습니다."""


@app.command("check")
def check(
    baseline: Annotated[Path, typer.Argument(help="A run's folder (or its results/). · 기준 실행 폴더")],
    candidate: Annotated[Path, typer.Argument(help="The run to judge. · 검사할 실행 폴더")],
    model: Annotated[str | None, typer.Option(help="Model of the candidate run (default: the tuned one).")] = None,
    baseline_model: Annotated[str | None, typer.Option(help="Model of the baseline run.")] = None,
    by: Annotated[str, typer.Option(help="Judge each `stratum` or each `suite`.")] = "stratum",
    least_effect: Annotated[
        float | None, typer.Option(help="Smallest CER loss that counts (0.005 = 0.5 point).")
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Inconclusive exits with 3 instead of 0.")] = False,
    out: Annotated[Path | None, typer.Option(help="Folder for junit.xml and verdict.json.")] = None,
    lang: Language = None,
) -> None:
    """Compare two runs by a paired bootstrap over speakers (else calls, else clips).

    Exit code: 0 pass, 1 regression, 3 inconclusive (with --strict).

    두 실행을 화자(없으면 통화, 클립) 단위의 짝지은 부트스트랩으로 비교합니다.
    """
    from kowhisper_tel.core.files import write_json
    from kowhisper_tel.core.language import current_language
    from reports import junit

    if by not in ("stratum", "suite"):
        raise typer.BadParameter("choose stratum or suite", param_hint="--by")
    verdict = judge(baseline, candidate, model=model, baseline_model=baseline_model, by=by, least_effect=least_effect)
    language = current_language()
    for finding in verdict.findings:
        title, reason = (getattr(text, language) for text in (finding.title, finding.reason))
        print(f"{finding.outcome:>12}  {title}: {finding.baseline} → {finding.candidate}  {reason}")
    print(getattr(verdict.sentence, language))
    if out is not None:
        junit.write(verdict, out / "junit.xml", strict=strict)
        write_json(out / "verdict.json", verdict.to_json())
    raise typer.Exit(verdict.exit_code(strict=strict))


def judge(baseline: Path, candidate: Path, *, least_effect: float | None = None, **options: Any) -> Verdict:
    """The verdict on two runs' folders, by the gate rule of the candidate's config."""
    from eval_suites import results
    from kowhisper_tel.config import Gate
    from kowhisper_tel.config_file import load_config
    from kowhisper_tel.core.errors import UserError
    from reports import gate

    config = next((f / "config.yaml" for f in (candidate, candidate.parent) if (f / "config.yaml").is_file()), None)
    rule = load_config(config).gate if config else Gate()
    try:
        known = results.load(_results(baseline))
    except UserError as problem:
        raise UserError("gate.baseline", folder=baseline, problem=problem) from None
    return gate.check(
        known,
        results.load(_results(candidate)),
        least_effect=rule.least_effect if least_effect is None else least_effect,
        level=rule.confidence,
        draws=rule.draws,
        **options,
    )


def _results(folder: Path) -> Path:
    return folder / "results" if (folder / "results").is_dir() else folder
