"""Packages: those that the project wants, and whether they are there in the versions that it wants."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

from packaging.requirements import Requirement

from kowhisper_tel.doctor.finding import Finding

PROJECT = "kowhisper_tel"


def look(runs: Path) -> Iterator[Finding]:
    """Every package that is not there, or not in the version wanted."""
    try:
        wanted = [Requirement(line) for line in requires(PROJECT) or ()]
    except PackageNotFoundError:
        yield Finding("packages", "warning", "doctor.not_installed")
        return
    needed = [one for one in wanted if one.marker is None or one.marker.evaluate({"extra": ""})]
    lacking = [one for one in needed if not is_there(one)]
    if lacking:
        asked = " ".join(f'"{one.name}{one.specifier}"' for one in lacking)
        yield Finding("packages", "missing", "doctor.packages_missing", {"packages": asked})
    else:
        yield Finding("packages", "ok", "doctor.packages", {"count": len(needed)})


def is_there(wanted: Requirement) -> bool:
    """Whether a package is installed in a version that will do."""
    try:
        return wanted.specifier.contains(version(wanted.name), prereleases=True)
    except PackageNotFoundError:
        return False
