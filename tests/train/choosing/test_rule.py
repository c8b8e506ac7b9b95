"""Which candidate is chosen, from figures alone."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval_suites.tally import Tally
from kowhisper_tel.train.choosing.figures import Figures, Heard
from kowhisper_tel.train.choosing.rule import Candidate, choose, measurings_since_best, score

LENGTH = 100
METRICS = ("worst_stratum", "mean_strata", "last")


def figures(**errors: int) -> Figures:
    """Strata of one suite each, of 100 syllables."""
    heard = {
        name: Heard(Tally(max(LENGTH - n, 0), min(n, LENGTH), 0, max(n - LENGTH, 0)), 0, 0, 5)
        for name, n in errors.items()
    }
    return Figures(heard, {name: name for name in errors})


def step(number: int, **errors: int) -> Candidate:
    return Candidate("step", number, figures(**errors))


BASE = figures(clean=10, phone=40, noisy=50)
CURVE = [
    step(10, clean=11, phone=10, noisy=10),
    step(20, clean=8, phone=30, noisy=30),
    step(30, clean=9, phone=33, noisy=44),
]


def test_worst_stratum_looks_at_the_one_that_gained_least_over_the_base() -> None:
    assert [score(c.figures, BASE, "worst_stratum") for c in CURVE] == [1.1, 0.8, 0.9]
    assert choose(CURVE, BASE, "worst_stratum").step == 20


def test_mean_strata_weighs_all_alike() -> None:
    assert score(CURVE[0].figures, BASE, "mean_strata") == pytest.approx((0.11 + 0.1 + 0.1) / 3)
    assert choose(CURVE, BASE, "mean_strata").step == 10


def test_last_is_the_latest_step_whatever_it_does() -> None:
    assert choose(CURVE[::-1], BASE, "last").step == 30


def test_a_stratum_is_the_sum_of_its_suites() -> None:
    two = Figures(
        {"a": Heard(Tally(90, 10), 1, 0, 5), "b": Heard(Tally(0, 300), 2, 0, 5)}, {"a": "phone", "b": "phone"}
    )
    assert two.strata["phone"] == Heard(Tally(90, 310), 3, 0, 10)
    assert two.curve()["dev_cer_phone"] == two.curve()["dev_cer"] == 310 / 400
    assert two.curve()["dev_loops"] == 3
    assert two.curve()["dev_utterances"] == 10


def test_strata_without_speech_have_no_cer_and_no_say() -> None:
    silent = Heard(Tally(0, 0, 0, 70), 0, 3, 4)
    with_silence = Figures({**BASE.suites, "nospeech": silent}, {**BASE.stratum_of, "nospeech": "nospeech"})
    assert score(with_silence, with_silence, "worst_stratum") == 1
    assert with_silence.curve() | {"dev_loops_nospeech": 0} == BASE.curve() | {"dev_loops_nospeech": 0}
    assert Figures.from_json(with_silence.to_json()) == with_silence


def test_where_the_base_made_no_error_it_is_taken_to_have_made_one() -> None:
    perfect = figures(clean=0, phone=40)
    assert score(figures(clean=0, phone=20), perfect, "worst_stratum") == 0.5
    assert score(figures(clean=2, phone=20), perfect, "worst_stratum") == 2


def test_the_base_is_chosen_only_where_nothing_else_is_allowed() -> None:
    base = Candidate("base", 0, BASE)
    worse = step(10, clean=90, phone=90, noisy=90)
    assert choose([base, worse], BASE, "worst_stratum") == worse
    assert choose([base, replace(worse, allowed=False)], BASE, "worst_stratum") == base
    with pytest.raises(ValueError, match="allowed"):
        choose([replace(worse, allowed=False)], BASE, "last")


def test_of_equals_the_trained_weights_come_before_mixtures_and_the_later_step_first() -> None:
    mixed = Candidate("interpolation", 20, figures(clean=5, phone=5), alpha=0.5)
    early, late = step(10, clean=5, phone=5), step(20, clean=5, phone=5)
    base = figures(clean=10, phone=10)
    assert choose([early, mixed, late], base, "worst_stratum") == late
    assert choose([mixed, early], base, "worst_stratum") == early


ERRORS = st.fixed_dictionaries({name: st.integers(0, 250) for name in ("clean", "phone", "noisy")})
CURVES = st.lists(st.tuples(ERRORS, st.booleans()), min_size=1, max_size=6)


@given(base=ERRORS, curve=CURVES, metric=st.sampled_from(METRICS), data=st.data())
def test_nothing_allowed_is_better_than_what_is_chosen(base, curve, metric, data) -> None:  # type: ignore[no-untyped-def]
    candidates = [replace(step(n, **errors), allowed=allowed) for n, (errors, allowed) in enumerate(curve, 1)]
    candidates.append(Candidate("base", 0, figures(**base)))
    found = choose(candidates, figures(**base), metric)
    assert found == choose(data.draw(st.permutations(candidates)), figures(**base), metric), "the order decides nothing"
    allowed = [c for c in candidates if c.allowed and c.kind == "step"]
    assert (found.kind == "base") == (not allowed)
    if allowed and metric == "last":
        assert found.step == max(c.step for c in allowed)
    elif allowed:
        value = {
            "worst_stratum": lambda c: max(c.figures.suites[name].cer.errors / max(base[name], 1) for name in base),
            "mean_strata": lambda c: sum(heard.cer.errors for heard in c.figures.suites.values()),
        }[metric]
        assert found.step == min(allowed, key=lambda c: (value(c), -c.step)).step


@given(st.lists(st.sampled_from([0.0, 0.5, 1.0, 2.0]), max_size=8))
def test_patience_counts_what_came_since_the_last_improvement(scores: list[float]) -> None:
    best, waited = float("inf"), 0
    for value in scores:
        waited = 0 if value < best else waited + 1
        best = min(best, value)
    assert measurings_since_best(scores) == waited
