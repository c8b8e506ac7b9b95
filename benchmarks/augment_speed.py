"""How fast ``augment`` is: beside phonesim 0.2, stage for stage; beside audiomentations and ffmpeg; for each codec.

Both run on the same clips, on one core, in one thread, in turn; a ratio is phonesim's time over
ours in one round, and the median of the rounds is given with the lowest and the highest. phonesim runs its profiles as
they are, drawn parameters included, but for the stages that ``augment`` has nothing like (named below): those are taken
out, so that both do the same work. It calls ffmpeg for G.722, G.726 and AMR: the one on the path, or else that of the
distribution imageio-ffmpeg; a profile that this machine cannot run is said to be missing. The same ffmpeg is a peer of
its own: a process to encode a clip and one to decode it, through pipes, as one would call it by hand.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from augment import Channel, codecs
from augment.audio import Audio
from benchmarks import machine, speech
from benchmarks.match import Match, Times

CLIPS, ROUNDS, LEAST_S = 24, 5, 1.0
DISTRIBUTIONS = ("numpy", "scipy", "soxr", "torch", "phonesim")


def codec(name: str, most_lost: float = 0.0, least_lost: float = 0.0, burst: float = 1.43) -> dict[str, Any]:
    """A codec; phonesim's 30 % chance that a lost frame is followed by another is a mean burst of 1.43."""
    loss = {"loss": {"rate": [least_lost, most_lost], "mean_burst": burst}} if most_lost else {}
    return {"effect": "codec", "codec": name, **loss}


def send(snr_db: tuple[float, float] = (40.0, 55.0)) -> list[dict[str, Any]]:
    """Phonesim's sending side: ambient noise (flat, then -6 dB an octave), active level, limiter."""
    return [
        {"effect": "noise", "snr_db": list(snr_db), "source": "brown"},
        {"effect": "level", "dbfs": [-32, -22]},
        {"effect": "clip", "over_db": 0},
    ]


ANALOGUE = {"effect": "band", "low_hz": [250, 320], "high_hz": [3300, 3450]}
NARROW = {"effect": "band", "low_hz": [80, 120], "high_hz": [3300, 3450]}
WIDE = {"effect": "band", "low_hz": [50, 80], "high_hz": [6800, 7100]}
DRIFT = {"effect": "drift", "ppm": [-50, 50]}


@dataclass(frozen=True)
class Pair:
    """A profile of phonesim, what we have for it, and what is to be reached."""

    profile: str
    effects: Sequence[dict[str, Any]]
    must: float = 5.0


PAIRS = (
    Pair("pstn_narrowband", [*send((35, 50)), ANALOGUE, codec("g711-mu"), DRIFT], must=50.0),
    Pair("pstn_g726", [*send((35, 50)), ANALOGUE, codec("g726-32"), DRIFT]),
    Pair("voip_g722_wideband", [*send(), WIDE, codec("g722-64", 0.01), DRIFT]),
    Pair("voip_opus_wideband", [*send(), WIDE, codec("opus-wb-24", 0.05), DRIFT]),
    Pair(
        "voip_to_cellular_narrowband", [*send(), codec("opus-wb-24", 0.01), NARROW, codec("amr-nb-12.2", 0.01), DRIFT]
    ),
    Pair("voip_to_cellular_wideband", [*send(), codec("opus-wb-24", 0.01), WIDE, codec("amr-wb-12.65", 0.01), DRIFT]),
    Pair(
        "stress_multi_transcode",
        [
            {"effect": "band", "low_hz": [50, 120], "high_hz": [6500, 7200]},
            codec("opus-wb-16", 0.1, 0.02, 1.82),
            {"effect": "band", "low_hz": [300, 350], "high_hz": [3200, 3400]},
            codec("amr-nb-12.2"),
            codec("g711-a", 0.06, 0.01, 2.0),
            codec("amr-wb-12.65", 0.04, 0.01, 1.05),
            {"effect": "level", "dbfs": [-24, -14]},
            {"effect": "noise", "snr_db": [15, 32], "source": "pink"},
            {"effect": "clip", "over_db": [0, 5]},
            {"effect": "drift", "ppm": [-1000, 1000]},
        ],
    ),
)
TAKEN_OUT = ("PlayoutBufferStage", "TimeOffsetStage")

NOTES = """\
What differs. Its limiter is a soft knee, ours (clip) a hard one at the peak; its band edges are a second-order
high-pass and a 511-tap slope of 600 Hz, ours linear-phase slopes of 200 Hz; it resamples to the codec's rate once for
all stages, ours work at 16 kHz and only the codec resamples. Both tell Opus the loss; its runs at
complexity 10, ours at 5, each by the libopus that it finds. In
the stress profile its losses behind Opus and G.711 are repeated and faded frames, ours each codec's own concealment;
its speed drifts by up to 0.4 %, ours by 0.1 %. Taken out of phonesim: the playout buffer (which adds or drops a frame
now and then) and the time offset."""

