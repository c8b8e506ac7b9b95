"""The contract of every effect in the registry."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from augment import AudioError, Channel, Drawn, SpecError, UnknownName, effects, replay, rng
from augment.effect import Effect

RATE = 16000
CASES = [(name, dict(example)) for name in effects.names() for example in effects.get(name).examples]
OTHER_WAVEFORM = {"pitch"}
"""Effects that keep time but not the waveform: their envelopes are compared."""

SHAPES: dict[str, Callable[[int], NDArray[np.float64]]] = {
    "silence": np.zeros,
    "full scale": lambda n: np.where(np.arange(n) // 20 % 2, 1.0, -1.0),
    "dc": lambda n: np.full(n, 0.5),
    "noise": lambda n: 0.1 * np.random.default_rng(0).standard_normal(n),
}


def made(name: str, fields: dict[str, Any]) -> Effect:
    return effects.from_json({"effect": name, **fields})


def case_id(value: Any) -> str:
    return value if isinstance(value, str) else ",".join(value) or "defaults"


def lag(heard: NDArray[Any], said: NDArray[Any]) -> int:
    """By how many samples ``heard`` is late: the peak of the cross-correlation."""
    n = len(said)
    spectrum = np.fft.rfft(heard, 2 * n) * np.conj(np.fft.rfft(said, 2 * n))
    peak = int(np.argmax(np.fft.irfft(spectrum)))
    return peak if peak < n else peak - 2 * n


def envelope(audio: NDArray[Any]) -> NDArray[np.float64]:
    smooth = np.convolve(np.abs(audio), np.hanning(801), "same")
    return np.asarray(smooth - smooth.mean())


def test_every_effect_has_examples() -> None:
    assert {name for name, _ in CASES} == set(effects.names())


@pytest.mark.parametrize(("name", "fields"), CASES, ids=case_id)
class TestContract:
    def test_json_round_trip(self, name: str, fields: dict[str, Any]) -> None:
        effect = made(name, fields)
        assert effects.from_json(json.loads(json.dumps(effect.to_json()))) == effect

    def test_record_round_trip_and_order(self, name: str, fields: dict[str, Any], speech: NDArray[np.float32]) -> None:
        channel = Channel("one", (made(name, fields),))
        first = channel.render(speech, RATE, 7, ("a",))
        channel.render(speech[:5000], RATE, 7, ("b",))
        np.random.default_rng().random()
        again = channel.render(speech, RATE, 7, ("a",))
        assert first.audio.tobytes() == again.audio.tobytes()
        record = Drawn.from_json(json.loads(json.dumps(first.drawn.to_json())))
        assert replay(speech, RATE, record).audio.tobytes() == first.audio.tobytes()

    def test_length_and_type(self, name: str, fields: dict[str, Any], speech: NDArray[np.float32]) -> None:
        channel = Channel("one", (made(name, fields),))
        heard = channel.render(speech, RATE, 7, ("a",))
        assert heard.audio.dtype == np.float32
        assert np.isfinite(heard.audio).all()
        assert not np.may_share_memory(heard.audio, speech)
        end_s = heard.time_map.output_s(len(speech) / RATE)
        assert abs(len(heard.audio) - end_s * RATE) <= 1
        assert heard.time_map.is_identity or not channel.keeps_time

    def test_alignment(self, name: str, fields: dict[str, Any], speech: NDArray[np.float32]) -> None:
        channel = Channel("one", (made(name, fields),))
        for seed in range(3):
            heard = channel.render(speech, RATE, seed).audio
            if not channel.keeps_time:
                assert len(heard) != len(speech)
            elif name in OTHER_WAVEFORM:
                assert abs(lag(envelope(heard), envelope(speech))) <= 0.005 * RATE
            else:
                assert abs(lag(heard, speech)) <= 1

    @pytest.mark.parametrize("shape", SHAPES)
    @pytest.mark.parametrize("n_samples", [0, 1, 79, 4001])
    def test_odd_input(self, name: str, fields: dict[str, Any], shape: str, n_samples: int) -> None:
        audio = SHAPES[shape](n_samples).astype(np.float32)
        audio.flags.writeable = False
        channel = Channel("one", (made(name, fields),))
        heard = channel.render(audio, RATE, 3).audio
        assert np.isfinite(heard).all()
        assert (len(heard) == n_samples) or not channel.keeps_time
        assert (len(heard) == 0) == (n_samples == 0)

    def test_nan_is_refused(self, name: str, fields: dict[str, Any]) -> None:
        audio = np.zeros(1000, np.float32)
        audio[17] = np.nan
        effect = made(name, fields)
        params = effect.draw(rng(0), n_samples=1000, rate=RATE)
        with pytest.raises(AudioError, match="the first at sample 17"):
            effect.apply(audio, RATE, params)

    def test_never_when_chance_is_zero(self, name: str, fields: dict[str, Any], speech: NDArray[np.float32]) -> None:
        effect = made(name, {**fields, "chance": 0})
        params = effect.draw(rng(0), n_samples=len(speech), rate=RATE)
        assert params == {"effect": name, "skipped": True}
        assert np.array_equal(effect.apply(speech, RATE, params), speech)

    def test_unknown_field(self, name: str, fields: dict[str, Any]) -> None:
        with pytest.raises(UnknownName, match=r"did you mean 'chance'"):
            made(name, {**fields, "chanse": 1})

    def test_other_effects_parameters(self, name: str, fields: dict[str, Any]) -> None:
        with pytest.raises(SpecError, match="these parameters are for"):
            effects.get(name).apply(np.zeros(9, np.float32), RATE, {"effect": "other"})
