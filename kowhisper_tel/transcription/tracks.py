"""Tracks: which of a recording's are heard, together or apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter1d, uniform_filter1d

from kowhisper_tel.core.activity import FLOOR_QUANTILE, STEP_S, Activity, activity
from kowhisper_tel.core.audio import RATE, Samples, is_still, probe, read_audio
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.data.long_recordings.tracks import SAME_DB, without_bleed

HEARD = ("mono", "same", "mix", "split")
"""How a recording is heard: its only track; one of several that hold one signal; all together; each apart."""
MODES = ("auto", "mix", "split")
SIDES = ("left", "right")
SMOOTH_S = 0.5
"""Over so long the levels of two microphones in one room agree, whatever a short delay, an echo or faint noise does."""
SWING_DB = 2 * SAME_DB
"""A single turn of another party swings the levels apart by twice what separates the tracks: 12 dB and more."""
LEAST_LEAK_S = 1.0
CANCELLED_DB = 12.0
"""A mixture that lies so far below the louder of its tracks is no mixture: they are in antiphase there."""
CANCELLED_SHARE = 0.01


@dataclass(frozen=True)
class Choice:
    """What was asked for: one of ``MODES``, and the speakers' names, a track each (none: left, right, or track1 …)."""

    mode: str = "auto"
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Voice:
    """What is heard at once: float32[n] at 16 kHz, its track (``None``: not of one alone) and who speaks on it."""

    audio: Samples
    track: int | None = None
    speaker: str | None = None


@dataclass(frozen=True)
class Voices:
    """A recording as it is heard: ``count`` tracks, heard in one of the ways of ``HEARD``.

    ``repairs``: what of its file was made good, as codes of the catalogue.
    """

    count: int
    heard: str
    voices: tuple[Voice, ...]
    repairs: tuple[str, ...] = ()

    @property
    def duration_s(self) -> float:
        """The recording's length."""
        return max(len(voice.audio) for voice in self.voices) / RATE

    @property
    def silent(self) -> bool:
        """Whether there is nothing to hear in it: digital silence, or one voltage throughout."""
        return all(is_still(voice.audio) for voice in self.voices)


def read_voices(path: Path, choice: Choice, raw_rate: int | None = None) -> Voices:
    """Read a recording, and take its tracks as ``choice`` says.

    ``auto``: of tracks that hold one sound (``one_sound``) the clearest is heard; others are heard apart. What is heard
    of the other parties on a track of its own is turned down first, or it would be written twice.

    Raises ``UserError`` as ``read_audio`` does, and ``transcribe.track_names`` where there
    are not as many names as tracks that are heard apart.
    """
    found = probe(path, raw_rate)
    tracks = [read_audio(path, track=track, raw_rate=raw_rate) for track in range(found.tracks)]
    if len(tracks) == 1:
        return Voices(1, "mono", (Voice(tracks[0]),), found.repairs)
    if choice.mode == "mix":
        return Voices(len(tracks), "mix", (Voice(mixed(tracks)),), found.repairs)
    if choice.mode == "auto" and (clearest := one_sound(tracks)) is not None:
        return Voices(len(tracks), "same", (Voice(clearest),), found.repairs)
    if choice.names and len(choice.names) != len(tracks):
        raise UserError(
            "transcribe.track_names",
            path=path,
            names=", ".join(choice.names),
            count=len(choice.names),
            tracks=len(tracks),
        )
    return Voices(len(tracks), "split", _apart(tracks, choice.names or _names(len(tracks))), found.repairs)


def one_sound(tracks: Sequence[Samples]) -> Samples | None:
    """The clearest of tracks that all hold the same, or nearly: dual mono, two microphones in one room; else ``None``.

    Such levels differ by one amount throughout: by ``SAME_DB`` more or less in 99 % of the speech (as in
    ``long_recordings.tracks.same``, but of smoothed levels), and by ``SWING_DB`` nowhere. Polarity does not matter.
    Nor does it hold another sound where one party alone speaks all the time, and comes through to it (``_leaks``).
    """
    found = [activity(track, shared=False) for track in tracks]
    for other in found[1:]:
        active = found[0].active | other.active
        if not active.any():
            continue
        if not (found[0].active.any() and other.active.any()):
            return None
        apart_db = _smoothed_db(found[0]) - _smoothed_db(other)
        if not (_is_steady(apart_db[active]) or _leaks(found[0], other) or _leaks(other, found[0])):
            return None
    return tracks[max(range(len(tracks)), key=lambda place: _clarity_db(found[place]))]


