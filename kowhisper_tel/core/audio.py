"""Audio files in, float32 mono out, checked: plain WAV is read here, all else by a decoder's process behind limits.

Every file is sound, repaired (``AudioInfo.repairs``) or refused with a code ``audio.*``: docs/audio.en.md lists them.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.files import atomic
from kowhisper_tel.core.sound import client, kinds, wav
from kowhisper_tel.core.sound.doubts import check_encoding
from kowhisper_tel.core.sound.kinds import MAGIC, RAW_SUFFIXES, SOUNDFILE_SUFFIXES, SUFFIXES
from kowhisper_tel.core.sound.limits import LIMITS, check_shape
from kowhisper_tel.core.sound.mono import Mono
from kowhisper_tel.core.sound.promised import promised
from kowhisper_tel.core.sound.stream import bounds
from kowhisper_tel.core.sound.wav import Wav

__all__ = [
    "LIMITS", "MAGIC", "RATE", "RAW_SUFFIXES", "SOUNDFILE_SUFFIXES", "SUFFIXES", "AudioInfo", "Samples", "check_heard",
    "is_still", "open_sound", "probe", "probe_header", "read_audio", "repairs", "resample", "stated_s", "write_audio",
]  # fmt: skip

RATE = 16_000
"""The rate, in Hz, of all audio inside the suite: what Whisper hears."""

STILL, EDGE_S = 2.0**-16, 0.025
"""Half a step of 16 bits: samples that differ by less hold no sound. So long a constant's ends ring when resampled."""

Samples = NDArray[np.float32]


@dataclass(frozen=True)
class AudioInfo:
    """What a file's header (or, for FFmpeg's formats, its decoded samples) says.

    ``repairs``: what was made good on the way, as codes of the catalogue (``repair.length`` …).
    """

    rate_hz: int
    tracks: int
    duration_s: float
    format: str
    repairs: tuple[str, ...] = ()


def probe(path: Path, raw_rate: int | None = None) -> AudioInfo:
    """Rate, tracks and duration of a file. Raises ``UserError`` as ``read_audio`` does, but for what samples say."""
    info = _info(path, raw_rate, "count")
    if not info.duration_s:
        raise UserError("audio.empty", path=path)
    return info


def probe_header(path: Path, raw_rate: int | None = None) -> AudioInfo:
    """The same without decoding anything: of FFmpeg's formats the duration is then 0."""
    return _info(path, raw_rate, "header")


def stated_s(path: Path) -> float:
    """Seconds that a file's header states; 0 where it states none. Raises ``UserError`` as ``probe`` does."""
    return _info(path, None, "stated").duration_s


def _info(path: Path, raw_rate: int | None, task: str) -> AudioInfo:
    start = kinds.head(path)
    if raw_rate is not None and _is_raw(path, start):
        return AudioInfo(raw_rate, 1, _raw_frames(path, raw_rate) / raw_rate, "PCM")
    sound = _opened(path, start)
    if isinstance(sound, Wav):
        return AudioInfo(sound.rate_hz, sound.tracks, sound.frames / sound.rate_hz, sound.format, sound.repairs)
    by_header = sound == "soundfile" and task == "count"
    found, _ = client.ask("header" if by_header else task, path, library=sound)
    if task == "count" and found["frames"] is None:
        found, _ = client.ask(task, path, library=sound)
    duration_s = (found["frames"] or 0) / found["rate_hz"]
    return AudioInfo(found["rate_hz"], found["tracks"], duration_s, found["format"], _repairs(path, start, sound))


def open_sound(path: Path) -> Wav | str:
    """The header of a WAV file that is read here, checked; else the library whose decoder reads the file.

    Raises ``UserError`` as ``read_audio`` does of a file's header.
    """
    return _opened(path, kinds.head(path))


def _opened(path: Path, start: bytes) -> Wav | str:
    if kinds.is_wav(start):
        sound = wav.parse(path)
        sound.check()
        return sound if sound.subtype else "soundfile"
    kinds.check_kind(path, start)
    if path.suffix.lower() in RAW_SUFFIXES:
        raise UserError("audio.unreadable", path=path, problem="headerless PCM, rate not stated")
    named = path.suffix.lower() in SOUNDFILE_SUFFIXES and not kinds.is_ffmpegs(start)
    return "soundfile" if named or kinds.is_soundfiles(start) else "ffmpeg"


def repairs(path: Path, raw_rate: int | None = None) -> tuple[str, ...]:
    """What is made good of a file that is read, as codes of the catalogue (``repair.cut`` …). Nothing is decoded.

    Raises ``UserError`` as ``open_sound`` does.
    """
    start = kinds.head(path)
    if raw_rate is not None and _is_raw(path, start):
        return ()
    sound = _opened(path, start)
    return sound.repairs if isinstance(sound, Wav) else _repairs(path, start, sound)


