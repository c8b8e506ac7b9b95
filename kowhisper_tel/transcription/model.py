"""Model: from a name to an opened engine, by the code that evaluation opens its models with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.files import fingerprint, sha256
from kowhisper_tel.whisper.backends.base import Backend
from kowhisper_tel.whisper.folders import cache_folder

if TYPE_CHECKING:
    from kowhisper_tel.whisper.decoding import DecodingOptions

ENGINES = ("ctranslate2", "transformers")
QUANTISATION = "int8"
"""What a Hugging Face model is converted to for CTranslate2, as in evaluation."""
CONVERTED = "converted"
"""In the cache: models in CTranslate2 form."""


@dataclass(frozen=True)
class Model:
    """An engine with a model, and what the transcripts say of it: name, hash, engine, quantisation, device."""

    backend: Backend
    record: Mapping[str, Any]

    def check(self, options: DecodingOptions) -> None:
        """Raise ``UserError`` for what it cannot do: ``decode.language``, ``decode.hotwords``."""
        self.backend.vocabulary.prompt(options.language, options.task, timestamps=True, hotwords=options.hotwords)


def open_model(
    name: str,
    engine: str = "ctranslate2",
    quantisation: str | None = None,
    device: str = "auto",
    cache: Path | None = None,
) -> Model:
    """Open ``builtin/…``, a Hugging Face folder, a hub id, or a CTranslate2 folder (one with ``model.bin``).

    For CTranslate2 a Hugging Face model is converted once (``quantisation``: int8 if none is given) into ``cache``
    (``folders.cache_folder``); a CTranslate2 folder is taken as it is, or computed in ``quantisation``.

    Raises ``UserError``: ``eval.engine_unknown``, ``transcribe.engine``, ``eval.no_gpu``, and ``model.*``.
    """
    from eval_suites import engines
    from eval_suites.engines import Setting
    from eval_suites.engines._whisper import WhisperEngine
    from eval_suites.models import ModelSpec
    from kowhisper_tel.whisper.decoding import DecodingOptions
    from kowhisper_tel.whisper.resolve import resolve_model

    if engine not in ENGINES:
        raise UserError("eval.engine_unknown", name=engine, known=", ".join(ENGINES))
    kind, converted = engines.get(engine), _is_converted(name)
    if not kind.quantised and (converted or quantisation):
        raise UserError("transcribe.engine", name=name, engine=engine)
    chosen = kind.device(device)
    numbers = quantisation or (None if converted or not kind.quantised else QUANTISATION)
    if numbers:
        kind.check_quantisation(numbers, chosen)
    if converted:
        return _converted(Path(name).expanduser(), name, numbers, chosen)
    spec = ModelSpec(resolve_model(name, cache), "other")
    opened = kind.open(spec, Setting(str(numbers), DecodingOptions(), chosen, 0, cache_folder(cache) / CONVERTED))
    assert isinstance(opened, WhisperEngine)
    return Model(opened.backend, _record(name, kind.identify(spec), engine, numbers, chosen))


def tuned(run: Path) -> Path:
    """The folder of the model that a run tuned on the telephone.

    Raises ``UserError``: ``transcribe.run`` (no run), ``run.stage_missing`` (none is there yet).
    """
    if not (run / "config.yaml").is_file():
        raise UserError("transcribe.run", folder=run)
    folder = run / "models" / "phone" / "model"
    if not folder.is_dir():
        raise UserError("run.stage_missing", folder=run, needed="models/phone/model", stage="train")
    return folder


def _is_converted(name: str) -> bool:
    return (Path(name).expanduser() / "model.bin").is_file()


def _converted(folder: Path, name: str, quantisation: str | None, device: str) -> Model:
    from kowhisper_tel.whisper.backends.ctranslate2 import Ct2Backend

    try:
        backend = Ct2Backend(folder, device=device, compute_type=quantisation or "default")
    except (RuntimeError, ValueError) as problem:  # what CTranslate2 says of a model that is none
        raise UserError("transcribe.model", folder=folder, problem=str(problem).splitlines()[0]) from None
    files = {file.name: sha256(file) for file in sorted(folder.iterdir()) if file.suffix in (".bin", ".json", ".txt")}
    return Model(backend, _record(name, fingerprint(files), "ctranslate2", quantisation, device))


def _record(name: str, hashed: str, engine: str, quantisation: str | None, device: str) -> dict[str, Any]:
    return {"name": name, "hash": hashed, "engine": engine, "quantisation": quantisation, "device": device}
