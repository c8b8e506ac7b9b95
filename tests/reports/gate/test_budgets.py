"""Budgets: what is asked is judged so, and what can't be meant is refused with the near name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kowhisper_tel.core.errors import UserError
from reports import gate
from reports.gate import budgets
from reports.gate.side import Side

Sides = Callable[..., Side]
Yaml = Callable[[str], Path]
OPTIONS: dict[str, Any] = {"draws": 400}
ALL = """
margin: 0.05
least_effect: 0.01
strata:
  phone: {margin: 0.02, metrics: {digits_phone: {margin: 0.03, level: warn}}}
  noisy: {level: warn}
  clean: {require: superior}
suites:
  amr: {margin: 0.2}
metrics:
  wer: {margin: 0.04, least_effect: 0.02}
caps: {loops: 3, cer: {clean: 0.9, amr: 0.9}}
"""


def test_each_cell_has_the_nearest_budget(side: Sides, yaml: Yaml) -> None:
    both = {"cer": 0.1, "wer": 0.2, "digits_phone": 0.1, "loops": 0.0}
    names = {"clean": both, "phone/amr": both, "phone/g711": both, "noisy": both}
    old, new = side(names), side(names, seed=2)
    verdict = gate.check(old, new, budgets=budgets.read(yaml(ALL)), **OPTIONS)
    asked = {(f.by, f.group, f.metric): (f.margin.value, f.least_effect.value, f.severity) for f in verdict.findings}
    assert asked == {
        ("stratum", "clean", "cer"): (None, 1.0, "error"),
        ("stratum", "clean", "wer"): (4.0, 2.0, "error"),
        ("stratum", "phone", "cer"): (2.0, 1.0, "error"),
        ("stratum", "phone", "wer"): (4.0, 2.0, "error"),
        ("stratum", "phone", "digits_phone"): (3.0, 1.0, "warn"),
        ("stratum", "noisy", "cer"): (5.0, 1.0, "warn"),
        ("stratum", "noisy", "wer"): (4.0, 2.0, "warn"),
        ("suite", "amr", "cer"): (20.0, 1.0, "error"),
    }
    assert [(cap.figure, cap.group) for cap in verdict.caps] == [("loops", ""), ("cer", "clean"), ("cer", "amr")]


def test_without_budgets_all_have_the_rule_s_own(side: Sides) -> None:
    verdict = gate.check(side({"a": 0.1}), side({"a": 0.1}, seed=2), least_effect=0.01, margin=0.03, **OPTIONS)
    assert [(f.least_effect.value, f.margin.value) for f in verdict.findings] == [(1.0, 3.0)]


@pytest.mark.parametrize(
    ("wrong", "outcome"), [(0.1, "inconclusive"), (0.01, "pass"), (0.5, "fail")], ids=["same", "better", "worse"]
)
def test_where_a_gain_is_the_point_only_a_gain_passes(side: Sides, yaml: Yaml, wrong: float, outcome: str) -> None:
    asked = budgets.read(yaml("strata: {a: {require: superior}}"))
    verdict = gate.check(side({"a": 0.1}), side({"a": wrong}, seed=2), budgets=asked, margin=0.9, **OPTIONS)
    assert verdict.outcome == outcome


@pytest.mark.parametrize("metric", ["digits_phone", "spacing_f1", "keywords_recall"])
def test_a_metric_that_is_better_higher_loses_by_falling(side: Sides, yaml: Yaml, metric: str) -> None:
    asked = budgets.read(yaml(f"metrics: {{{metric}: {{margin: 0.02}}}}"))
    old, new = side({"a": {"cer": 0.1, metric: 0.05}}), side({"a": {"cer": 0.1, metric: 0.4}}, seed=2)
    there = gate.check(old, new, budgets=asked, **OPTIONS).findings[1]
    back = gate.check(new, old, budgets=asked, **OPTIONS).findings[1]
    assert (there.metric, there.outcome, back.outcome) == (metric, "fail", "pass")
    assert (there.change.delta.value or 0) < 0 < (back.change.delta.value or 0)
    assert (there.baseline.value or 0) > (there.candidate.value or 0)


@pytest.mark.parametrize("metric", ["hallucination", "keywords_false_alarms", "wer", "loops"])
def test_any_metric_can_be_judged(side: Sides, yaml: Yaml, metric: str) -> None:
    asked = budgets.read(yaml(f"strata: {{a: {{metrics: {{{metric}: }}}}}}"))
    old, new = side({"a": {"cer": 0.1, metric: 0.05}}), side({"a": {"cer": 0.1, metric: 0.4}}, seed=2)
    if metric == "keywords_false_alarms":  # its bad tokens are insertions
        old, new = (inserted(one) for one in (old, new))
    verdict = gate.check(old, new, budgets=asked, **OPTIONS)
    assert [(f.metric, f.outcome) for f in verdict.findings if f.metric == metric] == [(metric, "fail")]


def inserted(side: Side) -> Side:
    from dataclasses import replace

    suite = side.suites[0]
    blocks = {block: (cells[0], (cells[1][0], 0, 0, cells[1][1])) for block, cells in suite.blocks.items()}
    return replace(side, suites=(replace(suite, blocks=blocks),))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("strata: {phon: {margin: 0.1}}", "strata.phon"),
        ("strata: {xyz: }", "Known: "),
        ("suites: {phone_amr_4: }", "phone_amr_4"),
        ("caps: {cer: {phon: 0.1}}", "Did you mean phone?"),
        ("metrics: {ceer: }", "Did you mean cer?"),
        ("strata: {phone: {metrics: {hallucinations: }}}", "Did you mean hallucination?"),
        ("caps: {halucination: 0.1}", "Did you mean hallucination?"),
        ("caps: {peak_memory: 2000}", "Did you mean peak_memory_mb?"),
        ("margins: 0.1", "Did you mean margin?"),
        ("strata: {phone: {margn: 0.1}}", "Did you mean margin?"),
        ("strata: {phone: {metrics: {wer: {levl: warn}}}}", "Did you mean level?"),
        ("strata: {phone: {level: warning}}", "strata.phone.level"),
        ("strata: {phone: {require: better}}", "strata.phone.require"),
        ("margin: .nan", "margin"),
        ("margin: .inf", "margin"),
        ("margin: -0.1", "margin"),
        ("margin: 2", "0.01 is one point"),
        ("margin: yes", "margin"),
        ("margin: '0.1'", "margin"),
        ("margin: 1%", "margin"),
        ("margin: [0.1]", "margin"),
        ("strata: {phone: {least_effect: .nan}}", "strata.phone.least_effect"),
        ("strata: {phone: 0.1}", "strata.phone"),
        ("strata: [phone]", "strata"),
        ("caps: 3", "caps"),
        ("caps: {loops: 2.5}", "number of clips"),
        ("caps: {loops: .nan}", "loops"),
        ("caps: {loops: -1}", "loops"),
        ("caps: {cer: 12}", "fraction"),
        ("caps: {cer: {phone: 12}}", "fraction"),
        ("caps: {cer: true}", "cer"),
        ("caps: {cer: '0.1'}", "cer"),
        ("caps: {cer: }", "cer"),
        ("caps: {seconds_per_second: {phone: 1}}", "one figure for the whole model"),
        ("strata: {phone: {require: superior, margin: 0.1}}", "leave one of them out"),
        ("strata: {phone: }\nstrata: {noisy: }", "twice"),
        ("caps: {loops: 3, loops: 30}", "twice"),
        ("{1: 2}", "1"),
        ("strata: {1: {margin: 0.1}}", "strata"),
        ("margin: 0.1: 0.2", "not usable"),
        ("a: b: c", "not usable"),
        ("&a [*a]", "not usable"),
        ("- margin: 0.1", "not usable"),
        ("just words", "not usable"),
        ("", "not usable"),
        ("# nothing\n", "not usable"),
        ("{}", "not usable"),
        ("\x00", "not usable"),
    ],
)
def test_what_cannot_be_meant_is_refused(side: Sides, yaml: Yaml, text: str, said: str) -> None:
    old = side({"phone/amr": 0.1, "noisy": 0.1})
    with pytest.raises(UserError) as refused:
        gate.check(old, old, budgets=budgets.read(yaml(text)), **OPTIONS)
    assert refused.value.exit_code == 2
    assert said in refused.value.text("en")
    assert refused.value.text("ko")


def test_not_utf8_and_not_there_are_refused(tmp_path: Path) -> None:
    (tmp_path / "cp949.yaml").write_bytes("# 예산\nmargin: 0.1".encode("cp949"))
    for name in ("cp949.yaml", "none.yaml", ""):
        with pytest.raises(UserError) as refused:
            budgets.read(tmp_path / name)
        assert refused.value.exit_code == 2


def test_a_mark_of_byte_order_and_a_whole_number_are_fine(tmp_path: Path) -> None:
    (tmp_path / "bom.yaml").write_text("\ufeffmargin: 0\nleast_effect: 1\n", encoding="utf-8")
    assert budgets.read(tmp_path / "bom.yaml").margin == 0.0


@pytest.mark.parametrize(
    "text",
    [
        "strata: {speaker: }",
        "suites: {noisy_10: }",
        "strata: {phone: {metrics: {wer: }}}",
        "metrics: {wer: }",
        "caps: {wer: 0.5}",
        "caps: {cer: {speaker: 0.5}}",
        "caps: {seconds_per_second: 1}",
        "caps: {peak_memory_mb: 1}",
    ],
)
def test_what_is_known_and_has_no_evidence_never_passes(side: Sides, yaml: Yaml, text: str) -> None:
    one = side({"phone": 0.1})
    verdict = gate.check(one, one, budgets=budgets.read(yaml(text)), **OPTIONS)
    assert (verdict.outcome, verdict.exit_code()) == ("incomplete", 5)


def test_a_metric_asked_everywhere_is_judged_where_it_counts_and_named_where_not(side: Sides, yaml: Yaml) -> None:
    asked = budgets.read(yaml("metrics: {digits_phone: {margin: 0.2}}"))
    one = side({"a": {"cer": 0.1, "digits_phone": 0.0}, "b": 0.1})
    verdict = gate.check(one, one, margin=0.1, budgets=asked, **OPTIONS)
    assert [(f.group, f.metric) for f in verdict.findings] == [("a", "cer"), ("a", "digits_phone"), ("b", "cer")]
    assert verdict.outcome == "pass"
    assert "b" in verdict.left_out[0].en
    assert verdict.to_json()["left_out"]
    named = budgets.read(yaml("strata: {b: {metrics: {digits_phone: }}}"))
    assert gate.check(one, one, margin=0.1, budgets=named, **OPTIONS).outcome == "incomplete"


def test_blocks_that_hold_none_of_a_metric_are_not_counted(side: Sides, yaml: Yaml) -> None:
    """120 speakers of whom eight say a number are eight."""
    from dataclasses import replace

    one = side({"a": {"cer": 0.1, "digits_phone": 0.1}})
    suite = one.suites[0]
    spared = {b: (c[0], c[1] if n < 8 else (0, 0, 0, 0)) for n, (b, c) in enumerate(suite.blocks.items())}
    one = replace(one, suites=(replace(suite, blocks=spared),))
    verdict = gate.check(one, one, budgets=budgets.read(yaml("metrics: {digits_phone: }")), **OPTIONS)
    assert [finding.change.blocks for finding in verdict.findings] == [30, 8]
    assert verdict.findings[1].outcome == "inconclusive"
