"""What the effects on the speaker's voice and its distance do, in figures."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import linalg, signal

from augment import Channel, effects, rng
from augment.frames import join, split
from augment.speech_level import active_level_dbfs, gain, rms_dbfs

RATE = 16000
VOWELS = {"a": (850, 1300, 2600, 3600), "eo": (600, 1000, 2500, 3400), "e": (480, 1900, 2600, 3600)}
FULL = (*VOWELS["eo"], 4500, 5500, 6500, 7500, 8500, 9500)


def through(audio: NDArray[np.float32], /, **effect: Any) -> NDArray[np.float32]:
    return Channel.from_json({"name": "one", "effects": [effect]}).render(audio, RATE, 5).audio


def vowel(
    formants: tuple[float, ...], pitch_hz: float = 125.0, seconds: float = 3.0, glide: float = 0.0
) -> NDArray[np.float32]:
    """A vowel: glottal pulses (whispered: noise, at 0 Hz) falling by 12 dB an octave, tract and lips."""
    n_samples = round(seconds * RATE)
    source = rng(3).standard_normal(n_samples)
    if pitch_hz:
        moments = np.arange(n_samples) / RATE
        phase = pitch_hz * (moments - glide * np.cos(2 * np.pi * moments) / (2 * np.pi))
        source = np.diff(np.floor(phase + 1e-9), prepend=np.floor(phase[0]))
    sound = signal.lfilter([1.0, -1.0], [1.0, -1.9, 0.9025], source)
    for formant_hz in (hz for hz in formants if hz < RATE / 2):
        radius = np.exp(-np.pi * (50 + formant_hz / 20) / RATE)
        sound = signal.lfilter([1.0], [1.0, -2 * radius * np.cos(2 * np.pi * formant_hz / RATE), radius**2], sound)
    return (0.3 * sound / np.abs(sound).max()).astype(np.float32)


def formants_hz(audio: NDArray[np.float32]) -> NDArray[np.float64]:
    """The narrow resonances, by linear prediction over the middle of the clip."""
    middle = np.diff(audio.astype(float), prepend=0.0)[RATE // 2 : -RATE // 2]
    spectrum = np.fft.rfft(middle * np.hanning(len(middle)), 2 * len(middle))
    similar = np.fft.irfft(np.abs(spectrum) ** 2)[:19]
    roots = np.roots([1.0, *-linalg.solve_toeplitz(similar[:-1], similar[1:])])
    roots = roots[(roots.imag > 0) & (-np.log(np.abs(roots)) * RATE / np.pi < 500)]
    return np.sort(np.angle(roots) * RATE / (2 * np.pi))


def nearest(found: NDArray[np.float64], wanted_hz: float) -> float:
    return float(found[np.argmin(np.abs(found - wanted_hz))])


def scaled(formants: tuple[float, ...], factor: float) -> tuple[float, ...]:
    return tuple(factor * formant_hz for formant_hz in formants)


def power(audio: NDArray[np.float32]) -> NDArray[np.float64]:
    """One bin a hertz, from the second second."""
    return np.abs(np.fft.rfft(audio[RATE : 2 * RATE] * np.hanning(RATE))) ** 2


def response(**effect: Any) -> NDArray[np.float64]:
    """Gain in dB, one value a hertz, on an impulse in the middle of a second."""
    impulse = np.zeros(RATE, np.float32)
    impulse[RATE // 2] = 0.5
    return 20 * np.log10(np.abs(np.fft.rfft(through(impulse, **effect))) / 0.5 + 1e-9)


@pytest.mark.parametrize("size", [16, 96, 512])
@pytest.mark.parametrize("n_samples", [1, 511, 4001])
def test_frames_join_to_what_they_were(size: int, n_samples: int) -> None:
    audio = rng(1).standard_normal(n_samples, np.float32)
    assert join(split(audio, size), n_samples) == pytest.approx(audio, abs=1e-5)


@pytest.mark.parametrize("name", VOWELS)
@pytest.mark.parametrize("pitch_hz", [0.0, 110.0])
@pytest.mark.parametrize("factor", [0.8, 0.9, 1.1, 1.25])
def test_formants_are_scaled(name: str, pitch_hz: float, factor: float) -> None:
    """The pitch glides: on a steady one, linear prediction leans towards the harmonics."""
    before = vowel(VOWELS[name], pitch_hz, glide=0.25)
    found = formants_hz(through(before, effect="formants", factor=factor))
    for formant_hz in formants_hz(before)[:4]:
        assert nearest(found, factor * formant_hz) == pytest.approx(factor * formant_hz, rel=0.03)


@pytest.mark.parametrize("factor", [0.8, 1.25])
def test_formants_sound_like_a_vowel_of_another_tract(factor: float) -> None:
    before, wanted = (vowel(formants, 0.0) for formants in (FULL, scaled(FULL, factor)))
    after = through(before, effect="formants", factor=factor)
    spectra = [10 * np.log10(signal.welch(sound, RATE, nperseg=512)[1][5:160]) for sound in (before, after, wanted)]
    assert np.std(spectra[1] - spectra[2]) < 0.4 * np.std(spectra[0] - spectra[2])


@pytest.mark.parametrize("factor", [0.8, 1.25])
def test_formants_keep_pitch_and_level(factor: float, speech: NDArray[np.float32]) -> None:
    before = vowel(VOWELS["a"], 125.0)
    after = power(through(before, effect="formants", factor=factor))
    harmonics = [
        harmonic - 60 + int(np.argmax(after[harmonic - 60 : harmonic + 60])) for harmonic in range(125, 3000, 125)
    ]
    assert np.array_equal(harmonics, np.arange(125, 3000, 125))
    heard = through(speech, effect="formants", factor=factor)
    assert active_level_dbfs(heard, RATE) == pytest.approx(active_level_dbfs(speech, RATE), abs=1.0)


def test_formants_of_a_telephone_band_stay_in_it() -> None:
    narrow = through(vowel(FULL), effect="band")
    wider = through(narrow, effect="formants", factor=1.25)
    assert power(wider)[4400:].sum() < 1e-3 * power(wider).sum()


def harmonics_to_noise_db(audio: NDArray[np.float32], pitch_hz: int, low_hz: int, high_hz: int) -> float:
    spectrum = power(audio)[low_hz:high_hz]
    away = np.abs((np.arange(low_hz, high_hz) + pitch_hz // 2) % pitch_hz - pitch_hz // 2)
    noise = spectrum[away > 10].mean() * len(spectrum)
    return float(10 * np.log10((spectrum.sum() - noise) / noise))


@pytest.mark.parametrize("pitch_hz", [125, 200, 320])
@pytest.mark.parametrize("strength_db", [-10.0, 0.0])
def test_breath_is_as_strong_as_asked(pitch_hz: int, strength_db: float) -> None:
    before = vowel(FULL, pitch_hz)
    after = through(before, effect="breathy", strength_db=strength_db)
    assert harmonics_to_noise_db(before, pitch_hz, 2500, 7500) > 60
    assert harmonics_to_noise_db(after, pitch_hz, 2500, 7500) == pytest.approx(-strength_db, abs=1.5)
    assert harmonics_to_noise_db(after, pitch_hz, 100, 1500) > 60


def test_breath_follows_the_envelope_and_the_pulses(speech: NDArray[np.float32]) -> None:
    before = vowel(FULL, 100.0)
    after = through(before, effect="breathy", strength_db=40.0)
    for low_hz in range(2500, 7500, 500):
        change = power(after)[low_hz : low_hz + 500].sum() / power(before)[low_hz : low_hz + 500].sum()
        assert abs(10 * np.log10(change)) < 2.0, low_hz
    swelling = power(signal.sosfilt(signal.butter(4, 2500, "high", fs=RATE, output="sos"), after) ** 2)
    assert swelling[98:103].max() > 20 * np.median(swelling[50:400])
    pauses = np.convolve(np.abs(speech), np.ones(801), "same") < 1e-6
    assert np.abs(through(speech, effect="breathy", strength_db=20.0)[pauses]).max() < 1e-3


def periods(audio: NDArray[np.float32], pitch_hz: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Where each period has its peak, in samples, and how high it is."""
    fine = 8
    sound = signal.resample_poly(audio.astype(float), fine, 1)
    period = round(fine * RATE / pitch_hz)
    first = 20 * period + int(np.argmax(np.abs(sound[20 * period : 21 * period])))
    sound *= np.sign(sound[first])
    places = [first]
    while places[-1] + 10 * period < len(sound):
        start = places[-1] + round(0.8 * period)
        places.append(start + int(np.argmax(sound[start : start + round(0.4 * period)])))
    return np.array(places) / fine, sound[places]


