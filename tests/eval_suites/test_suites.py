"""Suites: the contract of the registry, fingerprints, and what training has not heard."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from augment import Channel, presets
from eval_suites import engines, suites, unseen
from eval_suites.suite import Suite
from kowhisper_tel.core.audio import write_audio
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.manifest import Manifest
from kowhisper_tel.core.utterance import Utterance

RATE = 16_000


def tagged(*values: str, tag: str = "gender") -> Manifest:
    return Manifest(Path(), tuple(Utterance(f"u{i}", "a.wav", "네", tags={tag: v}) for i, v in enumerate(values)))


def everything() -> list[Suite]:
    return suites.build(suites.strata(), manifest=tagged(*["M"] * 6, *["F"] * 5, *["M, F"] * 5, "X"))


def recordings(folder: Path, *names: str) -> Path:
    for number, name in enumerate(names):
        write_audio(folder / name, np.random.default_rng(number).normal(0, 0.1, RATE).astype(np.float32))
    return folder


def test_the_strata_and_their_suites() -> None:
    assert suites.strata() == ("clean", "noisy", "phone", "speaker")
    assert [suite.name for suite in everything()] == [
        "clean",
        *("noisy_20", "noisy_10", "noisy_5"),
        *("phone_g711", "phone_amr_12.2", "phone_amr_4.75", "phone_loss_5"),
        *("speaker_rate_0.8", "speaker_rate_1.25", "speaker_pitch_-2", "speaker_pitch_+2"),
        *("speaker_gender_F", "speaker_gender_M", "speaker_gender_M_F"),
    ]


@pytest.mark.parametrize("suite", everything(), ids=lambda suite: suite.name)
def test_every_suite_keeps_the_contract(suite: Suite) -> None:
    assert set(suite.title) == {"en", "ko"}
    assert suite.stratum in suites.strata()
    again = Suite.from_json(json.loads(json.dumps(suite.to_json())))
    assert (again.fingerprint, again.rendering, again.to_json()) == (
        suite.fingerprint,
        suite.rendering,
        suite.to_json(),
    )
    audio = np.random.default_rng(1).normal(0, 0.1, RATE).astype(np.float32)
    suite.channel.check()
    heard = suite.channel.render(audio, RATE, 1, ("suite", suite.rendering, "u1")).audio
    assert heard.dtype == np.float32
    assert np.isfinite(heard).all()
    assert len(heard) / RATE * suite.longest_s <= 30.0 + 1e-6


def test_fingerprints_tell_suites_apart() -> None:
    found = everything()
    assert len({suite.fingerprint for suite in found}) == len(found)
    groups = [suite.rendering for suite in found if suite.selection or suite.name == "clean"]
    assert len(set(groups)) == 1, "a selection of the clean clips is not decoded again"
    assert not any(suite.summed for suite in found if suite.selection)


def test_a_rendering_is_named_by_what_it_does() -> None:
    one, other = (Channel.from_json({"name": name, "effects": [{"effect": "band"}]}) for name in ("a", "b"))
    title = {"en": "", "ko": ""}
    assert Suite("a", "x", title, one).rendering == Suite("b", "y", title, other).rendering
    assert Suite("a", "x", title, one, selection={"gender": "F"}).fingerprint != Suite("a", "x", title, one).fingerprint


def test_single_suites_can_be_named_and_none_comes_twice() -> None:
    found = suites.build(["phone_amr_4.75", "clean", "phone"])
    assert [suite.name for suite in found] == [
        "phone_amr_4.75", "clean", "phone_g711", "phone_amr_12.2", "phone_loss_5",
    ]  # fmt: skip


def test_unknown_names_are_refused_with_those_there_are() -> None:
    with pytest.raises(UserError) as caught:
        suites.build(["phome"])
    assert "phone_amr_4.75" in caught.value.text("en")
    with pytest.raises(UserError):
        suites.build([])
    with pytest.raises(UserError) as caught:
        engines.get("kaldi")
    assert "ctranslate2, transformers" in caught.value.text("ko")


def test_groups_do_not_depend_on_the_order_of_the_manifest() -> None:
    values = ["70/80", "70_80", "70 80", "20"] * 6
    names = [
        [s.name for s in suites.build(["speaker"], manifest=tagged(*v, tag="age"))] for v in (values, values[::-1])
    ]
    assert names[0] == names[1]
    assert len(set(names[0])) == 4 + 4
    assert len(suites.build(["speaker"], manifest=tagged(*["M"] * 9))) == 4, "one group says nothing beside all"
    assert len(suites.build(["speaker"])) == 4


def test_noise_from_a_folder_is_known_by_its_contents(tmp_path: Path) -> None:
    here, there = (recordings(tmp_path / name, "a.wav", "b.wav") for name in ("here", "there"))
    one, other = (suites.build(["noisy"], noise=str(folder)) for folder in (here, there))
    assert [s.fingerprint for s in one] == [s.fingerprint for s in other]
    audio = np.random.default_rng(1).normal(0, 0.1, RATE).astype(np.float32)
    heard = [s[0].channel.render(audio, RATE, 1, ("suite", s[0].rendering, "u")).audio for s in (one, other)]
    np.testing.assert_array_equal(*heard)
    recordings(there, "c.wav", "a.wav")
    assert suites.build(["noisy"], noise=str(there))[0].fingerprint != one[0].fingerprint
    single = suites.build(["noisy"], noise=[str(here / "a.wav"), "brown"])[0].to_json()["channel"]["effects"][0]
    assert [source.partition(":")[0] for source in single["source"]] == ["file", "brown"]


def test_noise_that_is_not_there_is_refused(tmp_path: Path) -> None:
    for noise, code in ((str(tmp_path / "none"), "eval.noise_empty"), ("purple", "eval.noise_unknown")):
        with pytest.raises(UserError) as caught:
            suites.build(["noisy"], noise=noise)
        assert caught.value.code == code
        assert caught.value.text("ko")


def test_no_folder_takes_the_place_of_a_synthetic_noise(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("babble", "street"):
        (tmp_path / name).mkdir()
        recordings(tmp_path / name, "a.wav")
    monkeypatch.chdir(tmp_path)

    def sources(noise: str | None) -> list[str]:
        return suites.build(["noisy"], noise=noise)[0].to_json()["channel"]["effects"][0]["source"]  # type: ignore[no-any-return]

    assert sources(None) == sources("babble") == ["babble"]
    for path in ("./babble", "folder:babble"):
        assert sources(path) == [f"folder:{tmp_path / 'babble'}"]
    assert sources("file:street/a.wav") == [f"file:{tmp_path / 'street' / 'a.wav'}"]
    with pytest.raises(UserError) as caught:
        sources("street")
    assert caught.value.code == "eval.noise_unknown"


def test_a_folder_without_noise_that_can_be_drawn_is_refused_at_once(tmp_path: Path) -> None:
    (tmp_path / "a.pcm").write_bytes(bytes(64))
    with pytest.raises(UserError) as caught:
        suites.build(["noisy"], noise=str(tmp_path))
    assert caught.value.code == "eval.noise_empty"


def channel(**effect: object) -> Channel:
    return Channel.from_json({"name": "training", "effects": [effect]})


def test_unseen_is_what_training_did_not_hear(tmp_path: Path) -> None:
    recordings(tmp_path / "noise" / "street", "a.wav")
    trained = [
        channel(effect="codec", codec=["g711-mu", "amr-nb-12.2"]),
        channel(effect="band"),
        channel(effect="noise", snr_db=[5, 20], source=["pink", "white"]),
        channel(effect="noise", snr_db=5, source=f"folder:{tmp_path / 'noise'}"),
    ]
    marked = {suite.name: suite.unseen for suite in unseen.mark(everything(), trained)}
    seen = {"clean", "phone_g711", "phone_loss_5", "phone_amr_12.2"}
    assert {name for name, is_unseen in marked.items() if not is_unseen and "gender" not in name} == seen
    within = suites.build(["noisy"], noise=str(tmp_path / "noise" / "street"))
    assert not any(suite.unseen for suite in unseen.mark(within, trained))
    assert all(suite.unseen for suite in unseen.mark(within, trained[:3]))
    assert not any(suite.unseen for suite in unseen.mark(suites.build(["noisy"], noise="pink"), trained))


def test_the_default_training_leaves_the_held_out_noise_to_the_tests() -> None:
    trained = [channel for _, channel in presets.get("wheels_only").parts]
    marked = unseen.mark(suites.build(["noisy", "phone"]), trained)
    assert {suite.stratum for suite in marked if suite.unseen} == {"noisy"}
    assert all(suite.unseen for suite in marked if suite.stratum == "noisy")
