"""Audio files in, float32 mono out: wav, flac, ogg, mp3 by libsndfile, the rest (m4a, …) by FFmpeg through PyAV."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.files import atomic

RATE = 16_000
"""The rate, in Hz, of all audio inside the suite: what Whisper hears."""

LOWEST_RATE, HIGHEST_RATE = 4_000, 192_000
SOUNDFILE_SUFFIXES = (".wav", ".flac", ".ogg", ".opus", ".mp3", ".aiff", ".aif")
SEEKABLE_SUFFIXES = (".wav", ".flac", ".aiff", ".aif")
"""Where a stretch can be read by itself, to the sample."""
SEEKABLE_SUBTYPES = ("PCM_S8", "PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE", "ULAW", "ALAW")
"""libsndfile's encodings in which a sample says itself what it is."""
RAW_SUFFIXES = (".pcm", ".raw")
SUFFIXES = (*SOUNDFILE_SUFFIXES, ".m4a", ".mp4", ".aac", ".amr", ".webm", *RAW_SUFFIXES)
"""File name endings that ``read_audio`` takes."""
MAGIC = {
    b"RIFF": ".wav",
    b"fLaC": ".flac",
    b"OggS": ".ogg",
    b"ID3\x03": ".mp3",
    b"ID3\x04": ".mp3",
    b"FORM": ".aiff",
    b"#!AM": ".amr",
    b"\x1aE\xdf\xa3": ".webm",
}
"""Suffixes by a recording's first four bytes, for one whose name tells nothing."""

Samples = NDArray[np.float32]


@dataclass(frozen=True)
class AudioInfo:
    """What a file's header (or, for PyAV formats, its decoded samples) says."""

    rate_hz: int
    tracks: int
    duration_s: float
    format: str


