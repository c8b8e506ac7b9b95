"""Packet loss: which packets of a stream are lost, in the network or at the jitter buffer."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, NamedTuple, Self, cast

import numpy as np
from numpy.typing import NDArray

from augment.errors import SpecError, unknown
from augment.spec import Number, Span, Spec, ends

NEVER = 1e-12
"""A rate below this loses nothing in any stream that can be held."""

Runs = NDArray[np.int64]
"""What is lost, ``[k, 2]``: first and number, in order, with something between them that came."""


class Packets(NamedTuple):
    """A stream: how many packets there are, and how much speech each of them holds."""

    number: int
    each_ms: float


@dataclass(frozen=True, kw_only=True)
class Loss(Spec):
    """One way of losing packets. In JSON, ``"kind"`` names it; without a kind it is ``GilbertElliott``."""

    title = "loss"
    kind: ClassVar[str]

    @classmethod
    def from_json(cls, data: Any, where: str = "") -> Self:
        """A loss from ``{"kind": name, field: value, ...}``. Raises SpecError or UnknownName."""
        if not isinstance(data, Mapping):
            return super().from_json(data, where)
        kind = data.get("kind", getattr(cls, "kind", GilbertElliott.kind))
        if not isinstance(kind, str) or kind not in LOSSES:
            raise unknown("kind of loss", kind, LOSSES)
        if not issubclass(LOSSES[kind], cls):
            raise SpecError(f"{where or cls.title} is of the kind {kind!r}, not {cls.kind!r}")
        fields = {key: value for key, value in data.items() if key != "kind"}
        return cast(Self, super(Loss, LOSSES[kind]).from_json(fields, where))

    def to_json(self) -> dict[str, Any]:
        """The JSON object; ``kind`` only where it is not ``GilbertElliott``'s."""
        return {**self._kind_json(), **super().to_json()}

    def draw_fields(self, generator: np.random.Generator) -> dict[str, Any]:
        """One value for each field, with the kind as ``to_json`` has it."""
        return {**self._kind_json(), **super().draw_fields(generator)}

    def _kind_json(self) -> dict[str, Any]:
        return {} if self.kind == GilbertElliott.kind else {"kind": self.kind}

    @classmethod
    @abstractmethod
    def draw_lost(cls, generator: np.random.Generator, fields: Mapping[str, Any], packets: Packets) -> Runs:
        """Which packets are lost, by drawn fields; the stream is stationary."""


@dataclass(frozen=True, kw_only=True)
class GilbertElliott(Loss):
    """Gilbert (1960), Elliott (1963) in its usual telephone form: a good state that loses nothing and a bad state
    that loses all, so that the loss rate and the mean burst say everything.

    ``rate``: the share of packets lost. ``mean_burst``: packets lost in a row, on average; without it, packets are
    lost independently of each other. A packet is one frame of the codec unless the codec effect says otherwise.

    Raises:
        SpecError: a rate that bursts so short cannot reach (rate is at most ``mean_burst / (mean_burst + 1)``).
    """

    kind = "gilbert-elliott"
    rate: Annotated[Span, Number(0.0, 0.95)]
    mean_burst: Annotated[Span | None, Number(1.0, 1000.0)] = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.mean_burst is not None:
            _leave_good(ends(self.rate)[1], ends(self.mean_burst)[0])

    @classmethod
    def draw_lost(cls, generator: np.random.Generator, fields: Mapping[str, Any], packets: Packets) -> Runs:
        """Bursts and gaps of geometric lengths."""
        return lost_runs(generator, packets.number, fields["rate"], fields["mean_burst"])