AIMS = {"g711-a": 1000, "gsm-fr": 400, "g729a": 200, "amr-nb-12.2": 180, "amr-nb-4.75": 180}
AIMS |= {"amr-wb-12.65": 80, "amr-wb-23.85": 80}
CODECS: tuple[str, ...] = (
    *("g711-a", "g722-64", "g726-32", "g723.1-6.3", "gsm-fr", "g729a", "amr-nb-4.75", "amr-nb-12.2", "amr-wb-12.65"),
    *("amr-wb-23.85", "opus-nb-12", "opus-wb-24", "speex-nb-8", "speex-wb-16.8", "mp3-16", "aac-16"),
)


def main() -> list[Match]:
    """Print the tables; return how we stand beside each peer."""
    core = machine.on_one_core()
    words, clips = speech.clips(CLIPS)
    total_s = sum(map(len, clips)) / speech.RATE
    print(machine.described(*DISTRIBUTIONS))
    print(f"{len(clips)} {words}, {total_s:.0f} s at 16 kHz in and out; core {core}, one thread; {ROUNDS} rounds\n")
    found = peers(clips) + others(clips)
    chains(clips)
    return found


def peers(clips: Sequence[Audio]) -> list[Match]:
    """The first table: beside phonesim."""
    use_ffmpeg()
    import torch

    torch.set_num_threads(1)
    found = []
    print("| phonesim's profile | ratio (lowest to highest) | must | ours, x real time | phonesim, x real time |")
    print("|---|--:|--:|--:|--:|")
    for pair in PAIRS:
        try:
            theirs = simulator(pair.profile)
        except RuntimeError as error:
            print(f"| {pair.profile} | not measured: {str(error).splitlines()[0]} | {pair.must:g} | | |", flush=True)
            continue
        channel = Channel.from_json({"name": pair.profile, "effects": list(pair.effects)})
        rounds = in_turn(clips, (rendering(channel), theirs))
        match = matched(clips, pair.profile, "phonesim", rounds)
        verdict = f"{pair.must:g} {'met' if match.ratio >= pair.must else 'MISSED'}"
        ratio = f"{match.ratio:.1f} ({match.low:.1f} to {match.high:.1f})"
        print(f"| {pair.profile} | {ratio} | {verdict} | {match.ours:.0f} | {match.theirs:.1f} |", flush=True)
        found.append(match)
    print(f"\n{NOTES}\n")
    return found


def others(clips: Sequence[Audio]) -> list[Match]:
    """The second table: beside audiomentations, and beside ffmpeg in a process."""
    print("| what | peer | ratio (lowest to highest) | ours, x real time | peer, x real time |")
    print("|---|---|--:|--:|--:|")
    found = []
    for what, peer, effects, theirs in [*composed(), *(by_ffmpeg(name) for name in FFMPEG)]:
        channel = Channel.from_json({"name": "one", "effects": effects})
        match = matched(clips, what, peer, in_turn(clips, (rendering(channel), theirs)))
        ratio = f"{match.ratio:.1f} ({match.low:.1f} to {match.high:.1f})"
        print(f"| {what} | {peer} | {ratio} | {match.ours:.0f} | {match.theirs:.1f} |", flush=True)
        found.append(match)
    print()
    return found


Other = tuple[str, str, list[dict[str, Any]], Callable[[Audio, int], object]]
"""What is done, by which peer, our effects for it, and the peer's work on a clip."""


def composed() -> list[Other]:
    """What audiomentations has, too: noise and a band, and MP3 behind them."""
    import audiomentations

    ours: list[dict[str, Any]] = [{"effect": "noise", "snr_db": [10, 30], "source": "pink"}, ANALOGUE]
    noise = audiomentations.AddColorNoise(min_snr_db=10, max_snr_db=30, min_f_decay=-3, max_f_decay=-3, p=1.0)
    band = audiomentations.BandPassFilter(
        min_center_freq=1800, max_center_freq=1900, min_bandwidth_fraction=1.7, max_bandwidth_fraction=1.75, p=1.0
    )
    mp3 = audiomentations.Mp3Compression(min_bitrate=16, max_bitrate=16, p=1.0)
    chains: list[tuple[str, list[dict[str, Any]], list[Any]]] = [
        ("noise, band", ours, [noise, band]),
        ("noise, band, MP3 at 16 kbit/s", [*ours, codec("mp3-16")], [noise, band, mp3]),
    ]

    def work(transforms: list[Any]) -> Callable[[Audio, int], object]:
        compose = audiomentations.Compose(transforms)
        return lambda clip, _: compose(samples=clip, sample_rate=speech.RATE)

    return [(what, "audiomentations", effects, work(transforms)) for what, effects, transforms in chains]


FFMPEG = {
    "g711-mu": "pcm_mulaw -f wav -ar 8000", "g722-64": "g722 -f g722 -ar 16000",
    "amr-nb-12.2": "libopencore_amrnb -b:a 12200 -f amr -ar 8000",
    "amr-wb-12.65": "libvo_amrwbenc -b:a 12650 -f amr -ar 16000",
    "opus-wb-24": "libopus -b:a 24000 -f ogg -ar 16000", "mp3-16": "libmp3lame -b:a 16000 -f mp3 -ar 16000",
}  # fmt: skip
"""What ffmpeg is told for our codecs: encoder, container, rate."""


