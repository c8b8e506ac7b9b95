"""Render cache: renderings kept as 16-bit FLAC, each named by a hash of all that decides how it sounds."""

from __future__ import annotations

import io
import platform
import uuid
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from augment import Channel, codecs
from kowhisper_tel.core.audio import RATE
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.files import atomic, fingerprint

VERSION = 1
"""Of rendering: to be raised with any change to how an effect, a codec or a source of ours sounds."""
Audio = NDArray[np.float32]


class RenderCache:
    """A folder of renderings, shared by as many evaluations as like. ``found``, ``made`` and ``broken`` count.

    Raises ``UserError`` (``suites.cache_files``) for a folder that cannot be written to.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.found = self.made = self.broken = 0
        try:
            folder.mkdir(parents=True, exist_ok=True)
            probe = folder / f".{uuid.uuid4().hex}.new"
            probe.touch()
            probe.unlink()
        except OSError as problem:
            raise UserError("suites.cache_files", path=folder, problem=problem.strerror or problem) from None

    @property
    def counts(self) -> tuple[int, int, int]:
        """How many were found, made, and broken (these were made again)."""
        return self.found, self.made, self.broken

    def count(self, found: int, made: int, broken: int) -> None:
        """Add what another process found, made and saw broken."""
        self.found, self.made, self.broken = self.found + found, self.made + made, self.broken + broken

    def path(self, key: str) -> Path:
        """Where a rendering lies."""
        return self.folder / key[:2] / f"{key}.flac"

    def get(self, key: str) -> Audio | None:
        """The audio, float32 ``[n]``; ``None`` if it is not there, or broken (it is then made again)."""
        path = self.path(key)
        try:
            audio = _unpacked(path.read_bytes(), key)
        except FileNotFoundError:
            return None
        except Exception:  # whatever a decoder makes of a broken file
            self.broken += 1
            return None
        self.found += 1
        return audio

    def put(self, key: str, audio: Audio) -> None:
        """Keep audio of 16 bits; none of no length. Raises ``UserError`` (``suites.cache_files``)."""
        self.made += 1
        if not len(audio):
            return
        try:
            with atomic(self.path(key)) as file:
                file.write(_packed(audio, key))
        except OSError as problem:
            raise UserError("suites.cache_files", path=self.path(key), problem=problem.strerror or problem) from None


def key_of(
    heard: Any, sound: str, item_id: str, seed: int, channels: Iterable[Channel], versions: Mapping[str, str]
) -> str:
    """A rendering's name. ``heard`` says what goes in: the hash of an audio file, times and track, or a source."""
    return fingerprint(
        {
            "version": VERSION,
            "heard": heard,
            "sound": sound,
            "id": item_id,  # keys what is drawn
            "seed": seed,
            "versions": dict(versions),
            "machine": platform.machine(),  # sums of another processor may differ in the last bit
            "codecs": _backends(channels),
        }
    )


def _backends(channels: Iterable[Channel]) -> dict[str, str]:
    """What serves each codec: two libraries of one codec need not agree to the bit."""
    names: set[str] = set()
    for channel in channels:
        for effect in channel.effects:
            codec = getattr(effect, "codec", ())
            names.update((codec,) if isinstance(codec, str) else codec)
    return {name: codecs.get(name).backend for name in sorted(names)}


def _packed(audio: Audio, key: str) -> bytes:
    """FLAC, and in its comment the rendering's name and a hash of its samples."""
    import soundfile

    pcm = np.rint(audio.astype(np.float64) * 32768.0).astype(np.int16)
    memory = io.BytesIO()
    with soundfile.SoundFile(memory, "w", RATE, 1, subtype="PCM_16", format="FLAC") as file:
        file.comment = _seal(pcm, key)
        file.write(pcm)
    return memory.getvalue()


def _unpacked(data: bytes, key: str) -> Audio:
    import soundfile

    with soundfile.SoundFile(io.BytesIO(data)) as file:
        seal, pcm = file.comment, file.read(dtype="int16")
    if seal != _seal(pcm, key):
        raise ValueError("not what was written")
    return np.ascontiguousarray(pcm.astype(np.float32) / np.float32(32768.0))


def _seal(pcm: NDArray[np.int16], key: str) -> str:
    import hashlib

    return f"{key} {hashlib.blake2b(pcm.tobytes(), digest_size=16).hexdigest()}"
