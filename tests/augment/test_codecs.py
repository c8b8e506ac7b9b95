"""The contract of every codec in the registry."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from augment import Channel, CodecUnavailable, UnknownName, codecs
from augment.audio import resample, to_pcm
from augment.codec import Codec, Frame

RATE = 16000
NAMES = codecs.names()


@pytest.fixture(params=NAMES)
def codec(request: pytest.FixtureRequest) -> Codec:
    found = codecs.get(request.param)
    if not found.available:
        pytest.skip(f"{found.name} is not available here; to get it: {found.how_to_get}")
    return found


@pytest.fixture
def pcm(codec: Codec, speech: NDArray[np.float32]) -> NDArray[np.int16]:
    made = to_pcm(resample(speech, RATE, codec.rate_hz))
    made.flags.writeable = False
    return made


def rms(signal: NDArray[np.int16]) -> float:
    return float(np.sqrt(np.mean(signal.astype(np.float64) ** 2)))


def test_frames_have_the_stated_bit_rate(codec: Codec, pcm: NDArray[np.int16]) -> None:
    frames = codec.encode(pcm)
    assert len(frames) == -(-len(pcm) // codec.frame_samples)
    bits = 8 * sum(map(len, frames)) / len(frames) * codec.rate_hz / codec.frame_samples
    # Storage headers and padding to whole bytes: less than two bytes a frame.
    assert 0 <= bits - codec.bitrate_bps < 16 * codec.rate_hz / codec.frame_samples


def test_delay_is_as_stated(codec: Codec, pcm: NDArray[np.int16]) -> None:
    heard = codec.transmit(pcm)[: len(pcm)].astype(float)
    n, fine = len(pcm), 8
    spectrum = np.fft.rfft(heard, 2 * n) * np.conj(np.fft.rfft(pcm.astype(float), 2 * n))
    late = int(np.argmax(np.fft.irfft(spectrum, 2 * n * fine))) / fine
    assert late == pytest.approx(codec.delay_samples, abs=0.5)


def test_no_state_between_calls(codec: Codec, pcm: NDArray[np.int16]) -> None:
    first = codec.encode(pcm)
    heard = codec.decode(first)
    codec.decode([None, *codec.encode(pcm[:3000])])
    assert codec.encode(pcm) == first
    assert np.array_equal(codec.decode(first), heard)


def test_all_of_the_input_comes_out(codec: Codec, pcm: NDArray[np.int16]) -> None:
    for n_samples in (1, 79, 159, 160, 161, 1000):
        heard = codec.transmit(pcm[:n_samples])
        assert len(heard) >= n_samples + codec.delay_samples
        assert len(heard) == codec.frames_for(n_samples) * codec.frame_samples


def test_loss_is_concealed(codec: Codec, pcm: NDArray[np.int16]) -> None:
    """Where frames are lost inside speech something is heard, no louder than speech; a long loss fades away."""
    frames: Sequence[Frame] = codec.encode(pcm)
    whole = codec.decode(frames)
    size = codec.frame_samples
    loud = [i for i in range(10, len(frames) - 3) if rms(whole[i * size : (i + 1) * size]) > rms(whole)]
    heard_share = []
    for index in loud[::5]:
        lossy = [None if i == index else frame for i, frame in enumerate(frames)]
        heard = codec.decode(lossy)
        here = slice(index * size, (index + 1) * size)
        heard_share.append(rms(heard[here]) / rms(whole[here]))
        assert np.abs(heard).max() <= 1.5 * np.abs(whole).max()
    assert 0.3 < np.median(heard_share) < 1.5
    gone = codec.decode([*frames[: loud[0]], *[None] * 50])
    assert rms(gone[-10 * size :]) < 0.02 * rms(whole)


def test_all_lost_and_nothing(codec: Codec) -> None:
    assert len(codec.decode([])) == 0
    assert codec.encode(np.zeros(0, np.int16)) == []
    assert len(codec.decode([None] * 7)) == 7 * codec.frame_samples
    assert len(codec.transmit(np.zeros(0, np.int16))) == codec.frames_for(0) * codec.frame_samples


def test_channel_is_aligned_on_real_speech(codec: Codec, shared: Path) -> None:
    import soundfile

    clips = sorted((shared / "data/korean_talks/dev").rglob("*.flac"))[40:44]
    channel = Channel.from_json({"name": "c", "effects": [{"effect": "codec", "codec": codec.name}]})
    for clip in clips:
        audio, rate = soundfile.read(clip, dtype="float32")
        heard = channel.render(audio, rate, 1).audio
        n = len(audio)
        peak = int(np.argmax(np.fft.irfft(np.fft.rfft(heard, 2 * n) * np.conj(np.fft.rfft(audio, 2 * n)))))
        assert min(peak, 2 * n - peak) <= 1


def test_unknown_codec_names_the_nearest() -> None:
    with pytest.raises(UnknownName, match=r"did you mean 'g711-mu'\?.*known: .*amr-nb-12.2"):
        codecs.get("g711-mü")


def test_unavailable_codec(monkeypatch: pytest.MonkeyPatch) -> None:
    from augment.codecs import amr_nb

    monkeypatch.setattr(amr_nb, "_library_found", lambda: False)
    codec = codecs.get("amr-nb-4.75")
    channel = Channel.from_json({"name": "c", "effects": [{"effect": "codec", "codec": ["g711-a", "amr-nb-4.75"]}]})
    assert not codec.available
    for use in (channel.check, lambda: codec.encode(np.zeros(160, np.int16)), lambda: codec.decode([None])):
        with pytest.raises(CodecUnavailable, match=r"'amr-nb-4.75' is not available.*pip install av"):
            use()
    Channel.from_json({"name": "c", "effects": [{"effect": "codec", "codec": "g711-a"}]}).check()
