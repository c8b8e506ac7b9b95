"""The cases of ``fuzz_augment``: each is made from its number alone, tried, and judged."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from augment import AudioError, Channel, SpecError, codecs, effects, rng
from augment.audio import Audio, fit_length
from augment.spec import Kind, Number, OneOf
from benchmarks import speech

RATES = (8000, 11025, 16000, 22050, 44100, 48000)
LONGEST_S = 60.0
LENGTHS = ((0.7, 1.0), (0.9, 4.0), (0.98, 15.0), (1.0, LONGEST_S))
"""(share up to here, longest in s): most are short, so that ten thousand end in time."""
ODD = (0, 1, 2, 79, 160, 161)
NO_WAVEFORM = {"speex-nb-2.15", "speex-wb-3.95"}
BOUND, LEAST_ALIKE, LEAST_S = 3.0, 0.3, 0.5
"""Full scale through a codec stays below BOUND (between clipped samples, the way back to a higher rate overshoots;
2.4 is the most that was seen), and a tone stays alike unless it wraps around."""


def _clicks(n: int, rate: int, generator: np.random.Generator) -> NDArray[np.float64]:
    return np.where(generator.random(n) < 20.0 / rate, generator.choice([-1.0, 1.0], n), 0.0)


Shape = Callable[[int, int, np.random.Generator], NDArray[Any]]
SHAPES: dict[str, Shape] = {
    "speech": lambda n, rate, _: fit_length(np.tile(_voice(rate), 1 + n // len(_voice(rate))), n),
    "speech, overdriven": lambda n, rate, _: 8.0 * SHAPES["speech"](n, rate, _),
    "silence": lambda n, _rate, _: np.zeros(n),
    "full-scale tone": lambda n, rate, _: np.sin(2 * np.pi * 300.0 * np.arange(n) / rate),
    "full-scale square": lambda n, rate, _: np.where(np.arange(n) * 400 // rate % 2, 1.0, -1.0),
    "dc": lambda n, _rate, generator: np.full(n, generator.uniform(-1.0, 1.0)),
    "noise": lambda n, _rate, generator: 0.3 * generator.standard_normal(n),
    "last bit": lambda n, _rate, generator: generator.uniform(-1.0, 1.0, n) / 32768.0,
    "clicks": _clicks,
    "pcm not divided": lambda n, rate, _: 32768.0 * SHAPES["speech"](n, rate, _),
}
_VOICES: dict[int, Audio] = {}


def _voice(rate: int) -> Audio:
    if rate not in _VOICES:
        _VOICES[rate] = speech.voice(7.3, rate)
    return _VOICES[rate]


@dataclass(frozen=True)
class Case:
    """One channel of one effect, one clip, and whether that must be refused."""

    number: int
    effect: dict[str, Any]
    shape: str
    n_samples: int
    rate: int
    bad: float | None

    def words(self) -> str:
        """One line that says what it is."""
        bad = "" if self.bad is None else f", with {self.bad}"
        return f"case {self.number}: {self.effect} on {self.n_samples} samples of {self.shape} at {self.rate} Hz{bad}"


def drawn(seed: int, number: int, of_codecs: bool) -> Case:
    """The case of a number."""
    generator = rng(seed, "fuzz", number)
    effect = codec_effect(generator) if of_codecs else any_effect(generator)
    rate = int(generator.choice(RATES))
    share = generator.random()
    longest_s = next(longest for up_to, longest in LENGTHS if share <= up_to)
    n_samples = int(generator.uniform(0.0, longest_s) * rate)
    if generator.random() < 0.05:
        n_samples = int(generator.choice(ODD))
    shape = str(generator.choice(list(SHAPES)))
    bad = float(generator.choice([np.nan, np.inf, -np.inf])) if n_samples and generator.random() < 0.03 else None
    return Case(number, effect, shape, n_samples, rate, bad)


def codec_effect(generator: np.random.Generator) -> dict[str, Any]:
    """A codec that is here, with any loss and packets that it can fill."""
    here = [name for name in codecs.names() if codecs.get(name).available]
    effect: dict[str, Any] = {"effect": "codec", "codec": str(generator.choice(here))}
    losses: list[dict[str, Any] | None] = [
        None,
        {"rate": generator.uniform(0.0, 0.95)},
        {"rate": generator.uniform(0.0, 0.5), "mean_burst": generator.uniform(1.0, 20.0)},
        {"kind": "bellcore", "rate": generator.uniform(0.0, 0.3)},
        {"kind": "jitter", "buffer_ms": generator.uniform(1, 200), "mean_jitter_ms": generator.uniform(0, 200)},
        {"kind": "jitter", "buffer_ms": 60.0, "mean_jitter_ms": 30.0, "spike_ms": generator.uniform(1, 1000)},
    ]
    loss, other = (losses[index] for index in generator.integers(len(losses), size=2))
    if loss is not None:
        effect["loss"] = [loss, other] if other is not None and generator.random() < 0.5 else loss
    if effect["codec"].startswith("amr"):
        effect |= amr_more(effect["codec"], generator)
    packet_ms = int(generator.choice([0, 0, 10, 20, 30, 40]))
    if packet_ms:
        try:
            effects.from_json({**effect, "packet_ms": packet_ms})
        except SpecError:
            return effect
        effect["packet_ms"] = packet_ms
    return effect


def amr_more(name: str, generator: np.random.Generator) -> dict[str, Any]:
    """Modes that change, and DTX, in half of the cases each."""
    more: dict[str, Any] = {}
    if generator.random() < 0.5:
        more["dtx"] = True
    if generator.random() < 0.5:
        family = name.rpartition("-")[0]
        modes = [other for other in codecs.names() if other.rpartition("-")[0] == family]
        more["codec"] = [
            str(mode) for mode in generator.choice(modes, generator.integers(2, len(modes)), replace=False)
        ]
        more["switch_s"] = generator.uniform(0.04, 5.0)
    return more


def any_effect(generator: np.random.Generator) -> dict[str, Any]:
    """An effect with its numbers anywhere within their limits; names and the rest as in one of its examples."""
    names = [name for name in effects.names() if name != "codec"]
    name = str(generator.choice(names))
    found = effects.get(name)
    example = dict(found.examples[generator.integers(len(found.examples))])
    kinds: dict[str, Kind] = found.from_json(example)._kinds
    for key, kind in kinds.items():
        if isinstance(kind, OneOf):
            example[key] = int(generator.choice(kind.known))
        elif isinstance(kind, Number) and key != "chance" and generator.random() < 0.8:
            low, high = max(kind.low, -1000.0), min(kind.high, 100_000.0)
            place = generator.choice([0.0, 1.0]) if generator.random() < 0.1 else generator.random()
            even = generator.random() < 0.5 or low <= 0.0
            value = float(low + place * (high - low) if even else low * (high / low) ** place)
            normal = {"mean": value, "sd": generator.uniform(0.0, 1.0 + abs(value))}
            example[key] = normal if generator.random() < 0.1 else value
    return {"effect": name, **example}


def tried(case: Case, seed: int) -> str:
    """``""`` if all went as it must; ``"refused: ..."`` where parameters contradict each other; else what is wrong."""
    generator = rng(seed, "fuzz clip", case.number)
    audio = SHAPES[case.shape](case.n_samples, case.rate, generator).astype(np.float32)
    if case.bad is not None:
        audio[generator.integers(len(audio))] = case.bad
    audio.flags.writeable = False
    before = audio.tobytes()
    try:
        channel = Channel.from_json({"name": "fuzz", "effects": [case.effect]})
        rendered = channel.render(audio, case.rate, seed, (case.number,))
    except AudioError:
        return "" if case.bad is not None else "sound audio was refused"
    except SpecError as error:
        return f"refused: {error}"
    if case.bad is not None:
        return "audio that is not finite was taken"
    if audio.tobytes() != before:
        return "the caller's array was changed"
    if channel.render(audio, case.rate, seed, (case.number,)).audio.tobytes() != rendered.audio.tobytes():
        return "another result the second time"
    end_s = rendered.time_map.output_s(case.n_samples / case.rate) if case.n_samples else 0.0
    expected = case.n_samples if channel.keeps_time else round(end_s * case.rate)
    if abs(len(rendered.audio) - expected) > (0 if channel.keeps_time else 1):
        return f"{len(rendered.audio)} samples came out, {expected} were expected"
    return judged(case, audio, rendered.audio)


def judged(case: Case, said: Audio, heard: Audio) -> str:
    """What is wrong with the sound, or ``""``."""
    if not np.isfinite(heard).all():
        return "NaN or infinite samples came out"
    if case.effect["effect"] != "codec":
        return ""
    peak = float(np.abs(heard).max(initial=0.0))
    if peak > BOUND:
        return f"the peak is {peak:.2f}"
    alike_wanted = case.shape == "full-scale tone" and "loss" not in case.effect
    if alike_wanted and str(case.effect["codec"]) not in NO_WAVEFORM and case.n_samples >= LEAST_S * case.rate:
        alike = float(np.dot(said, heard) / math.sqrt(max(np.dot(said, said) * np.dot(heard, heard), 1e-12)))
        if alike < LEAST_ALIKE:
            return f"a full-scale tone came out with a correlation of {alike:.2f}"
    return ""
