"""Listener: times, words and parties of a recording, and a text that depends on nothing but it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from kowhisper_tel.core.audio import RATE
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.transcription.listener import Listener
from kowhisper_tel.transcription.model import Model
from kowhisper_tel.transcription.speech import spoken, spoken_words
from kowhisper_tel.transcription.tracks import Choice
from kowhisper_tel.transcription.transcript import Transcript
from kowhisper_tel.whisper.decoding import DecodingOptions
from tests.transcription.conftest import bursts, record


def hear(listener: Listener, path: Path) -> Transcript:
    return listener.hear(listener.read(path), path.name)


def test_a_call_is_merged_by_time(listener: Listener, tmp_path: Path) -> None:
    path = record(tmp_path / "call.wav", bursts([1.0, 3.0, 9.0], 12.0), bursts([2.0, 6.0], 12.0, 1500.0))
    heard = hear(replace(listener, tracks=Choice(names=("agent", "customer"))), path)
    order = [(segment.speaker, round(segment.start_s)) for segment in heard.segments]
    assert order == [("agent", 1), ("customer", 2), ("agent", 3), ("customer", 6), ("agent", 9)]
    assert [segment.track for segment in heard.segments] == [0, 1, 0, 1, 0]
    assert heard.speakers == ("agent", "customer")
    for segment in heard.segments:
        assert segment.end_s - segment.start_s == pytest.approx(0.4, abs=0.2)


@pytest.mark.parametrize("timestamps", [True, False])
def test_words_lie_in_their_segments(listener: Listener, timestamps: bool, tmp_path: Path) -> None:
    path = record(tmp_path / "a.wav", bursts([0.5, 3.0, 40.0, 41.0], 60.0))
    options = DecodingOptions(timestamps=timestamps, word_timestamps=True)
    heard = hear(replace(listener, options=options), path)
    assert listener.model.backend.encoded <= 2  # type: ignore[attr-defined]  # by decoding alone, not once more for the words
    assert [word.text for segment in heard.segments for word in segment.words] == heard_words(heard)
    for segment in heard.segments:
        assert 0 <= segment.start_s <= segment.end_s <= 60
        assert (segment.words[0].start_s, segment.words[-1].end_s) == (segment.start_s, segment.end_s)
        for one, other in zip(segment.words, segment.words[1:], strict=False):
            assert one.start_s <= one.end_s <= other.start_s + 1e-9
        assert all(word.probability == pytest.approx(0.5) for word in segment.words)


def heard_words(heard: Transcript) -> list[str]:
    return [word for segment in heard.segments for word in segment.text.split()]


def test_silence_is_empty(listener: Listener, tmp_path: Path) -> None:
    heard = hear(listener, record(tmp_path / "a.wav", np.zeros(3 * RATE, np.float32)))
    assert (heard.segments, heard.pieces, heard.duration_s) == ((), (), 3.0)
    shortest = hear(listener, record(tmp_path / "b.wav", np.full(1, 0.1, np.float32)))
    assert shortest.segments == ()


def test_what_is_withheld_is_told(listener: Listener, tmp_path: Path) -> None:
    path = record(tmp_path / "call.wav", bursts([1.0, 9.0], 12.0), bursts([2.0], 12.0, 1500.0))
    options = DecodingOptions(
        timestamps=True, no_speech_threshold=0.03
    )  # a model as sure as this one speaks of nothing
    heard = hear(replace(listener, options=options), path)
    assert heard.segments == ()
    told = heard.to_json("ko", {}, {})["unspoken"]
    assert [(one["track"], one["why"], len(one["withheld"].split())) for one in told] == [
        (0, "model", 1), (0, "model", 1), (1, "model", 1),
    ]  # fmt: skip
    assert all(0 <= one["start"] < one["end"] <= 12.0 for one in told)
    assert hear(listener, path).unspoken == ()


def test_progress_rises_to_the_end(listener: Listener, tmp_path: Path) -> None:
    shares = list[float]()
    track = bursts([0.5 + 1.5 * n for n in range(60)], 100.0)
    recording = listener.read(record(tmp_path / "a.wav", track, bursts([50.0], 100.0, 1500.0)))
    replace(listener, batch_size=1).hear(recording, "a", shares.append)
    assert shares == sorted(shares)
    assert len(shares) > 4
    assert shares[-1] == 1.0


def test_what_a_model_cannot_do_is_said_before(model: Model) -> None:
    model.check(DecodingOptions(hotwords=("결합상품",) * 10))
    for options, code in (
        (DecodingOptions(language="xx"), "decode.language"),
        (DecodingOptions(hotwords=("결합상품",) * 60), "decode.hotwords"),
    ):
        with pytest.raises(UserError) as error:
            model.check(options)
        assert error.value.code == code


def test_times_are_moved_to_the_speech() -> None:
    from kowhisper_tel.core.activity import activity

    found = activity(bursts([1.0, 5.0, 5.6], 10.0), shared=True)
    assert spoken(found, (0.0, 10.0)) == pytest.approx((1.0, 6.0), abs=0.1)
    assert spoken(found, (2.0, 5.2)) == pytest.approx((5.0, 5.2), abs=0.1)
    assert spoken(found, (1.15, 5.8)) == pytest.approx((5.0, 5.8), abs=0.1)  # the rest of another sentence
    assert spoken(found, (0.9, 5.2)) == pytest.approx((1.0, 1.4), abs=0.1)
    assert spoken(found, (2.0, 4.0)) == (2.0, 4.0)
    assert spoken(found, (3.0, 3.0)) == (3.0, 3.0)
    first, middle, last = spoken_words(found, [(1.1, 5.2), (5.2, 5.8), (5.8, 9.0)])
    assert (*first, *middle, *last) == pytest.approx((5.0, 5.2, 5.2, 5.8, 5.8, 6.0), abs=0.11)
    assert spoken_words(found, [(0.5, 1.2), (1.2, 5.1)])[1] == pytest.approx((1.2, 1.4), abs=0.1)
    assert spoken_words(found, [(1.3, 7.0)])[0] == pytest.approx((5.0, 6.0), abs=0.1)
