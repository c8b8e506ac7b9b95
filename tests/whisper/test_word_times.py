"""Word times: against a second implementation of openai/whisper's method, and what must hold for any text."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.ndimage import median_filter

from kowhisper_tel.core.audio import RATE
from kowhisper_tel.whisper.backends.ctranslate2 import Ct2Backend
from kowhisper_tel.whisper.features import log_mel
from kowhisper_tel.whisper.model import without_progress_bar
from kowhisper_tel.whisper.word_times import word_times

Audio = NDArray[np.float32]
TEXT = ["네", "고객님", "무엇을", "도와드릴까요"]


@pytest.fixture(scope="module")
def backend(whisper_base_ct2: Path) -> Ct2Backend:
    return Ct2Backend(whisper_base_ct2, threads=1, compute_type="float32")


def encoded(backend: Ct2Backend, clips: list[Audio], window_s: float) -> NDArray[np.float32]:
    samples = round(window_s * RATE)
    return backend.encode(np.stack([log_mel(np.pad(c, (0, samples - len(c)))) for c in clips]))


def test_times_are_those_of_the_published_method(
    whisper_base: Path, backend: Ct2Backend, clip: Callable[[int, float], Audio]
) -> None:
    audio = clip(3, 3.0)
    hidden = encoded(backend, [audio], 4.0)
    (ours,) = word_times(backend, hidden, [len(audio)], [TEXT])
    starts, ends, probabilities = by_hand(whisper_base, backend, hidden, len(audio))
    assert [word.word for word in ours] == TEXT
    np.testing.assert_allclose([word.start_s for word in ours], starts, atol=0.021)
    np.testing.assert_allclose([word.end_s for word in ours], ends, atol=0.021)
    np.testing.assert_allclose([word.probability for word in ours], probabilities, atol=2e-3)


def by_hand(
    folder: Path, backend: Ct2Backend, hidden: NDArray[np.float32], samples: int
) -> tuple[list[float], list[float], list[float]]:
    """openai/whisper ``timing.py``, in plain numpy on transformers' attentions."""
    import torch
    from transformers import WhisperForConditionalGeneration
    from transformers.modeling_outputs import BaseModelOutput

    with without_progress_bar():
        model = WhisperForConditionalGeneration.from_pretrained(folder, attn_implementation="eager").eval()
    pieces = [list(backend.vocabulary.tokens(" " + word)) for word in TEXT]
    text = [token for piece in pieces for token in piece]
    prompt = backend.vocabulary.prompt("ko", "transcribe", timestamps=False)
    tokens = torch.tensor([[*prompt, *text, backend.vocabulary.end]])
    with torch.inference_mode():
        out = model(
            encoder_outputs=BaseModelOutput(last_hidden_state=torch.from_numpy(hidden)),
            decoder_input_ids=tokens,
            output_attentions=True,
        )
    frames = samples // 320
    heads = [out.cross_attentions[layer][0, head].numpy() for layer, head in model.generation_config.alignment_heads]
    weights = np.stack(heads)[..., :frames]
    weights /= weights.sum(axis=-1, keepdims=True)
    weights = (weights - weights.mean(axis=-2, keepdims=True)) / weights.std(axis=-2, keepdims=True)
    weights = median_filter(weights, (1, 1, 7), mode="mirror").mean(axis=0)[len(prompt) - 1 : -1]
    path = warped(-weights)
    first = dict(reversed(path))
    edges = np.cumsum([0, *(len(piece) for piece in pieces)])
    chances = out.logits[0, len(prompt) - 1 : -1, : backend.vocabulary.end].softmax(-1)
    found = [float(chances[i, token]) for i, token in enumerate(text)]
    means = [float(np.mean(found[a:b])) for a, b in pairwise(edges)]
    times = [first[int(edge)] * 0.02 for edge in edges]
    return times[:-1], times[1:], means


def warped(cost: NDArray[np.float64]) -> list[tuple[int, int]]:
    rows, columns = cost.shape
    total = np.full((rows + 1, columns + 1), np.inf)
    total[0, 0] = 0.0
    for i in range(1, rows + 1):
        for j in range(1, columns + 1):
            total[i, j] = cost[i - 1, j - 1] + min(total[i - 1, j - 1], total[i - 1, j], total[i, j - 1])
    path, i, j = [], rows, columns
    while i and j:
        path.append((i - 1, j - 1))
        i, j = min(((i - 1, j - 1), (i - 1, j), (i, j - 1)), key=lambda place: total[place])
    return path[::-1]


def test_times_rise_within_the_audio_and_rows_are_apart(
    backend: Ct2Backend, clip: Callable[[int, float], Audio]
) -> None:
    clips = [clip(1, 3.0), clip(2, 2.0), clip(3, 2.5)]
    texts = [TEXT, [], ["여보세요"]]
    hidden = encoded(backend, clips, 4.0)
    together = word_times(backend, hidden, [len(c) for c in clips], texts)
    for place, (audio, text, times) in enumerate(zip(clips, texts, together, strict=True)):
        assert [word.word for word in times] == text
        edges = [edge for word in times for edge in (word.start_s, word.end_s)]
        assert edges == sorted(edges)
        assert all(0 <= edge <= len(audio) / RATE + 0.02 for edge in edges)
        assert all(0 <= word.probability <= 1 and word.log_probability <= 0 for word in times)
        (alone,) = word_times(backend, hidden[place : place + 1], [len(audio)], [text])
        np.testing.assert_allclose([w.end_s for w in alone], [w.end_s for w in times], atol=0.021)


@pytest.mark.parametrize("samples", [0, 160, 320, 480, 640])
def test_no_word_begins_before_the_audio(
    samples: int, backend: Ct2Backend, clip: Callable[[int, float], Audio]
) -> None:
    (times,) = word_times(backend, encoded(backend, [clip(1, 1.0)], 2.0), [samples], [TEXT])
    assert [word.word for word in times] == TEXT
    assert all(0 <= word.start_s <= word.end_s <= 0.04 for word in times)


def test_what_does_not_fit_the_decoder_is_left_without_times(
    backend: Ct2Backend, clip: Callable[[int, float], Audio]
) -> None:
    audio = clip(1, 2.0)
    text = ["안녕하세요"] * 500
    (times,) = word_times(backend, encoded(backend, [audio], 3.0), [len(audio)], [text])
    tokens = len(backend.vocabulary.tokens(" 안녕하세요"))
    assert len(times) == (448 - 4 - 1) // tokens
