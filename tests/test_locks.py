"""The locks hold what ``pyproject.toml`` asks for: each dependency, at a version that it admits, with hashes."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LOCKS = {"demo": ("demo",), "dev": ("demo", "dev")}
"""Each lock, and the extras that it is of."""
APART = "torch"
PINNED = re.compile(r"^([\w.-]+)==([^\s;\\]+)(?: ; ([^\\]+?))?(?: \\)?$")
HASH = re.compile(r"^    --hash=sha256:[0-9a-f]{64}(?: \\)?$")


def pins(lock: str) -> dict[str, list[tuple[Version, int]]]:
    """Each package's versions (of a universal lock there may be several), and how many hashes each has."""
    found: dict[str, list[tuple[Version, int]]] = {}
    latest: list[tuple[Version, int]] = []
    for line in (ROOT / "locks" / f"{lock}.txt").read_text(encoding="utf-8").splitlines():
        if match := PINNED.match(line):
            latest = found.setdefault(canonicalize_name(match[1]), [])
            latest.append((Version(match[2]), 0))
        elif HASH.match(line):
            version, hashes = latest.pop()
            latest.append((version, hashes + 1))
        else:
            assert line.startswith("#"), f"{lock}.txt: not a pin, a hash or a comment: {line}"
    return found


def asked(extras: tuple[str, ...]) -> list[Requirement]:
    optional = PROJECT["optional-dependencies"]
    return [Requirement(line) for line in (*PROJECT["dependencies"], *(one for e in extras for one in optional[e]))]


def test_there_is_a_test_for_each_lock() -> None:
    assert {path.stem for path in (ROOT / "locks").iterdir()} == LOCKS.keys()
    script = (ROOT / "scripts" / "lock.sh").read_text(encoding="utf-8")
    assert re.findall(r"for extras in (.*); do", script) == [" ".join(",".join(extras) for extras in LOCKS.values())]


@pytest.mark.parametrize("lock", LOCKS)
def test_every_dependency_is_locked_at_a_version_that_is_admitted(lock: str) -> None:
    known = pins(lock)
    for wanted in asked(LOCKS[lock]):
        name = canonicalize_name(wanted.name)
        if name == APART:
            continue
        assert name in known, f"{name} is not in locks/{lock}.txt: make lock"
        for version, _ in known[name]:
            assert wanted.specifier.contains(version, prereleases=True), f"{wanted}, but {version}: make lock"


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_has_hashes(lock: str) -> None:
    known = pins(lock)
    assert len(known) > 50
    assert [name for name, versions in known.items() if not all(hashes for _, hashes in versions)] == []


def test_torch_is_apart_and_named_by_the_makefile_at_a_version_that_is_admitted() -> None:
    """As ``docs/security`` says: its build differs by machine."""
    assert not any(APART in pins(lock) for lock in LOCKS)
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    pinned = re.findall(r"^TORCH \?= torch==(\S+)$", makefile, re.M)
    (wanted,) = (one for one in asked(()) if one.name == APART)
    assert len(pinned) == 1
    assert wanted.specifier.contains(Version(pinned[0]))


def test_both_locks_have_the_same_versions() -> None:
    demo, dev = pins("demo"), pins("dev")
    assert {name: [v for v, _ in demo[name]] for name in demo} == {name: [v for v, _ in dev[name]] for name in demo}
