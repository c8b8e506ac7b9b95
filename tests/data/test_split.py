"""Splits: no speaker on two sides, the same for any order of the input, durations near the shares."""

from __future__ import annotations

import random
from collections import defaultdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.utterance import Utterance
from kowhisper_tel.data.split import Part, SplitSpec, assign

SPECS = st.sampled_from(["8:2", "6:4", "8:1:1"]).map(SplitSpec.parse)
# Speaker number, milliseconds and (seldom) a split that the corpus gives this speaker.
PEOPLE = st.lists(
    st.tuples(
        st.lists(st.integers(1, 30_000), min_size=1, max_size=5), st.sampled_from([None, None, None, "train", "test"])
    ),
    min_size=3,
    max_size=12,
).filter(lambda people: sum(given is None for _, given in people) >= 3)


def corpus(people: list[tuple[list[int], str | None]]) -> list[Part]:
    return [
        Part(
            Utterance(f"{speaker}-{n}", "a.wav", "가", speaker=f"s{speaker}"),
            ms / 1000,
            given_split if n == 0 else None,
        )
        for speaker, (lengths, given_split) in enumerate(people)
        for n, ms in enumerate(lengths)
    ]


@settings(max_examples=40, deadline=None)
@given(PEOPLE, SPECS, st.integers(0, 9))
def test_laws(people: list[tuple[list[int], str | None]], spec: SplitSpec, seed: int) -> None:
    parts = corpus(people)
    placed = assign(parts, spec, seed)
    sides = defaultdict(set)
    for part in parts:
        sides[part.utterance.speaker].add(placed[part.utterance.id])
        assert part.given in (None, placed[part.utterance.id])
    assert all(len(splits) == 1 for splits in sides.values())
    free = {f"s{i}" for i, (_, given_split) in enumerate(people) if given_split is None}
    assert {next(iter(sides[speaker])) for speaker in free} == set(spec.shares)
    shuffled = parts[:]
    random.Random(seed).shuffle(shuffled)
    assert assign(shuffled, spec, seed) == placed


NAMES = st.lists(
    st.tuples(st.sampled_from("abcdefgh"), st.sampled_from([None, *"12345678a"])) | st.tuples(st.none(), st.just("9")),
    min_size=4,
    max_size=12,
)


@settings(max_examples=100, deadline=None)
@given(NAMES, st.lists(st.sampled_from([None, None, None, "train", "test"]), min_size=12, max_size=12), SPECS)
def test_no_speaker_and_no_call_is_on_two_sides(names: list, given_splits: list, spec: SplitSpec) -> None:
    parts = [
        Part(Utterance(f"u{i}", "a.wav", "가", speaker=speaker, call=call), 1.0, given_splits[i])
        for i, (speaker, call) in enumerate(names)
    ]
    try:
        placed = assign(parts, spec, 3)
    except UserError:
        return  # it may refuse, and often must
    assert assign(parts[::-1], spec, 3) == placed
    for field in ("speaker", "call"):
        sides = defaultdict(set)
        for part in parts:
            sides[getattr(part.utterance, field)].add(placed[part.utterance.id])
        assert all(len(splits) == 1 for name, splits in sides.items() if name)


def test_one_agent_in_all_calls_leaves_nothing_to_divide() -> None:
    parts = [
        Part(Utterance(f"{call}-{who}", "a.wav", "가", speaker=who, call=f"c{call}"), 1.0)
        for call in range(6)
        for who in ("agent", f"caller{call}")
    ]
    with pytest.raises(UserError, match="agent stands in 6 calls") as caught:
        assign(parts, SplitSpec.parse("8:2"), 1)
    assert caught.value.code == "prepare.joined_speakers"
    assert all(f"split_by: {what}" in str(caught.value) for what in ("call", "utterance"))
    callers = [part for part in parts if part.utterance.speaker != "agent"]
    assert set(assign(callers, SplitSpec.parse("8:2"), 1).values()) == {"train", "test"}


@pytest.mark.parametrize("written", ["8:2", "6:4", "8:1:1"])
def test_durations_come_near_the_shares(written: str) -> None:
    spec = SplitSpec.parse(written)
    parts = corpus([([100 + 37 * i % 900, 500], None) for i in range(60)])
    placed = assign(parts, spec, 7)
    total = sum(p.duration_s for p in parts)
    for split, share in spec.shares.items():
        found = sum(p.duration_s for p in parts if placed[p.utterance.id] == split) / total
        assert found == pytest.approx(share, abs=0.02)


def test_another_seed_is_another_split() -> None:
    parts = corpus([([1000], None) for _ in range(30)])
    spec = SplitSpec.parse("8:2")
    assert len({tuple(assign(parts, spec, seed).values()) for seed in range(5)}) == 5


def test_calls_stand_in_for_speakers_and_utterances_on_request() -> None:
    parts = [Part(Utterance(f"u{i}", "a.wav", "가", call=f"c{i // 4}"), 1.0) for i in range(16)]
    placed = assign(parts, SplitSpec.parse("6:4"), 1)
    assert all(len({placed[f"u{i}"] for i in range(4 * call, 4 * call + 4)}) == 1 for call in range(4))
    by_utterance = assign(
        [Part(Utterance(f"u{i}", "a.wav", "가"), 1.0) for i in range(10)], SplitSpec.parse("8:2", "utterance"), 1
    )
    assert sorted(by_utterance.values()) == ["test"] * 2 + ["train"] * 8


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        (
            [Part(Utterance("a", "a", "가", speaker="s"), 1.0), Part(Utterance("b", "a", "가", speaker="s"), 1.0)],
            "few_speakers",
        ),
        ([Part(Utterance("a", "a", "가", speaker="s"), 1.0), Part(Utterance("b", "a", "가"), 1.0)], "no_speakers"),
        (
            [
                Part(Utterance("a", "a", "가", speaker="s"), 1.0, "train"),
                Part(Utterance("b", "a", "가", speaker="s"), 1.0, "test"),
            ],
            "speaker_overlap",
        ),
    ],
)
def test_refusals(parts: list[Part], code: str) -> None:
    with pytest.raises(UserError) as caught:
        assign(parts, SplitSpec.parse("8:2"), 1)
    assert caught.value.code == f"prepare.{code}"


