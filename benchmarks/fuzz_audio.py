"""Mutated audio files by the ten thousand: each must be read, or refused with a code; nothing may crash or hang.

What must hold for each: what is read is finite float32, and the same when read again; what is refused has a code
``audio.*`` with a text in both languages; a decoder that died of a file takes nothing with it and is counted. Cases
are tried in processes, so that a crash of this side would be seen. ``--case N`` tries one case again, in this one.
"""

from __future__ import annotations

import argparse
import collections
import multiprocessing
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from pathlib import Path

import numpy as np

from augment import rng
from benchmarks import machine
from kowhisper_tel.core.audio import RATE, probe, read_audio
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.stretches import read_stretches

CASES, AT_ONCE = 100_000, 50
LIMIT_S = 900.0
"""Fifty cases that take longer hang: a decoder is ended after much less."""
BY_SOUNDFILE = (
    ("wav", "WAV", "PCM_16"), ("wav", "WAV", "PCM_24"), ("wav", "WAV", "PCM_U8"), ("wav", "WAV", "FLOAT"),
    ("wav", "WAV", "DOUBLE"), ("wav", "WAV", "ULAW"), ("wav", "WAV", "ALAW"), ("wav", "WAV", "GSM610"),
    ("wav", "WAV", "MS_ADPCM"), ("wav", "WAV", "IMA_ADPCM"), ("wav", "WAVEX", "PCM_16"), ("wav", "RF64", "PCM_16"),
    ("flac", "FLAC", "PCM_16"), ("flac", "FLAC", "PCM_24"), ("ogg", "OGG", "VORBIS"), ("opus", "OGG", "OPUS"),
    ("mp3", "MP3", "MPEG_LAYER_III"), ("aiff", "AIFF", "PCM_16"), ("aiff", "AIFF", "FLOAT"), ("wav", "CAF", "PCM_16"),
    ("wav", "NIST", "PCM_16"), ("wav", "AU", "ULAW"),
)  # fmt: skip
BY_FFMPEG = (("m4a", "mp4", "aac"), ("aac", "adts", "aac"), ("webm", "webm", "libopus"), ("mp4", "mov", "pcm_s16le"))
NUMBERS = (0, 1, 2, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
HEADER_BYTES = 200
SURVIVED = ("audio.crashed", "audio.slow", "audio.memory")


def main() -> None:
    """Try the cases, print what became of them and what failed; exit code 1 if something did."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=CASES)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--case", type=int, help="try this one only")
    parser.add_argument("--processes", type=int, default=2)
    given = parser.parse_args()
    if given.case is not None:
        print(tried(given.seed, given.case))
        return
    print(machine.described("numpy", "soundfile", "av"))
    start = time.perf_counter()
    found, first, failed = run(given.cases, given.seed, given.processes)
    for outcome, count in found.most_common():
        print(f"{count:8,} {outcome} (the first: case {first[outcome]})")
    for number, words in sorted(failed.items()):
        print(f"case {number}: {words}\n  again: python -m benchmarks.fuzz_audio --seed {given.seed} --case {number}")
    survived = sum(found[code] for code in SURVIVED)
    print(
        f"{sum(found.values()):,} files in {time.perf_counter() - start:.0f} s: {len(failed)} failed "
        f"(crashed, hung or unclassified); {survived} ended a decoder and were refused"
    )
    sys.exit(1 if failed or sum(found.values()) != given.cases else 0)


def run(cases: int, seed: int, processes: int) -> tuple[collections.Counter[str], dict[str, int], dict[int, str]]:
    """How often which outcome was, its first case, and what failed by case number."""
    found: collections.Counter[str] = collections.Counter()
    failed: dict[int, str] = {}
    earliest: dict[str, int] = {}
    pool = ProcessPoolExecutor(processes, multiprocessing.get_context("spawn"))
    firsts = range(0, cases, AT_ONCE)
    futures = [pool.submit(chunk, seed, first, min(first + AT_ONCE, cases)) for first in firsts]
    for first, future in zip(firsts, futures, strict=True):
        try:
            outcomes = future.result(timeout=LIMIT_S)
        except Exception as problem:
            failed[first] = f"this case or one of the next {AT_ONCE}: {type(problem).__name__} {problem}"
            earliest.setdefault("failed", first)
            found["failed"] += min(first + AT_ONCE, cases) - first
            continue
        for number, outcome in enumerate(outcomes, first):
            kind = "failed" if outcome.startswith("failed") else outcome
            found[kind] += 1
            earliest.setdefault(kind, number)
            if outcome.startswith("failed"):
                failed[number] = outcome
        if first % 1_000 == 0:
            print(f"  {first} of {cases}, {len(failed)} failed", file=sys.stderr, flush=True)
    pool.shutdown(wait=not failed, cancel_futures=True)
    return found, earliest, failed


def chunk(seed: int, first: int, last: int) -> list[str]:
    """The outcomes of some cases in a row."""
    return [tried(seed, number) for number in range(first, last)]


def tried(seed: int, number: int) -> str:
    """``ok``, ``repaired``, a code, or ``failed`` and why."""
    generator = rng(seed, "audio", number)
    suffix, data = list(originals())[generator.integers(len(originals()))]
    if generator.random() < 0.05:
        suffix = str(generator.choice(["wav", "m4a", "mp3", "dat"]))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"a.{suffix}"
        path.write_bytes(mutated(data, generator))
        try:
            return _read(path)
        except Exception as problem:
            return f"failed: {type(problem).__name__}: {problem}"


def _read(path: Path) -> str:
    try:
        info = probe(path)
        audio = read_audio(path)
        read_audio(path, start_s=0.0, end_s=min(0.2, info.duration_s))
        for samples, _ in read_stretches(path, 0.5, 3):
            if not np.isfinite(samples).all():
                return "failed: a stretch is not finite"
    except UserError as problem:
        told = problem.text("en") and problem.text("ko")
        return problem.code if told and problem.code.startswith("audio.") else f"failed: {problem.code}"
    if audio.dtype != np.float32 or audio.ndim != 1 or not np.isfinite(audio).all():
        return "failed: what was read is not finite float32"
    if not np.array_equal(audio, read_audio(path)):
        return "failed: not the same the second time"
    return "repaired" if info.repairs else "ok"


def mutated(data: bytes, generator: np.random.Generator) -> bytes:
    """A file with one to four things done to it: bits, numbers, holes, doubles, cuts; headers more than the rest."""
    found = bytearray(data)
    for _ in range(generator.integers(1, 5)):
        if not found:
            break
        end = min(HEADER_BYTES, len(found)) if generator.random() < 0.6 else len(found)
        at, kind = int(generator.integers(end)), generator.integers(8)
        if kind <= 1:
            found[at] ^= 1 << int(generator.integers(8))
        elif kind == 2:
            found[at] = int(generator.integers(256))
        elif kind <= 4:
            size = int(generator.choice([1, 2, 4]))
            number = int(generator.choice(NUMBERS)) & (256**size - 1)
            found[at : at + size] = number.to_bytes(size, "little" if generator.random() < 0.5 else "big")
        elif kind == 5:
            del found[at : at + int(generator.integers(1, 500))]
        elif kind == 6:
            found[at:at] = found[at : at + int(generator.integers(1, 500))]
        else:
            del found[int(generator.integers(len(found))) :]
    return bytes(found)


@cache
def originals() -> tuple[tuple[str, bytes], ...]:
    """A second of sound in every format that is read: suffix and bytes."""
    made = [(suffix, _by_soundfile(container, subtype)) for suffix, container, subtype in BY_SOUNDFILE]
    made += [(suffix, _by_ffmpeg(container, codec)) for suffix, container, codec in BY_FFMPEG]
    amr = b"#!AMR\n" + b"".join(bytes([0x3C, *rng(1, "amr", frame).bytes(31)]) for frame in range(50))
    return (*made, ("amr", amr))


def _sound(rate: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    noise = np.convolve(rng(1, "sound").standard_normal(rate), np.ones(6) / 6, "same")
    return np.asarray(0.2 * noise * (np.sin(np.arange(rate) * 12.0 / rate) > -0.3))


def _by_soundfile(container: str, subtype: str) -> bytes:
    import soundfile

    with tempfile.TemporaryFile() as file:
        rate = RATE if container in ("FLAC", "OGG", "MP3") else RATE // 2
        soundfile.write(file, _sound(rate), rate, format=container, subtype=subtype)
        file.seek(0)
        return file.read()


def _by_ffmpeg(container: str, codec: str) -> bytes:
    import av

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a"
        with av.open(str(path), "w", format=container) as output:
            stream = output.add_stream(codec, rate=48_000, layout="mono")
            pcm = (_sound(48_000) * 32767).astype(np.int16)
            frame = av.AudioFrame.from_ndarray(pcm[None], format="s16", layout="mono")
            frame.sample_rate = 48_000
            for packet in [*stream.encode(frame), *stream.encode(None)]:
                output.mux(packet)
        return path.read_bytes()


if __name__ == "__main__":
    main()
