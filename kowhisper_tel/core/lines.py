"""Lines: JSON objects in append-only files, each sealed with a hash of itself, so that none is taken for another.

A seal is the line's last entry, ``"seal"``: BLAKE2b (8 bytes, hex) of the line as it would be without one. A line that
a killed writer left torn, or in which a bit has turned, does not match. Lines of files made before there were seals
have none: they are read as they are, as long as no sealed line stands before them.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

_SEAL = re.compile(rb', "seal": "([0-9a-f]{16})"\}$')


class DamagedLineError(ValueError):
    """A line is not as it was written."""


def sealed(record: Mapping[str, Any]) -> bytes:
    """A JSON object, which is not empty, as one line of UTF-8 with its seal and a newline."""
    plain = json.dumps(record, ensure_ascii=False).encode()
    return plain[:-1] + b', "seal": "' + _digest(plain) + b'"}\n'


def is_sealed(line: bytes) -> bool:
    """Whether a line (without its newline) ends in a seal, right or wrong."""
    return _SEAL.search(line) is not None


def opened(line: bytes) -> dict[str, Any]:
    """The object of a line (without its newline), its seal checked and taken off. Raises ``DamagedLineError``."""
    seal = _SEAL.search(line)
    plain = line[: seal.start()] + b"}" if seal else line
    if seal and _digest(plain) != seal[1]:
        raise DamagedLineError("the line does not match its seal (one that is changed on purpose must lose it)")
    try:
        record = json.loads(plain)
    except (ValueError, RecursionError) as problem:  # UnicodeDecodeError is a ValueError, too
        raise DamagedLineError(type(problem).__name__) from None
    if not isinstance(record, dict):
        raise DamagedLineError("not a JSON object")
    return record


def each_opened(content: bytes) -> Iterator[tuple[bytes, dict[str, Any] | None]]:
    """Each whole line of a file with its object, or ``None`` where it is damaged.

    What stands after the last newline, a killed writer left unfinished.
    """
    # Split at newlines only: a text may hold other characters that str.splitlines takes for a line's end.
    any_sealed = False
    for line in content.split(b"\n")[:-1]:
        any_sealed = any_sealed or is_sealed(line)
        try:
            yield line, opened(line) if is_sealed(line) or not any_sealed else None
        except DamagedLineError:
            yield line, None


def _digest(plain: bytes) -> bytes:
    return hashlib.blake2b(plain, digest_size=8).hexdigest().encode()
