"""Measure: the trained model and its exports, here and in stock tools, through the suites of the parity check."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eval_suites import stock
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.train.export import parity
from kowhisper_tel.train.export.formats import SAFETENSORS
from kowhisper_tel.train.export.parity import OURS, TRAINED, Check, Parity, Row
from kowhisper_tel.whisper import sealed

if TYPE_CHECKING:
    from eval_suites.models import ModelSpec
    from eval_suites.render_cache import RenderCache
    from eval_suites.results import Results
    from eval_suites.runner import Progress
    from eval_suites.suite import Suite
    from kowhisper_tel.core.manifest import Manifest
    from kowhisper_tel.whisper.decoding import DecodingOptions

UTTERANCES = 40
TELLING = {"nospeech": ("nospeech_g711", "standard")}
"""The suite that a stratum is heard through, where it is not the first of its smallest size."""
TIMEOUT_S = 1800.0
"""A stock tool pays for 30 s with each clip, and a busy machine is slow."""


@dataclass(frozen=True)
class Sample:
    """What is heard: the manifest, suites of every stratum, and strata that none can be had of, with the reason."""

    manifest: Manifest
    suites: tuple[Suite, ...]
    left_out: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True)
class Hearing:
    """How it is heard: see ``eval_suites.runner.evaluate``."""

    seed: int = 0
    batch_size: int = 16
    device: str = "auto"
    threads: int = 0
    options: DecodingOptions | None = None
    renderings: RenderCache | None = None
    cost: bool = True
    progress: Progress | None = field(default=None, compare=False)


def sample_of(
    manifest: Manifest, *, names: Sequence[str] = (), noise: str | Sequence[str] | None = None, count: int = UTTERANCES
) -> Sample:
    """One suite of each stratum that the manifest can fill (or these suites), with ``count`` utterances at most.

    Which utterances, their ids and speakers alone decide. Raises ``UserError`` as ``choice.choose`` does.
    """
    from eval_suites import choice

    if names:
        chosen = choice.choose(names, manifest=manifest, noise=noise, size="smoke")
        suites, left_out = chosen.suites, chosen.left_out
    else:
        suites, left_out = _one_of_each(manifest, noise)
    return Sample(
        manifest,
        tuple(_cut(suite, count) for suite in suites),
        tuple(left.to_json() for left in left_out),
    )


def _cut(suite: Suite, count: int) -> Suite:
    """With ``count`` items at most; of a suite's own, as many of its first kind as of its last."""
    step = -(-len(suite.items) // count)
    return replace(suite, items=suite.items[::step]) if suite.items else replace(suite, sample=count)


def _one_of_each(manifest: Manifest, noise: str | Sequence[str] | None) -> tuple[list[Any], list[Any]]:
    from eval_suites import choice, suites

    chosen, left_out = [], []
    for stratum in suites.strata():
        if stratum in suites.ASKED_ONLY:
            continue
        name, size = TELLING.get(stratum, (stratum, "smoke"))
        found = choice.choose([name], manifest=manifest, noise=noise, size=size, strict=False)
        summed = [suite for suite in found.suites if suite.summed]
        chosen += summed[:1]
        left_out += [] if summed else found.left_out
    return chosen, left_out


def measure(
    model: str,
    source: Path,
    folders: Mapping[str, Path],
    sample: Sample,
    out: Path,
    *,
    budget: float,
    hearing: Hearing | None = None,
    with_stock: bool = True,
) -> Parity:
    """Hear the sample with all of them and compare; hypotheses lie in ``out`` and are gone on with after a kill.

    A stock tool that is not installed is a row that says so. Raises ``UserError``: what the runner raises,
    and ``export.changed`` where a folder is not what was exported.
    """
    from eval_suites import engines, results
    from eval_suites.runner import evaluate

    hearing = hearing or Hearing()
    device = engines.get("ctranslate2").device(hearing.device)
    rows = parity.checks(list(folders), with_stock=with_stock)
    heard = [check for check in rows if not parity.missing_tool(check)]
    models = {TRAINED: _trained(source)} | {c.name: _spec(c, folders[c.format], device) for c in heard}
    hear = functools.partial(
        evaluate, models, sample.manifest, sample.suites, out, seed=hearing.seed, batch_size=hearing.batch_size,
        device=hearing.device, threads=hearing.threads, options=hearing.options, renderings=hearing.renderings,
        cost=hearing.cost, progress=hearing.progress,
    )  # fmt: skip
    try:
        hear()
    except UserError as problem:
        if problem.code != "eval.plan_changed":
            raise
        hear(overwrite=True)  # a measurement of something else lies there: of fewer formats, or of another sample
    found = results.load(out)
    speeds = {cost.model: cost.seconds_per_second for cost in found.costs}
    return Parity(
        model,
        _source_hash(source),
        budget,
        device,
        tuple(_row(check, folders[check.format], found, speeds, budget, device) for check in rows),
        sample.left_out,
        disk_bytes(source),
        speeds.get(TRAINED),
    )


def disk_bytes(folder: Path) -> int:
    """What a folder's files take."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def _row(check: Check, folder: Path, found: Results, speeds: Mapping[str, float], budget: float, device: str) -> Row:
    missing = parity.missing_tool(check)
    strata = () if missing else parity.compare(check, found, budget)
    seal = sealed.read(folder)
    weights = seal.weights if seal else "-"
    if check.tool == OURS:
        computed = "float32" if check.format == SAFETENSORS else parity.computed_in(weights, device)
    else:
        computed = weights if check.format == SAFETENSORS else parity.computed_in(weights, device)
    return Row(check, computed, disk_bytes(folder), speeds.get(check.name), strata, missing)


def _trained(source: Path) -> ModelSpec:
    from eval_suites.models import ModelSpec

    return ModelSpec(source, "base", "transformers")


def _spec(check: Check, folder: Path, device: str) -> ModelSpec:
    from eval_suites.models import ModelSpec

    seal = sealed.check(folder)
    if check.tool != OURS:
        version = f"{seal.hash if seal else '-'} {_version(check.tool)}"
        settings = {"command": stock.command(check.tool, folder, check.options), "version": version}
        return ModelSpec(None, "other", "command", settings={**settings, "timeout_s": TIMEOUT_S})
    if check.format == SAFETENSORS:
        return ModelSpec(folder, "other", "transformers")
    return ModelSpec(folder, "other", "ctranslate2", parity.computed_in(seal.weights if seal else "int8", device))


def _version(tool: str) -> str:
    from importlib.metadata import version

    return version(tool)


def _source_hash(source: Path) -> str:
    from kowhisper_tel.whisper import ct2

    return ct2.model_hash(source)
