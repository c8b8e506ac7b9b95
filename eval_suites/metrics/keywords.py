"""Keywords: which of the user's words are heard, and which are heard where nobody said them.

An occurrence begins an eojeol and ends one, or has nothing but josa behind it (카드를, 카드로는; not 카드값); spaces
inside it are ignored (자동 이체 for 자동이체). Spacing is a matter of taste, so the other side is not asked for as
much: a keyword of the reference counts as heard if its syllables stand anywhere in the hypothesis, and one of the
hypothesis is a false alarm only if its syllables stand nowhere in the reference.
"""

from __future__ import annotations

from collections.abc import Iterator

from eval_suites.metrics import Metric
from eval_suites.pair import Pair
from eval_suites.rates import FALSE_SHARE, RECALL
from eval_suites.tally import Tally
from kowhisper_tel.korean.josa import is_josa


def takes(pair: Pair) -> bool:
    """Whether there are keywords to look for."""
    return bool(pair.keywords)


def recall(pair: Pair) -> Tally:
    """One token is one occurrence in the reference: a hit if heard, else a deletion."""
    heard = missed = 0
    for keyword, said, _ in _occurrences(pair):
        found = min(said, pair.hypothesis_syllables.count(keyword))
        heard += found
        missed += said - found
    return Tally(heard, 0, missed)


def false_alarms(pair: Pair) -> Tally:
    """One token is one occurrence in the hypothesis: a hit if said, else an insertion."""
    right = false = 0
    for keyword, _, heard in _occurrences(pair):
        said = min(heard, pair.reference_syllables.count(keyword))
        right += said
        false += heard - said
    return Tally(right, 0, 0, false)


def _occurrences(pair: Pair) -> Iterator[tuple[str, int, int]]:
    """Each keyword with its occurrences in the reference and in the hypothesis."""
    for keyword in pair.keywords:
        said = occurrences(keyword, pair.reference_syllables, pair.reference_starts)
        heard = occurrences(keyword, pair.hypothesis_syllables, pair.hypothesis_starts)
        if said or heard:
            yield keyword, said, heard


def occurrences(keyword: str, syllables: str, starts: frozenset[int]) -> int:
    """How often a keyword stands in a text without spaces whose eojeols begin at ``starts``."""
    if keyword not in syllables:
        return 0
    count = 0
    for start in starts:
        if syllables.startswith(keyword, start):
            end = start + len(keyword)
            tail = syllables[end : min((later for later in starts if later >= end), default=len(syllables))]
            count += not tail or is_josa(keyword, tail)
    return count


METRICS = (
    Metric(
        "keywords_recall",
        "1",
        {"en": "Keyword recall", "ko": "키워드 재현율"},
        {"en": "a keyword said", "ko": "말한 키워드"},
        recall,
        RECALL,
        takes,
        needs_keywords=True,
    ),
    Metric(
        "keywords_false_alarms",
        "1",
        {"en": "Keyword false alarms", "ko": "키워드 오경보율"},
        {"en": "a keyword heard", "ko": "인식된 키워드"},
        false_alarms,
        FALSE_SHARE,
        takes,
        needs_keywords=True,
    ),
)
