"""Matrix: the models that a config compares, by name, as the evaluation wants them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kowhisper_tel.config import Config, Model
from kowhisper_tel.core.errors import UserError

if TYPE_CHECKING:
    from eval_suites.models import ModelSpec

BASE, CANDIDATE = "base", "phone"
"""Names of the model before tuning and of the one tuned on the telephone; a control's name is its config name."""

Tuned = Callable[[str], Path]
"""Gives the folder of a model that this run tunes, by its name."""


def tuned_names(config: Config) -> list[str]:
    """Names of the models to train, the controls first."""
    return [*config.train.controls, CANDIDATE] if config.train else []


def entries(config: Config) -> list[Model]:
    """``evaluate.models``, or the base model and each tuned one; one of each quantisation."""
    given = config.evaluate.models
    if given is None:
        given = [Model(name=BASE, model=config.model)]
        given += [Model(name=name, model=name) for name in tuned_names(config)]
    return [single for entry in given for single in _by_quantisation(entry)]


def specs(config: Config, tuned: Tuned) -> dict[str, ModelSpec]:
    """The models and then the variants of post-processing, by name.

    Raises ``UserError``: ``matrix.twice``, ``matrix.nothing_tuned``, ``matrix.post``, and what ``resolve_model`` and
    ``tuned`` do.
    """
    from eval_suites.models import ModelSpec, Post

    found: dict[str, ModelSpec] = {}
    for entry in entries(config):
        _add(found, entry.name, _spec(entry, config, tuned))
    for post in config.evaluate.post:
        for source in post.models:
            if source not in found:
                raise UserError("matrix.post", name=post.name, source=source, known=", ".join(found))
            work = Post(source, post.kind, post.options)
            _add(found, f"{source}+{post.name}", ModelSpec(None, post.role, post=work))
    return found


def _add(found: dict[str, ModelSpec], name: str, spec: ModelSpec) -> None:
    if name in found:
        raise UserError("matrix.twice", name=name)
    found[name] = spec


def _by_quantisation(entry: Model) -> Iterator[Model]:
    if not isinstance(entry.quantisation, list):
        yield entry
        return
    if not entry.quantisation:
        raise UserError("matrix.no_quantisation", name=entry.name)
    for numbers in entry.quantisation:
        yield entry.model_copy(update={"name": f"{entry.name}-{numbers}", "quantisation": numbers})


def _spec(entry: Model, config: Config, tuned: Tuned) -> ModelSpec:
    from eval_suites.models import ModelSpec

    role = entry.role or _role(entry, config)
    if entry.model is None:
        return ModelSpec(None, role, "replay" if entry.file else "command", settings=_settings(entry))
    decoding = entry.decoding.model_dump(exclude_none=True)
    folder = _folder(entry.model, config, tuned)
    return ModelSpec(folder, role, entry.engine, str(entry.quantisation) if entry.quantisation else None, decoding)


def _settings(entry: Model) -> dict[str, Any]:
    given = {name: getattr(entry, name) for name in ("command", "url", "file") if getattr(entry, name) is not None}
    return {**entry.options, **given}


def _role(entry: Model, config: Config) -> str:
    if entry.model in tuned_names(config):
        return "candidate" if entry.model == CANDIDATE else "control"
    return "base" if entry.model == config.model else "other"


def _folder(name: str, config: Config, tuned: Tuned) -> Path:
    from kowhisper_tel.whisper.resolve import resolve_model
    from kowhisper_tel.whisper.sealed import is_converted

    if name in tuned_names(config):
        return tuned(name)
    if name in (CANDIDATE, "clean"):
        raise UserError("matrix.nothing_tuned", name=name, known=", ".join(tuned_names(config)) or "-")
    return Path(name) if is_converted(Path(name)) else resolve_model(name)
