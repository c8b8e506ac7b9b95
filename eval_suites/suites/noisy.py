"""Noisy: background noise at three signal-to-noise ratios, of kinds that training has not heard."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from augment import Channel
from eval_suites.suite import Suite
from eval_suites.suites import Request
from kowhisper_tel.core.audio import SUFFIXES
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.files import fingerprint, sha256

SNRS_DB = (20.0, 10.0, 5.0)
HELD_OUT = ("brown", "hum")
"""Synthetic noise that the default training mixture leaves to the tests."""


def build(request: Request) -> list[Suite]:
    """A suite for each ratio; each utterance draws one of the sources."""
    sources, materials = _sources(request.noise or HELD_OUT)
    return [
        Suite(
            f"noisy_{snr_db:g}",
            "noisy",
            {"en": f"Noise, SNR {snr_db:g} dB", "ko": f"소음, SNR {snr_db:g} dB"},
            Channel.from_json(
                {
                    "name": f"noisy_{snr_db:g}",
                    "effects": [{"effect": "noise", "snr_db": snr_db, "source": sources}],
                }
            ),
            conditions={"snr_db": snr_db},
            unseen=not request.noise,
            materials=materials,
        )
        for snr_db in SNRS_DB
    ]


def _sources(names: tuple[str, ...]) -> tuple[list[str], Mapping[str, str]]:
    """The sources as channels name them, and the hash of each folder's recordings."""
    sources: list[str] = []
    materials: dict[str, str] = {}
    for name in names:
        folder = Path(name.removeprefix("folder:"))
        if name.startswith("folder:") or folder.is_dir() or "/" in name:
            source = f"folder:{folder.resolve()}"
            materials[source] = f"folder:{_contents(folder)}"
        else:
            source = name
        sources.append(source)
    return sources, materials


def _contents(folder: Path) -> str:
    files = sorted(file for file in folder.glob("**/*") if file.suffix.lower() in SUFFIXES)
    if not files:
        raise UserError("eval.noise_empty", path=folder)
    return fingerprint({file.relative_to(folder).as_posix(): sha256(file) for file in files})
