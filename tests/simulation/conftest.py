"""Folders of clips to hear through a channel."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from kowhisper_tel.core.audio import RATE, Samples, write_audio

NAMES = ("가.wav", "나.flac", "깊은 곳/다.wav", "깊은 곳/라.wav", "e.flac", "f.wav")
MOVING = """
about: time is not kept
mixture:
  - share: 1
    channel:
      name: moving
      effects:
        - {effect: speed, factor: 1.25}
        - {effect: insertion, sound: ringback, duration_s: 0.5}
"""


def voice(number: int, duration_s: float = 1.0) -> Samples:
    """A harsh hum that swells, another for each number."""
    moments = np.arange(round(duration_s * RATE)) / RATE
    hum = np.sign(np.sin(2 * np.pi * (120 + 20 * number) * moments)) * (0.6 + 0.4 * np.sin(7 * moments))
    return (0.1 * hum).astype(np.float32)


def content(folder: Path) -> dict[str, str]:
    """What lies in a folder: names and hashes."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.fixture
def clips(tmp_path: Path) -> Path:
    """Six clips of one second, in two folders, with Korean names."""
    for number, name in enumerate(NAMES):
        write_audio(tmp_path / "in" / name, voice(number))
    return tmp_path / "in"


@pytest.fixture
def moving(tmp_path: Path) -> str:
    """A channel that does not keep time."""
    path = tmp_path / "moving.yaml"
    path.write_text(MOVING, encoding="utf-8")
    return str(path)


@pytest.fixture
def broken(clips: Path) -> Callable[[], Path]:
    """Adds, among the good clips: one cut off, an empty one, and one with NaN."""

    def add() -> Path:
        import soundfile

        (clips / "a.wav").write_bytes(b"RIFF....WAVE")
        (clips / "b.wav").write_bytes(b"")
        soundfile.write(clips / "z.wav", np.array([0.0, np.nan, 0.0], np.float32), RATE, subtype="FLOAT")
        return clips

    return add
