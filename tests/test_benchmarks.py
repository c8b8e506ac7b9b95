"""Benchmarks: what their table says, and that the peers' answers are the same as ours where they must be."""

from __future__ import annotations

import pytest

from benchmarks import score_speed
from benchmarks.__main__ import benchmarks
from benchmarks.match import Match, in_turn, table


def test_a_match_is_the_median_of_its_rounds() -> None:
    match = Match.of("scoring", "CER", "a peer", "pairs/s", 100, ([1.0, 2.0, 4.0], [3.0, 4.0, 20.0]))
    assert (match.ours, match.theirs) == (50.0, 25.0)
    assert (match.ratio, match.low, match.high) == (3.0, 2.0, 5.0)
    assert table([match])[-1] == "| scoring | CER | a peer | pairs/s | 50 | 25 | 3.0 (2.0 to 5.0) |"


def test_sides_take_turns() -> None:
    calls: list[str] = []
    rounds = in_turn((lambda: calls.append("a"), lambda: calls.append("b")), rounds=2)
    assert calls == ["a", "b"] * 3
    assert [len(side) for side in rounds] == [2, 2]


def test_scores_are_those_of_jiwer(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(score_speed, "PAIRS", 50)
    (found,) = score_speed.main()
    assert found.ours > 0
    assert "the same rates" in capsys.readouterr().out


def test_without_real_speech_what_needs_it_is_said_to_be_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    names = {benchmark.module for benchmark in benchmarks(None)}
    assert names == {"augment_speed", "prepare_speed", "score_speed", "report_speed"}
    assert "training and decoding are left out" in capsys.readouterr().out
