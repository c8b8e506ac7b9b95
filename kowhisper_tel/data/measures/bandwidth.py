"""Bandwidth: the frequency above which a recording holds no speech, whatever its sample rate promises.

Frames are parted into the quietest fifth and the rest. A band of 125 Hz carries speech where the rest is 3 dB above
the quiet ones, which no dither is, and not below the range of speech. The sound ends at the highest such band that is
no slope of a filter, if the level falls steeply beyond it. Where speech sinks into noise without a fall, the noise that
came with it tells: a telephone cuts that too. What was brought up from 8 kHz by repeating samples or by straight lines
between them mirrors its band at 4 kHz: there the same rises and falls come at the same moments, and do not count.

Chosen on korean_talks/train, counted on its dev (515 clips at 16 kHz that end at 7.6 kHz): none is said to end below
4.4 kHz, 11 % are left open. Of the same clips at 8 kHz and back 98 % are said to, after G.711 or GSM as many, AMR-NB
4.75 kbit/s 96 %, G.723.1 92 %. Of the rest, up to 2 % are said to end higher: most are clipped, which splashes.
A cut at 5.5 or 7 kHz is found to 250 Hz in 86 and 99 %; AMR-WB, which fades out from 6.6 kHz on, reads 7 to 7.4 kHz.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from augment.fit_spectrum import SIZE, STEP_HZ, frame_powers
from augment.speech_level import SILENCE_DBFS
from kowhisper_tel.core.audio import RATE, Samples

BANDS, BINS = 64, 4
BAND_HZ = BINS * STEP_HZ
"""125 Hz a band: 64 of them up to 8 kHz."""
QUIET_SHARE = 0.2
CONTRAST = 2.0
RANGE = 10.0**-5.5
"""What lies 55 dB under the strongest band is rounding, not speech."""
SLOPE_DB = 8.0
"""A band this far below the kilohertz under it stands on the slope of a filter."""
BELOW_FROM, BELOW_TO = np.maximum(np.arange(BANDS) - 8, 0), np.maximum(np.arange(BANDS) - 1, 1)
"""Where that kilohertz begins and ends, for each band."""
FALL_DB, FALL_TO_NOTHING_DB, NOTHING_DB = 20.0, 12.0, 52.0
"""The least fall beyond the end, within half a kilohertz. A voice by itself has fallen by 19 dB at 4 kHz, but never to
52 dB under its strongest band: where nothing more is beyond, a gentle slope such as AMR's will do."""
STAYS_DB = 10.0
"""Beyond the end of noise alone, nothing comes nearer than this to its level."""
LEAST_BAND = 15
"""Ends are looked for from 2 kHz on. No telephone ends below, but a hum, a rumble or a whistle does."""
OPEN_BAND = 57
"""From 7.25 kHz on, the fall is that of resampling to 16 kHz, and needs no proof."""
HIGH = slice(40, 56)
NOISE_RANGE_DB = 45.0
"""Noise that reaches from 5 to 7 kHz within this range shows that nothing was cut off below."""
LEAST_FRAMES = 8
MIRRORED = slice(64, 112)
"""Bins from 2 to 3.5 kHz, whose mirror images lie at 6 to 4.5 kHz."""
MIRROR_DB = 2.0
"""An image keeps its distance to what it mirrors (within 1.1 dB, measured); two sounds spread by 7 dB and more."""

Powers = NDArray[np.float32]
Levels = NDArray[np.float64]


def band_hz(audio: Samples) -> float | None:
    """Where the sound of float32[n] at 16 kHz ends, in Hz, in steps of 125; ``None`` where that cannot be told."""
    powers = frame_powers(audio)
    if len(audio) < SIZE or len(powers) < LEAST_FRAMES:
        return None
    if _is_mirrored(powers):
        powers[:, SIZE // 4 + 1 :] = 0.0
    bands = powers[:, 1:].reshape(-1, BANDS, BINS).sum(axis=2, dtype=np.float64)
    bands[:, 0] = 0.0  # hum and direct current
    order = np.argsort(bands.sum(axis=1), kind="stable")
    quiet = max(1, int(len(bands) * QUIET_SHARE))
    speech, noise = bands[order[quiet:]].mean(axis=0), bands[order[:quiet]].mean(axis=0)
    if speech.sum() < 10.0 ** (SILENCE_DBFS / 10.0):
        return None
    level_db = 10.0 * np.log10(speech + 1e-13)
    flat = _is_flat(level_db)
    carries = np.flatnonzero((speech > CONTRAST * noise) & (speech > RANGE * speech.max()) & flat)
    last = int(carries[-1]) if len(carries) else 0
    if last >= OPEN_BAND or (last >= LEAST_BAND and _ends(level_db, last)):
        return (last + 1) * BAND_HZ
    return _end_of_noise(level_db, flat, last)


def _is_mirrored(powers: Powers) -> bool:
    """Whether what lies above 4 kHz is the image of what lies below, in the louder half of the frames."""
    loud = powers[np.argsort(powers.sum(axis=1), kind="stable")[len(powers) // 2 :]]
    images = loud[:, ::-1][:, MIRRORED]
    distance_db = 10.0 * np.log10((images + 1e-13) / (loud[:, MIRRORED] + 1e-13))
    return bool(np.median(distance_db.std(axis=0)) < MIRROR_DB)


def _end_of_noise(level_db: Levels, flat: NDArray[np.bool_], last: int) -> float | None:
    """The same by the noise, where the speech sinks into it at band ``last``."""
    ends = [
        band
        for band in range(max(last - 2, LEAST_BAND), BANDS - 5)
        if flat[band] and _ends(level_db, band) and level_db[band + 2 :].max() < _inside_db(level_db, band) - STAYS_DB
    ]
    if ends:
        return (max(ends, key=lambda band: _fall_db(level_db, band)) + 1) * BAND_HZ
    return RATE / 2 if level_db[HIGH].min() > level_db.max() - NOISE_RANGE_DB else None


def _is_flat(level_db: Levels) -> NDArray[np.bool_]:
    """Which bands are not below the kilohertz under them, as on a filter's slope."""
    summed = np.concatenate([[0.0], np.cumsum(level_db)])
    below = (summed[BELOW_TO] - summed[BELOW_FROM]) / (BELOW_TO - BELOW_FROM)
    return np.asarray(level_db >= below - SLOPE_DB)


def _ends(level_db: Levels, band: int) -> bool:
    """Whether the sound ends at a band, by its fall beyond it."""
    empty = bool((level_db[band + 6 :] < level_db.max() - NOTHING_DB).all())
    return _fall_db(level_db, band) >= (FALL_TO_NOTHING_DB if empty else FALL_DB)


def _fall_db(level_db: Levels, band: int) -> float:
    """By how much the level falls from the half kilohertz up to a band to the one beyond it; 0 near the top."""
    if band > BANDS - 6:
        return 0.0
    return _inside_db(level_db, band) - float(level_db[band + 2 : band + 6].mean())


def _inside_db(level_db: Levels, band: int) -> float:
    return float(level_db[max(0, band - 3) : band + 1].mean())
