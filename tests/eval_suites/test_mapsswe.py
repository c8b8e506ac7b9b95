"""MAPSSWE equals NIST's sctk, whose results on a hundred made-up cases are kept."""

from __future__ import annotations

import importlib.util
import json
import math
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st

from eval_suites import mapsswe
from eval_suites.mapsswe import compare
from eval_suites.statistics import paired_bootstrap

_spec = importlib.util.spec_from_file_location("eval_suites_sctk", Path(__file__).parent / "sctk.py")
assert _spec is not None
assert _spec.loader is not None
sctk: Any = importlib.util.module_from_spec(_spec)
sys.modules["eval_suites_sctk"] = sctk
_spec.loader.exec_module(sctk)

GOLDEN = json.loads(sctk.GOLDEN.read_text(encoding="utf-8"))


def assert_equal(ours: mapsswe.MatchedPairs, theirs: dict[str, Any]) -> None:
    """To the three decimals that sctk prints; its p is that of |z| cut to hundredths, and never below 0.001."""
    assert ours.segments == theirs["segments"]
    assert list(ours.errors) == list(theirs["errors"])
    for name in ("mean", "deviation", "z"):
        assert getattr(ours, name) == pytest.approx(theirs[name], abs=0.00051), name
    cut = math.floor(abs(ours.z) * 100 + 1e-9) / 100
    assert max(2 * scipy.stats.norm.sf(cut), 0.001) == pytest.approx(theirs["p"], abs=0.00051)
    assert ours.p == pytest.approx(2 * scipy.stats.norm.sf(abs(ours.z)))


@pytest.mark.parametrize("record", GOLDEN, ids=lambda record: str(record["case"]))
def test_a_hundred_cases_equal_what_sctk_printed(record: dict[str, Any]) -> None:
    texts = sctk.texts(record["case"])
    assert sctk.digest(texts) == record["texts"], "other texts than the golden's: make it again with sctk.py"
    assert_equal(compare(*texts), record)


def test_the_golden_has_all_kinds() -> None:
    """Both verdicts, loops, words and syllables: else equality would say little."""
    assert len(GOLDEN) == sctk.CASES == 100
    p = np.array([record["p"] for record in GOLDEN])
    assert 20 <= (p <= 0.05).sum() <= 80
    assert sum(max(record["percent"]) > 50 for record in GOLDEN) >= 10


@pytest.mark.slow
@pytest.mark.skipif(not sctk.present(), reason="sctk is not installed (apt-get install sctk)")
def test_sctk_itself_says_the_same() -> None:
    for case in range(1000, 1100):
        texts = sctk.texts(case)
        assert_equal(compare(*texts), vars(sctk.run(texts)))


def segmented(reference: str, one: str, other: str) -> tuple[int, tuple[int, int]]:
    found = compare([reference], [one], [other])
    return found.segments, found.errors


@pytest.mark.parametrize(
    ("reference", "one", "other", "expected"),
    [
        ("가나다라마바", "가나다라마바", "가나다라마바", (0, (0, 0))),
        ("가나다라마바", "하나다라마바", "가나다라마하", (2, (1, 1))),  # four right between
        ("가나다라", "하나다라", "가나다하", (2, (1, 1))),  # two right between
        ("가나다", "하나다", "가나하", (1, (1, 1))),  # one right between
        ("가나다라", "가하나다라", "가나다하라", (2, (1, 1))),  # insertions before 나 and 라, 나다 between
        ("가나다라", "가하나다라", "가나하다라", (1, (1, 1))),  # only 나 between
        ("가나", "가나하하", "가나", (1, (2, 0))),  # after the end
        ("가나", "가나", "가나하하", (1, (0, 2))),
        ("가나", "", "가나", (1, (2, 0))),  # heard nothing
        ("", "하", "", (1, (1, 0))),  # nothing was said
    ],
)
def test_segments_are_bounded_by_two_right_tokens(
    reference: str, one: str, other: str, expected: tuple[int, tuple[int, int]]
) -> None:
    assert segmented(reference, one, other) == expected
    assert segmented(reference, other, one) == (expected[0], expected[1][::-1])


