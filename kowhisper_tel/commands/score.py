"""``run score``: metrics of two files of texts. No model is needed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kowhisper_tel.commands.options import Language
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.lines import opened

if TYPE_CHECKING:
    from eval_suites.pair import Pair
    from eval_suites.score import Score

RECORDS = (".jsonl", ".ndjson", ".json")
"""Suffixes of files that hold one JSON object a line."""


def command(
    reference: Annotated[Path, typer.Argument(metavar="REF", help="What was said: text lines, or JSONL. · 정답")],
    hypothesis: Annotated[Path, typer.Argument(metavar="HYP", help="What was heard, in the same form. · 인식 결과")],
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object on standard output. · JSON으로 출력")
    ] = False,
    keywords: Annotated[Path | None, typer.Option(help="Keywords to look for, one a line. · 키워드 파일")] = None,
    metrics: Annotated[str | None, typer.Option(help="Only these, with commas between. · 지표 고르기")] = None,
    each: Annotated[Path | None, typer.Option(help="Write the counts of each utterance (JSONL). · 발화별 집계")] = None,
    texts: Annotated[bool, typer.Option("--texts", help="Write the texts there, too. · 텍스트도 기록")] = False,
    lang: Language = None,
) -> None:
    """Score texts against references: CER, WER and the rest. · 인식 결과를 정답과 견주어 채점합니다."""
    names = [name.strip() for name in metrics.split(",")] if metrics is not None else None
    scored = score(reference, hypothesis, keywords=keywords, names=names, each=each, texts=texts)
    print(json.dumps(scored.to_json(), ensure_ascii=False, indent=2) if as_json else scored.table())


@dataclass(frozen=True)
class Scored:
    """What two files score, and the ids of the references that had no hypothesis: counted as heard empty."""

    score: Score
    missing: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """One JSON object: the score's, and ``missing``."""
        return {**self.score.to_json(), "missing": list(self.missing)}

    def table(self) -> str:
        """A table of rates and counts in the chosen language."""
        from kowhisper_tel.commands.score_table import table

        return table(self.score, self.missing)


def score(
    reference: Path,
    hypothesis: Path,
    *,
    keywords: Path | None = None,
    names: Sequence[str] | None = None,
    each: Path | None = None,
    texts: bool = False,
) -> Scored:
    """Score a file of hypotheses against one of references; all metrics unless some are named.

    ``each``: where to write one JSON object an utterance with its tallies (``texts``: and its texts). Raises
    ``UserError``: ``score.*``, ``prepare.encoding``, ``eval.metric_unknown``.
    """
    from eval_suites import metrics
    from eval_suites import score as scoring
    from eval_suites.pair import Pair
    from kowhisper_tel.core.files import write_lines

    wanted = list(dict.fromkeys(names or metrics.names()))
    for name in names or ():
        if metrics.get(name).needs_keywords and not keywords:
            raise UserError("score.keywords", name=name)
    if texts and each is None:
        raise UserError("score.texts")
    sought = _read_keywords(keywords) if keywords else ()
    said, heard = read(reference, hypothesis)

    def pairs() -> Iterator[Pair]:  # made one by one: each keeps the forms that were asked of it
        return (Pair(text, heard.get(name, ""), sought) for name, text in said.items())

    if each is not None:
        if each.resolve() in {path.resolve() for path in (reference, hypothesis, keywords) if path}:
            raise UserError("score.overwrites", path=each)
        write_lines(each, _each_line(said, pairs(), wanted, heard, texts))
    return Scored(scoring.score(pairs(), wanted), tuple(name for name in said if name not in heard))


