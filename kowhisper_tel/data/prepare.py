"""``prepare``: corpora in, checked and divided manifests out. Nothing is dropped in silence."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kowhisper_tel.core.errors import UserError, message
from kowhisper_tel.core.files import is_complete, sha256, write_json
from kowhisper_tel.data.card import Placed, card
from kowhisper_tel.data.card_files import write_card
from kowhisper_tel.data.corpus import CorpusSpec
from kowhisper_tel.data.division import FILE as LISTS
from kowhisper_tel.data.division import divide_intakes, write_unmatched
from kowhisper_tel.data.entry import Reject
from kowhisper_tel.data.intake import Intake, Progress, Recorder, reasons, take_in
from kowhisper_tel.data.labels import CountTokens
from kowhisper_tel.data.leaks.weed import FILE as LEAKS
from kowhisper_tel.data.leaks.weed import LeakRules, weed, write_leaks
from kowhisper_tel.data.long_recordings.divide import LongRecordings
from kowhisper_tel.data.long_recordings.table import FILE as LONG
from kowhisper_tel.data.long_recordings.table import write_long, write_rows
from kowhisper_tel.data.split import SPLITS, SplitSpec
from kowhisper_tel.data.store import (
    check_unchanged,
    new_folder,
    stored,
    write_dataset,
    write_inputs,
    write_manifests,
    write_rejects,
)
from kowhisper_tel.data.telephone import tag_telephone
from kowhisper_tel.data.unheard import Unheard, check_rules
from kowhisper_tel.korean.normalise import fingerprint

DEFAULT_MAX_REJECT_SHARE = 0.1


@dataclass(frozen=True)
class PreparedData:
    """What ``prepare`` wrote: its folder, the manifest of each split that holds something, and the data card."""

    folder: Path
    manifests: Mapping[str, Path]
    summary: Mapping[str, Any]


def prepare(
    corpora: Sequence[CorpusSpec],
    out: Path,
    *,
    split: SplitSpec,
    seed: int,
    lists: Mapping[str, str] | None = None,
    overlap: str = "fail",
    leaks: LeakRules = LeakRules(),  # noqa: B008  # frozen
    count_tokens: CountTokens | None = None,
    max_reject_share: float = DEFAULT_MAX_REJECT_SHARE,
    workers: int | None = None,
    progress: Progress | None = None,
    long: LongRecordings | None = None,
    check_audio: bool = True,
) -> PreparedData:
    """Check, convert and divide corpora; write ``out`` whole or not at all. Skipped where ``out`` is complete already.

    Complete is what was made of the same corpora, as their files are now, and settings. What was made of others is
    never done anew in silence.

    Writes ``{train,dev,test}.jsonl`` (audio paths relative to ``out``), ``audio/*.flac`` (16 kHz, mono, at most 30 s,
    for recordings that are not that already), ``dataset/`` (a DatasetDict), ``rejects.jsonl``, ``leaks.jsonl``,
    ``lists.jsonl``, ``inputs.json``, ``summary.json``, and the data card: ``data_card.html``, ``data_card.json`` and
    ``measures.jsonl``. What training has in common with dev and test is dealt with as ``leaks`` says. ``lists`` maps
    splits to files that name their utterances; other utterances of the same speakers stop it (``overlap: fail``) or are
    rejected (``drop``).
    ``count_tokens`` says how many tokens a label has (without it labels of any length pass). ``workers`` threads
    (default: one a core, at most 8) decode; their number changes nothing in the result. ``long`` divides whole calls
    (``long.csv`` then says what became of each stretch of them); without it they are rejects. What it aligned is kept
    in ``.<out>.aligned`` until all is written: a run that was stopped does not align it again.

    Without ``check_audio`` no recording is opened (see ``unheard``): lengths are as the corpora state them, audio stays
    where it is and the manifests keep its times and tracks, there are no measures and no ``measures.jsonl``, and what
    came over a telephone is not tagged. ``leaks`` must then leave recordings alone.

    Raises ``UserError``: the importers' own, ``prepare.too_many_rejects`` (exit code 6; the reasons then stand in
    ``<out>.rejects.jsonl``), ``long.too_many_rejects`` (likewise, and the table in ``<out>.long.csv``),
    ``prepare.changed`` (``out`` was made of other inputs), ``prepare.no_speakers``, ``prepare.few_speakers``,
    ``prepare.joined_speakers``, ``prepare.speaker_overlap``, ``prepare.choice`` (a corpus is given to a split of
    another name), ``prepare.foreign``, those of ``check_rules`` and ``divide_intakes``, ``leaks.found`` (exit code 6;
    the pairs then stand in ``<out>.leaks.jsonl``), ``leaks.nothing_left``.
    """
    given = dict(lists or {})
    if not check_audio:
        check_rules(leaks.recordings, long=long is not None)
    inputs = _inputs(corpora, split, seed, long, check_audio)
    inputs |= {"leaks": leaks.to_json(), "lists": _digests(given, overlap)}
    if is_complete(out, inputs):
        return _load(out)
    check_unchanged(out, inputs)
    _check_given(corpora)
    if long:
        long.folder = out.with_name(f".{out.name}.aligned")
    with new_folder(out) as new:
        with ThreadPoolExecutor(workers or min(8, os.cpu_count() or 1)) as pool:
            recorder = Recorder(new / "audio", pool, progress) if check_audio else Unheard(progress)
            intakes = _take_in(corpora, recorder, seed, count_tokens, long)
        _check_share(intakes, max_reject_share, out, long)
        division = divide_intakes(intakes, split, seed, given, overlap)
        report = out.with_name(f"{out.name}.{LEAKS}")
        weeded = weed(division.intakes, division.splits, leaks, report, workers=workers, progress=progress)
        _remove_unused(intakes, weeded.intakes)
        every = (found for intake in weeded.intakes for found in intake.recorded)
        placed = [Placed.of(found, division.splits[found.entry.utterance.id]) for found in every]
        write_manifests(new, placed, stored(new, out))
        write_dataset(new / "dataset", out.resolve(), placed, stored(new, out))
        write_rejects(new / "rejects.jsonl", weeded.intakes)
        write_leaks(new / LEAKS, weeded.leaks)
        write_unmatched(new / LISTS, division.listed)
        found = {"check_audio": check_audio, "leaks": weeded.to_json(), "lists": division.listed.to_json()}
        aligned = write_long(new, long.rows if long else ())
        summary = card(weeded.intakes, placed, split=split.to_json(), seed=seed) | found | aligned
        write_json(new / "summary.json", summary)
        write_card(new, weeded.intakes, placed, summary)
        write_inputs(new, inputs)
    if long:
        long.finish()
    return _load(out)


def _inputs(
    corpora: Sequence[CorpusSpec], split: SplitSpec, seed: int, long: LongRecordings | None, check_audio: bool
) -> dict[str, Any]:
    return {
        "corpora": [corpus.to_json() for corpus in corpora],
        "files": [corpus.digest(audio=check_audio) for corpus in corpora],
        "split": split.to_json(),
        "seed": seed,
        "normaliser": fingerprint(),
        **({"long": long.settings.to_json()} if long else {}),
        **({} if check_audio else {"check_audio": False}),
    }


def _digests(lists: Mapping[str, str], overlap: str) -> dict[str, Any]:
    files = {split: sha256(Path(name)) if Path(name).is_file() else None for split, name in lists.items()}
    return {"overlap": overlap, "files": files}


def _load(out: Path) -> PreparedData:
    import json

    manifests = {split: out / f"{split}.jsonl" for split in SPLITS if (out / f"{split}.jsonl").is_file()}
    return PreparedData(out, manifests, json.loads((out / "summary.json").read_text(encoding="utf-8")))


def _check_given(corpora: Sequence[CorpusSpec]) -> None:
    for corpus in corpora:
        if corpus.split not in (None, *SPLITS):
            raise UserError("prepare.choice", option="split", value=corpus.split, known=", ".join(SPLITS))


def _take_in(
    corpora: Sequence[CorpusSpec],
    recorder: Recorder | Unheard,
    seed: int,
    count_tokens: CountTokens | None,
    long: LongRecordings | None,
) -> list[Intake]:
    """Every corpus, read through; what came over a telephone is tagged."""
    seen: dict[str, str] = {}
    taken = [take_in(corpus, recorder, seen, seed, count_tokens, long) for corpus in corpora]
    return [tag_telephone(intake) for intake in taken]


def _check_share(intakes: Sequence[Intake], most: float, out: Path, long: LongRecordings | None) -> None:
    """Stop where too much is rejected, or nothing is left; the reasons stay beside ``out``.

    The rejected pieces of long recordings have a share of their own, in words of their transcripts.
    """
    rejects = [reject for intake in intakes for reject in intake.rejects]
    apart = long.rejected if long else 0
    read = sum(intake.read for intake in intakes) - apart
    expected = sum(intake.expected_rejects for intake in intakes) - apart
    too_long = bool(long and long.rejected_share > long.max_reject_share)
    if expected <= most * read and not too_long and any(intake.recorded for intake in intakes):
        return
    path = out.with_name(f"{out.name}.rejects.jsonl")
    write_rejects(path, intakes)
    listed = "\n".join(_with_example(code, count, rejects) for code, count in reasons(rejects).items())
    if long and too_long:
        table = write_rows(out.with_name(f"{out.name}.{LONG}"), long.rows)
        facts = {"found": long.rejected_share, "share": long.max_reject_share, "table": table}
        raise UserError("long.too_many_rejects", **facts, reasons=listed, path=path)
    checked = len(rejects) - apart + sum(len(intake.recorded) for intake in intakes)
    found = expected / read if read else 1.0
    facts = {"rejected": len(rejects) - apart, "checked": checked, "found": found, "share": most}
    raise UserError("prepare.too_many_rejects", **facts, reasons=listed, path=path)


def _with_example(code: str, count: int, rejects: Sequence[Reject]) -> str:
    first = next(reject for reject in rejects if reject.code == code)
    return f"  {code}: {count}\n    {message(code, first.facts)}"


def _remove_unused(before: Sequence[Intake], after: Sequence[Intake]) -> None:
    """Remove the audio that was written for utterances which are rejected now."""
    made = [{found.made for intake in intakes for found in intake.recorded} for intakes in (before, after)]
    for file in made[0] - made[1]:
        if file:
            file.unlink()