@pytest.mark.parametrize("pitch_hz", [100.0, 125.0, 200.0])
def test_hoarse_periods(pitch_hz: float) -> None:
    before = vowel(FULL, pitch_hz, 5.0)
    fields = {"effect": "hoarse", "jitter_percent": 0, "shimmer_percent": 0}
    assert np.array_equal(through(before, **fields), before)

    places, _ = periods(through(before, **{**fields, "jitter_percent": 3}), pitch_hz)
    lengths = np.diff(places)
    assert np.abs(np.diff(lengths)).mean() / lengths.mean() == pytest.approx(0.03, rel=0.2)
    assert RATE / lengths.mean() == pytest.approx(pitch_hz, rel=0.002)

    places, heights = periods(through(before, **{**fields, "shimmer_percent": 12}), pitch_hz)
    assert np.abs(np.diff(heights)).mean() / heights.mean() == pytest.approx(0.12, rel=0.2)
    assert np.abs(np.diff(places) - RATE / pitch_hz).mean() < 0.01 * RATE / pitch_hz


def test_hoarse_subharmonics() -> None:
    before = vowel(FULL, 200.0)
    after = through(before, effect="hoarse", jitter_percent=0, shimmer_percent=0, subharmonic_percent=30)
    _, heights = periods(after, 200.0)
    odd, even = sorted((heights[::2].mean(), heights[1::2].mean()))
    assert (even - odd) / (even + odd) == pytest.approx(0.3, abs=0.06)
    below, harmonic = power(after)[500 - 5 : 505].sum(), power(after)[600 - 5 : 605].sum()
    assert power(before)[495:505].sum() < 1e-6 * harmonic
    assert -25 < 10 * np.log10(below / harmonic) < -5


