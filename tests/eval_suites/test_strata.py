"""Every stratum in every size: names, conditions, JSON, fingerprints, and a second of sound through each channel."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from augment import codecs, presets
from eval_suites import choice, suites, telephone
from eval_suites.choice import Choice
from eval_suites.rendering import Renderer
from eval_suites.suite import CONDITIONS, Suite
from eval_suites.suites import ALL, ASKED_ONLY, SAMPLES, SIZES
from eval_suites.suites._shared import REAL
from kowhisper_tel.core.manifest import Manifest
from kowhisper_tel.core.utterance import Utterance

RATE = 16_000
OURS = ("clean", "noisy", "numbers", "phone", "real_phone", "real_phone_tandem", "speaker")
TEXTS = (
    "제 전화번호는 공일공 일이삼사 오육칠팔입니다",
    "요금은 이만 삼천 원입니다",
    "예약은 삼월 오일입니다",
    "주문 번호는 일이삼사오육이에요",
    "네 알겠습니다",
)


def varied(count: int = 60) -> Manifest:
    """Utterances of all kinds: tags of every group, every kind of number, and some from a real telephone."""
    utterances = []
    for number in range(count):
        tags = {
            "gender": "MF"[number % 2],
            "age": f"{number % 3 + 2}0s",
            "region": ("서울", "부산")[number // 2 % 2],
            "role": ("agent", "customer")[number // 3 % 2],
            "real_phone": "yes" if number % 6 == 5 else "no",
        }
        text = TEXTS[number % len(TEXTS)]
        utterances.append(
            Utterance(
                f"u{number}", "a.wav", text, start_s=0.0, end_s=2.0 + number / 3, speaker=f"s{number % 7}", tags=tags
            )
        )
    return Manifest(Path(), tuple(utterances))


def chosen(size: str, manifest: Manifest | None = None) -> Choice:
    return choice.choose(OURS, manifest=manifest, size=size)


@pytest.fixture(scope="module", params=SIZES)
def sized(request: pytest.FixtureRequest) -> tuple[str, list[Suite]]:
    return request.param, chosen(request.param, varied()).suites


def test_names_are_unique_and_so_is_what_they_stand_for(sized: tuple[str, list[Suite]]) -> None:
    names = Counter(suite.name for suite in sized[1])
    assert set(names.values()) == {1}
    assert set(Counter(suite.fingerprint for suite in sized[1]).values()) == {1}
    assert {suite.stratum for suite in sized[1]} == set(OURS)
    assert all(suite.name.startswith(suite.stratum) and set(suite.title) == {"en", "ko"} for suite in sized[1])


def test_conditions_are_in_the_words_that_are_written_down(sized: tuple[str, list[Suite]]) -> None:
    for suite in sized[1]:
        for key, value in suite.conditions.items():
            if suite.selection.get(key) == value:
                continue
            kind = CONDITIONS[key][0]
            assert isinstance(value, str) if kind is str else isinstance(value, int | float), (suite.name, key)
        effects = {effect.name: effect.to_json() for channel in suite.channels for effect in channel.effects}
        if "preset" in suite.conditions:
            continue
        for effect, keys in {
            "codec": {"codec", "codec_family", "bitrate_kbps", "hops"},
            "noise": {"snr_db", "noise", "place"},
            "room": {"rt60_s", "distance_m", "place"},
            "speed": {"rate"},
            "pitch": {"semitones"},
            "formants": {"formants"},
            "near": {"distance_m"},
            "far": {"distance_m"},
        }.items():
            if effect in effects:
                assert keys <= suite.conditions.keys(), suite.name
                number = {"noise": "snr_db", "room": "rt60_s", "speed": "rate", "pitch": "semitones"}.get(effect)
                if number:
                    field = {"speed": "factor"}.get(effect, number)
                    assert effects[effect][field] == suite.conditions[number]


def test_json_and_back(sized: tuple[str, list[Suite]]) -> None:
    for suite in sized[1]:
        again = Suite.from_json(json.loads(json.dumps(suite.to_json())))
        assert again.to_json() == suite.to_json()
        assert (again.fingerprint, again.rendering) == (suite.fingerprint, suite.rendering)


def test_the_same_again(sized: tuple[str, list[Suite]]) -> None:
    size, found = sized
    backwards = varied()
    backwards = Manifest(backwards.root, backwards.utterances[::-1])
    again = chosen(size, backwards).suites
    assert [suite.to_json() for suite in again] == [suite.to_json() for suite in found]


def test_fingerprints_are_those_of_another_process() -> None:
    program = "from eval_suites import choice; print(*(suite.fingerprint for suite in choice.choose(['all']).suites))"
    environment = {**os.environ, "PYTHONHASHSEED": "77"}
    told = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    assert told.stdout.split() == [suite.fingerprint for suite in choice.choose([ALL], size="standard").suites]


def test_every_channel_gives_a_second_of_sound_for_a_second() -> None:
    audio = np.random.default_rng(1).normal(0, 0.1, RATE).astype(np.float32)
    for suite in chosen("full").suites:
        for channel in suite.channels:
            heard = channel.render(audio, RATE, 1, ("suite", suite.sound, "u1")).audio
            rate = suite.conditions.get("rate", 1.0)
            assert isinstance(rate, float)
            assert (heard.dtype, heard.shape) == (np.float32, (round(RATE / rate),)), suite.name
            assert np.isfinite(heard).all(), suite.name
            assert np.abs(heard).max() > 0.001, suite.name


def test_sizes_hold_one_another() -> None:
    names = {size: {suite.name for suite in chosen(size, varied()).suites} for size in SIZES}
    assert names["smoke"] <= names["standard"] <= names["full"]
    assert len(names["smoke"] - {"real_phone_tandem_g711_a"}) <= 8
    assert 50 <= len(chosen("standard").suites) <= 75
    for size in SIZES:
        samples = {suite.name: suite.sample for suite in chosen(size, varied()).suites if not suite.items}
        wide = {"clean", "forgetting_clean"} & samples.keys()
        assert {sample for name, sample in samples.items() if name not in wide} == {SAMPLES[size]}
        assert {samples[name] for name in wide} == {SAMPLES["smoke"] if size == "smoke" else None}, "all of them count"
    small = suites.build(["clean"], manifest=varied(), size="smoke")[0]
    large = suites.build(["clean"], manifest=varied(), size="standard")[0]
    items = choice._items(suites.Request(varied()))
    assert items is not None
    assert {item.id for item in small.pick(items)} < {item.id for item in large.pick(items)}


def test_single_suites_of_larger_sizes_take_the_sample_of_this_one() -> None:
    suite = suites.build(["phone_opus_nb_24"], size="smoke")[0]
    assert suite.sample == SAMPLES["smoke"]
    assert suites.build(["phone_opus_nb_24"], size="full")[0].sample is None


def test_the_whole_grid_of_codecs_and_all_presets_are_there() -> None:
    full = chosen("full")
    heard = {
        suite.conditions["codec"] for suite in full.suites if suite.stratum == "phone" and "codec" in suite.conditions
    }
    missing = {left.name for left in full.left_out}
    for name in codecs.names():
        assert (name in heard) == codecs.get(name).available
        assert (f"phone_{telephone.slug(name)}" in missing) != codecs.get(name).available, "left out without a word"
    assert {s.conditions["preset"] for s in full.suites if "preset" in s.conditions} == set(presets.names())
    for kind in ("random", "bursts"):
        assert {s.conditions["loss"] for s in full.suites if s.conditions.get("loss_kind") == kind} == {
            0.01, 0.02, 0.05, 0.1, 0.2,
        }  # fmt: skip


def test_noise_lies_before_the_codec_or_behind_it() -> None:
    for place, order in (("mic", ["noise", "band", "codec"]), ("line", ["band", "codec", "noise"])):
        (suite,) = suites.build([f"noisy_{place}_hum_-5"])
        assert [effect.name for effect in suite.channels[0].effects] == order
        assert suite.conditions["snr_db"] == -5


def test_real_telephone_audio_meets_no_channel_unless_it_is_asked_for() -> None:
    real = Utterance("r", "a.wav", TEXTS[1], start_s=0.0, end_s=3.0, tags=REAL)
    items = choice._items(suites.Request(Manifest(Path(), (real,))))
    assert items is not None
    for suite in chosen("full").suites:
        took = suite.wants(items[0]) and not suite.items
        assert took == (suite.stratum in ("real_phone", "real_phone_tandem")), suite.name
    assert not {suite.stratum for suite in choice.choose([ALL]).suites} & set(ASKED_ONLY)


def test_real_speech_through_some(shared: Path) -> None:
    rows = (shared / "data/korean_talks/dev.jsonl").read_text(encoding="utf-8").splitlines()[::120]
    root = shared / "data/korean_talks"
    records = map(json.loads, rows)
    manifest = Manifest(root, tuple(Utterance(r["id"], r["audio"], r["text"], speaker=r["speaker"]) for r in records))
    found = suites.build(
        ["phone_amr_4.75", "noisy_line_hum_0", "noisy_room_1.6_1", "speaker_child", "phone_preset_volte"], size="full"
    )
    renderer, again = Renderer(manifest, found, 3), Renderer(manifest, found[::-1], 3)
    for suite in found:
        for utterance in manifest:
            heard = renderer.render(suite.rendering, utterance.id).audio
            np.testing.assert_array_equal(heard, again.render(suite.rendering, utterance.id).audio)
            assert 0.003 < float(np.sqrt(np.mean(heard**2))) < 0.5, suite.name
