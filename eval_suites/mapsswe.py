"""MAPSSWE: the matched pairs test over segments of sentences (Gillick & Cox, ICASSP 1989), as NIST's sctk does it.

Where both systems are right about two tokens running, with nothing inserted between, a sentence falls into segments
whose errors are taken to be independent. The difference of the two systems' errors is tested over the segments that
have errors. Followed are ``sclite`` and ``sc_stats -t mapsswe`` of sctk 2.4.10, which add to the paper:

- an alignment of their own: a substitution costs 4, an insertion or deletion 3, and of equals it takes first what
  aligns two tokens, then an insertion (so the errors are not always the fewest, and may differ from the CER's);
- one right token at a sentence's end or beginning bounds nothing: what lies beyond it belongs to the same segment;
- where the segments do not differ at all, or there is one only, z is 0 and p is 1.

Its table of the normal distribution takes z down to hundredths; here p is the distribution's own.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd

GOOD_TOKENS = 2
SUBSTITUTION, GAP = 4, 3
CELLS_AT_ONCE = 2**19
Tokens = str | Sequence[Hashable]
"""Characters, or a list of words; the same for all sentences."""


@dataclass(frozen=True)
class MatchedPairs:
    """What the test found. Differences are the baseline's errors less the candidate's, by segment.

    ``segments`` are those with errors, ``errors`` both systems' in all of them; ``mean``, standard ``deviation`` and
    ``z`` are of the differences, and ``p`` is two-sided, by the normal distribution.
    """

    segments: int
    errors: tuple[int, int]
    mean: float
    deviation: float
    z: float
    p: float


@dataclass(frozen=True, eq=False)
class Heard:
    """How sentences were heard, padded to the longest reference.

    ``right``: bool[sentences, tokens], whether each token of the reference was. ``inserted``: int[sentences,
    tokens + 1], how many were inserted before each, and after the last.
    """

    right: NDArray[np.bool_]
    inserted: NDArray[np.int32]


def compare(references: Sequence[Tokens], baseline: Sequence[Tokens], candidate: Sequence[Tokens]) -> MatchedPairs:
    """Test two systems' hypotheses of the same sentences. Raises ``ValueError`` where their numbers differ."""
    if not len(references) == len(baseline) == len(candidate):
        raise ValueError(f"{len(references)} references, {len(baseline)} and {len(candidate)} hypotheses")
    lengths = np.array([len(reference) for reference in references], dtype=np.int64)
    return _test(_segment_errors(lengths, [hear(references, side) for side in (baseline, candidate)]))


def applies(rows: pd.DataFrame, metric: str) -> bool:
    """Whether the rows have the texts for it, and the metric is one of syllables (``cer``) or words (``wer``)."""
    return metric in ("cer", "wer") and {"reference_norm", "hypothesis_norm"} <= set(rows.columns)


def of_rows(baseline: pd.DataFrame, candidate: pd.DataFrame, metric: str) -> MatchedPairs:
    """The same of two sets of ``Results.rows`` over the same clips, over syllables or words."""
    keys = ["suite", "utterance_id"]
    other = candidate.set_index(keys)["hypothesis_norm"]
    if not (baseline[keys].to_numpy() == candidate[keys].to_numpy()).all():
        other = other.reindex(baseline.set_index(keys).index)
    texts = (baseline["reference_norm"], baseline["hypothesis_norm"], other)
    return compare(*([_tokens(text, metric) for text in column] for column in texts))


def _tokens(text: str, metric: str) -> Tokens:
    words = text.split()
    return words if metric == "wer" else "".join(words)


