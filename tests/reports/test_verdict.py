"""The verdict claims what the blocks carry, and rounds once."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from eval_suites.results import Results
from eval_suites.statistics import Interval
from reports import markdown, summary, view
from reports.compare import as_change
from reports.verdict import sentences
from reports.view import View

ONE = (("phone_g711", "phone", "G.711", "G.711", 0.05),)


def built(make: Any, speakers: int, **changes: Any) -> View:
    results: Results = make(120, speakers, suites=ONE)
    return view.build(dataclasses.replace(results, rows=results.rows.assign(**changes)))


def english(made: View) -> str:
    return " ".join(text.en for text in made.verdict)


def korean(made: View) -> str:
    return " ".join(text.ko for text in made.verdict)


def test_many_speakers_carry_a_plain_claim(make: Any) -> None:
    made = built(make, 24)
    assert "Phone-tuned brings CER down" in english(made)
    assert "these" not in english(made)
    assert made.headline
    assert not made.headline.notes


def test_few_speakers_are_said_to_be_few(make: Any) -> None:
    made = built(make, 12)
    assert "brings CER down" in english(made)
    assert "With only 12 speakers" in english(made)
    assert "화자 12명뿐이므로" in korean(made)
    assert "†" in markdown.text(made, "ko")


def test_a_description_speaks_of_these_speakers_only(make: Any) -> None:
    made = built(make, 6)
    assert "for these speakers, CER with Phone-tuned" in english(made)
    assert "brings" not in english(made)
    assert "이 화자들에서는" in korean(made)
    assert "이 화자들에게만 해당합니다" in korean(made)
    assert "‡" in markdown.text(made, "en")


def test_one_speaker_gives_no_interval(make: Any) -> None:
    made = built(make, 1)
    assert "1 speaker gives no interval" in english(made)
    assert "화자 1명뿐이라 구간을 구할 수 없습니다" in korean(made)
    assert "–" not in english(made)
    assert made.tiles[0].change
    assert made.tiles[0].change.word.en == "no interval"


@pytest.mark.parametrize(("kind", "en", "ko"), [("call", "these calls", "통화"), ("clip", "these clips", "클립")])
def test_blocks_are_called_what_they_are(make: Any, kind: str, en: str, ko: str) -> None:
    made = built(make, 6, block_kind=kind)
    assert en in english(made)
    assert ko in korean(made)
    assert "speakers" not in english(made)
    change = summary.as_json(made)["rows"][0]["change_to_base"]
    assert (change["block_kind"], change["speakers"], change["blocks"]) == (kind, None, 6)


def test_a_change_is_rounded_once(make: Any) -> None:
    """1.34996 is 1.3; rounded to 1.35 first it would become 1.4."""
    interval = Interval(0.1, 0.0865004, -0.0134996, -0.02, -0.01, -0.135, 30, "speaker", 0.95, "bootstrap", 0.003)
    headline = built(make, 24).headline
    assert headline
    row = dataclasses.replace(headline.rows[0], to_base=as_change(interval))
    assert "by 1.3 points" in sentences(dataclasses.replace(headline, rows=(row,)))[0].en
