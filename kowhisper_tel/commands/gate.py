"""``run gate``: whether a candidate may replace a baseline."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from kowhisper_tel.commands.options import Language

if TYPE_CHECKING:
    from reports.gate.side import Side
    from reports.gate.verdict import Verdict

By = Literal["stratum", "suite"]
BASELINES = Path("baselines")
REFUSED = 2
"""The exit code of a plan that holds a margin impossible."""

Budgets = Annotated[
    Path | None, typer.Option("--budgets", help="YAML: margins and caps (default: config gate.budgets). · 예산 파일")
]
LeastEffect = Annotated[
    float | None, typer.Option(min=0, max=1, help="Smallest loss that counts (0.005 = 0.5 point). · 최소 효과")
]
Margin = Annotated[
    float | None, typer.Option(min=0, max=1, help="Loss that a pass must exclude (default: least effect). · 허용 한계")
]
ConfigFile = Annotated[
    Path | None, typer.Option("--config", "-c", help="Take the rule from here, not from the run. · 설정 파일")
]
JudgedBy = Annotated[By, typer.Option("--by", help="Judge each `stratum` or each `suite`. · 판정 단위")]

app = typer.Typer(help="Guard against regressions. · 성능 저하를 막습니다.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """Guard against regressions. · 성능 저하를 막습니다."""


@app.command("check")
def check(
    baseline: Annotated[Path, typer.Argument(help="A run, its results/, or a baseline file. · 기준")],
    candidate: Annotated[Path, typer.Argument(help="The run to judge. · 검사할 실행 폴더")],
    model: Annotated[str | None, typer.Option(help="Model of the candidate run (default: the tuned one).")] = None,
    baseline_model: Annotated[str | None, typer.Option(help="Model of the baseline run.")] = None,
    by: JudgedBy = "stratum",
    budgets: Budgets = None,
    least_effect: LeastEffect = None,
    margin: Margin = None,
    config: ConfigFile = None,
    strict: Annotated[bool, typer.Option("--strict", help="Inconclusive exits with 3 instead of 0.")] = False,
    out: Annotated[Path | None, typer.Option(help="Folder for verdict.json, junit.xml and gate.md.")] = None,
    lang: Language = None,
) -> None:
    """Compare two evaluations, paired over speakers (else calls).

    Exit code: 0 pass, 1 regression or a cap broken, 3 inconclusive (with --strict), 4 no baseline or one that can't be
    compared, 5 evidence incomplete.

    두 평가를 화자(없으면 통화) 단위로 짝지어 비교합니다.
    """
    from kowhisper_tel.commands.gate_tables import verdict_table

    verdict = judge(
        baseline, candidate, model=model, baseline_model=baseline_model, by=by, budgets=budgets, config=config,
        least_effect=least_effect, margin=margin,
    )  # fmt: skip
    print(verdict_table(verdict))
    if out is not None:
        write_verdict(verdict, out, strict=strict)
    raise typer.Exit(verdict.exit_code(strict=strict))


@app.command("plan")
def plan(
    run: Annotated[Path, typer.Argument(help="An evaluation of two models or more. · 평가 실행 폴더")],
    other: Annotated[Path | None, typer.Argument(help="A second one: the comparison meant. · 비교할 실행")] = None,
    model: Annotated[str | None, typer.Option(help="Model of the last run given.")] = None,
    baseline_model: Annotated[str | None, typer.Option(help="Model to compare it with.")] = None,
    by: JudgedBy = "stratum",
    budgets: Budgets = None,
    least_effect: LeastEffect = None,
    margin: Margin = None,
    config: ConfigFile = None,
    out: Annotated[Path | None, typer.Option(help="Folder for plan.json.")] = None,
    lang: Language = None,
) -> None:
    """Say what this set of clips can show: the loss it detects, the margin it holds, how many speakers lack.

    Exit code: 2 if a margin that was asked for can't be held.

    평가 세트가 무엇을 보일 수 있는지 미리 알려 줍니다.
    """
    from kowhisper_tel.commands.gate_inputs import rule
    from kowhisper_tel.commands.gate_tables import plan_table
    from kowhisper_tel.core.files import write_json
    from reports.gate.plan import plan as make

    settings, asked = rule(run, budgets, config=config, least_effect=least_effect, margin=margin)
    pairs, proxy = _compared(run, other, model, baseline_model)
    made = make(pairs, budgets=asked, settings=settings, by=by, proxy=proxy)
    print(plan_table(made))
    if out is not None:
        write_json(out / "plan.json", made.to_json())
    raise typer.Exit(REFUSED if made.refused else 0)


@app.command("accept")
def accept(
    run: Annotated[Path, typer.Argument(help="The run whose model becomes the baseline. · 승인할 실행")],
    reason: Annotated[str, typer.Option("--reason", help="Why. · 이유")],
    model: Annotated[str | None, typer.Option(help="Its model (default: the tuned one). · 모델")] = None,
    out: Annotated[Path | None, typer.Option(help="The file (default: baselines/MODEL.json). · 기준 파일")] = None,
    budgets: Budgets = None,
    least_effect: LeastEffect = None,
    margin: Margin = None,
    config: ConfigFile = None,
    force: Annotated[bool, typer.Option("--force", help="Accept against the verdict. · 판정과 달라도 승인")] = False,
    date: Annotated[str, typer.Option(help="When, as 2026-11-23; nothing is written without. · 날짜")] = "",
    by: Annotated[str, typer.Option(help="Who; nothing is written without. · 승인한 사람")] = "",
    lang: Language = None,
) -> None:
    """Keep a model's counts as the baseline, in a small file without texts for git.

    Refused with 1 where the model fails against the baseline before it or breaks a cap, with 4 and 5 as `check`.

    모델의 집계를 텍스트 없는 작은 기준 파일로 남깁니다.
    """
    from kowhisper_tel.commands.gate_inputs import evidence, rule
    from kowhisper_tel.commands.progress import say
    from reports.gate import baseline

    _check_date(date)
    side = evidence(run, model)
    path = out or BASELINES / f"{side.model}.json"
    earlier = baseline.read(path) if path.is_file() else None
    settings, asked = rule(run, budgets, config=config, least_effect=least_effect, margin=margin)
    outcome = baseline.examine(side, earlier.side if earlier else None, asked, settings, force=force)
    made = baseline.accept(side, reason, verdict=outcome, forced=force, date=date, by=by, earlier=earlier)
    baseline.write(made, path)
    say(f"baseline: {path} ({outcome})", f"기준: {path} ({outcome})")


def judge(
    baseline: Path,
    candidate: Path,
    *,
    model: str | None = None,
    baseline_model: str | None = None,
    by: By = "stratum",
    budgets: Path | None = None,
    least_effect: float | None = None,
    margin: float | None = None,
    config: Path | None = None,
) -> Verdict:
    """The verdict on two evaluations, by the gate rule of the candidate's config."""
    from kowhisper_tel.commands.gate_inputs import evidence, known, rule
    from reports import gate

    settings, asked = rule(candidate, budgets, config=config, least_effect=least_effect, margin=margin)
    old = known(baseline, baseline_model)
    new = evidence(candidate, model)
    return gate.check(
        old, new, least_effect=settings.least_effect, margin=settings.margin, level=settings.level,
        draws=settings.draws, by=by, budgets=asked,
    )  # fmt: skip


