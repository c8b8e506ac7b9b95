"""Batch: many recordings into one folder of transcripts, one after the other."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.files import read_json_lines, write_lines, write_text
from kowhisper_tel.data.entry import Reject
from kowhisper_tel.data.tree import plain_name
from kowhisper_tel.transcription.formats import FORMATS
from kowhisper_tel.transcription.inputs import Input, Inputs, length_s, outputs, source_of
from kowhisper_tel.transcription.journal import JOURNAL, Entry, Journal, open_journal, read_journal
from kowhisper_tel.transcription.listener import Listener
from kowhisper_tel.transcription.tracks import Voices
from kowhisper_tel.transcription.transcript import Transcript

REJECTS, OTHERS = "rejects.jsonl", "others.jsonl"

Progress = Callable[[int, int], None]
"""Called with how many seconds of audio are behind us, and how many there are."""


@dataclass
class Outcome:
    """What became of the recordings: ``written`` (of them ``left`` as they were), and ``rejected``.

    ``same`` names those whose tracks hold one signal, ``looping`` those with a loop that stayed, ``repaired`` those of
    which something was made good, with the codes, ``silent`` those with nothing to hear, ``together`` those that were
    not heard by track, and so have no speakers. ``audio_s``: heard. ``others`` counts files that are
    neither recordings nor ours.
    """

    written: int = 0
    left: int = 0
    rejected: int = 0
    audio_s: float = 0.0
    others: int = 0
    same: list[str] = field(default_factory=list)
    looping: list[str] = field(default_factory=list)
    repaired: list[str] = field(default_factory=list)
    silent: list[str] = field(default_factory=list)
    together: list[str] = field(default_factory=list)

    @property
    def read(self) -> int:
        """All of them."""
        return self.written + self.rejected

    def note(self, transcript: Transcript) -> None:
        """Remember what is to be told of a transcript."""
        name = transcript.audio
        if transcript.heard == "same":
            self.same.append(name)
        if any(piece.loop for piece in transcript.pieces):
            self.looping.append(name)
        if transcript.repairs:
            self.repaired.append(f"{name}: {' '.join(transcript.repairs)}")
        if transcript.silent:
            self.silent.append(name)
        if not transcript.speakers:
            self.together.append(name)


@dataclass(frozen=True)
class Job:
    """A recording, its place as seen from the output folder, what its files are called, and what is known of it."""

    item: Input
    source: str
    name: str
    before: Entry | None


@dataclass(frozen=True)
class Plan:
    """Which recordings are written where; nothing of others is written over."""

    inputs: Inputs
    out: Path
    formats: tuple[str, ...]
    jobs: tuple[Job, ...]
    resume: bool = False


def plan(inputs: Inputs, out: Path, formats: Sequence[str], *, resume: bool = False, overwrite: bool = False) -> Plan:
    """Name the files of each recording. What has a name in ``out`` already keeps it.

    Raises ``UserError``: ``run.both``, ``transcribe.out_file``, ``transcribe.absent`` (``resume`` of nothing),
    ``transcribe.exists`` (without ``overwrite``; with ``resume``, for what we never claimed).
    """
    if resume and overwrite:
        raise UserError("run.both")
    if out.exists() and not out.is_dir():
        raise UserError("transcribe.out_file", path=out)
    known = read_journal(out)
    if resume and not known:
        raise UserError("transcribe.absent", path=out)
    sources = {item: source_of(item, out) for item in inputs.files}
    new = [item for item in inputs.files if sources[item] not in known]
    names = outputs(new, {entry.name for entry in known.values()})
    jobs = tuple(
        Job(item, source, names.get(item) or known[source].name, known.get(source)) for item, source in sources.items()
    )
    if not overwrite:
        _refuse_existing(jobs, out, formats, resume)
    return Plan(inputs, out, tuple(formats), jobs, resume)


def _refuse_existing(jobs: Iterable[Job], out: Path, formats: Sequence[str], resume: bool) -> None:
    claimed = {name for job in jobs if resume and job.before for name in job.before.files}
    wanted = [f"{job.name}.{suffix}" for job in jobs for suffix in formats]
    there = [name for name in wanted if name not in claimed and (out / name).exists()]
    if there:
        raise UserError("transcribe.exists", path=out / there[0], count=len(there))


def run(plan: Plan, listener: Listener, progress: Progress | None = None) -> Outcome:
    """Transcribe what is not there yet; every recording ends as files or as a line of ``rejects.jsonl``.

    Files are written whole, so that whatever stops the work leaves what is done. Raises ``UserError``:
    ``transcribe.differs`` (a resume with other settings), ``transcribe.locked``, ``transcribe.files`` (exit code 7),
    ``transcribe.rejected`` (exit code 6) where not one could be written.
    """
    settings = listener.settings
    if plan.resume:
        _refuse_other(plan, settings)
    jobs = [job for job in plan.jobs if not (plan.resume and _is_left(job, plan, settings))]
    left = len(plan.jobs) - len(jobs)
    outcome = Outcome(written=left, left=left)
    try:
        with open_journal(plan.out) as journal:
            _Work(plan, listener, journal, outcome, progress).do(jobs)
    except OSError as problem:
        place = problem.filename or plan.out
        raise UserError("transcribe.files", path=place, problem=problem.strerror or problem) from None
    if not outcome.written:
        raise UserError("transcribe.rejected", count=outcome.read, path=plan.out / REJECTS)
    return outcome


def _refuse_other(plan: Plan, ours: Mapping[str, Any]) -> None:
    for job in plan.jobs:
        if job.before and job.before.done and job.before.settings != ours:
            theirs = job.before.settings
            changed = sorted(key for key in ours.keys() | theirs.keys() if ours.get(key) != theirs.get(key))
            if changed:
                raise UserError("transcribe.differs", path=plan.out, changed=", ".join(changed))


def _is_left(job: Job, plan: Plan, settings: Mapping[str, Any]) -> bool:
    """Whether a recording is as it was when its transcripts were written, and all that is wanted is there."""
    before = job.before
    if before is None or not before.done or before.stamp != job.item.stamp or before.settings != settings:
        return False
    return all((plan.out / f"{job.name}.{suffix}").is_file() for suffix in plan.formats)


@dataclass
class _Work:
    plan: Plan
    listener: Listener
    journal: Journal
    outcome: Outcome
    progress: Progress | None
    told: tuple[int, int] = (-1, -1)

    def do(self, jobs: Sequence[Job]) -> None:
        self._begin_lists()
        lengths = [length_s(job.item, self.listener.raw_rate) for job in jobs]
        total_s, done_s = sum(lengths), 0.0
        for job, length in zip(jobs, lengths, strict=True):
            recording = self._read(job)
            actual_s = recording.duration_s if recording else 0.0
            total_s += actual_s - length
            if recording:
                self._write(job, recording, partial(self._share, done_s, actual_s, total_s))
            done_s += actual_s
            self._tell(done_s, total_s)
        self.outcome.audio_s = done_s

    def _begin_lists(self) -> None:
        """Lists of what is not transcribed: of earlier rejects those that are not tried again."""
        out, inputs = self.plan.out, self.plan.inputs
        again = {job.source for job in self.plan.jobs} | {source_of(item, out) for item in inputs.unreadable}
        kept = [line for line in read_json_lines(out / REJECTS) if line.get("id") not in again]
        write_lines(out / REJECTS, (json.dumps(line, ensure_ascii=False) for line in kept))
        for item in inputs.unreadable:
            self._reject(item, "transcribe.unreadable", {"path": item.path})
        ours = {name for entry in read_journal(out).values() for name in entry.files} | {JOURNAL, REJECTS, OTHERS}
        others = [path for path in inputs.others if source_of(Input(path, path.name), out) not in ours]
        self.outcome.others = len(others)
        if others:
            lines = (_line(Input(path, path.name), out, "transcribe.not_audio", {"path": path}) for path in others)
            write_lines(out / OTHERS, lines)

    def _read(self, job: Job) -> Voices | None:
        try:
            return self.listener.read(job.item.path)
        except UserError as problem:
            self._reject(job.item, problem.code, problem.facts)
        except OSError as problem:
            facts = {"path": job.item.path, "problem": problem.strerror or type(problem).__name__}
            self._reject(job.item, "audio.unreadable", facts)
        return None

    def _write(self, job: Job, recording: Voices, progress: Callable[[float], None]) -> None:
        stamp = job.item.stamp
        self.journal.begin(job.source, job.name, self.plan.formats)
        transcript = self.listener.hear(recording, job.item.name, progress)
        for suffix in self.plan.formats:
            write_text(self.plan.out / f"{job.name}.{suffix}", FORMATS[suffix](transcript, self.listener.told))
        self.journal.done(job.source, job.name, self.plan.formats, stamp, self.listener.settings)
        self._count(transcript)

    def _count(self, transcript: Transcript) -> None:
        self.outcome.written += 1
        self.outcome.note(transcript)

    def _reject(self, item: Input, code: str, facts: dict[str, Any]) -> None:
        with (self.plan.out / REJECTS).open("a", encoding="utf-8") as file:
            file.write(_line(item, self.plan.out, code, facts) + "\n")
        self.outcome.rejected += 1

    def _share(self, before_s: float, length_s: float, total_s: float, share: float) -> None:
        self._tell(before_s + share * length_s, total_s)

    def _tell(self, done_s: float, total_s: float) -> None:
        told = int(done_s), max(int(total_s), int(done_s))
        if self.progress and told != self.told:
            self.told = told
            self.progress(*told)


def _line(item: Input, out: Path, code: str, facts: dict[str, Any]) -> str:
    place = plain_name(str(item.path))
    reject = Reject(place, code, {**facts, "path": place}, source_of(item, out))
    return json.dumps(reject.to_json(item.name), ensure_ascii=False)
