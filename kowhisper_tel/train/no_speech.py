"""NoSpeech: what a call holds when nobody speaks, for windows in which nothing is to be written.

The sounds are made as those of the suite ``nospeech`` are, with other draws and without some of its kinds (keyboard,
room, hum), so that it goes on telling how a model takes what it never heard.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from augment import Mixture, noise_files, noises, rng
from augment.effects.noise import Noise
from augment.speech_level import gain, rms_dbfs
from eval_suites import sources
from eval_suites.held_out import names
from eval_suites.suites.nospeech import SOUNDS
from kowhisper_tel.core.audio import RATE
from kowhisper_tel.data.window import TICK_SAMPLES

Samples = NDArray[np.float32]

NOISE = "noise"
NOISES = ("white", "pink", "brown", "speech")
"""Colours of the noise that is drawn. Not babble: held out for evaluation (``eval_suites.held_out``)."""
NOISE_DBFS = (-70.0, -25.0)
RECORDING = "recording"
"""A stretch of the noise files that channels of the mixture name, if they name any."""
RECORDING_DBFS = (-50.0, -20.0)
KINDS = ("silence", "comfort_noise", NOISE, "ringback", "busy", "dtmf", "hold_music", "breathing")
"""Drawn evenly, with ``RECORDING`` where there are such files."""
FLOOR_DBFS = (-90.0, -60.0)
"""What is heard in a window behind its one short utterance."""


class NoSpeech:
    """Sounds by number, each through a channel of its own, as speech has one."""

    def __init__(self, mixture: Mixture, *, seed: int) -> None:
        self._mixture, self._seed = mixture, seed
        self._recordings = noise_recordings(mixture)

    def __call__(self, ticks: int, *path: str | int) -> Samples:
        """``ticks`` of a sound: float32[ticks · 320], by the seed and ``path`` alone.

        A channel that stretches time does not change the length: what is missing is silence, what is too much goes.
        """
        place = ("train", "nospeech", *path)
        sound = self._sound(ticks * TICK_SAMPLES, place)
        heard = self._mixture.render(sound, RATE, self._seed, place).audio[: len(sound)]
        return np.pad(heard, (0, len(sound) - len(heard)))

    def _sound(self, samples: int, path: tuple[str | int, ...]) -> Samples:
        generator = rng(self._seed, *path)
        kind = str(generator.choice([*KINDS, RECORDING] if self._recordings else KINDS))
        if kind == NOISE:
            noise = noises.synthesise(str(generator.choice(NOISES)), samples, RATE, generator)
            return _at_level(noise, NOISE_DBFS, generator)
        if kind == RECORDING:
            file, start_s = noise_files.draw_stretch(str(generator.choice(self._recordings)), samples / RATE, generator)
            return _at_level(noise_files.read_stretch(file, start_s, samples, RATE), RECORDING_DBFS, generator)
        source: dict[str, Any] = {"kind": kind, "duration_s": samples / RATE, "train": list(path)}
        for name, choice in SOUNDS[kind][2].items():
            source[name] = _drawn(choice, generator)
        return sources.render(source, _unread, self._seed)


def noise_recordings(mixture: Mixture) -> tuple[str, ...]:
    """The files and folders (``file:PATH``, ``folder:PATH``) that the mixture's channels take background noise from."""
    effects = [effect for _, channel in mixture.parts for effect in channel.effects if isinstance(effect, Noise)]
    return tuple(dict.fromkeys(name for effect in effects for name in names(effect.source) if ":" in name))


def floor(ticks: int, seed: int, *path: str | int) -> Samples:
    """Silence for a window that is padded to 30 s: digital, or with very low noise, as often the one as the other."""
    generator = rng(seed, "train", "floor", *path)
    if generator.random() < 0.5:
        return np.zeros(ticks * TICK_SAMPLES, np.float32)
    noise = noises.synthesise(str(generator.choice(NOISES)), ticks * TICK_SAMPLES, RATE, generator)
    return _at_level(noise, FLOOR_DBFS, generator)


def _drawn(choice: tuple[Any, ...], generator: np.random.Generator) -> Any:
    """A number of a span, or one of several names."""
    if isinstance(choice[0], float):
        return round(float(generator.uniform(*choice)), 1)
    return choice[generator.integers(len(choice))]


def _at_level(noise: Samples, dbfs: tuple[float, float], generator: np.random.Generator) -> Samples:
    """At a level that is drawn; digital silence stays as it is."""
    found_dbfs, wanted_dbfs = rms_dbfs(noise), generator.uniform(*dbfs)
    return noise if found_dbfs == -np.inf else np.asarray(noise * gain(wanted_dbfs - found_dbfs), np.float32)


def _unread(utterance_id: str) -> Samples:
    raise LookupError(f"a sound without speech has no utterance {utterance_id!r}")
