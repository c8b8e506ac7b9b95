"""Exporting: the stage that hands tuned models on, and what their cards tell of the run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kowhisper_tel.commands import stages
from kowhisper_tel.commands.matrix import CANDIDATE
from kowhisper_tel.commands.progress import bar, say
from kowhisper_tel.commands.run_folder import Run
from kowhisper_tel.config import Export
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.files import sha256

if TYPE_CHECKING:
    from kowhisper_tel.train.export.facts import Facts, StratumResult
    from kowhisper_tel.train.export.measure import Hearing
    from kowhisper_tel.train.export.parity import Parity

BEYOND = 1
"""The exit code where some stratum is not shown to be within the budget."""


def export_all(run: Run, *, overwrite: bool = False) -> bool:
    """Export the models of the config; whether every check held."""
    settings = run.config.export or Export()
    return all(export(run, name, settings, overwrite=overwrite).held for name in settings.models)


def export(run: Run, name: str, settings: Export, *, overwrite: bool = False) -> Parity:
    """Export one tuned model and say what its check found.

    Raises ``UserError``: ``export.untrained``, ``export.damaged``, those of ``stages.tuned`` and of ``export``.
    """
    from kowhisper_tel.train.export.export import Settings
    from kowhisper_tel.train.export.export import export as write
    from kowhisper_tel.train.export.measure import sample_of

    if name not in run.tuned:
        raise UserError("export.untrained", model=name, known=", ".join(run.tuned) or "-")
    source = stages.tuned(run, name)
    _check_weights(run, name, source)
    sample = sample_of(
        stages.test_set(run), names=settings.suites or (), noise=run.config.evaluate.noise, count=settings.utterances
    )
    with bar(f"export {name}", f"내보내기 {name}") as progress:
        found = write(
            source,
            run.exported(name),
            run.parity(name),
            Settings(tuple(settings.formats), settings.dtype, settings.parity_budget, settings.stock),
            sample,
            facts_of(run, name, settings),
            hearing=_hearing(run, progress),
            overwrite=overwrite,
        )
    _tell(run, name, found)
    return found


def _hearing(run: Run, progress: Any) -> Hearing:
    from eval_suites.render_cache import RenderCache
    from kowhisper_tel.train.export.measure import Hearing
    from kowhisper_tel.whisper.decoding import DecodingOptions

    settings = run.config.evaluate
    return Hearing(
        run.config.seed,
        settings.batch_size,
        settings.device,
        options=DecodingOptions(**settings.decoding.model_dump()),
        renderings=RenderCache(Path(settings.cache)) if settings.cache else None,
        cost=settings.cost,
        progress=progress,
    )


def _check_weights(run: Run, name: str, source: Path) -> None:
    """What training wrote down is what lies there."""
    from kowhisper_tel.train.export.formats import check_source
    from kowhisper_tel.whisper.resolve import weight_files

    check_source(source)
    expected = (_json(run.model(name) / "summary.json") or {}).get("weights_sha256")
    files = weight_files(source)
    if expected and len(files) == 1 and (found := sha256(files[0])) != expected:
        raise UserError("export.damaged", folder=source, found=found[:12], expected=expected[:12])


def _tell(run: Run, name: str, found: Parity) -> None:
    """Each row with its verdict; what is not shown with the clips that it would need."""
    for row in found.rows:
        about = f"{row.disk_bytes / 1e6:.1f} MB"
        if row.how_to_get:
            say(f"{row.check.name}: not measured ({row.how_to_get})", f"{row.check.name}: 재지 않음({row.how_to_get})")
            continue
        say(f"{row.check.name}: {about}, {row.verdict}", f"{row.check.name}: {about}, {row.verdict}")
        for one in row.strata:
            if one.verdict != "held":
                high = "–" if one.high is None else f"{100 * one.high:+.2f}"
                more = f" (~{one.clips_needed} clips)" if one.clips_needed else ""
                say(
                    f"  {one.stratum}: {100 * one.delta:+.2f}, upper end {high} points of {one.clips} clips{more}",
                    f"  {one.stratum}: {100 * one.delta:+.2f}, 위쪽 끝 {high}%p, 클립 {one.clips}개{more}",
                )
    place = run.exported(name)
    if not found.held:
        say(
            f"export: {place} is written, but some stratum is not shown to be within the budget of "
            f"{100 * found.budget:g} points; the card says so",
            f"내보내기: {place}에 저장했지만 허용치 {100 * found.budget:g}%p 안이라고 보이지 않은 구분이 있습니다. "
            "카드에도 적혀 있습니다",
        )
    else:
        say(f"export: {place}", f"내보내기: {place}")


def facts_of(run: Run, name: str, settings: Export) -> Facts:
    """What the card of a model tells of its run."""
    from kowhisper_tel.train.export import facts
    from kowhisper_tel.train.settings import TrainSettings

    config = run.config
    assert config.train is not None
    data_card = _json(run.manifests / "data_card.json") or _json(run.manifests / "summary.json") or {}
    results, engine = _results(run, name)
    return facts.Facts(
        config.name,
        name,
        TrainSettings().language,
        settings.license,
        facts.hub_name(config.model),
        facts.corpora_of(data_card, [corpus.path for corpus in config.data.corpora]),
        facts.splits_of(data_card),
        facts.training_of(
            config.train.model_dump(mode="json"),
            _json(run.model(name) / "summary.json") or {},
            _channels(config.train.channels) if name == CANDIDATE else "none (control)",
        ),
        results,
        engine,
        bool(data_card.get("synthetic")),
    )


def _channels(channels: str | list[dict[str, Any]]) -> str:
    """A preset's name; one's own are only counted, since they may name files."""
    from augment import presets

    if isinstance(channels, str):
        return channels if channels in presets.names() else "own"
    return f"own ({len(channels)})"


def _results(run: Run, name: str) -> tuple[tuple[StratumResult, ...], str]:
    """The model's figures in the run's evaluation, where it has been evaluated whole, and what decoded it."""
    from eval_suites import results
    from kowhisper_tel.train.export.facts import results_of

    try:
        heard = results.load(run.results)
    except UserError:  # not evaluated, or not yet to the end: the card says that there is none
        return (), ""
    record = next((record for record in heard.models if record.name == name), None)
    if record is None:
        return (), ""
    return results_of(heard, name), f"{record.engine} {record.quantisation}"


def _json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None
