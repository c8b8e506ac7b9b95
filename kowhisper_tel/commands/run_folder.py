"""Run: the folder ``runs/<name>/`` with its config, its environment and every stage's outputs."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kowhisper_tel.config import Config, dump_config, load_config
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.files import write_json, write_text

BASE, CANDIDATE = "base", "phone"
"""Names of the model before tuning and of the one tuned on the telephone; a control's name is its config name."""


@dataclass(frozen=True)
class Run:
    """A run's config and the places of its files."""

    config: Config
    folder: Path

    @property
    def manifests(self) -> Path:
        """What ``prepare`` writes."""
        return self.folder / "manifests"

    def model(self, name: str) -> Path:
        """What ``train`` writes for one model, and its CTranslate2 form."""
        return self.folder / "models" / name

    @property
    def results(self) -> Path:
        """What ``evaluate`` writes."""
        return self.folder / "results"

    @property
    def report(self) -> Path:
        """What ``report`` writes."""
        return self.folder / "report"

    @property
    def tuned(self) -> list[str]:
        """Names of the models to train, the controls first."""
        return [*self.config.train.controls, CANDIDATE]


@contextmanager
def open_run(
    path: Path | None = None,
    overrides: Sequence[str] = (),
    *,
    name: str | None = None,
    resume: bool = False,
    overwrite: bool = False,
) -> Iterator[Run]:
    """Open the run that a config names, and hold it alone while the block lasts.

    A run that exists goes on where it stopped, if its config is the same. Raises ``UserError``: the config's own,
    ``run.differs``, ``run.absent``, ``run.foreign``, ``run.locked``.
    """
    named = [f"name={json.dumps(name)}"] if name is not None else []
    config = load_config(path, [*overrides, *named])
    run = Run(config, Path(config.runs) / config.name)
    stored = run.folder / "config.yaml"
    if resume and not stored.is_file():
        raise UserError("run.absent", folder=run.folder)
    if run.folder.is_dir() and any(p.name != ".lock" for p in run.folder.iterdir()) and not stored.is_file():
        raise UserError("run.foreign", folder=run.folder)
    run.folder.mkdir(parents=True, exist_ok=True)
    with _alone(run.folder):
        if overwrite:
            _empty(run.folder)
        if stored.is_file():
            _refuse_other(config, load_config(stored), run.folder)
        else:
            write_text(stored, dump_config(config))
        write_json(run.folder / "environment.json", environment())
        yield run


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    import fcntl

    with (folder / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UserError("run.locked", folder=folder) from None
        yield


def _empty(folder: Path) -> None:
    for entry in folder.iterdir():
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        elif entry.name != ".lock":
            entry.unlink()


def _refuse_other(config: Config, stored: Config, folder: Path) -> None:
    """A run is one config's; only what later stages read alone (report, gate) may change in place."""
    ours, theirs = _flat(config.model_dump(mode="json")), _flat(stored.model_dump(mode="json"))
    keys = sorted(
        key
        for key in ours.keys() | theirs.keys()
        if ours.get(key) != theirs.get(key) and not key.startswith(("gate", "runs"))
    )
    if keys:
        raise UserError("run.differs", folder=folder, keys=", ".join(keys[:6]) + (" …" if len(keys) > 6 else ""))


def _flat(value: Any, place: str = "") -> dict[str, Any]:
    if isinstance(value, dict):
        return {k: v for key, item in value.items() for k, v in _flat(item, f"{place}.{key}".strip(".")).items()}
    return {place: value}


def environment() -> dict[str, Any]:
    """What this machine is and which versions stand on it: provenance, never compared."""
    import os
    import platform
    from importlib.metadata import PackageNotFoundError, version

    packages = {}
    for package in (
        "kowhisper_tel",
        "torch",
        "transformers",
        "datasets",
        "peft",
        "ctranslate2",
        "audiomentations",
        "av",
    ):
        try:
            packages[package] = version(package)
        except PackageNotFoundError:
            packages[package] = "absent"
    return {
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "cores": os.cpu_count(),
        "packages": packages,
    }
