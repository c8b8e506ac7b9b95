"""A recogniser for tests: says how many samples it heard. Its first argument is how it misbehaves."""

from __future__ import annotations

import base64
import io
import json
import sys
import time
import wave
from pathlib import Path


def hear(request: dict[str, str]) -> str:
    """A text from the sound itself, so that the right clip must have come."""
    path = Path(request["audio"])
    data = path.read_bytes() if path.suffix == ".wav" else base64.b64decode(request["audio"])
    with wave.open(io.BytesIO(data)) as sound:
        assert (sound.getframerate(), sound.getnchannels(), sound.getsampwidth()) == (16000, 1, 2)
        assert (request["rate"], request["language"]) == (16000, "en" if request["id"].startswith("en") else "ko")
        frames = sound.readframes(sound.getnframes())
    return f"소리 {len(frames) // 2} {sum(frames[::97]) % 1000}"


def say(line: bytes) -> None:
    """One line out."""
    sys.stdout.buffer.write(line + b"\n")
    sys.stdout.buffer.flush()


def main(mode: str, *rest: str) -> None:
    """Answer each line at once, or all of a batch (of the size given) in reverse."""
    size = int(rest[0]) if mode == "reversed" else 1
    held: list[dict[str, object]] = []
    for number, line in enumerate(sys.stdin.buffer):
        request = json.loads(line)
        answer: dict[str, object] = {"id": request["id"], "text": hear(request)}
        if mode == "dies" and number == 2:
            sys.exit(3)
        if mode == "dies-once" and not Path(rest[0]).exists():
            Path(rest[0]).touch()
            print("secret words", file=sys.stderr)
            sys.exit(3)
        if mode == "silent":
            time.sleep(60)
        if mode == "garbage":
            say("오늘 loading model…".encode())
        if mode == "list":
            say(b"[1]")
        if mode == "latin":
            say(b'{"id": "u0", "text": "\xe9\xff"}')
        if mode == "foreign":
            answer["id"] = "nobody"
        if mode == "no-id":
            del answer["id"]
        if mode == "no-text":
            del answer["text"]
        if mode == "surrogate":
            answer["text"] = "\ud800"
        if mode == "nan":
            answer["avg_logprob"] = float("nan")
        if mode == "rich":
            answer |= {"avg_logprob": -0.5, "nbest": [["가", -0.5], {"text": "나", "avg_logprob": -1}]}
            answer |= {"segments": [{"start": 0, "end": 0.1, "text": "가"}], "more": 1}
        if mode == "env":
            answer["text"] = "!".join(rest)
        held.append(answer)
        if len(held) == size:
            for one in reversed(held):
                say(json.dumps(one).encode())
                if mode == "double":
                    say(json.dumps(one).encode())
            held = []


main(*sys.argv[1:])
