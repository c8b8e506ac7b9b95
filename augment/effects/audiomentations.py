"""Any waveform transform of audiomentations (https://iver56.github.io/audiomentations/), made repeatable.

audiomentations draws from the global random state of ``random`` and ``numpy``, while it chooses parameters and while
it applies them. Both are seeded from the record around every call and put back afterwards.
"""

from __future__ import annotations

import inspect
import json
import random
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np

from augment.audio import Audio
from augment.effect import Effect, Params
from augment.errors import SpecError, Unavailable, unknown
from augment.spec import Choice, Name, Plain

MOVES_TIME = ("AdjustDuration", "Padding", "RepeatPart", "Reverse", "Shift", "TimeStretch", "Trim")
"""Transforms that put words elsewhere without saying where: labels would no longer fit."""

NOT_ALONE = ("Lambda",)
"""Transforms that cannot be written in JSON."""

PROBE_RATE = 16000

_global_state = threading.Lock()


@dataclass(frozen=True, kw_only=True)
class Audiomentations(Effect):
    """``transform``: class name, such as ``"TanhDistortion"``. ``kwargs``: its arguments; ``p`` is 1 unless given.

    The record holds a seed and, where the transform's parameters are plain JSON and do not depend on the audio, the
    parameters too, which then rule. The global random state is used under a lock: another thread that draws from it
    at the same moment would be disturbed, and disturb.
    """

    name = "audiomentations"
    examples = ({"transform": "TanhDistortion"}, {"transform": ["AddGaussianSNR", "SevenBandParametricEQ"]})
    transform: Annotated[Choice, Name()]
    kwargs: Annotated[dict[str, Any] | None, Plain()] = None

    def check(self) -> None:
        """Try each transform on a second of noise.

        Raises:
            SpecError, UnknownName: audiomentations does not take it, or it changes the length.
            Unavailable: it needs a package that is not installed.
        """
        probe = 0.1 * np.random.default_rng(0).standard_normal(PROBE_RATE, np.float32)
        for transform in (self.transform,) if isinstance(self.transform, str) else self.transform:
            effect = Audiomentations(transform=transform, kwargs=self.kwargs)
            effect.apply(
                probe, PROBE_RATE, effect.draw(np.random.default_rng(0), n_samples=PROBE_RATE, rate=PROBE_RATE)
            )

    def draw_more(self, generator: np.random.Generator, fields: Params, *, n_samples: int, rate: int) -> Params:
        """A seed, and the parameters where they can be frozen."""
        seed = int(generator.integers(2**32))
        probes = (np.zeros(n_samples, np.float32), np.linspace(-0.5, 0.7, n_samples, dtype=np.float32))
        first, second = (_randomised(fields, seed, probe, rate).parameters for probe in probes)
        frozen = _as_json(first)
        return {"seed": seed, "parameters": frozen if frozen is not None and frozen == _as_json(second) else None}

    @classmethod
    def change(cls, audio: Audio, rate: int, params: Mapping[str, Any]) -> Audio:
        """The transformed audio; SpecError if its length is not kept."""
        sound = audio.copy()
        with _seeded(params["seed"]):
            made = _made(params["transform"], params["kwargs"])
            made.randomize_parameters(sound, rate)
            if params["parameters"] is not None:
                made.parameters = dict(params["parameters"])
            made.freeze_parameters()
            try:
                changed = np.asarray(made(sound, rate), dtype=np.float32)
            except ImportError as error:
                raise Unavailable(
                    f"{params['transform']} needs a package that is not installed: {error.name}; "
                    "pip install 'audiomentations[extras]' brings it"
                ) from None
        if changed.shape != audio.shape:
            raise SpecError(
                f"{params['transform']} gave {changed.shape} for {len(audio)} samples: it must keep the length"
            )
        return changed


@contextmanager
def _seeded(seed: int) -> Iterator[None]:
    with _global_state:
        states = random.getstate(), np.random.get_state()
        random.seed(seed)
        np.random.seed(seed)
        try:
            yield
        finally:
            random.setstate(states[0])
            np.random.set_state(states[1])


def _made(transform: str, kwargs: Mapping[str, Any] | None) -> Any:
    """The transform, made with its arguments."""
    made = _class(transform)
    arguments = {"p": 1.0, **(kwargs or {})}
    taken = inspect.signature(made).parameters
    for key in arguments:
        if key not in taken:
            raise unknown(f"argument of {transform}", key, taken)
    try:
        return made(**arguments)
    except (AssertionError, TypeError, ValueError, OSError) as error:
        raise SpecError(f"{transform} does not take {arguments}: {error}") from error


def _class(transform: str) -> Any:
    import audiomentations
    from audiomentations.core.transforms_interface import BaseWaveformTransform

    known = {
        key: entry
        for key, entry in vars(audiomentations).items()
        if inspect.isclass(entry) and issubclass(entry, BaseWaveformTransform) and key not in NOT_ALONE
    }
    if transform in MOVES_TIME:
        raise SpecError(f"{transform} moves words in time, so labels would not fit; use the effect 'speed' for tempo")
    if transform not in known:
        raise unknown("audiomentations transform", transform, known.keys() - set(MOVES_TIME))
    return known[transform]


def _randomised(fields: Params, seed: int, probe: Audio, rate: int) -> Any:
    with _seeded(seed):
        made = _made(fields["transform"], fields["kwargs"])
        made.randomize_parameters(probe, rate)
        return made


def _as_json(parameters: Mapping[str, Any]) -> Any:
    """The parameters if JSON gives them back as they are, else None."""
    try:
        back = json.loads(json.dumps(parameters))
    except (TypeError, ValueError):
        return None
    return back if back == parameters else None
