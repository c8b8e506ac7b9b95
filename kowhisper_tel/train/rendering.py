"""Rendering: an utterance as it is heard in one epoch of training. Runs in worker processes."""

from __future__ import annotations

from collections import OrderedDict

import numpy as np
from numpy.typing import NDArray

from augment import Mixture
from kowhisper_tel.core.audio import RATE, read_audio
from kowhisper_tel.core.manifest import Manifest
from kowhisper_tel.core.utterance import Utterance
from kowhisper_tel.data.windows import MOST_TICKS, TICK_SAMPLES

Samples = NDArray[np.float32]

CACHE_BYTES = 256 * 1024**2


class AudioCache:
    """Decoded audio, the oldest forgotten first, up to ``most_bytes``."""

    def __init__(self, manifest: Manifest, most_bytes: int = CACHE_BYTES) -> None:
        self._manifest, self._most = manifest, most_bytes
        self._kept: OrderedDict[str, Samples] = OrderedDict()
        self._bytes = 0

    def read(self, utterance: Utterance) -> Samples:
        """The utterance's audio at 16 kHz. Raises ``UserError`` as ``read_audio`` does."""
        if utterance.id in self._kept:
            self._kept.move_to_end(utterance.id)
            return self._kept[utterance.id]
        audio = read_audio(
            self._manifest.audio_path(utterance),
            start_s=utterance.start_s,
            end_s=utterance.end_s,
            track=utterance.track,
        )[: MOST_TICKS * TICK_SAMPLES]  # a header may be off by a hair from what is decoded
        self._kept[utterance.id] = audio
        self._bytes += audio.nbytes
        while self._bytes > self._most and len(self._kept) > 1:
            self._bytes -= self._kept.popitem(last=False)[1].nbytes
        return audio


class Rendering:
    """Calling it with an utterance's position in the manifest and an epoch gives the audio, by the seed alone."""

    def __init__(self, manifest: Manifest, mixture: Mixture, *, seed: int) -> None:
        self._utterances, self._mixture, self._seed = manifest.utterances, mixture, seed
        self._cache = AudioCache(manifest)

    def __call__(self, index: int, epoch: int) -> tuple[Samples, bool]:
        """The utterance through a channel of its own, and whether it went: not where that made it over 30 s long.

        Raises ``UserError`` as ``read_audio`` does.
        """
        utterance = self._utterances[index]
        audio = self._cache.read(utterance)
        rendered = self._mixture.render(audio, RATE, self._seed, ("train", epoch, utterance.id)).audio
        return (rendered, True) if len(rendered) <= MOST_TICKS * TICK_SAMPLES else (audio, False)