def mixed(tracks: Sequence[Samples]) -> Samples:
    """The tracks together, float32[n]: where adding would cancel speech, subtracted; where that would, the louder one.

    A voice in antiphase on two tracks (a transformer with its wires crossed, a "wide" recorder) is silence in their
    mean.
    """
    total = tracks[0]
    for track in tracks[1:]:
        if _cancelled(total + track, (total, track)) <= CANCELLED_SHARE:
            total = total + track
        elif _cancelled(total - track, (total, track)) <= CANCELLED_SHARE:
            total = total - track
        else:
            total = max(total, track, key=_power)
    return (total / np.float32(len(tracks))).astype(np.float32)


def _apart(tracks: Sequence[Samples], names: Sequence[str]) -> tuple[Voice, ...]:
    voices = []
    for number, (track, name) in enumerate(zip(tracks, names, strict=True)):
        others = [other for place, other in enumerate(tracks) if place != number]
        voices.append(Voice(without_bleed(track, others), number, name))
    return tuple(voices)


def _names(count: int) -> tuple[str, ...]:
    return SIDES if count == len(SIDES) else tuple(f"track{number}" for number in range(1, count + 1))


def _cancelled(mixture: Samples, tracks: Sequence[Samples]) -> float:
    """The share of the frames with speech in which the mixture is far below the louder track."""
    found = [activity(track, shared=False) for track in tracks]
    active = np.any([one.active for one in found], axis=0)
    if not active.any():
        return 0.0
    loudest_db = np.max([one.level_db for one in found], axis=0)
    level_db = activity(mixture, shared=False).level_db
    return float(np.mean(level_db[active] < loudest_db[active] - CANCELLED_DB))


def _is_steady(apart_db: NDArray[np.float64]) -> bool:
    swing_db = np.abs(apart_db - np.median(apart_db))
    return bool(np.quantile(swing_db, 0.99) <= SAME_DB and swing_db.max() <= SWING_DB)


def _leaks(party: Activity, other: Activity) -> bool:
    """Whether all that is active on another track is one party's voice, softer, through that track's own noise.

    It is active only where the party is, and where it stands out from its noise, what is more than that noise follows
    the party's level. A second of that, or nothing is said.
    """
    reach = round(SMOOTH_S / STEP_S)
    if (other.active & ~maximum_filter1d(party.active.astype(np.uint8), 2 * reach + 1).astype(bool)).any():
        return False
    power = 10.0 ** (_smoothed_db(other) / 10.0)
    noise = np.quantile(power, FLOOR_QUANTILE)
    heard = party.active & (power > 2.0 * noise)
    if np.count_nonzero(heard) * STEP_S < LEAST_LEAK_S:
        return False
    apart_db = _smoothed_db(party)[heard] - 10.0 * np.log10(power[heard] - noise)
    return bool(np.median(apart_db) > 0.0) and _is_steady(apart_db)


def _smoothed_db(found: Activity) -> NDArray[np.float64]:
    power = uniform_filter1d(10.0 ** (found.level_db / 10.0), round(SMOOTH_S / STEP_S))
    smoothed: NDArray[np.float64] = 10.0 * np.log10(power)
    return smoothed


def _clarity_db(found: Activity) -> float:
    """How far the speech lies above what is there without it."""
    speech_db = np.median(found.level_db[found.active]) if found.active.any() else found.level_db.min(initial=0.0)
    return float(speech_db - np.quantile(found.level_db, FLOOR_QUANTILE)) if len(found.level_db) else 0.0


def _power(track: Samples) -> float:
    return float(np.mean(np.square(track), dtype=np.float64))
