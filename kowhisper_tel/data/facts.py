"""Facts: what the data card says of a set of utterances, as plain data."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from kowhisper_tel.data.card import MOST_VALUES, Placed, strata
from kowhisper_tel.data.telephone import NARROW_HZ, PHONE_RATE_HZ, TAG, YES

SILENT_DBFS = -60.0
"""An active speech level below this is called silent."""
CLIPPED_SHARE = 0.001
"""An utterance with more of its samples clipped than this is called clipped."""
FASTEST = 10.0
"""Syllables a second over the whole recording that nobody speaks. Of 2,207 clips of TEDx talks one reaches 10.5, with a
label that outlasts its audio; the next 9.6."""
SLOWEST, LEAST_ACTIVE_S = 2.0, 2.0
"""Syllables a second of active speech below which part of what is said is not in the label, from two seconds on."""
MOST_EXAMPLES = 20
WIDE_HZ, FULL_HZ = 5800.0, 7250.0
"""Where bands of 7 kHz (AMR-WB, G.722) begin, and where sound at 16 kHz that nothing has cut does."""
BANDS = ("narrow", "between", "wide", "full", "unknown")
SCALES = {
    "level_dbfs": (-60.0, 3.0, 20),
    "peak_dbfs": (-40.0, 2.0, 20),
    "snr_db": (-5.0, 2.5, 18),
    "band_hz": (125.0, 250.0, 32),
    "duration_s": (0.0, 1.0, 30),
    "syllables": (0.0, 5.0, 20),
    "syllables_per_s": (0.0, 0.5, 24),
}
"""Histograms: lowest value, width of a bin, number of bins. What lies outside counts in the first or last."""


@dataclass(frozen=True, slots=True)
class Row:
    """One accepted utterance with what the card says of it.

    ``narrow``: whether it is of telephone band, by itself or by its call or speaker (``None``: not known). What is told
    by the sound is ``None``, or nothing, where no audio was looked at.
    """

    placed: Placed
    corpus: str
    narrow: bool | None

    @property
    def syllables(self) -> int:
        """Syllables of the label."""
        return self.placed.syllables

    @property
    def active_s(self) -> float:
        """Seconds of active speech; 0 where that is not known."""
        measures = self.placed.measures
        return self.placed.duration_s * measures.activity if measures else 0.0

    @property
    def syllables_per_s(self) -> float | None:
        """Speaking rate: syllables of the label by seconds of active speech."""
        return self.syllables / self.active_s if self.active_s > 0.0 else None

    @property
    def fit(self) -> str | None:
        """``too_fast`` or ``too_slow`` where the label does not fit the length of its audio."""
        duration_s = self.placed.duration_s
        if self.syllables > FASTEST * duration_s:
            return "too_fast"
        if self.active_s >= LEAST_ACTIVE_S and (self.syllables_per_s or 0.0) < SLOWEST:
            return "too_slow"
        return None

    @property
    def silent(self) -> bool:
        """Whether there is hardly anything to hear."""
        measures = self.placed.measures
        return measures is not None and (measures.level_dbfs is None or measures.level_dbfs < SILENT_DBFS)

    @property
    def clipped(self) -> bool:
        """Whether it is clipped."""
        return self.placed.measures is not None and self.placed.measures.clipped_share > CLIPPED_SHARE

    @property
    def band(self) -> str:
        """One of ``BANDS``."""
        if self.narrow:
            return "narrow"
        band_hz = self.placed.measures.band_hz if self.placed.measures else None
        if band_hz is None:
            return "unknown"
        return "full" if band_hz > FULL_HZ else "wide" if band_hz > WIDE_HZ else "between"

    def to_json(self) -> dict[str, Any]:
        """One line of ``measures.jsonl``. No text."""
        placed, rate = self.placed, self.syllables_per_s
        assert placed.header
        assert placed.measures
        return {
            "id": placed.utterance.id,
            "corpus": self.corpus,
            "split": placed.split,
            "duration_s": round(placed.duration_s, 3),
            "rate_hz": placed.header.rate_hz,
            "tracks": placed.header.tracks,
            "format": placed.header.format,
            **placed.measures.to_json(),
            "band": self.band,
            "syllables": self.syllables,
            "syllables_per_s": None if rate is None else round(rate, 2),
            "fit": self.fit,
        }


def facts(rows: Sequence[Row]) -> dict[str, Any]:
    """Everything that is counted or measured of a set of utterances; ``None`` stands for what nobody looked at."""
    heard = [row for row in rows if row.placed.measures]
    looked = bool(heard) or not rows
    utterances = [row.placed.utterance for row in rows]
    tags = strata([row.placed for row in rows])
    return {
        "utterances": len(rows),
        "hours": _hours(rows),
        "syllables": sum(row.syllables for row in rows),
        "speakers": len({u.speaker for u in utterances if u.speaker}),
        "calls": len({u.call for u in utterances if u.call}),
        "nameless": sum(not (u.speaker or u.call) for u in utterances),
        "largest_speaker": _largest_speaker(rows),
        "tags": tags,
        "other_tags": _other_tags(rows, tags),
        "marks": _marks(rows),
        "headers": _counted(heard, lambda row: row.placed.header.title if row.placed.header else ""),
        "bands": {band: found for band in BANDS if (found := _counted(heard, lambda row: row.band).get(band))},
        "telephone": _telephone(rows),
        "silent": sum(row.silent for row in rows) if looked else None,
        "clipped": sum(row.clipped for row in rows) if looked else None,
        "fit": {name: _examples(rows, name) for name in ("too_fast", "too_slow")},
        "distributions": {name: _distribution(_values(rows, name), *scale) for name, scale in SCALES.items()},
    }


def _hours(rows: Iterable[Row]) -> float:
    return round(sum(row.placed.duration_s for row in rows) / 3600, 4)


def _counted(rows: Iterable[Row], key: Callable[[Row], str]) -> dict[str, dict[str, float]]:
    """Utterances and hours by a key, most hours first."""
    groups: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        groups[key(row)].append(row)
    counted = {name: {"utterances": len(group), "hours": _hours(group)} for name, group in groups.items()}
    return dict(sorted(counted.items(), key=lambda item: (-item[1]["hours"], item[0])))


def _largest_speaker(rows: Sequence[Row]) -> dict[str, Any] | None:
    seconds: Counter[str] = Counter()
    for row in rows:
        if row.placed.utterance.speaker:
            seconds[row.placed.utterance.speaker] += row.placed.duration_s  # type: ignore[assignment]
    if not seconds:
        return None
    speaker = min(seconds, key=lambda name: (-seconds[name], name))
    return {"speaker": speaker, "share": round(seconds[speaker] / sum(row.placed.duration_s for row in rows), 4)}


def _other_tags(rows: Iterable[Row], tags: Iterable[str]) -> dict[str, int]:
    """How many values the tags have that have too many for a stratum."""
    values: defaultdict[str, set[str]] = defaultdict(set)
    for row in rows:
        for tag, value in row.placed.utterance.tags.items():
            values[tag].add(value)
    return {tag: len(values[tag]) for tag in sorted(values.keys() - set(tags)) if len(values[tag]) > MOST_VALUES}


def _marks(rows: Iterable[Row]) -> dict[str, int]:
    """How many labels held each mark of notation, as the tag ``marks`` lists them."""
    found = Counter(
        mark for row in rows for mark in set(row.placed.utterance.tags.get("marks", "").replace(",", " ").split())
    )
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))


def _telephone(rows: Sequence[Row]) -> dict[str, Any]:
    """What is tagged as telephone, and what shows it: the header's rate, or where the sound ends."""
    tagged = [row for row in rows if row.placed.utterance.tags.get(TAG) == YES]
    rates = [row.placed.header.rate_hz for row in rows if row.narrow and row.placed.header]
    return {
        "utterances": len(tagged),
        "hours": _hours(tagged),
        "by_header": sum(rate_hz <= PHONE_RATE_HZ for rate_hz in rates),
        "by_sound": sum(rate_hz > PHONE_RATE_HZ for rate_hz in rates),
        "ends_below_hz": NARROW_HZ,
    }


