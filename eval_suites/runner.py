"""Runner: every model over every suite; what is decoded is kept batch by batch, and a killed run goes on from there."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from eval_suites import costs, engines
from eval_suites.cost import COSTS
from eval_suites.engines import EngineKind, Setting, Task
from eval_suites.hearing import Hearing, Part
from eval_suites.item import Item
from eval_suites.models import ModelRecord, ModelSpec
from eval_suites.plan import (
    RENDERING_LIBRARIES,
    Plan,
    differences,
    library_versions,
    manifest_fingerprint,
    plan_batches,
)
from eval_suites.rendering import items_of
from eval_suites.seats import Seat, take_seats
from eval_suites.store import HYPOTHESES, SALVAGED, TIMINGS, Store
from eval_suites.suite import WINDOW_S, Suite
from kowhisper_tel.core.errors import UserError, message
from kowhisper_tel.core.executors import Executor
from kowhisper_tel.core.files import COMPLETE, changed_since, mark_complete, remove_unfinished, write_json, write_lines
from kowhisper_tel.core.manifest import Manifest

if TYPE_CHECKING:
    from eval_suites.render_cache import RenderCache
    from kowhisper_tel.whisper.decoding import DecodingOptions

PLAN, SUITES, MODELS, UTTERANCES = "plan.json", "suites.json", "models.json", "utterances.jsonl"
FILES = (PLAN, SUITES, MODELS, UTTERANCES, HYPOTHESES, TIMINGS)
CONVERTED = "converted"

Tell = Callable[[str], None]


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
    open_models: int | None = None,
    cost: bool = False,
    executor: Executor | None = None,
    overwrite: bool = False,
    progress: Progress | None = None,
    tell: Tell | None = None,
) -> None:
    """Decode the manifest by each model under each suite into the folder ``out`` (files: ``FILES``).

    Clips are rendered as they are needed and heard by all models in the same batches. Hypotheses are appended batch
    by batch; called again after a kill, this drops an unfinished batch and goes on, and ``hypotheses.jsonl`` ends up
    with the same bytes. ``engine`` is one of ``engines.names()``, or a kind of your own; it, ``quantisation`` and
    ``options`` are for models that do not ask for their own. ``threads`` 0 leaves their number to the engine.
    ``device`` is ``cpu``, ``cuda`` or ``auto`` (see ``EngineKind.device``); the plan has the one that it comes to.
    ``cache`` keeps conversions of models for other evaluations; without it they are removed at the end. ``renderings``
    keeps the audio that was heard; the results are the same with and without.

    A model is opened when its first batch comes. All stay open, since each batch goes to all of them; ``open_models``
    keeps only so many, the least lately used one making room (each batch then pays for opening models). ``cost``
    measures each model alone afterwards (``costs.measure``), here. ``executor`` hears batches elsewhere, with the same
    hypotheses; without one they are heard by this process. ``tell`` hears lines for people: how much of what an
    earlier call wrote is damaged, and is done again. At the end ``complete.json`` says what the files hold.

    An utterance of more than 30 s is heard by suites for whole calls only; which ones others leave out for its length
    ``Results.left_out`` tells.

    Raises ``UserError``: ``eval.too_long`` (more than 30 s, and no suite takes it), ``eval.models_none``,
    ``eval.suites_none``, ``eval.suite_twice``, ``eval.suite_empty``, ``eval.item_twice`` (an id of the manifest that is
    a suite's own item's), ``eval.plan_changed`` where ``out`` was begun with other inputs (unless ``overwrite``, which
    begins anew), ``post.source`` for a variant before its source, and what engines, post-processing, audio files and
    the executor raise.
    """
    from kowhisper_tel.whisper.decoding import DecodingOptions

    kind = engines.get(engine) if isinstance(engine, str) else engine
    chosen = options or DecodingOptions()
    items = _items(manifest, suites)
    _check(models, suites, items)
    common = Setting(quantisation, chosen, device, threads, cache or out / CONVERTED, _task(suites, items))
    seats = take_seats(models, kind, common)
    plan = _plan(seats, manifest, suites, items, batch_size, seed)
    _claim(out, plan, overwrite)
    _describe(out, plan, suites, items)
    store = Store(out, plan)
    done = _resume(store, out, tell or (lambda _: None))
    hearing = Hearing(manifest, suites, seed, seats, renderings, open_models)
    _decode(plan, store, done, hearing, executor, progress)
    if cost:
        costs.measure(seats, manifest, out, batch_size, seed)
    shutil.rmtree(out / CONVERTED, ignore_errors=True)
    mark_complete(out, plan.to_json(), [out / name for name in (*FILES, COSTS)])


def _task(suites: Sequence[Suite], items: Sequence[Item]) -> Task:
    ids: dict[str, frozenset[str]] = {}
    for suite in suites:
        ids[suite.rendering] = ids.get(suite.rendering, frozenset()) | {item.id for item in suite.pick(items)}
    return Task(ids, {suite.name: suite.rendering for suite in suites})


def _items(manifest: Manifest, suites: Sequence[Suite]) -> list[Item]:
    """The manifest's, and what the suites bring themselves, each once."""
    given = items_of(manifest)
    own = {item.id: item for suite in suites for item in suite.items}
    for item in given:
        if item.id in own:
            raise UserError("eval.item_twice", id=item.id)
    return [*given, *own.values()]


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
            raise UserError("eval.suite_empty", name=suite.name, wants=suite.wanted)


