"""Many measured stretches of calls, summed up, and a preset whose channels sound like them."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from augment import codecs, noises
from augment.audio import Audio
from augment.effects.band import Band
from augment.effects.codec import Codec
from augment.errors import AudioError
from augment.fit import Measured
from augment.fit_spectrum import OPEN_HZ, RATE
from augment.speech_level import gain, rms_dbfs

PERCENTS = (10, 50, 90)
QUANTITIES = ("level_dbfs", "snr_db", "noise_dbfs", "low_hz", "high_hz")

NARROW_HZ = 4200.0
"""A call whose high edge lies below this went over a narrowband codec, or was kept in 8 kHz."""

NARROW_CODECS = (
    (0.6, "g711", ("g711-mu", "g711-a")),
    (0.4, "amr-nb", ("amr-nb-5.9", "amr-nb-7.4", "amr-nb-12.2")),
)
WIDE_CODECS = (
    (0.5, "amr-wb", ("amr-wb-12.65", "amr-wb-23.85")),
    (0.3, "opus-wb", ("opus-wb-12", "opus-wb-16", "opus-wb-24")),
    (0.2, "g722", ("g722-64",)),
)
"""Families of codecs with their shares, by what Korean networks use. A guess: no ear tells."""

LEAST_SHARE = 0.05
"""Kinds of calls (band and noise) that are rarer get no channel, and clipping that is rarer is left out."""
UNHEARD_SNR_DB = 45.0
"""Noise that lies deeper than this in nine calls of ten is left out."""


@dataclass(frozen=True)
class Summary:
    """Stretches of calls, and percentiles over them: ``percentiles["snr_db"]`` is the 10th, 50th and 90th."""

    stretches: tuple[Measured, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "stretches", tuple(self.stretches))
        if not self.stretches:
            raise AudioError("there is no measured speech to sum up")

    @property
    def hours(self) -> float:
        """How long the stretches last together."""
        return sum(each.duration_s for each in self.stretches) / 3600.0

    @property
    def percentiles(self) -> dict[str, tuple[float, float, float]]:
        """10th, 50th and 90th percentile of each of ``QUANTITIES``."""
        return {quantity: _percentiles(self.stretches, quantity) for quantity in QUANTITIES}

    @property
    def noises(self) -> dict[str, float]:
        """Share of the stretches by their noise, the most frequent first."""
        shares = {name: self._share(each.noise == name for each in self.stretches) for name in noises.names()}
        return {name: share for name, share in sorted(shares.items(), key=lambda item: -item[1]) if share}

    @property
    def wide_share(self) -> float:
        """Share of the stretches that hold more than a narrowband call can."""
        return self._share(_is_wide(each) for each in self.stretches)

    @property
    def clipped_share(self) -> float:
        """Share of the stretches with clipped peaks."""
        return self._share(each.clipped_db > 0 for each in self.stretches)

    @property
    def gated_share(self) -> float:
        """Share of the stretches that are digital silence for a twentieth of their time or more."""
        return self._share(each.silent_share >= 0.05 for each in self.stretches)

    def _share(self, which: Iterable[bool]) -> float:
        return sum(which) / len(self.stretches)


def preset(summary: Summary) -> dict[str, Any]:
    """``{"about", "mixture"}`` as ``augment.presets.load`` reads it: a channel by kind of band, noise and codec family.

    Parameters are ranges from the 10th to the 90th percentile of the stretches of that kind. Noise is added before band
    and codec, as in a call, so its ratio is set such that the one measured behind them comes out. Codecs that cannot
    run on this machine are left out, and ``about`` says so.
    """
    kinds: dict[tuple[bool, str], list[Measured]] = defaultdict(list)
    for each in summary.stretches:
        kinds[_is_wide(each), each.noise].append(each)
    total = len(summary.stretches)
    frequent = {kind: those for kind, those in kinds.items() if len(those) >= LEAST_SHARE * total} or kinds
    parts, missing = [], set[str]()
    for (wide, noise), those in sorted(frequent.items()):
        families = _available(wide, missing)
        shares = sum(share for share, _, _ in families)
        for share, family, names in families:
            effects = _effects(those, noise, names)
            name = f"{'wide' if wide else 'narrow'}-{noise}-{family}"
            parts.append(
                {"share": round(share / shares * len(those) / total, 4), "channel": {"name": name, "effects": effects}}
            )
    return {"about": _about(summary, sum(map(len, frequent.values())), missing), "mixture": parts}


def _available(wide: bool, missing: set[str]) -> list[tuple[float, str, list[str]]]:
    families = []
    for share, family, names in WIDE_CODECS if wide else NARROW_CODECS:
        runnable = [name for name in names if codecs.get(name).available]
        missing.update(set(names) - set(runnable))
        if runnable:
            families.append((share, family, runnable))
    return families


def _effects(those: Sequence[Measured], noise: str, codec: list[str]) -> list[dict[str, Any]]:
    """Noise, band, level, codec, clipping: the order of a call."""
    low_hz, high_hz = _range(those, "low_hz"), _range(those, "high_hz")
    middle_low, middle_high = (_percentiles(those, quantity)[1] for quantity in ("low_hz", "high_hz"))
    effects: list[dict[str, Any]] = []
    if _percentiles(those, "snr_db")[0] < UNHEARD_SNR_DB:
        noise_dbfs = _percentiles(those, "noise_dbfs")[1]
        raised_db = _raised_db(noise, codec, middle_low, middle_high, noise_dbfs)
        snr_db = _range(those, "snr_db", by=-raised_db)
        source: Any = ["speech", "babble"] if noise == "speech" else noise
        effects.append({"effect": "noise", "snr_db": snr_db, "source": source})
    if middle_low > 0 or middle_high < OPEN_HZ:
        effects.append({"effect": "band", "low_hz": low_hz if middle_low > 0 else 0.0, "high_hz": high_hz})
    effects.append({"effect": "level", "dbfs": _range(those, "level_dbfs", within=(-80.0, 0.0))})
    effects.append({"effect": "codec", "codec": codec})
    clipped = [each for each in those if each.clipped_db > 0]
    if len(clipped) >= LEAST_SHARE * len(those):
        chance = round(len(clipped) / len(those), 2)
        effects.append({"effect": "clip", "over_db": _range(clipped, "clipped_db"), "chance": chance})
    return effects


def _banded(source: str, low_hz: float, high_hz: float) -> tuple[Audio, float]:
    """Five seconds of a noise within the band, and how much of its level the band took, in dB."""
    noise = noises.synthesise(source, 5 * RATE, RATE, np.random.default_rng(0))
    heard = Band.apply(noise, RATE, {"effect": "band", "low_hz": low_hz, "high_hz": high_hz})
    return heard, rms_dbfs(noise) - rms_dbfs(heard)


def _raised_db(noise: str, names: Sequence[str], low_hz: float, high_hz: float, noise_dbfs: float) -> float:
    """By how much band and codec raise the ratio of speech to noise: speech codecs give noise back weaker."""
    _, of_speech_db = _banded("speech", low_hz, high_hz)
    heard, of_noise_db = _banded(noise, low_hz, high_hz)
    heard = heard * gain(noise_dbfs - rms_dbfs(heard))
    sent = [Codec.apply(heard, RATE, {"effect": "codec", "codec": name, "lost": []}) for name in names]
    of_codec_db = float(np.mean([noise_dbfs - rms_dbfs(each) for each in sent]))
    return of_noise_db + max(of_codec_db, 0.0) - of_speech_db


def _is_wide(stretch: Measured) -> bool:
    return stretch.high_hz > NARROW_HZ


def _percentiles(those: Sequence[Measured], quantity: str) -> tuple[float, float, float]:
    low, middle, high = np.percentile([getattr(each, quantity) for each in those], PERCENTS)
    return float(low), float(middle), float(high)


def _range(
    those: Sequence[Measured], quantity: str, by: float = 0.0, within: tuple[float, float] = (-math.inf, math.inf)
) -> float | list[float]:
    low, _, high = _percentiles(those, quantity)
    ends = [round(min(max(end + by, within[0]), within[1]), 1) for end in (low, high)]
    return ends if ends[0] < ends[1] else ends[0]


def _about(summary: Summary, kept: int, missing: set[str]) -> str:
    values = summary.percentiles
    shown = {key: f"{low:.0f} to {high:.0f} (median {middle:.0f})" for key, (low, middle, high) in values.items()}
    lines = [
        f"Made to sound like {len(summary.stretches)} stretches of recorded calls, {summary.hours:.2f} hours in all,",
        "measured without labels. From the 10th to the 90th percentile:",
        f"speech level {shown['level_dbfs']} dBFS (ITU-T P.56), signal-to-noise ratio {shown['snr_db']} dB,",
        f"noise floor {shown['noise_dbfs']} dBFS, band from {shown['low_hz']} Hz to {shown['high_hz']} Hz.",
        f"Nearest noises: {', '.join(f'{name} {share:.0%}' for name, share in summary.noises.items())}.",
        f"Wideband: {summary.wide_share:.0%} of the stretches; clipped: {summary.clipped_share:.0%}.",
        "Which codecs the calls went through cannot be measured: these are what Korean networks use for such a band;",
        "packet loss, echo and rooms are not measured, and not in here.",
    ]
    if kept < len(summary.stretches):
        lines.append(f"Left out as rare: {1 - kept / len(summary.stretches):.0%} of the stretches.")
    if summary.gated_share:
        lines.append(
            f"Digital silence in pauses: {summary.gated_share:.0%} of the stretches; no effect here imitates that."
        )
    if missing:
        lines.append(f"Left out because this machine has no library for them: {', '.join(sorted(missing))}.")
    return " ".join(lines)
