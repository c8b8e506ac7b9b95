"""Stock: a model in the hands of the tools that people already have, as a recogniser for the engine ``command``.

``python -m eval_suites.stock TOOL FOLDER [OPTIONS]``: a process of its own that knows nothing of this suite's features,
windows and loop guard. It loads the folder by the tool's own means, hears one file after the other and answers JSON
lines. ``OPTIONS`` is a JSON object for the tool's own call; without it the tool's defaults hold, the language apart.
"""

from __future__ import annotations

import importlib.util
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

Hear = Callable[[str, str], str]
"""A WAV file (16 kHz, mono) and a language to the text."""

TOOLS: Mapping[str, tuple[str, str]] = {
    "transformers": ("transformers", "pip install 'transformers>=5.23'"),
    "faster-whisper": ("faster_whisper", "pip install 'faster-whisper>=1.2'"),
}
"""By tool: the package that it is, and how to get it."""


def installed(tool: str) -> bool:
    """Whether the tool is here. Nothing is imported."""
    return importlib.util.find_spec(TOOLS[tool][0]) is not None


def command(tool: str, folder: Path, options: Mapping[str, Any] | None = None) -> list[str]:
    """The words that start the recogniser."""
    words = [sys.executable, "-m", "eval_suites.stock", tool, str(folder)]
    return [*words, json.dumps(options, sort_keys=True)] if options else words


def open_transformers(folder: str, options: Mapping[str, Any]) -> Hear:
    """``transformers.pipeline("automatic-speech-recognition")``; over 30 s it wants timestamps.

    The language is told only where it is another than the folder's generation config has.
    """
    import soundfile
    from transformers import pipeline

    from kowhisper_tel.core.audio import RATE
    from kowhisper_tel.whisper.features import MAX_S

    recogniser = pipeline("automatic-speech-recognition", model=folder)

    def hear(file: str, language: str) -> str:
        audio, rate = soundfile.read(file, dtype="float32")
        long = {"return_timestamps": True} if len(audio) > MAX_S * RATE else {}
        own = getattr(recogniser.model.generation_config, "language", None)
        spoken = {} if language == own else {"language": language, "task": "transcribe"}
        found = recogniser({"raw": audio, "sampling_rate": rate}, generate_kwargs={**spoken, **options}, **long)
        return str(found["text"])

    return hear


def open_faster_whisper(folder: str, options: Mapping[str, Any]) -> Hear:
    """``faster_whisper.WhisperModel``."""
    from faster_whisper import WhisperModel

    model = WhisperModel(folder, local_files_only=True)

    def hear(file: str, language: str) -> str:
        segments, _ = model.transcribe(file, language=language, **options)
        return "".join(segment.text for segment in segments)

    return hear


OPEN: Mapping[str, Callable[[str, Mapping[str, Any]], Hear]] = {
    "transformers": open_transformers,
    "faster-whisper": open_faster_whisper,
}


def main(arguments: Sequence[str]) -> int:
    """Answer each line of stdin with one on stdout."""
    tool, folder, *rest = arguments
    answers = sys.stdout
    sys.stdout = sys.stderr  # what a tool prints is no answer
    hear = OPEN[tool](folder, json.loads(rest[0]) if rest else {})
    for line in sys.stdin:
        asked = json.loads(line)
        text = hear(asked["audio"], asked["language"]).strip()
        print(json.dumps({"id": asked["id"], "text": text}), file=answers, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
