"""What effects do to sound, in figures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from augment import Channel, SpecError, Unavailable, UnknownName, noises, rng
from augment.speech_level import active_level_dbfs, rms_dbfs

RATE = 16000


def through(audio: NDArray[np.float32], rate: int = RATE, /, **effect: Any) -> NDArray[np.float32]:
    return Channel.from_json({"name": "one", "effects": [effect]}).render(audio, rate, 5).audio


def spectrum_db(audio: NDArray[np.float32], frequency_hz: float) -> float:
    power = np.abs(np.fft.rfft(audio * np.hanning(len(audio)))) ** 2
    around = round(frequency_hz * len(audio) / RATE)
    return float(10 * np.log10(power[around - 20 : around + 20].mean() + 1e-20))


def white(seconds: float = 4.0) -> NDArray[np.float32]:
    return 0.1 * rng(1).standard_normal(round(seconds * RATE), np.float32)


@pytest.mark.parametrize("source", noises.names())
@pytest.mark.parametrize("snr_db", [0.0, 15.0])
def test_noise_has_the_snr(speech: NDArray[np.float32], source: str, snr_db: float) -> None:
    noise = through(speech, effect="noise", snr_db=snr_db, source=source) - speech
    assert active_level_dbfs(speech, RATE) - rms_dbfs(noise) == pytest.approx(snr_db, abs=0.05)


@pytest.mark.parametrize(("below_db", "level_db"), [(18.4, -2.95), (19.4, -1.2)])
def test_what_lies_within_the_margin_counts_as_active(below_db: float, level_db: float) -> None:
    """A second of a square wave and one of a quieter: both count, 3 dB, or the loud one with 0.2 s after it, and what
    the envelope takes to fall.

    P.56's threshold lies 15.9 dB below the active level, here 18.9 below the loud second.
    """
    square = np.where(np.arange(2 * RATE) // 20 % 2, 0.5, -0.5).astype(np.float32)
    square[RATE:] *= np.float32(10 ** (-below_db / 20))
    assert active_level_dbfs(square, RATE) == pytest.approx(20 * np.log10(0.5) + level_db, abs=0.15)


def test_pauses_do_not_change_the_active_level(speech: NDArray[np.float32]) -> None:
    padded = np.concatenate([np.zeros(2 * RATE, np.float32), speech, np.zeros(3 * RATE, np.float32)])
    # P.56 counts up to 0.2 s after the last word as speech, which here is 0.24 dB.
    assert active_level_dbfs(padded, RATE) == pytest.approx(active_level_dbfs(speech, RATE), abs=0.3)
    assert rms_dbfs(padded) < rms_dbfs(speech) - 3


@pytest.mark.parametrize(("source", "slope_db"), [("white", 0.0), ("pink", -3.0), ("brown", -6.0)])
def test_coloured_noises_fall_as_they_should(source: str, slope_db: float) -> None:
    noise = noises.synthesise(source, 20 * RATE, RATE, rng(2))
    falls = [spectrum_db(noise, 2 * f) - spectrum_db(noise, f) for f in (200, 400, 800, 1600, 3200)]
    assert np.mean(falls) == pytest.approx(slope_db, abs=0.7)


def test_hum_is_mains() -> None:
    hum = noises.synthesise("hum", 4 * RATE, RATE, rng(2))
    power = np.abs(np.fft.rfft(hum)) ** 2
    at_mains = power[[4 * 60 * k for k in range(1, 11)]].sum()
    assert at_mains / power.sum() > 0.999


def test_noise_from_files(tmp_path: Path, speech: NDArray[np.float32]) -> None:
    ramp = (np.arange(4 * 8000) / 64000).astype(np.float32)
    (tmp_path / "sub").mkdir()
    soundfile.write(tmp_path / "sub/a.wav", ramp, 8000, "FLOAT")
    soundfile.write(tmp_path / "b.flac", 0.1 * np.ones(500), RATE)
    channel = Channel.from_json(
        {"name": "f", "effects": [{"effect": "noise", "snr_db": 10, "source": f"folder:{tmp_path}"}]}
    )
    channel.check()
    heard = [channel.render(speech, RATE, seed) for seed in range(8)]
    assert {Path(h.drawn.effects[0]["file"]).name for h in heard} == {"a.wav", "b.flac"}
    for clip in heard:
        noise = clip.audio - speech
        assert active_level_dbfs(speech, RATE) - rms_dbfs(noise) == pytest.approx(10, abs=0.05)
        if clip.drawn.effects[0]["file"].endswith("a.wav"):
            # The right place of the file: the ramp's value at the drawn start, up to one gain.
            start_s = clip.drawn.effects[0]["start_s"]
            assert noise[RATE] / noise[2 * RATE] == pytest.approx((start_s + 1) / (start_s + 2), rel=0.02)


def test_missing_noise_is_told_by_check(tmp_path: Path) -> None:
    for source, message in (
        (f"folder:{tmp_path / 'none'}", "there is no such folder"),
        (f"folder:{tmp_path}", "no audio in this folder"),
        (f"file:{tmp_path / 'x.wav'}", "there is no such file"),
    ):
        channel = Channel.from_json({"name": "f", "effects": [{"effect": "noise", "snr_db": 10, "source": source}]})
        with pytest.raises(SpecError, match=message):
            channel.check()


def test_band_limits() -> None:
    noise = white()
    heard = through(noise, effect="band")
    for frequency_hz, low_db, high_db in ((100, -200, -55), (300, -8, -4), (3400, -8, -4), (3700, -200, -55)):
        change = spectrum_db(heard, frequency_hz) - spectrum_db(noise, frequency_hz)
        assert low_db < change < high_db, frequency_hz
    for frequency_hz in (450, 1000, 2000, 3200):
        assert abs(spectrum_db(heard, frequency_hz) - spectrum_db(noise, frequency_hz)) < 0.2


def test_open_band_and_higher_rate_change_nothing(speech: NDArray[np.float32]) -> None:
    for effect in ({"effect": "band", "low_hz": 0, "high_hz": 8000}, {"effect": "resample", "rate_hz": 48000}):
        heard = through(speech, **effect)
        assert np.array_equal(heard, speech)
        assert not np.may_share_memory(heard, speech)


def test_resampling_takes_the_upper_band() -> None:
    noise = white()
    heard = through(noise, effect="resample", rate_hz=8000)
    assert spectrum_db(heard, 5000) < spectrum_db(noise, 5000) - 60
    assert abs(spectrum_db(heard, 3000) - spectrum_db(noise, 3000)) < 0.2


def test_narrowband_codecs_leave_nothing_above_4_khz(speech: NDArray[np.float32]) -> None:
    heard = through(speech, effect="codec", codec="amr-nb-12.2")
    assert spectrum_db(heard, 4400) < spectrum_db(heard, 1000) - 60


def test_level(speech: NDArray[np.float32]) -> None:
    for dbfs in (-40.0, -20.0):
        assert active_level_dbfs(through(speech, effect="level", dbfs=dbfs), RATE) == pytest.approx(dbfs, abs=0.01)


def test_clip(speech: NDArray[np.float32]) -> None:
    heard = through(speech, effect="clip", over_db=6)
    limit = np.abs(speech).max() * 10 ** (-6 / 20)
    assert np.abs(heard).max() == pytest.approx(limit, rel=1e-5)
    assert np.array_equal(heard[np.abs(speech) < limit], speech[np.abs(speech) < limit])


def pitch_hz(audio: NDArray[np.float32]) -> float:
    """Median pitch of the loud 40 ms frames, by autocorrelation."""
    frames = audio[: len(audio) // 640 * 640].reshape(-1, 640)
    loud = frames[frames.std(axis=1) > 0.5 * frames.std(axis=1).max()]
    lags = []
    for frame in loud:
        similar = np.correlate(frame, frame, "full")[639:]
        lags.append(60 + int(np.argmax(similar[60:250])))
    return RATE / float(np.median(lags))


def test_speed_keeps_pitch_and_pitch_moves_it(speech: NDArray[np.float32]) -> None:
    assert pitch_hz(through(speech, effect="speed", factor=0.8)) == pytest.approx(pitch_hz(speech), rel=0.04)
    higher = through(speech, effect="pitch", semitones=3)
    assert pitch_hz(higher) == pytest.approx(pitch_hz(speech) * 2 ** (3 / 12), rel=0.04)


def test_concealment_continues_a_tone() -> None:
    """One lost frame of a voiced sound is filled so well that little is heard; zeros would be far worse."""
    from augment import codecs

    moments = np.arange(8000) / 8000
    tone = 6000 * sum(np.sin(2 * np.pi * 125 * k * moments) / k for k in (1, 2, 3, 5))
    codec = codecs.get("g711-mu")
    pcm = np.asarray(tone).astype(np.int16)
    heard = codec.transmit(pcm, lost={20, 33, 34})
    for first, number in ((20, 1), (33, 1)):
        here = slice(first * 160, (first + number) * 160)
        error = heard[here].astype(float) - pcm[here]
        assert error.std() < 0.3 * pcm[here].std()
    # No click at any joint.
    assert np.abs(np.diff(heard.astype(float))).max() < 1.2 * np.abs(np.diff(pcm.astype(float))).max()


@pytest.mark.parametrize("transform", ["Gain", "AddGaussianNoise", "PitchShift", "BitCrush", "SevenBandParametricEQ"])
def test_audiomentations_are_repeatable(speech: NDArray[np.float32], transform: str) -> None:
    channel = Channel.from_json({"name": "a", "effects": [{"effect": "audiomentations", "transform": transform}]})
    channel.check()
    first, again = channel.render(speech, RATE, 1), channel.render(speech, RATE, 1)
    assert first.audio.tobytes() == again.audio.tobytes()
    assert not np.array_equal(first.audio, speech)
    assert first.drawn.effects[0]["parameters"]["should_apply"] is True


def test_frozen_parameters_rule(speech: NDArray[np.float32]) -> None:
    from augment import Drawn, replay

    channel = Channel.from_json({"name": "a", "effects": [{"effect": "audiomentations", "transform": "Gain"}]})
    drawn = channel.draw(rng(1), n_samples=len(speech), rate=RATE).to_json()
    drawn["effects"][0]["parameters"]["amplitude_ratio"] = 0.25
    assert np.allclose(replay(speech, RATE, Drawn.from_json(drawn)).audio, speech / 4)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"transform": "Gian"}, "did you mean 'Gain'"),
        ({"transform": "Gain", "kwargs": {"min_gain": 3}}, "did you mean 'min_gain_db'"),
        ({"transform": "Gain", "kwargs": {"min_gain_db": 3, "max_gain_db": 1}}, "Gain does not take"),
        ({"transform": "Shift"}, "moves words in time"),
        ({"transform": "Resample"}, "must keep the length"),
    ],
)
def test_wrong_audiomentations_are_told_by_check(fields: dict[str, Any], message: str) -> None:
    channel = Channel.from_json({"name": "a", "effects": [{"effect": "audiomentations", **fields}]})
    with pytest.raises(SpecError, match=message):
        channel.check()


def test_audiomentations_without_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "fast_mp3_augment", None)
    fields = {"effect": "audiomentations", "transform": "Mp3Compression"}
    with pytest.raises(Unavailable, match=r"Mp3Compression needs a package.*audiomentations\[extras\]"):
        Channel.from_json({"name": "a", "effects": [fields]}).check()


def test_presets_are_whole(tmp_path: Path, speech: NDArray[np.float32]) -> None:
    from augment import presets

    for name in presets.names():
        mixture = presets.get(name)
        mixture.check()
        assert presets.about(name)
        assert len(mixture.render(speech, RATE, 1).audio) == len(speech) or not mixture.keeps_time
    with pytest.raises(UnknownName, match="did you mean 'wheels_only'"):
        presets.get("wheel_only")
    own = tmp_path / "own.yaml"
    own.write_text("about: mine\nmixture: [{share: 1, channel: {name: x, effects: [{effect: bend}]}}]\n")
    with pytest.raises(UnknownName, match=r"own.yaml: channel 'x': unknown effect 'bend' \(did you mean 'band'"):
        presets.load(own)
    own.write_text("mixtures: []\n")
    with pytest.raises(SpecError, match="must hold 'about' and 'mixture'"):
        presets.load(own)


def test_wheels_only_has_every_codec_from_wheels() -> None:
    from augment import codecs, presets

    used = {
        codec
        for _, channel in presets.get("wheels_only").parts
        for effect in channel.to_json()["effects"]
        if effect["effect"] == "codec"
        for codec in effect["codec"]
    }
    assert used == {name for name in codecs.names() if name.startswith(("g711-", "amr-nb-"))}


def test_a_band_that_holds_nothing_is_refused() -> None:
    with pytest.raises(SpecError, match=r"low_hz 3500.* must be below high_hz \(3000"):
        Channel.from_json({"name": "b", "effects": [{"effect": "band", "low_hz": 3500, "high_hz": [3000, 4000]}]})
    high = Channel.from_json({"name": "b", "effects": [{"effect": "band", "low_hz": 5000, "high_hz": 7000}]})
    with pytest.raises(SpecError, match="audio at 8000 Hz ends at 4000 Hz"):
        high.render(np.zeros(100, np.float32), 8000, 1)
