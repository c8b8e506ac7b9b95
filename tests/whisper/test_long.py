"""Whole calls: no word is lost or heard twice at a cut, whatever loops is cut again, and times are the call's."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kowhisper_tel.core.activity import activity, halves
from kowhisper_tel.core.audio import RATE, read_audio
from kowhisper_tel.whisper import decoding
from kowhisper_tel.whisper.backends.base import Aligned, Encoded, Features, RawDecode, Request
from kowhisper_tel.whisper.decoding import DecodingOptions
from kowhisper_tel.whisper.long import BATCH_SIZE, MOST_S, decode_long, joined
from kowhisper_tel.whisper.segments import segments
from kowhisper_tel.whisper.vocabulary import Vocabulary

TONE_S = 0.4


@pytest.fixture(scope="module")
def vocabulary(whisper_base: Path) -> Vocabulary:
    return Vocabulary.read(whisper_base)


class CountingBackend:
    """Hears bursts: writes the number of each, which its pitch tells. Loops on windows that hold more than ``most``."""

    n_mels = 80

    def __init__(self, vocabulary: Vocabulary, most: int = 1000) -> None:
        self.vocabulary, self.batches, self.limits = vocabulary, list[int](), list[int]()
        self._most = most

    def encode(self, features: Features) -> Encoded:
        self.batches.append(len(features))
        return features.transpose(0, 2, 1)[:, ::2]

    def generate(self, encoded: Encoded, request: Request) -> list[RawDecode]:
        self.limits.append(request.max_new_tokens)
        return [self._raw(heard) for heard in encoded]

    def _raw(self, frames: Encoded) -> RawDecode:
        loud = frames.max(axis=1) > frames.max() - 0.5
        edges = np.flatnonzero(np.diff(np.concatenate([[False], loud, [False]]).astype(int))).reshape(-1, 2)
        words = [str(int(np.median(frames[a:b].argmax(axis=1)))) for a, b in edges if b - a > 8]
        text = "감사합니다 " * 20 if len(words) > self._most else " ".join(words)
        return RawDecode(tuple(self.vocabulary.tokens(text)), -0.2, 0.0, True)


def bursts(starts_s: list[float], duration_s: float) -> np.ndarray:
    """Tones of 0.4 s, the pitch of each told by its place, over a faint hiss."""
    time_s = np.arange(round(TONE_S * RATE)) / RATE
    call = np.random.default_rng(1).normal(0, 1e-5, round(duration_s * RATE)).astype(np.float32)
    for number, start_s in enumerate(starts_s):
        first = round(start_s * RATE)
        call[first : first + len(time_s)] += (0.2 * np.sin(2 * np.pi * pitch_hz(number) * time_s)).astype(np.float32)
    return call


def pitch_hz(number: int) -> float:
    return 300.0 + 90.0 * (number % 12)


def words(number: int, vocabulary: Vocabulary) -> list[str]:
    """What the backend writes for each of so many bursts, heard alone."""
    alone = bursts([0.5 + 1.0 * n for n in range(12)], 13.0)
    (piece,) = decode_long(CountingBackend(vocabulary), alone)
    heard = piece.decoded.text.split()
    assert len(set(heard)) == 12
    return [heard[n % 12] for n in range(number)]


@settings(max_examples=4, deadline=None)
@given(
    pauses=st.lists(st.sampled_from([0.3, 0.5, 0.8, 1.5, 3.0, 6.0]), min_size=25, max_size=60),
    most=st.sampled_from([7, 1000]),
)
def test_no_word_is_lost_or_doubled(pauses: list[float], most: int, vocabulary: Vocabulary) -> None:
    starts = list(np.cumsum([0.5, *(TONE_S + pause for pause in pauses)]))
    audio = bursts(starts, starts[-1] + TONE_S + 0.5)
    backend = CountingBackend(vocabulary, most)
    pieces = decode_long(backend, audio)
    if most < 1000:  # pieces that loop are cut until they do not, but for the shortest
        assert all(not piece.decoded.loop or piece.end_s - piece.start_s < 8 for piece in pieces)
        pieces = [piece for piece in pieces if not piece.decoded.loop]
        assert set(joined(pieces).split()) <= set(words(12, vocabulary))
    else:
        assert joined(pieces).split() == words(len(starts), vocabulary)
    assert all(piece.end_s - piece.start_s <= MOST_S for piece in pieces)
    assert all(a.end_s <= b.start_s + 1e-9 for a, b in pairwise(pieces))
    assert max(backend.batches) <= BATCH_SIZE
    longest = max(piece.end_s - piece.start_s for piece in pieces)
    assert max(backend.limits) > DecodingOptions().max_new_tokens or longest < 18, "12 tokens for a second, and 20"


def test_a_piece_that_loops_is_cut_in_two(vocabulary: Vocabulary) -> None:
    starts = [0.5 + 1.2 * n for n in range(30)]
    backend = CountingBackend(vocabulary, most=8)
    pieces = decode_long(backend, bursts(starts, 37.0))
    assert joined(pieces).split() == words(30, vocabulary)
    assert all(not piece.decoded.loop for piece in pieces)


def test_silence_is_not_decoded(vocabulary: Vocabulary) -> None:
    backend = CountingBackend(vocabulary)
    assert decode_long(backend, np.zeros(40 * RATE, np.float32)) == []
    assert not backend.batches
    (piece,) = decode_long(backend, bursts([40.0], 80.0))
    assert piece.start_s == pytest.approx(39.75, abs=0.1)
    ((start_s, end_s, text),) = piece.segments
    assert (start_s, text) == (piece.start_s, piece.decoded.text)
    assert end_s == pytest.approx(piece.end_s)


def test_halves_part_a_stretch_at_its_longest_pause() -> None:
    audio = bursts([0.5, 1.2, 4.0, 4.7, 7.5, 8.2, 11.0], 12.0)
    first, second = halves(activity(audio, shared=True), (0.0, 12.0))
    assert first == (0.0, second[0])
    assert second[1] == 12.0
    assert 5.1 < second[0] < 7.5


def test_the_last_window_may_end_with_the_recording(vocabulary: Vocabulary) -> None:
    audio = bursts([0.2 + 0.7 * n for n in range(60)], 42.0)[: 41 * RATE + 37]
    pieces = decode_long(CountingBackend(vocabulary), audio)
    assert len(joined(pieces).split()) in (58, 59)


def test_segments_are_read_from_timestamps(vocabulary: Vocabulary) -> None:
    def at(seconds: float) -> int:
        return vocabulary.timestamp_begin + round(seconds / 0.02)

    one, two = (list(vocabulary.tokens(text)) for text in (" 네 고객님", " 알겠습니다"))
    told = [at(0.4), *one, at(1.5), at(2.24), *two, at(9.0)]
    assert segments(vocabulary, told, 4.0) == ((0.4, 1.5, "네 고객님"), (2.24, 4.0, "알겠습니다"))
    assert segments(vocabulary, [*one, at(1.5), *two], 4.0) == ((0.0, 1.5, "네 고객님"), (1.5, 4.0, "알겠습니다"))
    assert segments(vocabulary, one, 3.0) == ((0.0, 3.0, "네 고객님"),)
    assert segments(vocabulary, [at(0.0), at(0.0)], 3.0) == ()


def test_decoding_tells_segments_where_asked(vocabulary: Vocabulary) -> None:
    class Timed(CountingBackend):
        def _raw(self, frames: Encoded) -> RawDecode:
            begin = self.vocabulary.timestamp_begin
            tokens = (begin + 25, *self.vocabulary.tokens(" 네"), begin + 50)
            return RawDecode(tokens, -0.2, 0.0, True)

    clip = bursts([0.5], 2.0)
    (timed,) = decoding.decode(Timed(vocabulary), [clip], DecodingOptions(timestamps=True))
    assert (timed.text, timed.segments) == ("네", ((0.5, 1.0, "네"),))
    (plain,) = decoding.decode(Timed(vocabulary), [clip])
    assert plain.segments == ()
    pieces = decode_long(
        Timed(vocabulary), np.concatenate([np.zeros(20 * RATE, np.float32), clip]), DecodingOptions(timestamps=True)
    )
    ((start_s, end_s, _),) = pieces[0].segments
    assert start_s == pytest.approx(pieces[0].start_s + 0.5)
    assert end_s == pytest.approx(pieces[0].start_s + 1.0)


def test_real_speech_survives_the_cuts(shared: Path, whisper_base_ct2: Path) -> None:
    """More than half a minute of a talk, cut and joined: about as many syllables as were said."""
    from kowhisper_tel.whisper.backends.ctranslate2 import Ct2Backend

    folder = shared / "data" / "korean_talks"
    rows = [json.loads(line) for line in (folder / "dev.jsonl").read_text(encoding="utf-8").splitlines()]
    rows = sorted((row for row in rows if row["speaker"] == "lGU_mqIdCAE"), key=lambda row: row["id"])[:6]
    gap = np.zeros(RATE // 2, np.float32)
    call = np.concatenate([part for row in rows for part in (read_audio(folder / row["audio"]), gap)])
    assert len(call) > 30 * RATE
    pieces = decode_long(Ct2Backend(whisper_base_ct2, threads=1), call)
    said, heard = ("".join(text.split()) for text in (" ".join(row["text"] for row in rows), joined(pieces)))
    assert len(pieces) > 1
    assert 0.9 < len(heard) / len(said) < 1.1


def test_sections_lose_and_double_nothing(vocabulary: Vocabulary, monkeypatch: pytest.MonkeyPatch) -> None:
    draw = np.random.default_rng(4)
    starts = list(np.cumsum([0.5, *(TONE_S + draw.choice([0.3, 0.5, 0.8, 1.5, 6.0], 150))]))
    audio = bursts(starts, starts[-1] + 1.0)
    whole = decode_long(CountingBackend(vocabulary), audio)
    monkeypatch.setattr("kowhisper_tel.whisper.long.SECTION_S", 60.0)
    looked_at = list[int]()
    real = activity
    monkeypatch.setattr(
        "kowhisper_tel.whisper.long.activity", lambda part, **given: looked_at.append(len(part)) or real(part, **given)
    )
    parts = decode_long(CountingBackend(vocabulary), audio)
    assert joined(parts).split() == joined(whole).split() == words(len(starts), vocabulary)
    np.testing.assert_allclose([p.start_s for p in parts], [p.start_s for p in whole], atol=2.0)  # silence at an edge
    np.testing.assert_allclose([p.end_s for p in parts], [p.end_s for p in whole], atol=2.0)
    assert max(looked_at) <= 60 * RATE < len(audio) / 2


def test_a_long_silence_between_sections(vocabulary: Vocabulary, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kowhisper_tel.whisper.long.SECTION_S", 60.0)
    starts = [0.5, 30.0, 31.0, 200.0, 201.0]
    pieces = decode_long(CountingBackend(vocabulary), bursts(starts, 260.0))
    assert joined(pieces).split() == words(5, vocabulary)
    assert pieces[-1].start_s == pytest.approx(199.75, abs=0.1)


def test_each_piece_is_told_the_one_before_where_asked(vocabulary: Vocabulary) -> None:
    class Told(CountingBackend):
        def generate(self, encoded: Encoded, request: Request) -> list[RawDecode]:
            prompt = list(request.prompt)
            told.append(vocabulary.text(prompt[: prompt.index(vocabulary.start)][1:]))
            return super().generate(encoded, request)

    told = list[str]()
    audio = bursts([0.5, 8.0, 16.0, 24.0], 30.0)
    plain = [piece.decoded.text for piece in decode_long(Told(vocabulary), audio)]
    assert told == [""]
    told.clear()
    options = DecodingOptions(condition_on_previous_text=True, previous="안녕하세요")
    assert [piece.decoded.text for piece in decode_long(Told(vocabulary), audio, options)] == plain
    assert told == ["안녕하세요", *plain[:-1]]


def test_what_loops_is_told_to_nobody(vocabulary: Vocabulary) -> None:
    class Looping(CountingBackend):
        def generate(self, encoded: Encoded, request: Request) -> list[RawDecode]:
            prompts.append(len(request.prompt))
            text = "감사합니다 " * 20 if len(prompts) <= 4 else "네"
            return [RawDecode(tuple(vocabulary.tokens(text)), -0.2, 0.0, True) for _ in encoded]

    prompts = list[int]()
    options = DecodingOptions(condition_on_previous_text=True)
    first, second = decode_long(Looping(vocabulary), bursts([0.5, 8.0], 10.0), options)
    assert (first.decoded.loop, second.decoded.text) == (True, "네")
    assert prompts == [4] * 5


def test_words_have_the_recordings_time(vocabulary: Vocabulary) -> None:
    class Aligning(CountingBackend):
        def align(self, encoded: Encoded, prompt: object, texts: list[list[int]], frames: list[int]) -> list[Aligned]:
            return [Aligned(tuple((n, 10 * n) for n in range(len(text) + 1)), (0.5,) * len(text)) for text in texts]

    (piece,) = decode_long(Aligning(vocabulary), bursts([40.0], 80.0), DecodingOptions(word_timestamps=True))
    assert piece.words[0].start_s == pytest.approx(piece.start_s)
    assert piece.words[0].end_s > piece.start_s
