"""Tracks: parties apart, one sound once, and nothing cancels."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from kowhisper_tel.core.audio import RATE, Samples, write_audio
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.transcription.tracks import Choice, mixed, one_sound, read_voices
from tests.transcription.conftest import bursts, record

AGENT = [0.5, 1.2, 4.0, 4.8, 8.0]
CUSTOMER = [2.5, 6.2, 6.9]


def voice(seed: int, starts_s: list[float]) -> Samples:
    """Noise whose level swells, in turns of 0.6 s, over a faint hiss."""
    generator = np.random.default_rng(seed)
    heard = generator.normal(0, 1e-4, 10 * RATE)
    for start_s in starts_s:
        turn = generator.normal(0, 0.1, round(0.6 * RATE)) * np.sin(np.linspace(0.2, 3.0, round(0.6 * RATE)))
        heard[round(start_s * RATE) :][: len(turn)] += turn
    return heard.astype(np.float32)


def later(track: Samples, ms: int) -> Samples:
    return np.concatenate([np.zeros(ms * RATE // 1000, np.float32), track])[: len(track)]


BOTH = voice(1, AGENT) + voice(2, CUSTOMER)
HISS = np.random.default_rng(5).normal(0, 0.002, len(BOTH)).astype(np.float32)


@pytest.mark.parametrize(
    "other", [BOTH, -BOTH, 0.1 * BOTH, BOTH + HISS, later(BOTH, 5), -later(BOTH, 10)],
    ids=["same", "antiphase", "quieter", "hiss", "later", "later in antiphase"],
)  # fmt: skip
def test_one_sound_on_two_tracks_is_heard_once(other: Samples, tmp_path: Path) -> None:
    found = read_voices(record(tmp_path / "a.wav", BOTH, other.astype(np.float32)), Choice())
    assert (found.heard, found.count, len(found.voices)) == ("same", 2, 1)
    assert found.voices[0].speaker is None
    assert np.abs(found.voices[0].audio).max() > 0.05


@pytest.mark.parametrize("bleed_db", [None, -30, -20, -14])
def test_two_parties_are_heard_apart(bleed_db: int | None, tmp_path: Path) -> None:
    gain = 0.0 if bleed_db is None else 10 ** (bleed_db / 20)
    agent, customer = voice(1, AGENT), voice(2, CUSTOMER)
    path = record(tmp_path / "a.wav", agent + gain * customer, customer + gain * agent)
    found = read_voices(path, Choice(names=("agent", "customer")))
    assert found.heard == "split"
    assert [(one.track, one.speaker) for one in found.voices] == [(0, "agent"), (1, "customer")]
    for own, track in zip((AGENT, CUSTOMER), (one.audio for one in found.voices), strict=True):
        heard = [
            start
            for start in sorted(AGENT + CUSTOMER)
            if np.abs(track[round((start + 0.1) * RATE) :][:6400]).max() > 0.02
        ]
        assert heard == own


def test_a_single_word_of_the_other_party_keeps_tracks_apart() -> None:
    agent, word = voice(1, [0.2, 1.0, 1.8, 2.6, 3.4, 4.2, 5.0, 5.8, 7.5, 8.3]), voice(2, [6.6])
    assert one_sound([agent + 0.25 * word, word + 0.25 * agent]) is None


@pytest.mark.parametrize("leak_db", [-20, -30, -40])
def test_who_speaks_alone_is_not_written_twice(leak_db: int) -> None:
    """What comes through to a track of noise is as faint as that noise, or fainter, at its softest."""
    leak = (10 ** (leak_db / 20) * later(BOTH, 5)).astype(np.float32)
    for noise_db in (-20, -10, 0):
        noise = np.float32(10 ** (noise_db / 20) * np.sqrt(np.mean(leak[leak != 0] ** 2)) / 0.002) * HISS
        assert one_sound([BOTH, leak + noise]) is BOTH
        assert one_sound([leak + noise, BOTH]) is BOTH
        word = (10 ** (leak_db / 20) * 3 * voice(3, [9.0])).astype(np.float32)
        assert one_sound([BOTH, leak + noise + word]) is None, "a word of the other's own"


def test_silence_and_one_silent_track() -> None:
    assert one_sound([np.zeros(RATE, np.float32)] * 2) is not None
    assert one_sound([BOTH, np.zeros(len(BOTH), np.float32)]) is None


def test_the_clearer_of_two_microphones_is_heard() -> None:
    noisy = (2 * BOTH + 4 * HISS).astype(np.float32)
    assert one_sound([noisy, BOTH]) is BOTH
    assert one_sound([BOTH, noisy]) is BOTH


def test_nothing_cancels_in_a_mixture() -> None:
    agent, customer = voice(1, AGENT), voice(2, CUSTOMER)
    assert np.allclose(mixed([agent, customer]), (agent + customer) / 2)
    assert np.allclose(mixed([BOTH, -BOTH]), BOTH, atol=1e-6)
    crossed = mixed([agent + customer, agent - customer])  # neither sum nor difference holds both
    for start in AGENT + CUSTOMER:
        assert np.abs(crossed[round((start + 0.1) * RATE) :][:6400]).max() > 0.02


def test_tracks_as_asked(tmp_path: Path) -> None:
    dual = record(tmp_path / "dual.wav", BOTH, BOTH)
    assert read_voices(dual, Choice("split")).heard == "split"
    assert [one.speaker for one in read_voices(dual, Choice("split")).voices] == ["left", "right"]
    assert read_voices(dual, Choice("mix")).heard == "mix"
    three = record(tmp_path / "three.wav", voice(1, AGENT), voice(2, CUSTOMER), voice(3, [9.2]))
    assert [one.speaker for one in read_voices(three, Choice()).voices] == ["track1", "track2", "track3"]
    with pytest.raises(UserError) as error:
        read_voices(three, Choice(names=("a", "b")))
    assert error.value.code == "transcribe.track_names"
    mono = record(tmp_path / "mono.wav", BOTH)
    assert read_voices(mono, Choice(names=("a", "b"))).heard == "mono"


def test_telephone_rate_and_codec(tmp_path: Path) -> None:
    import soundfile

    soundfile.write(
        tmp_path / "a.wav", np.stack([bursts([0.5], 2.0)[::2], bursts([1.2], 2.0)[::2]], 1), 8000, subtype="ULAW"
    )
    found = read_voices(tmp_path / "a.wav", Choice())
    assert found.duration_s == pytest.approx(2.0)
    assert found.heard == "split"


def test_a_file_that_was_cut_off_is_refused(tmp_path: Path) -> None:
    for name in ("a.wav", "a.mp3"):
        whole = record(tmp_path / name, BOTH).read_bytes()
        (tmp_path / name).write_bytes(whole[: len(whole) // 2])
        with pytest.raises(UserError) as error:
            read_voices(tmp_path / name, Choice())
        assert error.value.code == "audio.cut"
        assert 4 < error.value.facts["missing_s"] < 6
    write_audio(tmp_path / "b.wav", BOTH)
    assert read_voices(tmp_path / "b.wav", Choice()).duration_s == 10
