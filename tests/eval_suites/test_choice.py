"""Choice: what is left out is named with its reason, and what was asked for by name is there or refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from augment import codecs
from eval_suites import choice, suites
from eval_suites.item import Item
from eval_suites.suites import ALL
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.manifest import Manifest
from kowhisper_tel.core.utterance import Utterance


def manifest(*tags: dict[str, str], text: str = "네 알겠습니다", end_s: float = 3.0) -> Manifest:
    return Manifest(
        Path(),
        tuple(Utterance(f"u{n}", "a.wav", text, start_s=0.0, end_s=end_s, tags=own) for n, own in enumerate(tags)),
    )


def test_all_names_what_cannot_be_filled_and_why() -> None:
    chosen = choice.choose([ALL], manifest=manifest(*[{"gender": "F"}] * 9, {"gender": "M"}))
    strata = {suite.stratum for suite in chosen.suites}
    assert {"clean", "phone", "noisy", "speaker"} <= strata
    assert not strata & {"real_phone", "numbers", "real_phone_tandem"}
    left = {each.name: each.to_json() for each in chosen.left_out}
    assert "real_phone = yes" in left["real_phone"]["reason"]["en"]
    assert "content = date" in left["numbers_date"]["reason"]["ko"]
    assert left["speaker_gender_M"]["code"] == "suites.left_few"
    assert {each.stratum for each in chosen.left_out} >= {"numbers", "real_phone", "speaker"}
    assert not {suite.name for suite in chosen.suites} & left.keys()


def test_telephone_audio_alone_fills_its_own_stratum_only() -> None:
    chosen = choice.choose([ALL], manifest=manifest(*[{"real_phone": "yes", "gender": g} for g in "MF" * 6]))
    ours = [
        suite
        for suite in chosen.suites
        if suite.stratum in ("clean", "phone", "noisy", "numbers", "real_phone", "speaker")
    ]
    assert {suite.name for suite in ours} == {"real_phone", "speaker_gender_F", "speaker_gender_M"}
    left = [each.name for each in chosen.left_out]
    assert {"clean", "noisy", "phone"} <= set(left), "a stratum of which nothing is left is named once"
    assert not [name for name in left if name.startswith("phone_")]


@pytest.mark.parametrize("stratum", ["real_phone", "numbers", "real_phone_tandem"])
def test_a_stratum_asked_for_by_name_is_there_or_refused(stratum: str) -> None:
    with pytest.raises(UserError) as caught:
        choice.choose(["clean", stratum], manifest=manifest({}, {}))
    assert caught.value.code == "suites.stratum_unfilled"
    assert stratum in caught.value.text("en")
    assert choice.choose(["clean", stratum]).suites, "without a manifest nobody knows yet"


def test_slow_speech_is_too_long_for_a_window() -> None:
    chosen = choice.choose(["speaker"], manifest=manifest({}, end_s=25.0), size="full")
    assert {each.name for each in chosen.left_out} == {"speaker_rate_0.7", "speaker_rate_0.8"}
    assert "≤ 21 s" in chosen.left_out[0].reason.text("en")


def test_a_codec_that_is_not_here_is_left_out_of_strata_and_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(codecs.get("g729a")), "available", False)
    left = {each.name: each.reason.text("en") for each in choice.choose(["phone"]).left_out}
    assert "phone_g729a" in left
    assert "phone_preset_voip" in left, "a preset with such a codec would not be the preset"
    assert "g729a" in left["phone_preset_voip"]
    with pytest.raises(UserError) as caught:
        choice.choose(["phone_g729a"])
    assert (caught.value.code, caught.value.exit_code) == ("suites.unavailable", 7)


@pytest.mark.parametrize("name", ["numbers_date", "own.yaml"])
def test_a_suite_asked_for_by_name_is_filled_or_refused(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before anything is trained."""
    monkeypatch.chdir(tmp_path)
    Path("own.yaml").write_text("- {name: mine, content: date}", encoding="utf-8")
    with pytest.raises(UserError) as caught:
        choice.choose(["clean", name], manifest=manifest({}, {}))
    assert caught.value.code == "eval.suite_empty"
    assert "content = date" in caught.value.text("ko")
    assert choice.choose([name], manifest=manifest({}, {}), strict=False).suites
    assert choice.choose([name], manifest=manifest({}, text="삼월 사일입니다")).suites


