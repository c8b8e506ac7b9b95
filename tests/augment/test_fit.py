"""Calls made by a known channel, measured, and made again by the preset that the measurement gives."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import yaml
from numpy.typing import NDArray

from augment import AudioError, Channel, Mixture, codecs, noises, presets
from augment.effects.band import Band
from augment.fit import Measured, measure
from augment.fit_preset import Summary, preset
from augment.speech_level import active_level_dbfs, gain, rms_dbfs

RATE = 16000
Audio = NDArray[np.float32]


@cache
def talks(folder: Path) -> tuple[Audio, ...]:
    """Twelve seconds and more of each speaker in the talks, clips end to end."""
    import soundfile

    found: dict[str, list[Audio]] = {}
    for line in (folder / "korean_talks/dev.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        clips = found.setdefault(row["speaker"], [])
        if sum(map(len, clips)) < 12 * RATE:
            clips.append(soundfile.read(folder / "korean_talks" / row["audio"], dtype="float32")[0])
    return tuple(np.concatenate(clips) for clips in found.values())


def sixteen_bit(audio: Audio) -> Audio:
    return (np.clip(np.rint(audio * 32768), -32768, 32767) / 32768).astype(np.float32)


def call(
    speech: Audio, noise: Audio, snr_db: float, band: tuple[float, float], dbfs: float = -26.0
) -> tuple[Audio, float]:
    """Speech in noise behind a band, at a level; and its true ratio, of speech and noise behind the band."""
    noise = noise * gain(active_level_dbfs(speech, RATE) - snr_db - rms_dbfs(noise))
    params = {"effect": "band", "low_hz": band[0], "high_hz": band[1]}
    heard, under = (Band.apply(each, RATE, params) for each in (speech, noise))
    true_db = active_level_dbfs(heard, RATE) - rms_dbfs(under)
    return sixteen_bit((heard + under) * gain(dbfs - active_level_dbfs(heard + under, RATE))), true_db


def heard_as(audio: Audio, rate: int = RATE) -> Measured:
    measured = measure(audio, rate)
    assert measured is not None
    return measured


@pytest.mark.parametrize("band", [(300, 3400), (200, 3800), (50, 7000)])
@pytest.mark.parametrize("source", ["white", "pink", "babble"])
def test_real_speech_in_known_noise_is_measured_right(shared: Path, source: str, band: tuple[int, int]) -> None:
    for snr_db in (0, 5, 10, 15):
        errors, lows, highs = [], [], []
        for index, speech in enumerate(talks(shared / "data")):
            noise = noises.synthesise(source, len(speech), RATE, np.random.default_rng(index))
            audio, true_db = call(speech, noise, snr_db, band, dbfs=(-40, -26, -12)[index % 3])
            measured = heard_as(audio)
            errors.append(measured.snr_db - true_db)
            lows.append(measured.low_hz)
            highs.append(measured.high_hz)
            assert measured.level_dbfs == pytest.approx(active_level_dbfs(audio, RATE))
        # the talks have noise of their own, some 20 dB below the voice
        assert -2.5 < np.median(errors) < (4 if source == "babble" and snr_db < 10 else 1.5), (snr_db, errors)
        assert np.median(highs) == pytest.approx(band[1], rel=0.02)
        if band[0] >= 200:
            assert np.median(lows) == pytest.approx(band[0], rel=0.15)
        else:
            assert np.median(lows) < 150


@pytest.mark.parametrize(
    ("file", "most_db"),
    [("gsc_running_tap.flac", 3), ("gsc_exercise_bike.flac", 3), ("blanket_rain.flac", 3), ("blanket_city.flac", 4)],
)
def test_recorded_noise_is_measured_right_where_it_goes_on(shared: Path, file: str, most_db: float) -> None:
    import soundfile

    noise = soundfile.read(shared / "data/noise" / file, dtype="float32")[0]
    for snr_db in (5, 10):
        errors = []
        for speech in talks(shared / "data"):
            audio, true_db = call(speech, np.resize(noise, len(speech)), snr_db, (300, 3400))
            errors.append(heard_as(audio).snr_db - true_db)
        assert abs(np.median(errors)) < most_db, errors


@pytest.mark.parametrize("snr_db", [0, 10, 20, 30])
def test_level_and_noise_without_a_room(speech: Audio, snr_db: float) -> None:
    spoken = np.tile(speech, 4)
    noise = noises.synthesise("white", len(spoken), RATE, np.random.default_rng(1))
    audio, true_db = call(spoken, noise, snr_db, (0, 8000), dbfs=-20)
    measured = heard_as(audio)
    assert measured.snr_db == pytest.approx(true_db, abs=2)
    assert measured.noise == "white"


@pytest.mark.parametrize(
    ("source", "names"), [("white", "white"), ("pink", "pink"), ("babble", "speech"), ("hum", "hum")]
)
def test_the_nearest_noise(shared: Path, source: str, names: str) -> None:
    found = []
    for index, speech in enumerate(talks(shared / "data")):
        noise = noises.synthesise(source, len(speech), RATE, np.random.default_rng(index))
        found.append(heard_as(call(speech, noise, 5, (100, 7000))[0]).noise)
    assert found.count(names) > len(found) / 2, found


def test_clipping_silence_and_a_file_of_8_khz(shared: Path) -> None:
    from augment.audio import resample

    speech = talks(shared / "data")[0]
    assert heard_as(speech).clipped_db == 0
    limit = np.abs(speech).max() * gain(-9.0)
    assert 3 < heard_as(np.clip(speech, -limit, limit)).clipped_db < 12
    assert heard_as(resample(speech, RATE, 8000), 8000).high_hz == pytest.approx(3900, rel=0.05)
    gated = speech.copy()
    gated[: len(gated) // 4] = 0
    measured = heard_as(gated)
    assert measured.silent_share == pytest.approx(0.25, abs=0.02)
    assert measured.snr_db == pytest.approx(heard_as(speech).snr_db, abs=2)


def test_what_holds_no_speech_is_not_measured() -> None:
    noise = 0.1 * np.random.default_rng(0).standard_normal(5 * RATE).astype(np.float32)
    assert measure(noise, RATE) is None
    assert measure(np.zeros(5 * RATE, np.float32), RATE) is None
    assert measure(noise[:1000], RATE) is None
    with pytest.raises(AudioError, match="NaN"):
        measure(np.full(RATE, np.nan, np.float32), RATE)
    with pytest.raises(AudioError, match="no measured speech"):
        Summary(())


def calls(channel: Channel | Mixture, speech: tuple[Audio, ...], seed: int) -> Summary:
    made = (sixteen_bit(channel.render(each, RATE, seed, (index,)).audio) for index, each in enumerate(speech))
    return Summary(tuple(heard_as(audio) for audio in made))


@pytest.mark.parametrize("source", ["white", "babble"])
@pytest.mark.parametrize("codec", ["g711-a", "amr-wb-23.85"])
def test_a_preset_sounds_like_the_calls_it_was_fitted_to(shared: Path, tmp_path: Path, source: str, codec: str) -> None:
    if not codecs.get(codec).available:
        pytest.skip(f"{codec}: {codecs.get(codec).how_to_get}")
    speech = tuple(piece for talk in talks(shared / "data") for piece in np.array_split(talk, 3))
    band = {"low_hz": 300, "high_hz": 3400} if codec == "g711-a" else {"low_hz": 300, "high_hz": 6500}
    channel = Channel.from_json(
        {
            "name": "theirs",
            "effects": [
                {"effect": "noise", "snr_db": [4, 16], "source": source},
                {"effect": "band", **band},
                {"effect": "level", "dbfs": [-36, -20]},
                {"effect": "codec", "codec": codec},
            ],
        }
    )
    theirs = calls(channel, speech, seed=1)
    content = preset(theirs)
    (tmp_path / "fitted.yaml").write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    mixture = presets.load(tmp_path / "fitted.yaml")
    mixture.check()
    ours = calls(mixture, speech, seed=2)
    median = {key: (theirs.percentiles[key][1], ours.percentiles[key][1]) for key in theirs.percentiles}
    assert abs(np.subtract(*median["level_dbfs"])) < 1.5, median
    assert abs(np.subtract(*median["snr_db"])) < 3, median
    for edge in ("low_hz", "high_hz"):
        assert median[edge][1] == pytest.approx(median[edge][0], rel=0.15), median
    for summary in (theirs, ours):  # a short stretch may hold no sharp sound, and seem narrow
        assert summary.wide_share == pytest.approx(float(codec != "g711-a"), abs=0.1)


def stretch(**changed: object) -> Measured:
    usual = Measured(30.0, -26.0, 15.0, -41.0, 300.0, 3400.0, "pink", 0.0, 0.0)
    return replace(usual, **changed)  # type: ignore[arg-type]


def test_a_preset_says_what_was_measured_and_what_is_left_out() -> None:
    many = [stretch() for _ in range(30)] + [stretch(noise="hum", silent_share=0.3)]
    content = preset(Summary((*many, *(stretch(high_hz=7000.0, clipped_db=6.0) for _ in range(10)))))
    names = [part["channel"]["name"] for part in content["mixture"]]
    assert not [name for name in names if "hum" in name]
    assert {name.split("-")[0] for name in names} == {"narrow", "wide"}
    assert "41 stretches" in content["about"]
    assert "0.34 hours" in content["about"]
    assert "rare: 2%" in content["about"]
    assert "Digital silence in pauses: 2%" in content["about"]
    clipping = [part["channel"]["name"] for part in content["mixture"] if "clip" in str(part["channel"]["effects"])]
    assert clipping
    assert all(name.startswith("wide") for name in clipping)
    orders = [[effect["effect"] for effect in part["channel"]["effects"]][:4] for part in content["mixture"]]
    assert all(order == ["noise", "band", "level", "codec"] for order in orders)


@pytest.mark.parametrize(("level_dbfs", "dbfs"), [(-85.0, -80.0), (4.0, 0.0)])
def test_levels_are_such_as_the_effect_takes(level_dbfs: float, dbfs: float) -> None:
    for part in preset(Summary((stretch(level_dbfs=level_dbfs),)))["mixture"]:
        (level,) = [effect for effect in part["channel"]["effects"] if effect["effect"] == "level"]
        assert level["dbfs"] == dbfs
        Channel.from_json(part["channel"])


def test_open_bands_and_unheard_noise_get_no_effect() -> None:
    (first, *_) = preset(Summary((stretch(low_hz=0.0, high_hz=8000.0, snr_db=58.0),)))["mixture"]
    assert [effect["effect"] for effect in first["channel"]["effects"]] == ["level", "codec"]


def test_codecs_without_a_library_are_left_out_and_named(monkeypatch: pytest.MonkeyPatch) -> None:
    from augment import libraries

    monkeypatch.setattr(libraries, "load", lambda name: None)
    content = preset(Summary((stretch(high_hz=7000.0),)))
    assert [part["channel"]["name"] for part in content["mixture"]] == ["wide-pink-g722"]
    assert "no library for them: amr-wb-12.65, amr-wb-23.85, opus-wb-12" in content["about"]
