"""Long form: whole calls of minutes, given or joined of each speaker's clips, on one track or on two."""

from __future__ import annotations

from collections import deque

from augment import Channel, rng
from eval_suites import calls
from eval_suites.calls import Line
from eval_suites.item import Item
from eval_suites.suite import WINDOW_S, Suite
from eval_suites.suites import Request
from eval_suites.suites._shared import FOREIGN

FROM_MANIFEST = ("longform_",)
CALLS = {"smoke": 1, "standard": 4, "full": 12}
"""Calls of each kind at most."""
LENGTHS_S = {"smoke": (60.0, 90.0), "standard": (120.0, 300.0), "full": (120.0, 1800.0)}
"""How long they last: the first as long as may be, the others drawn, evenly in the logarithm; and never longer than
somebody has clips for."""
SHORTEST_S = 60.0
"""Nobody's call is joined that would be shorter."""
LONGEST_S = 7200.0
"""The user's own calls may last so long."""
CROSSTALK_DB = (-40.0, -25.0)
"""How loud one side is on the other's track, in every second call."""


def build(request: Request) -> list[Suite]:
    """Calls on one track, on two, and those of the manifest; of each a suite if there are any."""
    if request.manifest is None:
        return []
    talks = [talk for talk in calls.talks(request.manifest, WINDOW_S) if _spoken_s(talk) >= SHORTEST_S]
    alone = _alone(talks, request.size)
    pairs = zip(talks[::2], talks[1::2], strict=False)
    together = [item for number, pair in enumerate(pairs) for item in _together(number, *pair, request.size)]
    suites = []
    if alone:
        suites.append(_suite("one_track", "Joined calls, one track", "이어 붙인 통화, 한 트랙", alone, 1))
    if together:
        suites.append(_suite("two_tracks", "Joined calls, two tracks", "이어 붙인 통화, 두 트랙", together, 2))
    if any(line.duration_s > WINDOW_S for line in calls.lines(request.manifest)):
        suites.append(_given())
    return suites


def _given() -> Suite:
    title = {"en": "Whole calls as recorded", "ko": "녹음된 그대로의 전체 통화"}
    channel = Channel("clean", ())
    return Suite("longform_given", "longform", title, channel, longest_s=LONGEST_S, over_s=WINDOW_S, unless=FOREIGN)


def _suite(name: str, en: str, ko: str, items: list[Item], tracks: int) -> Suite:
    return Suite(
        f"longform_{name}",
        "longform",
        {"en": en, "ko": ko},
        Channel("clean", ()),
        conditions={"tracks": tracks},
        items=tuple(items),
    )


def _alone(talks: list[list[Line]], size: str) -> list[Item]:
    """A call of each speaker; then, while there are too few, another of those who have clips left for one."""
    waiting, found = deque((talk, 1) for talk in talks), list[Item]()
    while waiting and len(found) < CALLS[size]:
        talk, part = waiting.popleft()
        name = f"longform-1-{_name(talk)}" + (f"-{part}" if part > 1 else "")
        found.append(calls.one_track(name, talk, _length_s(len(found), size)))
        left = talk[len(found[-1].source["pieces"]) :]
        if _spoken_s(left) >= SHORTEST_S:
            waiting.append((left, part + 1))
    return found


def _together(number: int, one: list[Line], other: list[Line], size: str) -> tuple[Item, ...]:
    """Both tracks of a call."""
    if number >= CALLS[size]:
        return ()
    draw = rng(calls.SEED, "longform crosstalk", number)
    crosstalk_db = round(float(draw.uniform(*CROSSTALK_DB)), 1) if number % 2 else None
    name = f"longform-2-{_name(one)}-{_name(other)}"
    return calls.two_tracks(name, one, other, _length_s(number, size), crosstalk_db)


def _length_s(number: int, size: str) -> float:
    shortest_s, longest_s = LENGTHS_S[size]
    share = float(rng(calls.SEED, "longform length", number).random()) if number else 1.0
    return float(shortest_s * (longest_s / shortest_s) ** share)


def _name(talk: list[Line]) -> str:
    return talk[0].utterance.speaker or talk[0].utterance.call or ""


def _spoken_s(talk: list[Line]) -> float:
    return sum(line.duration_s for line in talk)
