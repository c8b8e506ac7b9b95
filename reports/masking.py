"""Masking: what is shown of texts that hold personal data, where a report is asked to hide them.

A hypothesis is masked where a number is found in it, and where its reference has one, by their alignment: so a number
that was misheard goes, too. What the written form shows to be a number goes from the scoring form, even where it is
read otherwise there.
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from eval_suites.alignment import align
from kowhisper_tel.korean.mask import covered, merged, spans

ROUNDS = 4
"""How often what is found in one text is carried to those that it was paired with."""
EDGE = 2
"""Syllables inserted at a number's end that are taken for its own."""


def of_pairs(pairs: Iterable[tuple[str, str]], forms: Iterable[tuple[str, str]] = ()) -> dict[str, str]:
    """Texts to what is shown of them: of references and hypotheses, those that hold personal data.

    ``forms``: texts as written, each with its scoring form.
    """
    found: dict[str, set[int]] = defaultdict(set)
    paired = [(reference, hypothesis) for reference, hypothesis in dict.fromkeys(pairs)]
    for text in {text for pair in paired for text in pair}:
        found[text].update(place for span in spans(text) for place in range(*span))
    for written, form in dict.fromkeys(forms):
        if spans(written):
            found[form] |= _in_scoring_form(written, form)
    for _ in range(ROUNDS):
        touched = [pair for pair in paired if found[pair[0]] or found[pair[1]]]
        before = sum(map(len, found.values()))
        for reference, hypothesis in touched:
            found[reference] |= _carried(found[hypothesis], hypothesis, reference)
            found[hypothesis] |= _carried(found[reference], reference, hypothesis)
        if sum(map(len, found.values())) == before:
            break
    return {text: covered(text, _stretches(places)) for text, places in found.items() if places}


def everywhere(value: Any, shown: Callable[[str], str]) -> Any:
    """The same plain data (dataclasses, mappings, sequences) with every text as ``shown``; sounds and pictures stay."""
    if isinstance(value, str):
        return shown(value) if type(value) is str and not value.startswith(("data:audio/", "data:image/")) else value
    if value is None or isinstance(value, int | float):
        return value
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {f.name: everywhere(getattr(value, f.name), shown) for f in dataclasses.fields(value) if f.init}
        return dataclasses.replace(value, **fields)
    if isinstance(value, Mapping):
        return {everywhere(key, shown): everywhere(item, shown) for key, item in value.items()}
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*(everywhere(item, shown) for item in value))
    if isinstance(value, list | tuple):
        return type(value)(everywhere(item, shown) for item in value)
    return value


def _in_scoring_form(written: str, form: str) -> set[int]:
    """The places of the scoring form that say what is personal in the text as written."""
    from kowhisper_tel.korean.normalise import normalise, read, scored

    if normalise(written) != form:
        return set()
    ready, pieces = read(written)
    personal = spans(ready)
    marked = [
        (character, any(piece.start < end and start < piece.end for start, end in personal) and bool(piece.rule))
        for piece in pieces
        for character in scored(piece.spoken)
    ]
    said = "".join(character for character, _ in marked)
    words = [place for place, character in enumerate(said) if not character.isspace()]
    letters = [place for place, character in enumerate(form) if not character.isspace()]
    if len(words) != len(letters):
        return set(range(len(form)))
    return {letter for letter, word in zip(letters, words, strict=True) if marked[word][1]}


def _carried(places: set[int], source: str, target: str) -> set[int]:
    """The places of the target that are aligned with these of the source, blanks aside."""
    if not places or source == target:
        return set(places)
    mine = [place for place, character in enumerate(source) if not character.isspace()]
    theirs = [place for place, character in enumerate(target) if not character.isspace()]
    marked = [place in places for place in mine]
    carried: set[int] = set()
    for kind, start, _, first, last in align([source[p] for p in mine], [target[p] for p in theirs]):
        if kind in ("hit", "substitution"):
            carried.update(theirs[first + at] for at in range(last - first) if marked[start + at])
        elif kind == "insertion":
            before, behind = marked[start - 1 : start] == [True], marked[start : start + 1] == [True]
            if (before and behind) or ((before or behind) and last - first <= EDGE):
                carried.update(theirs[first:last])
    return carried


def _stretches(places: set[int]) -> Sequence[tuple[int, int]]:
    return merged((place, place + 1) for place in places)
