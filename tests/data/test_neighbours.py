"""Neighbours: which utterance was said just before another one."""

from __future__ import annotations

from kowhisper_tel.core.utterance import Utterance
from kowhisper_tel.data import neighbours
from kowhisper_tel.data.neighbours import NONE


def said(place: int, **rest: object) -> Utterance:
    fields = {"audio": "a.wav", "text": "네", **rest}
    return Utterance(id=f"u{place}", **fields)


def before(*rows: dict) -> list[int]:
    return neighbours.before([said(place, **row) for place, row in enumerate(rows)]).tolist()


def test_a_call_is_ordered_by_time_across_its_two_sides() -> None:
    rows = [
        {"call": "c", "audio": "agent.wav", "start_s": 0.0, "end_s": 1.0},
        {"call": "c", "audio": "agent.wav", "start_s": 5.0, "end_s": 6.0},
        {"call": "c", "audio": "customer.wav", "start_s": 2.0, "end_s": 3.0},
        {"call": "c", "audio": "agent.wav", "track": 1, "start_s": 7.0, "end_s": 8.0},
    ]
    assert before(*rows) == [NONE, 2, 0, 1]


def test_turns_in_files_of_their_own_follow_the_manifest() -> None:
    rows = [{"call": "c", "audio": "1.wav"}, {"call": "d", "audio": "1.wav"}, {"call": "c", "audio": "2.wav"}]
    assert before(*rows) == [NONE, NONE, 0]


def test_without_a_call_the_file_and_track_stand_for_it() -> None:
    times = [{"start_s": float(s), "end_s": s + 1.0} for s in (4, 0, 2)]
    assert before(*times) == [2, NONE, 1]
    assert before(*({**t, "track": n} for n, t in enumerate(times))) == [NONE] * 3


def test_single_files_know_of_no_call() -> None:
    found = neighbours.before([said(0, audio="1.wav"), said(1, audio="2.wav"), said(2, audio="2.wav")])
    assert found.tolist() == [NONE] * 3
    assert not neighbours.known(found)


def test_a_call_without_a_name_is_none() -> None:
    assert before({"call": "", "audio": "1.wav"}, {"call": "", "audio": "2.wav"}) == [NONE] * 2