def probe(path: Path, raw_rate: int | None = None) -> AudioInfo:
    """Rate, tracks and duration of a file. Raises ``UserError`` as ``read_audio`` does."""
    _check_present(path)
    if _is_soundfile(path):
        import soundfile

        try:
            info = soundfile.info(str(path))
        except (soundfile.SoundFileError, RuntimeError) as problem:
            raise UserError("audio.unreadable", path=path, problem=_brief(problem, path)) from None
        _check_rate(path, info.samplerate)
        return AudioInfo(info.samplerate, info.channels, info.frames / info.samplerate, f"{info.format}/{info.subtype}")
    samples, rate = _decode(path, raw_rate)
    return AudioInfo(rate, samples.shape[1], len(samples) / rate, "PCM" if _is_raw(path, raw_rate) else "FFMPEG")


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

    Raises ``UserError``: ``audio.missing``, ``audio.empty``, ``audio.unreadable``, ``audio.not_finite``,
    ``audio.track``, ``audio.range`` or ``audio.rate``.
    """
    _check_present(path)
    samples, native_rate = _stretch(path, start_s, end_s, raw_rate)
    if track is not None and not 0 <= track < samples.shape[1]:
        raise UserError("audio.track", path=path, track=track, tracks=samples.shape[1])
    mono = samples[:, track] if track is not None else samples.mean(axis=1, dtype=np.float32)
    bad = int(np.count_nonzero(~np.isfinite(mono)))
    if bad:
        raise UserError("audio.not_finite", path=path, count=bad)
    return resample(np.ascontiguousarray(mono), native_rate, rate)


def resample(audio: Samples, rate: int, to_rate: int) -> Samples:
    """float32[n] at ``rate`` Hz to float32[round(n · to_rate / rate)] at ``to_rate`` Hz, by soxr (HQ)."""
    if rate == to_rate:
        return audio
    import soxr

    resampled: Samples = soxr.resample(audio, rate, to_rate).astype(np.float32, copy=False)
    return resampled


def write_audio(path: Path, audio: Samples, rate: int = RATE) -> None:
    """Write float32[n] in −1..1 as 16-bit FLAC or WAV, as the suffix says, atomically. Louder samples are clipped."""
    import soundfile

    pcm = np.clip(np.rint(audio.astype(np.float64) * 32768.0), -32768, 32767).astype(np.int16)
    with atomic(path) as file:
        soundfile.write(file, pcm, rate, subtype="PCM_16", format=path.suffix.lstrip(".").upper())


def _is_soundfile(path: Path) -> bool:
    return path.suffix.lower() in SOUNDFILE_SUFFIXES


def _is_raw(path: Path, raw_rate: int | None) -> bool:
    suffix = path.suffix.lower()
    return raw_rate is not None and (suffix in RAW_SUFFIXES or (suffix not in SUFFIXES and not _has_header(path)))


def _has_header(path: Path) -> bool:
    with path.open("rb") as file:
        start = file.read(8)
    return start[:4] in MAGIC or start[4:] == b"ftyp"  # the latter: MP4 and its kin


def _check_present(path: Path) -> None:
    if not path.is_file():
        raise UserError("audio.missing", path=path)
    if path.stat().st_size == 0:
        raise UserError("audio.empty", path=path)


def _check_rate(path: Path, rate: int) -> None:
    if not LOWEST_RATE <= rate <= HIGHEST_RATE:
        raise UserError("audio.rate", path=path, rate=rate)


def _decode(path: Path, raw_rate: int | None) -> tuple[Samples, int]:
    """All samples of a file as float32[n, tracks], and their rate in Hz."""
    if raw_rate is not None and _is_raw(path, raw_rate):
        samples, rate = _decode_raw(path), raw_rate
    elif path.suffix.lower() in RAW_SUFFIXES:
        raise UserError("audio.unreadable", path=path, problem="headerless PCM, rate not stated")
    elif _is_soundfile(path):
        samples, rate = _decode_soundfile(path)
    else:
        samples, rate = _decode_av(path)
    _check_rate(path, rate)
    if not len(samples):
        raise UserError("audio.empty", path=path)
    return samples, rate


def _decode_raw(path: Path) -> Samples:
    data = path.read_bytes()
    if len(data) % 2:
        raise UserError("audio.unreadable", path=path, problem="an odd number of bytes is not 16-bit PCM")
    return (np.frombuffer(data, "<i2").astype(np.float32) / 32768.0)[:, None]


def _decode_soundfile(path: Path) -> tuple[Samples, int]:
    import soundfile

    try:
        samples, rate = soundfile.read(str(path), dtype="float32", always_2d=True)
    except (soundfile.SoundFileError, RuntimeError) as problem:
        raise UserError("audio.unreadable", path=path, problem=_brief(problem, path)) from None
    return samples, int(rate)


def _decode_av(path: Path) -> tuple[Samples, int]:
    import av

    blocks: list[Samples] = []
    try:
        with av.open(str(path), options={"protocol_whitelist": "file"}) as container:
            if not container.streams.audio:
                raise UserError("audio.unreadable", path=path, problem="no audio stream")
            stream = container.streams.audio[0]
            rate, resampler = int(stream.rate), av.AudioResampler(format="fltp")
            for frame in container.decode(stream):
                blocks.extend(out.to_ndarray() for out in resampler.resample(frame))
            blocks.extend(out.to_ndarray() for out in resampler.resample(None))
    except (av.FFmpegError, ValueError) as problem:
        raise UserError("audio.unreadable", path=path, problem=_brief(problem, path)) from None
    if not blocks:
        raise UserError("audio.empty", path=path)
    return np.concatenate(blocks, axis=1).T.astype(np.float32, copy=False), rate


def _stretch(path: Path, start_s: float | None, end_s: float | None, raw_rate: int | None) -> tuple[Samples, int]:
    """Samples of a stretch, and their rate. WAV, FLAC and AIFF of independent samples are read there only."""
    whole = start_s is None and end_s is None
    if whole or _is_raw(path, raw_rate) or not _is_seekable(path):
        samples, rate = _decode(path, raw_rate)
        first, last = _bounds(len(samples), rate, start_s, end_s, path)
        return samples[first:last], rate
    import soundfile

    try:
        with soundfile.SoundFile(str(path)) as file:
            rate = int(file.samplerate)
            _check_rate(path, rate)
            first, last = _bounds(file.frames, rate, start_s, end_s, path)
            file.seek(first)
            samples = file.read(last - first, dtype="float32", always_2d=True)
    except (soundfile.SoundFileError, RuntimeError) as problem:
        raise UserError("audio.unreadable", path=path, problem=_brief(problem, path)) from None
    if len(samples) < last - first:
        raise UserError("audio.unreadable", path=path, problem=f"cut off {last - first - len(samples)} samples early")
    return samples, rate


def _is_seekable(path: Path) -> bool:
    """Whether a decoder that begins in the middle gives what one that came there does: not of GSM or ADPCM in WAV."""
    import soundfile

    if path.suffix.lower() not in SEEKABLE_SUFFIXES:
        return False
    try:
        return soundfile.info(str(path)).subtype in SEEKABLE_SUBTYPES
    except (soundfile.SoundFileError, RuntimeError):
        return False  # who decodes it says what is wrong


def _bounds(length: int, rate: int, start_s: float | None, end_s: float | None, path: Path) -> tuple[int, int]:
    """First sample of a stretch and the one after its last, of ``length`` samples in all."""
    if start_s is None and end_s is None:
        return 0, length
    first = round((start_s or 0.0) * rate)
    last = length if end_s is None else round(end_s * rate)
    # Labels are written to a hundredth of a second or coarser: an end just past the file's is its end.
    if not 0 <= first < min(last, length) or last > length + round(0.05 * rate):
        raise UserError("audio.range", path=path, start_s=start_s, end_s=end_s, duration_s=length / rate)
    return first, min(last, length)


def _brief(problem: Any, path: Path) -> str:
    """A library's message without the path it repeats."""
    return str(problem).replace(f"{str(path)!r}", "").replace(str(path), "").strip(" :.") or type(problem).__name__
