"""Metrics against others' programs: jiwer, and a second sWER made from the description of ESPnet's."""

from __future__ import annotations

import random
import unicodedata

import jiwer
import pytest

from eval_suites import metrics, spacing
from eval_suites.pair import Pair
from eval_suites.tally import Tally

PAIRS = 10_000
SYLLABLES = "가각나낙다닥라락마막바박사아자"


def random_pairs(count: int, seed: int) -> list[tuple[str, str]]:
    """Sentences of a few words from few syllables, and what was made of them: much the same, or something else."""
    draw = random.Random(seed)
    pairs = []
    for _ in range(count):
        reference = sentence(draw)
        other = misheard(reference, draw.choice([0.05, 0.2, 0.6]), draw) if draw.random() < 0.8 else sentence(draw)
        pairs.append((reference, " ".join(other.split())))
    return pairs


def sentence(draw: random.Random) -> str:
    return " ".join("".join(draw.choices(SYLLABLES, k=draw.randint(1, 5))) for _ in range(draw.randint(1, 8)))


def misheard(text: str, rate: float, draw: random.Random) -> str:
    wrong = {"s": lambda c: draw.choice(SYLLABLES), "d": lambda c: "", "i": lambda c: c + draw.choice(SYLLABLES),
             " ": lambda c: f"{c} ", "j": lambda c: "" if c == " " else c}  # fmt: skip
    return "".join(wrong[draw.choice("sdi j")](c) if draw.random() < rate else c for c in text)


@pytest.fixture(scope="module")
def pairs() -> list[Pair]:
    return [Pair(*texts) for texts in random_pairs(PAIRS, 1)]


def counted(output: jiwer.CharacterOutput | jiwer.WordOutput) -> list[Tally]:
    """Counts by jiwer of each sentence, from its alignments."""
    tallies = []
    for chunks in output.alignments:
        sizes = dict.fromkeys(("equal", "substitute", "delete", "insert"), 0)
        for chunk in chunks:
            sizes[chunk.type] += max(chunk.ref_end_idx - chunk.ref_start_idx, chunk.hyp_end_idx - chunk.hyp_start_idx)
        tallies.append(Tally(*sizes.values()))
    return tallies


def test_cer_and_wer_equal_jiwer_s_on_ten_thousand_pairs(pairs: list[Pair]) -> None:
    said, heard = [p.reference for p in pairs], [p.hypothesis for p in pairs]
    oracles = {
        "cer": jiwer.process_characters([t.replace(" ", "") for t in said], [t.replace(" ", "") for t in heard]),
        "cer_spaces": jiwer.process_characters(said, heard),
        "wer": jiwer.process_words(said, heard),
    }
    for name, oracle in oracles.items():
        metric = metrics.get(name)
        mine = [metric.measure(pair) for pair in pairs]
        assert mine == counted(oracle), name
        total = sum(mine, Tally())
        assert metric.rate.of(total) == (oracle.wer if name == "wer" else oracle.cer)
        assert total.errors > PAIRS


def test_raw_cer_is_jiwer_s_of_the_raw_texts() -> None:
    texts = [
        ("네, 3개요!", "네 세 개요"),
        ("OK 알겠습니다.", "ok 알겠습니다"),
        ("  두   칸 ", "두 칸"),
        ("가 나", "가나"),
    ]
    said, heard = ([" ".join(t.split()) for t in side] for side in zip(*texts, strict=True))
    mine = [metrics.get("cer_raw").measure(Pair(*one)) for one in texts]
    assert mine == counted(jiwer.process_characters(said, heard))
    assert [tally.errors > 0 for tally in mine] == [True, True, False, True]
    decomposed = unicodedata.normalize("NFD", "각 나라")
    assert metrics.get("cer_raw").measure(Pair("각 나라", decomposed)) == Tally(4)


def test_jer_equals_jiwer_s_over_nfd(pairs: list[Pair]) -> None:
    """NFD's onsets and codas are of two kinds; folded to one they are the compatibility jamo."""
    some = pairs[:500]
    said, heard = ([folded(t) for t in side] for side in (
        [p.reference_syllables for p in some], [p.hypothesis_syllables for p in some]))  # fmt: skip
    assert [metrics.get("jer").measure(p) for p in some] == counted(jiwer.process_characters(said, heard))
    assert metrics.get("jer").measure(Pair("각", "간")).rate == pytest.approx(1 / 3)
    assert metrics.get("jer").measure(Pair("가", "각")) == Tally(hits=2, insertions=1)


