"""Packet loss concealment by pitch repetition, after ITU-T G.711 Appendix I (1999).

Lost stretches are filled with the last pitch periods heard, one in the first 10 ms, two in the next, three after
that, fading by 20 % each 10 ms from the second on, so that silence is reached after 60 ms. Joints at both ends
are overlap-added. Other than Appendix I, the overlap before a loss delays nothing: the whole stream is at hand.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from augment.audio import Pcm

SLOWEST_PITCH_HZ = 66.0
FASTEST_PITCH_HZ = 200.0
HISTORY_PERIODS = 3.25
MATCH_S = 0.020
BLOCK_S = 0.010
FADE_BLOCKS = 5

Signal = NDArray[np.float64]


def conceal(pcm: Pcm, lost: Iterable[int], frame_samples: int, rate_hz: int) -> Pcm:
    """int16 ``[n]`` with the lost frames filled in.

    Args:
        pcm: the decoded stream; what stands in lost frames is not looked at.
        lost: indices of lost frames, ascending.
        frame_samples: samples in a frame.
        rate_hz: sample rate.
    """
    signal = pcm.astype(np.float64)
    for first, last in runs(lost):
        _fill(signal, first * frame_samples, min((last + 1) * frame_samples, len(signal)), rate_hz)
    return np.clip(np.rint(signal), -32768, 32767).astype(np.int16)


def runs(indices: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Ascending indices as ``(first, last)`` runs.

    >>> list(runs([2, 3, 7]))
    [(2, 3), (7, 7)]
    """
    first = last = None
    for index in indices:
        if first is None or last is None:
            first = index
        elif index != last + 1:
            yield first, last
            first = index
        last = index
    if first is not None and last is not None:
        yield first, last


def _fill(signal: Signal, start: int, stop: int, rate_hz: int) -> None:
    """Fill ``signal[start:stop]`` in place, and smooth the joints on both sides."""
    longest = round(rate_hz / SLOWEST_PITCH_HZ)
    history = signal[max(0, start - round(HISTORY_PERIODS * longest)) : start].copy()
    if len(history) < longest + round(MATCH_S * rate_hz):
        signal[start:stop] = 0.0
        return
    period = _pitch_period(history, longest, rate_hz)
    overlap = max(1, period // 4)
    block = round(BLOCK_S * rate_hz)
    # What follows the loss is mixed in over a stretch that grows with the loss, to 10 ms at most.
    tail = min(len(signal) - stop, overlap + (stop - start) // block * round(0.004 * rate_hz), block)
    made, joint = _repeat(history, period, overlap, stop - start + tail, block)
    signal[start - overlap : start] = joint
    signal[start:stop] = made[: stop - start]
    if tail:
        ramp = (np.arange(tail) + 1.0) / (tail + 1.0)
        signal[stop : stop + tail] = (1.0 - ramp) * made[stop - start :] + ramp * signal[stop : stop + tail]


def _pitch_period(history: Signal, longest: int, rate_hz: int) -> int:
    """The lag, in samples, at which the end of the history is most like what came before (normalised correlation)."""
    shortest = round(rate_hz / FASTEST_PITCH_HZ)
    width = round(MATCH_S * rate_hz)
    template = history[-width:]
    past = history[-width - longest : -shortest]
    dots = np.correlate(past, template, "valid")
    sums = np.concatenate(([0.0], np.cumsum(past**2)))
    energies = sums[width:] - sums[:-width]
    scores = dots / np.sqrt(np.maximum(energies, 1.0))
    return longest - int(np.argmax(scores))


def _repeat(history: Signal, period: int, overlap: int, n_samples: int, block: int) -> tuple[Signal, Signal]:
    """``n_samples`` that continue the history, and the last ``overlap`` samples before them, joined smoothly."""
    ramp = (np.arange(overlap) + 1.0) / (overlap + 1.0)
    made = np.empty(n_samples)
    joint = history[-overlap:]
    position = 0
    for number, start in enumerate(range(0, n_samples, block)):
        periods = min(number + 1, 3)
        while periods > 1 and periods * period + overlap > len(history):
            periods -= 1
        cycle = history[-periods * period :].copy()
        before = history[-periods * period - overlap : -periods * period]
        cycle[-overlap:] = (1.0 - ramp) * history[-overlap:] + ramp * before
        if number == 0:
            joint = cycle[-overlap:]
        elif number < 3:
            position %= period
        stop = min(start + block, n_samples)
        made[start:stop] = cycle[(position + np.arange(stop - start)) % len(cycle)]
        position += stop - start
    fade = np.interp(np.arange(n_samples) / block, [0, 1, 1 + FADE_BLOCKS], [1.0, 1.0, 0.0])
    return made * fade, joint