def write_verdict(verdict: Verdict, out: Path, *, strict: bool = False) -> None:
    """``verdict.json``, ``junit.xml`` and ``gate.md``."""
    from kowhisper_tel.core.files import write_json
    from reports import junit
    from reports.gate import markdown

    write_json(out / "verdict.json", verdict.to_json())
    junit.write(verdict, out / "junit.xml", strict=strict)
    markdown.write(verdict, out / "gate.md")


def _compared(
    run: Path, other: Path | None, model: str | None, baseline_model: str | None
) -> tuple[list[tuple[Side, Side]], bool]:
    """The comparisons to plan from, and whether they only stand in for the one meant."""
    from kowhisper_tel.commands.gate_inputs import evidence, known, results_of
    from kowhisper_tel.core.errors import UserError
    from reports.gate.plan import stand_ins

    if other is not None:
        return [(known(run, baseline_model), evidence(other, model))], False
    if run.is_file():
        raise UserError("gate.plan_single", model=known(run).model)
    if baseline_model is not None:
        return [(known(run, baseline_model), evidence(run, model))], False
    return stand_ins(results_of(run)), True


def _check_date(date: str) -> None:
    import datetime

    from kowhisper_tel.core.errors import UserError

    try:
        if date:
            datetime.date.fromisoformat(date)
    except ValueError:
        raise UserError("gate.date", date=date) from None
