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
from kowhisper_tel.whisper.backends.base import Aligned, Encoded, Features, RawDecode, Request
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
    assert [request.max_new_tokens for _, _, request in backend.calls] == [56, 80]


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


def test_where_nobody_speaks_nothing_is_written(vocabulary: Vocabulary) -> None:
    class Doubting(ScriptedBackend):
        def generate(self, encoded: Encoded, request: Request) -> list[RawDecode]:
            return [replace(raw, avg_logprob=-1.8, no_speech_prob=0.7) for raw in super().generate(encoded, request)]

    backend = Doubting(vocabulary, lambda *_: FINE)
    (result,) = decode(backend, [tone(2)], DecodingOptions(nbest=1, timestamps=True, no_speech_threshold=0.7))
    assert (result.text, result.tokens, result.segments, result.nbest) == ("", (), (), (("", -1.8),))
    assert (result.no_speech, result.withheld, result.attempts) == ("model", FINE, 1)
    (written,) = decode(backend, [tone(2)], DecodingOptions(no_speech_threshold=None, temperatures=(0.0,)))
    assert (written.text, written.no_speech, written.withheld) == (FINE, "", "")
    (higher,) = decode(backend, [tone(2)], DecodingOptions(no_speech_threshold=1.1, temperatures=(0.0,)))
    assert (higher.text, higher.no_speech) == (FINE, "")


@pytest.mark.parametrize(
    ("text", "logprob", "probability", "reason"),
    [
        (FINE, -0.2, 0.6, ""),  # a text as likely as that is speech
        (FINE, -2.0, 0.2, ""),  # one that is not, too, where no speech is unlikely
        (FINE, -2.6, 0.2, "model"),
        (FINE, -1.6, 0.4, "model"),
        (LOOP, -0.1, 0.55, "model"),  # a loop is likely whatever is heard
        (LOOP, -4.0, 0.3, ""),
    ],
)
def test_probability_and_likelihood_weigh_together(
    vocabulary: Vocabulary, text: str, logprob: float, probability: float, reason: str
) -> None:
    class Doubting(ScriptedBackend):
        def generate(self, encoded: Encoded, request: Request) -> list[RawDecode]:
            raws = super().generate(encoded, request)
            return [replace(raw, avg_logprob=logprob, no_speech_prob=probability) for raw in raws]

    options = DecodingOptions(temperatures=(0.0,), no_speech_threshold=0.7)
    (result,) = decode(Doubting(vocabulary, lambda *_: text), [tone(2)], options)
    assert (result.no_speech, result.text) == (reason, "" if reason else text.strip())


def test_a_model_that_ends_at_once_heard_nobody(vocabulary: Vocabulary) -> None:
    (result,) = decode(ScriptedBackend(vocabulary, lambda *_: ""), [tone(2)])
    assert (result.no_speech, result.withheld, result.attempts, result.loop) == ("end", "", 1, False)


def test_what_is_said_twice_in_a_fit_window_is_heard_again(vocabulary: Vocabulary) -> None:
    twice = f"{FINE}. {FINE}"
    backend = ScriptedBackend(vocabulary, lambda _, window_s, __: twice if window_s < 30 else FINE)
    (result,) = decode(backend, [tone(2)])
    assert (result.text, result.attempts, result.window_s) == (FINE, 2, 30.0)
    (said,) = decode(ScriptedBackend(vocabulary, lambda *_: twice), [tone(2)])
    assert (said.text, said.attempts, said.loop) == (twice, 2, False)


def test_what_no_ear_could_hear_has_no_text(vocabulary: Vocabulary) -> None:
    backend = ScriptedBackend(vocabulary, lambda *_: LOOP)
    dither = np.random.default_rng(1).integers(-1, 2, 32_000).astype(np.float32) / 32768
    silent, dithered, faint = decode(backend, [np.zeros(32_000, np.float32), dither, tone(2, 0.001)])
    assert [(r.text, r.no_speech, r.withheld, r.attempts) for r in (silent, dithered)] == [
        ("", "level", LOOP.strip(), 1)
    ] * 2
    assert (faint.text, faint.no_speech) == (LOOP.strip(), "")


@pytest.mark.parametrize(("threshold", "attempts"), [(-0.7, 2), (None, 1)])
def test_an_unlikely_text_of_a_fit_window_is_heard_again(
    vocabulary: Vocabulary, threshold: float | None, attempts: int
) -> None:
    class Doubting(ScriptedBackend):
        def generate(self, encoded: Encoded, request: Request) -> list[RawDecode]:
            logprob = -0.9 if encoded.shape[1] < 1500 else -0.8
            return [replace(raw, avg_logprob=logprob) for raw in super().generate(encoded, request)]

    backend = Doubting(vocabulary, lambda _, window_s, __: FINE if window_s == 30 else "네")
    (result,) = decode(backend, [tone(2)], DecodingOptions(fit_logprob_threshold=threshold))
    assert (result.text, result.attempts) == (FINE if attempts == 2 else "네", attempts)


