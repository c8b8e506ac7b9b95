"""Voice: how one invented speaker sounds, as settings of espeak-ng."""

from __future__ import annotations

from dataclasses import dataclass

SLOW_BELOW, FAST_FROM = 185, 210
"""Words per minute between the paces (espeak-ng counts; it speaks Korean at 190 with about six syllables a second)."""


@dataclass(frozen=True)
class Voice:
    """One speaker.

    ``variant`` is a voice variant of espeak-ng, ``pitch`` and ``pitch_range`` are its settings from 0 to 99 (50 is
    the variant's own), ``words_per_minute`` its speed. Each voice plays one role and belongs to one split.
    """

    id: str
    variant: str
    gender: str
    role: str
    split: str
    pitch: int
    words_per_minute: int
    pitch_range: int = 50

    @property
    def pace(self) -> str:
        """``slow``, ``normal`` or ``fast``. A synthetic voice has no age; its pace is what can be said of it."""
        if self.words_per_minute < SLOW_BELOW:
            return "slow"
        return "fast" if self.words_per_minute >= FAST_FROM else "normal"


# No variant stands in two splits: the same variant at another pitch is still the same timbre.
VOICES = (
    Voice("f01", "f1", "female", "agent", "train", 50, 195),
    Voice("m01", "m1", "male", "agent", "train", 52, 190),
    Voice("f02", "f3", "female", "agent", "train", 46, 205),
    Voice("m02", "m4", "male", "agent", "train", 60, 200, 60),
    Voice("f03", "belinda", "female", "agent", "train", 42, 215, 40),
    Voice("m03", "klatt", "male", "agent", "train", 48, 185),
    Voice("f04", "aunty", "female", "agent", "train", 55, 180, 60),
    Voice("m04", "quincy", "male", "agent", "train", 58, 210),
    Voice("f05", "f3", "female", "agent", "train", 62, 190, 65),
    Voice("m05", "m6", "male", "agent", "train", 40, 175, 40),
    Voice("f06", "linda", "female", "customer", "train", 38, 190),
    Voice("m06", "m5", "male", "customer", "train", 55, 205, 70),
    Voice("f07", "anika", "female", "customer", "train", 40, 185, 60),
    Voice("m07", "adam", "male", "customer", "train", 50, 200),
    Voice("f08", "grandma", "female", "customer", "train", 45, 165, 55),
    Voice("m08", "klatt3", "male", "customer", "train", 65, 220, 60),
    Voice("f09", "Alicia", "female", "customer", "train", 40, 210, 45),
    Voice("m09", "miguel", "male", "customer", "train", 45, 180, 55),
    Voice("f10", "f1", "female", "customer", "train", 66, 225, 70),
    Voice("m10", "victor", "male", "customer", "train", 42, 195),
    Voice("f11", "f4", "female", "agent", "dev", 50, 200),
    Voice("m11", "travis", "male", "agent", "dev", 50, 190),
    Voice("f12", "Andrea", "female", "customer", "dev", 38, 180, 60),
    Voice("m12", "m2", "male", "customer", "dev", 58, 215, 60),
    Voice("f13", "f2", "female", "agent", "test", 48, 195),
    Voice("m13", "m3", "male", "agent", "test", 50, 185),
    Voice("f14", "steph", "female", "agent", "test", 52, 210, 55),
    Voice("m14", "Alex", "male", "agent", "test", 46, 200),
    Voice("f15", "f5", "female", "customer", "test", 50, 175, 60),
    Voice("m15", "m7", "male", "customer", "test", 56, 215, 60),
    Voice("f16", "Annie", "female", "customer", "test", 44, 205, 65),
    Voice("m16", "m8", "male", "customer", "test", 55, 180),
)
