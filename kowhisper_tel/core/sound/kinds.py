"""Kinds: what a file is by its first bytes, whatever its name says, and which kinds are decoded at all."""

from __future__ import annotations

import re
from pathlib import Path

from kowhisper_tel.core.errors import UserError

SOUNDFILE_SUFFIXES = (".wav", ".flac", ".ogg", ".opus", ".mp3", ".aiff", ".aif")
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
PLAIN = (b"RF64", b"riff", b"FORM", b".snd", b"dns.", b"NIST")
"""First bytes of containers that libsndfile reads, whatever their suffix: RF64, W64, AIFF, AU, NIST SPHERE."""
PLAIN_IN_CAF = (b"lpcm", b"alac", b"alaw", b"ulaw")
"""What it reads in a Core Audio file; AAC and the like are FFmpeg's."""

SOUNDFILE_FORMATS = ("WAV", "WAVEX", "RF64", "W64", "FLAC", "OGG", "MP3", "MPEG", "AIFF", "AU", "CAF", "NIST")
"""Containers that libsndfile may read here; it knows more, of synthesisers and numerical programs."""
DEMUXERS = (
    "mov",
    "mp4",
    "m4a",
    "matroska",
    "webm",
    "amr",
    "aac",
    "wav",
    "mp3",
    "flac",
    "ogg",
    "aiff",
    "w64",
    "au",
    "caf",
)
"""Demuxers that FFmpeg may use here, by their names: none that reads playlists, scripts, devices or networks."""
HEAD_BYTES = 64
FOREIGN: tuple[tuple[str, bytes], ...] = (
    ("a Git LFS pointer: fetch the file itself with git lfs pull", rb"version https://git-lfs"),
    ("a ZIP archive", rb"PK\x03\x04"),
    ("a gzip archive", rb"\x1f\x8b"),
    ("a 7-Zip archive", rb"7z\xbc\xaf\x27\x1c"),
    ("a PDF", rb"%PDF-"),
    ("a PNG picture", rb"\x89PNG"),
    ("a JPEG picture", rb"\xff\xd8\xff"),
    ("a web page, perhaps the error page of a download", rb"(?i)\s*<(!doctype|html|\?xml)"),
    ("a playlist", rb"(?i)#EXTM3U|\[playlist\]|ffconcat"),
    ("JSON", rb"\s*\{\s*\""),
    ("an AVI video", rb"RIFF....AVI "),
    ("a WebP picture", rb"RIFF....WEBP"),
)
_FOREIGN = tuple((name, re.compile(pattern, re.DOTALL)) for name, pattern in FOREIGN)


def head(path: Path) -> bytes:
    """The first bytes of a file. Raises ``UserError`` where it is not there, no file, empty, or may not be read.

    ``audio.missing``, ``audio.not_a_file``, ``audio.denied``, ``audio.empty``.
    """
    try:
        if not path.exists():
            raise UserError("audio.missing", path=path)
        if not path.is_file():
            raise UserError("audio.not_a_file", path=path)
        with path.open("rb") as file:
            start = file.read(HEAD_BYTES)
    except OSError as problem:
        raise UserError("audio.denied", path=path, problem=problem.strerror or type(problem).__name__) from None
    if not start:
        raise UserError("audio.empty", path=path)
    return start


def says_what_it_is(start: bytes) -> bool:
    """Whether a file that begins so has a header of a kind of audio."""
    return start[:4] in MAGIC or start[4:8] == b"ftyp" or is_soundfiles(start)  # ftyp: MP4 and its kin


def is_wav(start: bytes) -> bool:
    """Whether a file that begins so is a WAV file (RIFF; not RF64, which libsndfile reads)."""
    return start[:4] == b"RIFF" and start[8:12] == b"WAVE"


def is_ffmpegs(start: bytes) -> bool:
    """Whether a file that begins so can be read by FFmpeg alone: MP4, Matroska (WebM), AMR."""
    return start[4:8] == b"ftyp" or start[:4] == b"\x1aE\xdf\xa3" or start[:5] == b"#!AMR"


def is_soundfiles(start: bytes) -> bool:
    """Whether a file that begins so is one of libsndfile's that may bear any suffix."""
    return start[:4] in PLAIN or (start[:4] == b"caff" and start[28:32] in PLAIN_IN_CAF)


def check_kind(path: Path, start: bytes) -> None:
    """Raise ``UserError`` (``audio.not_audio``) for a file that begins as something else than audio."""
    for name, pattern in _FOREIGN:
        if pattern.match(start):
            raise UserError("audio.not_audio", path=path, found=name)
