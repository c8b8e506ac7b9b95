"""Speaker: other rates, pitches, tracts and voices, near and far; and the groups that the manifest's tags name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from augment import Channel
from eval_suites.suite import WINDOW_S, Suite
from eval_suites.suites import Request
from eval_suites.suites._shared import FOREIGN, OTHER, slugs

RATES = (0.7, 0.8, 0.9, 1.1, 1.25, 1.4)
SEMITONES = (-4.0, -2.0, 2.0, 4.0)
FORMANTS = (0.85, 0.93, 1.08, 1.18)
"""Vocal tracts 18 % longer to 15 % shorter, as from one sex to the other (Peterson and Barney, JASA 24, 1952)."""
LEVEL = {"effect": "level", "dbfs": -26.0}
"""Behind near and far: the terminal makes up for the level (nominal -26 dBov, ITU-T G.101), so that it is the sound of
the distance that is tested.
"""
CHILD_SEMITONES, CHILD_FORMANTS = 4.0, 1.08
"""Pitch moves formants along (by 26 % for 4 semitones); with 8 % more, they are the third higher that children's are
than men's (Peterson and Barney 1952).
"""
VOICES: dict[str, tuple[list[dict[str, Any]], str, str]] = {
    "child": (
        [{"effect": "pitch", "semitones": CHILD_SEMITONES}, {"effect": "formants", "factor": CHILD_FORMANTS}],
        "Child-like voice",
        "어린이 같은 목소리",
    ),
    "breathy": ([{"effect": "breathy", "strength_db": 6.0}], "Breathy voice", "숨소리가 섞인 목소리"),
    "hoarse": ([{"effect": "hoarse", "jitter_percent": 3.0, "shimmer_percent": 15.0}], "Hoarse voice", "쉰 목소리"),
    "cold": ([{"effect": "nasal"}], "A cold", "감기 걸린 목소리"),
}
"""Effects and titles. Jitter and shimmer are some three and four times the limits of a sound voice (see the effect)."""
DISTANCES_M = {0.025: "near", 0.5: "far", 1.0: "far"}
GROUPS = {
    "gender": {"en": "Gender", "ko": "성별"},
    "age": {"en": "Age", "ko": "나이"},
    "region": {"en": "Region", "ko": "지역"},
    "role": {"en": "Role", "ko": "역할"},
}
FROM_MANIFEST = tuple(f"speaker_{tag}_" for tag in GROUPS)
SMOKE = ("speaker_rate_1.25",)
LEFT_TO_FULL = ("speaker_rate_0.9", "speaker_rate_1.1", "speaker_pitch_-4", "speaker_pitch_+4",
                "speaker_formants_0.93", "speaker_formants_1.08", "speaker_far_0.5")  # fmt: skip


def build(request: Request) -> list[Suite]:
    """Simulated speakers, and a suite of the clips as recorded for each value of a tag in ``GROUPS``."""
    made = [*_simulated(), *(suite for tag in GROUPS for suite in _groups(tag, request))]
    standard = [suite.name for suite in made if suite.name not in LEFT_TO_FULL]
    return request.of_size(made, smoke=SMOKE, standard=standard)


def _simulated() -> Iterator[Suite]:
    for rate in RATES:
        title = {"en": f"Speaking rate × {rate:g}", "ko": f"말 빠르기 × {rate:g}"}
        effects = [{"effect": "speed", "factor": rate}]
        longest_s = WINDOW_S * min(rate, 1.0)
        yield _varied(f"rate_{rate:g}", title, effects, {"rate": rate}, longest_s)
    for semitones in SEMITONES:
        title = {"en": f"Pitch {semitones:+g} semitones", "ko": f"음높이 {semitones:+g} 반음"}
        effects = [{"effect": "pitch", "semitones": semitones}]
        yield _varied(f"pitch_{semitones:+g}", title, effects, {"semitones": semitones})
    for factor in FORMANTS:
        title = {"en": f"Formants × {factor:g}", "ko": f"포먼트 × {factor:g}"}
        effects = [{"effect": "formants", "factor": factor}]
        yield _varied(f"formants_{factor:g}", title, effects, {"formants": factor})
    for voice, (effects, en, ko) in VOICES.items():
        child = {"semitones": CHILD_SEMITONES, "formants": CHILD_FORMANTS} if voice == "child" else {}
        yield _varied(voice, {"en": en, "ko": ko}, effects, {"voice": voice, **child})
    for distance_m, effect in DISTANCES_M.items():
        title = {"en": f"Microphone at {distance_m:g} m", "ko": f"마이크 거리 {distance_m:g} m"}
        effects = [{"effect": effect, "distance_m": distance_m}, LEVEL]
        yield _varied(f"{effect}_{distance_m:g}", title, effects, {"distance_m": distance_m})


def _varied(
    name: str,
    title: dict[str, str],
    effects: list[dict[str, Any]],
    conditions: dict[str, float | str],
    longest_s: float = WINDOW_S,
) -> Suite:
    channel = Channel.from_json({"name": f"speaker_{name}", "effects": effects})
    return Suite(f"speaker_{name}", "speaker", title, channel, conditions=conditions, longest_s=longest_s, unless=OTHER)


def _groups(tag: str, request: Request) -> list[Suite]:
    """A suite for each value of a tag; a single value would only repeat the clean suite."""
    values = sorted({u.tags[tag] for u in request.manifest or () if u.tags.get(tag)})
    if len(values) < 2:
        return []
    return [
        Suite(
            f"speaker_{tag}_{slug}",
            "speaker",
            {language: f"{name}: {value}" for language, name in GROUPS[tag].items()},
            Channel("clean"),
            selection={tag: value},
            unless=FOREIGN,
            conditions={tag: value},
            summed=False,
        )
        for value, slug in slugs(values).items()
    ]
