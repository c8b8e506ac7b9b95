"""Seats: models at the evaluation's table, each with its engine; opened when they are asked for the first time."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from eval_suites import engines, post
from eval_suites.engines import UNKNOWN, Clip, Engine, EngineKind, Setting
from eval_suites.hypothesis import Transcript
from eval_suites.models import ModelSpec
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.files import fingerprint


@dataclass(frozen=True)
class Seat:
    """A model with the engine it is opened by, and how; a variant has those of its source."""

    spec: ModelSpec
    kind: EngineKind
    setting: Setting
    hash: str

    def to_json(self) -> dict[str, Any]:
        """What decides its texts."""
        options = asdict(self.setting.options) if self.kind.ours else {"language": self.setting.options.language}
        if self.spec.post:
            options["post"] = self.spec.post.kind
        return {
            "role": self.spec.role,
            "hash": self.hash,
            "engine": self.kind.name,
            "quantisation": self.setting.quantisation,
            "device": self.setting.device,
            "options": options,
        }


def take_seats(models: Mapping[str, ModelSpec], kind: EngineKind, common: Setting) -> dict[str, Seat]:
    """Each model with its own engine and setting, or else the evaluation's (``kind`` and ``common``).

    Raises ``UserError``: ``post.source`` for a variant before its source, and what engines and kinds of
    post-processing refuse.
    """
    seats: dict[str, Seat] = {}
    for name, spec in models.items():
        seats[name] = _variant(name, spec, seats) if spec.post else _seat(spec, kind, common)
    return seats


def _seat(spec: ModelSpec, kind: EngineKind, common: Setting) -> Seat:
    own = engines.get(spec.engine) if spec.engine else kind
    fixed = "float32" if own.ours else UNKNOWN
    quantisation = (spec.quantisation or common.quantisation) if own.quantised else fixed
    options = dataclasses.replace(common.options, **spec.decoding)
    device = own.device(common.device)
    setting = dataclasses.replace(common, quantisation=quantisation, options=options, device=device)
    own.check_quantisation(quantisation, device)
    own.check(spec, common.task)
    return Seat(spec, own, setting, own.identify(spec))


def _variant(name: str, spec: ModelSpec, seats: Mapping[str, Seat]) -> Seat:
    assert spec.post is not None
    source = seats.get(spec.post.source)
    if source is None:
        raise UserError("post.source", name=name, source=spec.post.source, known=", ".join(seats))
    post.get(spec.post.kind).open(spec.post.settings)
    return dataclasses.replace(source, spec=spec, hash=fingerprint([source.hash, post.identify(spec.post)]))


class Opened:
    """The models that are open. ``limit``: at most so many in this process, the least lately used one making room."""

    def __init__(self, seats: Mapping[str, Seat], limit: int | None = None) -> None:
        self._seats, self._limit = seats, limit
        self._engines: dict[str, Engine] = {}
        self._work: dict[str, post.Work] = {}

    def source(self, model: str) -> str | None:
        """The model whose texts a variant works on."""
        found = self._seats[model].spec.post
        return found.source if found else None

    def engine(self, model: str) -> str:
        """The name of a model's engine."""
        return self._seats[model].kind.name

    def hear(self, model: str, clips: Sequence[Clip]) -> list[Transcript]:
        """What a model writes for a batch."""
        engine = self._engines.pop(model, None)
        if engine is None:
            seat = self._seats[model]
            self._make_room(seat)
            engine = seat.kind.open(seat.spec, seat.setting)
        self._engines[model] = engine  # the last one used stands last
        return engine.transcribe(clips)

    def _make_room(self, seat: Seat) -> None:
        ours = [name for name in self._engines if self._seats[name].kind.ours]
        if self._limit and seat.kind.ours and len(ours) >= self._limit:
            engines.close(self._engines.pop(ours[0]))

    def work(self, model: str, transcripts: Sequence[Transcript]) -> list[Transcript]:
        """What a variant makes of its source's transcripts."""
        if model not in self._work:
            wanted = self._seats[model].spec.post
            assert wanted is not None
            self._work[model] = post.get(wanted.kind).open(wanted.settings)
        return [post.worked(self._work[model], transcript) for transcript in transcripts]

    def close(self) -> None:
        """Close all of them, whatever one of them raises."""
        with contextlib.ExitStack() as stack:
            for engine in self._engines.values():
                stack.callback(engines.close, engine)
            self._engines = {}
