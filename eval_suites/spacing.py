"""Spacing: a hypothesis in its reference's spacing, as ESPnet's KsponSpeech recipe gives it (see ``metrics.swer``)."""

from __future__ import annotations

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
    same, rises = _distances(said, heard)
    parts: list[str] = []
    h, r = len(heard) - 1, len(said) - 1
    while h >= 0:
        character = heard[h]
        if r >= 0 and (equal := character == said[r]) | ~same[h] >> r & 1:
            begins = r in wanted if equal else h in own
            r -= 1
        elif r >= 0 and rises[h] >> r & 1:
            r -= 1
            continue
        else:
            begins = h in own
        parts.append(f"{character} " if begins else character)  # the text is read backwards
        h -= 1
    return "".join(parts)[::-1].split()


def _distances(reference: str, hypothesis: str) -> tuple[list[int], list[int]]:
    """The table of edit distances, a row for each syllable of the hypothesis, a bit for each of the reference.

    A bit of the first is set where the distance is no greater than the one before it on its diagonal, of the second
    where it is one greater than that for a syllable less of the reference. All bits of a row are made at once (Hyyrö
    2003, A bit-vector algorithm for computing Levenshtein and Damerau edit distances). Rows of the beginning that both
    share are known (the distance is the difference in length), and those of the end that both share are not needed.
    """
    places: dict[str, int] = {}
    for place, character in enumerate(reference):
        places[character] = places.get(character, 0) | 1 << place
    every = (1 << len(reference)) - 1
    shared = Prefix.similarity(reference, hypothesis)
    same, rises = [every] * shared, [every >> row << row for row in range(1, shared + 1)]
    down = (1 << shared) - 1  # where a row falls, and where it rises, by one
    up = every ^ down
    for character in hypothesis[shared : len(hypothesis) - Postfix.similarity(reference, hypothesis)]:
        equal = places.get(character, 0)
        diagonal = ((((equal & up) + up) ^ up) | equal | down) & every
        right = (down | (every & ~(diagonal | up))) << 1 | 1
        up = ((diagonal & up) << 1 | ~(diagonal | right)) & every
        down = right & diagonal
        same.append(diagonal)
        rises.append(up)
    behind = [every] * (len(hypothesis) - len(same))
    return same + behind, rises + behind
