"""Masks: where they lie, what they leave, and that seed and path alone decide."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from augment import rng
from augment.effects.band import Band
from kowhisper_tel.core.audio import RATE
from kowhisper_tel.train import spec_augment
from kowhisper_tel.train.settings import SpecAugment
from kowhisper_tel.whisper.features import _mel_filters, log_mel

NOTHING = SpecAugment(bands=0, stretches=0)


def features(windows: int = 40, mels: int = 80, frames: int = 1000) -> torch.Tensor:
    values = np.random.default_rng(5).normal(0, 0.4, (windows, mels, frames)).astype(np.float32)
    return torch.from_numpy(values)


def masked(masks: SpecAugment, whole: torch.Tensor, seed: int = 1, number: int = 0) -> torch.Tensor:
    changed = whole.clone()
    spec_augment.mask(changed, masks, seed=seed, path=("train", number))
    return changed


def test_seed_and_number_decide_and_nothing_else() -> None:
    whole = features()
    masks = SpecAugment(telephone_share=0.5)
    once = masked(masks, whole)
    assert torch.equal(once, masked(masks, whole))
    assert not torch.equal(once, masked(masks, whole, number=1))
    assert not torch.equal(once, masked(masks, whole, seed=2))
    assert torch.equal(once[:3], masked(masks, whole[:3]))


def test_a_telephone_share_leaves_the_other_masks_as_they_were() -> None:
    whole = features(mels=80)
    plain, cut = masked(SpecAugment(), whole), masked(SpecAugment(telephone_share=1.0), whole)
    middles = spec_augment.mel_middles_hz(80)
    kept = (middles > 300) & (middles < 3400)
    assert torch.equal(plain[:, kept], cut[:, kept])


def test_bands_and_stretches_are_wiped_to_the_windows_mean() -> None:
    whole = features(windows=30)
    changed = masked(SpecAugment(bands=1, band_bins=10, stretches=1, stretch_s=0.3), whole)
    widths, lengths = [], []
    for before, after in zip(whole, changed, strict=True):
        wiped = (before != after).numpy()
        bins, frames = wiped.all(axis=1), wiped.all(axis=0)
        assert np.array_equal(wiped, bins[:, None] | frames[None, :])
        for marks in (bins, frames):
            places = np.flatnonzero(marks)
            assert not len(places) or places[-1] - places[0] + 1 == len(places)
        assert torch.allclose(after[torch.from_numpy(wiped)], before.mean(), atol=1e-4)
        widths.append(int(bins.sum()))
        lengths.append(int(frames.sum()))
    assert max(widths) <= 10
    assert max(lengths) <= 30
    assert len(set(widths)) > 4
    assert len(set(lengths)) > 8


@pytest.mark.parametrize("mels", [80, 128])
def test_a_telephones_bands_are_wiped_to_the_floor(mels: int) -> None:
    whole = features(mels=mels)
    changed = masked(SpecAugment(0, 0, 0, 0, telephone_share=1.0), whole)
    middles = spec_augment.mel_middles_hz(mels)
    lows, highs = set(), set()
    for before, after in zip(whole, changed, strict=True):
        lost = (before != after).any(dim=1).numpy()
        assert torch.equal(after[~torch.from_numpy(lost)], before[~torch.from_numpy(lost)])
        assert bool((after[torch.from_numpy(lost)] == before.min()).all())
        assert lost[middles > 4000].all()
        assert not lost[(middles > 300) & (middles < 3400)].any()
        assert np.count_nonzero(np.diff(lost.astype(int))) <= 2  # one band is left, whole
        lows.add(int(lost[middles < 2000].sum()))
        highs.add(int(lost[middles > 2000].sum()))
    assert len(lows) > 3
    assert len(highs) > 3


def test_a_share_of_the_windows_loses_them() -> None:
    whole = features(windows=200, frames=20)
    changed = masked(SpecAugment(0, 0, 0, 0, telephone_share=0.3), whole)
    assert int((whole != changed).any(dim=2).any(dim=1).sum()) == pytest.approx(60, abs=25)
    assert torch.equal(masked(NOTHING, whole), whole)


def test_what_is_wiped_is_what_a_band_limit_takes() -> None:
    noise = np.random.default_rng(2).normal(0, 0.1, 2 * RATE).astype(np.float32)
    limited = Band.apply(noise, RATE, {"effect": "band", "low_hz": 200.0, "high_hz": 3600.0})
    lost_db = 40 * (log_mel(noise) - log_mel(limited)).mean(axis=1)  # features are decades of power over 4
    for number in range(20):
        lost = spec_augment.telephone_cut(SpecAugment(telephone_share=1.0), 80, rng(number))
        middles = spec_augment.mel_middles_hz(80)
        sure = lost & ((middles < 100) | (middles > 4000))
        assert (lost_db[sure] > 20).all()
        assert (lost_db[~lost & (middles > 300) & (middles < 3400)] < 1).all()


@pytest.mark.parametrize("mels", [80, 128])
def test_the_bins_middles_are_the_filters_peaks(mels: int) -> None:
    peaks_hz = _mel_filters(mels).argmax(axis=1) * 40.0
    assert np.abs(peaks_hz - spec_augment.mel_middles_hz(mels)).max() <= 40.0


def test_the_mean_has_one_value_whatever_the_order_of_its_sum() -> None:
    whole = features(windows=3, frames=3000)
    means = spec_augment._means(whole)
    for seed in range(5):
        order = torch.from_numpy(np.random.default_rng(seed).permutation(3000))
        assert torch.equal(spec_augment._means(whole[:, :, order]), means)
    assert torch.allclose(means[:, 0, 0], whole.double().mean(dim=(1, 2)).float(), atol=1e-5)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_a_device_masks_as_the_processor_does() -> None:
    whole = features()
    masks = SpecAugment(telephone_share=0.5)
    assert torch.equal(masked(masks, whole.cuda()).cpu(), masked(masks, whole))
