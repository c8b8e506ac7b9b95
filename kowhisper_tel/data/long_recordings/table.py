"""``long.csv``: what became of each stretch of each long recording."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from kowhisper_tel.core.files import write_text

FILE = "long.csv"
ACCEPTED = "accepted"


@dataclass(frozen=True)
class Row:
    """A line of ``long.csv``: a stretch of one track of a call, and what became of it.

    ``outcome`` is ``accepted`` or the code of the reason. ``words`` are those of the transcript, ``speech_s`` the
    seconds in which somebody speaks; over a call's rows they sum to its transcript and to its speech. A stretch of
    speech with no transcript has no words and is ``long.untranscribed``; words with no speech have no times.
    The scores are those of ``Checked``. A row of no words and no speech is a note on how the recording was taken.
    """

    source: str
    recording: str
    track: int | None
    role: str | None
    start_s: float | None
    end_s: float | None
    words: int
    speech_s: float
    outcome: str
    confidence: float | None = None
    likelihood: float | None = None
    unwritten: int | None = None
    agreement: float | None = None


COLUMNS = tuple(column.name for column in fields(Row))


def write_rows(path: Path, rows: Sequence[Row]) -> Path:
    """Write the table; its path."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS)
    writer.writeheader()
    writer.writerows(asdict(row) for row in rows)
    write_text(path, text.getvalue())
    return path


def write_long(folder: Path, rows: Sequence[Row]) -> dict[str, Any]:
    """Write the table where there are long recordings, and return the summary's part about them.

    By outcome: stretches, words and seconds of speech, with the sums over all.
    """
    if not rows:
        return {}
    write_rows(folder / FILE, rows)
    sums: defaultdict[str, dict[str, float]] = defaultdict(lambda: {"stretches": 0, "words": 0, "speech_s": 0.0})
    for row in rows:
        for outcome in (row.outcome, "all"):
            sums[outcome]["stretches"] += 1
            sums[outcome]["words"] += row.words
            sums[outcome]["speech_s"] = round(sums[outcome]["speech_s"] + row.speech_s, 2)
    recordings = len({(row.source, row.recording) for row in rows})
    return {"long": {"recordings": recordings, "outcomes": dict(sums)}}
