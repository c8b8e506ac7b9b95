"""Noisy: background noise by type and signal-to-noise ratio, before a telephone and behind it; and rooms."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from augment import Channel, noises
from eval_suites import telephone
from eval_suites.held_out import HELD_OUT
from eval_suites.materials import named_source
from eval_suites.materials import source as contents
from eval_suites.suite import Suite
from eval_suites.suites import Request
from eval_suites.suites._shared import OTHER, slugs

SNRS_DB = (30.0, 25.0, 20.0, 15.0, 10.0, 5.0, 0.0, -5.0)
PLACES = {"microphone": ("mic", "at the microphone", "마이크"), "line": ("line", "on the line", "회선")}
"""Each place's word in names, and in English and Korean titles."""
TYPES = {
    "white": ("White", "백색"), "pink": ("Pink", "분홍색"), "brown": ("Brown", "갈색"), "hum": ("Mains hum", "전원 험"),
    "speech": ("Speech-shaped", "음성 스펙트럼"), "babble": ("Babble", "웅성거림"),
}  # fmt: skip
"""How the synthetic noises are called, in English and Korean."""
RT60_S = (0.2, 0.4, 0.6, 0.8, 1.2, 1.6)
DISTANCES_M = (0.3, 1.0, 2.0)
VOLUME_M3 = 60.0
"""An office of 5 × 4.8 × 2.5 m."""
STANDARD_SNRS_DB = (20.0, 10.0, 5.0, 0.0, -5.0)
STANDARD_TYPES = {"microphone": ("white", "pink", "speech"), "line": ("white", "hum")}
STANDARD_TYPE_SNR_DB = 10.0
MOST_TYPES = 3
"""Of one's own noises, the standard size has so many one by one, the first ones; ``noisy_10`` and the like draw from
all of them."""
STANDARD_ROOMS = ((0.4, 1.0), (0.8, 1.0), (1.6, 1.0))


def build(request: Request) -> list[Suite]:
    """``noisy_SNR``: each utterance draws one of the sources, without a telephone. ``noisy_mic_TYPE_SNR`` and
    ``noisy_line_TYPE_SNR``: one source, before and behind an ordinary call. ``noisy_room_RT60_DISTANCE``: rooms.
    """
    sources = dict.fromkeys(named_source(name) for name in request.noise or (HELD_OUT.noise,))
    materials = {source: contents(source) for source in sources if ":" in source}
    types = slugs_of(sources) if request.noise else {name: name for name in noises.names()}
    made = [
        *(_drawn(snr_db, list(sources), materials) for snr_db in SNRS_DB),
        *(_typed(*each, materials) for each in _grid(types)),
        *(_room(rt60_s, distance_m) for rt60_s in RT60_S for distance_m in DISTANCES_M),
    ]
    standard = [f"noisy_{snr_db:g}" for snr_db in STANDARD_SNRS_DB]
    for place, (word, *_) in PLACES.items():
        own = [types[source] for source in list(types)[:MOST_TYPES]]
        standard += [
            f"noisy_{word}_{t}_{STANDARD_TYPE_SNR_DB:g}" for t in (own if request.noise else STANDARD_TYPES[place])
        ]
    standard += [_room(*room).name for room in STANDARD_ROOMS]
    return request.of_size(made, smoke=["noisy_10"], standard=standard)


def slugs_of(sources: Iterable[str]) -> dict[str, str]:
    """A word for each source: a synthetic noise's name, a file's or folder's own without its suffix; none twice."""
    stems = {source: Path(source.partition(":")[2] or source).stem for source in sources}
    counts = Counter(stems.values())
    own = {s: f"{stem}_{number}" if counts[stem] > 1 else stem for number, (s, stem) in enumerate(stems.items(), 1)}
    words = slugs(own.values())
    return {source: words[name] for source, name in own.items()}


def _grid(types: Mapping[str, str]) -> Iterator[tuple[str, str, str, float]]:
    for place in PLACES:
        for source, word in types.items():
            for snr_db in SNRS_DB:
                yield place, source, word, snr_db


def _drawn(snr_db: float, sources: list[str], materials: Mapping[str, str]) -> Suite:
    effect = {"effect": "noise", "snr_db": snr_db, "source": sources}
    title = {"en": f"Noise, SNR {snr_db:g} dB", "ko": f"소음, SNR {snr_db:g} dB"}
    conditions = {"snr_db": snr_db, "noise": "+".join(slugs_of(sources).values()), "place": "microphone"}
    return _suite(f"noisy_{snr_db:g}", title, [effect], conditions, materials)


def _typed(place: str, source: str, word: str, snr_db: float, materials: Mapping[str, str]) -> Suite:
    name, en, ko = PLACES[place]
    kind_en, kind_ko = TYPES.get(source, (word, word))
    effect = {"effect": "noise", "snr_db": snr_db, "source": source}
    call = telephone.call(telephone.ORDINARY)
    return _suite(
        f"noisy_{name}_{word}_{snr_db:g}",
        {"en": f"{kind_en} {en}, SNR {snr_db:g} dB", "ko": f"{ko} 소음({kind_ko}), SNR {snr_db:g} dB"},
        [effect, *call] if place == "microphone" else [*call, effect],
        {"snr_db": snr_db, "noise": word, "place": place, **telephone.conditions(telephone.ORDINARY)},
        {key: held for key, held in materials.items() if key == source},
    )


def _room(rt60_s: float, distance_m: float) -> Suite:
    effect = {"effect": "room", "rt60_s": rt60_s, "direct_to_reverberant_db": round(ratio_db(rt60_s, distance_m), 2)}
    return _suite(
        f"noisy_room_{rt60_s:g}_{distance_m:g}",
        {
            "en": f"Room, RT60 {rt60_s:g} s, {distance_m:g} m",
            "ko": f"실내, 잔향 시간 {rt60_s:g}초, 거리 {distance_m:g} m",
        },
        [effect],
        {"rt60_s": rt60_s, "distance_m": distance_m, "place": "microphone"},
        {},
    )


def ratio_db(rt60_s: float, distance_m: float) -> float:
    """Direct over reverberant sound at a distance in a room of ``VOLUME_M3``: both are alike at the critical distance,
    ``0.057 sqrt(V / RT60)`` m for a source that sends evenly (Kuttruff, Room Acoustics, section 5.5).
    """
    return 20.0 * math.log10(0.057 * math.sqrt(VOLUME_M3 / rt60_s) / distance_m)


def _suite(
    name: str,
    title: dict[str, str],
    effects: list[dict[str, Any]],
    conditions: dict[str, Any],
    materials: Mapping[str, str],
) -> Suite:
    channel = Channel.from_json({"name": name, "effects": effects})
    return Suite(name, "noisy", title, channel, conditions=conditions, materials=materials, unless=OTHER)
