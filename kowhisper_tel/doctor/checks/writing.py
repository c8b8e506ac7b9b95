"""Writing: whether files can be written whole where runs and made models are to lie. What is tried is removed."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from kowhisper_tel.core.files import standing, write_text
from kowhisper_tel.doctor.finding import Finding
from kowhisper_tel.whisper.folders import cache_folder


def look(runs: Path) -> Iterator[Finding]:
    """The folder of runs, and the cache of made models."""
    for folder in (runs, cache_folder()):
        try:
            try_writing(standing(folder))
        except OSError as problem:
            facts = {"folder": str(folder), "problem": problem.strerror or str(problem)}
            yield Finding("writing", "missing", "doctor.unwritable", facts)
        else:
            yield Finding("writing", "ok", "doctor.writable", {"folder": str(folder)})


def try_writing(folder: Path) -> None:
    """Write, put in place, lock and read a file in a new folder there, and remove both. Raises ``OSError``."""
    import fcntl

    with tempfile.TemporaryDirectory(dir=folder, prefix=".doctor-") as new:
        file = Path(new) / "한글.txt"
        write_text(file, "네\n")
        with file.open() as written:
            fcntl.flock(written, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if file.read_text(encoding="utf-8") != "네\n":
            raise OSError(f"{file} does not hold what was written")
