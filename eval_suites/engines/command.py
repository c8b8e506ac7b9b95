"""Any other recogniser: a program that speaks JSON lines, or an HTTP endpoint that speaks JSON.

A model of this engine has in its settings either ``command`` (``ProgramSettings``) or ``url`` (``EndpointSettings``).
Each clip goes out as ``{"id", "audio", "rate": 16000, "language"}`` and comes back as ``_answers`` has it. What it
writes is believed to depend on the clip alone; its decoding, device and numbers are its own.
"""

from __future__ import annotations

import base64
import functools
import io
import json
import logging
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from eval_suites.engines import Clip, Engine, EngineKind, Setting, Task, _answers, _variables, nothing_on_disk
from eval_suites.engines._endpoint import Endpoint, EndpointSettings
from eval_suites.engines._program import Program, ProgramSettings, missing_program
from eval_suites.hypothesis import Transcript
from eval_suites.models import ModelSpec
from kowhisper_tel.core.audio import RATE
from kowhisper_tel.core.errors import UserError, message
from kowhisper_tel.core.files import fingerprint, sha256
from kowhisper_tel.core.memory import held_bytes

log = logging.getLogger(__name__)


class ProgramEngine:
    """A program, with a private folder for the clips that it is to hear."""

    def __init__(self, settings: ProgramSettings, language: str) -> None:
        self._settings, self._language = settings, language
        self._program = Program(settings)
        self._folder = tempfile.TemporaryDirectory(prefix="recogniser-")

    @property
    def peak_bytes(self) -> int | None:
        """The most memory that the program has held, where that can be had."""
        return held_bytes(self._program.pid) if self._program.pid else None

    def transcribe(self, clips: Sequence[Clip]) -> list[Transcript]:
        """Hand over all clips of a batch, and wait for all answers."""
        if not clips:
            return []
        files = [Path(self._folder.name, f"{number}.wav") for number in range(len(clips))]
        try:
            lines = {clip.utterance_id: self._line(clip, file) for clip, file in zip(clips, files, strict=True)}
            answers = self._program.ask(lines, sum(len(clip.audio) for clip in clips) / RATE)
        finally:
            for file in files:
                file.unlink(missing_ok=True)
        return [self._read(answers[clip.utterance_id], clip.utterance_id) for clip in clips]

    def close(self) -> None:
        """End the program and remove the folder."""
        try:
            self._program.close()
        finally:
            self._folder.cleanup()

    def _line(self, clip: Clip, file: Path) -> bytes:
        if self._settings.audio == "base64":
            audio = base64.b64encode(wav(clip)).decode()
        else:
            file.write_bytes(wav(clip))
            audio = str(file)
        return _request(clip.utterance_id, audio, _language(clip, self._language))

    def _read(self, answer: Mapping[str, Any], name: str) -> Transcript:
        try:
            return _answers.transcript(answer)
        except _answers.AnswerError as problem:
            raise self._program.refused(f"id {name}: {problem}") from None


class EndpointEngine:
    """An HTTP endpoint."""

    warm_up = False
    """Somebody may pay for each call."""

    def __init__(self, settings: EndpointSettings, language: str) -> None:
        self._settings, self._language = settings, language
        self._endpoint = Endpoint(settings)

    def transcribe(self, clips: Sequence[Clip]) -> list[Transcript]:
        """One call a clip, in order."""
        return [self._ask(clip) for clip in clips]

    def _ask(self, clip: Clip) -> Transcript:
        name, language = clip.utterance_id, _language(clip, self._language)
        if self._settings.body == "wav":
            about = {"X-Id": base64.b64encode(name.encode()).decode(), "X-Language": language}
            answer = self._endpoint.ask(name, wav(clip), {"Content-Type": "audio/wav", **about})
        else:
            audio = base64.b64encode(wav(clip)).decode()
            body = _request(name, audio, language)
            answer = self._endpoint.ask(name, body, {"Content-Type": "application/json"})
        try:
            return _answers.transcript(answer)
        except _answers.AnswerError as problem:
            raise UserError("eval.endpoint_answer", host=self._settings.name, id=name, problem=problem) from None


def wav(clip: Clip) -> bytes:
    """The clip as a 16-bit WAV file, 16 kHz, mono."""
    import soundfile

    file = io.BytesIO()
    pcm = np.clip(np.rint(clip.audio.astype(np.float64) * 32768.0), -32768, 32767).astype(np.int16)
    soundfile.write(file, pcm, RATE, "PCM_16", format="WAV")
    return file.getvalue()


def _language(clip: Clip, common: str) -> str:
    """The language that the clip's suite asks for, else the evaluation's."""
    return str(clip.decoding.get("language", common))


def _request(name: str, audio: str, language: str) -> bytes:
    return json.dumps({"id": name, "audio": audio, "rate": RATE, "language": language}, ensure_ascii=False).encode()


def settings_of(spec: ModelSpec) -> ProgramSettings | EndpointSettings:
    """What a model says of its recogniser. Raises ``UserError`` (``eval.recogniser``)."""
    values = dict(spec.settings)
    try:
        if ("command" in values) == ("url" in values):
            raise ValueError("one of command and url, please")
        return ProgramSettings(**values) if "command" in values else EndpointSettings(**values)
    except (TypeError, ValueError) as problem:
        raise UserError("eval.recogniser", problem=str(problem).replace("__init__() ", "")) from None


def open_model(spec: ModelSpec, setting: Setting) -> Engine:
    """Get ready; a program starts with the first batch."""
    settings, language = settings_of(spec), setting.options.language
    _tell(settings.name, isinstance(settings, EndpointSettings))
    if isinstance(settings, ProgramSettings):
        return ProgramEngine(settings, language)
    return EndpointEngine(settings, language)


@functools.cache
def _tell(name: str, far: bool) -> None:
    """Say where recordings go, once."""
    log.warning(message("eval.audio_sent" if far else "eval.audio_given", {"name": name}))


def identify(spec: ModelSpec) -> str:
    """Hash of how the recogniser is called, and of the files that its command names: no value of a ``${NAME}``."""
    settings = settings_of(spec)
    if isinstance(settings, EndpointSettings):
        return fingerprint([settings.url, settings.body, settings.answer, sorted(settings.headers), settings.version])
    words = [
        sha256(Path(word)) if not _variables.has_any(word) and Path(word).is_file() else word
        for word in settings.command
    ]
    return fingerprint([words, settings.version])


def check(spec: ModelSpec, _: Task | None) -> None:
    """Refuse what cannot be called.

    Raises ``UserError``: ``eval.recogniser``, ``eval.variable``, ``eval.program_start``.
    """
    settings = settings_of(spec)
    if isinstance(settings, EndpointSettings):
        Endpoint(settings)
    else:
        for word in settings.command:
            _variables.filled(word)
        if missing_program(settings):
            raise UserError("eval.program_start", program=settings.name, problem="no such program")


ENGINE = EngineKind(
    "command", open_model, (), quantised=False, identify=identify, check=check, disk=nothing_on_disk, ours=False
)
