"""``simulate`` on Ray beside processes of this machine, on the same clips, with the same bytes: ``make bench-ray``.

Ray pays where there are more machines than one; on one, this says what it costs: its start, and what each clip takes to
be sent about.
"""

from __future__ import annotations

import hashlib
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks import machine
from kowhisper_tel.commands.simulate import simulate
from kowhisper_tel.core.audio import RATE, write_audio
from kowhisper_tel.core.executors import Ray

CLIPS = 200
WORKERS = 2


def digest(folder: Path) -> str:
    """A hash of what lies in a folder: names and bytes."""
    found = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        found.update(path.relative_to(folder).as_posix().encode() + path.read_bytes())
    return found.hexdigest()


def main(clips: int = CLIPS) -> bool:
    """Print clips a second of both, their starts counted in; whether the bytes are the same."""
    import ray

    print(machine.described("ray", "soxr"), f"{clips} clips of 5 s, {WORKERS} workers", sep="\n")
    with tempfile.TemporaryDirectory() as place:
        folder, generator = Path(place), np.random.default_rng(1)
        for number in range(clips):
            audio = generator.normal(0, 0.1, 5 * RATE).astype(np.float32)
            write_audio(folder / "in" / f"{number:04d}.flac", audio)
        begun = time.perf_counter()
        simulate(folder / "in", folder / "here", seed=7, jobs=WORKERS)
        here_s = time.perf_counter() - begun
        begun = time.perf_counter()
        executor = Ray(WORKERS)
        list(executor.in_order(abs, [-1]))
        start_s = time.perf_counter() - begun
        begun = time.perf_counter()
        simulate(folder / "in", folder / "there", seed=7, executor=executor)
        there_s = time.perf_counter() - begun
        ray.shutdown()
        same = digest(folder / "here") == digest(folder / "there")
    print(f"  processes {clips / here_s:6.1f} clips/s (with their start)")
    print(f"  Ray       {clips / there_s:6.1f} clips/s (with a start of {start_s:.1f} s), {here_s / there_s:.2f} times")
    print(f"  the bytes are {'the same' if same else 'NOT the same'}")
    return same


if __name__ == "__main__":
    sys.exit(0 if main(*map(int, sys.argv[1:2])) else 1)
