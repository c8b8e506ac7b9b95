"""Suites: the contract of the registry, fingerprints, and what training has not heard."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest

from augment import Channel, presets
from eval_suites import engines, suites, unseen
from eval_suites.held_out import HELD_OUT
from eval_suites.suite import Suite
from kowhisper_tel.core.audio import write_audio
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.manifest import Manifest
from kowhisper_tel.core.utterance import Utterance

RATE = 16_000


def tagged(*values: str, tag: str = "gender") -> Manifest:
    return Manifest(Path(), tuple(Utterance(f"u{i}", "a.wav", "네", tags={tag: v}) for i, v in enumerate(values)))


def everything() -> list[Suite]:
    strata = ("clean", "forgetting", "noisy", "nospeech", "phone", "speaker")
    return suites.build(strata, manifest=tagged(*["M"] * 6, *["F"] * 5, *["M, F"] * 5, "X"))


def recordings(folder: Path, *names: str) -> Path:
    for number, name in enumerate(names):
        write_audio(folder / name, np.random.default_rng(number).normal(0, 0.1, RATE).astype(np.float32))
    return folder


def test_the_strata_and_suites_that_are_promised() -> None:
    strata = "clean forgetting longform noisy nospeech numbers phone real_phone real_phone_tandem speaker"
    assert set(strata.split()) <= set(suites.strata())
    sounds = "silence comfort_noise hum hold_music ringback busy dtmf breathing keyboard room g711 amr_4.75"
    assert {
        "clean",
        "forgetting_clean",
        *("noisy_20", "noisy_10", "noisy_5"),
        *(f"nospeech_{sound}" for sound in sounds.split()),
        *("phone_g711", "phone_amr_12.2", "phone_amr_4.75", "phone_loss_5"),
        *("speaker_rate_0.8", "speaker_rate_1.25", "speaker_pitch_-2", "speaker_pitch_+2"),
        *("speaker_gender_F", "speaker_gender_M", "speaker_gender_M_F"),
    } <= {suite.name for suite in everything()}
    assert "speaker_gender_X" not in {suite.name for suite in everything()}


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
    heard = suite.channel.render(audio, RATE, 1, ("suite", suite.sound, "u1")).audio
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
    names = [suite.name for suite in suites.build(["phone_amr_4.75", "clean", "phone"])]
    assert names[:2] == ["phone_amr_4.75", "clean"]
    assert set(names) - {"clean"} == {suite.name for suite in suites.build(["phone"])}
    assert len(set(names)) == len(names)


def test_unknown_names_are_refused_with_those_there_are() -> None:
    with pytest.raises(UserError) as caught:
        suites.build(["phome"])
    assert "phone_amr_4.75" in caught.value.text("en")
    with pytest.raises(UserError):
        suites.build([])
    with pytest.raises(UserError) as caught:
        engines.get("kaldi")
    assert "command, ctranslate2, replay, transformers" in caught.value.text("ko")


def test_groups_do_not_depend_on_the_order_of_the_manifest() -> None:
    values = ["70/80", "70_80", "70 80", "20"] * 6
    names = [
        [s.name for s in suites.build(["speaker"], manifest=tagged(*v, tag="age"))] for v in (values, values[::-1])
    ]
    simulated = len(suites.build(["speaker"]))
    assert names[0] == names[1]
    assert len(set(names[0])) == simulated + 4
    alone = suites.build(["speaker"], manifest=tagged(*["M"] * 9))
    assert len(alone) == simulated, "one group says nothing beside all"


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
    seen = {"clean", "phone_g711", "phone_amr_12.2", "nospeech_g711"}
    for name, is_unseen in marked.items():
        if name == "nospeech_amr_4.75" or not name.startswith(("nospeech", "forgetting")):
            heard = name in seen or re.search("loss_|gender|noisy_(mic|line)_(pink|white)", name) is not None
            assert is_unseen == (not heard), name
    noisy = ["noisy_20", "noisy_-5", "noisy_30"]
    within = suites.build([*noisy, "noisy_mic_street_10"], noise=str(tmp_path / "noise" / "street"))
    assert not any(suite.unseen for suite in unseen.mark(within, trained))
    assert all(suite.unseen for suite in unseen.mark(within, trained[:3]))
    assert not any(suite.unseen for suite in unseen.mark(suites.build(noisy, noise="pink"), trained))


def test_a_room_is_unseen_where_no_room_of_the_training_rang_as_long() -> None:
    rooms = suites.build(["noisy_room_0.6_1", "noisy_room_1.2_1", "noisy_room_1.6_2"])

    def unheard(**room: object) -> list[bool]:
        return [suite.unseen for suite in unseen.mark(rooms, [channel(effect="room", **room)])]

    assert unheard(rt60_s=[0.4, 1.0]) == [False, True, True]
    assert unheard(rt60_s={"mean": 1.4, "sd": 0.1}) == [True, False, False]
    assert unheard(rt60_s=0.6, direct_to_reverberant_db=20) == [False, True, True]
    assert [suite.unseen for suite in unseen.mark(rooms, [channel(effect="band")])] == [True] * 3


def test_a_preset_is_unseen_unless_one_of_its_channels_was_heard() -> None:
    found = suites.build(
        ["phone_preset_landline", "phone_preset_volte", "phone_preset_any_call", "phone_preset_worst_case"]
    )
    trained = [heard for _, heard in presets.get("landline").parts]
    assert [suite.unseen for suite in unseen.mark(found, trained)] == [False, True, False, True]


def test_a_terminal_is_heard_as_a_band() -> None:
    trained = [channel(effect="terminal", response="irs"), channel(effect="codec", codec="g711-mu")]
    marked = unseen.mark(suites.build(["phone_g711", "phone_g729a"]), trained)
    assert [suite.unseen for suite in marked] == [False, True]


def test_the_default_training_leaves_the_held_out_to_the_tests() -> None:
    trained = [channel for _, channel in presets.get("wheels_only").parts]
    marked = {s.name: s.unseen for s in unseen.mark(suites.build(["noisy", "phone"], size="full"), trained)}
    for name in ("noisy_10", "noisy_mic_babble_0", "phone_speex_nb_8", "phone_speex_wb_42.2", "noisy_room_1.6_1"):
        assert marked[name], name
    for name in ("phone_g711", "phone_amr_4.75", "phone_loss_20", "noisy_mic_pink_5", "phone_preset_wheels_only"):
        assert not marked[name], name


@pytest.mark.parametrize("name", presets.names())
def test_no_preset_has_what_is_held_out(name: str) -> None:
    for _, part in presets.get(name).parts:
        assert HELD_OUT.heard_in(part) == [], part.name


def test_what_is_held_out_is_found_where_it_is() -> None:
    assert HELD_OUT.heard_in(channel(effect="codec", codec=["g711-a", "speex-wb-9.8"])) == ["speex-wb-9.8"]
    assert HELD_OUT.heard_in(channel(effect="noise", snr_db=5, source=["pink", "babble"])) == ["babble"]
    assert HELD_OUT.heard_in(channel(effect="room", rt60_s=[0.5, 1.2])) == ["room"]
    assert HELD_OUT.heard_in(channel(effect="room", rt60_s=[0.5, 1.0])) == []
