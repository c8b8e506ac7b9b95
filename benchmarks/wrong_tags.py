"""How often speech under a wrong tag is noticed (``audio.encoding``), and how often speech under its own is refused.

    python -m benchmarks.wrong_tags [--clips 150]

Clips are brought to 8 kHz, encoded, and put into a WAV file with another tag, a clip a file: as they are, turned down
to an average of -40 dBFS, and with white noise at -50 dBFS.
"""

from __future__ import annotations

import argparse
import io
import struct
import tempfile
from pathlib import Path

import numpy as np

from augment import rng
from augment.audio import Audio, resample
from benchmarks import speech
from kowhisper_tel.core.audio import read_audio
from kowhisper_tel.core.errors import UserError

RATE = 8_000
TAGS = {"PCM_16": (1, 16), "PCM_U8": (1, 8), "ALAW": (6, 8), "ULAW": (7, 8)}
FAINT_DB, NOISE_DB = -40.0, -50.0


def main() -> None:
    """Print a line for each encoding under each tag."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clips", type=int, default=150)
    what, clips = speech.clips(parser.parse_args().clips)
    print(f"{len(clips)} {what}; noticed of as they are / faint / noisy")
    heard = [_levels(resample(clip, speech.RATE, RATE), number) for number, clip in enumerate(clips)]
    with tempfile.TemporaryDirectory() as folder:
        for encoding in TAGS:
            for tag in TAGS:
                shares = [
                    np.mean([_is_refused(Path(folder) / "a.wav", levels[k], encoding, tag) for levels in heard])
                    for k in range(3)
                ]
                print(f"{encoding:6} under {tag:6} " + " / ".join(f"{100 * share:.0f} %" for share in shares))


def _levels(clip: Audio, number: int) -> list[Audio]:
    faint = clip * np.float32(10 ** (FAINT_DB / 20) / max(np.sqrt(np.mean(np.square(clip))), 1e-9))
    noise = rng(1, "wrong tags", number).standard_normal(len(clip)) * 10 ** (NOISE_DB / 20)
    return [np.clip(level, -0.999, 0.999).astype(np.float32) for level in (clip, faint, clip + noise)]


def _is_refused(path: Path, clip: Audio, encoding: str, tag: str) -> bool:
    import soundfile

    memory = io.BytesIO()
    soundfile.write(memory, clip, RATE, format="WAV", subtype=encoding)
    made = memory.getvalue()
    at = made.index(b"data") + 8
    (size,) = struct.unpack("<L", made[at - 4 : at])
    size -= size % 2
    number, bits = TAGS[tag]
    fields = struct.pack("<HHLLHH", number, 1, RATE, RATE * bits // 8, bits // 8, bits)
    chunks = b"WAVEfmt " + struct.pack("<L", 16) + fields + b"data" + struct.pack("<L", size) + made[at : at + size]
    path.write_bytes(b"RIFF" + struct.pack("<L", len(chunks)) + chunks)
    try:
        read_audio(path)
    except UserError as problem:
        return problem.code == "audio.encoding"
    return False


if __name__ == "__main__":
    main()
