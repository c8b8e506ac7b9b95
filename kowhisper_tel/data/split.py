"""Split: which utterances train, which choose, which test, with no speaker and no call on two sides."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from augment import rng
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.utterance import Utterance

SPLITS = ("train", "dev", "test")
ATTEMPTS = 64
"""Seeded orders of the speakers that are tried; the best balanced one is taken."""
MOST_PLACEMENTS = 200_000
"""Fewer orders are tried where there are very many speakers."""


@dataclass(frozen=True)
class SplitSpec:
    """Shares of the speech (by duration) for each split, adding up to 1; ``by`` names what may not be on two sides."""

    shares: Mapping[str, float]
    by: str = "speaker"

    @classmethod
    def parse(cls, written: str | Mapping[str, float], by: str = "speaker") -> SplitSpec:
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
        if by not in ("speaker", "utterance"):
            raise UserError("prepare.choice", option="split_by", value=by, known="speaker, utterance")
        total = sum(shares.values())
        return cls({name: shares[name] / total for name in SPLITS if name in shares}, by)


def _ratio(written: str) -> dict[str, float]:
    names = {2: ("train", "test"), 3: SPLITS}
    try:
        parts = [float(part) for part in written.split(":")]
        return dict(zip(names[len(parts)], parts, strict=True))
    except (ValueError, KeyError):
        raise UserError("prepare.split", split=written, problem="not two or three numbers with colons") from None


@dataclass(frozen=True)
class Part:
    """One utterance to place: its duration in seconds, and the split that it is given beforehand, if any."""

    utterance: Utterance
    duration_s: float
    given: str | None = None


def assign(parts: Sequence[Part], spec: SplitSpec, seed: int) -> dict[str, str]:
    """The split of each utterance, by id.

    Speakers and calls are placed whole, so speakers who share a call go together (with ``by: utterance`` each
    utterance goes its own way). What a corpus puts somewhere stays there and takes the rest of its speakers and calls
    with it. What is left is divided so that durations come near the shares, by the best of ``ATTEMPTS`` seeded orders:
    the same for any order of the input.

    Raises ``UserError``: ``prepare.no_speakers``, ``prepare.few_speakers``, ``prepare.joined_speakers`` (there are
    speakers enough, but calls join them), ``prepare.speaker_overlap``.
    """
    blocks = _blocks([part.utterance for part in parts], spec.by)
    fixed = _fixed(parts, blocks)
    lengths: defaultdict[str, int] = defaultdict(int)
    for part in parts:
        if blocks[part.utterance.id] not in fixed:
            lengths[blocks[part.utterance.id]] += max(1, round(part.duration_s * 1000))
    free = [part.utterance for part in parts if blocks[part.utterance.id] in lengths]
    _check_named(free, spec.by)
    _check_joined(free, len(lengths), spec)
    placed = fixed | (_divide(dict(sorted(lengths.items())), spec, seed) if lengths else {})
    return {part.utterance.id: placed[blocks[part.utterance.id]] for part in parts}


def _blocks(utterances: Sequence[Utterance], by: str) -> dict[str, str]:
    """The block of each utterance, by id: what its speaker and its call join it to, named after the first of these."""
    leader: dict[str, str] = {}

    def lead(name: str) -> str:
        while (above := leader.setdefault(name, name)) != name:
            leader[name] = name = leader[above]
        return name

    names = {utterance.id: _names(utterance, by) for utterance in utterances}
    for first, *others in names.values():
        for other in others:
            low, high = sorted((lead(first), lead(other)))
            leader[high] = low
    return {identity: lead(own[0]) for identity, own in names.items()}


def _names(utterance: Utterance, by: str) -> list[str]:
    """What may not be parted, where an utterance has it: its speaker and its call, else the utterance alone."""
    named = {"speaker": utterance.speaker, "call": utterance.call} if by == "speaker" else {}
    return [f"{kind} {name}" for kind, name in named.items() if name] or [f"utterance {utterance.id}"]


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


def _check_named(free: Sequence[Utterance], by: str) -> None:
    nameless = sorted(u.id for u in free if not (u.speaker or u.call))
    if by == "speaker" and nameless:
        raise UserError("prepare.no_speakers", count=len(nameless), example=nameless[0])


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


def _divide(lengths: Mapping[str, int], spec: SplitSpec, seed: int) -> dict[str, str]:
    """Blocks (milliseconds each, in order of name) to splits."""
    if len(lengths) < len(spec.shares):
        wanted = ", ".join(spec.shares)
        raise UserError("prepare.few_speakers", found=len(lengths), wanted=len(spec.shares), names=wanted)
    names = list(lengths)
    attempts = max(1, min(ATTEMPTS, MOST_PLACEMENTS // len(names)))
    orders = (rng(seed, "split", attempt).permutation(len(names)) for attempt in range(attempts))
    tried = (_fill([names[i] for i in order], lengths, spec.shares) for order in orders)
    return min(tried, key=lambda found: found[0])[1]


def _fill(
    order: Sequence[str], lengths: Mapping[str, int], shares: Mapping[str, float]
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
