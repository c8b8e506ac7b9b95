"""Pictures: a PNG of the right size whose colours are the levels."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from augment import Drawn
from kowhisper_tel.commands.simulate import simulate
from kowhisper_tel.core.audio import RATE
from kowhisper_tel.simulation.picture import MOST_COLUMNS, _levels_db, caption, spectrograms
from tests.simulation.conftest import content, voice


def size(png: Path) -> tuple[int, int]:
    data = png.read_bytes()
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    return int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")


def test_pictures_stand_beside_clips_and_are_resumed(clips: Path, tmp_path: Path) -> None:
    simulate(clips, tmp_path / "out", picture=True)
    assert size(tmp_path / "out" / "깊은 곳" / "다.flac.png") == (900, 510)
    before = content(tmp_path / "out")
    (tmp_path / "out" / "나.flac.png").unlink()
    simulate(clips, tmp_path / "out", picture=True, resume=True)
    assert content(tmp_path / "out") == before
    simulate(clips / "가.wav", tmp_path / "out.wav", picture=True)
    assert size(tmp_path / "out.wav.png") == (900, 510)


def test_a_full_scale_sine_is_0_db_at_its_place() -> None:
    levels_db, hop = _levels_db(np.sin(2 * np.pi * 1000 * np.arange(RATE) / RATE).astype(np.float32), RATE)
    assert levels_db.shape == (257, RATE // hop + 1)
    assert levels_db[:, 50].argmax() * RATE / 512 == pytest.approx(1000)
    assert levels_db[:, 50].max() == pytest.approx(0, abs=0.05)


def test_an_hour_takes_no_more_columns_than_a_picture_has() -> None:
    levels_db, _ = _levels_db(np.zeros(600 * RATE, np.float32), RATE)
    assert levels_db.shape[1] <= MOST_COLUMNS + 1


def test_any_number_of_clips_of_any_length(tmp_path: Path) -> None:
    spectrograms({"a": voice(1), "b": voice(2, 0.01), "c": voice(3, 2.0)}, tmp_path / "three.png")
    assert size(tmp_path / "three.png") == (900, 720)


def test_the_caption_is_short_and_in_letters_that_the_font_has() -> None:
    effects = (
        {"effect": "noise", "snr_db": 12.345678, "source": "folder:/소음", "file": "/소음/a.wav", "seed": 1234},
        {"effect": "speed", "skipped": True},
        {"effect": "codec", "codec": "amr-nb-4.75", "packet_ms": None, "lost": [[3, 2], [9, 1]]},
    )
    assert caption(Drawn("call", RATE, 1, effects)) == "call: noise 12.3 dB > codec amr-nb-4.75 3 frames lost"


def test_matplotlib_is_loaded_for_pictures_only_and_without_pyplot(clips: Path, tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from kowhisper_tel.commands.simulate import simulate\n"
        f"source, out = Path({str(clips)!r}) / 'e.flac', Path({str(tmp_path)!r})\n"
        "simulate(source, out / 'a.wav'); assert 'matplotlib' not in sys.modules\n"
        "simulate(source, out / 'b.wav', picture=True); assert 'matplotlib.figure' in sys.modules\n"
        "assert 'matplotlib.pyplot' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
