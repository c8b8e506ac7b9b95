"""What codecs and packet loss leave of speech, by PESQ (ITU-T P.862, P.862.2): tables, a picture, and what must hold.

Two references: passages of Korean talks give the means, their intervals, the loss curves and the picture; ITU-T's own
speech (the input of its G.722 vectors) gives one more figure for each codec, to compare with what was measured before.
The two differ by 0.21 at most, but for G.726 at 16 kbit/s, MP3 and AAC, which score 0.5 to 0.9 higher on the talks.

Writes ``docs/codec_quality.csv``, ``docs/loss_quality.csv`` and ``docs/codec_quality.svg``. Needs real speech and the
vectors (``KOWHISPER_SHARED``). Narrowband codecs are compared at 8 kHz by P.862.1's scale, wideband ones at 16 kHz by
P.862.2's: figures of the two are not comparable. Exit code 1 if something that must hold does not: on ITU-T's speech,
figures within 0.4 of those of before; on the talks, no more than 0.05 lost by a higher bit rate within a family.
"""

from __future__ import annotations

import csv
import itertools
import math
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from scipy import stats

from augment import Channel, codecs
from augment.audio import Audio, resample
from augment.codec import Codec
from augment.codecs import named_only
from benchmarks import machine, quality_plot, references, speech

DOCS = Path(__file__).parents[1] / "docs"
EXPECTED = {
    "g711-mu": 4.41, "g711-a": 4.41, "g722-64": 4.26, "g722-56": 4.16, "g722-48": 3.75, "g726-40": 4.33,
    "g726-32": 4.08, "g726-24": 3.44, "g726-16": 2.35, "g723.1-6.3": 3.64, "g729a": 3.66, "gsm-fr": 3.51,
    "amr-nb-4.75": 3.27, "amr-nb-12.2": 4.12, "amr-wb-6.6": 2.66, "amr-wb-23.85": 3.75, "opus-nb-6": 3.05,
    "opus-wb-24": 4.50, "speex-nb-2.15": 2.04, "speex-nb-24.6": 4.32, "mp3-8": 2.28, "mp3-32": 4.01,
}  # fmt: skip
"""Measured before on one passage of 66 s of other speech, narrowband PESQ for Opus in both its bands. Compared with
what ITU-T's speech gives here, not the talks."""
WITHIN, STEP = 0.4, 0.05
NARROWBAND_TOO = "opus-wb-"
LOSSY = ("g711-a", "g729a", "gsm-fr", "amr-nb-12.2", "amr-wb-12.65", "opus-wb-16")
RATES = (0.0, 0.01, 0.02, 0.03, 0.05, 0.07, 0.10, 0.15, 0.20)
BURSTS: dict[str, float | None] = {"random": None, "bursts": 3.0}


@dataclass(frozen=True)
class Quality:
    """PESQ: of the talks mean and half of the 95 % interval (Student's t), of ITU-T's speech one figure."""

    codec: str
    bitrate_bps: int
    mode: str
    mean: float
    half: float
    pattern: str = ""
    rate: float = 0.0
    itu: float = math.nan
    """Not measured under loss."""


def main() -> None:
    """Measure everything, write it, say what does not hold."""
    core, start = machine.on_one_core(), time.perf_counter()
    passages, itu = references.passages(), references.itu()
    lengths = ", ".join(f"{len(passage) / speech.RATE:.1f}" for passage in passages)
    print(machine.described("numpy", "scipy", "pesq", "av"))
    print(f"{len(passages)} passages of Korean talks (dev), one a speaker, of {lengths} s, at -26 dBov; core {core}")
    ratios = ", ".join(f"{references.snr_db(passage):.0f}" for passage in passages)
    print(f"their signal-to-noise ratios: {ratios} dB")
    print(f"ITU-T's speech: {len(itu) / speech.RATE:.1f} s, at -26 dBov, {references.snr_db(itu):.0f} dB\n")
    coded = list(codings(passages, itu))
    lossy = list(losses(passages))
    write("codec_quality.csv", coded)
    write("loss_quality.csv", lossy)
    quality_plot.draw(DOCS / "codec_quality.svg", coded, lossy)
    failed = misses(coded)
    print(f"\n{time.perf_counter() - start:.0f} s. " + ("All that must hold does." if not failed else "DOES NOT HOLD:"))
    order = "; ".join(drops(coded, lambda one: one.itu)) or "holds"
    print(*failed, f"Order by bit rate on ITU-T's one passage, which is not a must: {order}", sep="\n")
    sys.exit(1 if failed else 0)


