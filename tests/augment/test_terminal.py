"""Frequency responses: terminals against the ITU's own filters, microphones against what was drawn."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import ArrayLike, NDArray

from augment import Channel, UnknownName, effects

COLUMNS = (
    ("irs", "irs_8khz", 8000),
    ("irs", "irs_16khz", 16000),
    ("modified_irs", "mod_irs_16khz", 16000),
    ("modified_irs_receive", "rx_mod_irs_8khz", 8000),
    ("modified_irs_receive", "rx_mod_irs_16khz", 16000),
    ("msin", "msin_16khz", 16000),
    ("p341", "p341_16khz", 16000),
)
"""A response, its column among the measured ones, and that column's sample rate."""


def response_db(heard: NDArray[np.float32], rate: int, frequencies_hz: ArrayLike) -> NDArray[np.float64]:
    """The gain in dB at each frequency, from what became of a unit impulse."""
    turns = np.outer(np.asarray(frequencies_hz), np.arange(len(heard))) / rate
    spectrum = np.exp(-2j * np.pi * turns) @ heard.astype(np.float64)
    return np.asarray(20 * np.log10(np.abs(spectrum) + 1e-9))


def of_impulse(rate: int, /, **effect: Any) -> tuple[NDArray[np.float32], dict[str, Any]]:
    """A second with a unit impulse in its middle as heard, and what was drawn."""
    impulse = np.zeros(rate + 1, np.float32)
    impulse[rate // 2] = 1.0
    rendered = Channel.from_json({"name": "one", "effects": [effect]}).render(impulse, rate, 5)
    return rendered.audio, dict(rendered.drawn.effects[0])


@pytest.mark.parametrize(("response", "column", "rate"), COLUMNS)
def test_terminals_are_the_itus(shared: Path, response: str, column: str, rate: int) -> None:
    """Within 1 dB wherever the ITU's filter lets something through, and a good deal lower where it does not."""
    with (shared / "vectors/filter_responses_db.csv").open(newline="") as file:
        rows = [(float(row["frequency_hz"]), row[column]) for row in csv.DictReader(file)]
    points = [(hz, float(gain_db)) for hz, gain_db in rows if gain_db and hz < rate / 2]
    assert len(points) > 40
    heard, _ = of_impulse(rate, effect="terminal", response=response)
    for (hz, expected_db), found_db in zip(points, response_db(heard, rate, [p[0] for p in points]), strict=True):
        if expected_db > -20:
            assert found_db == pytest.approx(expected_db, abs=1.0), hz
        else:
            assert found_db < max(expected_db + 6, -40), hz


@pytest.mark.parametrize("rate", [8000, 22050, 44100, 48000])
def test_terminals_are_the_same_at_any_rate(rate: int) -> None:
    for response in ("irs", "modified_irs", "modified_irs_receive", "msin", "p341"):
        frequencies_hz = [50, 100, 200, 300, 500, 1000, 2000, 3000, 3400]
        at_16_khz, here = (
            response_db(of_impulse(r, effect="terminal", response=response)[0], r, frequencies_hz)
            for r in (16000, rate)
        )
        assert here[at_16_khz > -40] == pytest.approx(at_16_khz[at_16_khz > -40], abs=0.3)


def test_terminals_have_no_delay_at_any_frequency() -> None:
    for name in effects.get("terminal").examples[0]["response"]:
        heard, _ = of_impulse(16000, effect="terminal", response=name)
        assert heard == pytest.approx(heard[::-1], abs=1e-6)


def test_unknown_terminal() -> None:
    with pytest.raises(UnknownName, match="did you mean 'msin'"):
        effects.from_json({"effect": "terminal", "response": "msn"})


@pytest.mark.parametrize("rate", [8000, 16000, 48000])
def test_microphone_has_the_drawn_gains(rate: int) -> None:
    heard, drawn = of_impulse(rate, effect="microphone", ripple_db=6)
    octaves_hz = np.array([125, 250, 500, 1000, 2000, 4000, 8000])
    inside = octaves_hz < rate / 2
    gains_db = np.array(drawn["gains_db"])
    assert np.ptp(gains_db) > 3
    assert np.abs(gains_db).max() <= 6
    assert response_db(heard, rate, octaves_hz[inside]) == pytest.approx(gains_db[inside], abs=1.0)


def test_microphone_tells_octaves_apart() -> None:
    """The hardest drawing there is: up and down in turns."""
    impulse = np.zeros(16001, np.float32)
    impulse[8000] = 1.0
    gains_db = [6.0, -6.0, 6.0, -6.0, 6.0, -6.0, 6.0]
    heard = effects.get("microphone").apply(impulse, 16000, {"effect": "microphone", "gains_db": gains_db})
    assert response_db(heard, 16000, [125, 250, 500, 1000, 2000, 4000]) == pytest.approx(gains_db[:-1], abs=1.5)


def test_microphone_tilts_about_1_khz() -> None:
    heard, _ = of_impulse(16000, effect="microphone", ripple_db=0, tilt_db=-3)
    found_db = response_db(heard, 16000, [250, 500, 1000, 2000, 4000])
    assert found_db == pytest.approx([6, 3, 0, -3, -6], abs=0.3)