def read(reference: Path, hypothesis: Path) -> tuple[dict[str, str], dict[str, str]]:
    """Texts by id, or by the number of their line. Hypotheses may be missing.

    Raises ``UserError``: ``score.missing``, ``score.empty``, ``score.lines``, ``score.kinds``, ``score.line``,
    ``score.duplicate``, ``score.unknown``, ``prepare.encoding``.
    """
    lines, others = _lines(reference), _lines(hypothesis)
    kinds = [_kind(path, some) for path, some in ((reference, lines), (hypothesis, others))]
    if kinds[0] != kinds[1]:
        raise UserError("score.kinds", reference=reference, hypothesis=hypothesis,
                        reference_kind=kinds[0], hypothesis_kind=kinds[1])  # fmt: skip
    if kinds[0] == "text":
        if len(lines) != len(others):
            raise UserError("score.lines", reference=reference, hypothesis=hypothesis,
                            references=len(lines), hypotheses=len(others))  # fmt: skip
        return _numbered(lines), _numbered(others)
    said, heard = _records(reference, lines), _records(hypothesis, others)
    unknown = [name for name in heard if name not in said]
    if unknown:
        raise UserError("score.unknown", path=hypothesis, reference=reference, count=len(unknown), id=unknown[0])
    return said, heard


def _lines(path: Path) -> list[str]:
    """Lines end at a newline only: a text may hold other characters that ``str.splitlines`` takes for an end."""
    from kowhisper_tel.data.text_files import read_text

    if not path.is_file():
        raise UserError("score.missing", path=path)
    lines = read_text(path).split("\n")
    lines = [line.removesuffix("\r") for line in (lines if lines[-1] else lines[:-1])]
    if not lines:
        raise UserError("score.empty", path=path)
    return lines


def _kind(path: Path, lines: Sequence[str]) -> str:
    """``JSONL`` by its suffix, or because its first line is such a record; else ``text``."""
    if path.suffix.lower() in RECORDS:
        return "JSONL"
    return "JSONL" if lines[0].startswith("{") and _record(lines[0]) else "text"


def _numbered(lines: Sequence[str]) -> dict[str, str]:
    return {str(number): line for number, line in enumerate(lines, 1)}


def _records(path: Path, lines: Sequence[str]) -> dict[str, str]:
    texts: dict[str, str] = {}
    places: dict[str, int] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        record = _record(line)
        if record is None:
            raise UserError("score.line", path=path, line=number)
        name, text = record
        if name in texts:
            raise UserError("score.duplicate", path=path, line=number, id=name, first=places[name])
        texts[name], places[name] = text, number
    if not texts:
        raise UserError("score.empty", path=path)
    return texts


def _record(line: str) -> tuple[str, str] | None:
    """Id and text of a line of a manifest, or of ``hypotheses.jsonl``; ``None`` where it is neither."""
    try:
        record = opened(line.encode())
        name, text = record.get("id", record.get("utterance_id")), record.get("text")
        f"{name}{text}".encode()  # nothing is written of half a surrogate pair
    except ValueError:
        return None
    return (name, text) if isinstance(name, str) and isinstance(text, str) else None


def _read_keywords(path: Path) -> tuple[str, ...]:
    from eval_suites.pair import keyword_form

    forms: dict[str, None] = {}
    for number, line in enumerate(_lines(path), 1):
        if line.strip():
            form = keyword_form(line)
            if not form:
                raise UserError("score.keyword", path=path, line=number)
            forms[form] = None
    if not forms:
        raise UserError("score.empty", path=path)
    return tuple(forms)


def _each_line(
    ids: Iterable[str], pairs: Iterable[Pair], names: Sequence[str], heard: Mapping[str, str], texts: bool
) -> Iterator[str]:
    from eval_suites import metrics
    from eval_suites.score import counts

    for name, pair in zip(ids, pairs, strict=True):
        record: dict[str, Any] = {"id": name, "missing": name not in heard}
        if texts:
            record |= {"reference": pair.reference_text, "hypothesis": pair.hypothesis_text,
                       "reference_norm": pair.reference, "hypothesis_norm": pair.hypothesis}  # fmt: skip
        measured = [metrics.get(metric) for metric in names]
        record["tallies"] = {m.name: counts(m.measure(pair)) for m in measured if m.takes(pair)}
        yield json.dumps(record, ensure_ascii=False)