def _strata() -> tuple[str, ...]:
    from eval_suites.suites import strata

    return strata()


def _plan(
    seats: Mapping[str, Seat],
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
        for name in (COMPLETE, *FILES, COSTS, SALVAGED):
            (out / name).unlink(missing_ok=True)
        shutil.rmtree(out / CONVERTED, ignore_errors=True)
    if (out / PLAN).is_file():
        found, wanted = _begun_with(out), plan.to_json()
        fields = differences(found["inputs"], wanted["inputs"]) or differences(found, wanted)
        if fields:
            raise UserError("eval.plan_changed", path=out, fields=", ".join(fields))
    elif (out / HYPOTHESES).is_file():
        raise UserError("eval.plan_changed", path=out, fields=PLAN)
    else:
        write_json(out / PLAN, plan.to_json())


def _begun_with(out: Path) -> dict[str, Any]:
    try:
        begun: dict[str, Any] = json.loads((out / PLAN).read_text(encoding="utf-8"))
        Plan.from_json(begun)
    except (ValueError, KeyError, TypeError, AttributeError) as problem:
        raise UserError("evidence.broken", path=out, file=PLAN, error=type(problem).__name__) from None
    return begun


def _resume(store: Store, out: Path, tell: Tell) -> int:
    """How many units are there whole; what is damaged is told, and will be made again."""
    remove_unfinished(out)
    broken = changed_since(out)
    (out / COMPLETE).unlink(missing_ok=True)
    if COSTS in broken:
        (out / COSTS).unlink(missing_ok=True)
        tell(message("eval.costs_damaged", {"path": out / COSTS}))
    done = store.resume()
    if store.damaged:
        tell(message("eval.lines_damaged", {"path": out / HYPOTHESES, "count": store.damaged}))
    return done


def _describe(out: Path, plan: Plan, suites: Sequence[Suite], items: Sequence[Item]) -> None:
    """Write what the hypotheses are to be read with. It follows from the plan, so a resume writes the same."""
    records = (ModelRecord(name, **model) for name, model in plan.inputs["models"].items())
    write_json(out / SUITES, [suite.to_json() for suite in suites])
    write_json(out / MODELS, [record.to_json() for record in records])
    write_lines(out / UTTERANCES, (json.dumps(item.to_json(), ensure_ascii=False) for item in items))


def _decode(
    plan: Plan, store: Store, done: int, hearing: Hearing, executor: Executor | None, progress: Progress | None
) -> None:
    """Decode the units that are not in the store yet, in the plan's order."""
    units = plan.units[done:]
    if not units:
        return
    written = sum(len(batch.utterance_ids) for _, batch in plan.units[:done])
    total = written + sum(len(batch.utterance_ids) for _, batch in units)
    parts = _parts(plan, store, done)
    found = hearing.there(parts, executor) if executor else hearing.here(parts)
    with closing(found):
        for number, (model, batch) in enumerate(units, done):
            if progress:
                progress(written, total, model)
            kept = store.salvaged(number // len(plan.models), model)
            store.append(kept or next(found), salvaged=kept is not None)
            written += len(batch.utterance_ids)
    store.finish()
    if progress:
        progress(written, total)


def _parts(plan: Plan, store: Store, done: int) -> list[Part]:
    """What is to be heard after so many units: neither what a batch left in the middle has, nor what was salvaged."""
    first, heard = divmod(done, len(plan.models))
    there = store.read(done - heard, done)
    parts = []
    for number, batch in enumerate(plan.batches[first:], first):
        kept = {model: store.salvaged(number, model) for model in plan.models[len(there) :]}
        there |= {model: unit for model, unit in kept.items() if unit}
        if left := tuple(model for model in plan.models if model not in there):
            parts.append(Part(number, batch, left, there))
        there = {}
    return parts
