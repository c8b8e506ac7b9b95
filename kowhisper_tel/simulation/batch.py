"""Batch: all clips of a folder or a manifest through a channel, into one output folder."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

from eval_suites.materials import replaced, sources
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.executors import Executor
from kowhisper_tel.core.files import COMPLETE, mark_complete, sha256, write_json, write_lines
from kowhisper_tel.core.manifest import Manifest
from kowhisper_tel.core.processes import Processes
from kowhisper_tel.core.utterance import Utterance
from kowhisper_tel.data.entry import Reject
from kowhisper_tel.simulation.clip import Clip, FolderClips, ManifestClips, survey
from kowhisper_tel.simulation.journal import DRAWN, REJECTS, Journal, open_journal
from kowhisper_tel.simulation.records import Records
from kowhisper_tel.simulation.rendering import Record, Rendering

INPUTS, MANIFEST = "inputs.json", "manifest.jsonl"
UNFINISHED = re.compile(r"\.[0-9a-f]{32}\.new")
"""What ``atomic`` calls a file until it is whole; a killed process leaves it behind."""
DURATIONS = ("duration", "duration_s")
"""Tags that would no longer be true of the new audio."""

Progress = Callable[[int, int], None]
"""Called with how many clips are done, and how many there are."""


@dataclass(frozen=True)
class Outcome:
    """How many clips were written, and how many could not be.

    Of those written, ``repaired`` come from files of which something was made good, ``silent`` hold nothing to hear.
    """

    written: int
    rejected: int = 0
    repaired: int = 0
    silent: int = 0

    @property
    def read(self) -> int:
        """All of them."""
        return self.written + self.rejected


@dataclass(frozen=True)
class Batch:
    """``source`` (a folder, or a JSONL manifest) into ``rendering.target``, by ``records`` where there are any.

    The folder gets ``drawn.jsonl`` and ``rejects.jsonl``, ``inputs.json`` (what it was begun with), the audio, for a
    manifest a new ``manifest.jsonl``, and at the very end ``complete.json``.
    """

    source: Path
    rendering: Rendering
    records: Records | None = None

    def run(
        self,
        *,
        jobs: int = 1,
        executor: Executor | None = None,
        resume: bool = False,
        progress: Progress | None = None,
    ) -> Outcome:
        """Make all clips, by ``jobs`` processes of this machine or by an ``executor``; with ``resume``, those missing.

        Raises what the executor does, and ``UserError``: ``simulate.nothing``, ``simulate.inside``,
        ``simulate.absent``, ``simulate.differs``, ``simulate.locked``, ``simulate.no_clip``, ``simulate.replay``,
        ``simulate.worker``; ``simulate.rejected``
        (exit code 6) where not one clip could be made.
        """
        manifest = None if self.source.is_dir() else Manifest.read(self.source)
        clips = FolderClips(self.source) if manifest is None else ManifestClips(manifest)
        target = self.rendering.target
        count, stamp = survey(clips, target)
        if not count:
            raise UserError("simulate.nothing", path=self.source)
        if self.records:
            self.records.check(clips)
        inputs = self._inputs(count, stamp)
        if resume:
            _check_same(target, inputs)
        with open_journal(target) as journal:
            _prepare(target, journal, inputs, clips if resume else None, self.rendering)
            self._make(clips, count, journal, executor or Processes(min(jobs, count)), progress)
            if executor is not None:
                _remove_unfinished(target)  # of workers that were killed while others went on
            outcome = Outcome(journal.written, journal.rejected, journal.repaired, journal.silent)
            if not outcome.written:
                raise UserError("simulate.rejected", count=count, path=target / REJECTS)
            if manifest is not None:
                made = _heard(manifest, journal.records())
                write_lines(target / MANIFEST, (json.dumps(u.to_json(), ensure_ascii=False) for u in made))
            mark_complete(target, inputs, [target / name for name in (DRAWN, REJECTS, MANIFEST)])
        return outcome

    def _make(
        self, clips: Iterable[Clip], count: int, journal: Journal, executor: Executor, progress: Progress | None
    ) -> None:
        done = journal.written + journal.rejected
        left: Iterator[Clip] = islice(clips, done, None)
        if self.records:
            left = self.records.given_to(left)
        with closing(executor.in_order(self.rendering.attempt, left)) as outcomes:
            for number, outcome in enumerate(outcomes, done + 1):
                if isinstance(outcome, Reject):
                    journal.reject(outcome.to_json(self.source.name))
                else:
                    journal.write(outcome)
                if progress:
                    progress(number, count)

    def _inputs(self, count: int, stamp: str) -> dict[str, Any]:
        parts = self.rendering.mixture.to_json() if self.rendering.mixture else None
        return {
            "clips": count,
            "source": stamp,
            "channel": replaced(parts, sources(parts)),  # noises and rooms by what their files hold
            "seed": self.rendering.seed,
            "replay": sha256(self.records.path) if self.records else None,
            "picture": self.rendering.picture,
        }


def _check_same(target: Path, inputs: Mapping[str, Any]) -> None:
    """Refuse to go on with what was begun with other inputs, and name them."""
    if not (target / INPUTS).is_file():
        raise UserError("simulate.absent", path=target)
    before = json.loads((target / INPUTS).read_text(encoding="utf-8"))
    changed = [name for name, value in json.loads(json.dumps(inputs)).items() if before.get(name) != value]
    if changed:
        raise UserError("simulate.differs", path=target, changed=", ".join(changed))


def _prepare(
    target: Path, journal: Journal, inputs: Mapping[str, Any], resumed: Iterable[Clip] | None, rendering: Rendering
) -> None:
    """A journal that holds the outcomes of the first clips, or none. In an order that may be cut off anywhere."""
    for name in (COMPLETE, MANIFEST):
        (target / name).unlink(missing_ok=True)
    if resumed is None:
        for record in journal.records():
            rendering.remove(record)
    journal.resume(resumed or (), rendering.is_there)
    _remove_unfinished(target)
    if resumed is None:
        write_json(target / INPUTS, inputs)


def _remove_unfinished(target: Path) -> None:
    for path in target.rglob(".*.new"):
        if UNFINISHED.fullmatch(path.name):
            path.unlink()


def _heard(manifest: Manifest, records: Iterator[Record]) -> Iterator[Utterance]:
    """The utterances that were made, with their new audio: whole files, so without times and track."""
    record = next(records, None)
    for utterance in manifest:
        if record is not None and record["key"] == utterance.id:
            now = {name: f"{record['duration_s']:.3f}" for name in DURATIONS if name in utterance.tags}
            tags = {**utterance.tags, **now}
            yield replace(utterance, audio=record["audio"], start_s=None, end_s=None, track=None, tags=tags)
            record = next(records, None)