def _repairs(path: Path, start: bytes, library: str) -> tuple[str, ...]:
    if kinds.is_wav(start):
        return wav.parse(path).repairs
    if library == "ffmpeg":
        return ("repair.name",) if path.suffix.lower() in SOUNDFILE_SUFFIXES else ()
    found = promised(path)
    return ("repair.cut",) if found and found.is_cut else ()


def read_audio(
    path: Path,
    *,
    start_s: float | None = None,
    end_s: float | None = None,
    track: int | None = None,
    rate: int = RATE,
    raw_rate: int | None = None,
) -> Samples:
    """Read a stretch of a file as float32[n], mono, in −1..1, at ``rate`` Hz.

    ``track`` picks one channel (counted from 0); without it channels are averaged. ``raw_rate`` is the rate in Hz of
    a headerless file: signed 16-bit little-endian mono samples. A file that says itself what it is, by a suffix of
    ``SUFFIXES`` that is none of ``RAW_SUFFIXES`` or else by its first bytes, is read by its own header all the same.

    Raises ``UserError`` with one of the codes ``audio.*``.
    """
    start = kinds.head(path)
    if raw_rate is not None and _is_raw(path, start):
        mono, native_rate = _read_raw(path, raw_rate, start_s, end_s), raw_rate
        if track is not None and track != 0:
            raise UserError("audio.track", path=path, track=track, tracks=1)
    elif isinstance(sound := _opened(path, start), Wav):
        mono, native_rate = _read_wav(sound, start_s, end_s, track), sound.rate_hz
    else:
        found, blocks = client.ask("read", path, library=sound, start_s=start_s, end_s=end_s, track=track)
        mono, native_rate = blocks[0] if len(blocks) == 1 else np.concatenate(blocks), int(found["rate_hz"])
    return resample(mono, native_rate, rate)


def _read_wav(sound: Wav, start_s: float | None, end_s: float | None, track: int | None) -> Samples:
    mono = Mono(sound.path, track, sound.tracks)
    stored = sound.stored(*bounds(sound.path, sound.frames, sound.rate_hz, start_s, end_s))
    check_encoding(sound, stored)
    heard = mono.of(sound.decoded(stored), whole_numbers=sound.tag != wav.FLOAT)
    mono.check()
    return np.ascontiguousarray(heard)


def resample(audio: Samples, rate: int, to_rate: int) -> Samples:
    """float32[n] at ``rate`` Hz to float32[round(n · to_rate / rate)] at ``to_rate`` Hz, by soxr (HQ)."""
    if rate == to_rate:
        return audio
    import soxr

    resampled: Samples = soxr.resample(audio, rate, to_rate).astype(np.float32, copy=False)
    return resampled


def is_still(audio: Samples) -> bool:
    """Whether float32[n] at 16 kHz holds nothing to hear: digital silence, or one voltage throughout."""
    edge = round(EDGE_S * RATE)
    inner = audio[edge : len(audio) - edge]
    return bool(len(inner) and float(np.ptp(inner)) < STILL)


def check_heard(path: Path, audio: Samples, text: str) -> None:
    """Raise ``UserError`` (``audio.silent``) where a label with words is of audio that ``is_still``."""
    if text.strip() and is_still(audio):
        raise UserError("audio.silent", path=path, value=float(np.median(audio)))


def write_audio(path: Path, audio: Samples, rate: int = RATE) -> None:
    """Write float32[n] in −1..1 as 16-bit FLAC or WAV, as the suffix says, atomically. Louder samples are clipped."""
    import soundfile

    pcm = np.clip(np.rint(audio.astype(np.float64) * 32768.0), -32768, 32767).astype(np.int16)
    made = io.BytesIO()  # libsndfile does not pass on why a write to a file failed
    soundfile.write(made, pcm, rate, subtype="PCM_16", format=path.suffix.lstrip(".").upper())
    with atomic(path) as file:
        file.write(made.getbuffer())


def _is_raw(path: Path, start: bytes) -> bool:
    """Whether a file is headerless, where a rate is given for such."""
    if kinds.is_wav(start):
        return False
    suffix = path.suffix.lower()
    return suffix in RAW_SUFFIXES or (suffix not in SUFFIXES and not kinds.says_what_it_is(start))


def _raw_frames(path: Path, raw_rate: int) -> int:
    size = path.stat().st_size
    if size % 2:
        raise UserError("audio.unreadable", path=path, problem="an odd number of bytes is not 16-bit PCM")
    check_shape(path, raw_rate, 1, size // 2)
    return size // 2


def _read_raw(path: Path, raw_rate: int, start_s: float | None, end_s: float | None) -> Samples:
    first, last = bounds(path, _raw_frames(path, raw_rate), raw_rate, start_s, end_s)
    data: NDArray[Any] = np.fromfile(path, "<i2", last - first, offset=2 * first)
    return np.asarray(np.multiply(data, np.float32(2.0**-15), dtype=np.float32))