def test_hoarse_follows_a_gliding_pitch() -> None:
    """Each period is scaled as a whole, about its pulse: no peak falls between two gains."""
    before = vowel(FULL, 125.0, 5.0, glide=0.1)[48:]  # it begins between two pulses
    after = through(before, effect="hoarse", jitter_percent=0, shimmer_percent=0, subharmonic_percent=30)
    peaks = np.rint(periods(before, 125.0)[0]).astype(int)
    gains = after[peaks] / before[peaks]
    assert np.mean((np.abs(gains - 1.3) < 0.05) | (np.abs(gains - 0.7) < 0.05)) > 0.95
    assert np.mean(np.abs(np.diff(gains)) > 0.5) > 0.95


def test_hoarse_leaves_noise_alone() -> None:
    noise = (0.1 * rng(1).standard_normal(2 * RATE)).astype(np.float32)
    heard = through(noise, effect="hoarse", jitter_percent=5, shimmer_percent=30)
    assert np.mean((heard - noise) ** 2) < 0.02 * np.mean(noise**2)


@pytest.mark.parametrize(("zero_hz", "damping_db"), [(350, 0), (450, 6), (500, 12)])
def test_nasal_response(zero_hz: float, damping_db: float) -> None:
    heard = response(effect="nasal", zero_hz=zero_hz, damping_db=damping_db)
    zero, pole = ([1.0, 2 * np.pi * 100, (np.pi * 100) ** 2 + (2 * np.pi * hz) ** 2] for hz in (zero_hz, 270))
    frequencies = np.arange(RATE // 2)
    wanted = 20 * np.log10(np.abs(signal.freqs(zero, pole, 2 * np.pi * frequencies)[1]))
    wanted -= damping_db * np.maximum(np.log2(np.maximum(frequencies, 1) / 1000), 0) / 2
    assert (heard - heard[1000])[50:7900] == pytest.approx((wanted - wanted[1000])[50:7900], abs=0.5)


def test_nasal_keeps_the_level_and_can_do_nothing(speech: NDArray[np.float32]) -> None:
    assert rms_dbfs(through(speech, effect="nasal")) == pytest.approx(rms_dbfs(speech), abs=0.01)
    assert through(speech, effect="nasal", zero_hz=270, damping_db=0) == pytest.approx(speech, abs=1e-4)


@pytest.mark.parametrize("distance_m", [0.02, 0.05, 0.1])
def test_near_is_louder_and_has_bass(distance_m: float) -> None:
    heard = response(effect="near", distance_m=distance_m, pops=0)
    louder_db = 20 * np.log10(0.1 / distance_m)
    assert heard[7000] == pytest.approx(louder_db, abs=0.3)
    for frequency_hz in (60, 100, 200, 400, 1000):
        # Of a point source: the wave number times the distance decides how much the gradient adds.
        bass = [abs(1 + 343.0 / (4j * np.pi * frequency_hz * away)) for away in (distance_m, 0.1)]
        assert heard[frequency_hz] == pytest.approx(louder_db + 20 * np.log10(bass[0] / bass[1]), abs=0.5)


def test_pops_come_with_plosives() -> None:
    sound = (vowel(VOWELS["a"], 125.0, 4.0) * gain(-10.0)).astype(np.float32)
    for closed_s in (1.0, 2.0, 3.0):
        sound[round((closed_s - 0.1) * RATE) : round(closed_s * RATE)] = 0.0
    without, with_pops = (through(sound, effect="near", distance_m=0.1, pops=pops, pop_db=12) for pops in (0, 1))
    pops = with_pops - without
    for release_s in (1.0, 2.0, 3.0):
        here = pops[round((release_s - 0.01) * RATE) : round((release_s + 0.15) * RATE)]
        peak_db = 20 * np.log10(np.abs(here).max()) - active_level_dbfs(without, RATE)
        assert 12 + 20 * np.log10(0.3) - 0.5 < peak_db < 12.5
        spectrum = np.abs(np.fft.rfft(here, RATE)) ** 2
        assert spectrum[:120].sum() > 0.9 * spectrum.sum()
        pops[round((release_s - 0.01) * RATE) : round((release_s + 0.15) * RATE)] = 0.0
    pops[: RATE // 10] = 0.0
    assert np.abs(pops).max() < 1e-3


def test_far_level_reflections_and_treble() -> None:
    fields = {"effect": "far", "distance_m": 1.0, "reflection": 0.6, "treble_db": 0}
    impulse = np.zeros(RATE // 4, np.float32)
    impulse[1000] = 1.0
    clip = Channel.from_json({"name": "one", "effects": [fields]}).render(impulse, RATE, 5)
    ways_m = np.array(clip.drawn.effects[0]["ways_m"])
    wanted = np.zeros(len(impulse))
    wanted[1000] = 0.1
    np.add.at(wanted, 1000 + np.rint((ways_m - 1.0) / 343.0 * RATE).astype(int), 0.1 * 0.6 / ways_m)
    assert clip.audio == pytest.approx(wanted, abs=1e-4)

    dull = response(**{**fields, "reflection": 0, "treble_db": 6})
    for frequency_hz, gain_db in ((200, -20), (900, -20), (2000, -23), (4000, -26), (7500, -28.7)):
        assert dull[frequency_hz] == pytest.approx(gain_db, abs=0.3), frequency_hz


def test_far_rooms_hold_both() -> None:
    """The ways to opposite walls give the room back, and no reflection is shorter than the direct way."""
    effect = effects.from_json({"effect": "far", "distance_m": [0.1, 2.0]})
    for seed in range(200):
        params = effect.draw(rng(seed), n_samples=RATE, rate=RATE)
        assert len(params["ways_m"]) == 6
        assert params["distance_m"] < min(params["ways_m"])
        assert max(params["ways_m"]) < 2 * 6.0 + 2.0
