"""Made-up evaluations of two recognisers, in counts: what is known of real ones, with the truth known too.

Speakers are of different difficulty and have very different numbers of utterances; an utterance that is hard for one
system is hard for the other, and half the errors are at the same places; each system has its own luck with each speaker
and utterance; a few utterances loop, by up to 663 characters at once (the longest measured).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from eval_suites.blocks import Blocks, changes

LONGEST_LOOP = 663
SHARED = 0.5
"""Of the errors, how many both systems make at the same places."""


def evaluation(
    generator: np.random.Generator,
    *,
    speakers: int = 120,
    utterances: int = 1000,
    cer: tuple[float, ...] = (0.1,),
    factor: float = 1.0,
    planted: dict[int, float] | None = None,
    loops: tuple[float, float] = (0.01, 0.01),
    split: bool = False,
    capped: bool = False,
) -> list[Blocks]:
    """What both systems counted, by speaker, in each stratum.

    ``cer`` gives the strata and how hard each is, ``factor`` the candidate's rates by the baseline's, ``planted`` what
    is added to them (a fraction) by stratum, ``loops`` the share of looping utterances by side. Every stratum is of
    the same utterances, unless they are ``split`` among them. ``capped``: an utterance is at most wholly wrong, as the
    gate has it.
    """
    strata = len(cer)
    shape = (strata, utterances)
    owner = owners(generator, speakers, utterances)
    lengths = generator.integers(4, 45, utterances)
    counted = (generator.integers(strata, size=utterances) == np.arange(strata)[:, None]) if split else np.ones(shape)
    lengths = (lengths * counted).astype(np.int64)
    hard = generator.lognormal(-0.1, 0.45, speakers)[owner] * generator.lognormal(-0.1, 0.45, shape)
    both = np.clip(np.array(cer)[:, None] * hard * min(factor, 1.0), 0, 0.9)
    alike = generator.binomial(lengths, SHARED * both)
    sides = []
    for side, times in enumerate((1.0, factor)):
        luck = generator.lognormal(0, 0.15, (strata, speakers))[:, owner] * generator.lognormal(0, 0.3, shape)
        rates = np.array(cer)[:, None] * hard * luck * times
        for stratum, more in (planted or {}).items() if side else ():
            rates[stratum] += more
        rates = np.clip(rates, 0, 0.95)
        common = np.minimum(SHARED * both, rates)
        wrong = alike + generator.binomial(lengths - alike, (rates - common) / (1 - common))
        gone = generator.binomial(wrong, 0.35)
        added = generator.poisson(lengths * 0.1 * rates)
        loop = generator.random(shape) < loops[side] * hard
        added += (loop * counted * np.minimum(generator.lognormal(4.6, 0.8, shape), LONGEST_LOOP)).astype(np.int64)
        added = np.minimum(added, lengths - wrong) if capped else added
        sides.append(np.stack([lengths - wrong, wrong - gone, gone, added], axis=-1))
    return [by_speaker(counts, owner) for counts in np.stack(sides, axis=2)]


def owners(generator: np.random.Generator, speakers: int, utterances: int) -> NDArray[np.int64]:
    """Whose utterances these are: each speaker has one at least, some have ten times as many as others."""
    weights = generator.lognormal(0, 0.6, speakers)
    more = generator.choice(speakers, utterances - speakers, p=weights / weights.sum())
    return np.concatenate([np.arange(speakers), more])


def by_speaker(counts: NDArray[np.int64], owner: NDArray[np.int64]) -> Blocks:
    """One stratum's counts, int64[utterances, side, count], summed by speaker; without those who say nothing in it."""
    sums = np.zeros((owner.max() + 1, 2, 4), dtype=np.int64)
    np.add.at(sums, owner, counts)
    return Blocks(sums[sums.any(axis=(1, 2))])


def truth(**facts: object) -> float:
    """The change that such evaluations have, from one of a million utterances."""
    found = evaluation(np.random.default_rng(0), speakers=120_000, utterances=1_000_000, **facts)  # type: ignore[arg-type]
    return float(changes(found[0].parts.sum(axis=0)))
