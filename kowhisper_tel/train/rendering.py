"""Rendering: an utterance as it is heard in one epoch of training. Runs in worker processes."""

from __future__ import annotations

from collections import OrderedDict

import numpy as np
from numpy.typing import NDArray

from augment import Mixture, rng
from kowhisper_tel.core.audio import RATE, check_heard, read_audio
from kowhisper_tel.core.manifest import Manifest
from kowhisper_tel.core.utterance import Utterance
from kowhisper_tel.data.windows import MOST_TICKS, TICK_SAMPLES
from kowhisper_tel.train.babble import Babble
from kowhisper_tel.train.hearing import Hearing
from kowhisper_tel.train.voices import voices

Samples = NDArray[np.float32]

CACHE_BYTES = 32 * 1024**2
"""Eight minutes of speech. More would only serve corpora that fit in whole: no other is heard again before long."""
MOST_SAMPLES = MOST_TICKS * TICK_SAMPLES
"""Whisper's window."""


class AudioCache:
    """Decoded audio, the oldest forgotten first, up to ``most_bytes``."""

    def __init__(self, manifest: Manifest, most_bytes: int = CACHE_BYTES) -> None:
        self._manifest, self._most = manifest, most_bytes
        self._kept: OrderedDict[str, Samples] = OrderedDict()
        self._bytes = 0

    def read(self, utterance: Utterance) -> Samples:
        """The utterance's audio at 16 kHz. Raises ``UserError`` as ``read_audio`` and ``check_heard`` do."""
        if utterance.id in self._kept:
            self._kept.move_to_end(utterance.id)
            return self._kept[utterance.id]
        path = self._manifest.audio_path(utterance)
        audio = read_audio(path, start_s=utterance.start_s, end_s=utterance.end_s, track=utterance.track)
        audio = audio[:MOST_SAMPLES]  # a header may be off by a hair from what is decoded
        check_heard(path, audio, utterance.text)
        self._kept[utterance.id] = audio
        self._bytes += audio.nbytes
        while self._bytes > self._most and len(self._kept) > 1:
            self._bytes -= self._kept.popitem(last=False)[1].nbytes
        return audio


class Rendering:
    """Calling it with an utterance's position in the manifest and an epoch gives the audio, by the seed alone.

    First the voice is changed, then others talk behind it, then all that goes through a channel: each for the share of
    utterances that ``hearing`` says, each drawn apart, so that a higher share only adds utterances and changes nothing
    about those that were in it before. ``at`` is how far the training is, from 0 to 1, for the severity; without it, as
    far as when the epoch begins.
    """

    def __init__(self, manifest: Manifest, mixture: Mixture, *, seed: int, hearing: Hearing | None = None) -> None:
        """Raises ``UserError`` (``train.babble_alone``) where babble is asked for and there is but one speaker."""
        self._utterances, self._mixture, self._seed = manifest.utterances, mixture, seed
        self._hearing = hearing or Hearing()
        self._cache = AudioCache(manifest)
        self._babble = None
        if self._hearing.babble_share:
            self._babble = Babble(manifest, self._cache.read, seed=seed, snr_db=self._hearing.babble_snr_db)

    def __call__(self, index: int, epoch: int, at: float | None = None) -> tuple[Samples, bool]:
        """The utterance as it is heard, and whether all that was drawn was done.

        A voice or a channel that would make it over 30 s long is left out. Raises ``UserError`` as ``read_audio`` does.
        """
        voiced, fits = self._voiced(index, epoch)
        spoken = self._among_others(voiced, index, epoch)
        rendered = self._through_channel(spoken, index, epoch, at)
        if rendered is None:
            return spoken, fits
        return (rendered, fits) if len(rendered) <= MOST_SAMPLES else (spoken, False)

    def _voiced(self, index: int, epoch: int) -> tuple[Samples, bool]:
        audio = self._cache.read(self._utterances[index])
        if not self._is_drawn("voice share", self._hearing.voice_share, index, epoch):
            return audio, True
        voiced = voices().render(audio, RATE, self._seed, (*self._path(index, epoch), "voice")).audio
        return (voiced, True) if len(voiced) <= MOST_SAMPLES else (audio, False)

    def _among_others(self, audio: Samples, index: int, epoch: int) -> Samples:
        if self._babble is None or not self._is_drawn("babble share", self._hearing.babble_share, index, epoch):
            return audio
        return self._babble.add(audio, index, epoch)

    def _through_channel(self, audio: Samples, index: int, epoch: int, at: float | None) -> Samples | None:
        """Nothing where the severity leaves the utterance as it is."""
        severity = self._hearing.severity_at(epoch / self._hearing.epochs if at is None else at)
        if not self._is_drawn("severity", severity, index, epoch):
            return None
        return self._mixture.render(audio, RATE, self._seed, self._path(index, epoch)).audio

    def _is_drawn(self, what: str, share: float, index: int, epoch: int) -> bool:
        return share >= 1.0 or (share > 0.0 and rng(self._seed, *self._path(index, epoch), what).random() < share)

    def _path(self, index: int, epoch: int) -> tuple[str | int, ...]:
        return "train", epoch, self._utterances[index].id
