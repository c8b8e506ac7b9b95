"""Voices: other rates, pitches, tracts and throats, as people's differ, to hear an utterance in.

Narrower than what the suites of stratum ``speaker`` test: what comes out must pass for somebody's natural voice.
"""

from __future__ import annotations

import functools

from augment import Mixture

VOICES = (
    (0.3, "rate", [{"effect": "speed", "factor": [0.85, 1.2]}]),
    (0.25, "tract", [{"effect": "formants", "factor": [0.9, 1.12]}]),
    (0.2, "pitch", [{"effect": "pitch", "semitones": [-2.5, 2.5]}]),
    (
        0.1,
        "child",
        [{"effect": "pitch", "semitones": [2.0, 4.0]}, {"effect": "formants", "factor": [1.0, 1.1]}],
    ),
    (0.05, "breathy", [{"effect": "breathy", "strength_db": [-6.0, 6.0]}]),
    (0.05, "hoarse", [{"effect": "hoarse", "jitter_percent": [1.0, 3.0], "shimmer_percent": [4.0, 15.0]}]),
    (0.05, "cold", [{"effect": "nasal", "damping_db": [3.0, 9.0]}]),
)
"""Share, name, effects. Tract: the formants of men and women lie some 15 to 20 % apart (Peterson and Barney, JASA 24,
1952), so 10 % stays within either. Pitch moves the formants with it: 2.5 semitones by 16 %, a child's by up to 39 %
with its tract, as children's are above men's. Hoarse: from the limits of a sound voice up (1.04 % and 3.81 %, Praat's
manual). The range of rates, and the shares, are our choice: everybody has a rate and a tract, few are hoarse."""


@functools.cache
def voices() -> Mixture:
    """One voice of these for each utterance that gets one."""
    return Mixture.from_json(
        [{"share": share, "channel": {"name": name, "effects": effects}} for share, name, effects in VOICES]
    )
