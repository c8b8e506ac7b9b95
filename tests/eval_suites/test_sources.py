"""Sources: every sound is made the same again, as long and as loud as asked, and is what its name says."""

from __future__ import annotations

import json
from itertools import pairwise

import numpy as np
import pytest

from augment.speech_level import rms_dbfs
from eval_suites import sources
from eval_suites.item import Item
from eval_suites.sources import Audio
from eval_suites.suites import Request, nospeech

RATE = 16_000
ITEMS = [item for suite in nospeech.build(Request(size="standard"))[:-2] for item in suite.items]


def nothing(utterance_id: str) -> Audio:
    raise AssertionError(f"no sound without speech is made of {utterance_id}")


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.id)
def test_every_sound_keeps_the_contract(item: Item) -> None:
    sound = sources.render(item.source, nothing, 7)
    assert sound.dtype == np.float32
    assert sound.shape == (round(item.duration_s * RATE),)
    assert np.isfinite(sound).all()
    assert np.abs(sound).max() < 1.0
    again = sources.render(json.loads(json.dumps(item.to_json()))["source"], nothing, 7)
    np.testing.assert_array_equal(sound, again)
    if "dbfs" in item.source:
        assert rms_dbfs(sound[sound != 0.0]) == pytest.approx(item.source["dbfs"], abs=0.1)
        assert not np.array_equal(sound, sources.render(item.source, nothing, 8)), "the seed decides"


def test_every_kind_but_the_calls_is_a_sound_without_speech() -> None:
    assert {item.source["kind"] for item in ITEMS} == set(sources.kinds()) - {"joined"}
    assert {item.text for item in ITEMS} == {""}


def test_clips_of_the_same_sound_differ_and_sizes_nest() -> None:
    ids = {
        size: {item.id for suite in nospeech.build(Request(size=size)) for item in suite.items}
        for size in ("smoke", "standard", "full")
    }
    assert ids["smoke"] < ids["standard"] < ids["full"]
    assert len({json.dumps(item.source) for item in ITEMS}) == len(ITEMS)


def spectrum_hz(sound: Audio, least: float = 0.2) -> set[int]:
    """The tones that stand out, to 5 Hz."""
    power = np.abs(np.fft.rfft(sound * np.hanning(len(sound))))
    peaks = np.flatnonzero((power > least * power.max()) & (power >= np.roll(power, 1)) & (power >= np.roll(power, -1)))
    return {round(peak * RATE / len(sound) / 5) * 5 for peak in peaks}


def made(kind: str, duration_s: float, **fields: object) -> Audio:
    return sources.render({"kind": kind, "duration_s": duration_s, "dbfs": -20.0, **fields}, nothing, 1)


def share_on(sound: Audio) -> float:
    frames = np.abs(sound[: len(sound) // 160 * 160]).reshape(-1, 160).max(axis=1)
    return float((frames > 0.01).mean())


def test_tones_are_those_of_korea() -> None:
    ring, busy, congestion = (
        made("ringback", 9.0), made("busy", 6.0, style="busy"), made("busy", 6.0, style="congestion")
    )  # fmt: skip
    one_burst = ring[: 3 * RATE]
    loud = one_burst[np.flatnonzero(np.abs(one_burst) > 0.01)[0] :][: RATE // 2]
    assert spectrum_hz(loud, 0.5) == {440, 480}
    assert spectrum_hz(busy[np.abs(busy) > 0][: RATE // 4], 0.5) == {480, 620}
    assert share_on(ring) == pytest.approx(1 / 3, abs=0.05)
    assert share_on(busy) == pytest.approx(1 / 2, abs=0.05)
    assert share_on(congestion) == pytest.approx(3 / 5, abs=0.05)


def test_keys_are_pairs_of_tones() -> None:
    sound = made("dtmf", 10.0, style="person")
    active = np.abs(sound) > 0
    edges = np.flatnonzero(np.diff(active.astype(int)))
    first, last = next((a, b) for a, b in pairwise(edges) if b - a > 0.1 * RATE)
    rows, columns = {695, 770, 850, 940}, {1210, 1335, 1475, 1480}
    found = spectrum_hz(np.pad(sound[first:last], RATE), 0.5)
    assert len({round(hz, -1) for hz in found}) == 2
    assert any(abs(hz - row) <= 5 for hz in found for row in rows)
    assert any(abs(hz - column) <= 5 for hz in found for column in columns)


def test_digital_silence_is_zero_and_dither_the_last_bit() -> None:
    silent, dithered = made("silence", 1.0), made("silence", 1.0, dither=True)
    assert not silent.any()
    assert set(np.unique(dithered * 32768)) == {-1.0, 0.0, 1.0}


def test_a_joined_call_holds_each_clip_where_it_says() -> None:
    clips = {"a": np.full(RATE, 0.2, np.float32), "b": np.full(RATE // 2, -0.3, np.float32)}
    source = {"kind": "joined", "duration_s": 4.0, "pieces": [["a", 0.5], ["b", 2.0]]}
    call = sources.render(source, clips.__getitem__, 1)
    assert call.shape == (4 * RATE,)
    assert call[RATE] == pytest.approx(0.2, abs=0.01)
    assert call[round(2.25 * RATE)] == pytest.approx(-0.3, abs=0.01)
    assert rms_dbfs(call[: RATE // 4]) == pytest.approx(-70, abs=3), "a line is never quite silent"
    other = {**source, "pieces": [["a", 0.5]], "others": [["b", 2.0]], "crosstalk_db": -20.0}
    assert sources.render(other, clips.__getitem__, 1)[round(2.25 * RATE)] == pytest.approx(-0.03, abs=0.005)


def test_a_clip_that_is_longer_than_told_ends_with_the_call() -> None:
    source = {"kind": "joined", "duration_s": 1.0, "pieces": [["a", 0.5]]}
    assert sources.render(source, lambda _: np.ones(2 * RATE, np.float32), 1).shape == (RATE,)


def test_an_unknown_kind_names_the_known_ones() -> None:
    with pytest.raises(ValueError, match="ringback"):
        sources.render({"kind": "siren"}, nothing, 1)
