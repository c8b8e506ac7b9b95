"""Hearing: one batch of the plan, rendered and heard by each model; here, or by an executor's workers."""

from __future__ import annotations

import time
import uuid
from collections.abc import Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field

from eval_suites.engines import Clip
from eval_suites.hypothesis import Hypothesis
from eval_suites.plan import Batch
from eval_suites.render_cache import RenderCache
from eval_suites.rendering import Renderer
from eval_suites.seats import Opened, Seat
from eval_suites.store import Unit
from eval_suites.suite import Suite
from kowhisper_tel.core.audio import RATE
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.executors import Executor
from kowhisper_tel.core.manifest import Manifest


@dataclass(frozen=True)
class Part:
    """Batch ``number`` of the plan, for these models; ``said``: what others wrote for it, by model."""

    number: int
    batch: Batch
    models: tuple[str, ...]
    said: Mapping[str, Unit]


@dataclass(frozen=True)
class Hearing:
    """All that it takes to have a part heard, the same wherever: it can be sent to another process."""

    manifest: Manifest
    suites: Sequence[Suite]
    seed: int
    seats: Mapping[str, Seat]
    renderings: RenderCache | None = None
    open_models: int | None = None
    key: str = field(default_factory=lambda: uuid.uuid4().hex)

    def here(self, parts: Sequence[Part]) -> Generator[Unit, None, None]:
        """The parts' units in order, one at a time; what comes next is rendered meanwhile."""
        renderer = Renderer(self.manifest, self.suites, self.seed, self.renderings)
        wanted = ((part.batch.rendering, part.batch.utterance_ids) for part in parts)
        with closing(Opened(self.seats, self.open_models)) as opened, closing(renderer.batches(wanted)) as rendered:
            for part, clips in zip(parts, rendered, strict=True):
                yield from heard(part, clips, opened)

    def there(self, parts: Sequence[Part], executor: Executor) -> Generator[Unit, None, None]:
        """The same by an executor, a batch at a time. Models that need it are converted here, once and for all."""
        for seat in self.seats.values():
            if seat.spec.post is None:
                seat.kind.prepare(seat.spec, seat.setting)
        with closing(executor.in_order(self, parts)) as answers:
            for units, found, made, broken in answers:
                if self.renderings:
                    self.renderings.count(found, made, broken)
                yield from units

    def __call__(self, part: Part) -> tuple[list[Unit], int, int, int]:
        """A part's units, and how many renderings were found, made and broken. Models stay open for the next part."""
        renderer, opened, kept = _open_in_this_process(self)
        before = kept.counts if kept else (0, 0, 0)
        clips = [renderer.render(part.batch.rendering, name) for name in part.batch.utterance_ids]
        units = list(heard(part, clips, opened))
        found, made, broken = (now - then for now, then in zip(kept.counts if kept else before, before, strict=True))
        return units, found, made, broken


def heard(part: Part, clips: Sequence[Clip], opened: Opened) -> Generator[Unit, None, None]:
    """What each model of a part writes for its clips. Raises ``UserError`` (``eval.engine_answer``)."""
    said = dict(part.said)
    for model in part.models:
        said[model] = _hear(model, opened, part, clips, said)
        yield said[model]


def _hear(model: str, opened: Opened, part: Part, clips: Sequence[Clip], said: Mapping[str, Unit]) -> Unit:
    """One unit: hypotheses in the plan's order, and what it took; a variant's time is its source's and its own."""
    source = opened.source(model)
    began = time.perf_counter()
    transcripts = opened.work(model, said[source].transcripts) if source else opened.hear(model, clips)
    decode_s = time.perf_counter() - began + (said[source].decode_s if source else 0.0)
    if len(transcripts) != len(clips):
        raise UserError("eval.engine_answer", engine=opened.engine(model), got=len(transcripts), wanted=len(clips))
    hypotheses = tuple(Hypothesis(key, said) for key, said in zip(part.batch.keys(model), transcripts, strict=True))
    timing = {
        "model": model,
        "rendering": part.batch.rendering,
        "batch": part.number,
        "clips": len(clips),
        "audio_s": round(sum(len(clip.audio) for clip in clips) / RATE, 3),
        "decode_s": round(decode_s, 6),
    }
    return Unit(hypotheses, timing)


_open: dict[str, tuple[Renderer, Opened, RenderCache | None]] = {}
"""In a worker's process: of the evaluation at hand."""


def _open_in_this_process(hearing: Hearing) -> tuple[Renderer, Opened, RenderCache | None]:
    if hearing.key not in _open:
        for _, opened, _ in _open.values():  # of an evaluation before this one
            opened.close()
        _open.clear()
        renderer = Renderer(hearing.manifest, hearing.suites, hearing.seed, hearing.renderings)
        _open[hearing.key] = (renderer, Opened(hearing.seats, hearing.open_models), hearing.renderings)
    return _open[hearing.key]
