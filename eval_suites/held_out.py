"""Held out: what no preset of ``augment/presets`` has, so that a model trained on them never heard it.

What a config adds to its presets (babble of other utterances, voices, recorded noise) counts as heard all the same: see
``unseen.mark``, which is told of it.
"""

from __future__ import annotations

from dataclasses import dataclass

from augment import Channel
from augment.effects.noise import Noise
from augment.effects.room import SYNTHETIC, Room
from augment.spec import Choice, ends


@dataclass(frozen=True)
class HeldOut:
    """``codec`` begins the names of a family of codecs; ``noise`` is a background noise; ``rt60_s`` are rooms, from the
    least to the longest reverberation time.
    """

    codec: str
    noise: str
    rt60_s: tuple[float, float]

    def heard_in(self, channel: Channel) -> list[str]:
        """The names of what a channel has of it: none, if it is a channel for training."""
        found = []
        for effect in channel.effects:
            codecs = names(getattr(effect, "codec", None) or ())
            found += [name for name in codecs if name.startswith(f"{self.codec}-")]
            if isinstance(effect, Noise):
                found += [name for name in names(effect.source) if name == self.noise]
            if isinstance(effect, Room) and SYNTHETIC in names(effect.source):
                low, high = ends(effect.rt60_s)
                found += ["room"] if low <= self.rt60_s[1] and high >= self.rt60_s[0] else []
        return found


def names(choice: Choice) -> tuple[str, ...]:
    """The names that one is chosen from."""
    return (choice,) if isinstance(choice, str) else tuple(choice)


HELD_OUT = HeldOut(codec="speex", noise="babble", rt60_s=(1.1, 5.0))
"""Speex: a codec of internet telephony that Opus took the place of (RFC 5574 made it an RTP payload in 2009), so the
presets lose no call of today without it. Babble, the noise of a call centre's own room. Rooms that ring longer than
any office should (DIN 18041 asks for some 0.4 to 0.8 s where people talk, in 60 to 250 m³): halls, stairwells."""
