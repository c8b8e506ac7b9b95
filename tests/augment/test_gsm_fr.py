"""GSM full rate against libsndfile's own build of the algorithm, and without its library."""

from __future__ import annotations

import io

import numpy as np
import pytest
import soundfile

from augment import Channel, CodecUnavailable, codecs, libraries

needs_libgsm = pytest.mark.skipif(
    not codecs.get("gsm-fr").available, reason=f"libgsm is not here; to get it: {codecs.get('gsm-fr').how_to_get}"
)


def speech_like(n: int) -> np.ndarray:
    generator = np.random.default_rng(5)
    seconds = np.arange(n) / 8000
    voiced = sum(np.sin(2 * np.pi * 120 * k * seconds) / k for k in range(1, 12))
    return (3000 * voiced * (0.6 + 0.4 * np.sin(2 * np.pi * 3 * seconds)) + 50 * generator.standard_normal(n)).astype(
        np.int16
    )


@needs_libgsm
def test_the_same_samples_as_libsndfile() -> None:
    pcm = speech_like(160 * 200)
    codec = codecs.get("gsm-fr")
    file = io.BytesIO()
    soundfile.write(file, pcm, 8000, format="RAW", subtype="GSM610")
    file.seek(0)
    other, _ = soundfile.read(file, dtype="int16", format="RAW", subtype="GSM610", samplerate=8000, channels=1)
    np.testing.assert_array_equal(codec.decode(codec.encode(pcm)), other[: len(pcm)])


@needs_libgsm
def test_a_loss_repeats_then_fades_to_silence() -> None:
    pcm = speech_like(160 * 100)
    codec = codecs.get("gsm-fr")
    frames: list[bytes | None] = [*codec.encode(pcm)]
    frames[40:80] = [None] * 40
    levels = np.abs(codec.decode(frames).reshape(-1, 160).astype(float)).mean(axis=1)
    assert levels[40] > 0.3 * levels[39]
    assert levels[44] < 0.5 * levels[39]
    assert not levels[60:80].any()
    assert levels[85] > 0.3 * levels[39]


def test_without_its_library_it_is_listed_and_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(libraries, "load", lambda name: None)
    codec = codecs.get("gsm-fr")
    assert "gsm-fr" in codecs.names()
    assert not codec.available
    with pytest.raises(CodecUnavailable, match="libgsm1"):
        codec.encode(np.zeros(160, np.int16))
    channel = Channel.from_json({"name": "x", "effects": [{"effect": "codec", "codec": ["g711-a", "gsm-fr"]}]})
    with pytest.raises(CodecUnavailable, match="libgsm1"):
        channel.check()
