"""Speech to measure on: real where ``KOWHISPER_SHARED`` names a folder of it, otherwise made here."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
from scipy import signal

from augment.audio import Audio

RATE = 16000
MADE_S = (1.5, 2.9, 5.0, 9.0)


def talks() -> Path | None:
    """The folder of Korean talks, or None."""
    folder = os.environ.get("KOWHISPER_SHARED")
    found = Path(folder) / "data/korean_talks" if folder else None
    return found if found is not None and found.is_dir() else None


def talk_clips(folder: Path) -> list[tuple[str, Audio]]:
    """(speaker, audio at 16 kHz) of the ``dev`` clips, in the order of their list."""
    import soundfile

    lines = (folder / "dev.jsonl").read_text(encoding="utf-8").splitlines()
    clips = []
    for entry in map(json.loads, lines):
        audio, rate = soundfile.read(folder / entry["audio"], dtype="float32")
        if rate != RATE:
            raise ValueError(f"{entry['audio']} is at {rate} Hz, not {RATE}")
        clips.append((entry["speaker"], audio))
    return clips


def clips(count: int) -> tuple[str, list[Audio]]:
    """What they are in words, and ``count`` clips at 16 kHz."""
    folder = talks()
    if folder is not None:
        every = talk_clips(folder)
        chosen = [audio for _, audio in every[:: len(every) // count][:count]]
        return "clips of Korean talks (dev), every speaker", chosen
    made = [voice(MADE_S[index % len(MADE_S)], seed=index) for index in range(count)]
    return "clips of a made voice (KOWHISPER_SHARED names no real one)", made


def voice(duration_s: float, rate: int = RATE, seed: int = 11) -> Audio:
    """Something like speech: a gliding pulse train through three formants, in syllables with pauses."""
    generator = np.random.default_rng(seed)
    moments = np.arange(round(duration_s * rate)) / rate
    pitch_hz = generator.uniform(90, 220) + 25 * np.sin(2 * np.pi * 0.7 * moments)
    source = np.diff(np.floor(np.cumsum(pitch_hz) / rate), prepend=0.0) + 0.02 * generator.standard_normal(len(moments))
    for formant_hz, width_hz in ((600, 90), (1400, 120), (2600, 180)):
        radius = np.exp(-np.pi * width_hz / rate)
        source = signal.lfilter([1.0], [1, -2 * radius * np.cos(2 * np.pi * formant_hz / rate), radius**2], source)
    spoken = source * np.clip(np.sin(2 * np.pi * 2.3 * moments) + 0.5, 0, 1) * (np.sin(2.8 * moments) > -0.6)
    return np.asarray(0.4 * spoken / max(np.abs(spoken).max(), 1e-9), dtype=np.float32)
