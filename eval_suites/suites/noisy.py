"""Noisy: background noise at three signal-to-noise ratios."""

from __future__ import annotations

from pathlib import Path

from augment import Channel, noises
from eval_suites.materials import source as contents
from eval_suites.suite import Suite
from eval_suites.suites import Request
from kowhisper_tel.core.errors import UserError

SNRS_DB = (20.0, 10.0, 5.0)
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
    """A source as channels name it: a path becomes ``folder:…`` or ``file:…``, a synthetic noise stays."""
    path = Path(name.partition(":")[2] if name.startswith(("folder:", "file:")) else name)
    if path.is_file():
        return f"file:{path.resolve()}"
    if path.is_dir() or str(path) != name or len(path.parts) > 1:
        return f"folder:{path.resolve()}"
    if name not in noises.names():
        raise UserError("eval.noise_unknown", name=name, known=", ".join(noises.names()))
    return name
