"""Rendering: an utterance as heard through a suite's channel, the same bytes whenever it is made."""

from __future__ import annotations

import math
from collections.abc import Generator, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from augment import Channel
from eval_suites.engines import Clip
from kowhisper_tel.core.audio import RATE, probe, read_audio
from kowhisper_tel.core.manifest import Manifest
from kowhisper_tel.core.utterance import Utterance


class Renderer:
    """Renders a manifest's utterances, with randomness keyed by ``(seed, "suite", rendering, utterance id)``."""

    def __init__(self, manifest: Manifest, channels: Mapping[str, Channel], seed: int) -> None:
        self._manifest = manifest
        self._utterances = {utterance.id: utterance for utterance in manifest}
        self._channels = channels
        self._seed = seed

    def render(self, rendering: str, utterance_id: str) -> Clip:
        """One clip. Raises ``UserError`` (``audio.*``) where its audio can't be read."""
        utterance = self._utterances[utterance_id]
        audio = read_audio(
            self._manifest.audio_path(utterance),
            start_s=utterance.start_s,
            end_s=utterance.end_s,
            track=utterance.track,
        )
        path = ("suite", rendering, utterance_id)
        heard = self._channels[rendering].render(audio, RATE, self._seed, path).audio
        return Clip(utterance_id, rendering, np.ascontiguousarray(heard, dtype=np.float32))

    def batches(self, wanted: Iterable[tuple[str, Sequence[str]]]) -> Generator[list[Clip]]:
        """Render batch after batch, each in the background while the caller works on the one before it."""

        def render_all(batch: tuple[str, Sequence[str]]) -> list[Clip]:
            return [self.render(batch[0], utterance_id) for utterance_id in batch[1]]

        with ThreadPoolExecutor(1, thread_name_prefix="render") as pool:
            ahead = None
            for batch in wanted:
                following = pool.submit(render_all, batch)
                if ahead:
                    yield ahead.result()
                ahead = following
            if ahead:
                yield ahead.result()


def duration_s(manifest: Manifest, utterance: Utterance) -> float:
    """Seconds of audio that an utterance holds, from its times or its file's header, rounded up to a thousandth."""
    start_s = utterance.start_s or 0.0
    end_s = utterance.end_s if utterance.end_s is not None else probe(manifest.audio_path(utterance)).duration_s
    return math.ceil((end_s - start_s) * 1000 - 1e-6) / 1000  # never down: a window's limit must hold
