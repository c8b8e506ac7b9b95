"""Dividing: entries that are whole calls become entries with times, or rejects with a reason. All words are in one."""

from __future__ import annotations

import functools
import math
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

from kowhisper_tel.core.audio import probe
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.data.entry import Entry, Reject, as_file
from kowhisper_tel.data.long_recordings.aligner import Aligner
from kowhisper_tel.data.long_recordings.call import Call
from kowhisper_tel.data.long_recordings.kept import Aligns, KeptAlignments
from kowhisper_tel.data.long_recordings.table import ACCEPTED, Row
from kowhisper_tel.data.long_recordings.transcript import turns
from kowhisper_tel.data.recordings import MOST_S

DEFAULT_MAX_REJECT_SHARE = 0.5

Progress = Callable[[int, int], None]
"""Called with how many seconds are aligned, and how many are known of."""


@dataclass(frozen=True)
class LongSettings:
    """How calls are divided.

    ``model`` is what aligns (as ``resolve_model`` takes it), by CTranslate2 with ``quantisation`` on ``device``.
    ``most_s``: the longest piece. ``min_confidence``: what is below it is rejected (see ``Checked.confidence``).
    The default was chosen on real talks with planted errors, clean and over telephone channels: nine in ten right
    pieces are kept, hardly one with a sentence too many or too few, and the lesser part of those with one wrong word.
    """

    model: str = "builtin/whisper-base"
    min_confidence: float = 0.3
    most_s: float = 20.0
    quantisation: str = "int8"
    device: str = "cpu"
    batch_size: int = 4

    def to_json(self) -> dict[str, Any]:
        """The settings as a JSON object."""
        return asdict(self)


@dataclass
class LongRecordings:
    """Divides the long entries of corpora, one after the other; ``rows`` tells what became of them.

    ``max_reject_share``: of the transcripts' words, the most that may be rejected. ``rejected``: how many of the items
    given back are rejects of long entries. ``folder`` keeps alignments until ``finish``, for a run that is stopped.
    """

    settings: LongSettings
    progress: Progress | None = None
    max_reject_share: float = DEFAULT_MAX_REJECT_SHARE
    rows: list[Row] = field(default_factory=list)
    rejected: int = 0
    folder: Path | None = None
    _aligner: Aligns | None = None
    _done_s: float = 0.0

    def divided(
        self, items: Iterable[Entry | Reject], source: str, options: Mapping[str, Any], seen: dict[str, str]
    ) -> Iterator[Entry | Reject]:
        """The items of one corpus, in order, with each long entry replaced by its pieces and rejects.

        An entry is long if its recording, or the stretch between its times, lasts more than 30 s. A shorter one without
        times is divided too if its transcript says turn by turn who speaks. ``seen`` maps ids to places, as in
        ``intake.take_in``; the ids of what is divided are added. ``options``: the corpus's ``tracks`` and ``speakers``.
        Raises ``UserError`` ``model.*`` where the model that aligns cannot be had.
        """
        roles, speakers = options.get("tracks") or (), options.get("speakers") or {}
        if not isinstance(speakers, Mapping) or not all(isinstance(role, str) for role in speakers.values()):
            raise UserError("prepare.choice", option="speakers", value=speakers, known="{name: role}")
        for item in items:
            if isinstance(item, Reject) or item.utterance.id in seen:
                yield item
                continue
            try:
                made = self._divided(item, source, roles, speakers)
            except UserError as problem:
                if not problem.code.startswith("audio."):
                    raise
                made = None  # it cannot be read: `record` says why
            if made is None:
                yield item
                continue
            seen[item.utterance.id] = item.place
            self.rejected += sum(isinstance(part, Reject) for part in made)
            yield from made

    def _divided(
        self, entry: Entry, source: str, roles: Sequence[str], speakers: Mapping[str, str]
    ) -> list[Entry | Reject] | None:
        """The pieces of an entry, or ``None`` where it is not long."""
        with as_file(entry) as file:
            length_s = _length_s(entry, file)
            if not MOST_S < length_s < math.inf and not _is_call(entry, speakers):
                return None
            tell = functools.partial(self._tell, length_s)
            least = self.settings.min_confidence
            call = Call(entry, file, source, roles, speakers, self._aligns, length_s, least, tell)
            made = list(call.divided())
        self.rows += call.rows
        tell(1.0)
        self._done_s += length_s
        return made

    def _tell(self, length_s: float, share: float) -> None:
        """Say that this share of the recording at hand is aligned."""
        if self.progress:
            self.progress(round(self._done_s + share * length_s), round(self._done_s + length_s))

    @property
    def rejected_share(self) -> float:
        """Of the words of all long transcripts, those that are in no piece that was accepted."""
        words = sum(row.words for row in self.rows)
        return sum(row.words for row in self.rows if row.outcome != ACCEPTED) / words if words else 0.0

    def finish(self) -> None:
        """Forget what was kept for a run that is stopped."""
        if self.folder:
            shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def _aligns(self) -> Aligns:
        if self.folder is None:
            return self._loaded()
        return KeptAlignments(self.folder, self._made_by, self._loaded)

    @functools.cached_property
    def _made_by(self) -> dict[str, Any]:
        """What alignments depend on, beside their track and its words. Not on what is then held against them."""
        settings = {name: value for name, value in self.settings.to_json().items() if name != "min_confidence"}
        return settings | {"model": _hash(self.settings), "ctranslate2": version("ctranslate2")}

    def _loaded(self) -> Aligns:
        """The model, loaded when something is left to align."""
        if self._aligner is None:
            self._aligner = _load(self.settings)
        return self._aligner


