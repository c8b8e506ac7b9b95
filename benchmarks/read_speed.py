"""How fast recordings are read behind limits, beside plain soundfile, on the same files in turn.

Both give float32 mono at the file's own rate. Plain WAV is read in this process, FLAC by a decoder's process. The sound
is made up (noise as loud and as uneven as speech), 4 s a file as is usual in corpora.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np

from augment import rng
from benchmarks import machine
from benchmarks.match import Match, in_turn
from kowhisper_tel.core.audio import RATE, read_audio

FILES, SECONDS, ROUNDS = 100, 4.0, 9
KINDS = (("wav", "PCM_16", RATE), ("wav", "ULAW", RATE // 2), ("flac", "PCM_16", RATE))


def main() -> list[Match]:
    """Print a line a format, and return what they say."""
    print(machine.described("numpy", "soundfile"))
    return [_match(*kind) for kind in KINDS]


def _match(suffix: str, subtype: str, rate: int) -> Match:
    import soundfile

    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / f"{number}.{suffix}" for number in range(FILES)]
        for number, file in enumerate(files):
            noise = np.convolve(rng(1, number).standard_normal(round(SECONDS * rate)), np.ones(6) / 6, "same")
            soundfile.write(file, 0.2 * noise, rate, subtype=subtype)

        def ours() -> None:
            for file in files:
                read_audio(file, rate=rate)

        def theirs() -> None:
            for file in files:
                soundfile.read(file, dtype="float32")

        times = in_turn((ours, theirs), ROUNDS)
    match = Match.of("Reading", f"{suffix} {subtype}, {SECONDS:g} s", "soundfile", "files/s", FILES, times)
    print(
        f"{match.what}: {match.ours:,.0f} files/s, soundfile {match.theirs:,.0f}: {1 / match.ratio:.2f} times its time"
    )
    return match


if __name__ == "__main__":
    main()
