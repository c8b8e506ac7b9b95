"""Sentence: one line of Korean call-centre talk, written for this project (``sentences.tsv``)."""

from __future__ import annotations

import csv
import functools
from dataclasses import dataclass
from importlib import resources


@dataclass(frozen=True)
class Sentence:
    """One utterance's text as an office would write it: digits, money and abbreviations may stand in it.

    ``role`` is ``agent`` or ``customer``. The names, addresses and numbers are invented (telephone numbers are from
    010-0000, which no operator gives out).
    """

    id: str
    role: str
    topic: str
    text: str


@functools.cache
def sentences() -> tuple[Sentence, ...]:
    """All sentences, in the order of the file: the agent's first, by topic."""
    table = resources.files("kowhisper_tel.data.demo") / "sentences.tsv"
    lines = table.read_text(encoding="utf-8").splitlines()
    return tuple(Sentence(**row) for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