def test_hotwords_stand_before_what_was_said(vocabulary: Vocabulary) -> None:
    backend = ScriptedBackend(vocabulary, lambda *_: FINE)
    decode(backend, [tone(2)], DecodingOptions(previous="네 고객님", hotwords=["결합상품", " 위약금 "]))
    prompt = list(backend.calls[0][2].prompt)
    start = prompt.index(vocabulary.start)
    assert prompt[0] == 50361
    assert vocabulary.text(prompt[1:start]) == "결합상품, 위약금 네 고객님"
    decode(backend, [tone(2)], DecodingOptions(hotwords=("", " ")))
    assert backend.calls[-1][2].prompt[0] == vocabulary.start


def test_hotwords_and_what_was_said_share_the_prompt(vocabulary: Vocabulary) -> None:
    words = ["위약금", "결합상품"]
    prompt = vocabulary.prompt("ko", "transcribe", timestamps=False, previous="앞말 " * 300, hotwords=words)
    assert len(prompt) == 1 + 223 + 4
    assert vocabulary.text(prompt[1:-4]).startswith("위약금, 결합상품")
    with pytest.raises(UserError) as error:
        vocabulary.prompt("ko", "transcribe", timestamps=False, hotwords=["결합상품"] * 60)
    assert error.value.code == "decode.hotwords"


def test_special_tokens_are_no_text(vocabulary: Vocabulary) -> None:
    written = "<|startoftranscript|><|0.00|> 네<|endoftext|>"
    told = vocabulary.prompt("ko", "transcribe", timestamps=False, previous=written, hotwords=["<|en|>"])
    assert [token for token in told if token >= vocabulary.end] == [told[0], *told[-4:]]
    assert "네" in vocabulary.text(told)


def test_a_word_is_of_one_segment(vocabulary: Vocabulary) -> None:
    class Timed(ScriptedBackend):
        def generate(self, encoded: Encoded, request: Request) -> list[RawDecode]:
            begin = vocabulary.timestamp_begin
            tokens = (begin, *vocabulary.tokens(" 네."), begin + 40, begin + 40, *vocabulary.tokens("네"), begin + 90)
            return [RawDecode(tokens, -0.2, 0.0, True)]

        def align(self, encoded: Encoded, prompt: object, texts: list[list[int]], frames: list[int]) -> list[Aligned]:
            return [Aligned(tuple((n, 10 * n) for n in range(len(text) + 1)), (0.5,) * len(text)) for text in texts]

    options = DecodingOptions(timestamps=True, word_timestamps=True)
    (result,) = decode(Timed(vocabulary, lambda *_: FINE), [tone(2)], options)
    assert result.text == "네.네"
    assert [word.word for word in result.words] == [text for *_, text in result.segments] == ["네.", "네"]


def test_an_engine_that_cannot_align_says_so(vocabulary: Vocabulary) -> None:
    with pytest.raises(UserError) as error:
        decode(ScriptedBackend(vocabulary, lambda *_: FINE), [tone(1)], DecodingOptions(word_timestamps=True))
    assert error.value.code == "decode.word_timestamps"


def test_the_words_of_each_window_have_times(vocabulary: Vocabulary) -> None:
    class Aligning(ScriptedBackend):
        def align(self, encoded: Encoded, prompt: object, texts: list[list[int]], frames: list[int]) -> list[Aligned]:
            aligned.append((encoded.shape[1] / 50, list(frames)))
            return [Aligned(tuple((n, 10 * n) for n in range(len(text) + 1)), (0.5,) * len(text)) for text in texts]

    def answer(level: float, window_s: float, _: float) -> str:
        return LOOP if level > 1.2 and window_s < 30 else FINE

    aligned: list[tuple[float, list[int]]] = []
    backend = Aligning(vocabulary, answer)
    clips = [tone(2, 0.01), tone(1.5, 0.5), np.zeros(16_000, np.float32)]
    quiet, loud, silent = decode(backend, clips, DecodingOptions(word_timestamps=True))
    assert aligned == [(3.0, [200]), (30.0, [150])]
    assert [[word.word for word in result.words] for result in (quiet, loud, silent)] == [FINE.split()] * 2 + [[]]
    assert quiet.words[0].start_s == 0.0
