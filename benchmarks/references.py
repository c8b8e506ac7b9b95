"""Reference speech for PESQ: one passage a speaker of the talks, and ITU-T's own speech."""

from __future__ import annotations

import os
from collections import defaultdict
from pathlib import Path

import numpy as np

from augment.audio import Audio
from augment.speech_level import NOMINAL_DBFS, active_level_dbfs, gain
from benchmarks import speech

SHORTEST_S, LONGEST_S = 8.0, 10.0
GAP_S, FADE_S, FRAME_S = 0.3, 0.01, 0.02
FLOOR_PERCENT = 10.0
ITU = "vectors/g722/inpsp.bin"


def passages() -> list[Audio]:
    """8 to 10 s at 16 kHz and -26 dBov for each speaker of the talks.

    Taken in the order of their signal-to-noise ratio, best first, until there is enough; PESQ is not looked at. Between
    clips there are 0.3 s of silence, as PESQ's recommendation asks for pauses.

    Raises:
        SystemExit: ``KOWHISPER_SHARED`` names no folder of talks.
    """
    folder = speech.talks()
    if folder is None:
        raise SystemExit("KOWHISPER_SHARED names no folder with data/korean_talks: PESQ wants real speech")
    by_speaker: dict[str, list[Audio]] = defaultdict(list)
    for speaker, audio in speech.talk_clips(folder):
        by_speaker[speaker].append(audio)
    return [_passage(clips) for _, clips in sorted(by_speaker.items())]


def itu() -> Audio:
    """ITU-T's speech at 16 kHz, 6.1 s, brought to -26 dBov: the input of the G.722 vectors (G.191, 16-bit samples).

    Raises:
        SystemExit: ``KOWHISPER_SHARED`` names no folder with the vectors.
    """
    path = Path(os.environ.get("KOWHISPER_SHARED", "")) / ITU
    if not path.is_file():
        raise SystemExit(f"KOWHISPER_SHARED names no folder with {ITU}: PESQ is measured on ITU-T's speech too")
    said = np.fromfile(path, "<i2").astype(np.float32) / np.float32(32768.0)
    return said * gain(NOMINAL_DBFS - active_level_dbfs(said, speech.RATE))


def snr_db(audio: Audio) -> float:
    """Active speech level over the background: the RMS of the quietest tenth of the 20 ms frames.

    Frames of zeros are no background, but a gate's, or ours between clips.
    """
    size = round(FRAME_S * speech.RATE)
    frames = audio[: len(audio) // size * size].reshape(-1, size)
    powers = np.mean(frames.astype(np.float64) ** 2, axis=1)
    powers = powers[powers > 0.0]
    floor = powers[powers <= np.percentile(powers, FLOOR_PERCENT)].mean()
    return active_level_dbfs(audio, speech.RATE) - 10.0 * float(np.log10(floor + 1e-12))


def _passage(clips: list[Audio]) -> Audio:
    ramp = np.linspace(0.0, 1.0, round(FADE_S * speech.RATE), dtype=np.float32)
    parts = [gap := np.zeros(round(GAP_S * speech.RATE), np.float32)]
    for clip in sorted(clips, key=snr_db, reverse=True):
        if sum(map(len, parts)) + len(clip) + len(gap) > LONGEST_S * speech.RATE:
            continue
        faded = clip * gain(NOMINAL_DBFS - active_level_dbfs(clip, speech.RATE))
        faded[: len(ramp)] *= ramp
        faded[-len(ramp) :] *= ramp[::-1]
        parts += [faded, gap]
        if sum(map(len, parts)) >= SHORTEST_S * speech.RATE:
            break
    passage = np.concatenate(parts)
    return passage * gain(NOMINAL_DBFS - active_level_dbfs(passage, speech.RATE))
