"""Suites from a user's YAML file: what can be said, and what is refused with file, entry and key."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from augment import Channel, Mixture, presets
from eval_suites import choice, suite_file
from eval_suites.suite import Suite
from eval_suites.suites._shared import FOREIGN, OTHER
from kowhisper_tel.core.audio import write_audio
from kowhisper_tel.core.errors import UserError

FULL = """
- name: hotline
  stratum: own
  title: {en: Hotline, ko: 상담 전화}
  channel:
    - {effect: noise, snr_db: 10, source: "folder:street"}
    - {effect: codec, codec: g729a, loss: {rate: 0.02}}
  selection: {role: customer, network: 5}
  unless: {consent: no}
  content: phone
  sample: 100
  longest_s: 20
  conditions: {snr_db: 10, codec: g729a, shop: 3}
- name: as_it_is
  sample: null
- {name: whole, channel: volte}
- {name: mixed, channel: [{share: 1, channel: {name: a}}, {share: 3, channel: {name: b, effects: [{effect: band}]}}]}
- {name: one, channel: {effects: [{effect: band}]}, title: 한 가지}
- {name: twice, channel: [{effect: band}], selection: {real_phone: yes}}
- {name: any, channel: [{effect: band}], unless: {}}
"""


def written(folder: Path, text: str) -> Path:
    (folder / "my_suites.yaml").write_text(text, encoding="utf-8")
    return folder / "my_suites.yaml"


@pytest.fixture
def found(tmp_path: Path) -> dict[str, Suite]:
    write_audio(tmp_path / "street" / "a.wav", np.random.default_rng(0).normal(0, 0.1, 16000).astype(np.float32))
    return {suite.name: suite for suite in suite_file.read(written(tmp_path, FULL), sample=40)}


def test_all_that_can_be_said(found: dict[str, Suite], tmp_path: Path) -> None:
    hotline = found["hotline"]
    assert (hotline.stratum, hotline.title["ko"], hotline.content) == ("own", "상담 전화", "phone")
    assert (hotline.sample, hotline.longest_s) == (100, 20.0)
    assert (hotline.selection, hotline.unless) == ({"role": "customer", "network": "5"}, {"consent": "no"})
    assert hotline.conditions == {"snr_db": 10, "codec": "g729a", "shop": 3}
    assert hotline.channels[0].effects[0].to_json()["source"] == f"folder:{tmp_path / 'street'}"
    assert list(hotline.materials) == [f"folder:{tmp_path / 'street'}"]
    hotline.channel.check()


def test_what_is_left_out(found: dict[str, Suite]) -> None:
    plain = found["as_it_is"]
    assert (plain.stratum, plain.title["en"], plain.sample, plain.unless) == ("my_suites", "as_it_is", None, FOREIGN)
    assert plain.channel == Channel("as_it_is")
    assert found["whole"].channel == presets.get("volte")
    assert isinstance(found["mixed"].channel, Mixture)
    assert (found["one"].title["en"], found["one"].sample) == ("한 가지", 40)


def test_telephone_audio_goes_through_a_channel_only_if_asked(found: dict[str, Suite]) -> None:
    assert {name: dict(suite.unless) for name, suite in found.items()} == {
        "hotline": {"consent": "no"}, "as_it_is": FOREIGN, "whole": OTHER, "mixed": OTHER, "one": OTHER,
        "twice": FOREIGN, "any": {},
    }  # fmt: skip


def test_english_is_decoded_as_such_where_it_is_selected(tmp_path: Path) -> None:
    (english,) = suite_file.read(written(tmp_path, "- {name: english, selection: {language: en}}"))
    assert (english.unless, english.decoding) == ({}, {"language": "en"})


def test_json_and_where_the_file_lies(found: dict[str, Suite], tmp_path: Path) -> None:
    for suite in found.values():
        assert Suite.from_json(suite.to_json()).fingerprint == suite.fingerprint
    elsewhere = tmp_path / "elsewhere"
    write_audio(elsewhere / "street" / "a.wav", np.random.default_rng(0).normal(0, 0.1, 16000).astype(np.float32))
    assert suite_file.read(written(elsewhere, FULL))[0].fingerprint == found["hotline"].fingerprint


@pytest.mark.parametrize(
    ("text", "code", "told"),
    [
        ("- {name: a, chanel: volte}", "suites.file_key", ["entry 1 (a)", "chanel", "channel?"]),
        ("- {name: a}\n- {chan: x}", "suites.file_key", ["entry 2", "chan"]),
        ("- {stratum: own}", "suites.file_value", ["entry 1", "key name"]),
        ("- {name: a b}", "suites.file_value", ["key name", "'a b'"]),
        ("- {name: ../a}", "suites.file_value", ["key name"]),
        ("- {name: a, channel: voltee}", "suites.file_value", ["key channel", "volte"]),
        ("- {name: a, channel: [{effect: codek}]}", "suites.file_value", ["key channel", "codec"]),
        ("- {name: a, channel: [{effect: codec, codec: g729}]}", "suites.file_value", ["key channel", "g729a"]),
        ("- {name: a, channel: [{effect: noise, snr_db: loud}]}", "suites.file_value", ["key channel", "snr_db"]),
        ("- {name: a, channel: 5}", "suites.file_value", ["key channel"]),
        ("- {name: a, selection: F}", "suites.file_value", ["key selection"]),
        ("- {name: a, selection: {gender: [F, M]}}", "suites.file_value", ["key selection"]),
        ("- {name: a, content: phon}", "suites.file_value", ["key content", "phone?"]),
        ("- {name: a, sample: 0}", "suites.file_value", ["key sample"]),
        ("- {name: a, sample: all}", "suites.file_value", ["key sample", "null"]),
        ("- {name: a, longest_s: 31}", "suites.file_value", ["key longest_s"]),
        ("- {name: a, summed: maybe}", "suites.file_value", ["key summed"]),
        ("- {name: a, title: {en: A}}", "suites.file_value", ["key title"]),
        ("- {name: a, conditions: {snr_bd: 5}}", "suites.file_value", ["key conditions", "snr_db?"]),
        ("- {name: a, conditions: {snr_db: loud}}", "suites.file_value", ["key conditions", "snr_db"]),
        ("- {name: a, conditions: {snr_db: .nan}}", "suites.file_value", ["key conditions", "snr_db"]),
        ("- {name: a, conditions: {shop: .inf}}", "suites.file_value", ["key conditions", "shop"]),
        ("- {name: a, conditions: {3: 4}}", "suites.file_value", ["key conditions"]),
        ("- {name: a, channel: {effects: 3}}", "suites.file_value", ["key channel", "effects is a list"]),
        ("- {name: a}\n- {name: a}", "eval.suite_twice", ["a"]),
        ("name: a", "suites.file_yaml", ["list"]),
        ("- a", "suites.file_yaml", ["entry 1"]),
        ("", "suites.file_yaml", ["list"]),
        ("- {name: a", "suites.file_yaml", ["my_suites.yaml"]),
        ("- {name: a, channel: [{effect: noise, snr_db: 5, source: 'folder:none'}]}", "eval.noise_empty", ["none"]),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, code: str, told: list[str]) -> None:
    with pytest.raises(UserError) as caught:
        suite_file.read(written(tmp_path, text))
    assert caught.value.code == code
    for part in told:
        assert part in caught.value.text("en")
    if code.startswith("suites.file"):
        assert "my_suites.yaml" in caught.value.text("ko")


def test_a_file_beside_strata(tmp_path: Path) -> None:
    path = written(tmp_path, "- {name: mine, channel: [{effect: band}]}")
    chosen = choice.choose(["clean", str(path)], size="smoke")
    assert [(suite.name, suite.sample) for suite in chosen.suites] == [("clean", 8), ("mine", 8)]
    path = written(tmp_path, "- {name: clean, channel: [{effect: band}]}")
    with pytest.raises(UserError) as caught:
        choice.choose(["clean", str(path)])
    assert caught.value.code == "eval.suite_twice"
    with pytest.raises(UserError) as caught:
        choice.choose([str(tmp_path / "none.yaml")])
    assert caught.value.code == "suites.file_missing"
