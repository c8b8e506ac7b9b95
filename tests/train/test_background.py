"""Recordings of noise in the background of a mixture's channels, and the mixtures of the ablation."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from augment import Mixture, SpecError, presets
from augment.effects.noise import Noise
from kowhisper_tel.core.audio import RATE, write_audio
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.train.background import with_noise

ABLATION = Path(__file__).parents[2] / "configs" / "ablation"


@pytest.fixture
def street(tmp_path: Path) -> str:
    for name in ("a", "deep/b"):
        write_audio(
            tmp_path / "street" / f"{name}.flac", np.random.default_rng(1).normal(0, 0.1, RATE).astype(np.float32)
        )
    return f"folder:{tmp_path / 'street'}"


def sources(mixture: Mixture) -> dict[object, float]:
    """The shares of the sources of each channel's noises."""
    found: dict[object, float] = {}
    for share, channel in mixture.parts:
        for effect in channel.effects:
            if isinstance(effect, Noise):
                found[effect.source] = found.get(effect.source, 0) + share
    return found


@pytest.mark.parametrize("name", sorted(presets.names()))
@pytest.mark.parametrize("share", [0.25, 1.0])
def test_a_share_of_every_presets_background_is_recorded(name: str, share: float, street: str) -> None:
    before = presets.get(name)
    after = with_noise(before, [street], share)
    total = sum(each for each, _ in before.parts)
    assert sum(each for each, _ in after.parts) == pytest.approx(total)
    found, synthetic = sources(after), sources(before)
    assert found[(street,)] == pytest.approx(share * total)
    for source, each in synthetic.items():
        on_the_line = source in (("hum", "white"), ("white", "hum"))
        assert found.get(source, 0) == pytest.approx(each * (1 if on_the_line else 1 - share))


def test_an_utterance_draws_the_channel_and_ratio_it_drew_before(street: str) -> None:
    before, audio = presets.get("wheels_only"), np.random.default_rng(1).normal(0, 0.1, RATE).astype(np.float32)
    after, recorded = with_noise(before, [street, "babble"], 0.5), 0
    for number in range(60):
        one, other = (mixture.render(audio, RATE, 3, ("x", number)).drawn for mixture in (before, after))
        assert one.channel == other.channel
        noise, over = dict(one.effects[0]), dict(other.effects[0])
        assert noise.get("snr_db") == over.get("snr_db")
        recorded += over.get("source") in (street, "babble")
        assert list(map(dict, one.effects[1:])) == list(map(dict, other.effects[1:]))
    assert 12 < recorded < 40  # of those 80 % that have noise at all


def mixture(*effects: dict[str, Any]) -> Mixture:
    return Mixture.from_json([{"share": 1, "channel": {"name": "own", "effects": list(effects)}}])


def test_a_mixture_without_background_has_no_place_for_it(street: str) -> None:
    line = mixture({"effect": "codec", "codec": "g711-mu"}, {"effect": "noise", "snr_db": 30})
    with pytest.raises(UserError) as error:
        with_noise(line, [street], 0.5)
    assert error.value.code == "train.noise_place"


@pytest.mark.parametrize("held", [b"", b"no sound at all"])
def test_a_file_that_is_no_sound_is_named_at_once(held: bytes, tmp_path: Path, street: str) -> None:
    (tmp_path / "street" / "broken.wav").write_bytes(held)
    with pytest.raises(UserError, match=r"broken\.wav") as error:
        with_noise(mixture({"effect": "noise", "snr_db": 10}), [street], 0.5)
    assert error.value.code == "train.noise_file"


def test_a_sound_of_no_length_is_named_at_once(tmp_path: Path) -> None:
    write_audio(tmp_path / "none.wav", np.zeros(0, np.float32))
    with pytest.raises(UserError, match=r"none\.wav"):
        with_noise(mixture({"effect": "noise", "snr_db": 10}), [f"file:{tmp_path / 'none.wav'}"], 0.5)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="nowhere"):
        with_noise(mixture({"effect": "noise", "snr_db": 10}), [f"folder:{tmp_path / 'nowhere'}"], 0.5)


def effects_of(mixture: Mixture, *left_out: str) -> dict[str, float]:
    """The shares of lists of effects, without some of them and without loss."""
    found: dict[str, float] = {}
    for share, channel in mixture.parts:
        kept = [sorted(dict(e, loss=None).items()) for e in channel.to_json()["effects"] if e["effect"] not in left_out]
        found[str(kept)] = round(found.get(str(kept), 0) + share, 6)
    return found


def test_the_ablations_mixtures_are_the_preset_with_things_left_out() -> None:
    whole = presets.get("hard_calls")
    codecs, band = presets.load(ABLATION / "band_codecs.yaml"), presets.load(ABLATION / "band.yaml")
    assert effects_of(codecs) == effects_of(whole, "noise", "room", "microphone")
    assert effects_of(band, "band") == effects_of(whole, "noise", "room", "microphone", "codec")
    assert all("loss" not in str(channel.to_json()) for _, channel in codecs.parts)
