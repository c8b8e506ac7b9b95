"""Split: which utterances train, which choose, which test, with no speaker and no call on two sides."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from augment import rng
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.utterance import Utterance
from kowhisper_tel.data.stratify import Block, divide
from kowhisper_tel.korean.fold import fold

SPLITS = ("train", "dev", "test")
WHOLE = {"speaker": ("speaker", "call"), "call": ("call",), "utterance": ()}
"""What stays whole, by the value of ``split_by``."""
ATTEMPTS = 64
"""Seeded orders of the speakers that are tried; the best balanced one is taken."""
MOST_PLACEMENTS = 200_000
"""Fewer orders are tried where there are very many speakers."""


@dataclass(frozen=True)
class SplitSpec:
    """Shares of the speech (by duration) for each split, adding up to 1.

    ``by`` names what may not be on two sides: ``speaker`` (nor then a call), ``call`` (speakers may be) or
    ``utterance``. ``strata`` are tags of which each value is divided by the same shares.
    """

    shares: Mapping[str, float]
    by: str = "speaker"
    strata: tuple[str, ...] = ()

    @classmethod
    def parse(cls, written: str | Mapping[str, float], by: str = "speaker", strata: Sequence[str] = ()) -> SplitSpec:
        """``"8:2"`` (train:test), ``"8:1:1"`` (train:dev:test), or shares by name, which may add up to anything.

        Raises ``UserError`` ``prepare.split``.

        >>> SplitSpec.parse("6:4").shares
        {'train': 0.6, 'test': 0.4}
        """
        shares = dict(written) if isinstance(written, Mapping) else _ratio(written)
        unknown = [name for name in shares if name not in SPLITS]
        if unknown:
            raise UserError("prepare.split", split=written, problem=f"{unknown[0]} is none of {', '.join(SPLITS)}")
        if not shares or not all(math.isfinite(share) and share > 0 for share in shares.values()):
            raise UserError("prepare.split", split=written, problem="shares are numbers above 0")
        if by not in WHOLE:
            raise UserError("prepare.choice", option="split_by", value=by, known=", ".join(WHOLE))
        return cls(_of_one(shares), by, tuple(strata))

    def without(self, splits: Collection[str]) -> SplitSpec:
        """The same for what is left where some splits are given: their shares go to the others, at last to train."""
        rest = {name: share for name, share in self.shares.items() if name not in splits}
        return replace(self, shares=_of_one(rest or {"train": 1.0}))

    def to_json(self) -> dict[str, Any]:
        """The spec as a JSON object."""
        return {"by": self.by, "shares": dict(self.shares), "strata": list(self.strata)}


def _of_one(shares: Mapping[str, float]) -> dict[str, float]:
    total = sum(shares.values())
    return {name: shares[name] / total for name in SPLITS if name in shares}


def _ratio(written: str) -> dict[str, float]:
    names = {2: ("train", "test"), 3: SPLITS}
    try:
        parts = [float(part) for part in written.split(":")]
        return dict(zip(names[len(parts)], parts, strict=True))
    except (ValueError, KeyError):
        raise UserError("prepare.split", split=written, problem="not two or three numbers with colons") from None


@dataclass(frozen=True, slots=True)
class Part:
    """One utterance to place: its duration in seconds, and the split that it is given beforehand, if any."""

    utterance: Utterance
    duration_s: float
    given: str | None = None


def assign(parts: Sequence[Part], spec: SplitSpec, seed: int) -> dict[str, str]:
    """The split of each utterance, by id.

    Speakers and calls are placed whole, so speakers who share a call go together (with ``by: call`` calls alone are,
    with ``by: utterance`` each utterance goes its own way). Names are compared folded and in one case. What a corpus
    puts somewhere stays there and takes the rest of its speakers and calls with it. What is left is divided so that
    durations come near the shares (those of each stratum too, where ``spec`` names tags), by the best of several
    seeded orders: the same for any order of the input.

    Raises ``UserError``: ``prepare.no_speakers``, ``prepare.no_calls``, ``prepare.no_stratum``,
    ``prepare.few_speakers``, ``prepare.joined_speakers`` (there are speakers enough, but calls join them),
    ``prepare.speaker_overlap``.
    """
    blocks = _blocks([part.utterance for part in parts], spec.by)
    fixed = _fixed(parts, blocks)
    free = [part for part in parts if blocks[part.utterance.id] not in fixed]
    sizes = _sizes(free, blocks, spec.strata)
    utterances = [part.utterance for part in free]
    _check_named(utterances, spec.by)
    _check_joined(utterances, len(sizes), spec)
    placed = fixed | (_divide(sizes, spec, seed) if sizes else {})
    return {part.utterance.id: placed[blocks[part.utterance.id]] for part in parts}


def folded(name: str | None) -> str:
    """A speaker's or a call's name as it is compared: folded, in one case, without white space at its ends."""
    return fold(name).casefold().strip() if name else ""


def _blocks(utterances: Sequence[Utterance], by: str) -> dict[str, str]:
    """The block of each utterance, by id: what its speaker and its call join it to, named after the first of these."""
    leader: dict[str, str] = {}

    def lead(name: str) -> str:
        while (above := leader.setdefault(name, name)) != name:
            leader[name] = name = leader[above]
        return name

    first_of: dict[tuple[str | None, str | None], str] = {}
    for utterance in utterances:
        pair = utterance.speaker, utterance.call
        if pair not in first_of:
            first_of[pair], *others = _names(utterance, by) or [""]
            for other in others:
                low, high = sorted((lead(first_of[pair]), lead(other)))
                leader[high] = low
    leads = {pair: lead(first) if first else "" for pair, first in first_of.items()}
    return {u.id: leads[u.speaker, u.call] or f"utterance {u.id}" for u in utterances}


def _names(utterance: Utterance, by: str) -> list[str]:
    """What may not be parted: the speaker and the call, where an utterance has them."""
    named = {kind: folded(getattr(utterance, kind)) for kind in WHOLE[by]}
    return [f"{kind} {name}" for kind, name in named.items() if name]


def _fixed(parts: Sequence[Part], blocks: Mapping[str, str]) -> dict[str, str]:
    """The blocks that a corpus puts somewhere."""
    places: defaultdict[str, set[str]] = defaultdict(set)
    for part in parts:
        if part.given:
            places[blocks[part.utterance.id]].add(part.given)
    doubled = sorted(block for block, splits in places.items() if len(splits) > 1)
    if doubled:
        first, second = sorted(places[doubled[0]], key=SPLITS.index)[:2]
        example = doubled[0].partition(" ")[2]
        raise UserError("prepare.speaker_overlap", count=len(doubled), example=example, first=first, second=second)
    return {block: splits.pop() for block, splits in places.items()}


def _sizes(free: Sequence[Part], blocks: Mapping[str, str], strata: Sequence[str]) -> dict[str, Block]:
    """The blocks with their milliseconds, in all and of each stratum, in order of name.

    An utterance that lacks a tag is of the stratum of those that lack it. Raises ``UserError`` ``prepare.no_stratum``
    for a tag that all lack.
    """
    for tag in strata:
        if free and not any(tag in part.utterance.tags for part in free):
            known = sorted({tag for part in free for tag in part.utterance.tags})
            raise UserError("prepare.no_stratum", tag=tag, known=", ".join(known) or "-")
    amounts: defaultdict[str, float] = defaultdict(float)
    inside: defaultdict[str, defaultdict[tuple[str, str], float]] = defaultdict(lambda: defaultdict(float))
    for part in free:
        block, amount = blocks[part.utterance.id], max(1, round(part.duration_s * 1000))
        amounts[block] += amount
        for tag in strata:
            inside[block][tag, part.utterance.tags.get(tag, "")] += amount
    return {block: Block(amounts[block], dict(inside[block])) for block in sorted(amounts)}


def _check_named(free: Sequence[Utterance], by: str) -> None:
    nameless = sorted(u.id for u in free if not any(getattr(u, kind) for kind in WHOLE[by]))
    if WHOLE[by] and nameless:
        code = "prepare.no_calls" if by == "call" else "prepare.no_speakers"
        raise UserError(code, count=len(nameless), example=nameless[0])


def _check_joined(free: Sequence[Utterance], found: int, spec: SplitSpec) -> None:
    """Say so where there would be speakers (or calls, of those without) enough, were they not joined by calls."""
    calls: defaultdict[str, set[str]] = defaultdict(set)
    for utterance in free:
        if spec.by == "speaker" and utterance.speaker:
            calls[utterance.speaker].add(utterance.call or "")
    if 0 < found < len(spec.shares) <= len(calls):
        example = max(sorted(calls), key=lambda speaker: len(calls[speaker]))
        facts = {"speakers": len(calls), "found": found, "wanted": len(spec.shares), "names": ", ".join(spec.shares)}
        raise UserError("prepare.joined_speakers", **facts, example=example, calls=len(calls[example]))


def _divide(sizes: Mapping[str, Block], spec: SplitSpec, seed: int) -> dict[str, str]:
    """Blocks (in order of name) to splits."""
    if len(sizes) < len(spec.shares):
        wanted = ", ".join(spec.shares)
        raise UserError("prepare.few_speakers", found=len(sizes), wanted=len(spec.shares), names=wanted)
    if spec.strata:
        return divide(sizes, spec.shares, seed)
    names = list(sizes)
    lengths = {name: size.amount for name, size in sizes.items()}
    attempts = max(1, min(ATTEMPTS, MOST_PLACEMENTS // len(names)))
    orders = (rng(seed, "split", attempt).permutation(len(names)) for attempt in range(attempts))
    tried = (_fill([names[i] for i in order], lengths, spec.shares) for order in orders)
    return min(tried, key=lambda found: found[0])[1]


def _fill(
    order: Sequence[str], lengths: Mapping[str, float], shares: Mapping[str, float]
) -> tuple[float, dict[str, str]]:
    """Place blocks one by one where most is lacking; the worst distance from a split's share, and the places."""
    total = sum(lengths.values())
    lacking = {split: share * total for split, share in shares.items()}
    empty = set(shares)
    placed: dict[str, str] = {}
    for index, block in enumerate(order):
        # The last blocks go to splits that have none yet.
        choice = empty if len(order) - index <= len(empty) else set(shares)
        split = max(choice, key=lambda name: (lacking[name], name))
        placed[block] = split
        lacking[split] -= lengths[block]
        empty.discard(split)
    # Relative to the share: a small split is to be met as well as a large one.
    return max(abs(rest) / shares[split] for split, rest in lacking.items()), placed
