"""Decoders that crash, hang, want too much or are lost: the file is refused, the next one is read."""

from __future__ import annotations

import multiprocessing
import os
import signal
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from kowhisper_tel.core.audio import RATE, read_audio
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.sound import client
from kowhisper_tel.core.sound.limits import Limits
from kowhisper_tel.core.stretches import read_stretches

NOISE = np.random.default_rng(5).normal(0, 0.1, 60 * RATE)


@pytest.fixture
def flac(tmp_path: Path) -> Path:
    soundfile.write(tmp_path / "a.flac", NOISE, RATE)
    read_audio(tmp_path / "a.flac", start_s=0.0, end_s=0.1)
    return tmp_path / "a.flac"


def idle() -> int:
    """The process that is asked next."""
    return client._pool.idle[-1].pid


def code_of(flac: Path) -> str:
    with pytest.raises(UserError) as error:
        read_audio(flac)
    return error.value.code


def test_one_decoder_serves_file_after_file(flac: Path) -> None:
    before = idle()
    for _ in range(3):
        assert len(read_audio(flac)) == len(NOISE)
    assert idle() == before


def test_a_decoder_that_is_gone_is_replaced(flac: Path) -> None:
    before = client._pool.idle[-1]
    os.kill(before.pid, signal.SIGKILL)
    before._process.wait()
    assert len(read_audio(flac)) == len(NOISE)
    assert idle() != before.pid


@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGSEGV, "audio.crashed"), (signal.SIGABRT, "audio.crashed"), (signal.SIGXCPU, "audio.slow")],
)
def test_a_file_that_a_decoder_dies_of_is_refused(
    flac: Path, number: signal.Signals, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    decoder = client._pool.idle[-1]
    os.kill(decoder.pid, signal.SIGSTOP)  # it gets no further than to be asked

    def dies(*given: Any) -> Any:
        os.kill(decoder.pid, number)
        os.kill(decoder.pid, signal.SIGCONT)
        return client.Decoder._filled(decoder, *given)

    monkeypatch.setattr(decoder, "_filled", dies)
    assert code_of(flac) == code
    assert len(read_audio(flac)) == len(NOISE)


def test_a_decoder_that_says_nothing_is_ended(flac: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    silent = client._pool.idle[-1]
    os.kill(silent.pid, signal.SIGSTOP)
    with monkeypatch.context() as patch:
        patch.setattr(client, "LIMITS", Limits(least_cpu_s=0, cpu_s_per_mib=0))
        assert code_of(flac) == "audio.slow"
    assert silent._process.poll() == -signal.SIGKILL
    assert len(read_audio(flac)) == len(NOISE)


def test_memory_is_bounded(tmp_path: Path, flac: Path) -> None:
    size, path = 800 * 2**20, tmp_path / "sparse.aiff"
    soundfile.write(path, np.zeros(8), 192_000)
    data = bytearray(path.read_bytes())
    frames, samples = data.index(b"COMM") + 10, data.index(b"SSND") + 4
    data[frames : frames + 4], data[samples : samples + 4] = struct.pack(">L", size // 2), struct.pack(">L", size + 8)
    data[4:8] = struct.pack(">L", len(data) + size - 16 - 8)
    path.write_bytes(data)
    os.truncate(path, len(data) - 16 + size)
    with pytest.raises(UserError) as error:
        list(read_stretches(path, 1e6, 1))
    assert error.value.code == "audio.memory"
    assert len(read_audio(flac)) == len(NOISE)


def test_a_caller_that_goes_away_leaves_nothing_behind(flac: Path) -> None:
    stretches = read_stretches(flac, 1.0, 60)
    next(stretches)
    stretches.close()  # type: ignore[attr-defined]
    assert {decoder.pid for decoder in client._pool.all} == {decoder.pid for decoder in client._pool.idle}
    assert len(read_audio(flac)) == len(NOISE)


def _length(path: Path) -> int:
    assert not client._pool.all
    return len(read_audio(path))


def test_a_fork_has_a_decoder_of_its_own(flac: Path) -> None:
    before = idle()
    with multiprocessing.get_context("fork").Pool(1) as pool:
        assert pool.apply(_length, (flac,)) == len(NOISE)
    assert len(read_audio(flac)) == len(NOISE)
    assert idle() == before
