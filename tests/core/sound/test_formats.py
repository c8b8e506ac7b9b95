"""Containers beside WAV: the samples that libsndfile reads, under any suffix, and of what was cut the code."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
import soundfile

from kowhisper_tel.core.audio import probe, read_audio
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.sound.frames import ends_within
from kowhisper_tel.core.sound.promised import promised
from tests.bad.recordings import amr, by_ffmpeg, encoded, mp3_without_length

CONTAINERS = [
    ("RF64", "PCM_16", ".rf64"), ("RF64", "PCM_24", ".wav"), ("RF64", "ULAW", ".wav"), ("W64", "PCM_16", ".w64"),
    ("W64", "FLOAT", ".wav"), ("AU", "PCM_16", ".au"), ("AU", "ULAW", ".snd"), ("AU", "ALAW", ".wav"),
    ("CAF", "PCM_16", ".caf"), ("CAF", "ALAC_16", ".caf"), ("NIST", "PCM_16", ".sph"), ("NIST", "ULAW", ".wav"),
    ("AIFF", "PCM_16", ".aif"), ("AIFF", "FLOAT", ".aiff"), ("FLAC", "PCM_24", ".flac"),
]  # fmt: skip
"""libsndfile's names, and a suffix."""
STATED = {"RF64", "W64", "AU", "NIST", "AIFF"}
"""Containers of which libsndfile reads what is there, whatever was promised."""


@pytest.mark.parametrize(("container", "subtype", "suffix"), CONTAINERS)
def test_samples_are_libsndfiles(container: str, subtype: str, suffix: str, tmp_path: Path) -> None:
    data, path = encoded(container, subtype), tmp_path / f"a{suffix}"
    path.write_bytes(data)
    wanted, rate = soundfile.read(io.BytesIO(data), dtype="float32")
    np.testing.assert_array_equal(read_audio(path, rate=rate), wanted)
    np.testing.assert_array_equal(read_audio(path, rate=rate, start_s=0.5, end_s=1.0), wanted[rate // 2 : rate])
    assert (found := probe(path)).repairs == ()
    assert found.duration_s == len(wanted) / rate


@pytest.mark.parametrize(("container", "subtype", "suffix"), [one for one in CONTAINERS if one[0] in STATED])
@pytest.mark.parametrize("share", [0.999, 0.95, 0.8, 0.3])
def test_wherever_it_is_cut_it_is_told(container: str, subtype: str, suffix: str, share: float, tmp_path: Path) -> None:
    data, path = encoded(container, subtype), tmp_path / f"a{suffix}"
    path.write_bytes(data[: int(share * len(data))])
    if share > 0.9:  # less than 0.25 s of two
        assert probe(path).repairs == ("repair.cut",)
        assert len(read_audio(path)) > 29_000
        return
    with pytest.raises(UserError, match="missing") as error:
        read_audio(path)
    assert error.value.code == "audio.cut"
    assert error.value.facts["missing_s"] == pytest.approx(2 * (1 - share), abs=0.1)


FRAMED = {".mp3": mp3_without_length, ".amr": amr, ".aac": lambda: by_ffmpeg("adts", "aac")}


@pytest.mark.parametrize("suffix", FRAMED)
def test_only_what_ends_with_a_frame_is_whole(suffix: str, tmp_path: Path) -> None:
    data, path = FRAMED[suffix](), tmp_path / f"a{suffix}"
    path.write_bytes(data)
    assert not ends_within(path)
    assert len(read_audio(path)) > 30_000
    cuts = range(len(data) - 400, len(data), 3)
    cut = 0
    for size in cuts:
        path.write_bytes(data[:size])
        cut += ends_within(path)
    assert 0.95 * len(cuts) < cut < len(cuts)  # between two frames nobody can tell


def test_an_mp3_that_states_its_length_is_measured_by_it(tmp_path: Path) -> None:
    data, path = encoded("MP3"), tmp_path / "a.mp3"
    path.write_bytes(data[: len(data) // 2])
    with pytest.raises(UserError) as error:
        read_audio(path)
    assert error.value.code == "audio.cut"


def test_a_tag_behind_the_last_frame_is_no_frame(tmp_path: Path) -> None:
    (tmp_path / "a.mp3").write_bytes(b"ID3\x04\0\0\0\0\1\0" + bytes(128) + mp3_without_length() + b"TAG" + bytes(125))
    assert not ends_within(tmp_path / "a.mp3")


def test_lengths_that_are_not_known_promise_nothing(tmp_path: Path) -> None:
    data = bytearray(encoded("AU"))
    data[8:12] = b"\xff" * 4
    (tmp_path / "a.au").write_bytes(data)
    assert promised(tmp_path / "a.au") is None
    assert len(read_audio(tmp_path / "a.au")) == 32_000


@pytest.mark.parametrize(
    "start", [b"FORM", b"RF64", b"riff", b"caff", b".snd", b"NIST_1A\n   1024\nsample_count -i x\n"]
)
def test_headers_of_nonsense_promise_nothing(start: bytes, tmp_path: Path) -> None:
    for number in range(50):
        junk = np.random.default_rng(number).bytes(number * 7)
        (tmp_path / "a.wav").write_bytes(start + junk)
        found = promised(tmp_path / "a.wav")
        assert found is None or 0 <= found.held <= found.stated
