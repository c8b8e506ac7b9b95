"""The contract of every codec in the registry."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from augment import Channel, CodecUnavailable, UnknownName, codecs, libraries
from augment.audio import from_pcm, resample, to_pcm
from augment.codec import Codec, Frame
from augment.codecs import named_only

RATE = 16000
NAMES = codecs.names()
ON_AVERAGE, AVERAGE_WITHIN = ("aac-", "opus-"), 0.25
"""Codecs with a variable bit rate, and how far off it may be over a few seconds of a busy signal."""
NO_WAVEFORM = {"speex-nb-2.15", "speex-wb-3.95"}
"""Their excitation is noise: what comes out has the spectrum and the envelope of speech, not its waveform."""


@pytest.fixture(params=[name for name in NAMES if name not in named_only.NAMES])
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


def envelope(signal: NDArray[np.float64]) -> NDArray[np.float64]:
    smooth = np.convolve(np.abs(signal), np.hanning(401), "same")
    return np.asarray(smooth - smooth.mean())


def rms(signal: NDArray[np.int16]) -> float:
    return float(np.sqrt(np.mean(signal.astype(np.float64) ** 2)))


def test_frames_have_the_stated_bit_rate(codec: Codec, pcm: NDArray[np.int16]) -> None:
    variable = codec.name.startswith(ON_AVERAGE)
    if variable:
        pcm = to_pcm(from_pcm(pcm) + 0.02 * np.random.default_rng(0).standard_normal(len(pcm), np.float32))
    frames = codec.encode(pcm)
    assert len(frames) == -(-len(pcm) // codec.frame_samples)
    bits = 8 * sum(map(len, frames)) / len(frames) * codec.rate_hz / codec.frame_samples
    # Storage headers and padding to whole bytes: less than two bytes a frame.
    spare = 16 * codec.rate_hz / codec.frame_samples
    swing = AVERAGE_WITHIN * codec.bitrate_bps if variable else 0
    assert -swing <= bits - codec.bitrate_bps < spare + swing


def test_delay_is_as_stated(codec: Codec, pcm: NDArray[np.int16]) -> None:
    heard, said = codec.transmit(pcm)[: len(pcm)].astype(float), pcm.astype(float)
    within = 0.6
    if codec.name in NO_WAVEFORM:
        heard, said, within = envelope(heard), envelope(said), 0.005 * codec.rate_hz
    n, fine = len(said), 8
    spectrum = np.fft.rfft(heard, 2 * n) * np.conj(np.fft.rfft(said, 2 * n))
    late = int(np.argmax(np.fft.irfft(spectrum, 2 * n * fine))) / fine
    assert late == pytest.approx(codec.delay_samples, abs=within)


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
        # ADPCM comes out of a loss with another scale than the encoder's, and booms until they agree.
        assert np.abs(heard).max() <= (2.5 if codec.name.startswith("g726") else 1.5) * np.abs(whole).max()
    # 3GPP's concealment in AMR-WB is a cautious one, and pitch repetition is silent after 60 ms of a longer frame.
    cautious = codec.name.startswith("amr-wb") or codec.frame_samples > 0.1 * codec.rate_hz
    assert (0.08 if cautious else 0.3) < np.median(heard_share) < 1.5
    gone = codec.decode([*frames[: loud[0]], *[None] * 50])
    assert rms(gone[-10 * size :]) < 0.03 * rms(whole)


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
        within = 1
        if codec.name in NO_WAVEFORM:
            heard, audio, within = envelope(heard), envelope(audio), 80
        peak = int(np.argmax(np.fft.irfft(np.fft.rfft(heard, 2 * n) * np.conj(np.fft.rfft(audio, 2 * n)))))
        assert min(peak, 2 * n - peak) <= within


@pytest.mark.parametrize("name", ["opus-nb-12", "opus-wb-16"])
def test_opus_spends_bits_where_they_are_needed(name: str, speech: NDArray[np.float32]) -> None:
    codec = codecs.get(name)
    if not codec.available:
        pytest.skip(f"{name} is not available here; to get it: {codec.how_to_get}")
    sizes = [len(frame) for frame in codec.encode(to_pcm(resample(speech, 16000, codec.rate_hz)))]
    assert max(sizes) > 1.3 * min(sizes)


def test_opus_spends_bits_on_copies_only_where_packets_get_lost(speech: NDArray[np.float32]) -> None:
    codec = codecs.get("opus-wb-24")
    if not codec.available:
        pytest.skip(f"libopus is not available here; to get it: {codec.how_to_get}")
    pcm = to_pcm(speech)
    lost = range(5, codec.frames_for(len(pcm)), 10)
    told, untold = codec.transmit(pcm, lost), Codec.transmit(codec, pcm, lost)
    late, size = round(codec.delay_samples), codec.frame_samples

    def error(heard: NDArray[np.int16]) -> float:
        """Of the lost frames, which a copy brings back and concealment only guesses."""
        wrong = heard[late : late + len(pcm)].astype(float) - pcm[: len(heard) - late]
        return float(
            np.mean([np.mean(wrong[i * size : (i + 1) * size] ** 2) for i in lost if (i + 1) * size < len(pcm)])
        )

    assert error(told) < 0.7 * error(untold)
    assert np.array_equal(codec.transmit(pcm), Codec.transmit(codec, pcm))


def test_unknown_codec_names_the_nearest() -> None:
    with pytest.raises(UnknownName, match=r"did you mean 'g711-mu'\?.*known: .*amr-nb-12.2"):
        codecs.get("g711-mü")


@pytest.mark.parametrize("library", libraries.DEBIAN)
def test_each_library_absent_in_turn(library: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before = {name for name in NAMES if codecs.get(name).available}
    load = libraries.load
    monkeypatch.setattr(libraries, "load", lambda name: None if name == library else load(name))
    gone = {name for name in before if not codecs.get(name).available}
    for name in gone:
        with pytest.raises(CodecUnavailable, match=f"'{name}'.*{libraries.DEBIAN[library]}"):
            codecs.get(name).encode(np.zeros(2000, np.int16))
    assert before - gone >= {"g711-mu", "g711-a"}
    families = {name.partition("-")[0] for name in gone}
    assert not families & {name.partition("-")[0] for name in before - gone} or families == {"amr"}


def test_unavailable_codec(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(libraries, "load", lambda name: None)
    codec = codecs.get("amr-nb-4.75")
    channel = Channel.from_json({"name": "c", "effects": [{"effect": "codec", "codec": ["g711-a", "amr-nb-4.75"]}]})
    assert not codec.available
    for use in (channel.check, lambda: codec.encode(np.zeros(160, np.int16)), lambda: codec.decode([None])):
        with pytest.raises(CodecUnavailable, match=r"'amr-nb-4.75' is not available.*pip install av"):
            use()
    Channel.from_json({"name": "c", "effects": [{"effect": "codec", "codec": "g711-a"}]}).check()


@pytest.mark.parametrize("name", named_only.NAMES)
def test_what_has_no_free_encoder_is_refused_with_the_nearest(name: str) -> None:
    codec, nearest = codecs.get(name), named_only.NAMES[name][3]
    assert not codec.available
    assert codecs.get(nearest).rate_hz == codec.rate_hz
    with pytest.raises(CodecUnavailable, match=rf"'{name}'.*nearest here is '{nearest}'"):
        codec.encode(np.zeros(160, np.int16))


def test_set_up_installs_what_wheels_do_not_carry() -> None:
    script = (Path(__file__).parents[2] / "scripts/install_codecs.sh").read_text(encoding="utf-8")
    (packages,) = re.findall(r'^PACKAGES="(.*)"$', script, re.M)
    wanted = {package for name, package in libraries.DEBIAN.items() if name not in libraries.IN_WHEELS}
    assert set(packages.split()) == wanted


def test_the_grid_goes_from_4_to_64_kbit_without_wide_gaps() -> None:
    rates = sorted({codecs.get(name).bitrate_bps for name in NAMES if name not in named_only.NAMES})
    grid = [rate for rate in rates if 3900 <= rate <= 64_000]
    assert grid[0] < 4000
    assert grid[-1] == 64_000
    assert max(higher / lower for lower, higher in itertools.pairwise(grid)) <= 1.5
