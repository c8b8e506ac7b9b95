"""Measures: levels, clipping, the ratio to noise and where the sound ends, against sounds of which these are known."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import signal

from augment import Channel
from augment.audio import from_pcm, to_pcm
from augment.speech_level import active_level_dbfs, rms_dbfs
from kowhisper_tel.core.audio import RATE, Samples, read_audio, resample
from kowhisper_tel.data.measures import measure
from kowhisper_tel.data.measures.bandwidth import band_hz
from kowhisper_tel.data.measures.snr import SHAPES, SNRS_DB, snr_db


def pcm(audio: Samples) -> Samples:
    return from_pcm(to_pcm(np.asarray(audio, np.float32)))


def speech_like(seconds: float = 3.0, seed: int = 0) -> Samples:
    """Syllables of noise with the tilt of a voice, hissing ones among them, and pauses."""
    draw, n = np.random.default_rng(seed), round(seconds * RATE)
    voiced = signal.lfilter([1.0], [1.0, -0.9], draw.standard_normal(n))
    hiss = signal.lfilter([1.0, -0.9], [1.0], draw.standard_normal(n))
    time_s = np.arange(n) / RATE
    syllable = np.clip(np.sin(2 * np.pi * 2 * time_s), 0, None) ** 0.5
    between = np.clip(-np.sin(2 * np.pi * 2 * time_s), 0, None) ** 4 * (np.sin(2 * np.pi * 0.5 * time_s) > 0)
    return pcm(0.03 * (2 * voiced * syllable + hiss * between))


def codec(name: str) -> Callable[[Samples], Samples]:
    channel = Channel.from_json({"name": name, "effects": [{"effect": "codec", "codec": name}]})
    return lambda audio: channel.render(audio, RATE, 1).audio


def narrow(audio: Samples) -> Samples:
    """At 8 kHz, and back."""
    return resample(pcm(resample(audio, RATE, 8000)), 8000, RATE)


def straight_lines(audio: Samples) -> Samples:
    low = resample(audio, RATE, 8000)
    return np.interp(np.arange(2 * len(low)) / 2, np.arange(len(low)), low).astype(np.float32)


def ending_at(hz: float) -> Callable[[Samples], Samples]:
    taps = signal.firwin(301, hz, fs=RATE)
    return lambda audio: signal.fftconvolve(audio, taps, "same").astype(np.float32)


def dithered(audio: Samples) -> Samples:
    return audio + np.random.default_rng(1).uniform(-3e-4, 3e-4, len(audio)).astype(np.float32)


PHONES: dict[str, Callable[[Samples], Samples]] = {
    "8 kHz": narrow,
    "quiet": lambda x: pcm(narrow(0.1 * x)),
    "amplified after": lambda x: 8 * pcm(narrow(0.1 * x)),
    "dither": lambda x: dithered(narrow(x)),
    "repeated samples": lambda x: np.repeat(resample(x, RATE, 8000), 2),
    "straight lines": straight_lines,
    "G.711": codec("g711-mu"),
    "GSM": codec("gsm-fr"),
    "MP3 at 8 kHz": codec("mp3-16"),
}


@pytest.mark.parametrize("name", PHONES)
def test_telephone_ends_near_4_khz(name: str) -> None:
    ends = band_hz(pcm(PHONES[name](speech_like())))
    assert ends is not None
    assert 3250 <= ends <= 4250


@pytest.mark.parametrize("hz", [3400, 4800, 5500, 6400, 7000])
def test_band_is_said_as_measured(hz: float) -> None:
    assert band_hz(pcm(ending_at(hz)(speech_like()))) == pytest.approx(hz, abs=250)


def from_44_1_khz(audio: Samples) -> Samples:
    return resample(resample(audio, RATE, 44_100), 44_100, RATE)


@pytest.mark.parametrize("change", [pcm, lambda x: pcm(0.1 * x), dithered, from_44_1_khz])
def test_full_band_is_no_telephone(change: Callable[[Samples], Samples]) -> None:
    ends = band_hz(pcm(change(speech_like())))
    assert ends is not None
    assert ends >= 7250


def test_noise_of_the_line_tells_where_speech_is_hidden() -> None:
    noise = np.random.default_rng(2).standard_normal(3 * RATE).astype(np.float32) * 0.1
    assert band_hz(pcm(noise)) == RATE / 2
    assert band_hz(pcm(narrow(speech_like() * 0.1 + noise))) == pytest.approx(4000, abs=250)


@pytest.mark.parametrize(
    "audio",
    [
        np.zeros(RATE, np.float32),
        np.full(RATE, 0.1, np.float32),
        pcm(0.3 * np.sin(2 * np.pi * 300 * np.arange(RATE) / RATE)),
        speech_like()[:400],
        np.zeros(1, np.float32),
    ],
    ids=["silence", "direct current", "tone", "too short", "one sample"],
)
def test_what_cannot_be_told_is_left_open(audio: Samples) -> None:
    assert band_hz(audio) is None
    assert measure(audio).band_hz is None


def test_real_speech_band(shared: Path) -> None:
    """Clips at 16 kHz: none passes for telephone; nearly all do after 8 kHz, and none then for full band."""
    lines = (shared / "data/korean_talks/dev.jsonl").read_text(encoding="utf-8").splitlines()[::8]
    clips = [read_audio(shared / "data/korean_talks" / json.loads(line)["audio"]) for line in lines]
    clean = [band_hz(clip) for clip in clips]
    phone = [band_hz(pcm(narrow(clip))) for clip in clips]
    assert not [ends for ends in clean if ends is not None and ends <= 4400]
    assert sum(ends is not None and ends >= 7250 for ends in clean) >= 0.85 * len(clips)
    assert sum(ends is not None and ends <= 4400 for ends in phone) >= 0.9 * len(clips)


def gamma_speech(n: int, seed: int) -> Samples:
    """Amplitudes as the paper has those of clean speech."""
    draw = np.random.default_rng(seed)
    made = draw.gamma(0.4, 1.0, n) * draw.choice([-1.0, 1.0], n)
    return (made / np.sqrt(np.mean(made**2))).astype(np.float32)


def test_table_is_that_of_the_model() -> None:
    """By chance numbers, as the table was made by integration."""
    speech, noise = gamma_speech(300_000, 1), np.random.default_rng(2).standard_normal(300_000)
    for ratio_db, shape in zip(SNRS_DB, SHAPES, strict=True):
        size = np.abs(speech * 10 ** (ratio_db / 20) + noise)
        assert np.log(size.mean()) - np.log(size).mean() == pytest.approx(shape, abs=0.01)
    assert (np.diff(SHAPES) > 0).all()


@pytest.mark.parametrize("ratio_db", [0.0, 7.0, 15.0, 22.0, 30.0])
def test_known_ratio_is_found(ratio_db: float) -> None:
    speech, noise = gamma_speech(10 * RATE, 3), np.random.default_rng(4).standard_normal(10 * RATE)
    mixed = pcm(0.05 * (speech + 10 ** (-ratio_db / 20) * noise))
    assert snr_db(mixed) == pytest.approx(ratio_db, abs=1.5)
    gated = np.concatenate([np.zeros(5 * RATE, np.float32), mixed])
    assert snr_db(gated) == snr_db(mixed)  # digital silence says nothing of the noise


def test_real_speech_ratio(shared: Path) -> None:
    """The median error is small up to 15 dB, as the docstring says; single clips may be off by more."""
    lines = (shared / "data/korean_talks/dev.jsonl").read_text(encoding="utf-8").splitlines()
    clips = (read_audio(shared / "data/korean_talks" / json.loads(line)["audio"]) for line in lines[::3])
    quiet = [clip for clip in clips if len(clip) > RATE and (snr_db(clip) or 0.0) >= 38.0]
    noise = read_audio(shared / "data/noise/blanket_rain.flac")
    assert len(quiet) > 20
    for ratio_db in (0.0, 5.0, 10.0, 15.0):
        errors = []
        for clip in quiet:
            own = np.resize(noise, len(clip))
            gain_db = active_level_dbfs(clip, RATE) - ratio_db - rms_dbfs(own)
            found = snr_db((clip + own * 10 ** (gain_db / 20)).astype(np.float32))
            assert found is not None
            errors.append(found - ratio_db)
        assert abs(float(np.median(errors))) < 2.0


@settings(max_examples=20, deadline=None)
@given(st.floats(-30.0, 6.0), st.integers(0, 3))
def test_gain_moves_levels_by_itself(gain_db: float, seed: int) -> None:
    audio = 0.2 * speech_like(1.0, seed)
    before, after = measure(audio), measure(audio * np.float32(10 ** (gain_db / 20)))
    assert before.level_dbfs is not None
    assert before.peak_dbfs is not None
    assert after.level_dbfs == pytest.approx(before.level_dbfs + gain_db, abs=0.01)
    assert after.peak_dbfs == pytest.approx(before.peak_dbfs + gain_db, abs=0.01)
    assert after.activity == pytest.approx(before.activity, abs=0.01)


def test_activity_is_the_share_of_speech() -> None:
    speech = speech_like(2.0)
    mixed = np.concatenate([np.zeros(2 * RATE, np.float32), speech])
    whole, padded = measure(speech), measure(mixed)
    assert padded.level_dbfs == pytest.approx(whole.level_dbfs, abs=0.5)
    assert padded.activity == pytest.approx(whole.activity / 2, rel=0.15)


def test_silence_has_no_level() -> None:
    found = measure(np.zeros(RATE, np.float32))
    assert (found.level_dbfs, found.peak_dbfs, found.snr_db, found.band_hz) == (None, None, None, None)
    assert (found.activity, found.clipped_share) == (0.0, 0.0)
    json.dumps(found.to_json())


def test_clipping_is_counted_at_any_level() -> None:
    loud = 3.0 * speech_like() / np.abs(speech_like()).max()
    truth = float(np.mean(np.abs(loud) >= 1.0))
    clipped = np.clip(loud, -1.0, 1.0)
    assert measure(pcm(clipped)).clipped_share == pytest.approx(truth, rel=0.2)
    assert measure(pcm(0.5 * clipped)).clipped_share == pytest.approx(truth, rel=0.2)  # turned down afterwards
    assert measure(codec("g711-mu")(pcm(clipped))).clipped_share > truth / 4
    assert measure(pcm(0.9 / 3.0 * loud)).clipped_share == 0.0
    assert measure(pcm(0.01 * np.sign(loud))).clipped_share == 0.0  # a few steps of PCM have flat tops by nature


def test_same_audio_gives_the_same_figures() -> None:
    audio = speech_like()
    kept = audio.copy()
    assert measure(audio) == measure(audio.copy())
    np.testing.assert_array_equal(audio, kept)


def test_measures_keep_far_ahead_of_the_audio() -> None:
    audio = speech_like(10.0)
    measure(audio)
    before = time.process_time()
    for _ in range(5):
        measure(audio)
    assert 50.0 / (time.process_time() - before) > 200.0
