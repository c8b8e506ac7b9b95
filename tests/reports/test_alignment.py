"""The explorer's alignments: they add up to the tallies and spell the texts."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from eval_suites.alignment import tally as count
from reports.difference import runs as alignment

TEXTS = st.text(alphabet="가나다라 마<👍", max_size=24)


@given(TEXTS, TEXTS)
def test_runs_are_the_tally(reference: str, hypothesis: str) -> None:
    sums = dict.fromkeys("=sdi", 0)
    for size, kind in re.findall(r"(\d+)([=sdi])", alignment(reference, hypothesis)):
        sums[kind] += int(size)
    tally = count("".join(reference.split()), "".join(hypothesis.split()))
    assert sums == {"=": tally.hits, "s": tally.substitutions, "d": tally.deletions, "i": tally.insertions}


def test_known_case() -> None:
    assert alignment("카드 결제일", "카트 결제 일요") == "1=1s3=1i"