def test_no_difference_has_no_z() -> None:
    assert compare([], [], []) == compare(["가"], ["가"], ["가"])
    same = compare(["가나다"] * 5, ["가하다"] * 5, ["하하다"] * 5)
    assert (same.mean, same.deviation, same.z, same.p) == (-1.0, 0.0, 0.0, 1.0)
    with pytest.raises(ValueError, match="3 references"):
        compare(["가"] * 3, ["가"] * 3, ["가"] * 2)


WORD = st.text("가나다", min_size=0, max_size=8)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(WORD, WORD, WORD), max_size=12))
def test_sides_swap_and_neither_order_nor_company_matters(sentences: list[tuple[str, str, str]]) -> None:
    references, one, other = ([s[side] for s in sentences] for side in range(3))
    found, swapped = compare(references, one, other), compare(references, other, one)
    assert (swapped.z, swapped.p, swapped.errors) == (-found.z, found.p, found.errors[::-1])
    alone = [compare([r], [a], [b]) for r, a, b in sentences]
    assert found.segments == sum(test.segments for test in alone)
    assert found.errors == tuple(sum(test.errors[side] for test in alone) for side in (0, 1))
    as_words = compare(*([list(text) for text in side] for side in (references, one, other)))
    assert as_words == found


def plainly(reference: str, hypothesis: str) -> int:
    """Errors of the cheapest alignment, the straightforward way; what is cheapest with 4 and 3 a piece."""
    best = {(0, 0): (0, 0)}
    for i in range(len(reference) + 1):
        for j in range(len(hypothesis) + 1):
            ways = []
            if i and j:
                cost, errors = best[i - 1, j - 1]
                differ = reference[i - 1] != hypothesis[j - 1]
                ways.append((cost + 4 * differ, 0, errors + differ))
            if j:
                cost, errors = best[i, j - 1]
                ways.append((cost + 3, 1, errors + 1))
            if i:
                cost, errors = best[i - 1, j]
                ways.append((cost + 3, 2, errors + 1))
            if ways:
                cost, _, errors = min(ways)
                best[i, j] = cost, errors
    return best[len(reference), len(hypothesis)][1]


@settings(max_examples=100, deadline=None)
@given(WORD, WORD)
def test_errors_are_those_of_the_cheapest_alignment(reference: str, hypothesis: str) -> None:
    assert compare([reference], [hypothesis], [reference]).errors == (plainly(reference, hypothesis), 0)


def test_rows_are_paired_by_clip_whatever_their_order() -> None:
    references, one, other = sctk.texts(4)
    facts = {"suite": "clean", "utterance_id": [f"u{n}" for n in range(len(references))], "block_kind": "speaker"}
    facts |= {"block": [f"s{n % 21}" for n in range(len(references))], "deletions": 0, "insertions": 0}
    facts |= {"reference_norm": [" ".join(words) for words in references], "hits": 5, "substitutions": 1}
    facts |= {f"wer_{name}": facts[name] for name in ("hits", "substitutions", "deletions", "insertions")}
    rows = [pd.DataFrame(facts | {"hypothesis_norm": [" ".join(words) for words in side]}) for side in (one, other)]
    shuffled = rows[1].sample(frac=1, random_state=3)
    assert paired_bootstrap(rows[0], shuffled, metric="wer", draws=100).mapsswe_p == compare(references, one, other).p
    syllables = compare(*(["".join(words) for words in side] for side in (references, one, other)))
    assert paired_bootstrap(rows[0], shuffled, draws=100).mapsswe_p == syllables.p
    assert math.isnan(paired_bootstrap(rows[0], shuffled, draws=100, segments=False).mapsswe_p)
    without = [side.drop(columns="hypothesis_norm") for side in rows]
    assert math.isnan(paired_bootstrap(without[0], without[1], draws=100).mapsswe_p)
