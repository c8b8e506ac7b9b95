"""Bad recordings by name: how each is made, and the code that every command which reads it must give.

Files are made from two seconds of a voice-like sound at 8 or 16 kHz. ``ok`` and ``repair.*`` are read in the end.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import soundfile
from numpy.typing import NDArray

RATE, SECONDS = 16_000, 2.0


def voice(rate: int = RATE, seconds: float = SECONDS, seed: int = 3) -> NDArray[np.float64]:
    """Bursts of coloured noise with pauses between them: as loud and as uneven as speech."""
    rng = np.random.default_rng(seed)
    noise = np.convolve(rng.standard_normal(round(rate * seconds)), np.ones(6) / 6, "same")
    moments = np.arange(len(noise)) / rate
    return np.clip(0.25 * noise * (np.sin(2 * np.pi * 1.5 * moments) > -0.3) + 1e-4 * noise, -0.99, 0.99)


def encoded(kind: str = "WAV", subtype: str | None = None, rate: int = RATE, audio: object = None) -> bytes:
    """A sound as a file's bytes, by libsndfile."""
    memory = io.BytesIO()
    soundfile.write(memory, voice(rate) if audio is None else audio, rate, format=kind, subtype=subtype)
    return memory.getvalue()


def by_ffmpeg(container: str, codec: str, rate: int = RATE, **options: str) -> bytes:
    """The same by FFmpeg."""
    import av

    memory = io.BytesIO()
    with av.open(memory, "w", format=container, options=options) as output:
        stream = output.add_stream(codec, rate=rate, layout="mono")
        pcm = (voice(rate) * 32767).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(pcm[None], format="s16", layout="mono")
        frame.sample_rate = rate
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            output.mux(packet)
    return memory.getvalue()


def wav(
    data: bytes,
    *,
    tag: int = 1,
    tracks: int = 1,
    rate: int = RATE,
    bits: int = 16,
    block: int | None = None,
    per_s: int | None = None,
    stated: int | None = None,
    behind: bytes = b"",
) -> bytes:
    """A WAV file with any fields in its header."""
    block = tracks * bits // 8 if block is None else block
    per_s = min(rate * block, 2**32 - 1) if per_s is None else per_s
    fields = struct.pack("<HHLLHH", tag, tracks, rate, per_s, block, bits)
    stated = len(data) if stated is None else stated
    chunks = b"fmt " + struct.pack("<L", 16) + fields + b"data" + struct.pack("<L", stated) + data + behind
    return b"RIFF" + struct.pack("<L", 4 + len(chunks)) + b"WAVE" + chunks


def pcm(rate: int = RATE, scale: float = 1.0) -> bytes:
    """The voice as 16-bit samples."""
    return (voice(rate) * 32767 * scale).astype("<i2").tobytes()


def law(subtype: str) -> bytes:
    """The voice as G.711's codes at 8 kHz, of ``ULAW`` or ``ALAW``."""
    data = encoded("WAV", subtype, 8_000)
    start = data.index(b"data") + 8
    return data[start : start + round(8_000 * SECONDS)]


