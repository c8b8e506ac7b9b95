"""Runner: every model over every suite; what is decoded is kept batch by batch, and a killed run goes on from there."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from eval_suites import engines
from eval_suites.engines import Clip, Engine, EngineKind, Setting
from eval_suites.hypothesis import Hypothesis
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
from eval_suites.rendering import Renderer, duration_s
from eval_suites.store import HYPOTHESES, TIMINGS, Store
from eval_suites.suite import WINDOW_S, Suite
from kowhisper_tel.core.audio import RATE
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.files import write_json, write_lines
from kowhisper_tel.core.manifest import Manifest

if TYPE_CHECKING:
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
    overwrite: bool = False,
    progress: Progress | None = None,
) -> None:
    """Decode the manifest by each model under each suite into the folder ``out`` (files: ``FILES``).

    Clips are rendered as they are needed and heard by all models in the same batches. Hypotheses are appended batch
    by batch; called again after a kill, this drops an unfinished batch and goes on, and ``hypotheses.jsonl`` ends up
    with the same bytes. ``engine`` is one of ``engines.names()``, or a kind of your own. ``threads`` 0 leaves
    their number to the engine. ``device`` is ``cpu``, ``cuda`` or ``auto`` (see ``EngineKind.device``); the plan has
    the one that it comes to. ``cache`` keeps conversions of models for other evaluations; without it they are
    removed at the end.

    Raises ``UserError``: ``eval.too_long`` (more than 30 s: cut it first), ``eval.models_none``, ``eval.suites_none``,
    ``eval.suite_twice``, ``eval.suite_empty``, ``eval.plan_changed`` where ``out`` was begun with other inputs (unless
    ``overwrite``, which begins anew), and what engines and audio files raise.
    """
    from kowhisper_tel.whisper.decoding import DecodingOptions

    kind = engines.get(engine) if isinstance(engine, str) else engine
    chosen = options or DecodingOptions()
    clips = _clips(manifest)
    _check(models, suites, clips)
    numbers = quantisation if kind.quantised else "float32"
    setting = Setting(numbers, chosen, kind.device(device), threads, cache or out / CONVERTED)
    kind.check_quantisation(setting.quantisation, setting.device)
    plan = _plan(models, manifest, suites, clips, kind, setting, batch_size, seed)
    _claim(out, plan, overwrite)
    _describe(out, plan, suites, clips)
    channels = {suite.rendering: suite.channel for suite in suites}
    _decode(plan, Store(out, plan), Renderer(manifest, channels, seed), models, kind, setting, progress)
    shutil.rmtree(out / CONVERTED, ignore_errors=True)


def _clips(manifest: Manifest) -> list[dict[str, Any]]:
    """What ``utterances.jsonl`` says of each utterance."""
    return [
        {
            "id": utterance.id,
            "text": utterance.text,
            "speaker": utterance.speaker,
            "call": utterance.call,
            "tags": dict(utterance.tags),
            "duration_s": duration_s(manifest, utterance),
        }
        for utterance in manifest
    ]


def _check(models: Mapping[str, ModelSpec], suites: Sequence[Suite], clips: Sequence[Mapping[str, Any]]) -> None:
    if not models:
        raise UserError("eval.models_none")
    if not suites:
        raise UserError("eval.suites_none", strata=", ".join(sorted(_strata())))
    for clip in clips:
        if clip["duration_s"] > WINDOW_S:
            raise UserError("eval.too_long", id=clip["id"], duration_s=clip["duration_s"])
    names: set[str] = set()
    for suite in suites:
        if suite.name in names:
            raise UserError("eval.suite_twice", name=suite.name)
        names.add(suite.name)
        if not any(suite.takes(clip["tags"], clip["duration_s"]) for clip in clips):
            selection = json.dumps(dict(suite.selection), ensure_ascii=False)
            raise UserError("eval.suite_empty", name=suite.name, selection=selection, longest_s=suite.longest_s)


def _strata() -> tuple[str, ...]:
    from eval_suites.suites import strata

    return strata()


def _plan(
    models: Mapping[str, ModelSpec],
    manifest: Manifest,
    suites: Sequence[Suite],
    clips: Sequence[Mapping[str, Any]],
    kind: EngineKind,
    setting: Setting,
    batch_size: int,
    seed: int,
) -> Plan:
    inputs = {
        "seed": seed,
        "manifest": manifest_fingerprint(manifest),
        "suites": {suite.name: suite.fingerprint for suite in suites},
        "models": {name: {"role": spec.role, "hash": kind.identify(spec)} for name, spec in models.items()},
        "engine": kind.name,
        "quantisation": setting.quantisation,
        "device": setting.device,
        "batch_size": batch_size,
        "options": asdict(setting.options),
        "versions": library_versions((*RENDERING_LIBRARIES, *kind.libraries)),
    }
    # Through JSON, so that it compares equal with what is read back (tuples become lists).
    return Plan(json.loads(json.dumps(inputs)), plan_batches(suites, clips, batch_size), tuple(models))


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


def _describe(out: Path, plan: Plan, suites: Sequence[Suite], clips: Sequence[Mapping[str, Any]]) -> None:
    """Write what the hypotheses are to be read with. It follows from the plan, so a resume writes the same."""
    engine, quantisation = plan.inputs["engine"], plan.inputs["quantisation"]
    records = (
        ModelRecord(name, model["role"], model["hash"], engine, quantisation)
        for name, model in plan.inputs["models"].items()
    )
    write_json(out / SUITES, [suite.to_json() for suite in suites])
    write_json(out / MODELS, [record.to_json() for record in records])
    write_lines(out / UTTERANCES, (json.dumps(clip, ensure_ascii=False) for clip in clips))


def _decode(
    plan: Plan,
    store: Store,
    renderer: Renderer,
    models: Mapping[str, ModelSpec],
    kind: EngineKind,
    setting: Setting,
    progress: Progress | None,
) -> None:
    """Decode the units that are not in the store yet, in the plan's order."""
    done = store.resume()
    units = plan.units[done:]
    if not units:
        return
    written = sum(len(batch.utterance_ids) for _, batch in plan.units[:done])
    total = written + sum(len(batch.utterance_ids) for _, batch in units)
    opened = {name: kind.open(spec, setting) for name, spec in models.items()}
    first = done // len(plan.models)
    wanted = plan.batches[first:]
    with closing(renderer.batches((batch.rendering, batch.utterance_ids) for batch in wanted)) as rendered:
        for number, (batch, clips) in enumerate(zip(wanted, rendered, strict=True), first):
            behind = max(0, done - number * len(plan.models))
            for model in plan.models[behind:]:
                if progress:
                    progress(written, total, model)
                store.append(*_hear(model, opened[model], kind.name, number, batch, clips))
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
