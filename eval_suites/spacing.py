"""Spacing: a hypothesis in its reference's spacing, as ESPnet's KsponSpeech recipe gives it (see ``metrics.swer``)."""

from __future__ import annotations

from itertools import pairwise

from rapidfuzz.distance import Postfix, Prefix

from eval_suites.pair import Pair


def respaced(pair: Pair) -> list[str]:
    """The words of the hypothesis, parted where the reference parts the same syllables.

    Of the least alignments it is the one that ESPnet's script and Kaldi's align-text take: from the end, a pair where
    that costs no more; else a deletion, where that costs no more; else an insertion. rapidfuzz prefers otherwise.

    >>> respaced(Pair("자동 이체 신청", "자동이체 진청"))
    ['자동', '이체', '진청']
    """
    said, heard = pair.reference_syllables, pair.hypothesis_syllables
    wanted, own = pair.reference_starts, pair.hypothesis_starts
    first, last = Prefix.similarity(said, heard), Postfix.similarity(said, heard)
    h, r = len(heard) - last - 1, len(said) - last - 1
    begins = {place + h - r for place in wanted if place > r}  # the end that both share is aligned as it stands
    same, rises = _distances(said[: r + 1], heard[: h + 1], min(first, h + 1, r + 1))
    while h >= 0 and not h == r < first:
        equal = r >= 0 and heard[h] == said[r]
        if r >= 0 and not equal and same[h] >> r & 1 and rises[h] >> r & 1:
            r -= 1
            continue
        if (r in wanted) if equal else (h in own):
            begins.add(h)
        r -= equal or (r >= 0 and not same[h] >> r & 1)
        h -= 1
    begins.update(place for place in wanted if place <= h)  # and so is the beginning, once both are in it together
    return [heard[start:end] for start, end in pairwise((*sorted(begins | {0}), len(heard))) if end > start]


def _distances(reference: str, hypothesis: str, shared: int) -> tuple[list[int], list[int]]:
    """The table of edit distances, a row for each syllable of the hypothesis, a bit for each of the reference.

    A bit of the first is set where the distance is no greater than the one before it on its diagonal, of the second
    where it is one greater than that for a syllable less of the reference. All bits of a row are made at once (Hyyrö
    2003, A bit-vector algorithm for computing Levenshtein and Damerau edit distances). The rows of the ``shared``
    syllables that both begin with are known: there the distance is the difference in length.
    """
    places: dict[str, int] = {}
    for place, character in enumerate(reference):
        places[character] = places.get(character, 0) | 1 << place
    every = (1 << len(reference)) - 1
    same, rises = [every] * shared, [every >> row << row for row in range(1, shared + 1)]
    down = (1 << shared) - 1  # where a row falls, and where it rises, by one
    up = every ^ down
    for character in hypothesis[shared:]:
        equal = places.get(character, 0)
        diagonal = ((((equal & up) + up) ^ up) | equal | down) & every
        right = (down | (every & ~(diagonal | up))) << 1 | 1
        up = ((diagonal & up) << 1 | ~(diagonal | right)) & every
        down = right & diagonal
        same.append(diagonal)
        rises.append(up)
    return same, rises
