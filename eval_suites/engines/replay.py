"""Hypotheses from a file: what another recogniser wrote elsewhere, or an earlier run.

JSON lines, CSV or TSV with a header: ``id`` (or ``utterance_id``), ``text`` (or ``hypothesis``), and where a text is
for one condition only, the ``suite`` or the ``rendering`` (as in another run's ``hypotheses.jsonl``). ``avg_logprob``,
``nbest`` and ``segments`` are taken from JSON lines where they are there. A clip that the file has no text for is
``Transcript.missing``; a line for a clip that nobody asks for is an error.
"""

from __future__ import annotations

import csv
import functools
import io
import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval_suites.engines import Clip, Engine, EngineKind, Setting, Task, _answers, nothing_on_disk
from eval_suites.hypothesis import Hypothesis, Transcript
from eval_suites.models import ModelSpec
from kowhisper_tel.core.errors import UserError, message
from kowhisper_tel.core.files import fingerprint, sha256
from kowhisper_tel.core.lines import DamagedLineError, is_sealed, opened

log = logging.getLogger(__name__)

MISSING = Transcript("", missing=True)
EXAMPLES = 3
RUN_KEYS = {"model", "rendering", "utterance_id", "text", "attempts", "finished"}
"""What a line of another run's ``hypotheses.jsonl`` has, which is taken over whole."""


@dataclass(frozen=True)
class ReplaySettings:
    """``file`` holds the hypotheses; ``model`` picks one where it holds those of several."""

    file: str
    model: str | None = None


@dataclass(frozen=True)
class Line:
    """One hypothesis of the file; ``rendering`` or ``suite`` is empty where the file does not say."""

    number: int
    id: str
    rendering: str
    suite: str
    transcript: Transcript

    @property
    def name(self) -> str:
        """For messages."""
        place = self.suite or self.rendering
        return f"{self.id} ({place})" if place else self.id


class ReplayEngine:
    """The texts of a file, by rendering (empty: whichever) and id."""

    def __init__(self, texts: Mapping[tuple[str, str], Transcript]) -> None:
        self._texts = texts

    def transcribe(self, clips: Sequence[Clip]) -> list[Transcript]:
        """Look them up."""
        return [self._find(clip) for clip in clips]

    def _find(self, clip: Clip) -> Transcript:
        anywhere = self._texts.get(("", clip.utterance_id), MISSING)
        return self._texts.get((clip.rendering, clip.utterance_id), anywhere)


def open_model(spec: ModelSpec, setting: Setting) -> Engine:
    """Read the file, and say what it lacks.

    Raises ``UserError``: ``eval.recogniser``, ``eval.replay_file``, ``eval.replay_foreign``.
    """
    settings = _settings(spec)
    texts = _texts(settings, setting.task)
    if setting.task:
        wanted = [(rendering, name) for rendering, names in setting.task.ids.items() for name in sorted(names)]
        lacking = [name for key, name in wanted if (key, name) not in texts and ("", name) not in texts]
        if lacking:
            _tell(settings.file, len(lacking), len(wanted), ", ".join(dict.fromkeys(lacking[:EXAMPLES])))
    return ReplayEngine(texts)


@functools.cache
def _tell(path: str, count: int, total: int, examples: str) -> None:
    facts = {"path": path, "count": count, "total": total, "examples": examples}
    log.warning(message("eval.replay_missing", facts))


def identify(spec: ModelSpec) -> str:
    """Hash of the file and of the model picked in it. Raises ``UserError`` (``eval.replay_file``)."""
    settings = _settings(spec)
    return fingerprint([sha256(_present(settings)), settings.model])


def check(spec: ModelSpec, task: Task | None) -> None:
    """Read the file through. Raises what ``open_model`` does."""
    _texts(_settings(spec), task)


def _settings(spec: ModelSpec) -> ReplaySettings:
    try:
        return ReplaySettings(**spec.settings)
    except TypeError as problem:
        raise UserError("eval.recogniser", problem=str(problem).replace("__init__() ", "")) from None


