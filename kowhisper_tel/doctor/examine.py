"""Examine: every check in turn."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from kowhisper_tel.doctor.checks import codecs, disk, fonts, gpu, memory, model, packages, python, writing
from kowhisper_tel.doctor.finding import Finding

CHECKS = (python, packages, gpu, memory, model, codecs, disk, writing, fonts)
"""In the order in which they are told; each has ``look(runs)``, which yields findings and raises nothing."""


def examine(runs: Path) -> Iterator[Finding]:
    """What all checks find, one after another; ``runs`` is the folder where runs are to lie."""
    for check in CHECKS:
        yield from check.look(runs)
