"""Speaker: other speaking rates and pitches, and the groups of speakers that the manifest's tags name."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from augment import Channel
from eval_suites.suite import WINDOW_S, Suite
from eval_suites.suites import Request
from kowhisper_tel.core.files import fingerprint

RATES = (0.8, 1.25)
SEMITONES = (-2.0, 2.0)
GROUPS = {"gender": {"en": "Gender", "ko": "성별"}, "age": {"en": "Age", "ko": "나이"}}
LEAST_UTTERANCES = 5
"""A group of fewer is left out."""


def build(request: Request) -> list[Suite]:
    """Two rates, two pitches, and a suite of the clean clips for each value of a tag in ``GROUPS``."""
    return [*map(_rate, RATES), *map(_pitch, SEMITONES), *(s for tag in GROUPS for s in _groups(tag, request))]


def _rate(rate: float) -> Suite:
    title = {"en": f"Speaking rate × {rate:g}", "ko": f"말 빠르기 × {rate:g}"}
    effect = {"effect": "speed", "factor": rate}
    return _varied(f"speaker_rate_{rate:g}", title, effect, {"rate": rate}, longest_s=WINDOW_S * min(rate, 1.0))


def _pitch(semitones: float) -> Suite:
    title = {"en": f"Pitch {semitones:+g} semitones", "ko": f"음높이 {semitones:+g} 반음"}
    effect = {"effect": "pitch", "semitones": semitones}
    return _varied(f"speaker_pitch_{semitones:+g}", title, effect, {"semitones": semitones})


def _varied(
    name: str,
    title: dict[str, str],
    effect: dict[str, Any],
    conditions: dict[str, float | str],
    longest_s: float = WINDOW_S,
) -> Suite:
    channel = Channel.from_json({"name": name, "effects": [effect]})
    return Suite(name, "speaker", title, channel, conditions=conditions, longest_s=longest_s)


def _groups(tag: str, request: Request) -> list[Suite]:
    """A suite for each value that enough utterances carry; a single value would only repeat the clean suite."""
    counts = Counter(u.tags[tag] for u in request.manifest or () if u.tags.get(tag))
    values = sorted(value for value, count in counts.items() if count >= LEAST_UTTERANCES)
    if len(counts) < 2:
        return []
    slugs = Counter(map(_slug, values))
    return [
        Suite(
            f"speaker_{tag}_{_slug(value)}" + (f"_{fingerprint(value)[:4]}" if slugs[_slug(value)] > 1 else ""),
            "speaker",
            {language: f"{name}: {value}" for language, name in GROUPS[tag].items()},
            Channel("clean", ()),
            selection={tag: value},
            conditions={tag: value},
            summed=False,
        )
        for value in values
    ]


def _slug(value: str) -> str:
    return re.sub(r"[^\w.+-]+", "_", value).strip("_")
