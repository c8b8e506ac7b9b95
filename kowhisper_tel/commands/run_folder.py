"""Run: the folder ``runs/<name>/`` with its config, its environment and every stage's outputs."""

from __future__ import annotations

import json
import shutil
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kowhisper_tel.commands.checks import check
from kowhisper_tel.commands.matrix import tuned_names
from kowhisper_tel.config import Config
from kowhisper_tel.config_file import dump_config, load_config
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.files import remove_unfinished, write_json, write_text
from kowhisper_tel.core.manifest import Manifest
from kowhisper_tel.train import ranks

CONFIG, ENVIRONMENT = "config.yaml", "environment.json"
FREE = (
    *("gate", "evaluate", "export", "report", "runs"),
    *("train.save_steps", "train.save_total_limit", "train.dataloader_num_workers", "train.report_to"),
)
"""Config keys that decide nothing of manifests and models; ``evaluate`` itself refuses results of other settings."""


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

    def exported(self, name: str) -> Path:
        """What ``export`` writes for one model: a folder for each format."""
        return self.folder / "exports" / name

    def parity(self, name: str) -> Path:
        """What an export's check heard: texts, kept apart from what is published."""
        return self.folder / "parity" / name

    @property
    def report(self) -> Path:
        """What ``report`` writes."""
        return self.folder / "report"

    @property
    def tuned(self) -> list[str]:
        """Names of the models to train, the controls first."""
        return tuned_names(self.config)


@contextmanager
def open_run(
    path: Path | None = None,
    overrides: Sequence[str] = (),
    *,
    name: str | None = None,
    resume: bool = False,
    overwrite: bool = False,
    new: bool = True,
    evaluates: bool = False,
    keep_config: bool = False,
    shared: bool = False,
) -> Iterator[Run]:
    """Open the run that a config names, and hold it alone while the block lasts.

    A run that exists goes on where it stopped, if what its stages were made with is the same. With ``resume``, or
    without ``new``, it must exist. ``overwrite`` deletes it first, once all else is in order. ``evaluates``: see
    ``check``. ``keep_config``: what is asked of one command is not written into the run for those to come.
    ``shared``: several ranks may work on it (``train.ranks``), for all of whom the first holds it.

    Raises ``UserError``: the config's own, those of ``check``, ``run.both``, ``run.differs``, ``run.absent``,
    ``run.foreign``, ``run.locked``, ``run.ranks``.
    """
    if not shared:
        ranks.refuse()
    if resume and overwrite:
        raise UserError("run.both")
    run = look(path, overrides, name=name, new=new and not resume, overwrite=overwrite, evaluates=evaluates)
    if not ranks.is_first():
        yield run
        return
    config, exists = run.config, (run.folder / CONFIG).is_file()
    run.folder.parent.mkdir(parents=True, exist_ok=True)
    with _alone(run.folder):
        if overwrite and exists:
            _delete(run.folder)
        remove_unfinished(run.folder)
        if not keep_config:
            write_text(run.folder / CONFIG, dump_config(config))
        if not (run.folder / ENVIRONMENT).is_file():
            write_json(run.folder / ENVIRONMENT, environment())
        yield run


def look(
    path: Path | None = None,
    overrides: Sequence[str] = (),
    *,
    name: str | None = None,
    new: bool = False,
    overwrite: bool = False,
    evaluates: bool = False,
) -> Run:
    """The run that a config names, as ``open_run`` would open it: checked the same way, and left as it is."""
    named = [f"name={json.dumps(name)}"] if name is not None else []
    config = load_config(path, [*overrides, *named])
    run = Run(config, Path(config.runs) / config.name)
    exists = (run.folder / CONFIG).is_file()
    if not new and not exists:
        raise UserError("run.absent", folder=run.folder)
    stored = _stored(run.folder) if exists else None
    if not exists and run.folder.is_dir() and any(run.folder.iterdir()):
        raise UserError("run.foreign", folder=run.folder)
    if stored and not overwrite:
        _refuse_other(run, stored)
    check(config, evaluates=evaluates)
    return run


def _stored(folder: Path) -> Config:
    """The config of a run of ours; a folder whose ``config.yaml`` is something else is not touched."""
    try:
        return load_config(folder / CONFIG)
    except UserError:
        raise UserError("run.foreign", folder=folder) from None


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    import fcntl

    with folder.with_name(f".{folder.name}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UserError("run.locked", folder=folder) from None
        yield


def _delete(folder: Path) -> None:
    """Out of the way in one step, so that a kill leaves no half of it under its name."""
    aside = folder.with_name(f".{folder.name}.{uuid.uuid4().hex}.old")
    folder.rename(aside)
    shutil.rmtree(aside)


def _refuse_other(run: Run, stored: Config) -> None:
    """What no stage has used yet may still change, and what has no effect on what was made may always."""
    made = [stage for stage in ("manifests", "models") if (run.folder / stage).exists()]
    if not made:
        return
    free = FREE if "models" in made else (*FREE, "train")
    ours, theirs = _flat(run.config.model_dump(mode="json")), _flat(stored.model_dump(mode="json"))
    keys = sorted(
        key
        for key in ours.keys() | theirs.keys()
        if ours.get(key) != theirs.get(key) and not any(f"{key}.".startswith(f"{prefix}.") for prefix in free)
    )
    if keys:
        raise UserError("run.differs", folder=run.folder, keys=", ".join(keys[:6]) + (" …" if len(keys) > 6 else ""))


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


def read_manifest(run: Run, split: str) -> Manifest:
    """A manifest that ``prepare`` wrote. Raises ``UserError`` (``run.stage_missing``)."""
    path = run.manifests / f"{split}.jsonl"
    if not path.is_file():
        raise UserError("run.stage_missing", folder=run.folder, needed=f"manifests/{split}.jsonl", stage="prepare")
    return Manifest.read(path)
