"""export(): a trained model to folders for other tools, each checked, sealed and with a card."""

from __future__ import annotations

import json
import shutil
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.files import fingerprint, is_complete, mark_complete, remove_unfinished, write_json
from kowhisper_tel.train.export import card, formats
from kowhisper_tel.train.export.facts import Facts
from kowhisper_tel.train.export.formats import FORMATS, SAFETENSORS, DType
from kowhisper_tel.train.export.measure import Hearing, Sample, measure
from kowhisper_tel.train.export.parity import Parity
from kowhisper_tel.whisper import ct2, sealed

PARITY, INPUTS = "parity.json", "inputs.json"
BUDGET = 0.005


@dataclass(frozen=True)
class Settings:
    """What is exported and how strictly it is judged.

    ``dtype``: of safetensors. ``parity_budget``: the upper end of the paired difference's interval, a fraction (0.005:
    half a point). ``stock``: hear the sample with stock tools, too.
    """

    formats: tuple[str, ...] = FORMATS
    dtype: DType = "fp32"
    parity_budget: float = BUDGET
    stock: bool = True


def export(
    source: Path,
    out: Path,
    evidence: Path,
    settings: Settings,
    sample: Sample,
    facts: Facts,
    *,
    hearing: Hearing | None = None,
    overwrite: bool = False,
) -> Parity:
    """Write ``out/<format>/`` for each format, hear the sample with all of them, write ``out/parity.json`` and cards.

    What is finished is given back at once; after a kill it goes on. A format more is added to those that are there, and
    all are heard again. Where only ``facts`` are others, the cards are written anew and nothing is heard again.
    ``evidence`` keeps the hypotheses, which are somebody's words, apart from what is published. The folders are there
    whatever the check says: ``Parity.held`` tells.

    Raises ``UserError``: ``export.format``, ``export.no_format``, ``export.adapter``, those of ``check_folder``,
    ``export.exists`` (another model or another dtype lies there), ``export.foreign`` (something that is no export),
    ``export.changed`` (an exported folder was changed), ``export.no_suites``, and what the runner raises.
    """
    hearing = hearing or Hearing()
    formats.check(settings.formats)
    formats.check_source(source)
    if not sample.suites:
        raise UserError("export.no_suites", count=len(sample.manifest))
    if overwrite:
        shutil.rmtree(out, ignore_errors=True)
        shutil.rmtree(evidence, ignore_errors=True)
    _remove_unfinished(out)
    _refuse_other(out, source, settings)
    wanted = _in_order({*_there(out), *settings.formats})
    folders = {name: out / name for name in wanted}
    inputs = _inputs(source, wanted, settings, sample, hearing, facts)
    if is_complete(out, inputs):
        for folder in folders.values():
            sealed.check(folder)
        return Parity.from_json(json.loads((out / PARITY).read_text(encoding="utf-8")))
    write_json(out / INPUTS, inputs)
    for name, folder in folders.items():
        if sealed.check(folder) is None:
            formats.write(source, folder, name, dtype=settings.dtype, language=facts.language)
    found = measure(
        facts.model, source, folders, sample, evidence,
        budget=settings.parity_budget, hearing=hearing, with_stock=settings.stock,
    )  # fmt: skip
    write_json(out / PARITY, found.to_json())
    for folder in folders.values():
        seal = sealed.read(folder)
        assert seal is not None
        card.write(folder, seal, facts, found)
    mark_complete(out, inputs, [out / PARITY])  # the folders have seals of their own
    return found


def _remove_unfinished(out: Path) -> None:
    """Delete what a killed export was writing: gigabytes, and files that nobody would miss."""
    for name in [*(formats.CT2 + one for one in ct2.QUANTISATIONS), SAFETENSORS]:
        for scratch in out.glob(f".{name}.*"):
            shutil.rmtree(scratch)
    remove_unfinished(out)


def _there(out: Path) -> list[str]:
    """Formats that were exported before."""
    return sorted(folder.name for folder in out.glob("*") if (folder / sealed.SEAL).is_file())


def _in_order(names: Collection[str]) -> list[str]:
    """The usual ones first, however they were asked for."""
    return sorted(names, key=lambda name: (FORMATS.index(name) if name in FORMATS else len(FORMATS), name))


def _refuse_other(out: Path, source: Path, settings: Settings) -> None:
    """Nothing that lies there is written over unasked."""
    for name in settings.formats:
        if (out / name).exists() and not (out / name / sealed.SEAL).is_file():
            raise UserError("export.foreign", folder=out / name)
    for name in _there(out):
        seal = sealed.check(out / name)
        assert seal is not None
        if seal.source != ct2.model_hash(source):
            raise UserError("export.exists", folder=out / name, what="model")
        if name == SAFETENSORS and seal.weights != formats.TORCH_NAMES[settings.dtype]:
            raise UserError("export.exists", folder=out / name, what=f"dtype {seal.weights}")


def _inputs(
    source: Path, wanted: Sequence[str], settings: Settings, sample: Sample, hearing: Hearing, facts: Facts
) -> Mapping[str, Any]:
    """All that folders, figures and cards depend on, the machine apart."""
    from eval_suites import stock
    from eval_suites.plan import manifest_fingerprint
    from kowhisper_tel.whisper.decoding import DecodingOptions

    inputs = {
        "source": ct2.model_hash(source),
        "formats": list(wanted),
        "dtype": settings.dtype,
        "parity_budget": settings.parity_budget,
        "stock": {tool: stock.installed(tool) for tool in stock.TOOLS} if settings.stock else None,
        "manifest": manifest_fingerprint(sample.manifest),
        "suites": {suite.name: suite.fingerprint for suite in sample.suites},
        "seed": hearing.seed,
        "batch_size": hearing.batch_size,
        "options": asdict(hearing.options or DecodingOptions()),
        "facts": fingerprint(asdict(facts)),
    }
    plain: dict[str, Any] = json.loads(json.dumps(inputs))
    return plain
