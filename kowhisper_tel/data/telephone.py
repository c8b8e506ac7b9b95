"""Telephone: which recordings came through a real telephone, by their header or by where their sound ends.

They carry the tag ``real_phone: "yes"``, a stratum of its own: evaluated as it is, sent through no second telephone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from kowhisper_tel.data.intake import Intake
from kowhisper_tel.data.recordings import Recorded

TAG, YES = "real_phone", "yes"
PHONE_RATE_HZ = 8000
"""Files at this rate or below hold no more than the telephone band."""
NARROW_HZ = 4400.0
"""Sound that ends here or below is telephone band: 4 kHz, and what a converter's filter lets through beyond."""
LEAST_VOTES, MAJORITY = 3, 0.8
"""A short clip may lack the sounds that show where it ends. It goes by so many others, if so many of these agree."""


def is_narrow(found: Recorded) -> bool | None:
    """Whether one recording by itself is of telephone band; ``None`` where it does not tell.

    Clipping splashes beyond the band, so what is clipped does not tell that it is wider.
    """
    if found.header is None or found.measures is None:
        return None
    if found.header.rate_hz <= PHONE_RATE_HZ:
        return True
    ends, clipped = found.measures.band_hz, found.measures.clipped_share > 0.0
    if ends is None or (clipped and ends > NARROW_HZ):
        return None
    return ends <= NARROW_HZ


def tag_telephone(intake: Intake) -> Intake:
    """The intake with ``real_phone: "yes"`` on what came through a telephone.

    What the corpus itself says in a tag of that name stands as it is; machine-made voices came through no telephone.
    """
    if intake.spec.synthetic:
        return intake
    narrow = narrowness(intake.recorded)
    tagged = (_tagged(found) if yes else found for found, yes in zip(intake.recorded, narrow, strict=True))
    return replace(intake, recorded=tuple(tagged))


def narrowness(recorded: Sequence[Recorded]) -> list[bool | None]:
    """Whether each recording is of telephone band; ``None``: not known.

    One that does not tell by itself goes by the others of its call, or else its speaker, in files of the same header.
    """
    own = [is_narrow(found) for found in recorded]
    votes: defaultdict[tuple[str, ...], list[bool]] = defaultdict(list)
    if all(narrow is None for narrow in own):
        return own
    for found, narrow in zip(recorded, own, strict=True):
        if narrow is not None:
            votes[_group(found)].append(narrow)
    return [
        _by_vote(votes[_group(found)]) if narrow is None else narrow
        for found, narrow in zip(recorded, own, strict=True)
    ]


def _group(found: Recorded) -> tuple[str, ...]:
    """What is heard through one channel, as far as is known: a call, a file with several utterances, a speaker."""
    utterance, header = found.entry.utterance, found.header.title if found.header else ""
    cut = utterance.start_s is not None or utterance.end_s is not None
    if utterance.call or cut:
        return ("call", utterance.call or utterance.audio, header)
    return ("speaker", utterance.speaker or "", header)


def _by_vote(votes: Sequence[bool]) -> bool | None:
    share = sum(votes) / len(votes) if len(votes) >= LEAST_VOTES else 0.5
    return True if share >= MAJORITY else False if share <= 1.0 - MAJORITY else None


def _tagged(found: Recorded) -> Recorded:
    utterance = found.entry.utterance
    tags = {TAG: YES, **utterance.tags}
    return replace(found, entry=replace(found.entry, utterance=replace(utterance, tags=tags)))