def _texts(settings: ReplaySettings, task: Task | None) -> dict[tuple[str, str], Transcript]:
    """Transcripts by rendering and id; without a task, renderings and suites are taken as they are named."""
    path = _present(settings)
    lines = _lines(path, settings.model)
    if len({bool(line.suite or line.rendering) for line in lines}) > 1:
        odd = next(line for line in lines if not (line.suite or line.rendering))
        raise _bad(path, f"line {odd.number} names no suite or rendering, though others do")
    foreign = [line for line in lines if task and not _asked(line, task)]
    if foreign:
        examples = ", ".join(line.name for line in foreign[:EXAMPLES])
        raise UserError("eval.replay_foreign", path=path, count=len(foreign), total=len(lines), examples=examples)
    found: dict[tuple[str, str], Line] = {}
    for line in lines:
        rendering = line.rendering or (task.suites[line.suite] if task and line.suite else line.suite)
        earlier = found.setdefault((rendering, line.id), line)
        # Two suites may share a rendering and so a text; a text of its own for each cannot be.
        if earlier is not line and (earlier.name == line.name or earlier.transcript != line.transcript):
            raise _bad(path, f"lines {earlier.number} and {line.number} are both for {line.name}")
    return {key: line.transcript for key, line in found.items()}


def _asked(line: Line, task: Task) -> bool:
    if not line.suite and not line.rendering:
        return any(line.id in ids for ids in task.ids.values())
    rendering = line.rendering or task.suites.get(line.suite, "")
    return line.id in task.ids.get(rendering, ())


def _lines(path: Path, model: str | None) -> list[Line]:
    rows = list(_rows(path))
    models = sorted({str(row["model"]) for _, row in rows if row.get("model")})
    if model is not None and model not in models:
        raise _bad(path, f"no model {model} in it (there are: {', '.join(models) or 'no names of models'})")
    if model is None and len(models) > 1:
        raise _bad(path, f"it holds several models ({', '.join(models)}); pick one with `model`")
    lines = [_line(path, number, row) for number, row in rows if model is None or row.get("model") == model]
    if not lines:
        raise _bad(path, "no hypotheses in it")
    return lines


def _line(path: Path, number: int, row: Mapping[str, Any]) -> Line:
    name = row.get("id") if row.get("id") is not None else row.get("utterance_id")
    text = row.get("text") if row.get("text") is not None else row.get("hypothesis")
    if not isinstance(name, str) or not name:
        raise _bad(path, f"line {number} has no id")
    if row.get("missing"):
        transcript = MISSING
    else:
        try:
            transcript = _answers.transcript({**row, "text": text})
            if row.keys() >= RUN_KEYS:
                transcript = Hypothesis.from_json(dict(row)).transcript
        except _answers.AnswerError as problem:
            raise _bad(path, f"line {number}: {problem}") from None
        except TypeError:
            raise _bad(path, f"line {number} is not as an evaluation writes it") from None
    return Line(number, name, str(row.get("rendering") or ""), str(row.get("suite") or ""), transcript)


def _rows(path: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """The file's lines with their numbers, counted from 1."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _bad(path, "not UTF-8") from None
    if path.suffix.lower() in (".csv", ".tsv"):
        yield from _table(path, text)
        return
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                yield number, opened(line.encode()) if is_sealed(line.encode()) else _answers.read(line.encode())
            except (_answers.AnswerError, DamagedLineError) as problem:
                raise _bad(path, f"line {number}: {problem}") from None


def _table(path: Path, text: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    dialect = "excel-tab" if path.suffix.lower() == ".tsv" else "excel"
    reader = csv.DictReader(io.StringIO(text, newline=""), dialect=dialect)
    try:
        for row in reader:
            if None in row or None in row.values():
                raise _bad(path, f"line {reader.line_num} has another number of cells than the header")
            cells = {name: row[name] for name in TEXT_COLUMNS if name in row}
            yield reader.line_num, {**cells, "missing": json.loads(row.get("missing", "").lower() or "false")}
    except (csv.Error, ValueError) as problem:
        raise _bad(path, f"line {reader.line_num}: {type(problem).__name__}") from None


TEXT_COLUMNS = ("id", "utterance_id", "text", "hypothesis", "suite", "rendering", "model")


def _present(settings: ReplaySettings) -> Path:
    path = Path(settings.file)
    if not path.is_file():
        raise _bad(path, "no such file")
    return path


def _bad(path: Path, problem: str) -> UserError:
    return UserError("eval.replay_file", path=path, problem=problem)


ENGINE = EngineKind(
    "replay", open_model, (), quantised=False, identify=identify, check=check, disk=nothing_on_disk, ours=False,
    decodes=False,
)  # fmt: skip
