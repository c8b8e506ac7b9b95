"""Engines: what turns clips into texts. Each file here defines one ``ENGINE``, named like the file."""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from eval_suites.hypothesis import Transcript
from eval_suites.models import ModelSpec
from kowhisper_tel.core.errors import UserError

if TYPE_CHECKING:
    from kowhisper_tel.whisper.decoding import DecodingOptions


UNKNOWN = "unknown"
"""Device and number format of what works outside this process."""


@dataclass(frozen=True)
class Clip:
    """One rendering of one item: float32[n], mono, 16 kHz. ``decoding`` are options that its suite asks for."""

    utterance_id: str
    rendering: str
    audio: NDArray[np.float32]
    decoding: Mapping[str, Any] = field(default_factory=dict)


class Engine(Protocol):
    """An opened model."""

    def transcribe(self, clips: Sequence[Clip]) -> list[Transcript]:
        """One transcript for each clip, in order. The same batch gives the same texts whatever came before it.

        All clips of a batch are of one rendering, so they share ``decoding``. One over 30 s comes alone. An engine
        that holds more than memory (a program, say) also has ``close()``; see ``close``.
        """
        ...


def close(engine: Engine) -> None:
    """End what an engine holds beside memory, where it holds anything."""
    end = getattr(engine, "close", None)
    if end:
        end()


@dataclass(frozen=True)
class Task:
    """What an evaluation asks of its models: ids by rendering, and the rendering of each suite by its name."""

    ids: Mapping[str, frozenset[str]]
    suites: Mapping[str, str]


@dataclass(frozen=True)
class Setting:
    """How engines are opened.

    ``cache`` is a folder for what an engine makes of a model (a conversion), ``task`` what it will be asked, where
    that is known.
    """

    quantisation: str
    options: DecodingOptions
    device: str
    threads: int
    cache: Path
    task: Task | None = None


def no_gpu() -> bool:
    """For an engine that knows only the CPU."""
    return False


def any_quantisation(name: str, device: str | None) -> None:
    """For an engine that takes any, or that heeds none."""


def any_settings(spec: ModelSpec, task: Task | None) -> None:
    """For an engine that wants to know nothing but the model."""


def nothing_to_prepare(spec: ModelSpec, setting: Setting) -> None:
    """For an engine that opens a model as it is."""


def own_folder(spec: ModelSpec, _: Setting) -> Path | None:
    """What an engine reads that takes the model as it is."""
    return spec.folder


def nothing_on_disk(_: ModelSpec, __: Setting) -> Path | None:
    """For an engine whose model lies nobody knows where."""
    return None


def model_hash(spec: ModelSpec) -> str:
    """Hash of what decides a Hugging Face model's output, wherever its folder lies."""
    from kowhisper_tel.whisper import ct2

    return ct2.model_hash(folder_of(spec))


def folder_of(spec: ModelSpec) -> Path:
    """The folder of a model whose engine can't do without. Raises ``ValueError`` where there is none."""
    if spec.folder is None:
        raise ValueError("this engine needs a model's folder")
    return spec.folder


@dataclass(frozen=True)
class EngineKind:
    """An engine as its file declares it.

    ``identify`` gives the hash of a model's contents; ``libraries`` are the distributions whose version may change
    texts; ``quantised`` says whether ``Setting.quantisation`` means anything to it; ``sees_gpu`` whether it can work on
    a CUDA device here. ``check_quantisation`` raises ``UserError`` for one that it does not know, or cannot compute in
    on the device (``None``: whichever it may be). ``check`` raises it for a model that cannot be opened or does not
    fit the task (``None``: not known yet); nothing is written before. ``prepare`` makes what opening would make of a
    model once, and ``disk`` is the folder that opening reads.
    ``ours`` is false for what works outside this process: device, number format and decoding options are unknown
    there, and only the language is passed on. ``decodes`` is false where nothing is heard, so nothing costs anything.
    """

    name: str
    open: Callable[[ModelSpec, Setting], Engine]
    libraries: tuple[str, ...]
    quantised: bool = True
    identify: Callable[[ModelSpec], str] = model_hash
    sees_gpu: Callable[[], bool] = no_gpu
    check_quantisation: Callable[[str, str | None], None] = any_quantisation
    check: Callable[[ModelSpec, Task | None], None] = any_settings
    prepare: Callable[[ModelSpec, Setting], None] = nothing_to_prepare
    disk: Callable[[ModelSpec, Setting], Path | None] = own_folder
    ours: bool = True
    decodes: bool = True

    def device(self, asked: str) -> str:
        """The device meant: ``auto`` is ``cuda`` where the engine can work on one, else ``cpu``.

        Raises ``UserError`` (``eval.no_gpu``) for a ``cuda`` that it can't.
        """
        if not self.ours:
            return UNKNOWN
        if asked == "cpu":
            return asked
        sees_gpu = self.sees_gpu()
        if asked == "cuda" and not sees_gpu:
            raise UserError("eval.no_gpu", engine=self.name)
        return "cuda" if sees_gpu else "cpu"


@functools.cache
def names() -> tuple[str, ...]:
    """The engines there are, sorted."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(__path__) if not module.name.startswith("_")))


def get(name: str) -> EngineKind:
    """An engine by name. Raises ``UserError`` (``eval.engine_unknown``) naming those there are."""
    if name not in names():
        raise UserError("eval.engine_unknown", name=name, known=", ".join(names()))
    kind: EngineKind = importlib.import_module(f"{__name__}.{name}").ENGINE
    return kind
