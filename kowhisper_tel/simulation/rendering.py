"""Rendering: what is done to every clip, in any process and any order with the same result."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from augment import Drawn, Mixture, Rendered, replay
from kowhisper_tel.core.audio import RATE, Samples, is_still, read_audio, repairs, write_audio
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.data.entry import Reject
from kowhisper_tel.simulation.clip import Clip, legible

Record = Mapping[str, Any]
"""``key``, ``seed``, ``source_crc32`` (of the recording's samples), ``audio``, ``duration_s`` (of the new audio),
``repairs`` (codes of what was made good of the recording's file), ``silent`` (nothing to hear in it), ``time_map``
(``augment.TimeMap``) and ``drawn``."""


@dataclass(frozen=True)
class Rendering:
    """Through which channels, from which seed, into which folder, and whether with a picture.

    Without ``mixture`` every clip is made again from its own record, and what does not fit it is an error.
    """

    target: Path
    mixture: Mixture | None
    seed: int
    picture: bool = False

    def attempt(self, clip: Clip) -> Record | Reject:
        """``make``, or the reason why the clip cannot be read, rendered or (without a record) made again."""
        try:
            return self.make(clip)
        except UserError as problem:
            if self.mixture is None and problem.code != "simulate.no_record":
                raise
            return Reject(legible(clip.source), problem.code, problem.facts, clip.key)

    def make(self, clip: Clip) -> Record:
        """Write the clip's new audio, and its picture; its record.

        Raises ``UserError``: the audio's own, ``simulate.name``, ``simulate.render``, ``simulate.replay``,
        ``simulate.no_record``.
        """
        if (name := legible(clip.source)) != clip.source.as_posix():
            raise UserError("simulate.name", path=name)
        if self.mixture is None and clip.record is None:
            raise UserError("simulate.no_record", clip=clip.key)
        audio = read_audio(clip.source, start_s=clip.start_s, end_s=clip.end_s, track=clip.track)
        if not len(audio):
            raise UserError("audio.empty", path=clip.source)
        rendered, checksum = self._rendered(clip, audio), zlib.crc32(audio.tobytes())
        if clip.record and clip.record.get("source_crc32", checksum) != checksum:
            raise UserError("simulate.replay", clip=clip.key, problem="the recording holds other samples than then")
        write_audio(self.target / clip.audio, rendered.audio)
        if self.picture:
            from kowhisper_tel.simulation.picture import caption, spectrograms

            heard = {"before": audio, "after": rendered.audio}
            spectrograms(heard, picture_of(self.target / clip.audio), caption=caption(rendered.drawn))
        drawn_by = clip.record or {"key": clip.key, "seed": self.seed}
        return {
            "key": drawn_by["key"],
            "seed": drawn_by["seed"],
            "source_crc32": checksum,
            "audio": clip.audio,
            "duration_s": len(rendered.audio) / RATE,
            "repairs": list(repairs(clip.source)),
            "silent": is_still(audio),
            "time_map": rendered.time_map.to_json(),
            "drawn": rendered.drawn.to_json(),
        }

    def _rendered(self, clip: Clip, audio: Samples) -> Rendered:
        # What a channel's library or noise file may raise, and what a record of another version may lack.
        try:
            if clip.record is None and self.mixture is not None:
                return self.mixture.render(audio, RATE, self.seed, ("simulate", clip.key))
            return replay(audio, RATE, Drawn.from_json((clip.record or {})["drawn"]))
        except (ValueError, RuntimeError, OSError, LookupError, TypeError) as problem:
            code = "simulate.render" if clip.record is None else "simulate.replay"
            said = str(problem) if isinstance(problem, ValueError | RuntimeError) else repr(problem)
            raise UserError(code, clip=clip.key, problem=said) from problem

    def is_there(self, record: Record) -> bool:
        """Whether all that was made of a clip still lies in its place."""
        audio = self.target / str(record["audio"])
        return audio.is_file() and (not self.picture or picture_of(audio).is_file())

    def remove(self, record: Record) -> None:
        """Remove what an earlier output holds of a clip, so that none of it is taken for this one's."""
        audio = self.target / str(record["audio"])
        if audio.resolve().is_relative_to(self.target.resolve()):
            audio.unlink(missing_ok=True)
            picture_of(audio).unlink(missing_ok=True)


def picture_of(audio: Path) -> Path:
    """Where the picture of a clip is: ``a.flac.png`` beside ``a.flac``."""
    return audio.with_name(f"{audio.name}.png")
