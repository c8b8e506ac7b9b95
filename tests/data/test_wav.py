"""WAV headers: how much of a recording is missing."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import pytest

from kowhisper_tel.data.wav import missing_s


@pytest.mark.parametrize("rate", [8_000, 16_000])
@pytest.mark.parametrize("subtype", ["PCM_16", "ULAW", "PCM_24"])
def test_what_was_cut_off(tone: Any, rate: int, subtype: str) -> None:
    path: Path = tone("a.wav", seconds=2, rate=rate, tracks=2, subtype=subtype)
    assert missing_s(path) == 0
    width = {"PCM_16": 2, "ULAW": 1, "PCM_24": 3}[subtype]
    path.write_bytes(path.read_bytes()[: -round(0.5 * rate) * width * 2])
    assert missing_s(path) == pytest.approx(0.5, abs=0.001)


@pytest.mark.parametrize("length", [0, 0x7FFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF - 36])
def test_a_length_that_was_not_known_misses_nothing(length: int, tone: Any) -> None:
    path: Path = tone("a.wav", seconds=1, rate=8_000)
    data = bytearray(path.read_bytes())
    start = data.index(b"data") + 4
    data[start : start + 4] = struct.pack("<L", length)
    path.write_bytes(data)
    assert missing_s(path) == 0


def test_chunks_before_the_audio(tone: Any) -> None:
    path: Path = tone("a.wav", seconds=1, rate=8_000)
    data = path.read_bytes()
    start = data.index(b"data")
    path.write_bytes(data[:start] + b"LIST" + struct.pack("<L", 5) + b"odd\0\0\0" + data[start:-8_000])
    assert missing_s(path) == pytest.approx(0.5, abs=0.001)


@pytest.mark.parametrize("data", [b"", b"RIFF", b"fLaC" + bytes(50), b"RIFF" + bytes(8) + b"data" + b"\xff" * 4])
def test_no_wav(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(data)
    assert missing_s(path) == 0
