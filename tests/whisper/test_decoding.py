"""Fit windows and the loop guard, with an engine that does as it is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kowhisper_tel.core.errors import UserError
from kowhisper_tel.whisper.backends.base import Encoded, Features, RawDecode, Request
from kowhisper_tel.whisper.decoding import DecodingOptions, decode, plan_batches, window_of
from kowhisper_tel.whisper.vocabulary import Vocabulary

LOOP = "감사합니다 " * 12
LONGER_LOOP = "감사합니다 " * 40
FINE = "네 상담원입니다"

Answer = Callable[[float, float, float], str]


class ScriptedBackend:
    """Says what a script says for a clip (told apart by its loudest feature), a window in s and a temperature."""

    n_mels = 80

    def __init__(self, vocabulary: Vocabulary, answer: Answer, finished: bool = True) -> None:
        self.vocabulary = vocabulary
        self.calls: list[tuple[int, float, Request]] = []
        self.encoded: list[tuple[int, float]] = []
        self._answer, self._finished = answer, finished

    def encode(self, features: Features) -> Encoded:
        self.encoded.append((len(features), features.shape[2] / 100))
        return np.repeat(features.max(axis=(1, 2))[:, None, None], features.shape[2] // 2, axis=1)

    def generate(self, encoded: Encoded, request: Request) -> list[RawDecode]:
        window_s = encoded.shape[1] / 50
        self.calls.append((len(encoded), window_s, request))
        loudness = [float(row.max()) for row in encoded]
        texts = [self._answer(level, window_s, request.temperature) for level in loudness]
        tokens = [tuple(self.vocabulary.tokens(text)) for text in texts]
        return [RawDecode(row, -0.3, 0.01, self._finished) for row in tokens]


@pytest.fixture(scope="module")
def vocabulary(whisper_base: Path) -> Vocabulary:
    return Vocabulary.read(whisper_base)


def tone(duration_s: float, level: float = 0.1) -> np.ndarray:
    time = np.arange(round(duration_s * 16_000)) / 16_000
    return (level * np.sin(2 * np.pi * 440 * time)).astype(np.float32)


def test_the_window_fits_the_longest_clip(vocabulary: Vocabulary) -> None:
    backend = ScriptedBackend(vocabulary, lambda *_: FINE)
    results = decode(backend, [tone(1.2), tone(3.1)])
    assert [(size, window) for size, window, _ in backend.calls] == [(2, 4.5)]
    assert [(r.text, r.window_s, r.attempts, r.loop) for r in results] == [(FINE, 4.5, 1, False)] * 2
    assert backend.calls[0][2].prompt == [50258, 50264, 50359, 50363]


def test_only_what_loops_is_decoded_again_and_together(vocabulary: Vocabulary) -> None:
    def answer(level: float, window_s: float, temperature: float) -> str:
        return LOOP if level > 1.2 and window_s < 30 else FINE

    backend = ScriptedBackend(vocabulary, answer)
    quiet, loud = tone(2, 0.01), tone(2, 0.5)
    results = decode(backend, [quiet, loud, quiet, loud])
    assert [(size, window) for size, window, _ in backend.calls] == [(4, 3.0), (2, 30.0)]
    assert [r.attempts for r in results] == [1, 2, 1, 2]
    assert [r.window_s for r in results] == [3.0, 30.0, 3.0, 30.0]
    assert not any(r.loop for r in results)


def test_temperatures_rise_until_the_text_is_free_of_loops(vocabulary: Vocabulary) -> None:
    backend = ScriptedBackend(vocabulary, lambda _, __, temperature: FINE if temperature >= 0.4 else LOOP)
    (result,) = decode(backend, [tone(2)], DecodingOptions(temperatures=(0.0, 0.2, 0.4, 0.6)))
    assert [(window, request.temperature) for _, window, request in backend.calls] == [
        (3.0, 0.0),
        (30.0, 0.0),
        (30.0, 0.2),
        (30.0, 0.4),
    ]
    assert backend.encoded == [(1, 3.0), (1, 30.0)]
    assert (result.text, result.attempts, result.loop) == (FINE, 4, False)
    seeds = [request.seed for _, _, request in backend.calls]
    assert len(set(seeds)) == len(seeds)


def test_what_is_cured_is_not_drawn_again(vocabulary: Vocabulary) -> None:
    def answer(level: float, window_s: float, temperature: float) -> str:
        return LOOP if window_s < 30 or (level > 1.2 and temperature == 0) else FINE

    backend = ScriptedBackend(vocabulary, answer)
    results = decode(backend, [tone(2, 0.01), tone(2, 0.5)], DecodingOptions(temperatures=(0.0, 0.5)))
    assert [(size, request.temperature) for size, _, request in backend.calls] == [(2, 0.0), (2, 0.0), (1, 0.5)]
    assert backend.encoded == [(2, 3.0), (2, 30.0)]
    assert [r.attempts for r in results] == [2, 3]
    assert not any(r.loop for r in results)


def test_of_nothing_but_loops_the_least_is_kept_and_told(vocabulary: Vocabulary) -> None:
    backend = ScriptedBackend(vocabulary, lambda _, window_s, __: LOOP if window_s == 30 else LONGER_LOOP)
    (result,) = decode(backend, [tone(2)], DecodingOptions(temperatures=(0.0, 0.5)))
    assert (result.text, result.window_s, result.attempts, result.loop) == (LOOP.strip(), 30.0, 3, True)


def test_a_text_that_does_not_end_is_suspicious(vocabulary: Vocabulary) -> None:
    backend = ScriptedBackend(vocabulary, lambda *_: FINE, finished=False)
    (result,) = decode(backend, [tone(2)], DecodingOptions(temperatures=(0.0,)))
    assert (result.attempts, result.loop, result.finished) == (2, False, False)
    assert [request.max_new_tokens for _, _, request in backend.calls] == [80, 80]


def test_a_loop_that_ends_is_kept_before_a_text_that_does_not(vocabulary: Vocabulary) -> None:
    class Endless(ScriptedBackend):
        def generate(self, encoded: Encoded, request: Request) -> list[RawDecode]:
            window_s = encoded.shape[1] / 50
            return [replace(raw, finished=window_s == 30) for raw in super().generate(encoded, request)]

    backend = Endless(vocabulary, lambda _, window_s, __: LOOP if window_s == 30 else FINE)
    (result,) = decode(backend, [tone(2)], DecodingOptions(temperatures=(0.0,)))
    assert (result.text, result.loop, result.finished) == (LOOP.strip(), True, True)


def test_a_loop_is_not_cured_by_saying_nothing(vocabulary: Vocabulary) -> None:
    backend = ScriptedBackend(vocabulary, lambda _, __, temperature: "" if temperature else LOOP)
    (result,) = decode(backend, [tone(2)], DecodingOptions(temperatures=(0.0, 0.5)))
    assert (result.text, result.loop, result.attempts) == (LOOP.strip(), True, 3)


def test_an_empty_clip_has_a_text_of_its_own(vocabulary: Vocabulary) -> None:
    backend = ScriptedBackend(vocabulary, lambda *_: "")
    (result,) = decode(backend, [np.zeros(0, np.float32)], DecodingOptions(tail_s=0.5))
    assert (result.text, result.attempts) == ("", 1)


def test_an_unlikely_text_is_decoded_again_where_asked(vocabulary: Vocabulary) -> None:
    backend = ScriptedBackend(vocabulary, lambda *_: FINE)
    options = DecodingOptions(temperatures=(0.0, 0.2), logprob_threshold=-0.1)
    (result,) = decode(backend, [tone(2)], options)
    assert (result.attempts, result.loop) == (3, False)


def test_thirty_second_windows_on_request(vocabulary: Vocabulary) -> None:
    backend = ScriptedBackend(vocabulary, lambda *_: LOOP)
    decode(backend, [tone(2)], DecodingOptions(fit_windows=False, temperatures=(0.0, 0.2)))
    assert [request.max_new_tokens for _, _, request in backend.calls] == [224, 224]
    assert [(window, request.temperature) for _, window, request in backend.calls] == [(30.0, 0.0), (30.0, 0.2)]


def test_bad_input_is_told(vocabulary: Vocabulary) -> None:
    backend = ScriptedBackend(vocabulary, lambda *_: FINE)
    with pytest.raises(UserError, match=r"30\.50") as error:
        decode(backend, [tone(1), tone(30.5)])
    assert error.value.facts["index"] == 1
    with pytest.raises(UserError, match="language xx"):
        decode(backend, [tone(1)], DecodingOptions(language="xx"))
    assert decode(backend, []) == []
    assert decode(backend, [np.zeros(0, dtype=np.float32)])[0].window_s == 1.0


def test_prompts(vocabulary: Vocabulary) -> None:
    timed = vocabulary.prompt("ko", "translate", timestamps=True, previous="앞말 " * 300)
    assert timed[0] == 50361
    assert timed[-3:] == [50258, 50264, 50358]
    assert len(timed) == 1 + 223 + 3
    assert vocabulary.text([50364, *vocabulary.tokens(" 네 고객님"), 50400, 50257]) == "네 고객님"


durations = st.lists(st.floats(0.1, 29.9), min_size=1, max_size=60)


@given(durations, st.integers(1, 16))
def test_a_plan_holds_every_clip_once_by_length(durations_s: list[float], batch_size: int) -> None:
    plan = plan_batches(durations_s, batch_size)
    flat = [place for batch in plan for place in batch]
    assert sorted(flat) == list(range(len(durations_s)))
    assert [durations_s[place] for place in flat] == sorted(durations_s, reverse=True)
    assert all(len(batch) == batch_size for batch in plan[:-1])
    assert 0 < len(plan[-1]) <= batch_size


@given(durations, st.floats(0, 3))
def test_a_window_holds_its_clips_and_the_tail(durations_s: list[float], tail_s: float) -> None:
    window_s = window_of(durations_s, DecodingOptions(tail_s=tail_s))
    assert window_s * 2 == int(window_s * 2)
    assert window_s == 30.0 or 0 <= window_s - (max(durations_s) + tail_s) < 0.5