def by_ffmpeg(name: str) -> Other:
    """A codec by two processes. Raises RuntimeError where ffmpeg cannot."""
    program = os.environ.get("PHONESIM_FFMPEG") or "ffmpeg"
    raw = f"-f f32le -ar {speech.RATE} -ac 1"
    container = FFMPEG[name].split(" -f ")[1].split()[0]

    def piped(arguments: str, given: bytes) -> bytes:
        command = [program, "-v", "error", *arguments.split()]
        return subprocess.run(command, input=given, capture_output=True, check=True).stdout

    def work(clip: Audio, _: int) -> bytes:
        coded = piped(f"{raw} -i - -c:a {FFMPEG[name]} -", clip.tobytes())
        decoded = piped(f"-f {container} -i - {raw} -", coded)
        if len(decoded) < clip.nbytes // 2:
            raise RuntimeError(f"ffmpeg gives {len(decoded)} bytes of {clip.nbytes} back for {name}")
        return decoded

    return f"codec {name}", "ffmpeg, two processes a clip", [codec(name)], work


def matched(clips: Sequence[Audio], what: str, peer: str, rounds: Times) -> Match:
    """Both sides' rounds as times real time."""
    seconds = sum(map(len, clips)) / speech.RATE
    return Match.of("augmentation", what, peer, "x real time", seconds, rounds)


def chains(clips: Sequence[Audio]) -> None:
    """The third table: each codec with noise, band and level, and alone."""
    print("| codec | with pink noise, band and level, x real time (lowest to highest) | aim | codec alone |")
    print("|---|--:|--:|--:|")
    for name in CODECS:
        found = codecs.get(name)
        if not found.available:
            print(f"| {name} | not here: {found.how_to_get} | {AIMS.get(name, '')} | |")
            continue
        band = {} if found.rate_hz == 8000 else {"low_hz": 50, "high_hz": 7000}
        before: list[dict[str, Any]] = [
            {"effect": "noise", "snr_db": [10, 30], "source": "pink"},
            {"effect": "band", **band},
            {"effect": "level", "dbfs": [-30, -20]},
        ]
        whole, alone = (
            Channel.from_json({"name": name, "effects": [*first, codec(name)]}) for first in (before, list[Any]())
        )
        whole_s, alone_s = in_turn(clips, (rendering(whole), rendering(alone)))
        seconds = sum(map(len, clips)) / speech.RATE
        aim = AIMS.get(name)
        verdict = "" if aim is None else f"{aim} {'met' if speed(clips, whole_s) >= aim else 'missed'}"
        print(
            f"| {name} | {speed(clips, whole_s):.0f} ({seconds / max(whole_s):.0f} to {seconds / min(whole_s):.0f}) "
            f"| {verdict} | {speed(clips, alone_s):.0f} |",
            flush=True,
        )


def rendering(channel: Channel) -> Callable[[Audio, int], object]:
    """Our side of a round."""
    return lambda clip, seed: channel.render(clip, speech.RATE, seed)


def in_turn(clips: Sequence[Audio], sides: Sequence[Callable[[Audio, int], object]]) -> list[list[float]]:
    """Seconds for all clips, for each side the list of its rounds; each side has its turn in every round.

    A turn goes over all clips, again and again until ``LEAST_S`` have passed, each time with other seeds. A short turn
    before the first round, for caches, is left out.
    """
    for work in sides:
        for clip in clips[:2]:
            work(clip, 0)
    return [list(times) for times in zip(*([turn(clips, work) for work in sides] for _ in range(ROUNDS)), strict=True)]


def turn(clips: Sequence[Audio], work: Callable[[Audio, int], object]) -> float:
    """Mean seconds for all clips."""
    start, passes = time.perf_counter(), 0
    while not passes or time.perf_counter() - start < LEAST_S:
        for index, clip in enumerate(clips):
            work(clip, passes * len(clips) + index)
        passes += 1
    return (time.perf_counter() - start) / passes


def speed(clips: Sequence[Audio], rounds_s: Sequence[float]) -> float:
    """Times real time, the median of the rounds."""
    return sum(map(len, clips)) / speech.RATE / statistics.median(rounds_s)


def simulator(profile: str) -> Callable[[Audio, int], object]:
    """Phonesim with a profile, without what has no counterpart. Raises RuntimeError where it cannot run here."""
    import phonesim
    import torch

    made = phonesim.PhoneCallSimulator(speech.RATE, speech.RATE, profile=profile)
    kept = [stage for stage in made.pipeline.stages if type(stage).__name__ not in TAKEN_OUT]
    made.pipeline.stages = torch.nn.ModuleList(kept)
    return lambda clip, seed: made(clip, seed=seed)


def use_ffmpeg() -> None:
    """Tell phonesim of the ffmpeg in imageio-ffmpeg where the path has none."""
    if shutil.which("ffmpeg") is None and "PHONESIM_FFMPEG" not in os.environ:
        try:
            import imageio_ffmpeg
        except ImportError:
            return
        os.environ["PHONESIM_FFMPEG"] = imageio_ffmpeg.get_ffmpeg_exe()


if __name__ == "__main__":
    main()
