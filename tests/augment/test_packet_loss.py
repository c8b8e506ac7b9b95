"""Loss: statistics of long streams, and what cannot be asked for."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from augment import Channel, Drawn, SpecError, UnknownName, codecs, effects, replay, rng
from augment.packet_loss import (
    LOSSES,
    Bellcore,
    GilbertElliott,
    JitterBuffer,
    Loss,
    Packets,
    Runs,
    lost_by_any,
    lost_runs,
)

N_FRAMES = 2_000_000
SETTINGS = [
    *((rate, burst) for rate in (0.001, 0.01, 0.05, 0.2) for burst in (1.0, 1.5, 3.0, 10.0)),
    (0.5, 1.0),  # every second one
    (0.5, 50.0),
    (0.05, None),
    (0.4, None),
]


def standard_errors(rate: float, burst: float, n_frames: int, n_runs: int) -> tuple[float, float]:
    """Of the measured loss rate and of the measured mean burst, for a two-state chain.

    With p the chance of going from good to bad and q of going back, ``rate = p / (p + q)`` and ``burst = 1 / q``.
    The chain's second eigenvalue is ``m = 1 - p - q``, so two frames that are k apart have the covariance
    ``rate (1 - rate) m**k``. The sum of these over all pairs makes the variance of the mean of n frames
    ``rate (1 - rate) / n * (1 + m) / (1 - m)``, but for terms in 1 / n**2. Bursts are independent and geometric, with
    the variance ``(1 - q) / q**2``, which their number divides.
    """
    back = 1 / burst
    there = rate / (1 - rate) * back
    memory = 1 - there - back
    rate_error = np.sqrt(rate * (1 - rate) / n_frames * (1 + memory) / (1 - memory))
    return float(rate_error), float(np.sqrt((1 - back) / back**2 / n_runs))


def deviations(runs: Runs, n_frames: int, rate: float, burst: float) -> NDArray[np.float64]:
    """How far the measured rate and mean burst are off."""
    return np.array([runs[:, 1].sum() / n_frames - rate, runs[:, 1].mean() - burst])


@pytest.mark.parametrize(("rate", "mean_burst"), SETTINGS)
def test_rate_and_mean_burst(rate: float, mean_burst: float | None) -> None:
    """Both within three standard errors."""
    runs = lost_runs(rng(5, "loss", str(rate), str(mean_burst)), N_FRAMES, rate, mean_burst)
    burst = 1 / (1 - rate) if mean_burst is None else mean_burst
    off = np.abs(deviations(runs, N_FRAMES, rate, burst))
    assert (off <= 3 * np.array(standard_errors(rate, burst, N_FRAMES, len(runs))) + 1e-12).all()


def test_standard_errors_are_what_streams_show() -> None:
    """Over many streams the deviations in standard errors have a spread of one, so three of them is neither slack nor
    tight. (The spread of n normal values has a standard error of 1 / sqrt(2 n).)
    """
    n_streams, n_frames, rate, burst = 400, 20_000, 0.1, 3.0
    found = []
    for stream in range(n_streams):
        runs = lost_runs(rng(8, stream), n_frames, rate, burst)
        found.append(deviations(runs, n_frames, rate, burst) / standard_errors(rate, burst, n_frames, len(runs)))
    assert np.abs(np.std(found, axis=0) - 1).max() < 3 / np.sqrt(2 * n_streams)
    assert np.abs(np.mean(found, axis=0)).max() < 4 / np.sqrt(n_streams)


def test_old_seeds_give_the_old_losses() -> None:
    """As drawn before there were other kinds, and packets."""
    assert lost_runs(rng(3, "golden"), 400, 0.1, 2.5).tolist() == [
        *([14, 1], [17, 3], [23, 3], [65, 4], [210, 2], [246, 1], [252, 1], [278, 2], [287, 5], [339, 1], [350, 1]),
        *([357, 2], [377, 1]),
    ]
    old = {"effect": "codec", "codec": ["g711-a", "g711-mu"], "loss": {"rate": [0.05, 0.2], "mean_burst": 2}}
    effect = effects.from_json(old)
    assert effect.to_json() == old
    record = {
        **{"effect": "codec", "codec": "g711-a", "loss": {"rate": 0.071928, "mean_burst": 2.0}},
        "lost": [[14, 1], [25, 1], [55, 1]],
    }
    drawn = effect.draw(rng(9, 0, "codec"), n_samples=32000, rate=16000)
    assert drawn == {**record, "packet_ms": None, "switch_s": None, "dtx": None}
    audio = sine(2.0, 16000)
    assert np.array_equal(effect.apply(audio, 16000, record), effect.apply(audio, 16000, drawn))


def sine(duration_s: float, rate: int) -> NDArray[np.float32]:
    return (0.1 * np.sin(2 * np.pi * 440 * np.arange(round(duration_s * rate)) / rate)).astype(np.float32)


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


def drawn_runs(loss: Loss, seed: int, n_packets: int, packet_ms: float = 20.0) -> Runs:
    generator = rng(seed, loss.kind)
    return loss.draw_lost(generator, loss.draw_fields(generator), Packets(n_packets, packet_ms))


KINDS: dict[str, dict[str, Any]] = {
    "gilbert-elliott": {"rate": [0.01, 0.2], "mean_burst": [1, 4]},
    "bellcore": {"rate": [0.01, 0.1]},
    "jitter": {"buffer_ms": [40, 80], "mean_jitter_ms": [5, 30], "spike_ms": 100},
}


class TestKinds:
    def test_all_are_here(self) -> None:
        assert set(KINDS) == set(LOSSES)

    @pytest.mark.parametrize("kind", KINDS)
    def test_round_trip_and_record(self, kind: str) -> None:
        loss = Loss.from_json({"kind": kind, **KINDS[kind]})
        assert type(loss) is LOSSES[kind]
        assert Loss.from_json(json.loads(json.dumps(loss.to_json()))) == loss
        assert LOSSES[kind].from_json(KINDS[kind]) == loss
        effect = effects.from_json({"effect": "codec", "codec": "g711-a", "loss": loss.to_json()})
        assert effect.to_json()["loss"] == loss.to_json()
        drawn = effect.draw(rng(1), n_samples=160_000, rate=16000)
        assert drawn["loss"].get("kind", "gilbert-elliott") == kind
        assert json.loads(json.dumps(drawn)) == drawn
        assert type(Loss.from_json(drawn["loss"])) is LOSSES[kind]

    @pytest.mark.parametrize("kind", KINDS)
    def test_runs_are_apart_in_order_and_inside(self, kind: str) -> None:
        for n_packets in (0, 1, 2, 7, 500):
            for seed in range(20):
                runs = drawn_runs(Loss.from_json({"kind": kind, **KINDS[kind]}), seed, n_packets)
                assert runs.dtype == np.int64
                assert runs.shape == (len(runs), 2)
                assert (runs[:, 1] >= 1).all()
                assert (runs[1:, 0] > runs[:-1].sum(axis=1)).all()
                assert not len(runs) or (runs[0, 0] >= 0 and runs[-1].sum() <= n_packets)

    def test_wrong(self) -> None:
        with pytest.raises(UnknownName, match=r"kind of loss 'jiter' \(did you mean 'jitter'\?\); known: bellcore"):
            Loss.from_json({"kind": "jiter"})
        with pytest.raises(UnknownName, match=r"kind of loss \['jitter'\]"):
            Loss.from_json({"kind": ["jitter"]})
        with pytest.raises(UnknownName, match=r"field of loss 'jitter' 'rate'"):
            Loss.from_json({"kind": "jitter", "rate": 0.1})
        with pytest.raises(SpecError, match=r"kind 'jitter', not 'bellcore'"):
            Bellcore.from_json({"kind": "jitter", "buffer_ms": 60, "mean_jitter_ms": 10})
        with pytest.raises(SpecError, match=r"must be a JSON object, not 0.1"):
            effects.from_json({"effect": "codec", "codec": "g711-a", "loss": 0.1})


class TestBellcore:
    @pytest.mark.parametrize("rate", [0.01, 0.05, 0.1, 0.3])
    def test_rate_and_chances(self, rate: float) -> None:
        """Each chance of the table, counted; the rate, by the variance of a renewal process.

        Gap and burst in turn have means g, b and variances u, v; over n frames the lost share's variance is
        ``(g**2 v + b**2 u) / (g + b)**3 / n`` (Cox, Renewal Theory, 1962).
        """
        runs = drawn_runs(Bellcore(rate=rate), 4, N_FRAMES)
        reach = np.cumprod([1.0, *Bellcore.lost_again])
        burst = reach.sum()
        burst_variance = ((2 * np.arange(10) + 1) * reach).sum() - burst**2
        gap = burst * (1 - rate) / rate
        error = np.sqrt((gap**2 * burst_variance + burst**2 * (gap**2 - gap)) / (gap + burst) ** 3 / N_FRAMES)
        assert abs(runs[:, 1].sum() / N_FRAMES - rate) < 3 * error
        assert burst == pytest.approx(4.42, abs=0.005)
        assert runs[:, 1].max() == 10
        for number, chance in enumerate(Bellcore.lost_again, start=1):
            reached, longer = (runs[:, 1] >= number).sum(), (runs[:, 1] > number).sum()
            assert abs(longer / reached - chance) < 4 * np.sqrt(chance * (1 - chance) / reached)

    def test_start_is_stationary(self) -> None:
        """Each place is lost as often as any, and a burst met at the start has its rest: j more as often as bursts of
        j or more are begun.
        """
        n_streams, n_frames, rate = 10_000, 12, 0.2
        counts, rests = np.zeros(n_frames), np.zeros(11)
        for seed in range(n_streams):
            for first, number in drawn_runs(Bellcore(rate=rate), seed, n_frames):
                counts[first : first + number] += 1
                rests[number] += first == 0
        assert np.abs(counts / n_streams - rate).max() < 4 * np.sqrt(rate * (1 - rate) / n_streams)
        reach = np.cumprod([1.0, *Bellcore.lost_again])
        shares = reach / reach.sum()
        errors = np.sqrt(shares * (1 - shares) / rests.sum())
        assert (np.abs(rests[1:] / rests.sum() - shares) < 4 * errors).all()


class TestJitterBuffer:
    @pytest.mark.parametrize(
        ("buffer_ms", "mean_ms", "spike_ms", "packet_ms"),
        [
            (60, 10, None, 20),
            (60, 25, None, 20),
            (60, 15, 100, 20),
            (60, 15, 100, 40),
            (40, 20, 500, 10),
            (5, 50, 50, 30),
        ],
    )
    def test_rate_and_bursts(self, buffer_ms: float, mean_ms: float, spike_ms: float | None, packet_ms: float) -> None:
        """As the docstring has them, within three standard errors.

        What a delay has over the buffer is exponential whatever came before (no memory), and so again one packet
        later: bursts are geometric and independent. Two packets k apart are both late with the chance
        ``rate * exp(-(1 - decay**k) * buffer / mean)``, whose sum makes the rate's variance.
        """
        loss = JitterBuffer(buffer_ms=buffer_ms, mean_jitter_ms=mean_ms, spike_ms=spike_ms)
        runs = drawn_runs(loss, 11, N_FRAMES, packet_ms)
        depth, decay = buffer_ms / mean_ms, 0.0 if spike_ms is None else np.exp(-packet_ms / spike_ms)
        rate, burst = np.exp(-depth), 1 / (1 - np.exp(-(1 - decay) * depth))
        both = rate * np.exp(-(1 - decay ** np.arange(1, 5000)) * depth) - rate**2
        rate_error = np.sqrt((rate - rate**2 + 2 * both.sum()) / N_FRAMES)
        off = np.abs(deviations(runs, N_FRAMES, rate, burst))
        assert off[0] < 3 * rate_error
        assert off[1] < 3 * np.sqrt((burst**2 - burst) / len(runs))
        assert runs[:, 1].std() == pytest.approx(np.sqrt(burst**2 - burst), rel=0.05)

    def test_delays_are_exponential_and_their_differences_laplace(self) -> None:
        from scipy import stats

        for spike_ms in (None, 60.0):
            fields = {"mean_jitter_ms": 12.0, "spike_ms": spike_ms}
            delays = JitterBuffer.delays_ms(rng(3), fields, Packets(400_000, 20))
            apart = delays[::40]  # far enough to be independent
            assert stats.kstest(apart, "expon", args=(0, 12.0)).pvalue > 0.01
            if spike_ms is None:
                assert stats.kstest(np.diff(delays)[::2], "laplace", args=(0, 12.0)).pvalue > 0.01
                assert np.abs(np.diff(delays)).mean() == pytest.approx(12.0, rel=0.01)
            else:
                after = np.corrcoef(delays[:-1], delays[1:])[0, 1]
                assert after == pytest.approx(np.exp(-20 / 60), abs=0.01)

    def test_start_is_stationary(self) -> None:
        loss = JitterBuffer(buffer_ms=40, mean_jitter_ms=25, spike_ms=200)
        n_streams, n_packets, rate = 10_000, 6, np.exp(-40 / 25)
        counts = np.zeros(n_packets)
        for seed in range(n_streams):
            for first, number in drawn_runs(loss, seed, n_packets):
                counts[first : first + number] += 1
        assert np.abs(counts / n_streams - rate).max() < 4 * np.sqrt(rate * (1 - rate) / n_streams)

    def test_no_jitter_and_a_longer_buffer(self) -> None:
        assert len(drawn_runs(JitterBuffer(buffer_ms=1, mean_jitter_ms=0), 1, 1000)) == 0
        late = [drawn_runs(JitterBuffer(buffer_ms=b, mean_jitter_ms=20), 1, 5000)[:, 1].sum() for b in (20, 60, 200)]
        assert late[0] > late[1] > late[2]


class TestSeveral:
    """Losses one beside the other: the network's, and the jitter buffer's."""

    BOTH: tuple[dict[str, Any], ...] = (
        {"rate": 0.03, "mean_burst": 3},
        {"kind": "jitter", "buffer_ms": 60, "mean_jitter_ms": 20},
    )

    def test_rates_combine(self) -> None:
        """To ``1 - (1 - p) (1 - q)``, within three standard errors.

        What comes through is the product of two independent chains with the means ``1 - p`` and ``1 - q`` and the
        covariances ``v m**k`` and ``w n**k``, which makes ``(1-p)**2 w n**k + (1-q)**2 v m**k + v w (m n)**k``.
        """
        p, q, burst = 0.03, np.exp(-60 / 20), 3.0
        memory = 1 - 1 / burst - p / (1 - p) / burst  # as in ``standard_errors``; late packets have none
        v, w = p * (1 - p), q * (1 - q)
        variance = (1 - p) ** 2 * w + (1 - q) ** 2 * v * (1 + memory) / (1 - memory) + v * w
        for seed in range(3):
            effect = effects.from_json({"effect": "codec", "codec": "g711-a", "loss": [*self.BOTH]})
            lost = np.array(effect.draw(rng(seed), n_samples=160 * N_FRAMES, rate=8000)["lost"])
            share = lost[:, 1].sum() / N_FRAMES
            assert abs(share - (1 - (1 - p) * (1 - q))) < 3 * np.sqrt(variance / N_FRAMES)
            assert (lost[1:, 0] > lost[:-1].sum(axis=1)).all()

    @given(st.lists(st.lists(st.booleans(), min_size=9, max_size=9), max_size=4))
    def test_lost_by_any(self, masks: list[list[bool]]) -> None:
        def as_runs(mask: list[bool]) -> Runs:
            ends = np.flatnonzero(np.diff([False, *mask, False])).reshape(-1, 2)
            return np.stack([ends[:, 0], ends[:, 1] - ends[:, 0]], axis=1)

        either = [any(mask[at] for mask in masks) for at in range(9)]
        assert np.array_equal(lost_by_any(map(as_runs, masks), 9), as_runs(either))

    def test_round_trip_and_record(self, speech: NDArray[np.float32]) -> None:
        written = {"effect": "codec", "codec": "g711-a", "loss": [*self.BOTH]}
        effect = effects.from_json(written)
        assert effect.to_json() == written
        assert effects.from_json(json.loads(json.dumps(effect.to_json()))) == effect
        assert "loss rate 0.03, mean_burst 3 + kind jitter, buffer_ms 60, mean_jitter_ms 20" in effect.describe()
        heard = Channel("both", (effect,)).render(speech, 16000, 4)
        record = Drawn.from_json(json.loads(json.dumps(heard.drawn.to_json())))
        assert [drawn.get("kind") for drawn in record.effects[0]["loss"]] == [None, "jitter"]
        assert replay(speech, 16000, record).audio.tobytes() == heard.audio.tobytes()

    def test_each_is_drawn_by_itself(self) -> None:
        effect = effects.from_json({"effect": "codec", "codec": "g711-a", "loss": [{"rate": [0, 0.2]}] * 2})
        first, second = effect.draw(rng(1), n_samples=8000, rate=8000)["loss"]
        assert first["rate"] != second["rate"]

    def test_one_in_a_list_is_that_one(self) -> None:
        one = {"rate": [0.05, 0.2], "mean_burst": 2}
        drawn = [
            effects.from_json({"effect": "codec", "codec": "g711-a", "loss": loss}).draw(
                rng(9), n_samples=64_000, rate=16000
            )
            for loss in (one, [one])
        ]
        assert drawn[0]["lost"] == drawn[1]["lost"] != []

    def test_wrong(self) -> None:
        for loss, message in (
            ([], r"loss is an empty list"),
            ([{"rate": 0.1}, 0.2], r"loss\[1\] must be a JSON object, not 0.2"),
            ([{"rate": 0.1}, {"kind": "jiter"}], r"did you mean 'jitter'"),
            ([{"rate": 0.6, "mean_burst": 1}], r"cannot be reached"),
        ):
            with pytest.raises(SpecError, match=message):
                effects.from_json({"effect": "codec", "codec": "g711-a", "loss": loss})


class TestPackets:
    @pytest.mark.parametrize(
        ("codec", "packet_ms", "together"),
        [
            ("g711-a", 20, 1),
            ("g711-a", 40, 2),
            ("g729a", 10, 1),
            ("g729a", 30, 3),
            ("g729a", 40, 4),
            ("g723.1-6.3", 30, 1),
        ],
    )
    def test_a_lost_packet_loses_all_its_frames(self, codec: str, packet_ms: int, together: int) -> None:
        fields: dict[str, Any] = {"codec": codec, "loss": {"rate": 0.1, "mean_burst": 2}, "packet_ms": packet_ms}
        effect = effects.from_json({"effect": "codec", **fields})
        n_samples = 8000 * 600 + 77
        drawn = effect.draw(rng(2), n_samples=n_samples, rate=8000)
        n_frames = codecs.get(codec).frames_for(n_samples)
        first, number = np.array(drawn["lost"]).T
        assert (first % together == 0).all()
        assert ((number % together == 0) | (first + number == n_frames)).all()
        # The runs of packets are those that the loss draws for so many packets.
        generator = rng(2)
        assert effect.draw_fields(generator)["packet_ms"] == packet_ms
        packets = lost_runs(generator, -(-n_frames // together), 0.1, 2)
        assert np.array_equal(packets[:, 0] * together, first)
        assert np.array_equal(np.minimum(packets.sum(axis=1) * together, n_frames), first + number)

    def test_the_last_packet_may_be_short(self) -> None:
        fields = {
            "codec": "g711-a",
            "loss": {"kind": "jitter", "buffer_ms": 1, "mean_jitter_ms": 1000},
            "packet_ms": 40,
        }
        effect = effects.from_json({"effect": "codec", **fields})
        seen = {str(effect.draw(rng(i), n_samples=480, rate=8000)["lost"]) for i in range(30)}
        assert "[[0, 3]]" in seen  # three frames, in packets of two and of one

    def test_jitter_knows_how_long_a_packet_is(self) -> None:
        """Spikes fall by time, so longer packets are lost in shorter bursts."""
        loss = {"kind": "jitter", "buffer_ms": 40, "mean_jitter_ms": 20, "spike_ms": 200}
        bursts = {}
        for packet_ms in (10, 40):
            effect = effects.from_json({"effect": "codec", "codec": "g729a", "loss": loss, "packet_ms": packet_ms})
            drawn = effect.draw(rng(5), n_samples=8000 * 4000, rate=8000)
            bursts[packet_ms] = np.mean([number for _, number in drawn["lost"]]) / (packet_ms / 10)
        for packet_ms, burst in bursts.items():
            decay = np.exp(-packet_ms / 200)
            assert burst == pytest.approx(1 / (1 - np.exp(-(1 - decay) * 2)), rel=0.05)

    @pytest.mark.parametrize(
        ("codec", "packet_ms"), [("g711-a", 30), ("g723.1-6.3", 20), ("mp3-16", 40), ("amr-wb-6.6", 10)]
    )
    def test_a_packet_holds_whole_frames(self, codec: str, packet_ms: int) -> None:
        with pytest.raises(SpecError, match=f"packets of {packet_ms} ms hold no whole number of {codec}'s frames"):
            effects.from_json({"effect": "codec", "codec": ["g729a", codec], "packet_ms": packet_ms})

    @pytest.mark.parametrize("wrong", [25, "20", [20, 40], True, 0])
    def test_known_lengths_only(self, wrong: Any) -> None:
        with pytest.raises(SpecError, match="packet_ms must be one of 10, 20, 30, 40, not"):
            effects.from_json({"effect": "codec", "codec": "g729a", "packet_ms": wrong})


TANDEMS = [
    ("g711-a",),
    ("amr-nb-12.2", "g711-a"),
    ("amr-nb-4.75", "g711-mu", "amr-nb-4.75"),
    ("amr-wb-12.65", "g722-64", "opus-wb-12"),
    ("gsm-fr", "g711-a", "g729a"),
    ("opus-nb-12", "g723.1-6.3", "speex-nb-8"),
]


class TestTandem:
    """One codec effect after another: each hop takes its own delay out, so the end is aligned with the start."""

    @pytest.mark.parametrize("loss", [None, {"rate": 0.03, "mean_burst": 2}], ids=["whole", "lossy"])
    @pytest.mark.parametrize("hops", TANDEMS, ids="+".join)
    def test_is_aligned(self, hops: tuple[str, ...], loss: Any, speech: NDArray[np.float32]) -> None:
        """The cross-correlation peaks within 0.15 ms, where one delay left in would make 1 ms and more."""
        for name in hops:
            if not codecs.get(name).available:
                pytest.skip(f"{name} is not available here; to get it: {codecs.get(name).how_to_get}")
        lossy = {} if loss is None else {"loss": loss}
        channel = Channel.from_json({"name": "t", "effects": [{"effect": "codec", "codec": c, **lossy} for c in hops]})
        heard = channel.render(speech, 16000, 3)
        assert heard.time_map.is_identity
        n = len(speech)
        assert len(heard.audio) == n
        spectrum = np.fft.rfft(heard.audio, 2 * n) * np.conj(np.fft.rfft(speech, 2 * n))
        peak = int(np.argmax(np.fft.irfft(spectrum, 8 * 2 * n)))  # in eighths of a sample
        late = (peak if peak < 8 * n else peak - 16 * n) / 8
        assert abs(late) / 16 <= 0.15

    def test_each_hop_loses_its_own(self, speech: NDArray[np.float32]) -> None:
        hop = {"effect": "codec", "codec": "g711-a", "loss": {"rate": 0.2, "mean_burst": 2}}
        heard = Channel.from_json({"name": "t", "effects": [hop] * 3}).render(speech, 16000, 3)
        lost = [str(params["lost"]) for params in heard.drawn.effects]
        assert len(set(lost)) == 3
        record = Drawn.from_json(json.loads(json.dumps(heard.drawn.to_json())))
        assert replay(speech, 16000, record).audio.tobytes() == heard.audio.tobytes()

    def test_every_hop_costs(self, speech: NDArray[np.float32]) -> None:
        """AMR-NB again and again: the voice is less and less like what was said."""
        alike = []
        for hops in (1, 2, 3):
            effect = {"effect": "codec", "codec": "amr-nb-4.75"}
            heard = Channel.from_json({"name": "t", "effects": [effect] * hops}).render(speech, 16000, 3).audio
            alike.append(float(np.corrcoef(heard, speech)[0, 1]))
        assert alike[0] > alike[1] > alike[2] > 0.2
