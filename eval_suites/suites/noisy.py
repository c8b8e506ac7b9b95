"""Noisy: background noise at three signal-to-noise ratios."""

from __future__ import annotations

import os
from pathlib import Path

from augment import Channel, noises
from eval_suites.materials import source as contents
from eval_suites.suite import Suite
from eval_suites.suites import Request
from kowhisper_tel.core.errors import UserError

SNRS_DB = (20.0, 10.0, 5.0)
SLASHES = {"/", os.sep}
HELD_OUT = ("babble",)
"""Synthetic noise that the default training mixture leaves to the tests."""


def build(request: Request) -> list[Suite]:
    """A suite for each ratio; each utterance draws one of the sources."""
    sources = [_source(name) for name in request.noise or HELD_OUT]
    materials = {source: contents(source) for source in sources if ":" in source}
    return [_suite(snr_db, sources, materials) for snr_db in SNRS_DB]


def _suite(snr_db: float, sources: list[str], materials: dict[str, str]) -> Suite:
    name = f"noisy_{snr_db:g}"
    effect = {"effect": "noise", "snr_db": snr_db, "source": sources}
    return Suite(
        name,
        "noisy",
        {"en": f"Noise, SNR {snr_db:g} dB", "ko": f"소음, SNR {snr_db:g} dB"},
        Channel.from_json({"name": name, "effects": [effect]}),
        conditions={"snr_db": snr_db},
        materials=materials,
    )


def _source(name: str) -> str:
    """A source as channels name it: a synthetic noise stays, a path becomes ``folder:…`` or ``file:…``.

    A path is known by a slash or by one of those prefixes, so that no folder that happens to be there takes the
    place of a synthetic noise.
    """
    if name in noises.names():
        return name
    prefixed = name.startswith(("folder:", "file:"))
    if not prefixed and not any(slash in name for slash in SLASHES):
        raise UserError("eval.noise_unknown", name=name, known=", ".join(noises.names()))
    path = Path(name.partition(":")[2] if prefixed else name).resolve()
    return f"file:{path}" if path.is_file() else f"folder:{path}"
