"""The presets: each loads, says what it stands for and where its figures are from, keeps time, and has its band."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from augment import Channel, CodecUnavailable, SpecError, UnknownName, libraries, presets

RATE = 16000
NAMES = presets.names()
NARROWBAND = tuple(name for name in NAMES if presets.about(name).endswith("Narrowband."))
HIGHEST_HZ = 4200.0


@pytest.fixture(params=NAMES)
def channels(request: pytest.FixtureRequest) -> tuple[Channel, ...]:
    """All channels of a preset."""
    mixture = presets.get(request.param)
    try:
        mixture.check()
    except CodecUnavailable as absent:
        pytest.skip(str(absent))
    return tuple(channel for _, channel in mixture.parts)


def lag(heard: list[NDArray[np.float32]], said: list[NDArray[np.float32]]) -> int:
    """By how many samples what is heard is late: the peak of the cross-correlations of all clips together."""
    size = 2 * max(map(len, said))
    spectrum = sum(np.fft.rfft(h, size) * np.conj(np.fft.rfft(s, size)) for h, s in zip(heard, said, strict=True))
    peak = int(np.argmax(np.fft.irfft(spectrum, size)))
    return peak if peak < size // 2 else peak - size


def share_above(audio: NDArray[np.float32], hz: float) -> float:
    """Power above a frequency over all power, in dB."""
    powers = np.abs(np.fft.rfft(audio * np.hanning(len(audio)))) ** 2
    above = powers[np.fft.rfftfreq(len(audio), 1 / RATE) > hz]
    return float(10 * np.log10(above.sum() / powers.sum()))


def hissing(speech: NDArray[np.float32]) -> NDArray[np.float32]:
    """The speech with white noise, so that there is something in all of the band."""
    noise = np.random.default_rng(0).standard_normal(len(speech), np.float32)
    return np.asarray(speech + 0.02 * noise, dtype=np.float32)


def test_those_that_were_promised_are_there() -> None:
    promised = {"landline", "mobile_2g3g", "volte", "voip", "callcentre_recording", "worst_case", "wheels_only"}
    assert promised | {"any_call"} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("what", [presets.about, presets.sources])
def test_says_what_it_is_and_where_its_figures_are_from(name: str, what: Callable[..., str]) -> None:
    assert len(what(name)) > 50
    assert not re.search("[가-힣]", what(name))
    assert re.search("[가-힣]{3}", what(name, "ko"))
    standards = [set(re.findall(r"[GPY]\.\d+|TS \d+|RFC \d+", what(name, language))) for language in ("en", "ko")]
    assert standards[0] == standards[1]
    assert ("협대역입니다." in presets.about(name, "ko")) == (name in NARROWBAND)


def test_time_is_kept(channels: tuple[Channel, ...], speech: NDArray[np.float32]) -> None:
    for channel in channels:
        assert channel.keeps_time
        heard = [channel.render(speech, RATE, seed).audio for seed in range(4)]
        assert {len(clip) for clip in heard} == {len(speech)}


def test_aligned_on_real_speech(channels: tuple[Channel, ...], shared: Path) -> None:
    files = sorted((shared / "data/korean_talks/dev").rglob("*.flac"))[40:340:12]
    said = [soundfile.read(file, dtype="float32")[0] for file in files]
    for channel in channels:
        heard = [channel.render(clip, RATE, 5, (number,)).audio for number, clip in enumerate(said)]
        assert abs(lag(heard, said)) <= 1, channel.name


def test_narrowband_ends_at_4_khz(speech: NDArray[np.float32]) -> None:
    assert set(NARROWBAND) >= {"landline", "mobile_2g3g", "callcentre_recording", "wheels_only"}
    bright = hissing(speech)
    assert share_above(bright, HIGHEST_HZ) > -20
    for name in NARROWBAND:
        for _, channel in presets.get(name).parts:
            try:
                channel.check()
            except CodecUnavailable as absent:
                pytest.skip(str(absent))
            for seed in range(3):
                assert share_above(channel.render(bright, RATE, seed).audio, HIGHEST_HZ) < -60, channel.name


def test_wideband_is_wide(speech: NDArray[np.float32]) -> None:
    (channel,) = (channel for _, channel in presets.get("volte").parts if channel.name == "volte-wideband")
    try:
        channel.check()
    except CodecUnavailable as absent:
        pytest.skip(str(absent))
    assert share_above(channel.render(hissing(speech), RATE, 1).audio, HIGHEST_HZ) > -30


def test_wheels_only_needs_no_system_library(monkeypatch: pytest.MonkeyPatch) -> None:
    load = libraries.load
    monkeypatch.setattr(libraries, "load", lambda name: load(name) if name in libraries.IN_WHEELS else None)
    presets.get("wheels_only").check()
    with pytest.raises(CodecUnavailable):
        presets.get("mobile_2g3g").check()


def test_a_codec_and_a_background_noise_are_left_to_the_tests() -> None:
    for name in ("any_call", "wheels_only"):
        effects = [effect.to_json() for _, channel in presets.get(name).parts for effect in channel.effects]
        assert not re.search("speex", str(effects))
        assert not re.search("babble", str([effect for effect in effects if effect["effect"] == "noise"]))


def test_a_preset_in_a_mixture(tmp_path: Path) -> None:
    file = tmp_path / "my.yaml"
    file.write_text(
        "about: mine\nmixture:\n  - {share: 3, preset: wheels_only}\n  - {share: 1, channel: {name: clean}}\n"
    )
    parts = presets.load(file).parts
    assert sum(share for share, _ in parts) == pytest.approx(4)
    assert [channel for _, channel in parts[:-1]] == [channel for _, channel in presets.get("wheels_only").parts]
    assert parts[-1] == (1.0, Channel("clean"))


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    file = tmp_path / "my.yaml"
    with pytest.raises(SpecError, match=r"my\.yaml cannot be read: No such file"):
        presets.find(str(file))
    file.write_bytes("about: 우리 회선\nmixture:\n  - {share: 1, preset: wheels_only}\n".encode("cp949"))
    with pytest.raises(SpecError, match=r"my\.yaml is not UTF-8"):
        presets.find(str(file))
    assert presets.find("wheels_only") == presets.get("wheels_only")


@pytest.mark.parametrize(
    ("part", "error", "message"),
    [
        ("{share: 1, preset: wheels}", UnknownName, "did you mean 'wheels_only'"),
        ("{share: 0, preset: wheels_only}", SpecError, "must be above 0"),
        ("{share: much, preset: wheels_only}", SpecError, "needs a share"),
        ("{share: 1, preset: wheels_only, channel: {name: x}}", UnknownName, "unknown field of a mixture's part"),
    ],
)
def test_wrong_presets_in_a_mixture(tmp_path: Path, part: str, error: type[SpecError], message: str) -> None:
    file = tmp_path / "my.yaml"
    file.write_text(f"mixture:\n  - {part}\n")
    with pytest.raises(error, match=message):
        presets.load(file)