def test_english_is_in_no_suite_that_is_decoded_as_korean() -> None:
    tags = [{"gender": g, "language": "en", "real_phone": p} for g in "FM" for p in ("yes", "no")] * 3
    korean = [{"gender": g, "real_phone": p} for g in "FM" for p in ("yes", "no")] * 3
    found = manifest(*tags, *korean)
    heard = [Item(u.id, u.text, 40.0 if n % 3 else 3.0, tags=u.tags) for n, u in enumerate(found)]
    chosen = choice.choose([ALL, "real_phone_tandem", "longform"], manifest=found, strict=False).suites
    for suite in chosen:
        for item in suite.pick(heard):
            spoken_in = item.tags.get("language", "ko") if not item.source else "ko"
            assert suite.decoding.get("language", "ko") == spoken_in, suite.name
    assert {"forgetting_english", "speaker_gender_F", "real_phone", "real_phone_tandem_g711_a"} <= {
        suite.name for suite in chosen
    }


def test_some_english_is_enough_and_a_size_has_its_sample() -> None:
    few = manifest(*[{"language": "en"}] * 3, {})
    assert "forgetting_english" in {suite.name for suite in choice.choose(["forgetting"], manifest=few).suites}
    (english,) = choice.choose(
        ["forgetting_english"], manifest=manifest(*[{"language": "en"}] * 9), size="smoke"
    ).suites
    assert len(english.pick([Item(f"{n}", "yes", 3.0, tags={"language": "en"}) for n in range(99)])) == 8
    assert english.pick([Item("call", "yes", 300.0, tags={"language": "en"})]), "no other suite hears it"


def test_unknown_names_and_sizes() -> None:
    for name in ("noisy_mc_hum_5", "all_"):
        with pytest.raises(UserError) as caught:
            choice.choose([name])
        assert caught.value.code == "eval.suite_unknown"
    with pytest.raises(UserError) as caught:
        choice.choose(["noisy_mc_hum_5"])
    assert "noisy_mic_hum_5" in caught.value.text("ko")
    with pytest.raises(UserError) as caught:
        choice.choose(["clean"], size="huge")
    assert "smoke, standard, full" in caught.value.text("en")


def test_names_that_only_a_manifest_tells() -> None:
    assert suites.from_manifest("speaker_age_30s")
    assert not suites.from_manifest("speaker_rate_0.8")
    assert not suites.from_manifest("speaker_rat_0.8")
    assert not suites.from_manifest("numbers_dat")


def test_noises_of_ones_own_are_types_of_their_own(tmp_path: Path) -> None:
    import numpy as np

    from kowhisper_tel.core.audio import write_audio

    for folder in ("a", "b"):
        write_audio(tmp_path / folder / "street.wav", np.random.default_rng(1).normal(0, 0.1, 16000).astype(np.float32))
    noise = [str(tmp_path / "a/street.wav"), str(tmp_path / "b/street.wav"), "pink"]
    names = {suite.name for suite in choice.choose(["noisy"], noise=noise, size="full").suites}
    assert {"noisy_mic_street_1_5", "noisy_line_street_2_-5", "noisy_mic_pink_30", "noisy_10"} <= names
    assert "noisy_mic_babble_5" not in names
    standard = choice.choose(["noisy"], noise=noise).suites
    assert {"noisy_mic_street_1_10", "noisy_line_pink_10"} <= {suite.name for suite in standard}
    assert standard[0].conditions["noise"] == "street_1+street_2+pink"
