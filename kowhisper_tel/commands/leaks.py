"""``run leaks``: whether two manifests have anything in common that they must not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kowhisper_tel.commands.options import Language

if TYPE_CHECKING:
    from kowhisper_tel.data.leaks.check import Located


def command(
    train: Annotated[Path, typer.Argument(help="Training manifest (JSONL). · 학습 매니페스트")],
    held: Annotated[list[Path], typer.Argument(help="Held-out manifests: test, dev. · 평가 매니페스트")],
    out: Annotated[Path, typer.Option(help="Where the pairs are listed. · 겹치는 쌍의 목록")] = Path("leaks.jsonl"),
    ignore: Annotated[
        list[str] | None,
        typer.Option(
            help="A kind that is listed and does not fail: audio, copy, sentence, near_sentence, speaker, call, …"
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object. · JSON으로 출력")] = False,
    lang: Language = None,
) -> None:
    """Same or re-encoded recordings, same or near-same sentences, same speakers and calls. Exit code 6: found some.

    학습과 평가 매니페스트 사이의 누출을 찾습니다. 찾으면 종료 코드 6으로 끝납니다.
    """
    import json

    from kowhisper_tel.commands.progress import bar, say
    from kowhisper_tel.core.errors import UserError
    from kowhisper_tel.data.leaks.check import KINDS, find_leaks
    from kowhisper_tel.data.leaks.weed import counts, facts, write_leaks

    for kind in ignore or []:
        if kind not in KINDS:
            raise UserError("leaks.kind", kind=kind, known=", ".join(KINDS))
    sides = located(train, held)
    with bar("leaks", "누출 검사") as progress:
        leaks = find_leaks(*sides, progress=progress)
    write_leaks(out, leaks)
    grave = [leak for leak in leaks if leak.kind not in (ignore or [])]
    if as_json:
        found = {"train": len(sides[0]), "held": len(sides[1]), "kinds": counts(leaks), "leaks": str(out)}
        print(json.dumps(found | {"passed": not grave}, ensure_ascii=False))
    if grave:
        raise UserError("leaks.found", **facts(grave), path=out)
    if not as_json:
        listed = f"{counts(leaks)} → {out}" if leaks else "0"
        say(f"leaks: {listed}", f"누출: {listed}")


def located(train: Path, held: list[Path]) -> tuple[list[Located], list[Located]]:
    """The utterances of both sides with their files; a split is called after its manifest.

    Manifests are JSONL, CSV or TSV, those that ``prepare`` writes and others. Raises ``UserError``
    ``leaks.same_manifest``, as the manifest importer does, and for the first line that cannot be used.
    """
    from kowhisper_tel.core.errors import UserError

    for path in held:
        if path.resolve() == train.resolve():
            raise UserError("leaks.same_manifest", path=path)
    return list(_read(train)), [one for path in held for one in _read(path)]


def _read(path: Path) -> Iterator[Located]:
    from kowhisper_tel.core.errors import UserError
    from kowhisper_tel.data.corpus import CorpusSpec
    from kowhisper_tel.data.entry import Reject
    from kowhisper_tel.data.labels import check_times
    from kowhisper_tel.data.leaks.check import Located

    places: dict[str, str] = {}
    for item in CorpusSpec("manifest", str(path)).entries():
        if isinstance(item, Reject):
            raise UserError(item.code, **item.facts)
        check_times(item)
        name = item.utterance.id
        if name in places:
            raise UserError("prepare.duplicate", place=item.place, id=name, first=places[name])
        places[name] = item.place
        yield Located(item.utterance, Path(item.utterance.audio), path.stem)
