"""The gate: equal systems pass or stay open, a planted loss fails, few speakers prove nothing."""

from __future__ import annotations

import dataclasses
import xml.etree.ElementTree as ElementTree
from typing import Any

import pytest

from eval_suites.results import Results
from kowhisper_tel.core.errors import UserError
from reports import gate, junit

OPTIONS: dict[str, Any] = {"draws": 1000, "seed": 3}
ONE_MODEL = (("tuned", "candidate", 0.1, 0.3),)


@pytest.fixture(scope="module")
def old(make: Any) -> Results:
    result: Results = make(240, 40, models=ONE_MODEL, seed=1)
    return result


def test_a_run_passes_against_itself(old: Results) -> None:
    verdict = gate.check(old, old, least_effect=0.01, **OPTIONS)
    assert verdict.outcome == "pass"
    assert verdict.exit_code(strict=True) == 0
    assert [finding.change.delta.value for finding in verdict.findings] == [0.0] * 4


@pytest.mark.parametrize("seed", [11, 12, 13, 14, 15])
def test_equal_systems_do_not_fail(old: Results, make: Any, seed: int) -> None:
    verdict = gate.check(old, as_good_as(old, make, seed), least_effect=0.005, **OPTIONS)
    assert verdict.outcome != "fail"


def as_good_as(old: Results, make: Any, seed: int, extra: Any = lambda model, suite: 0.0) -> Results:
    """Another run of the same clips: other errors, drawn at the same rates."""
    return dataclasses.replace(make(240, 40, models=ONE_MODEL, seed=seed, extra=extra), versions=old.versions)


def test_a_planted_loss_fails_where_it_was_planted(old: Results, make: Any) -> None:
    def loss(model: str, suite: str) -> float:
        return 0.06 if suite.startswith("noisy") else 0.0

    verdict = gate.check(old, as_good_as(old, make, 21, loss), least_effect=0.01, **OPTIONS)
    assert verdict.outcome == "fail"
    assert verdict.exit_code() == 1
    assert [finding.group for finding in verdict.findings if finding.outcome == "fail"] == ["noisy"]
    assert "Noisy" in verdict.sentence.en
    assert "소음" in verdict.sentence.ko


def test_a_loss_under_the_least_effect_does_not_fail(old: Results, make: Any) -> None:
    worse = as_good_as(old, make, 21, lambda model, suite: 0.06)
    verdict = gate.check(old, worse, least_effect=0.5, **OPTIONS)
    assert verdict.outcome == "pass"  # the interval lies under the margin, which is the least effect
    verdict = gate.check(old, worse, least_effect=0.5, margin=0.01, **OPTIONS)
    assert verdict.outcome == "inconclusive"
    assert "not larger than" in verdict.findings[0].reason.en


def test_few_speakers_prove_nothing(make: Any) -> None:
    few = make(60, 6, models=ONE_MODEL)
    worse = dataclasses.replace(make(60, 6, models=ONE_MODEL, extra=lambda m, s: 0.3), versions=few.versions)
    verdict = gate.check(few, worse, **OPTIONS)
    assert verdict.outcome == "inconclusive"
    assert (verdict.exit_code(), verdict.exit_code(strict=True)) == (0, 3)
    assert "6 speakers are too few" in verdict.findings[0].reason.en


def test_between_ten_and_twenty_speakers_the_verdict_says_that_they_are_few(make: Any) -> None:
    old = make(240, 12, models=ONE_MODEL)
    worse = dataclasses.replace(make(240, 12, models=ONE_MODEL, extra=lambda m, s: 0.2), versions=old.versions)
    verdict = gate.check(old, worse, **OPTIONS)
    assert verdict.outcome == "fail"
    assert "Few blocks (12 speakers)" in verdict.findings[0].reason.en
    assert "화자 12명" in verdict.findings[0].reason.ko
    facts = verdict.to_json()["findings"][0]
    assert (facts["blocks"], facts["block_kind"], facts["few"], facts["interval"]) == (12, "speaker", True, "t")


def test_a_single_speaker_gives_no_interval(make: Any) -> None:
    one = make(20, 1, models=ONE_MODEL)
    verdict = gate.check(one, one, **OPTIONS)
    assert verdict.outcome == "inconclusive"
    assert "1 speaker gives no interval" in verdict.findings[0].reason.en
    assert "–" not in verdict.findings[0].reason.ko


def test_many_speakers_are_not_said_to_be_few(old: Results) -> None:
    verdict = gate.check(old, old, **OPTIONS)
    assert "Few" not in verdict.findings[0].reason.en
    assert verdict.to_json()["findings"][0]["few"] is False


