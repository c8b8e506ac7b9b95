"""Heard: a recording as the leak check knows it, by a hash of its samples and by its fingerprint."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from kowhisper_tel.core.audio import RATE, Samples, read_audio, resample
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.data.leaks import fingerprint as prints


@dataclass(frozen=True, slots=True)
class Heard:
    """``digest`` hashes the decoded samples (None: silence, which links nothing, or no audio at all).

    ``problem`` is why the recording could not be heard.
    """

    digest: bytes | None
    fingerprint: prints.Fingerprint
    problem: UserError | None = None


def listen(file: Path, start_s: float | None = None, end_s: float | None = None, track: int | None = None) -> Heard:
    """Hear a stretch of a file. What would raise ``UserError`` is the ``problem`` of what was heard."""
    try:
        audio = read_audio(file, start_s=start_s, end_s=end_s, track=track)
    except UserError as problem:
        return Heard(None, prints.fingerprint(np.zeros(0, np.float32)), problem)
    return Heard(digest(audio), prints.fingerprint(resample(audio, RATE, prints.RATE)))


def digest(audio: Samples) -> bytes | None:
    """A hash of 16-bit samples, the same whatever lossless format they were stored in; None for silence."""
    pcm = np.clip(np.rint(audio * 32768.0), -32768, 32767).astype("<i2")
    return hashlib.blake2b(pcm.tobytes(), digest_size=16).digest() if pcm.any() else None