def _examples(rows: Iterable[Row], fit: str) -> dict[str, Any]:
    """How many labels do not fit, and the worst of them by id."""
    found = [row for row in rows if row.fit == fit]
    worst = sorted(found, key=lambda row: (abs(np.log(_rate(row) / 5.0)), row.placed.utterance.id))[::-1]
    return {
        "count": len(found),
        "worst": [
            {
                "id": row.placed.utterance.id,
                "syllables": row.syllables,
                "duration_s": round(row.placed.duration_s, 2),
                "syllables_per_s": None if (rate := row.syllables_per_s) is None else round(rate, 2),
            }
            for row in worst[:MOST_EXAMPLES]
        ],
    }


def _rate(row: Row) -> float:
    return max(row.syllables_per_s or row.syllables / row.placed.duration_s, 0.01)


def _values(rows: Iterable[Row], name: str) -> list[float]:
    def value(row: Row) -> float | None:
        own = row if name.startswith("syllables") else row.placed if name == "duration_s" else row.placed.measures
        found: float | None = getattr(own, name) if own else None
        return found

    return [found for row in rows if (found := value(row)) is not None]


def _distribution(values: Sequence[float], lowest: float, width: float, bins: int) -> dict[str, Any]:
    """Percentiles and a histogram."""
    if not values:
        return {"n": 0, "from": lowest, "step": width, "counts": [0] * bins}
    places = np.clip(np.floor((np.array(values) - lowest) / width).astype(int), 0, bins - 1)
    p5, median, p95 = (round(float(p), 2) + 0.0 for p in np.percentile(values, [5, 50, 95]))
    counts = np.bincount(places, minlength=bins).tolist()
    return {"n": len(values), "p5": p5, "median": median, "p95": p95, "from": lowest, "step": width, "counts": counts}
