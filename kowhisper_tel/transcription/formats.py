"""Formats: a transcript as text, as SubRip and WebVTT subtitles, and as JSON."""

from __future__ import annotations

import html
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from kowhisper_tel.core.errors import UserError
from kowhisper_tel.transcription.cues import LINE, Cue, cues, plain
from kowhisper_tel.transcription.transcript import Transcript


@dataclass(frozen=True)
class Told:
    """What JSON says beside the transcript: language, model, decoding options."""

    language: str
    model: Mapping[str, Any]
    decoding: Mapping[str, Any]


def txt(transcript: Transcript, _: Told) -> str:
    """A line a segment, with the speaker before it where tracks were heard apart."""
    return "".join(f"{_prefix(s.speaker)}{text}\n" for s in transcript.segments if (text := plain(s.text)))


def srt(transcript: Transcript, _: Told) -> str:
    """SubRip, as its own program writes it (number, ``hh:mm:ss,mmm --> hh:mm:ss,mmm``, lines, an empty line); UTF-8.

    It knows neither escapes nor voices: text stands as it is, and a speaker's name before it.
    """
    return "\n".join(
        f"{number}\n{_clock(cue.start_ms, ',')} --> {_clock(cue.end_ms, ',')}\n{_named(cue)}\n"
        for number, cue in enumerate(_narrow(transcript), 1)
    )


def vtt(transcript: Transcript, _: Told) -> str:
    """WebVTT (W3C Candidate Recommendation, 4 April 2019), a voice span (6.4) a cue where tracks were heard apart."""
    blocks = [
        f"{_clock(cue.start_ms, '.')} --> {_clock(cue.end_ms, '.')}\n{_voice(cue)}{_escaped(chr(10).join(cue.lines))}\n"
        for cue in cues(transcript.segments, transcript.duration_s)
    ]
    return "\n".join(["WEBVTT\n", *blocks])


def as_json(transcript: Transcript, told: Told) -> str:
    """One JSON object; see ``transcript.schema.json``."""
    record = transcript.to_json(told.language, told.model, told.decoding)
    return json.dumps(record, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


FORMATS: dict[str, Callable[[Transcript, Told], str]] = {"txt": txt, "srt": srt, "vtt": vtt, "json": as_json}
"""Formats by name, which is the file's suffix too."""


def formats_of(text: str) -> tuple[str, ...]:
    """The formats of a list with commas, each once. Raises ``UserError`` ``transcribe.format``."""
    names = tuple(dict.fromkeys(name.strip().lower().removeprefix(".") for name in text.split(",") if name.strip()))
    for name in names or (text,):
        if name not in FORMATS:
            raise UserError("transcribe.format", name=name, known=", ".join(FORMATS))
    return names


def _clock(moment_ms: int, mark: str) -> str:
    seconds, ms = divmod(moment_ms, 1000)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}{mark}{ms:03d}"


def _prefix(speaker: str | None) -> str:
    return "" if speaker is None else f"{speaker}: "


def _narrow(transcript: Transcript) -> list[Cue]:
    """Cues with room for the longest speaker's name in each line, but for half a line of text at least."""
    name = max((len(_prefix(speaker)) for speaker in transcript.speakers), default=0)
    return cues(transcript.segments, transcript.duration_s, max(LINE - name, LINE // 2))


def _named(cue: Cue) -> str:
    return _prefix(cue.speaker) + "\n".join(cue.lines)


def _voice(cue: Cue) -> str:
    return "" if cue.speaker is None else f"<v {_escaped(cue.speaker)}>"


def _escaped(text: str) -> str:
    """``&``, ``<`` and ``>`` as character references, so that ``-->`` cannot stand in it either."""
    return html.escape(text, quote=False)
