"""Exporting: the stage that hands tuned models on, and what their cards tell of the run."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kowhisper_tel.commands import stages, tested
from kowhisper_tel.commands.matrix import CANDIDATE
from kowhisper_tel.commands.progress import bar, say
from kowhisper_tel.commands.run_folder import Run
from kowhisper_tel.commands.training import settings_for
from kowhisper_tel.config import Export
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.files import sha256

if TYPE_CHECKING:
    from kowhisper_tel.train.export.facts import Facts, StratumResult
    from kowhisper_tel.train.export.measure import Hearing
    from kowhisper_tel.train.export.parity import Parity

BEYOND = 1
"""The exit code where some stratum is not shown to be within the budget."""


def export_all(run: Run, settings: Export, *, overwrite: bool = False) -> bool:
    """Export each of the models, whatever is found of those before it; whether every check held.

    Raises ``UserError``: ``export.untrained``, before any is exported, and those of ``export``.
    """
    names = list(dict.fromkeys(settings.models))
    for name in names:
        if name not in run.tuned:
            raise UserError("export.untrained", model=name, known=", ".join(run.tuned) or "-")
    found = [export(run, name, settings, overwrite=overwrite) for name in names]
    return all(one.held for one in found)


def export(run: Run, name: str, settings: Export, *, overwrite: bool = False) -> Parity:
    """Export one tuned model and say what its check found.

    Raises ``UserError``: ``export.damaged``, those of ``stages.tuned`` and of ``train.export.export``.
    """
    from kowhisper_tel.train.export.export import Settings
    from kowhisper_tel.train.export.export import export as write
    from kowhisper_tel.train.export.measure import sample_of

    source = stages.tuned(run, name)
    _check_weights(run, name, source)
    sample = sample_of(
        tested.utterances_of(run),
        names=settings.suites or (),
        noise=run.config.evaluate.noise,
        count=settings.utterances,
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
    from kowhisper_tel.train.export.card import verdict

    for row in found.rows:
        about = f"{row.disk_bytes / 1e6:.1f} MB"
        if row.how_to_get:
            say(f"{row.check.name}: not measured ({row.how_to_get})", f"{row.check.name}: 재지 않음({row.how_to_get})")
            continue
        said = (f"{row.check.name}: {about}, {verdict(row.verdict, language)}" for language in ("en", "ko"))
        say(*said)
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
            f"내보내기: {place}에 저장했지만, 허용치 {100 * found.budget:g}%p 안인지 확인되지 않은 구분이 있습니다. "
            "카드에도 적혀 있습니다",
        )
    else:
        say(f"export: {place}", f"내보내기: {place}")


def facts_of(run: Run, name: str, settings: Export) -> Facts:
    """What the card of a model tells of its run."""
    from kowhisper_tel.train.export import facts

    config, tuning = run.config, settings_for(run, name)
    if name != CANDIDATE:
        tuning = replace(tuning, severity=1.0)  # of channels, which a control has none of
    data_card = _json(run.manifests / "data_card.json") or _json(run.manifests / "summary.json") or {}
    results, engine = _results(run, name)
    return facts.Facts(
        config.name,
        name,
        tuning.language,
        settings.license,
        facts.hub_name(config.model),
        facts.corpora_of(data_card, [corpus.path for corpus in config.data.corpora]),
        facts.splits_of(data_card),
        facts.training_of(tuning, _json(run.model(name) / "summary.json") or {}, _heard(run, name)),
        results,
        engine,
        config.data.split_by,
        bool(data_card.get("synthetic")),
        name != CANDIDATE,
    )


def _heard(run: Run, name: str) -> dict[str, Any]:
    """The channels that a model was tuned on, and how often."""
    train = run.config.train
    assert train is not None
    if name != CANDIDATE:
        return {"channels": "none (control)"}
    recordings = {"noise": "own recordings", "noise_share": train.noise_share} if train.noise else {}
    return {"channels": _channels(train.channels), "clean_share": train.clean_share, **recordings}


def _channels(channels: str | list[dict[str, Any]]) -> str:
    """A preset's name; one's own are only counted, since they may name files."""
    from augment import presets

    if isinstance(channels, str):
        return channels if channels in presets.names() else "own"
    return f"own ({len(channels)})"


def _results(run: Run, name: str) -> tuple[tuple[StratumResult, ...], str]:
    """The model's figures in the run's evaluation, where it has been evaluated whole, and what decoded it.

    It is known by its files, since a name may be any model's; of several decodings, the one of its own name comes
    before the first.
    """
    from eval_suites import results
    from kowhisper_tel.train.export.facts import results_of
    from kowhisper_tel.whisper.ct2 import model_hash

    try:
        heard = results.load(run.results)
    except UserError:  # not evaluated, or not yet to the end: the card says that there is none
        return (), ""
    its = model_hash(stages.tuned(run, name))
    record = min((one for one in heard.models if one.hash == its), key=lambda one: one.name != name, default=None)
    if record is None:
        return (), ""
    return results_of(heard, record.name), f"{record.engine} {record.quantisation}"


def _json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None
