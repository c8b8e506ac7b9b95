"""Batches as tensors: the same in any process, labels that read back, clips that a channel made longer."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader

from augment import Mixture
from kowhisper_tel.core.audio import RATE
from kowhisper_tel.core.manifest import Manifest
from kowhisper_tel.data.windows import MOST_TICKS, TICK_SAMPLES, Packing, Window
from kowhisper_tel.train import checks
from kowhisper_tel.train.dataset import TrainingBatches, place
from kowhisper_tel.train.labels import IGNORED, SpecialTokens, text_tokens
from kowhisper_tel.train.rendering import AudioCache, Rendering
from kowhisper_tel.train.schedule import Schedule
from kowhisper_tel.train.settings import SpecAugment
from kowhisper_tel.whisper.model import load_tokenizer

PHONE = Mixture.from_json(
    [
        {"share": 0.3, "channel": {"name": "clean", "effects": []}},
        {
            "share": 0.7,
            "channel": {
                "name": "noisy",
                "effects": [{"effect": "noise", "snr_db": [5, 20], "source": "pink"}],
            },
        },
    ]
)
SLOW = Mixture.from_json([{"share": 1, "channel": {"name": "slow", "effects": [{"effect": "speed", "factor": 0.8}]}}])


def batches(
    corpus: Manifest, tiny: Path, mixture: Mixture = PHONE, masks: SpecAugment | None = None
) -> tuple[TrainingBatches, Schedule]:
    tokenizer = load_tokenizer(tiny)
    tokens = [text_tokens(tokenizer, u.text) for u in corpus]
    durations_s = [checks.duration_s(corpus, u) for u in corpus]
    schedule = Schedule(
        durations_s, [len(t) for t in tokens], seed=4, epochs=2, packing=Packing((2.0, 8.0), batch_seconds=12.0)
    )
    special = SpecialTokens.of(tokenizer)
    return TrainingBatches(
        Rendering(corpus, mixture, seed=4), tokens, schedule, special, seed=4, n_mels=80, masks=masks
    ), schedule


def test_zero_and_two_workers_make_the_same_bytes(corpus: Manifest, tiny: Path) -> None:
    dataset, _ = batches(corpus, tiny, masks=SpecAugment())
    alone, helped = (
        list(DataLoader(dataset, batch_size=1, collate_fn=lambda items: items[0], num_workers=workers))
        for workers in (0, 2)
    )
    assert len(alone) == len(helped) == len(dataset)
    for one, other in zip(alone, helped, strict=True):
        for key in ("input_features", "decoder_input_ids", "labels"):
            assert torch.equal(one[key], other[key]), key


def test_threads_do_not_change_the_features(corpus: Manifest, tiny: Path) -> None:
    dataset, _ = batches(corpus, tiny)
    one = dataset[0]["input_features"]
    torch.set_num_threads(2)
    try:
        assert torch.equal(dataset[0]["input_features"], one)
    finally:
        torch.set_num_threads(1)


def test_labels_of_an_epoch_hold_each_text_once(corpus: Manifest, tiny: Path) -> None:
    dataset, schedule = batches(corpus, tiny)
    tokenizer = load_tokenizer(tiny)
    heard: list[str] = []
    for number in range(len(schedule)):
        if schedule[number].epoch == 0:
            for row in dataset[number]["labels"]:
                kept = row[row != IGNORED].tolist()
                heard.append(tokenizer.decode(kept, skip_special_tokens=True))
    assert sorted("".join(heard).split()) == sorted(" ".join(u.text for u in corpus).split())


def test_features_are_as_long_as_the_window(corpus: Manifest, tiny: Path) -> None:
    dataset, schedule = batches(corpus, tiny)
    for number in range(len(dataset)):
        batch, features = schedule[number], dataset[number]["input_features"]
        assert features.shape == (len(batch.windows), 80, 2 * batch.length)


def test_epochs_draw_other_channels(corpus: Manifest, tiny: Path) -> None:
    dataset, _ = batches(corpus, tiny)
    first, second = (np.concatenate([dataset._rendering(i, epoch)[0] for i in range(20)]) for epoch in (0, 1))
    assert not np.array_equal(first, second)
    assert np.array_equal(first, np.concatenate([dataset._rendering(i, 0)[0] for i in range(20)]))


def test_slower_speech_is_labelled_with_the_times_it_is_heard_at(corpus: Manifest, tiny: Path) -> None:
    dataset, schedule = batches(corpus, tiny, SLOW)
    special = SpecialTokens.of(load_tokenizer(tiny))
    number, window = next(
        (n, w) for n in range(len(schedule)) for w in schedule[n].windows if w.timestamps and len(w.utterances) > 1
    )
    audio = dataset._rendering(window.utterances[0], schedule[number].epoch)[0]
    end = special.first_timestamp + window.gaps[0] + -(-len(audio) // TICK_SAMPLES)
    assert any(end in row.tolist() for row in dataset[number]["labels"])
    assert len(audio) / RATE > 1.1 * checks.duration_s(corpus, corpus.utterances[window.utterances[0]])


def clip(seconds: float) -> np.ndarray:
    return np.zeros(round(seconds * RATE), np.float32)


@pytest.mark.parametrize(
    ("seconds", "gaps", "starts"),
    [
        ((10.0, 10.0), (25, 50), [[25, 575]]),
        ((10.0, 19.9), (0, 10), [[0, 500]]),  # the gap goes
        ((10.0, 20.02, 5.0), (0, 0, 0), [[0], [0, 1001]]),  # a window of its own
        ((30.0,), (0,), [[0]]),
    ],
)
def test_clips_longer_than_planned_still_find_room(seconds: tuple, gaps: tuple, starts: list) -> None:
    window = Window(tuple(range(len(seconds))), gaps, True)
    rows = place(window, list(enumerate(clip(s) for s in seconds)))
    assert [[start for _, start, _ in row] for row in rows] == starts
    assert all(
        start * TICK_SAMPLES + len(audio) <= MOST_TICKS * TICK_SAMPLES for row in rows for _, start, audio in row
    )


def test_the_cache_forgets(corpus: Manifest) -> None:
    cache = AudioCache(corpus, most_bytes=200_000)
    for utterance in (*corpus, *corpus):
        assert np.array_equal(cache.read(utterance), AudioCache(corpus).read(utterance))
    assert cache._bytes == sum(audio.nbytes for audio in cache._kept.values()) <= 200_000