@dataclass(frozen=True, kw_only=True)
class Bellcore(Loss):
    """The burst frame erasures of ITU-T G.191 (software tool library, module EID): the chance that the next one is
    lost depends on how many were lost in a row, and no burst is longer than ten.

    ``rate``: the share of packets lost; up to 30 %, as in G.191. The mean burst is always 4.42 packets.
    """

    title = "loss 'bellcore'"
    kind = "bellcore"
    lost_again: ClassVar[tuple[float, ...]] = (0.85, 0.825, 0.8, 0.775, 0.75, 0.725, 0.7, 0.6, 0.45)
    """The chance of another loss after 1, 2, ... 9 in a row (``prob`` in ``eid.c``); after ten there is none."""
    rate: Annotated[Span, Number(0.0, 0.3)]

    @classmethod
    def draw_lost(cls, generator: np.random.Generator, fields: Mapping[str, Any], packets: Packets) -> Runs:
        """Gaps of geometric lengths, bursts by the table."""
        reach = np.cumprod((1.0, *cls.lost_again))  # the chance that a burst has 1, 2, ... 10 packets or more
        burst = float(reach.sum())

        def bursts(number: int) -> NDArray[np.int64]:
            return np.asarray(len(reach) - np.searchsorted(reach[:0:-1], generator.random(number), side="right"))

        def rest() -> int:
            # A burst met in its course has j packets left with a chance that goes as that of j or more.
            return 1 + int(generator.choice(len(reach), p=reach / burst))

        return _in_turn(generator, packets.number, fields["rate"], burst, bursts, rest)


@dataclass(frozen=True, kw_only=True)
class JitterBuffer(Loss):
    """Late loss: packets that come when a jitter buffer of fixed length has already had to play them. (G.191 has the
    same rule, ``dlyerr_2_errpat``, for delays that were measured.)

    ``buffer_ms``: how long the buffer waits after the time at which an undelayed packet would come.
    ``mean_jitter_ms``: the mean of what the network adds to its least delay, distributed exponentially, as the time in
    an M/M/1 queue is (Kleinrock 1975). The difference of two such delays has a Laplace distribution whose mean size is
    ``mean_jitter_ms`` again, so without spikes this is the jitter that RTP reports (RFC 3550, 6.4.1).
    ``spike_ms``: delays come in spikes, a jump and then a decline (Ramjee et al. 1994), which falls to 37 % in this
    time; without it, delays are independent. It is the autoregression of Gaver and Lewis (1980), which keeps the
    distribution exponential.

    So ``exp(-buffer_ms / mean_jitter_ms)`` of the packets are lost, with spikes and without; the bursts are geometric
    with a mean of ``1 / (1 - exp(-(1 - decay) * buffer_ms / mean_jitter_ms))`` packets, where ``decay`` is
    ``exp(-packet_ms / spike_ms)``, or 0 without spikes.
    """

    title = "loss 'jitter'"
    kind = "jitter"
    buffer_ms: Annotated[Span, Number(1.0, 1000.0)]
    mean_jitter_ms: Annotated[Span, Number(0.0, 1000.0)]
    spike_ms: Annotated[Span | None, Number(1.0, 10_000.0)] = None

    @classmethod
    def draw_lost(cls, generator: np.random.Generator, fields: Mapping[str, Any], packets: Packets) -> Runs:
        """The packets whose delay is longer than the buffer."""
        return _runs_of(cls.delays_ms(generator, fields, packets) > fields["buffer_ms"])

    @classmethod
    def delays_ms(
        cls, generator: np.random.Generator, fields: Mapping[str, Any], packets: Packets
    ) -> NDArray[np.float64]:
        """The delay of each packet over the network's least, ``[packets.number]`` in ms."""
        from scipy.signal import lfilter

        fresh = generator.exponential(fields["mean_jitter_ms"], packets.number)
        if fields["spike_ms"] is None:
            return fresh
        decay = np.exp(-packets.each_ms / fields["spike_ms"])
        jumps = generator.random(packets.number) >= decay
        jumps[:1] = True  # the first is as any packet is
        return np.asarray(lfilter([1.0], [1.0, -decay], fresh * jumps))


LOSSES: dict[str, type[Loss]] = {loss.kind: loss for loss in (GilbertElliott, Bellcore, JitterBuffer)}
"""The losses by the names of their kinds."""


