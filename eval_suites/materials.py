"""Materials: what files hold, so that identities follow contents, wherever these lie."""

from __future__ import annotations

import functools
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from augment import noise_files, noises
from augment.errors import SpecError
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.files import fingerprint, sha256
from kowhisper_tel.core.manifest import Manifest

KINDS = ("folder:", "file:")
"""How a source of noise begins that lies in files."""
HASHES = 100_000
"""Files whose hashes are held at a time: of a long recording all utterances want it, and they stand near each other."""
SLASHES = {"/", os.sep}


def utterances(manifest: Manifest) -> Iterator[dict[str, Any]]:
    """The manifest's lines in order, with the SHA-256 of each audio file in place of its path.

    Raises ``UserError`` (``audio.missing``).
    """
    hash_of = functools.lru_cache(maxsize=HASHES)(_sha256)
    for utterance in manifest:
        yield {**utterance.to_json(), "audio": hash_of(manifest.audio_path(utterance))}


def source(name: str) -> str:
    """Kind and hash of the recordings of ``folder:PATH`` or ``file:PATH``.

    Raises ``UserError`` (``eval.noise_empty``).
    """
    kind, _, place = name.partition(":")
    path = Path(place)
    try:
        files = noise_files.listing(name)
    except SpecError as problem:
        raise UserError("eval.noise_empty", path=path) from problem
    return f"{kind}:{fingerprint({file.relative_to(path).as_posix(): _held(file) for file in files})}"


def named_source(name: str) -> str:
    """A source as channels name it: a synthetic noise stays, a path becomes ``folder:…`` or ``file:…``.

    A path is known by a slash or by one of those prefixes, so that no folder that happens to be there takes the
    place of a synthetic noise. Raises ``UserError`` (``eval.noise_unknown``).
    """
    if name in noises.names():
        return name
    prefixed = name.startswith(KINDS)
    if not prefixed and not any(slash in name for slash in SLASHES):
        raise UserError("eval.noise_unknown", name=name, known=", ".join(noises.names()))
    path = Path(name.partition(":")[2] if prefixed else name).resolve()
    return f"file:{path}" if path.is_file() else f"folder:{path}"


def recordings(name: str) -> frozenset[str]:
    """The SHA-256 of each recording of ``folder:PATH`` or ``file:PATH``; none where there is nothing."""
    try:
        return frozenset(_held(file) for file in noise_files.listing(name))
    except SpecError:
        return frozenset()


def sources(channel: Any) -> dict[str, str]:
    """``source`` of each that a channel, mixture or part of them names, as JSON. Raises as it does."""
    if isinstance(channel, Mapping):
        channel = list(channel.values())
    if isinstance(channel, list | tuple):
        return {name: held for item in channel for name, held in sources(item).items()}
    return {channel: source(channel)} if isinstance(channel, str) and channel.startswith(KINDS) else {}


def replaced(channel: Any, materials: Mapping[str, str]) -> Any:
    """The same JSON with each source named in ``materials`` replaced by the hash of what it holds."""
    if isinstance(channel, Mapping):
        return {key: replaced(item, materials) for key, item in channel.items()}
    if isinstance(channel, list | tuple):
        return [replaced(item, materials) for item in channel]
    return materials.get(channel, channel) if isinstance(channel, str) else channel


def _held(file: Path) -> str:
    stat = file.stat()
    return _sha256_of(file, stat.st_size, stat.st_mtime_ns)


@functools.lru_cache(maxsize=100_000)
def _sha256_of(file: Path, _size: int, _changed_ns: int) -> str:
    return sha256(file)


def _sha256(path: Path) -> str:
    try:
        return sha256(path)
    except FileNotFoundError:
        raise UserError("audio.missing", path=path) from None
