"""The dev sample: evaluation's own renderings of a few fixed clips."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from augment import Channel, Mixture
from eval_suites import choice
from eval_suites.held_out import HELD_OUT
from eval_suites.rendering import Renderer
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.manifest import Manifest
from kowhisper_tel.train.choosing.sample import DevSample, spread
from kowhisper_tel.train.settings import DEV_SUITES


@pytest.fixture(scope="module")
def dev(corpus: Manifest) -> Manifest:
    """Two speakers, two languages, one real call."""
    changed = [replace(u, speaker=f"s{n % 2}") for n, u in enumerate(corpus.utterances)]
    changed[0] = replace(changed[0], tags={"language": "en"})
    changed[1] = replace(changed[1], tags={"real_phone": "yes"})
    return Manifest(corpus.root, tuple(changed))


def test_every_stratum_has_its_clips_and_the_guard_its_own(dev: Manifest) -> None:
    sample = DevSample(dev, DEV_SUITES, 3, seed=1)
    assert {suite.stratum for suite in sample.suites} == {"clean", "phone", "noisy", "real_phone", "nospeech"}
    picked = {suite.name: suite.pick(sample.items) for suite in sample.every}
    counts = {name: len(items) for name, items in picked.items()}
    others = {"real_phone", "forgetting_timestamps", "nospeech_g711"}
    assert counts.keys() > others
    assert {counts[name] for name in counts.keys() - others} == {3}
    assert counts["nospeech_g711"] == 2, "half as many"
    assert [item.id for item in picked["real_phone"]] == ["u1"]
    assert {item.speaker for item in picked["clean"]} == {"s0", "s1"}
    assert set(sample.guarded) == {"clean", "timestamps", "language"}
    assert [left.name for left in sample.left_out] == ["longform"], "nobody speaks for a minute"
    assert not DevSample(dev, ["clean"], 3, seed=1, guard=False).guarded
    unwatched = [left.name for left in DevSample(dev, ["clean"], 3, seed=1).left_out if left.stratum == "forgetting"]
    assert unwatched == ["longform", "nospeech"], "the guard counts what is invented in suites of that stratum"
    heard = {(batch.suite.rendering, name) for batch in sample.batches for name in batch.ids}
    assert heard == {(suite.rendering, item.id) for suite in sample.every for item in suite.pick(sample.items)}


def test_renderings_are_those_of_evaluation(dev: Manifest) -> None:
    sample = DevSample(dev, ["phone_g711", "noisy_10"], 2, seed=7, guard=False)
    renderer = Renderer(dev, sample.suites, 7)
    for batch in sample.batches:
        for clip in batch.clips:
            expected = renderer.render(clip.rendering, clip.utterance_id)
            assert np.array_equal(clip.audio, expected.audio)
            assert clip.decoding == expected.decoding
    (g711,) = choice.choose(["phone_g711"]).suites
    assert sample.suites[0].rendering == g711.rendering
    assert HELD_OUT.noise not in str(sample.suites[1].channel.to_json()), "evaluation's unheard noise stays unheard"


def test_which_clips_and_how_they_sound_hangs_on_no_order(dev: Manifest) -> None:
    turned = Manifest(dev.root, dev.utterances[::-1])
    one, other = (DevSample(m, ["clean", "noisy_5"], 4, seed=1, guard=False) for m in (dev, turned))
    assert one.fingerprints == other.fingerprints
    for first, second in zip(one.batches, other.batches, strict=True):
        assert first.ids == second.ids
        assert all(np.array_equal(a, b) for a, b in zip(first.audio, second.audio, strict=True))


def test_a_mixture_of_ones_own_is_one_more_stratum(dev: Manifest) -> None:
    sample = DevSample(dev, ["clean"], 2, seed=1, guard=False, mixture=Mixture(((1.0, Channel("own")),)))
    assert [suite.stratum for suite in sample.suites] == ["clean", "mixture"]


def test_a_sample_of_nothing_is_refused(dev: Manifest) -> None:
    only_calls = Manifest(dev.root, (dev.utterances[1],))
    with pytest.raises(UserError) as error:
        DevSample(only_calls, ["clean", "phone_g711"], 3, seed=1)
    assert error.value.code == "choosing.empty"
    assert DevSample(only_calls, DEV_SUITES, 3, seed=1).left_out
    with pytest.raises(UserError) as error:
        DevSample(dev, ["phone_g7111"], 3, seed=1)
    assert error.value.code == "eval.suite_unknown"


@pytest.mark.parametrize(("count", "places"), [(1, [0]), (3, [0, 3, 6]), (9, [*range(9)]), (20, [*range(9)])])
def test_spread_takes_evenly_of_all(count: int, places: list[int]) -> None:
    assert spread(range(9), count) == tuple(places)
