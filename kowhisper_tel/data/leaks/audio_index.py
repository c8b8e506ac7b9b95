"""AudioIndex: fingerprints that are found again by a few of their keys, however many there are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kowhisper_tel.data.leaks.fingerprint import Fingerprint, keys, likeness, pattern
from kowhisper_tel.data.leaks.postings import Numbers, Postings

SHORT_KEY, LONG_KEY = 10, 12
"""Coefficients in a key: 20 bits, which codecs hardly ever change all of, or 24, of which fewer are by chance alike."""
MOST_SHORT = 4_000_000
"""From more frames than this on (22 hours) keys are long."""
MOST_CANDIDATES = 32
"""Recordings that are compared in full with one that is looked up: those with the most keys at one offset."""
OFFSET_FRAMES = 3
"""Keys agree on an offset if they are this near (0.06 s)."""
MOST_OFFSET = 1 << 20
"""More frames (6 hours) than a recording has."""


def least_likeness(frames: float) -> float:
    """From this likeness on two fingerprints are of one recording: higher where fewer frames tell.

    Chosen on half of the training speakers of the Pansori TEDxKR corpus. Of all pairs of their 752 clips the nearest
    stays 0.07 below it; of 840 copies through the hardest changes (AMR-NB 4.75, MP3 8 kbit/s, +20 dB, trimming), most
    of them of the shortest clips, 6 do not reach it.
    """
    return float(0.33 + 1.5 / np.sqrt(max(1.0, frames)))


class AudioIndex:
    """An inverted index from keys to the frames of fingerprints.

    A second of audio is 850 bytes of fingerprint and 50 postings of 12 bytes, so a million recordings of 3.5 s in the
    index would be 5 GB. (Only the test and dev side is held; the training side passes by, one recording at a time.)
    """

    def __init__(self, fingerprints: Sequence[Fingerprint]) -> None:
        self._fingerprints = fingerprints
        self._coefficients = SHORT_KEY if sum(len(f.levels) for f in fingerprints) <= MOST_SHORT else LONG_KEY
        found = [keys(f.levels if f.telling else f.levels[:0], self._coefficients) for f in fingerprints]
        self._postings = Postings([k for k, _ in found], [frames for _, frames in found])

    def matches(self, wanted: Fingerprint) -> list[tuple[int, float]]:
        """The fingerprints of the same recording, by number, with their likeness."""
        if not wanted.telling or not len(self._postings):
            return []
        changes = pattern(wanted.levels)
        found = []
        for owner in self.candidates(wanted):
            alike, frames = likeness(changes, pattern(self._fingerprints[owner].levels))
            if alike >= least_likeness(frames):
                found.append((owner, alike))
        return sorted(found)

    def candidates(self, wanted: Fingerprint) -> list[int]:
        """The owners of the most keys that are the same at one offset, the most likely first."""
        probes, frames = keys(wanted.levels, self._coefficients, both_ways=True)
        order = np.argsort(probes, kind="stable")  # neighbours in the index are found faster
        hits, which = self._postings.find(probes[order])
        offsets = (self._postings.places(hits) - frames[order][which] + MOST_OFFSET // 2) // OFFSET_FRAMES
        return _most_agreed(self._postings.owners(hits), offsets)


def _most_agreed(owners: Numbers, offsets: Numbers) -> list[int]:
    """Owners by how many of their hits lie at one offset or the next."""
    places, votes = np.unique(owners * MOST_OFFSET + offsets, return_counts=True)
    beside = np.flatnonzero(np.diff(places) == 1)
    together = votes.copy()
    together[beside] += votes[beside + 1]
    ranked = (places // MOST_OFFSET)[np.argsort(-together, kind="stable")]
    _, first = np.unique(ranked, return_index=True)
    return [int(owner) for owner in ranked[np.sort(first)[:MOST_CANDIDATES]]]
