"""No speech: what a call holds when nobody speaks. Nothing may be written."""

from __future__ import annotations

from typing import Any

from augment import Channel, rng
from eval_suites.item import Item
from eval_suites.sources.busy import ON_OFF_S
from eval_suites.sources.hold_music import STYLES
from eval_suites.suite import Suite
from eval_suites.suites import Request

METRICS = ("cer", "hallucination", "loops")
SECONDS = (3.0, 20.0)
"""How long a clip may last: drawn, evenly in the logarithm."""
TONE_DBFS, NOISE_DBFS, FAINT_DBFS = (-35.0, -18.0), (-55.0, -30.0), (-70.0, -50.0)
"""Levels are drawn. ITU-T E.180 has tones at -15 to -5 dBm0, some of which a line takes away."""

SOUNDS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "silence": ("Silence", "무음", {"dither": (False, True)}),
    "comfort_noise": ("Comfort noise", "컴포트 노이즈", {"dbfs": FAINT_DBFS}),
    "hum": ("Line hum", "회선 험", {"dbfs": NOISE_DBFS}),
    "hold_music": ("Hold music", "통화 대기음", {"dbfs": TONE_DBFS, "style": tuple(STYLES)}),
    "ringback": ("Ring-back tone", "통화 연결음", {"dbfs": TONE_DBFS}),
    "busy": ("Busy tone", "통화 중 신호음", {"dbfs": TONE_DBFS, "style": tuple(ON_OFF_S)}),
    "dtmf": ("Keypad tones (DTMF)", "버튼음(DTMF)", {"dbfs": TONE_DBFS, "style": ("machine", "person")}),
    "breathing": ("Breathing", "숨소리", {"dbfs": NOISE_DBFS}),
    "keyboard": ("Keyboard", "키보드 소리", {"dbfs": NOISE_DBFS}),
    "room": ("Room noise", "실내 소음", {"dbfs": NOISE_DBFS}),
}
"""Kinds of sound (files of ``eval_suites/sources``), how they are called, and what is drawn (a span) or taken in turn
(names)."""
TAKES = {"smoke": 1, "standard": 4, "full": 20}
"""Clips of each sound."""
SMOKE = ("nospeech_hold_music",)
LINES = {
    "g711": ("G.711 µ-law", "G.711 µ-law", "g711-mu"),
    "amr_4.75": ("AMR-NB 4.75 kbit/s", "AMR-NB 4.75 kbit/s", "amr-nb-4.75"),
}
"""Telephones that all of them are heard through, too."""


def build(request: Request) -> list[Suite]:
    """A suite for each sound as it is, and for each telephone one of them all."""
    of_sound = {sound: _items(sound, TAKES[request.size]) for sound in SOUNDS}
    everything = tuple(item for items in of_sound.values() for item in items)
    clean = [
        Suite(
            f"nospeech_{sound}",
            "nospeech",
            {"en": en, "ko": ko},
            Channel("clean", ()),
            metrics=METRICS,
            conditions={"sound": sound},
            items=of_sound[sound],
        )
        for sound, (en, ko, _) in SOUNDS.items()
    ]
    found = [*clean, *(_heard_through(line, everything) for line in LINES)]
    return [suite for suite in found if request.size != "smoke" or suite.name in SMOKE]


def _heard_through(line: str, items: tuple[Item, ...]) -> Suite:
    en, ko, codec = LINES[line]
    name = f"nospeech_{line}"
    effects = [{"effect": "band"}, {"effect": "codec", "codec": codec}]
    title = {"en": f"All of these, {en}", "ko": f"모든 소리, {ko}"}
    channel = Channel.from_json({"name": name, "effects": effects})
    return Suite(name, "nospeech", title, channel, metrics=METRICS, conditions={"codec": codec}, items=items)


def _items(sound: str, takes: int) -> tuple[Item, ...]:
    """Always the same ones; a larger size has those of the smaller, and more."""
    return tuple(_item(sound, take) for take in range(takes))


def _item(sound: str, take: int) -> Item:
    generator, source = rng(0, "nospeech", sound, take), dict[str, Any]({"kind": sound, "take": take})
    shortest_s, longest_s = SECONDS
    source["duration_s"] = round(shortest_s * (longest_s / shortest_s) ** float(generator.random()), 1)
    for key, choice in SOUNDS[sound][2].items():
        is_span = isinstance(choice[0], float)
        source[key] = round(float(generator.uniform(*choice)), 1) if is_span else choice[take % len(choice)]
    return Item(f"nospeech-{sound}-{take + 1}", "", source["duration_s"], tags={"sound": sound}, source=source)