def test_clips_of_nobody_known_prove_nothing(old: Results, make: Any) -> None:
    baseline, candidate = nameless(old), nameless(as_good_as(old, make, 21, lambda m, s: 0.2))
    verdict = gate.check(baseline, candidate, **OPTIONS)
    assert verdict.outcome == "inconclusive"
    assert "names its speaker" in verdict.findings[0].reason.en
    assert verdict.to_json()["findings"][0]["block_kind"] == "clip"
    assert not [f for f in verdict.findings if "speakers" in f.change.counted.en]


def nameless(results: Results) -> Results:
    rows = results.rows.assign(speaker=None, block=results.rows["utterance_id"], block_kind="clip")
    return dataclasses.replace(results, rows=rows)


def test_thresholds_have_no_sign(old: Results, make: Any) -> None:
    verdict = gate.check(old, as_good_as(old, make, 21, lambda m, s: 0.2), least_effect=0.01, **OPTIONS)
    assert "larger than 1.0." in verdict.findings[0].reason.en
    assert (verdict.least_effect.text, verdict.margin.text) == ("1.0", "1.0")
    same = gate.check(old, old, least_effect=0.01, margin=0.02, **OPTIONS)
    assert "a loss of 2.0 or more" in same.findings[0].reason.en


def test_holm_asks_more_of_more_groups(old: Results, make: Any) -> None:
    worse = as_good_as(old, make, 21, lambda m, s: 0.06 if s == "noisy_snr_10" else 0.0)
    verdict = gate.check(old, worse, by="suite", least_effect=0.01, **OPTIONS)
    failed = [finding for finding in verdict.findings if finding.outcome == "fail"]
    assert [finding.group for finding in failed] == ["noisy_snr_10"]
    assert failed[0].level == pytest.approx(1 - 0.05 / 12, abs=1e-6)


def test_incompatible_evidence_is_refused_by_name(old: Results) -> None:
    other = dataclasses.replace(old, versions={**old.versions, "normaliser": "another", "manifest": "another"})
    with pytest.raises(UserError) as refused:
        gate.check(old, other, **OPTIONS)
    assert refused.value.exit_code == 4
    assert "normaliser" in str(refused.value)
    assert "manifest" in str(refused.value)


@pytest.mark.parametrize(
    ("factor", "value"), [("engine", "transformers"), ("quantisation", "int16"), ("device", "cuda"), ("batch_size", 64)]
)
def test_another_factor_is_refused_by_name(old: Results, factor: str, value: object) -> None:
    if factor == "batch_size":
        other = dataclasses.replace(old, inputs={**old.inputs, factor: value})
    else:
        models = tuple(dataclasses.replace(model, **{factor: value}) for model in old.models)
        other = dataclasses.replace(old, models=models)
    with pytest.raises(UserError) as refused:
        gate.check(old, other, **OPTIONS)
    assert refused.value.exit_code == 4
    assert factor in str(refused.value)


def test_a_missing_clip_is_refused(old: Results) -> None:
    with pytest.raises(UserError) as refused:
        gate.check(old, dataclasses.replace(old, rows=old.rows.iloc[1:]), **OPTIONS)
    assert refused.value.exit_code == 4


def test_the_model_is_chosen_by_role_or_name(results: Results) -> None:
    verdict = gate.check(results, results, baseline_model="base", **OPTIONS)
    assert (verdict.baseline, verdict.candidate) == ("base", "phone-tuned")
    with pytest.raises(UserError, match="clean-tuned"):
        gate.check(results, results, model="unknown", **OPTIONS)


@pytest.mark.parametrize("strict", [False, True])
def test_junit_counts_what_it_shows(old: Results, make: Any, strict: bool) -> None:
    def loss(model: str, suite: str) -> float:
        return 0.06 if suite.startswith("noisy") else 0.0

    verdict = gate.check(old, as_good_as(old, make, 21, loss), least_effect=0.005, **OPTIONS)
    suite = ElementTree.fromstring(junit.text(verdict, strict=strict, language="ko").encode())
    assert suite.get("tests") == "4" == str(len(suite.findall("testcase")))
    for name, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        assert suite.get(name) == str(len(suite.findall(f"testcase/{tag}")))
    assert suite.get("failures") == "1"


def test_junit_holds_no_character_that_xml_forbids(old: Results) -> None:
    verdict = gate.check(old, old, least_effect=0.01, **OPTIONS)
    finding = dataclasses.replace(
        verdict.findings[0], reason=type(verdict.findings[0].reason)("\x00<b>\x0b", "\ud800]]>")
    )
    text = junit.text(dataclasses.replace(verdict, findings=(finding,)), language="en")
    assert ElementTree.fromstring(text.encode())[0][0].text == "\ufffd<b>\ufffd"
