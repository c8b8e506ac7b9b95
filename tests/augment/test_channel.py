"""Channels, mixtures, their JSON, their randomness."""

from __future__ import annotations

import itertools
import json
import pickle
import random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from augment import AudioError, Channel, Drawn, Mixture, SpecError, TimeMap, UnknownName, effects, replay, rng
from augment.effect import Effect

RATE = 16000
CALL = {
    "name": "call",
    "effects": [
        {"effect": "noise", "snr_db": [5, 20], "source": ["pink", "babble"], "chance": 0.5},
        {"effect": "level", "dbfs": [-30, -20]},
        {"effect": "codec", "codec": "amr-nb-4.75", "loss": {"rate": 0.05, "mean_burst": 2}},
    ],
}


def test_clean_is_the_identity(speech: NDArray[np.float32]) -> None:
    heard = Channel("clean", ()).render(speech, RATE, 1)
    assert np.array_equal(heard.audio, speech)
    assert not np.may_share_memory(heard.audio, speech)
    assert heard.time_map.is_identity


def test_json_round_trip() -> None:
    channel = Channel.from_json(CALL)
    assert Channel.from_json(json.loads(json.dumps(channel.to_json()))) == channel
    mixture = Mixture.from_json([{"share": 2, "channel": CALL}, {"share": 1, "channel": {"name": "clean"}}])
    assert Mixture.from_json(json.loads(json.dumps(mixture.to_json()))) == mixture


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"name": "x", "effects": [{"effect": "nois"}]}, r"channel 'x': unknown effect 'nois' \(did you mean 'noise'"),
        ({"name": "x", "effects": [{"effect": "noise", "snr": 5}]}, r"field of effect 'noise' 'snr' .*'snr_db'"),
        ({"name": "x", "effects": [{"effect": "noise"}]}, r"effect 'noise' needs the field 'snr_db'"),
        ({"name": "x", "effects": [{"effect": "noise", "snr_db": [20, 5]}]}, r"20 is above 5 \(swapped\?\)"),
        ({"name": "x", "effects": [{"effect": "noise", "snr_db": "loud"}]}, r"number or \[low, high\], not 'loud'"),
        ({"name": "x", "effects": [{"effect": "noise", "snr_db": 5, "source": "pnk"}]}, r"did you mean 'pink'"),
        ({"name": "x", "effects": [{"effect": "codec", "codec": "amr-nb-4.57"}]}, r"did you mean 'amr-nb-4.75'"),
        ({"name": "x", "effects": [{"effect": "codec", "codec": []}]}, r"a name or a list of names"),
        ({"name": "x", "effects": [{"effect": "codec", "codec": "g711-a", "loss": {"rat": 1}}]}, r"of loss 'rat'"),
        ({"name": "x", "efects": []}, r"did you mean 'effects'"),
        ({"name": "x", "effects": ["noise"]}, r"an effect is written"),
        ({"effects": []}, r"a channel is written"),
        ({"name": "", "effects": []}, r"a channel needs a name"),
    ],
)
def test_wrong_json(data: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Channel.from_json(data)


def test_wrong_mixtures() -> None:
    for parts, message in (
        ([], "one channel or more"),
        ([{"share": 0, "channel": CALL}], "above 0"),
        ([{"share": 1}], "needs a share"),
        ([{"share": 1, "chanel": CALL}], "did you mean 'channel'"),
        ({"share": 1}, "a mixture is written"),
    ):
        with pytest.raises(SpecError, match=message):
            Mixture.from_json(parts)


@pytest.mark.parametrize(
    ("audio", "message"),
    [
        (np.zeros((2, 100), np.float32), r"mono with shape \[n\], not \[2, 100\]"),
        (np.zeros(100, np.int16), "divide 16-bit PCM by 32768"),
        (np.array([0.0, np.inf], np.float32), "1 samples that are NaN or infinite, the first at sample 1"),
        (np.array([0.0, 1e39]), "1 samples that are NaN or infinite, the first at sample 1"),
        ([0.0, 0.1], "numpy array, not list"),
    ],
)
def test_wrong_audio(audio: Any, message: str) -> None:
    for channel in (Channel("clean"), Channel.from_json(CALL)):
        with pytest.raises(AudioError, match=message):
            channel.render(audio, RATE, 1)


@pytest.mark.parametrize("rate", [0, -8000, 16, np.nan])
def test_wrong_rate(rate: Any) -> None:
    with pytest.raises(AudioError, match="1000 Hz or more"):
        Channel("clean").render(np.zeros(100, np.float32), rate, 1)


@pytest.mark.parametrize(
    ("record", "message"),
    [
        ({"rate": RATE, "n_samples": 10, "effects": []}, "needs the field 'channel'"),
        ({"channel": "c", "rate": "?", "n_samples": 10, "effects": []}, "no record"),
        ([], "no record"),
        ({"channel": "c", "rate": RATE, "n_samples": 10, "effects": ["level"]}, "JSON object, not 'level'"),
        ({"channel": "c", "rate": RATE, "n_samples": 10, "effects": [{}]}, "has no 'effect'"),
        (
            {"channel": "c", "rate": RATE, "n_samples": 10, "effects": [{"effect": "codec", "codec": "g711-a"}]},
            "effect 'codec' has no 'lost'",
        ),
        (
            {"channel": "c", "rate": RATE, "n_samples": 10, "effects": [{"effect": "drift"}]},
            "effect 'drift' has no 'ppm'",
        ),
    ],
)
def test_wrong_record(record: Any, message: str) -> None:
    with pytest.raises(SpecError, match=message):
        replay(np.zeros(10, np.float32), RATE, Drawn.from_json(record))


def test_any_order_gives_the_same_bytes(speech: NDArray[np.float32]) -> None:
    channel = Channel.from_json(CALL)
    clips = {f"clip-{i}": speech[1000 * i : 1000 * i + 8000] for i in range(4)}
    forwards = {key: channel.render(clip, RATE, 7, (0, key)).audio.tobytes() for key, clip in clips.items()}
    backwards = {key: channel.render(clips[key], RATE, 7, (0, key)).audio.tobytes() for key in reversed(clips)}
    assert forwards == backwards
    assert len(set(forwards.values())) == len(clips)


def test_global_random_state_is_left_alone(speech: NDArray[np.float32]) -> None:
    shaken = {"effect": "audiomentations", "transform": "AddGaussianSNR"}
    channel = Channel.from_json({"name": "x", "effects": [shaken, *CALL["effects"]]})  # type: ignore[misc]
    random.seed(1)
    np.random.seed(1)
    expected = random.random(), np.random.rand()
    random.seed(1)
    np.random.seed(1)
    channel.render(speech, RATE, 7)
    assert (random.random(), np.random.rand()) == expected


def test_seed_and_path_matter(speech: NDArray[np.float32]) -> None:
    channel = Channel.from_json(CALL)
    keys = [(7, (0, "a")), (8, (0, "a")), (7, (1, "a")), (7, (0, "b")), (7, ("0", "a"))]
    heard = {channel.render(speech, RATE, seed, path).audio.tobytes() for seed, path in keys}
    assert len(heard) == len(keys)


def test_draw_from_one_generator_and_apply(speech: NDArray[np.float32]) -> None:
    channel = Channel.from_json(CALL)
    drawn = channel.draw(rng(3), n_samples=len(speech), rate=RATE)
    assert drawn == channel.draw(rng(3), n_samples=len(speech), rate=RATE)
    heard = channel.apply(speech, RATE, drawn)
    assert heard.drawn is drawn
    with pytest.raises(SpecError, match="drawn for 48000 samples at 16000 Hz"):
        channel.apply(speech[:-1], RATE, drawn)
    with pytest.raises(SpecError, match="channel 'clean' has the effects"):
        Channel("clean").apply(speech, RATE, drawn)


def test_speed_in_a_chain_keeps_the_books(speech: NDArray[np.float32]) -> None:
    """What comes after a change of tempo is drawn for the new length, and the time map says where words went."""
    channel = Channel.from_json(
        {"name": "fast", "effects": [{"effect": "speed", "factor": 1.25}, {"effect": "speed", "factor": 0.5}]}
    )
    heard = channel.render(speech, RATE, 1)
    assert not channel.keeps_time
    assert len(heard.audio) == round(round(len(speech) / 1.25) / 0.5)
    assert heard.time_map.output_s(1.0) == pytest.approx(1.6)
    assert heard.time_map.input_s(1.6) == pytest.approx(1.0)
    energy = np.cumsum(np.square(speech, dtype=np.float64)), np.cumsum(np.square(heard.audio, dtype=np.float64))
    middles_s = [np.searchsorted(e, e[-1] / 2) / RATE for e in energy]
    assert middles_s[1] == pytest.approx(heard.time_map.output_s(middles_s[0]), abs=0.05)


@pytest.mark.parametrize(("mean", "sd"), [(-26, 4), (-1, 3), (-26, 0)])
def test_normal_distributions_are_cut(mean: float, sd: float) -> None:
    """Drawn as SciPy's truncated normal distribution has it, within 2.5 standard deviations and the field's limits."""
    effect = effects.from_json({"effect": "level", "dbfs": {"mean": mean, "sd": sd}})
    generator = rng(3)
    drawn = np.array([effect.draw(generator, n_samples=1, rate=RATE)["dbfs"] for _ in range(4000)])
    if not sd:
        assert set(drawn) == {mean}
        return
    high = min(2.5, (0 - mean) / sd)
    assert drawn.min() >= mean - 2.5 * sd
    assert drawn.max() <= mean + high * sd
    assert stats.kstest(drawn, stats.truncnorm(-2.5, high, mean, sd).cdf).pvalue > 0.001


def test_normal_distribution_in_json() -> None:
    written = {"effect": "level", "dbfs": {"mean": -26.0, "sd": 4.0}}
    assert effects.from_json(written).to_json() == written
    assert effects.from_json(written) == pickle.loads(pickle.dumps(effects.from_json(written)))
    for wrong in ({"mean": -26}, {"mean": 3, "sd": 1}, {"mean": -26, "sd": -1}, {"mean": -26, "sd": [1, 2]}):
        with pytest.raises(SpecError, match="effect 'level': dbfs"):
            effects.from_json({"effect": "level", "dbfs": wrong})


def test_mixture_follows_its_shares() -> None:
    mixture = Mixture(((3, Channel("a")), (1, Channel("b"))))
    picks = [mixture.pick(rng(1, i)).name for i in range(4000)]
    assert picks.count("a") / 4000 == pytest.approx(0.75, abs=3 * np.sqrt(0.75 * 0.25 / 4000))


def test_descriptions_are_short_lines() -> None:
    channel = Channel.from_json(CALL)
    assert channel.describe().startswith("call: noise(")
    assert "rate 0.05, mean_burst 2" in channel.describe()
    assert "\n" not in channel.describe()
    assert Channel("clean").describe() == "clean: as it is"
    assert Mixture(((3, channel), (1, Channel("clean")))).describe() == "75% call, 25% clean"


keeping = [name for name in effects.names() if effects.get(name).keeps_time and name != "audiomentations"]


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.sampled_from(keeping), max_size=4),
    st.integers(0, 2000),
    st.integers(0, 2**32),
    st.sampled_from([8000, 16000, 22050]),
)
def test_any_time_keeping_channel_keeps_length(names: list[str], n_samples: int, seed: int, rate: int) -> None:
    steps: tuple[Effect, ...] = tuple(
        effects.from_json({"effect": name, **effects.get(name).examples[-1]}) for name in names
    )
    audio = (0.1 * np.random.default_rng(seed).standard_normal(n_samples)).astype(np.float32)
    before = audio.copy()
    heard = Channel("any", steps).render(audio, rate, seed).audio
    assert heard.shape == audio.shape
    assert np.isfinite(heard).all()
    assert np.array_equal(audio, before)


