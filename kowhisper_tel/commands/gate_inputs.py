"""What the gate's commands read: runs, results, baseline files, and the rule that the config and budgets ask for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from kowhisper_tel.core.errors import UserError

if TYPE_CHECKING:
    from eval_suites.results import Results
    from kowhisper_tel.config import Gate
    from reports.gate.budgets import Budgets
    from reports.gate.rule import Settings
    from reports.gate.side import Side


def evidence(path: Path, model: str | None = None) -> Side:
    """A model's side, of a run's folder, its results, or a baseline file."""
    from reports.gate import baseline
    from reports.gate.side import side_of

    return side_of(baseline.read(path).side if path.is_file() else results_of(path), model)


def known(path: Path, model: str | None = None) -> Side:
    """The baseline's side. Without one, or with one that has no results, the exit code is 4.

    Raises ``UserError``: ``gate.baseline_missing``, ``gate.baseline``, and those of ``evidence``.
    """
    if not path.exists():
        raise UserError("gate.baseline_missing", path=path)
    try:
        return evidence(path, model)
    except UserError as problem:
        if problem.code == "evidence.missing":
            raise UserError("gate.baseline", folder=path, problem=problem) from None
        raise


def results_of(folder: Path) -> Results:
    """The results of a run's folder, or of ``results`` itself.

    Raises ``UserError``: what ``results.load`` does, and ``gate.unreadable`` (exit 5).
    """
    from eval_suites import results

    place = folder / "results" if (folder / "results").is_dir() else folder
    try:
        return results.load(place)
    except (KeyError, TypeError, ValueError) as problem:  # no JSON, or that of another version
        raise UserError("gate.unreadable", path=place, problem=repr(problem)) from None


def rule(
    run: Path,
    budgets: Path | None = None,
    *,
    config: Path | None = None,
    least_effect: float | None = None,
    margin: float | None = None,
) -> tuple[Settings, Budgets]:
    """The rule of a config (the run's own, if none is given), and the budgets.

    What is given here goes before what stands at the top of the budgets, that before the config.
    """
    from reports.gate import budgets as asked
    from reports.gate.rule import Settings

    gate = _config(run, config)
    file = budgets or (Path(gate.budgets) if gate.budgets else None)
    wanted = asked.read(file) if file else asked.Budgets()
    if least_effect is not None:
        wanted = wanted.model_copy(update={"least_effect": None})
    if margin is not None:
        wanted = wanted.model_copy(update={"margin": None})
    least = gate.least_effect if least_effect is None else least_effect
    return Settings(least, gate.margin if margin is None else margin, gate.confidence, gate.draws), wanted


def _config(run: Path, config: Path | None) -> Gate:
    from kowhisper_tel.config import Gate
    from kowhisper_tel.config_file import load_config

    beside = next((f / "config.yaml" for f in (run, run.parent) if (f / "config.yaml").is_file()), None)
    path = config or (None if run.is_file() else beside)
    return load_config(path).gate if path else Gate()