def half(data: bytes) -> bytes:
    """What a copy that stopped half-way leaves."""
    return data[: len(data) // 2]


def garbled(data: bytes) -> bytes:
    """Zeros in the middle."""
    middle, count = len(data) // 2, len(data) // 6
    return data[:middle] + bytes(count) + data[middle + count :]


def floats(*odd: float) -> bytes:
    """A float WAV with odd values in its middle."""
    audio = voice()
    audio[5_000 : 5_000 + len(odd)] = odd
    return encoded("WAV", "FLOAT", audio=audio)


def mp3_without_length() -> bytes:
    """MP3 as a recorder writes it that can't go back to its beginning: no Xing header."""
    return by_ffmpeg("mp3", "libmp3lame", write_xing="0")


def amr() -> bytes:
    """AMR-NB of 12.2 kbit/s, whose bits say nothing."""
    noise = np.random.default_rng(4)
    return b"#!AMR\n" + b"".join(b"\x3c" + noise.bytes(31) for _ in range(round(50 * SECONDS) + 1))


def both(left: object, right: object, **form: object) -> bytes:
    """Two tracks."""
    return encoded(audio=np.stack([left, right], axis=1), **form)  # type: ignore[arg-type]


def flac_of_rate(code: int) -> bytes:
    """A FLAC file with another rate in STREAMINFO (20 bits, 10 bytes behind the block's head)."""
    data = bytearray(encoded("FLAC"))
    data[18], data[19], data[20] = code >> 12, code >> 4 & 0xFF, (code & 0xF) << 4 | data[20] & 0xF
    return bytes(data)


@dataclass(frozen=True)
class Bad:
    """A file name's suffix, how its bytes are made, and what becomes of it."""

    suffix: str
    make: Callable[[], bytes]
    code: str


RIFF = b"RIFF\x00\x10\x00\x00WAVE"
DATA = b"data" + bytes(8)
LFS = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"0" * 64 + b"\nsize 64044\n"
CLASSES: dict[str, Bad] = {
    "empty": Bad(".wav", lambda: b"", "audio.empty"),
    "one byte": Bad(".wav", lambda: b"R", "audio.unreadable"),
    "text": Bad(".wav", lambda: "이것은 소리가 아닙니다".encode(), "audio.unreadable"),
    "zeros": Bad(".wav", lambda: bytes(64_000), "audio.unreadable"),
    "random": Bad(".wav", lambda: np.random.default_rng(1).bytes(64_000), "audio.unreadable"),
    "Git LFS pointer": Bad(".wav", lambda: LFS, "audio.not_audio"),
    "web page": Bad(".mp3", lambda: b"<!DOCTYPE html><html><body>404</body></html>", "audio.not_audio"),
    "ZIP": Bad(".flac", lambda: b"PK\x03\x04" + bytes(500), "audio.not_audio"),
    "gzip": Bad(".wav", lambda: b"\x1f\x8b\x08" + bytes(500), "audio.not_audio"),
    "PDF": Bad(".wav", lambda: b"%PDF-1.7\n" + bytes(500), "audio.not_audio"),
    "PNG": Bad(".m4a", lambda: b"\x89PNG\r\n\x1a\n" + bytes(500), "audio.not_audio"),
    "JSON": Bad(".wav", lambda: b'{"audio": "a.wav"}', "audio.not_audio"),
    "playlist": Bad(".m4a", lambda: b"#EXTM3U\n#EXTINF:9,\nhttp://localhost:9/a.ts\n", "audio.not_audio"),
    "concat script": Bad(".m4a", lambda: b"ffconcat version 1.0\nfile /etc/hostname\n", "audio.not_audio"),
    "AVI": Bad(".wav", lambda: b"RIFF\x00\x10\x00\x00AVI LIST" + bytes(500), "audio.not_audio"),
    "AVR container": Bad(".wav", lambda: encoded("AVR", "PCM_16"), "audio.container"),
    "MATLAB container": Bad(".wav", lambda: encoded("MAT5", "PCM_16"), "audio.container"),
    "RIFF alone": Bad(".wav", lambda: encoded()[:12], "audio.header"),
    "header-only": Bad(".wav", lambda: encoded()[:44], "audio.cut"),
    "header-only, length 0": Bad(".wav", lambda: wav(b""), "audio.empty"),
    "cut within the header": Bad(".wav", lambda: encoded()[:30], "audio.header"),
    "half of a WAV": Bad(".wav", lambda: half(encoded()), "audio.cut"),
    "half of a mu-law WAV": Bad(".wav", lambda: half(encoded("WAV", "ULAW", 8_000)), "audio.cut"),
    "half of a GSM WAV": Bad(".wav", lambda: half(encoded("WAV", "GSM610", 8_000)), "audio.cut"),
    "half of an AIFF": Bad(".aiff", lambda: half(encoded("AIFF")), "audio.cut"),
    "half of an RF64": Bad(".wav", lambda: half(encoded("RF64")), "audio.cut"),
    "half of a W64": Bad(".wav", lambda: half(encoded("W64")), "audio.cut"),
    "half of an AU": Bad(".wav", lambda: half(encoded("AU")), "audio.cut"),
    "half of a mu-law AU": Bad(".wav", lambda: half(encoded("AU", "ULAW", 8_000)), "audio.cut"),
    "half of a NIST SPHERE": Bad(".wav", lambda: half(encoded("NIST")), "audio.cut"),
    "half of a CAF": Bad(".wav", lambda: half(encoded("CAF")), "audio.unreadable"),
    "CAF's header alone": Bad(".wav", lambda: encoded("CAF")[:80], "audio.unreadable"),
    "NIST SPHERE's header alone": Bad(".wav", lambda: encoded("NIST")[:1024], "audio.empty"),
    "half of an MP3 without a length": Bad(".mp3", lambda: half(mp3_without_length()), "audio.no_end"),
    "end of an MP3 without a length": Bad(".mp3", lambda: mp3_without_length()[:-1], "audio.no_end"),
    "half of an AMR": Bad(".amr", lambda: half(amr()), "audio.no_end"),
    "half of an AAC": Bad(".aac", lambda: half(by_ffmpeg("adts", "aac")), "audio.no_end"),
    "half of a FLAC": Bad(".flac", lambda: half(encoded("FLAC")), "audio.no_end"),
    "half of an Ogg Vorbis": Bad(".ogg", lambda: half(encoded("OGG", "VORBIS")), "audio.no_end"),
    "half of an Ogg Opus": Bad(".opus", lambda: half(encoded("OGG", "OPUS")), "audio.no_end"),
    "half of an MP4": Bad(".m4a", lambda: half(by_ffmpeg("mp4", "aac")), "audio.unreadable"),
    "FLAC's header alone": Bad(".flac", lambda: encoded("FLAC")[:42], "audio.no_end"),
    "AMR's header alone": Bad(".amr", lambda: b"#!AMR\n", "audio.empty"),
    "length 0, streamed": Bad(".wav", lambda: wav(pcm(), stated=0), "repair.length"),
    "length of 4 GiB, streamed": Bad(".wav", lambda: wav(pcm(), stated=0xFFFFFFFF), "repair.length"),
    "ends 0.1 s early": Bad(".wav", lambda: encoded()[:-3_200], "repair.cut"),
    "RF64 ends 0.1 s early": Bad(".wav", lambda: encoded("RF64")[:-3_200], "repair.cut"),
    "W64 ends 0.1 s early": Bad(".wav", lambda: encoded("W64")[:-3_200], "repair.cut"),
    "AU ends 0.1 s early": Bad(".wav", lambda: encoded("AU")[:-3_200], "repair.cut"),
    "NIST SPHERE ends 0.1 s early": Bad(".wav", lambda: encoded("NIST")[:-3_200], "repair.cut"),
    "AIFF ends 0.1 s early": Bad(".aiff", lambda: encoded("AIFF")[:-3_200], "repair.cut"),
    "one byte too many": Bad(".wav", lambda: wav(pcm() + b"\x00"), "repair.partial"),
    "a few bytes behind": Bad(".wav", lambda: wav(pcm(), behind=b"\x00\x01" * 20), "repair.beyond"),
    "a second behind": Bad(".wav", lambda: wav(pcm(), behind=pcm()), "audio.beyond"),
    "two files joined": Bad(".wav", lambda: encoded() + encoded(), "audio.beyond"),
    "nonsense byte rate": Bad(".wav", lambda: wav(pcm(), per_s=7), "repair.byte_rate"),
    "MP4 named .wav": Bad(".wav", lambda: by_ffmpeg("mp4", "aac"), "repair.name"),
    "samples before fmt": Bad(".wav", lambda: RIFF + b"data\x10\x00\x00\x00" + bytes(64), "audio.header"),
    "fmt of 4 bytes": Bad(".wav", lambda: RIFF + b"fmt \x04\x00\x00\x00" + bytes(4) + DATA, "audio.header"),
    "no tracks": Bad(".wav", lambda: wav(pcm(), tracks=0, block=2), "audio.tracks"),
    "9 tracks": Bad(".wav", lambda: wav(pcm() * 9, tracks=9), "audio.tracks"),
    "65,535 tracks": Bad(".wav", lambda: wav(pcm(), tracks=65_535, block=2), "audio.tracks"),
    "rate 0": Bad(".wav", lambda: wav(pcm(), rate=0), "audio.rate"),
    "rate 1 kHz": Bad(".wav", lambda: wav(pcm(), rate=1_000), "audio.rate"),
    "rate 2^31-1": Bad(".wav", lambda: wav(pcm(), rate=2**31 - 1), "audio.rate"),
    "rate 2^32-1": Bad(".wav", lambda: wav(pcm(), rate=2**32 - 1), "audio.rate"),
    "rate 384 kHz": Bad(".wav", lambda: wav(pcm(), rate=384_000), "audio.rate"),
    "rate 1 Hz of FLAC": Bad(".flac", lambda: flac_of_rate(1), "audio.rate"),
    "rate 655,350 Hz of FLAC": Bad(".flac", lambda: flac_of_rate(655_350), "audio.rate"),
    "two rates in one header": Bad(".wav", lambda: wav(pcm(), rate=8_000, per_s=32_000), "audio.header"),
    "0 bits": Bad(".wav", lambda: wav(pcm(), bits=0, block=2), "audio.header"),
    "wrong block size": Bad(".wav", lambda: wav(pcm(), block=3, per_s=48_000), "audio.header"),
    "mu-law tag on 16 bits": Bad(".wav", lambda: wav(pcm(), tag=7), "audio.header"),
    "mu-law tag on 16-bit samples": Bad(".wav", lambda: wav(pcm(), tag=7, bits=8, rate=8_000), "audio.encoding"),
    "A-law tag on 16-bit samples": Bad(".wav", lambda: wav(pcm(), tag=6, bits=8, rate=8_000), "audio.encoding"),
    "8-bit tag on 16-bit samples": Bad(".wav", lambda: wav(pcm(), bits=8, rate=8_000), "audio.encoding"),
    "16-bit tag on mu-law": Bad(".wav", lambda: wav(law("ULAW"), rate=8_000), "audio.encoding"),
    "16-bit tag on A-law": Bad(".wav", lambda: wav(law("ALAW"), rate=8_000), "audio.encoding"),
    "8-bit tag on mu-law": Bad(".wav", lambda: wav(law("ULAW"), bits=8, rate=8_000), "audio.encoding"),
    "mu-law tag on A-law": Bad(".wav", lambda: wav(law("ALAW"), tag=7, bits=8, rate=8_000), "audio.encoding"),
    "A-law tag on mu-law": Bad(".wav", lambda: wav(law("ULAW"), tag=6, bits=8, rate=8_000), "audio.encoding"),
    "unknown tag": Bad(".wav", lambda: wav(pcm(), tag=0x9999), "audio.unreadable"),
    "NaN": Bad(".wav", lambda: floats(np.nan), "audio.not_finite"),
    "infinity": Bad(".wav", lambda: floats(np.inf, -np.inf), "audio.not_finite"),
    "NaN in AIFF": Bad(".aiff", lambda: encoded("AIFF", "FLOAT", audio=np.full(8_000, np.nan)), "audio.not_finite"),
    "whole numbers as floats": Bad(".wav", lambda: encoded("WAV", "FLOAT", audio=voice() * 32_767), "audio.scale"),
    "doubles beyond floats": Bad(".wav", lambda: encoded("WAV", "DOUBLE", audio=voice() * 1e300), "audio.not_finite"),
    "antiphase": Bad(".wav", lambda: both(voice(), -voice()), "audio.antiphase"),
    "antiphase in FLAC": Bad(".flac", lambda: both(voice(), -voice(), kind="FLAC"), "audio.antiphase"),
    "video without sound": Bad(".mp4", lambda: _video(), "audio.no_stream"),
    "headerless": Bad(".pcm", pcm, "audio.unreadable"),
    "garbled FLAC frames": Bad(".flac", lambda: garbled(encoded("FLAC")), "audio.unreadable"),
}  # fmt: skip
"""What every command refuses, or repairs."""
SILENT: dict[str, Bad] = {
    "digital silence": Bad(".wav", lambda: wav(bytes(64_000)), "audio.silent"),
    "silence in FLAC": Bad(".flac", lambda: encoded("FLAC", audio=np.zeros(32_000)), "audio.silent"),
    "full-scale DC": Bad(".wav", lambda: wav(b"\xff\x7f" * 32_000), "audio.silent"),
    "full-scale DC at 8 kHz": Bad(".wav", lambda: wav(b"\x00\x80" * 16_000, rate=8_000), "audio.silent"),
}
"""What nothing is heard in: of use as a sound, refused with words for its label."""


def _video() -> bytes:
    import av

    memory = io.BytesIO()
    with av.open(memory, "w", format="mp4") as output:
        stream = output.add_stream("mpeg4", rate=5)
        stream.width = stream.height = 32
        frame = av.VideoFrame.from_ndarray(np.zeros((32, 32, 3), np.uint8), format="rgb24")
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            output.mux(packet)
    return memory.getvalue()
