"""How utterances are heard: shares that only add, severity over time, voices, and clean beside channel."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.utils.data import DataLoader

from augment import Mixture
from kowhisper_tel.core.audio import RATE, write_audio
from kowhisper_tel.core.manifest import Manifest
from kowhisper_tel.core.utterance import Utterance
from kowhisper_tel.data.windows import Packing
from kowhisper_tel.train import checks
from kowhisper_tel.train.dataset import TrainingBatches
from kowhisper_tel.train.hearing import Hearing, Severity, as_points
from kowhisper_tel.train.labels import SpecialTokens
from kowhisper_tel.train.rendering import Rendering
from kowhisper_tel.train.schedule import Schedule
from kowhisper_tel.train.settings import SpecAugment
from kowhisper_tel.train.voices import voices


def mixture(*effects: dict, clean: float = 0.0) -> Mixture:
    parts = [{"share": 1 - clean, "channel": {"name": "changed", "effects": list(effects)}}]
    parts += [{"share": clean, "channel": {"name": "clean"}}] if clean else []
    return Mixture.from_json(parts)


NOISY = mixture({"effect": "noise", "snr_db": [5, 20], "source": ["pink", "white"]}, clean=0.3)
QUIETER = mixture({"effect": "level", "dbfs": [-50, -40]})
ALL = Hearing(((0.0, 0.3), (1.0, 1.0)), voice_share=0.5, babble_share=0.5, epochs=2)


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Manifest:
    """200 utterances, all of the same short file."""
    root = tmp_path_factory.mktemp("many")
    write_audio(root / "one.flac", np.random.default_rng(1).normal(0, 0.1, 1600).astype(np.float32))
    return Manifest(root, tuple(Utterance(f"u{i}", "one.flac", "네", speaker=f"s{i % 7}") for i in range(200)))


def heard(manifest: Manifest, hearing: Hearing, epoch: int = 0, seed: int = 3, **more: float) -> list[np.ndarray]:
    rendering = Rendering(manifest, QUIETER, seed=seed, hearing=hearing)
    return [rendering(index, epoch, **more)[0] for index in range(len(manifest))]


@pytest.mark.parametrize(
    ("severity", "progress", "factor"),
    [
        (0.4, 0.0, 0.4),
        (0.4, 1.0, 0.4),
        (((0.0, 0.3), (0.5, 1.0)), 0.0, 0.3),
        (((0.0, 0.3), (0.5, 1.0)), 0.25, 0.65),
        (((0.0, 0.3), (0.5, 1.0)), 0.9, 1.0),
        (((0.2, 0.1), (0.4, 0.5), (0.6, 0.2)), 0.1, 0.1),
        (((0.2, 0.1), (0.4, 0.5), (0.6, 0.2)), 0.5, 0.35),
    ],
)
def test_severity_lies_on_lines_between_its_points(severity: Severity, progress: float, factor: float) -> None:
    assert Hearing(severity).severity_at(progress) == pytest.approx(factor)


@pytest.mark.parametrize("severity", [1.1, -0.1, float("nan"), (), ((0.5, 1.0), (0.5, 0.2)), ((0.0, 2.0),)])
def test_what_is_no_severity_is_refused(severity: Severity) -> None:
    with pytest.raises(ValueError):
        as_points(severity)


def test_more_severity_only_adds_and_changes_no_channel(many: Manifest) -> None:
    plain = heard(many, Hearing(0.0))
    full = heard(many, Hearing(1.0))
    before: set[int] = set()
    for factor in (0.1, 0.6, 1.0):
        now = heard(many, Hearing(factor))
        through = {i for i, audio in enumerate(now) if not np.array_equal(audio, plain[i])}
        assert before <= through
        assert len(through) == pytest.approx(200 * factor, abs=30)
        assert all(np.array_equal(now[i], full[i]) for i in through)
        before = through
    assert len(before) == 200


def test_severity_one_is_the_mixture_as_configured(corpus: Manifest) -> None:
    rendering = Rendering(corpus, NOISY, seed=4)
    for index, utterance in enumerate(corpus):
        audio = rendering._cache.read(utterance)
        expected = NOISY.render(audio, RATE, 4, ("train", 1, utterance.id)).audio
        assert np.array_equal(rendering(index, 1)[0], expected)


def test_severity_grows_with_the_epoch_or_with_what_is_said(many: Manifest) -> None:
    rising = Hearing(((0.0, 0.0), (1.0, 1.0)), epochs=4)
    plain = heard(many, Hearing(0.0))

    def share(epoch: int, **more: float) -> float:
        now = heard(many, rising, epoch, **more)
        return float(np.mean([not np.array_equal(one, other) for one, other in zip(now, plain, strict=True)]))

    assert [share(epoch) for epoch in (0, 1, 3)] == pytest.approx([0.0, 0.25, 0.75], abs=0.12)
    assert [share(0, at=at) for at in (0.5, 1.0)] == pytest.approx([0.5, 1.0], abs=0.12)


@settings(max_examples=20, deadline=None)
@given(shares=st.lists(st.floats(0.0, 1.0), min_size=2, max_size=2).map(sorted), seed=st.integers(0, 99))
def test_more_voices_only_add(shares: Sequence[float], seed: int, many: Manifest) -> None:
    def changed(share: float) -> set[int]:
        rendering = Rendering(many, QUIETER, seed=seed, hearing=Hearing(voice_share=share))
        return {i for i in range(40) if rendering._is_drawn("voice share", share, i, 0)}

    assert changed(shares[0]) <= changed(shares[1])
    assert len(changed(1.0)) == 40


def test_voices_are_drawn_anew_each_epoch_and_the_same_again(corpus: Manifest) -> None:
    def all_of(epoch: int) -> list[np.ndarray]:
        rendering = Rendering(corpus, QUIETER, seed=4, hearing=Hearing(0.0, voice_share=1.0))
        return [rendering(index, epoch)[0] for index in range(len(corpus))]

    first, again, other = all_of(0), all_of(0), all_of(1)
    plain = [Rendering(corpus, QUIETER, seed=4, hearing=Hearing(0.0))(i, 0)[0] for i in range(len(corpus))]
    assert all(np.array_equal(one, two) for one, two in zip(first, again, strict=True))
    assert not any(np.array_equal(one, two) for one, two in zip(first, other, strict=True))
    lengths = [len(one) / len(two) for one, two in zip(first, plain, strict=True)]
    assert all(1 / 1.2 - 0.01 <= ratio <= 1 / 0.85 + 0.01 for ratio in lengths)
    assert len({round(ratio, 3) for ratio in lengths}) > 2  # some rates, and voices that keep time


def test_a_voice_that_would_not_fit_a_window_is_left_out_and_said(tmp_path: Path) -> None:
    write_audio(tmp_path / "long.flac", np.random.default_rng(1).normal(0, 0.1, 30 * RATE).astype(np.float32))
    manifest = Manifest(tmp_path, (Utterance("long", "long.flac", "네"),))
    rendering = Rendering(manifest, QUIETER, seed=1, hearing=Hearing(0.0, voice_share=1.0))
    audio = rendering._cache.read(manifest.utterances[0])
    told = []
    for epoch in range(6):
        result, whole = rendering(0, epoch)
        assert len(result) <= 30 * RATE
        assert np.array_equal(result, audio) == (not whole)
        told.append(whole)
    assert set(told) == {True, False}


def test_a_channel_that_would_not_fit_leaves_the_voice_and_says_so(tmp_path: Path) -> None:
    write_audio(tmp_path / "long.flac", np.random.default_rng(1).normal(0, 0.1, 29 * RATE).astype(np.float32))
    manifest = Manifest(tmp_path, (Utterance("long", "long.flac", "네"),))
    slow = mixture({"effect": "speed", "factor": 0.5})
    alone = Rendering(manifest, slow, seed=1, hearing=Hearing(0.0, voice_share=1.0))(0, 0)[0]
    result, whole = Rendering(manifest, slow, seed=1, hearing=Hearing(1.0, voice_share=1.0))(0, 0)
    assert not whole
    assert np.array_equal(result, alone)


def test_every_voice_may_be_drawn() -> None:
    assert {part.name for _, part in voices().parts} >= {"rate", "pitch", "tract", "breathy"}
    voices().check()


SPECIAL = SpecialTokens(50258, 50264, 50359, 50363, 50257)


def batches(corpus: Manifest, hearing: Hearing) -> TrainingBatches:
    schedule = Schedule(
        [checks.duration_s(corpus, u) for u in corpus],
        [3] * len(corpus),
        seed=4,
        epochs=2,
        packing=Packing((2.0, 8.0), batch_seconds=12.0),
    )
    rendering = Rendering(corpus, NOISY, seed=4, hearing=hearing)
    masks = SpecAugment(telephone_share=0.5)
    tokens = [[1, 2, 3]] * len(corpus)
    return TrainingBatches(rendering, tokens, schedule, SPECIAL, seed=4, n_mels=80, masks=masks)


def test_zero_and_two_workers_make_the_same_bytes_of_all_this(corpus: Manifest) -> None:
    dataset = batches(corpus, ALL)
    alone, helped = (
        list(DataLoader(dataset, batch_size=1, collate_fn=lambda items: items[0], num_workers=workers))
        for workers in (0, 2)
    )
    assert len(alone) == len(helped) == len(dataset)
    for one, other in zip(alone, helped, strict=True):
        assert torch.equal(one["input_features"], other["input_features"])
        assert torch.equal(one["labels"], other["labels"])
    resumed = batches(corpus, ALL)
    for number in (len(dataset) - 1, 0):
        assert torch.equal(resumed[number]["input_features"], alone[number]["input_features"])


def test_progress_is_that_of_the_batch(corpus: Manifest, monkeypatch: pytest.MonkeyPatch) -> None:
    dataset = batches(corpus, ALL)
    asked: list[float] = []
    monkeypatch.setattr(Hearing, "severity_at", lambda _, progress: asked.append(progress) or 0.0)
    for number in (0, len(dataset) - 1):
        asked.clear()
        dataset[number]
        assert set(asked) == {number / len(dataset)}
