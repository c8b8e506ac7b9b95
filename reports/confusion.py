"""Confusion: which letters of a syllable are heard for which others, as matrices and as a list of the commonest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from eval_suites.confusions import LETTERS, Confusions, Part, Swap
from reports.charts import heat
from reports.charts.svg import tag, whole
from reports.evidence import Evidence, ModelColumn
from reports.rounding import Figure, count, signed
from reports.text import Text, say

MOST_LETTERS = 14
"""Letters of a matrix that are readable on a phone; the others stand in ``errors.csv``."""
MOST_SWAPS = 8
Picture = tuple[Text, Text, dict[Swap, int], bool]
"""Title, note, counts, and whether these are changes."""


@dataclass(frozen=True)
class Confused:
    """Two letters: how often one was heard for the other, by base and subject, and words for an example."""

    said: str
    heard: str
    counts: tuple[int, ...]
    change: str
    of: Figure
    example: str


@dataclass(frozen=True)
class Matrix:
    """One part of syllables: the letters shown, what each of ``models`` confuses, and the commonest."""

    part: Part
    title: Text
    models: tuple[ModelColumn, ...]
    letters: tuple[str, ...]
    cells: tuple[dict[Swap, int], ...]
    said: dict[str, int]
    top: tuple[Confused, ...]

    @property
    def difference(self) -> dict[Swap, int]:
        """The last model's counts less the first's."""
        first, last = self.cells[0], self.cells[-1]
        return {swap: last.get(swap, 0) - first.get(swap, 0) for swap in sorted(first.keys() | last.keys())}

    @property
    def deepest(self) -> int:
        """The greatest count of any model, so that their shades can be compared."""
        return max((times for cells in self.cells for times in cells.values()), default=1)

    def note(self, cells: dict[Swap, int]) -> Text:
        """How many confusions there are, of how many letters said, and how many of them are in the picture."""
        inside = sum(n for (said, heard), n in cells.items() if said in self.letters and heard in self.letters)
        everything = sum(cells.values())
        facts = {"n": f"{everything:,}", "of": f"{sum(self.said.values()):,}", "shown": f"{inside:,}"}
        return say("errors.matrix_note" if inside == everything else "errors.matrix_part", **facts)

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """One for each model, and one for the difference."""
        made: list[Picture] = [
            (Text.joined([self.title, model.title], ": "), self.note(cells), cells, False)
            for model, cells in zip(self.models, self.cells, strict=True)
        ]
        if len(made) > 1:
            difference = Text.joined([self.title, say("errors.difference")], ": ")
            made.append((difference, say("errors.difference_note"), self.difference, True))
        return tuple(made)


def matrix(
    evidence: Evidence, part: Part, models: tuple[ModelColumn, ...], found: Sequence[Confusions]
) -> Matrix | None:
    """The matrix of a part; ``None`` where nothing is confused. ``found`` goes with ``models``."""
    cells = tuple(dict(sorted(one.parts(part).items())) for one in found)
    both: Counter[Swap] = Counter()
    for own in cells:
        both.update(own)
    if not both:
        return None
    involved: Counter[str] = Counter()
    for swap, times in both.items():
        for letter in swap:
            involved[letter] += times
    most = set(sorted(involved, key=lambda letter: (-involved[letter], letter))[:MOST_LETTERS])
    said = dict(found[0].letters(part))
    top = sorted(both, key=lambda swap: (-both[swap], swap))[:MOST_SWAPS]
    quoted: dict[Swap, Swap] = {}
    for one in found:
        quoted |= one.quotes(part, top)
    return Matrix(
        part, say(f"errors.{part}"), models, tuple(letter for letter in LETTERS[part] if letter in most), cells, said,
        tuple(_confused(evidence, swap, cells, said, quoted.get(swap)) for swap in top),
    )  # fmt: skip


def _confused(
    evidence: Evidence, swap: Swap, cells: Sequence[dict[Swap, int]], said: dict[str, int], words: Swap | None
) -> Confused:
    counts = tuple(own.get(swap, 0) for own in cells)
    shown = " → ".join(evidence.shown(word) for word in words) if words else ""
    change = signed(counts[-1] - counts[0], 0) if len(counts) > 1 else ""
    return Confused(*swap, counts, change, count(said.get(swap[0], 0)), shown)


def draw(own: Matrix, language: str, style: str) -> Markup:
    """All pictures of a matrix side by side."""
    wide, drawn = heat.size(own.letters) + 24, Markup("")
    for place, (title, note, cells, is_change) in enumerate(own.pictures):
        body = heat.body(own.letters, cells, title, note, axes(), own.deepest, signed=is_change, language=language)
        drawn += tag("g", body, transform=f"translate({4 + wide * place} 4)")
    height = heat.TOP + heat.CELL * len(own.letters) + 12
    return whole(drawn, wide * len(own.pictures), height, own.title, language, style)


def axes() -> tuple[Text, Text]:
    """What rows and columns of a matrix are."""
    return say("errors.said"), say("errors.heard")