def test_rng_paths_do_not_collide() -> None:
    paths: list[tuple[str | int, ...]] = [(), ("",), ("a", "b"), ("ab",), ("a,b",), (1,), ("1",), (-1,), (1, 1)]
    firsts = [tuple(rng(1, *path).integers(0, 2**63, 2)) for path in paths]
    assert len(set(firsts)) == len(paths)
    assert tuple(rng(1, 1).integers(0, 2**63, 2)) == tuple(rng(1, int(np.int64(1))).integers(0, 2**63, 2))
    with pytest.raises(TypeError):
        rng(1, 1.5)  # type: ignore[arg-type]


def test_rng_is_pinned() -> None:
    """These figures may never change: records and results rest on them."""
    assert rng(7, 0, "utterance-12", "noise").integers(0, 1000, 4).tolist() == PINNED


PINNED = [521, 735, 618, 476]


def test_time_maps_with_an_insertion() -> None:
    ring = TimeMap(((0.0, 0.0, 1.0), (2.0, 5.0, 1.0)))
    slow = TimeMap.stretch(2.0)
    for first, second in itertools.product((ring, slow, TimeMap()), repeat=2):
        both = first.then(second)
        for moment in (0.0, 1.0, 1.99, 2.0, 3.5):
            assert both.output_s(moment) == pytest.approx(second.output_s(first.output_s(moment)))
            assert both.input_s(both.output_s(moment)) == pytest.approx(moment)
    assert ring.input_s(4.0) == 2.0
    assert TimeMap.from_json(ring.to_json()) == ring


def test_unknown_name_is_a_value_error() -> None:
    with pytest.raises(UnknownName):
        effects.get("kodek")
    assert issubclass(UnknownName, ValueError)
