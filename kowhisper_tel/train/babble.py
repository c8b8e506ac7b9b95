"""Babble: other utterances of the training, talking behind the one that is to be understood."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from augment import rng
from augment.speech_level import NOMINAL_DBFS, active_level_dbfs, gain, rms_dbfs
from kowhisper_tel.core.audio import RATE
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.manifest import Manifest
from kowhisper_tel.core.utterance import Utterance

Samples = NDArray[np.float32]

MOST_TALKERS = 8
NEARER_DB = 6.0
"""Talkers are up to this much louder or softer than one another: some sit nearer."""
POOL = 256
"""Utterances that an epoch's talkers are drawn from: so few that, of 3 s each, the cache holds every other."""


@dataclass(frozen=True)
class Talker:
    """An utterance by its position in the manifest, where in it the babble begins (0 to 1), and its gain."""

    index: int
    start: float
    gain_db: float


@dataclass(frozen=True)
class Talk:
    """Who talks behind an utterance, and at which signal-to-noise ratio."""

    talkers: tuple[Talker, ...]
    snr_db: float


class Babble:
    """Talkers for each utterance and epoch, by the seed alone; never the utterance's own speaker.

    Who speaks in an utterance without a known speaker counts as one of its own file. ``read`` gives an utterance's
    audio.
    """

    def __init__(
        self, manifest: Manifest, read: Callable[[Utterance], Samples], *, seed: int, snr_db: tuple[float, float]
    ) -> None:
        """Raises ``UserError`` as ``check_babble``."""
        check_babble(manifest)
        self._utterances, self._read, self._seed, self._snr_db = manifest.utterances, read, seed, snr_db
        self._voices = [_voice(utterance) for utterance in manifest]
        self._pools: dict[int, list[int]] = {}
        self._levels: dict[int, float] = {}

    def draw(self, index: int, epoch: int) -> Talk:
        """One to eight talkers (fewer where the manifest has no more), and a ratio between the two given."""
        generator = rng(self._seed, "train", epoch, self._utterances[index].id, "babble")
        others = [other for other in self._pool(epoch) if self._voices[other] != self._voices[index]]
        count = int(generator.integers(1, min(MOST_TALKERS, len(others)), endpoint=True))
        drawn = generator.choice(len(others), count, replace=False)
        talkers = (
            Talker(others[each], float(generator.random()), float(generator.uniform(-NEARER_DB, 0.0))) for each in drawn
        )
        return Talk(tuple(talkers), float(generator.uniform(*self._snr_db)))

    def sound(self, talk: Talk, n_samples: int) -> Samples:
        """The talkers alone, float32 ``[n_samples]``: each brought to one speech level, then by its gain.

        One who has less to say begins again.
        """
        babble = np.zeros(n_samples, np.float32)
        for talker in talk.talkers:
            clip = self._read(self._utterances[talker.index])
            level_dbfs = self._level_dbfs(talker.index, clip)
            if level_dbfs > -np.inf:
                start = int(talker.start * len(clip))
                turned = np.resize(np.concatenate([clip[start:], clip[:start]]), n_samples)
                babble += turned * gain(NOMINAL_DBFS + talker.gain_db - level_dbfs)
        return babble

    def add(self, audio: Samples, index: int, epoch: int) -> Samples:
        """The utterance's audio among its talkers, its active level (ITU-T P.56) over their RMS level as drawn.

        Under silence they lie that far below the nominal -26 dBFS; where all of them are silent, nothing is added.
        Raises ``UserError`` as ``read`` does.
        """
        talk = self.draw(index, epoch)
        babble = self.sound(talk, len(audio))
        babble_dbfs = rms_dbfs(babble)
        if babble_dbfs == -np.inf:
            return audio
        speech_dbfs = active_level_dbfs(audio, RATE)
        if speech_dbfs == -np.inf:
            speech_dbfs = NOMINAL_DBFS
        babble *= gain(speech_dbfs - talk.snr_db - babble_dbfs)
        babble += audio
        return babble

    def _level_dbfs(self, index: int, clip: Samples) -> float:
        if index not in self._levels:
            self._levels[index] = active_level_dbfs(clip, RATE)
        return self._levels[index]

    def _pool(self, epoch: int) -> list[int]:
        """The epoch's utterances to draw from: one of each speaker, then a second of each, and so on."""
        if epoch not in self._pools:
            order = rng(self._seed, "babble", epoch).permutation(len(self._utterances)).tolist()
            heard: Counter[str] = Counter()
            turns: dict[int, int] = {}
            for index in order:
                turns[index] = heard[self._voices[index]]
                heard[self._voices[index]] += 1
            self._pools = {epoch: sorted(order, key=turns.__getitem__)[:POOL]}
            self._levels.clear()
        return self._pools[epoch]


def check_babble(manifest: Manifest) -> None:
    """Raise ``UserError`` (``train.babble_alone``) where a manifest has no two voices, so nobody can talk behind."""
    if len({_voice(utterance) for utterance in manifest}) < 2:
        raise UserError("train.babble_alone", root=manifest.root, utterances=len(manifest))


def _voice(utterance: Utterance) -> str:
    known = utterance.speaker is not None
    return f"speaker {utterance.speaker}" if known else f"file {utterance.audio}"