def folded(text: str) -> str:
    """NFD, each jamo by the word that its Unicode name ends in (HANGUL CHOSEONG KIYEOK, HANGUL JONGSEONG KIYEOK)."""
    ends = [unicodedata.name(jamo).split()[-1] for jamo in unicodedata.normalize("NFD", text)]
    return "".join(chr(0xE000 + sum(ord(c) * 7**k for k, c in enumerate(end)) % 6000) for end in ends)


def espnet_words(reference: str, hypothesis: str) -> list[str]:
    """The hypothesis respaced after the description of ESPnet's script, by a plain table of distances.

    Units are syllables that carry the mark of a word's beginning; distances disregard it. Back from the end: a pair if
    no step is cheaper, else an insertion if cheaper than a deletion, else a deletion. Equal units take the reference's.
    """
    said, heard = (
        [(c, k == 0) for word in text.split() for k, c in enumerate(word)] for text in (reference, hypothesis)
    )
    table = [[row + column for column in range(len(said) + 1)] for row in range(len(heard) + 1)]

    def steps(row: int, column: int) -> tuple[int, int, int]:
        different = heard[row - 1][0] != said[column - 1][0]
        return table[row - 1][column - 1] + different, table[row - 1][column] + 1, table[row][column - 1] + 1

    for row in range(1, len(heard) + 1):
        for column in range(1, len(said) + 1):
            table[row][column] = min(steps(row, column))
    row, column, units = len(heard), len(said), []
    while row:
        if column:
            both, insertion, deletion = steps(row, column)
            if both <= min(insertion, deletion):
                row, column = row - 1, column - 1
                units.append(said[column] if said[column][0] == heard[row][0] else heard[row])
                continue
            if deletion <= insertion:
                column -= 1
                continue
        row -= 1
        units.append(heard[row])
    return "".join(f" {c}" if begins else c for c, begins in reversed(units)).split()


def test_swer_equals_a_second_implementation(pairs: list[Pair]) -> None:
    some = [p for p in pairs if p.reference_words][:1500]
    said, own = [p.reference for p in some], [" ".join(espnet_words(p.reference, p.hypothesis)) for p in some]
    assert [" ".join(spacing.respaced(p)) for p in some] == own
    mine = [metrics.get("swer").measure(p) for p in some]
    assert mine == counted(jiwer.process_words(said, own))
    assert mine != [metrics.get("wer").measure(p) for p in some]


def test_swer_of_long_texts_and_loops_equals_it_too() -> None:
    draw = random.Random(5)
    for _ in range(20):
        reference = " ".join(sentence(draw) for _ in range(8))
        for hypothesis in (
            misheard(reference, 0.3, draw),
            reference[:20] + " 가각" * 60,
            reference * 2,
            reference[30:],
        ):
            pair = Pair(reference, hypothesis)
            assert spacing.respaced(pair) == espnet_words(pair.reference, pair.hypothesis)


@pytest.mark.parametrize(
    ("reference", "hypothesis", "words"),
    [
        ("자동 이체 신청", "자동이체 신청", "자동 이체 신청"),
        ("자동이체 신청", "자동 이체 신청", "자동이체 신청"),
        ("자동 이체", "자동 니체", "자동 니체"),  # a substituted syllable keeps its own spacing
        ("자동 이체", "자동니체", "자동니체"),
        ("네 고객님", "네 저 고객님", "네 저 고객님"),  # so does an inserted one
        ("네 고객님", "네저고객님", "네저 고객님"),
        ("네 그럼 가요", "네럼 가요", "네럼 가요"),  # with 그 the word's beginning is gone
        ("", "네 네", "네 네"),
        ("네 네", "", ""),
    ],
)
def test_known_spacings(reference: str, hypothesis: str, words: str) -> None:
    assert spacing.respaced(Pair(reference, hypothesis)) == words.split() == espnet_words(reference, hypothesis)
