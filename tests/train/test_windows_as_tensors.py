"""Windows with previous text, padded to 30 s, and without speech, as the tensors of a batch; 0, 1 and 4 workers."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch.utils.data import DataLoader, Subset

from augment import Mixture
from kowhisper_tel.core.manifest import Manifest
from kowhisper_tel.data import neighbours
from kowhisper_tel.data.windows import MOST_TICKS, MOST_TOKENS, Packing
from kowhisper_tel.train import checks
from kowhisper_tel.train.dataset import TrainingBatches
from kowhisper_tel.train.labels import IGNORED, SpecialTokens, text_tokens
from kowhisper_tel.train.no_speech import NoSpeech
from kowhisper_tel.train.rendering import Rendering
from kowhisper_tel.train.schedule import Schedule
from kowhisper_tel.train.settings import SpecAugment
from kowhisper_tel.train.tokens import TokenRows
from kowhisper_tel.whisper.model import load_tokenizer

NOISE = {"effect": "noise", "snr_db": [5, 20], "source": "pink"}
PHONE = Mixture.from_json([{"share": 1, "channel": {"name": "noisy", "effects": [NOISE]}}])
PACKING = Packing((2.0, 6.0), 8.0, previous_share=0.3, full_share=0.1, nospeech_share=0.2)


@pytest.fixture(scope="module")
def calls(corpus: Manifest) -> Manifest:
    """Four calls of five utterances."""
    return Manifest(corpus.root, tuple(replace(u, call=f"c{n // 5}") for n, u in enumerate(corpus.utterances)))


def batches(manifest: Manifest, tiny: Path, *, epochs: int = 2, on_device: bool = False) -> TrainingBatches:
    tokenizer = load_tokenizer(tiny)
    tokens = TokenRows(text_tokens(tokenizer, u.text) for u in manifest)
    schedule = Schedule(
        [checks.duration_s(manifest, u) for u in manifest],
        tokens.lengths(),
        seed=4,
        epochs=epochs,
        packing=PACKING,
        before=neighbours.before(manifest.utterances),
    )
    return TrainingBatches(
        Rendering(manifest, PHONE, seed=4),
        tokens,
        schedule,
        SpecialTokens.of(tokenizer),
        seed=4,
        n_mels=80,
        masks=SpecAugment(),
        nospeech=NoSpeech(PHONE, seed=4),
        on_device=on_device,
    )


def loaded(dataset: TrainingBatches, workers: int, count: int) -> Iterator[dict[str, Any]]:
    some = Subset(dataset, range(count))
    return iter(DataLoader(some, batch_size=1, collate_fn=lambda items: items[0], num_workers=workers))


def check_workers(dataset: TrainingBatches, count: int) -> None:
    assert len(dataset) >= count
    streams = [loaded(dataset, workers, count) for workers in (0, 1, 4)]
    for alone, *helped in itertools.islice(zip(*streams, strict=True), count):
        for other in helped:
            assert alone.keys() == other.keys()
            for key, value in alone.items():
                same = torch.equal(value, other[key]) if isinstance(value, torch.Tensor) else value == other[key]
                assert same, key


def test_0_1_and_4_workers_make_the_same_10_batches(calls: Manifest, tiny: Path) -> None:
    check_workers(batches(calls, tiny), 10)


@pytest.mark.slow
def test_0_1_and_4_workers_make_the_same_100_batches(calls: Manifest, tiny: Path) -> None:
    check_workers(batches(calls, tiny, epochs=20), 100)


def test_a_batch_by_number_needs_none_before_it(calls: Manifest, tiny: Path) -> None:
    through, late = batches(calls, tiny), batches(calls, tiny)
    last = len(through) - 1
    for number in range(0, last, 3):
        through[number]
    for key, value in through[last].items():
        assert torch.equal(value, late[last][key]) if isinstance(value, torch.Tensor) else value == late[last][key]


def test_each_kind_of_window_has_its_label_and_sound(calls: Manifest, tiny: Path) -> None:
    dataset = batches(calls, tiny)
    special, tokenizer = SpecialTokens.of(load_tokenizer(tiny)), load_tokenizer(tiny)
    seen = {"previous": 0, "full": 0, "nospeech": 0}
    for number in range(len(dataset)):
        batch, made = dataset._schedule[number], dataset[number]
        for window, given, asked in zip(
            batch.windows, made["decoder_input_ids"].tolist(), made["labels"].tolist(), strict=True
        ):
            asked = [token for token in asked if token != IGNORED]
            before = given[: given.index(special.start)]
            said = [calls.utterances[i].text for i in window.previous]
            assert before[:1] == ([special.start_of_previous] if said else [])
            assert tokenizer.decode(before[1:]).split() == " ".join(said).split()
            assert len(given) < MOST_TOKENS
            if window.nospeech:
                assert asked == ([special.first_timestamp] if window.timestamps else []) + [special.end]
            else:
                texts = [calls.utterances[i].text for i in window.utterances]
                assert tokenizer.decode(asked, skip_special_tokens=True).split() == " ".join(texts).split()
            seen["previous"] += bool(window.previous)
            seen["full"] += window.full
            seen["nospeech"] += window.nospeech > 0
        if any(window.full for window in batch.windows):
            assert made["input_features"].shape[-1] == 2 * MOST_TICKS
    assert min(seen.values()) > 0, seen
    counted = dataset._schedule.counted
    assert {kind: getattr(counted, kind) for kind in seen} == seen
    assert counted.computed_s > 0


def test_features_made_on_the_device_are_those_of_the_worker(calls: Manifest, tiny: Path) -> None:
    worker, device = batches(calls, tiny), batches(calls, tiny, on_device=True)
    for number in (0, 3):
        ours, theirs = worker[number], device[number]
        assert set(theirs) - set(ours) == {"audio", "number", "places"}
        assert "input_features" not in theirs
        whole = device.features.complete(theirs)
        assert whole.keys() == ours.keys()
        assert torch.allclose(whole["input_features"], ours["input_features"], atol=1e-5)
        assert device.features.complete(ours) is ours


def test_a_whole_batch_at_once_has_the_features_of_its_windows(calls: Manifest, tiny: Path) -> None:
    from kowhisper_tel.whisper.features import log_mel_batch

    made = batches(calls, tiny, on_device=True)
    plain = replace(made.features, masks=None)
    audio = made[0]["audio"]
    assert torch.allclose(plain(audio, 0), log_mel_batch(audio, 80), atol=1e-4)


def test_token_rows_hold_what_they_were_given() -> None:
    rows = [[1, 2, 3], [], [50_000]]
    kept = TokenRows(iter(rows))
    assert [list(row) for row in kept] == rows == kept[:]
    assert (len(kept), kept[-1], list(kept.lengths())) == (3, [50_000], [3, 0, 1])
    with pytest.raises(IndexError):
        kept[3]
