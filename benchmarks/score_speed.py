"""How fast scoring is: CER and WER of pairs of texts, beside jiwer.

Both normalise the texts by our normaliser and count pair by pair; ours also keeps the tallies that intervals are made
of. The pairs are made up: lines of a call centre, with syllables changed, left out and put in.
"""

from __future__ import annotations

import random

from benchmarks import machine
from benchmarks.match import Match, in_turn
from benchmarks.prepare_speed import WORDS

PAIRS, ERRORS = 4_000, 0.12


def pairs(count: int, seed: int = 3) -> list[tuple[str, str]]:
    """(reference, hypothesis); no text stands twice."""
    drawn, known = random.Random(seed), WORDS.split()
    made = []
    for number in range(count):
        said = [*drawn.choices(known, k=drawn.randint(5, 14)), str(number)]
        heard = "".join(_misheard(character, drawn) for character in " ".join(said))
        made.append((" ".join(said), heard))
    return made


def _misheard(character: str, drawn: random.Random) -> str:
    if drawn.random() >= ERRORS:
        return character
    return drawn.choice(["", "가", character + "는"])


def main() -> list[Match]:
    """Print a line, and return what it says."""
    import jiwer

    from eval_suites.pair import Pair, _scoring_form
    from eval_suites.score import score
    from kowhisper_tel.korean.normalise import normalise

    made = pairs(PAIRS)

    def ours() -> dict[str, float | None]:
        _scoring_form.cache_clear()
        found = score((Pair(*pair) for pair in made), ("cer", "wer"))
        return {name: found.rate(name) for name in ("cer", "wer")}

    def theirs() -> dict[str, float | None]:
        errors, said = {"cer": 0, "wer": 0}, {"cer": 0, "wer": 0}
        for pair in made:
            reference, hypothesis = map(normalise, pair)
            words = jiwer.process_words(reference, hypothesis)
            characters = jiwer.process_characters(reference.replace(" ", ""), hypothesis.replace(" ", ""))
            for name, counts in (("cer", characters), ("wer", words)):
                errors[name] += counts.substitutions + counts.deletions + counts.insertions
                said[name] += counts.hits + counts.substitutions + counts.deletions
        return {name: errors[name] / said[name] for name in errors}

    print(machine.described("jiwer", "rapidfuzz"))
    if ours() != theirs():
        raise SystemExit(f"the rates differ: {ours()} and jiwer's {theirs()}")
    found = Match.of("scoring", "CER and WER, normalised", "jiwer", "pairs/s", len(made), in_turn((ours, theirs)))
    print(f"{len(made)} pairs, the same rates: {found.ours:,.0f}/s, jiwer {found.theirs:,.0f}/s, {found.ratio:.2f} x")
    return [found]


if __name__ == "__main__":
    main()
