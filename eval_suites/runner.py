"""Runner: every model over every suite; what is decoded is kept batch by batch, and a killed run goes on from there."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from eval_suites import engines
from eval_suites.engines import Clip, Engine, EngineKind, Setting
from eval_suites.hypothesis import Hypothesis
from eval_suites.item import Item
from eval_suites.models import ModelRecord, ModelSpec
from eval_suites.plan import (
    RENDERING_LIBRARIES,
    Batch,
    Plan,
    differences,
    library_versions,
    manifest_fingerprint,
    plan_batches,
)
from eval_suites.rendering import Renderer, items_of
from eval_suites.store import HYPOTHESES, TIMINGS, Store
from eval_suites.suite import WINDOW_S, Suite
from kowhisper_tel.core.audio import RATE
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.files import write_json, write_lines
from kowhisper_tel.core.manifest import Manifest

if TYPE_CHECKING:
    from eval_suites.render_cache import RenderCache
    from kowhisper_tel.whisper.decoding import DecodingOptions

PLAN, SUITES, MODELS, UTTERANCES = "plan.json", "suites.json", "models.json", "utterances.jsonl"
FILES = (PLAN, SUITES, MODELS, UTTERANCES, HYPOTHESES, TIMINGS)
CONVERTED = "converted"


class Progress(Protocol):
    """Told how many of how many hypotheses are written, and which model is at work."""

    def __call__(self, done: int, total: int, note: str = "") -> None: ...


def evaluate(
    models: Mapping[str, ModelSpec],
    manifest: Manifest,
    suites: Sequence[Suite],
    out: Path,
    *,
    engine: str | EngineKind = "ctranslate2",
    quantisation: str = "int8",
    batch_size: int = 16,
    seed: int = 0,
    options: DecodingOptions | None = None,
    device: str = "auto",
    threads: int = 0,
    cache: Path | None = None,
    renderings: RenderCache | None = None,
    overwrite: bool = False,
    progress: Progress | None = None,
) -> None:
    """Decode the manifest by each model under each suite into the folder ``out`` (files: ``FILES``).

    Clips are rendered as they are needed and heard by all models in the same batches. Hypotheses are appended batch
    by batch; called again after a kill, this drops an unfinished batch and goes on, and ``hypotheses.jsonl`` ends up
    with the same bytes. ``engine`` is one of ``engines.names()``, or a kind of your own; it, ``quantisation`` and
    ``options`` are for models that do not ask for their own. ``threads`` 0 leaves
    their number to the engine. ``device`` is ``cpu``, ``cuda`` or ``auto`` (see ``EngineKind.device``); the plan has
    the one that it comes to. ``cache`` keeps conversions of models for other evaluations; without it they are
    removed at the end. ``renderings`` keeps the audio that was heard; the results are the same with and without.

    An utterance of more than 30 s is heard by suites for whole calls only; which ones others leave out for its length
    ``Results.left_out`` tells.

    Raises ``UserError``: ``eval.too_long`` (more than 30 s, and no suite takes it), ``eval.models_none``,
    ``eval.suites_none``, ``eval.suite_twice``, ``eval.suite_empty``, ``eval.plan_changed`` where ``out`` was begun
    with other inputs (unless ``overwrite``, which begins anew), and what engines and audio files raise.
    """
    from kowhisper_tel.whisper.decoding import DecodingOptions

    kind = engines.get(engine) if isinstance(engine, str) else engine
    chosen = options or DecodingOptions()
    items = [*items_of(manifest), *_own_items(suites)]
    _check(models, suites, items)
    seats = {
        name: _seat(spec, kind, quantisation, chosen, device, threads, cache or out / CONVERTED)
        for name, spec in models.items()
    }
    plan = _plan(seats, manifest, suites, items, batch_size, seed)
    _claim(out, plan, overwrite)
    _describe(out, plan, suites, items)
    _decode(plan, Store(out, plan), Renderer(manifest, suites, seed, renderings), seats, progress)
    shutil.rmtree(out / CONVERTED, ignore_errors=True)


@dataclass(frozen=True)
class _Seat:
    """A model with the engine it is opened by, and how."""

    spec: ModelSpec
    kind: EngineKind
    setting: Setting

    def to_json(self) -> dict[str, Any]:
        """What decides its texts."""
        return {
            "role": self.spec.role,
            "hash": self.kind.identify(self.spec),
            "engine": self.kind.name,
            "quantisation": self.setting.quantisation,
            "device": self.setting.device,
            "options": asdict(self.setting.options),
        }


def _seat(
    spec: ModelSpec,
    kind: EngineKind,
    quantisation: str,
    options: DecodingOptions,
    device: str,
    threads: int,
    cache: Path,
) -> _Seat:
    own = engines.get(spec.engine) if spec.engine else kind
    numbers = (spec.quantisation or quantisation) if own.quantised else "float32"
    setting = Setting(numbers, replace(options, **spec.decoding), own.device(device), threads, cache)
    own.check_quantisation(setting.quantisation, setting.device)
    return _Seat(spec, own, setting)


def _own_items(suites: Sequence[Suite]) -> list[Item]:
    """What the suites bring themselves, each once."""
    return list({item.id: item for suite in suites for item in suite.items}.values())


def _check(models: Mapping[str, ModelSpec], suites: Sequence[Suite], items: Sequence[Item]) -> None:
    if not models:
        raise UserError("eval.models_none")
    if not suites:
        raise UserError("eval.suites_none", strata=", ".join(sorted(_strata())))
    for item in items:
        if item.duration_s > WINDOW_S and not item.source and not any(suite.takes(item) for suite in suites):
            raise UserError("eval.too_long", id=item.id, duration_s=item.duration_s)
    names: set[str] = set()
    for suite in suites:
        if suite.name in names:
            raise UserError("eval.suite_twice", name=suite.name)
        names.add(suite.name)
        if not suite.pick(items):
            selection = json.dumps(dict(suite.selection), ensure_ascii=False)
            raise UserError("eval.suite_empty", name=suite.name, selection=selection, longest_s=suite.longest_s)


def _strata() -> tuple[str, ...]:
    from eval_suites.suites import strata

    return strata()


def _plan(
    seats: Mapping[str, _Seat],
    manifest: Manifest,
    suites: Sequence[Suite],
    items: Sequence[Item],
    batch_size: int,
    seed: int,
) -> Plan:
    libraries = {library for seat in seats.values() for library in seat.kind.libraries}
    inputs = {
        "seed": seed,
        "manifest": manifest_fingerprint(manifest),
        "suites": {suite.name: suite.fingerprint for suite in suites},
        "models": {name: seat.to_json() for name, seat in seats.items()},
        "batch_size": batch_size,
        "versions": library_versions((*RENDERING_LIBRARIES, *sorted(libraries))),
    }
    # Through JSON, so that it compares equal with what is read back (tuples become lists).
    return Plan(json.loads(json.dumps(inputs)), plan_batches(suites, items, batch_size), tuple(seats))


def _claim(out: Path, plan: Plan, overwrite: bool) -> None:
    """Make the folder ours, or refuse one that was begun with other inputs."""
    if overwrite:
        for name in FILES:
            (out / name).unlink(missing_ok=True)
        shutil.rmtree(out / CONVERTED, ignore_errors=True)
    if (out / PLAN).is_file():
        found, wanted = json.loads((out / PLAN).read_text(encoding="utf-8")), plan.to_json()
        fields = differences(found["inputs"], wanted["inputs"]) or differences(found, wanted)
        if fields:
            raise UserError("eval.plan_changed", path=out, fields=", ".join(fields))
    elif (out / HYPOTHESES).is_file():
        raise UserError("eval.plan_changed", path=out, fields=PLAN)
    else:
        write_json(out / PLAN, plan.to_json())


def _describe(out: Path, plan: Plan, suites: Sequence[Suite], items: Sequence[Item]) -> None:
    """Write what the hypotheses are to be read with. It follows from the plan, so a resume writes the same."""
    records = (ModelRecord(name, **model) for name, model in plan.inputs["models"].items())
    write_json(out / SUITES, [suite.to_json() for suite in suites])
    write_json(out / MODELS, [record.to_json() for record in records])
    write_lines(out / UTTERANCES, (json.dumps(item.to_json(), ensure_ascii=False) for item in items))


def _decode(
    plan: Plan,
    store: Store,
    renderer: Renderer,
    seats: Mapping[str, _Seat],
    progress: Progress | None,
) -> None:
    """Decode the units that are not in the store yet, in the plan's order."""
    done = store.resume()
    units = plan.units[done:]
    if not units:
        return
    written = sum(len(batch.utterance_ids) for _, batch in plan.units[:done])
    total = written + sum(len(batch.utterance_ids) for _, batch in units)
    opened = {name: seat.kind.open(seat.spec, seat.setting) for name, seat in seats.items()}
    first = done // len(plan.models)
    wanted = plan.batches[first:]
    with closing(renderer.batches((batch.rendering, batch.utterance_ids) for batch in wanted)) as rendered:
        for number, (batch, clips) in enumerate(zip(wanted, rendered, strict=True), first):
            behind = max(0, done - number * len(plan.models))
            for model in plan.models[behind:]:
                if progress:
                    progress(written, total, model)
                store.append(*_hear(model, opened[model], seats[model].kind.name, number, batch, clips))
                written += len(clips)
    if progress:
        progress(written, total)


def _hear(
    model: str, engine: Engine, engine_name: str, number: int, batch: Batch, clips: Sequence[Clip]
) -> tuple[list[Hypothesis], dict[str, Any]]:
    """One unit: hypotheses in the plan's order, and what it took."""
    began = time.perf_counter()
    transcripts = engine.transcribe(clips)
    decode_s = time.perf_counter() - began
    if len(transcripts) != len(clips):
        raise UserError("eval.engine_answer", engine=engine_name, got=len(transcripts), wanted=len(clips))
    hypotheses = [Hypothesis(key, said) for key, said in zip(batch.keys(model), transcripts, strict=True)]
    timing = {
        "model": model,
        "rendering": batch.rendering,
        "batch": number,
        "clips": len(clips),
        "audio_s": round(sum(len(clip.audio) for clip in clips) / RATE, 3),
        "decode_s": round(decode_s, 6),
    }
    return hypotheses, timing
