"""DevSample: a few fixed dev utterances under evaluation's own suites, each rendering made once and kept as 16 bits."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from augment import Channel, Mixture, noises
from eval_suites import materials, suites
from eval_suites.choice import LeftOut, choose
from eval_suites.engines import Clip
from eval_suites.held_out import HELD_OUT
from eval_suites.item import Item
from eval_suites.plan import plan_batches
from eval_suites.rendering import Renderer, items_of
from eval_suites.suite import Suite
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.manifest import Manifest

BATCH_SIZE = 16
"""Evaluation's own."""
NOISES = tuple(name for name in noises.names() if name != HELD_OUT.noise)
"""What noisy suites draw from. The one that evaluation keeps unheard shall not decide which model is chosen either."""
TIMED = 4
"""Items that timestamps are asked of: some 20 s each, with two to four pauses."""
SHORT_S = 10.0
"""Of sounds that a suite brings itself, half as many are taken, and no longer ones where there are enough: a base model
writes on and on into silence (half of all that measuring took), and measuring shall not eat the training's time."""
NOSPEECH = "nospeech"
"""The stratum, and what the guard watches in it."""
MIXTURE = "mixture"
"""The name and stratum of dev as heard through a mixture of one's own."""

T = TypeVar("T")


@dataclass(frozen=True)
class Batch:
    """Clips that are decoded together: a rendering's name, ids and audio, int16."""

    suite: Suite
    ids: tuple[str, ...]
    audio: tuple[NDArray[np.int16], ...]

    @property
    def clips(self) -> list[Clip]:
        """As an engine takes them."""
        return [
            Clip(name, self.suite.rendering, pcm.astype(np.float32) / np.float32(32768.0), self.suite.decoding)
            for name, pcm in zip(self.ids, self.audio, strict=True)
        ]


class DevSample:
    """``count`` utterances of a manifest for each of the suites that ``names`` give, and what the guard watches.

    ``suites`` are those that count in strata, ``guarded`` the guard's by what they watch (``clean``, ``timestamps``,
    ``longform``, ``language``; none without ``guard``), ``left_out`` what there is nothing for, with the reason. Whose
    clips are taken depends on their ids and speakers alone, how they sound on ``seed`` as well. ``mixture``: one more
    stratum, heard through it.

    Raises ``UserError``: what ``choice.choose`` raises, ``choosing.empty`` where no suite finds any utterance, and
    ``audio.*``.
    """

    def __init__(
        self,
        manifest: Manifest,
        names: Sequence[str],
        count: int,
        *,
        seed: int,
        guard: bool = True,
        mixture: Mixture | None = None,
    ) -> None:
        self._manifest, self._count, self._seed = manifest, count, seed
        self.items: list[Item] = items_of(manifest)
        found = choose(names, manifest=manifest, noise=NOISES, strict=False) if names else None
        wanted = [*(found.suites if found else ()), *([_through(mixture)] if mixture else ())]
        self.left_out: list[LeftOut] = list(found.left_out) if found else []
        self.suites = tuple(suite for each in wanted if (suite := self._of_size(each)))
        if not self.suites:
            raise UserError("choosing.empty", suites=", ".join(names), root=manifest.root)
        self.guarded = self._guarded() if guard else {}
        own = {item.id: item for suite in self.every for item in suite.items}
        self.items += [item for item in own.values() if item.id not in {known.id for known in self.items}]

    @property
    def every(self) -> tuple[Suite, ...]:
        """All suites, the guard's too, each once."""
        return tuple({suite.fingerprint: suite for suite in (*self.suites, *self.guarded.values())}.values())

    @property
    def fingerprints(self) -> dict[str, str]:
        """What the sample is, by suite: two of the same are heard the same."""
        return {suite.name: suite.fingerprint for suite in self.every}

    @functools.cached_property
    def batches(self) -> tuple[Batch, ...]:
        """All clips, rendered when first asked for. Raises ``UserError`` (``audio.*``)."""
        renderer = Renderer(self._manifest, self.every, self._seed)
        return tuple(self._rendered(renderer))

    def _rendered(self, renderer: Renderer) -> Iterator[Batch]:
        by_rendering = {suite.rendering: suite for suite in self.every}
        for batch in plan_batches(self.every, self.items, BATCH_SIZE):
            clips = [renderer.render(batch.rendering, name) for name in batch.utterance_ids]
            audio = tuple(np.rint(clip.audio * np.float32(32768.0)).astype(np.int16) for clip in clips)
            yield Batch(by_rendering[batch.rendering], batch.utterance_ids, audio)

    def _of_size(self, suite: Suite) -> Suite | None:
        """The suite with as many clips as are wanted, or none, which is noted."""
        short = [item for item in suite.items if item.duration_s <= SHORT_S]
        half = (self._count + 1) // 2
        own = spread(short if len(short) >= half else suite.items, half)
        sized = replace(suite, items=own)
        sized = replace(sized, sample=None if suite.items else self._count)
        if sized.pick(self.items):
            return sized
        self.left_out.append(LeftOut(suite.name, suite.stratum, UserError("suites.left_empty", wants=suite.wanted)))
        return None

    def _guarded(self) -> dict[str, Suite]:
        language = Suite("language", "forgetting", {}, Channel("clean"))
        smoke, timed = suites.Request(self._manifest, size="smoke"), suites.Request(self._manifest)
        built = {
            "clean": suites.stratum("clean", smoke),
            "timestamps": [s for s in suites.stratum("forgetting", timed) if s.name == "forgetting_timestamps"],
            "longform": [s for s in suites.stratum("longform", smoke) if s.name == "longform_one_track"],
            "language": [language],
        }
        guarded: dict[str, Suite] = {}
        for name, found in built.items():
            if not found:
                self.left_out.append(LeftOut(name, "forgetting", UserError("suites.left_nothing")))
            elif name == "timestamps":
                guarded[name] = replace(found[0], items=spread(found[0].items, TIMED))
            elif suite := self._of_size(found[0]):
                guarded[name] = suite
        if not any(suite.stratum == NOSPEECH for suite in self.suites):  # what is invented is counted in these
            self.left_out.append(LeftOut(NOSPEECH, "forgetting", UserError("choosing.left_nospeech")))
        return guarded


def _through(mixture: Mixture) -> Suite:
    title = {"en": "The training's mixture", "ko": "학습 채널 혼합"}
    return Suite(MIXTURE, MIXTURE, title, mixture, materials=materials.sources(mixture.to_json()))


def spread(items: Sequence[T], count: int) -> tuple[T, ...]:
    """So many of the items, evenly over all of them; all where there are no more.

    >>> spread("abcdefg", 3)
    ('a', 'c', 'e')
    """
    if count >= len(items):
        return tuple(items)
    return tuple(items[place * len(items) // count] for place in range(count))
