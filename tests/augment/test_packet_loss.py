"""Loss: statistics of long streams, and what cannot be asked for."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from augment import Channel, SpecError, rng
from augment.packet_loss import GilbertElliott, lost_runs

N_FRAMES = 400_000


@pytest.mark.parametrize(
    ("rate", "mean_burst"), [(0.01, 1.0), (0.03, 1.5), (0.05, 2.0), (0.1, 3.0), (0.2, 5.0), (0.4, 1.5), (0.05, None)]
)
def test_rate_and_mean_burst(rate: float, mean_burst: float | None) -> None:
    """Both within three standard errors. A two-state chain's sojourns are geometric, which gives the errors."""
    runs = lost_runs(rng(5, "loss", str(rate)), N_FRAMES, rate, mean_burst)
    burst = 1 / (1 - rate) if mean_burst is None else mean_burst
    leave_bad = 1 / burst
    leave_good = rate / (1 - rate) * leave_bad
    memory = 1 - leave_good - leave_bad
    rate_error = np.sqrt(rate * (1 - rate) * (1 + memory) / (1 - memory) / N_FRAMES)
    burst_error = np.sqrt((1 - leave_bad) / leave_bad**2 / len(runs))
    assert abs(runs[:, 1].sum() / N_FRAMES - rate) < 3 * rate_error
    assert abs(runs[:, 1].mean() - burst) <= 3 * burst_error + 1e-12


def test_start_is_stationary() -> None:
    """The first and the last frame of short streams are lost as often as any."""
    n_streams, n_frames, rate = 20_000, 6, 0.2
    counts = np.zeros(n_frames)
    generator = rng(6, "starts")
    for _ in range(n_streams):
        for first, number in lost_runs(generator, n_frames, rate, 4.0):
            counts[first : first + number] += 1
    error = np.sqrt(rate * (1 - rate) / n_streams)
    assert np.abs(counts / n_streams - rate).max() < 4 * error


@given(st.integers(0, 3000), st.floats(0, 0.9), st.none() | st.floats(1, 50), st.integers(0, 2**32))
def test_runs_are_apart_in_order_and_inside(n_frames: int, rate: float, burst: float | None, seed: int) -> None:
    if burst is not None and rate / (1 - rate) > burst:
        burst = None
    runs = lost_runs(rng(seed), n_frames, rate, burst)
    assert (runs[:, 1] >= 1).all()
    assert (runs[1:, 0] > runs[:-1].sum(axis=1)).all()
    assert not len(runs) or (runs[0, 0] >= 0 and runs[-1].sum() <= n_frames)


def test_impossible_and_wrong() -> None:
    with pytest.raises(SpecError, match=r"rate 0.6 cannot be reached with bursts of 1 frames.*1.5 or more"):
        GilbertElliott(rate=(0.1, 0.6), mean_burst=1)
    with pytest.raises(SpecError, match=r"from 0 to 0\.95"):
        GilbertElliott(rate=5)
    with pytest.raises(SpecError, match=r"needs the field 'rate'"):
        GilbertElliott.from_json({})


def test_lost_frames_are_the_codecs_own() -> None:
    """Frames are drawn for the codec's frame length and rate, and only lost ones differ in G.711."""
    channel = Channel.from_json(
        {"name": "l", "effects": [{"effect": "codec", "codec": "g711-a", "loss": {"rate": 0.3, "mean_burst": 2}}]}
    )
    audio = (0.1 * np.sin(np.arange(16000) * 0.3)).astype(np.float32)
    lossy = channel.render(audio, 8000, 1)
    whole = Channel.from_json({"name": "w", "effects": [{"effect": "codec", "codec": "g711-a"}]}).render(audio, 8000, 1)
    lost = {f for first, number in lossy.drawn.effects[0]["lost"] for f in range(first, first + number)}
    differing = {int(f) for f in np.flatnonzero((lossy.audio != whole.audio).reshape(-1, 160).any(axis=1))}
    assert len(lost) > 10
    # The joints reach into the frames beside a loss.
    assert differing - lost <= {f + 1 for f in lost} | {f - 1 for f in lost}
    assert lost <= differing | {0, 1}