def with_roles(items: Iterable[Entry | Reject], options: Mapping[str, Any]) -> Iterator[Entry | Reject]:
    """Entries on a numbered track with the role that the option ``tracks`` gives it, where they name none.

    The speaker, where none is given, is ``<call>-<role>``.
    """
    roles = options.get("tracks") or ()
    named = isinstance(roles, list | tuple) and all(isinstance(role, str) for role in roles)
    if not named or len(set(roles)) < len(roles):
        raise UserError("prepare.choice", option="tracks", value=roles, known="[agent, customer], …")
    for item in items:
        track = None if isinstance(item, Reject) else item.utterance.track
        if isinstance(item, Reject) or track is None or not 0 <= track < len(roles):
            yield item
            continue
        found = item.utterance
        speaker = found.speaker or (f"{found.call}-{roles[track]}" if found.call else None)
        yield replace(item, utterance=replace(found, speaker=speaker, tags={"role": roles[track], **found.tags}))


def _hash(settings: LongSettings) -> str:
    from kowhisper_tel.whisper.ct2 import model_hash
    from kowhisper_tel.whisper.resolve import resolve_model

    return model_hash(resolve_model(settings.model))


def _load(settings: LongSettings) -> Aligner:
    from kowhisper_tel.whisper.backends.ctranslate2 import Ct2Backend
    from kowhisper_tel.whisper.ct2 import convert, model_hash
    from kowhisper_tel.whisper.folders import cache_folder
    from kowhisper_tel.whisper.resolve import resolve_model

    folder = resolve_model(settings.model)
    place = cache_folder() / "ct2" / f"{model_hash(folder)}-{settings.quantisation}"
    converted = convert(folder, place, settings.quantisation)
    backend = Ct2Backend(converted, device=settings.device, compute_type=settings.quantisation)
    return Aligner(backend, settings.most_s, settings.batch_size)


def _is_call(entry: Entry, speakers: Mapping[str, str]) -> bool:
    """Whether an entry without times has turns of several lines that say who speaks, as no utterance's label does."""
    found = entry.utterance
    if found.start_s is not None or found.end_s is not None or len(found.text.splitlines()) < 2:
        return False
    return sum(bool(turn.role or turn.name) for turn in turns(found.text, speakers)) > 1


def _length_s(entry: Entry, file: Path) -> float:
    start_s, end_s = entry.utterance.start_s or 0.0, entry.utterance.end_s
    return (probe(file, entry.raw_rate).duration_s if end_s is None else end_s) - start_s