def test_what_is_given_needs_no_speakers() -> None:
    parts = [Part(Utterance("a", "a", "가"), 1.0, "train"), Part(Utterance("b", "a", "가"), 1.0, "test")]
    assert assign(parts, SplitSpec.parse("8:2"), 1) == {"a": "train", "b": "test"}


@pytest.mark.parametrize("written", ["8", "8:x", "8:0", "1:1:1:1", "nan:1", {"tset": 1.0}, {}, {"train": -1.0}])
def test_bad_splits(written: str | dict[str, float]) -> None:
    with pytest.raises(UserError, match="split"):
        SplitSpec.parse(written)


def test_shares_by_name() -> None:
    assert SplitSpec.parse({"train": 3, "dev": 1}).shares == {"train": 0.75, "dev": 0.25}


def people_of_strata(seed: int, count: int = 40) -> list[Part]:
    """Speakers with gender, age and region as uneven as in life, each with 1 to 8 utterances."""
    rng = random.Random(seed)
    parts = []
    for speaker in range(count):
        tags = {
            "gender": rng.choices("FM", (3, 2))[0],
            "age": rng.choices(("20", "30", "40", "60"), (5, 3, 2, 1))[0],
            "region": rng.choices(("Seoul", "Busan", "Jeju"), (6, 3, 1))[0],
        }
        for n in range(rng.randint(1, 8)):
            utterance = Utterance(f"{speaker}-{n}", "a.wav", "가", speaker=f"s{speaker}", tags=tags)
            parts.append(Part(utterance, rng.uniform(1, 9)))
    return parts


def imbalance(parts: list[Part], placed: dict[str, str], spec: SplitSpec) -> float:
    """The mean distance of a stratum's share in a split from the split's, over strata of a tenth or more."""
    total = sum(p.duration_s for p in parts)
    strata: defaultdict[tuple[str, str], list[Part]] = defaultdict(list)
    for part in parts:
        for stratum in part.utterance.tags.items():
            strata[stratum].append(part)
    found = []
    for inside in strata.values():
        amount = sum(p.duration_s for p in inside)
        if amount >= total / 10:
            for split, share in spec.shares.items():
                part_of = sum(p.duration_s for p in inside if placed[p.utterance.id] == split) / amount
                found.append(abs(part_of - share))
    return sum(found) / len(found)


@pytest.mark.parametrize("written", ["8:2", "6:4", "8:1:1"])
def test_strata_are_divided_by_the_shares_too(written: str) -> None:
    plain, stratified = SplitSpec.parse(written), SplitSpec.parse(written, strata=("gender", "age", "region"))
    before, after = [], []
    for seed in range(4):
        parts = people_of_strata(seed)
        placed = assign(parts, stratified, seed)
        assert assign(parts[::-1], stratified, seed) == placed
        sides = {(p.utterance.speaker, placed[p.utterance.id]) for p in parts}
        assert len(sides) == 40
        total = sum(p.duration_s for p in parts)
        for split, share in stratified.shares.items():
            found = sum(p.duration_s for p in parts if placed[p.utterance.id] == split) / total
            assert found == pytest.approx(share, abs=0.05)
        before.append(imbalance(parts, assign(parts, plain, seed), plain))
        after.append(imbalance(parts, placed, stratified))
    assert sum(after) < 0.5 * sum(before)


def test_a_tag_that_nobody_has_is_refused() -> None:
    with pytest.raises(UserError, match="accent") as caught:
        assign(people_of_strata(1, 5), SplitSpec.parse("8:2", strata=("accent",)), 1)
    assert caught.value.code == "prepare.no_stratum"


def test_by_call_speakers_may_stand_on_both_sides() -> None:
    parts = [
        Part(Utterance(f"{call}-{who}", "a.wav", "가", speaker=who, call=f"c{call}"), 1.0)
        for call in range(10)
        for who in ("agent", f"caller{call}")
    ]
    placed = assign(parts, SplitSpec.parse("8:2", "call"), 1)
    sides = defaultdict(set)
    for part in parts:
        sides[part.utterance.call].add(placed[part.utterance.id])
    assert all(len(splits) == 1 for splits in sides.values())
    assert sorted(split for splits in sides.values() for split in splits) == ["test"] * 2 + ["train"] * 8
    with pytest.raises(UserError) as caught:
        assign([Part(Utterance("a", "a.wav", "가", speaker="kim"), 1.0)], SplitSpec.parse("8:2", "call"), 1)
    assert caught.value.code == "prepare.no_calls"


def test_one_speaker_written_in_two_ways_is_one() -> None:
    parts = [
        Part(Utterance(f"{n}-{name}", "a.wav", "가", speaker=name), 1.0)
        for n in range(2)
        for name in ("Kim", "ｋｉｍ ", "lee", "park", "choi")
    ]
    placed = assign(parts, SplitSpec.parse("6:4"), 3)
    assert len({placed[p.utterance.id] for p in parts if p.utterance.speaker in ("Kim", "ｋｉｍ ")}) == 1
