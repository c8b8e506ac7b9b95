"""Export: what models are asked to hear, as a folder that ``datasets`` loads, for use anywhere else.

``OUT/data/SUITE.parquet`` holds a suite's clips as 16-bit FLAC with transcripts, tags and conditions, one
configuration a suite: ``datasets.load_dataset("OUT", "SUITE")``. ``suites.json`` says how each was made, and
``README.md`` whose recordings these are.
"""

from __future__ import annotations

import io
import json
import shutil
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eval_suites.item import Item
from eval_suites.plan import RENDERING_LIBRARIES, library_versions
from eval_suites.rendering import Renderer, items_of
from eval_suites.runner import Progress
from eval_suites.suite import Suite
from kowhisper_tel.core.audio import RATE
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.files import write_json, write_text
from kowhisper_tel.core.manifest import Manifest

SPLIT = "test"
NOT_STATED = "not stated: ask whoever gave the recordings"
README = """---
configs:
{configs}
---
# Test suites of Korean telephone speech recognition

{count} suites, rendered by kowhisper_tel. Load one with `datasets.load_dataset("{name}", "{first}", split="{split}")`;
with `.cast_column("audio", datasets.Audio(decode=False))` the FLAC bytes come as they are. Compare figures only where
the fingerprints are the same.

{table}

## Licence

The recordings are not the suite's. They may leave the house, as they are or altered, only where their licence allows
it; some licences forbid altered copies altogether. As stated where they were prepared:

{licences}

녹음은 이 도구의 것이 아닙니다. 원본이든 변형본이든, 해당 라이선스가 허용할 때만 외부로 내보내세요.
변형본의 배포를 금지하는 라이선스도 있습니다.
"""


def export(
    manifest: Manifest,
    suites: Sequence[Suite],
    out: Path,
    *,
    seed: int,
    licences: Sequence[str] = (),
    renderer: Renderer | None = None,
    progress: Progress | None = None,
) -> int:
    """Write the suites' clips as heard under this seed into the folder ``out``, whole or not at all; how many.

    ``licences`` are lines for the note on whose recordings these are. Raises ``UserError``: ``suites.export_exists``
    unless ``out`` is new or empty, ``suites.export_files`` where it cannot be written, ``eval.suite_empty``, and what
    audio files raise.
    """
    out = out.absolute() if out.name else out.resolve()
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise UserError("suites.export_exists", path=out)
    items = items_of(manifest)
    picked = [(suite, suite.pick(items)) for suite in suites]
    for suite, taken in picked:
        if not taken:
            raise UserError("eval.suite_empty", name=suite.name, wants=suite.wanted)
    total, done = sum(len(taken) for _, taken in picked), 0
    source = renderer or Renderer(manifest, suites, seed)
    new = out.with_name(f".{out.name}.{uuid.uuid4().hex}.new")
    try:
        new.mkdir(parents=True)
        for suite, taken in picked:
            rows = []
            for item in taken:
                rows.append(_row(suite, item, source.render(suite.rendering, item.id).audio))
                done += 1
                if progress:
                    progress(done, total, suite.name)
            _write(rows, new / "data" / f"{suite.name}.parquet")
        _describe(new, out.name, picked, seed, licences)
        if out.is_dir():
            out.rmdir()
        new.rename(out)
    except OSError as problem:
        raise UserError("suites.export_files", path=out, problem=problem.strerror or problem) from None
    finally:
        shutil.rmtree(new, ignore_errors=True)
    return total


def _row(suite: Suite, item: Item, audio: NDArray[np.float32]) -> dict[str, Any]:
    import soundfile

    memory = io.BytesIO()
    pcm = np.rint(audio.astype(np.float64) * 32768.0).astype(np.int16)
    soundfile.write(memory, pcm, RATE, subtype="PCM_16", format="FLAC")
    return {
        "id": item.id,
        "audio": {"bytes": memory.getvalue(), "path": f"{item.id}.flac"},
        "text": item.text,
        "duration_s": len(audio) / RATE,
        "speaker": item.speaker,
        "call": item.call,
        "tags": json.dumps(dict(item.tags), ensure_ascii=False, sort_keys=True),
        "suite": suite.name,
        "stratum": suite.stratum,
        "conditions": json.dumps(dict(suite.conditions), ensure_ascii=False, sort_keys=True),
        "unseen": suite.unseen,
        "fingerprint": suite.fingerprint,
    }


def _write(rows: list[dict[str, Any]], path: Path) -> None:
    """A Parquet file whose schema tells ``datasets`` its features (which would encode audio itself, by torchcodec)."""
    import pyarrow as pa
    from datasets import Audio, Features, Value
    from pyarrow import parquet

    texts = ("id", "text", "speaker", "call", "tags", "suite", "stratum", "conditions", "fingerprint")
    features = Features(
        {
            **{name: Value("string") for name in texts},
            "audio": Audio(sampling_rate=RATE, decode=False),
            "duration_s": Value("float64"),
            "unseen": Value("bool"),
        }
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    parquet.write_table(pa.Table.from_pylist(rows, schema=features.arrow_schema), path)


def _line(suite: Suite, taken: Sequence[Item]) -> str:
    """The suite's row of the README's table."""
    title, mark = suite.title["en"].replace("|", "\\|"), "*" if suite.unseen else ""
    return f"| {suite.name} | {title} | {len(taken)} | {mark} | {suite.fingerprint} |"


def _describe(
    folder: Path, name: str, picked: Sequence[tuple[Suite, list[Item]]], seed: int, licences: Sequence[str]
) -> None:
    suites = [{**suite.to_json(), "fingerprint": suite.fingerprint, "clips": len(taken)} for suite, taken in picked]
    for record in suites:
        del record["items"]
    versions = library_versions(RENDERING_LIBRARIES)
    write_json(folder / "suites.json", {"seed": seed, "versions": versions, "suites": suites})
    configs = (
        f"- config_name: {json.dumps(suite.name)}\n  data_files:\n  - split: {SPLIT}\n    path: "
        + json.dumps(f"data/{suite.name}.parquet")
        for suite, _ in picked
    )
    rows = (_line(suite, taken) for suite, taken in picked)
    text = README.format(
        configs="\n".join(configs),
        count=len(picked),
        name=name,
        first=picked[0][0].name,
        split=SPLIT,
        table="\n".join(
            ["| suite | what | clips | * unseen in training | fingerprint |", "|---|---|---|---|---|", *rows]
        ),
        licences="\n".join(f"- {line}" for line in licences or [NOT_STATED]),
    )
    write_text(folder / "README.md", text)