def lost_by_any(each: Iterable[Runs], n_packets: int) -> Runs:
    """The packets that one loss or another says are lost: those that the network loses, those too late, ..."""
    runs = np.concatenate([np.zeros((0, 2), np.int64), *each])
    begun, ended = (np.bincount(at, minlength=n_packets + 1) for at in (runs[:, 0], runs.sum(axis=1)))
    return _runs_of(np.cumsum(begun - ended)[:n_packets] > 0)


def _runs_of(lost: NDArray[np.bool_]) -> Runs:
    """The stretches of a mask that are true."""
    ends = np.flatnonzero(np.diff(lost.astype(np.int8), prepend=0, append=0)).reshape(-1, 2)
    return np.stack([ends[:, 0], ends[:, 1] - ends[:, 0]], axis=1)


def lost_runs(generator: np.random.Generator, n_frames: int, rate: float, mean_burst: float | None = None) -> Runs:
    """Gilbert-Elliott losses as runs ``[k, 2]`` of (first frame, number of frames), from a stationary start."""
    burst = 1.0 / (1.0 - rate) if mean_burst is None else mean_burst
    # A state that is left with the same chance at every frame lasts a geometric number of frames.
    return _in_turn(generator, n_frames, rate, burst, lambda number: generator.geometric(1.0 / burst, number))


def _leave_good(rate: float, mean_burst: float) -> float:
    """The chance that a lost frame follows one that was not."""
    chance = rate / (1.0 - rate) / mean_burst
    if chance > 1.0 + 1e-9:
        raise SpecError(
            f"loss: rate {rate:g} cannot be reached with bursts of {mean_burst:g} frames: "
            f"mean_burst must be {rate / (1.0 - rate):.3g} or more, or rate at most {mean_burst / (1 + mean_burst):.3g}"
        )
    return float(min(chance, 1.0))


def _in_turn(
    generator: np.random.Generator,
    n_frames: int,
    rate: float,
    mean_burst: float,
    bursts: Callable[[int], NDArray[np.int64]],
    rest: Callable[[], int] | None = None,
) -> Runs:
    """Gaps of geometric lengths and bursts in turn, from a stationary start.

    ``bursts``: draws so many lengths. ``rest``: draws what is left of a burst that the stream starts in, where that
    is not as long as a whole one (geometric bursts have no memory).
    """
    if rate < NEVER or n_frames <= 0:
        return np.zeros((0, 2), np.int64)
    leave_good = _leave_good(rate, mean_burst)
    starts_bad = generator.random() < rate
    good: list[NDArray[np.int64]] = []
    bad: list[NDArray[np.int64]] = []
    covered = 0
    while covered < n_frames:
        pairs = 8 + int(1.2 * (n_frames - covered) / (1.0 / leave_good + mean_burst))
        # Cut at the stream's length, for at tiny rates a stay may be too long to add up.
        good.append(np.minimum(generator.geometric(leave_good, pairs), n_frames))
        bad.append(np.minimum(bursts(pairs), n_frames))
        if starts_bad and not covered and rest is not None:
            bad[0][0] = min(rest(), n_frames)
        covered += int(good[-1].sum() + bad[-1].sum())
    return _laid_out(np.concatenate(good), np.concatenate(bad), starts_bad, n_frames)


def _laid_out(good: NDArray[np.int64], bad: NDArray[np.int64], starts_bad: bool, n_frames: int) -> Runs:
    """The runs of bad frames inside ``n_frames`` when good and bad take turns."""
    if starts_bad:
        starts = np.concatenate(([0], np.cumsum(bad + good)[:-1]))
    else:
        starts = np.cumsum(good) + np.concatenate(([0], np.cumsum(bad)[:-1]))
    inside = starts < n_frames
    starts, lengths = starts[inside], bad[inside]
    return np.stack([starts, np.minimum(lengths, n_frames - starts)], axis=1)