def codings(passages: Sequence[Audio], itu: Audio) -> Iterator[Quality]:
    """Every codec that is here, without loss, on the talks and on ITU-T's speech."""
    print("| codec | mode | talks | +- | ITU-T | before |\n|---|---|--:|--:|--:|--:|")
    for name in codecs.names():
        found = codecs.get(name)
        if name in named_only.NAMES:
            continue
        if not found.available:
            print(f"| {name} | not here: {found.how_to_get} | | | | |")
            continue
        for mode in ["wb" if found.rate_hz == 16000 else "nb"] + ["nb"] * name.startswith(NARROWBAND_TOO):
            channel = Channel.from_json({"name": name, "effects": [{"effect": "codec", "codec": name}]})
            [itu_score] = scores(found, channel, mode, [itu])
            quality = replace(measured(found, channel, mode, passages), itu=itu_score)
            before = f"{EXPECTED[name]:.2f}" if is_expected(quality) else ""
            figures = f"{quality.mean:.2f} | {quality.half:.2f} | {quality.itu:.2f} | {before}"
            print(f"| {name} | {mode} | {figures} |", flush=True)
            yield quality


def losses(passages: Sequence[Audio]) -> Iterator[Quality]:
    """Some codecs under loss."""
    print("\n| codec | mode | loss | " + " | ".join(f"{rate:.0%}" for rate in RATES) + " |")
    print("|---|---|---|" + "--:|" * len(RATES))
    for name in LOSSY:
        found = codecs.get(name)
        mode = "wb" if found.rate_hz == 16000 else "nb"
        for pattern, burst in BURSTS.items():
            row = []
            for rate in RATES:
                loss = {"rate": rate} if burst is None else {"rate": rate, "mean_burst": burst}
                effect = {"effect": "codec", "codec": name, "loss": loss}
                channel = Channel.from_json({"name": f"{name} {pattern} {rate}", "effects": [effect]})
                row.append(measured(found, channel, mode, passages, pattern, rate))
            print(f"| {name} | {mode} | {pattern} | " + " | ".join(f"{one.mean:.2f}" for one in row) + " |", flush=True)
            yield from row


def measured(
    codec: Codec, channel: Channel, mode: str, passages: Sequence[Audio], pattern: str = "", rate: float = 0.0
) -> Quality:
    """Mean and interval of the passages' scores."""
    found = scores(codec, channel, mode, passages)
    half = float(stats.t.ppf(0.975, len(found) - 1) * np.std(found, ddof=1) / np.sqrt(len(found)))
    return Quality(codec.name, codec.bitrate_bps, mode, float(np.mean(found)), half, pattern, rate)


def scores(codec: Codec, channel: Channel, mode: str, passages: Sequence[Audio]) -> list[float]:
    """PESQ of what comes out of a channel at the codec's rate against what went in, one for each passage."""
    found = []
    for index, passage in enumerate(passages):
        said = resample(passage, speech.RATE, codec.rate_hz)
        heard = channel.render(said, codec.rate_hz, 7, (index,)).audio
        found.append(pesq(said, heard, codec.rate_hz, mode))
    return found


def pesq(said: Audio, heard: Audio, rate: int, mode: str) -> float:
    """PESQ by the program of ITU-T; narrowband at 8 kHz, wideband at 16 kHz."""
    import pesq as itu

    wanted = 16000 if mode == "wb" else 8000
    return float(itu.pesq(wanted, resample(said, rate, wanted), resample(heard, rate, wanted), mode))


def is_expected(quality: Quality) -> bool:
    """Whether there is a figure of before, measured in the same way."""
    return quality.codec in EXPECTED and (quality.mode == "nb" or not quality.codec.startswith(NARROWBAND_TOO))


def family(quality: Quality) -> str:
    """``amr-nb`` of ``amr-nb-12.2``, with the mode."""
    return f"{quality.codec.rpartition('-')[0] or quality.codec} {quality.mode}"


def misses(coded: Sequence[Quality]) -> list[str]:
    """What does not hold, in words."""
    found = [
        f"{one.codec} ({one.mode}) on ITU-T's speech: {one.itu:.2f}, before {EXPECTED[one.codec]:.2f}"
        for one in coded
        if is_expected(one) and abs(one.itu - EXPECTED[one.codec]) > WITHIN
    ]
    return [*found, *drops(coded, lambda one: one.mean)]


def drops(coded: Sequence[Quality], score: Callable[[Quality], float]) -> Iterator[str]:
    """Where a higher bit rate of the same family scores lower by more than STEP, in words."""
    for each in sorted({family(one) for one in coded} - {"g711 nb"}):
        ordered = sorted((one for one in coded if family(one) == each), key=lambda one: one.bitrate_bps)
        for low, high in itertools.pairwise(ordered):
            if score(high) < score(low) - STEP:
                yield f"{high.codec} ({high.mode}) is worse than {low.codec}: {score(high):.2f}, {score(low):.2f}"


def write(name: str, rows: Sequence[Quality]) -> None:
    """One CSV in docs."""
    with (DOCS / name).open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        lossy = any(row.pattern for row in rows)
        extra, last = (["loss", "rate"], []) if lossy else ([], ["pesq_itu"])
        table.writerow(["codec", "bitrate_bps", "mode", *extra, "pesq", "half_interval_95", *last])
        for row in rows:
            more, itu = ([row.pattern, f"{row.rate:g}"], []) if lossy else ([], [f"{row.itu:.3f}"])
            table.writerow([row.codec, row.bitrate_bps, row.mode, *more, f"{row.mean:.3f}", f"{row.half:.3f}", *itu])


if __name__ == "__main__":
    main()