def hear(references: Sequence[Tokens], hypotheses: Sequence[Tokens]) -> Heard:
    """Align sentences as sclite does."""
    longest = max(map(len, references), default=0)
    right = np.zeros((len(references), longest), dtype=bool)
    inserted = np.zeros((len(references), longest + 1), dtype=np.int32)
    for number, reference in enumerate(references):
        right[number, : len(reference)] = True
    wrong = [n for n, (one, other) in enumerate(zip(references, hypotheses, strict=True)) if one != other]
    wrong.sort(key=lambda n: (len(hypotheses[n]), len(references[n])))
    while wrong:
        cells = (longest + 1) * (len(hypotheses[wrong[-1]]) + 1)
        some, wrong = wrong[-max(1, CELLS_AT_ONCE // cells) :], wrong[: -max(1, CELLS_AT_ONCE // cells)]
        _align(some, [references[n] for n in some], [hypotheses[n] for n in some], right, inserted)
    return Heard(right, inserted)


def _align(
    rows: Sequence[int],
    references: Sequence[Tokens],
    hypotheses: Sequence[Tokens],
    right: NDArray[np.bool_],
    inserted: NDArray[np.int32],
) -> None:
    """Walk these sentences' cheapest alignments from the end, all at once, into their rows of ``Heard``."""
    codes: dict[Hashable, int] = {}
    one, other = (_codes(sentences, codes, pad) for sentences, pad in ((references, -1), (hypotheses, -2)))
    costs = _costs(one, other)
    numbers, at = np.array(rows), np.arange(len(rows))
    i, j = (np.array([len(s) for s in sentences]) for sentences in (references, hypotheses))
    while len(at):
        above, left = np.maximum(i - 1, 0), np.maximum(j - 1, 0)
        same = (one[at, above] == other[at, left]) if one.size and other.size else np.zeros(len(at), dtype=bool)
        here, both = costs[at, i, j], (i > 0) & (j > 0)
        paired = both & (here == costs[at, above, left] + np.where(same, 0, SUBSTITUTION))
        added = ~paired & (j > 0) & (here == costs[at, i, left] + GAP)
        wrong = ~added & ~(paired & same)
        right[numbers[at[wrong]], i[wrong] - 1] = False
        np.add.at(inserted, (numbers[at[added]], i[added]), 1)
        i, j = i - ~added, j - (paired | added)
        open_ = (i > 0) | (j > 0)
        at, i, j = at[open_], i[open_], j[open_]


def _costs(references: NDArray[np.int32], hypotheses: NDArray[np.int32]) -> NDArray[np.int32]:
    """The cheapest way to each pair of places: int32[sentences, reference + 1, hypothesis + 1]."""
    sentences, length = references.shape
    gaps = GAP * np.arange(hypotheses.shape[1] + 1, dtype=np.int32)
    costs = np.empty((sentences, length + 1, len(gaps)), dtype=np.int32)
    costs[:, 0] = gaps
    for place in range(length):
        before = costs[:, place]
        row = before + GAP
        differ = (references[:, place, None] != hypotheses) * np.int32(SUBSTITUTION)
        np.minimum(row[:, 1:], before[:, :-1] + differ, out=row[:, 1:])
        # An insertion costs the same wherever it is made: the cheapest way from any place to the left.
        costs[:, place + 1] = np.minimum.accumulate(row - gaps, axis=1) + gaps
    return costs


def _codes(sentences: Sequence[Tokens], codes: dict[Hashable, int], pad: int) -> NDArray[np.int32]:
    """Tokens as numbers, int32[sentences, longest]."""
    found = np.full((len(sentences), max(map(len, sentences), default=0)), pad, dtype=np.int32)
    for row, sentence in zip(found, sentences, strict=True):
        if isinstance(sentence, str):
            row[: len(sentence)] = np.frombuffer(sentence.encode("utf-32-le", "surrogatepass"), dtype="<i4")
        else:
            row[: len(sentence)] = [codes.setdefault(token, len(codes)) for token in sentence]
    return found


def _segment_errors(lengths: NDArray[np.int64], sides: Sequence[Heard]) -> NDArray[np.int64]:
    """Both systems' errors in each segment that has any: int64[segments, 2]."""
    one, other = sides
    present = np.arange(one.right.shape[1]) < lengths[:, None]
    # How many tokens before each place both got right: errors belong together where less than two lie between them.
    right = np.pad(np.cumsum(one.right & other.right & present, axis=1), ((0, 0), (1, 0)))
    errors = [heard.inserted + np.pad(~heard.right & present, ((0, 0), (0, 1))) for heard in sides]
    sentence, place = np.nonzero(errors[0] + errors[1])
    counts = np.stack([side[sentence, place] for side in errors], axis=1).astype(np.int64)
    apart = (np.diff(sentence) > 0) | (np.diff(right[sentence, place]) >= GOOD_TOKENS)
    if not len(counts):
        return counts
    return np.asarray(np.add.reduceat(counts, np.flatnonzero(np.concatenate([[True], apart])), axis=0))


def _test(errors: NDArray[np.int64]) -> MatchedPairs:
    from scipy.special import ndtr

    differences = errors[:, 0] - errors[:, 1]
    count = len(differences)
    mean = float(differences.mean()) if count else 0.0
    deviation = float(differences.std(ddof=1)) if count > 1 else 0.0
    z = mean / (deviation / math.sqrt(count)) if deviation else 0.0
    totals = errors.sum(axis=0)
    return MatchedPairs(count, (int(totals[0]), int(totals[1])), mean, deviation, z, float(2 * ndtr(-abs(z))))
