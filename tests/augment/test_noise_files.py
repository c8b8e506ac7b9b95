"""Files of noise and rooms that cannot be what they should: refused before anything is heard, by their names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from augment import Channel, SpecError

RATE = 16000
EFFECTS = [
    {"effect": "noise", "snr_db": 5, "source": "folder:{}"},
    {"effect": "crosstalk", "below_db": 20, "source": "folder:{}"},
    {"effect": "insertion", "duration_s": 1, "sound": "folder:{}"},
    {"effect": "room", "source": "folder:{}"},
]


def channel(folder: Path, effect: dict[str, Any]) -> Channel:
    named = {key: value.format(folder) if isinstance(value, str) else value for key, value in effect.items()}
    return Channel.from_json({"name": "one", "effects": [named]})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "noise").mkdir()
    sound = np.random.default_rng(1).normal(0.0, 0.1, RATE).astype(np.float32)
    soundfile.write(tmp_path / "noise" / "good.wav", sound, RATE)
    return tmp_path / "noise"


@pytest.mark.parametrize("content", [b"", b"RIFF", b"fLaC" + bytes(100), bytes(3000)])
@pytest.mark.parametrize("effect", EFFECTS, ids=lambda effect: str(effect["effect"]))
def test_broken_file_is_refused_by_its_name(folder: Path, effect: dict[str, Any], content: bytes) -> None:
    channel(folder, effect).check()
    (folder / "bad.wav").write_bytes(content)
    with pytest.raises(SpecError, match=r"bad\.wav cannot be read"):
        channel(folder, effect).check()


@pytest.mark.parametrize("effect", EFFECTS, ids=lambda effect: str(effect["effect"]))
def test_sound_that_is_no_number_is_no_silence(
    folder: Path, effect: dict[str, Any], speech: NDArray[np.float32]
) -> None:
    soundfile.write(folder / "good.wav", np.full(RATE, np.nan, np.float32), RATE, "FLOAT")
    with pytest.raises(SpecError, match=r"good\.wav holds samples that are no finite numbers"):
        _ = channel(folder, effect).check(), channel(folder, effect).render(speech, RATE, 1)


@pytest.mark.parametrize("effect", EFFECTS[:3], ids=lambda effect: str(effect["effect"]))
def test_file_without_a_sample(folder: Path, effect: dict[str, Any]) -> None:
    soundfile.write(folder / "empty.wav", np.zeros(0, np.float32), RATE)
    with pytest.raises(SpecError, match=r"empty\.wav holds no sound"):
        channel(folder, effect).check()
