"""The program as Python functions: each command is one of them, under its own name and as short.

    >>> from kowhisper_tel import api
    >>> api.verbalise("3시에 010-1234-5678로")
    '세 시에 공일공 일이삼사 오육칠팔로'
    >>> api.score(["세 개 주세요"], ["3개 주세요"], metrics=["cer"]).rate("cer")
    0.0

A run is named by its config (a path; ``None``: the embedded demo) and, as after ``--set``, by overrides. What a user
can get wrong raises ``UserError`` (``error.code``, ``error.text("ko")``). Importing this module loads nothing heavy.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.language import choose_language

if TYPE_CHECKING:
    from eval_suites.results import Results
    from eval_suites.score import Score
    from kowhisper_tel.data.prepare import PreparedData
    from kowhisper_tel.doctor.finding import Finding
    from kowhisper_tel.simulation.batch import Outcome
    from kowhisper_tel.transcription.transcript import Transcript
    from reports.gate.verdict import Verdict

__all__ = [
    "UserError", "choose_language", "describe", "doctor", "evaluate", "export", "gate", "init", "normalise", "plan",
    "prepare", "report", "run", "score", "simulate", "train", "transcribe", "verbalise",
]  # fmt: skip

Place = str | Path


def doctor(runs: Place = "runs") -> list[Finding]:
    """What of this machine works, what is missing, and how to get it: ``check``, ``state`` and ``text()`` of each."""
    from kowhisper_tel.commands.doctor import doctor as look

    return look(Path(runs))


def init(
    data: Place, *, name: str, channel: str = "any_call", size: str = "base", effort: str = "try",
    out: Place = "my.yaml", overwrite: bool = False,
) -> Path:  # fmt: skip
    """Write a config for a folder of recordings; its path. ``effort``: ``try``, ``standard`` or ``full``."""
    from kowhisper_tel.commands.init import init as write

    return write(Path(data), name, channel, size, effort, out=Path(out), overwrite=overwrite)


def describe(folder: Place) -> dict[str, Any]:
    """What a folder holds, which importer fits it, and the lines for a config (``config``). Nothing is written."""
    from kowhisper_tel.data.describe import describe as look

    return look(Path(folder))


def plan(config: Place | None = None, *overrides: str, name: str | None = None) -> str:
    """What ``run`` would do, a line a fact. Nothing is written."""
    from kowhisper_tel.commands.planning import planned

    return planned(_path(config), overrides, name=name)


def run(
    config: Place | None = None,
    *overrides: str,
    name: str | None = None,
    resume: bool = False,
    overwrite: bool = False,
) -> Path:
    """The whole loop: prepare, train, evaluate and report, skipping what is complete. The report's page."""
    from kowhisper_tel.commands.loop import whole_loop

    return whole_loop(_path(config), overrides, name=name, resume=resume, overwrite=overwrite)


def prepare(
    config: Place | None = None, *overrides: str, name: str | None = None, overwrite: bool = False
) -> PreparedData:
    """Corpora to manifests: ``manifests`` (split to path) and ``summary`` (what was read, accepted and rejected)."""
    from kowhisper_tel.commands import stages
    from kowhisper_tel.commands.run_folder import open_run

    with open_run(_path(config), overrides, name=name, overwrite=overwrite) as opened:
        return stages.prepare(opened)


def train(config: Place | None = None, *overrides: str, name: str | None = None) -> dict[str, Path]:
    """Tune the model and its control on a prepared run: the folder of each by its name."""
    from kowhisper_tel.commands import stages
    from kowhisper_tel.commands.run_folder import open_run

    with open_run(_path(config), overrides, name=name, new=False) as opened:
        return {model: stages.train(opened, model) for model in opened.tuned}


def evaluate(config: Place | None = None, *overrides: str, name: str | None = None, overwrite: bool = False) -> Results:
    """All models over the suites: ``rows`` (a pandas frame of hypotheses); ``results.table`` adds them up."""
    from eval_suites import results
    from kowhisper_tel.commands import stages
    from kowhisper_tel.commands.run_folder import open_run

    with open_run(_path(config), overrides, name=name, new=False, evaluates=True) as opened:
        stages.evaluate(opened, overwrite=overwrite)
        return results.load(opened.results)


def report(config: Place | None = None, *overrides: str, name: str | None = None, figures: bool = False) -> Path:
    """Results to one HTML page, CSVs and summaries; the page."""
    from kowhisper_tel.commands import stages
    from kowhisper_tel.commands.run_folder import open_run

    with open_run(_path(config), overrides, name=name, new=False) as opened:
        return stages.report(opened, figures=figures)


def export(config: Place | None = None, *overrides: str, name: str | None = None, overwrite: bool = False) -> bool:
    """Tuned models for other tools, by the config's ``export``; whether each is what was trained."""
    from kowhisper_tel.commands.exporting import export_all
    from kowhisper_tel.commands.run_folder import open_run
    from kowhisper_tel.config import Export

    with open_run(_path(config), overrides, name=name, new=False, keep_config=True) as opened:
        return export_all(opened, opened.config.export or Export(), overwrite=overwrite)


def simulate(source: Place, target: Place, *, channel: str = "wheels_only", seed: int = 0, **options: Any) -> Outcome:
    """A file, folder or manifest as heard through a channel; ``options`` are those of ``commands.simulate``."""
    from kowhisper_tel.commands.simulate import simulate as render

    return render(Path(source), Path(target), channel=channel, seed=seed, **options)


def transcribe(
    recording: Place, *, model: str = "builtin/whisper-base", tuned_by: Place | None = None, **options: Any
) -> Transcript:
    """One recording of any length: ``segments`` with times, text and speaker.

    ``tuned_by``: a run's folder, whose phone-tuned model hears. ``options`` are those of ``DecodingOptions``, and
    ``engine``, ``quantisation``, ``device``.
    """
    from kowhisper_tel.commands.transcribe import listener
    from kowhisper_tel.transcription.model import tuned

    named = str(tuned(Path(tuned_by))) if tuned_by is not None else model
    opened = listener(named, **{"timestamps": True, **options})
    path = Path(recording)
    return opened.hear(opened.read(path), path.name)


def score(references: Sequence[str], hypotheses: Sequence[str], *, metrics: Sequence[str] = ("cer",)) -> Score:
    """Texts against texts: ``rate(metric)``, ``tallies``. Raises ``ValueError`` where their numbers differ."""
    from eval_suites.pair import Pair
    from eval_suites.score import score as count

    return count((Pair(said, heard) for said, heard in zip(references, hypotheses, strict=True)), metrics)


def gate(baseline: Place, candidate: Place, **options: Any) -> Verdict:
    """Whether one evaluated run may replace another: ``outcome``, ``sentence``, ``exit_code()``.

    ``options``: ``model``, ``baseline_model``, ``by``, ``budgets``, ``least_effect``, ``margin``.
    """
    from kowhisper_tel.commands.gate import judge

    return judge(Path(baseline), Path(candidate), **options)


def verbalise(text: str) -> str:
    """The spoken form: 3개 → 세 개."""
    from kowhisper_tel.korean.verbalise import verbalise as convert

    return convert(text)


def normalise(text: str) -> str:
    """The form that is scored."""
    from kowhisper_tel.korean.normalise import normalise as convert

    return convert(text)


def _path(config: Place | None) -> Path | None:
    return Path(config) if config is not None else None
