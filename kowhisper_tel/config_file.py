"""Config file: YAML to ``Config`` and back. Without a file, ``demo.yaml`` beside this one is read."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError

from kowhisper_tel.config import Config
from kowhisper_tel.core import yaml_text
from kowhisper_tel.core.errors import UserError

DEMO = Path(__file__).with_name("demo.yaml")
"""The config of the embedded demo."""
MOST_ENTRIES = 100_000


def load_config(path: Path | None = None, overrides: Sequence[str] = ()) -> Config:
    """The config of a YAML file (or the embedded demo's), with ``a.b=c`` overrides.

    ``${NAME}`` in a value is replaced by the environment variable, except in ``evaluate.models``, where it stays: it
    may be a key, which is to be written nowhere, and who uses it fills it in. Relative paths (corpora, noise, suites,
    models, the cache) are taken from the config file's folder. Raises ``UserError``: ``config.missing``,
    ``config.yaml``, ``config.invalid``, ``config.variable``, ``config.override``.
    """
    values = _read_yaml(path or DEMO)
    for override in overrides:
        _override(values, override)
    _check_size(values, path or DEMO)
    return validated(_expand_all(values), path)


def validated(values: Mapping[str, Any], path: Path | None = None) -> Config:
    """The config of plain values, as they stand in a file ``path``. Raises ``UserError``: ``config.invalid``."""
    try:
        config = Config.model_validate(values)
    except ValidationError as problems:
        raise UserError("config.invalid", path=path or "(demo)", problems=_explain(problems)) from None
    return _anchor(config, path.parent if path else Path())


def _read_yaml(path: Path) -> dict[str, Any]:
    if not path.is_file():
        raise UserError("config.missing", path=path)
    try:
        values = yaml_text.parse(path.read_text(encoding="utf-8-sig"))
    except ValueError as problem:
        raise UserError("config.yaml", path=path, problem=problem) from None
    if values is not None and not isinstance(values, dict):
        raise UserError("config.yaml", path=path, problem="the file must hold `key: value` lines")
    return values or {}


def _check_size(values: Any, path: Path) -> None:
    """Refuse aliases that, filled in, come to more than any config holds: of each other, or of themselves."""
    left, entries = [values], 0
    while left:
        value = left.pop()
        left.extend(value.values() if isinstance(value, dict) else value if isinstance(value, list) else ())
        entries += 1
        if entries > MOST_ENTRIES:
            problem = f"more than {MOST_ENTRIES:,} entries once its aliases are filled in"
            raise UserError("config.yaml", path=path, problem=problem)


def _override(values: dict[str, Any], override: str) -> None:
    """Set ``a.b=c`` (list items by number: ``data.corpora.0.limit=20``), the value read as YAML."""
    keys, sign, text = override.partition("=")
    if not sign or not keys:
        raise UserError("config.override", override=override, problem="no `=`")
    node: Any = values
    *parents, last = keys.split(".")
    try:
        for key in parents:
            if isinstance(node, list):
                node = node[int(key)]
            else:
                node[key] = node.get(key) or {}  # `train:` with nothing under it is None in YAML
                node = node[key]
        node[int(last) if isinstance(node, list) else last] = yaml_text.parse(text)
    except (ValueError, IndexError, AttributeError, TypeError) as problem:
        raise UserError("config.override", override=override, problem=problem) from None


def _expand_all(values: dict[str, Any]) -> dict[str, Any]:
    evaluate = values.get("evaluate")
    if not isinstance(evaluate, Mapping) or "models" not in evaluate:
        return {key: _expand(item) for key, item in values.items()}
    rest = _expand({**values, "evaluate": {key: item for key, item in evaluate.items() if key != "models"}})
    return {**rest, "evaluate": {**rest["evaluate"], "models": evaluate["models"]}}


def _expand(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _expand(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_expand(item) for item in value]
    return re.sub(r"\$\{(\w+)\}", _variable, value) if isinstance(value, str) else value


def _variable(match: re.Match[str]) -> str:
    value = os.environ.get(match[1])
    if value is None:
        raise UserError("config.variable", variable=match[1])
    return value


_CODES = {
    "missing": "config.entry_missing",
    "literal_error": "config.entry_choice",
    "greater_than": "config.entry_range",
    "greater_than_equal": "config.entry_range",
    "less_than": "config.entry_range",
    "less_than_equal": "config.entry_range",
    "finite_number": "config.entry_finite",
    "string_pattern_mismatch": "config.entry_pattern",
    "too_short": "config.entry_length",
    "too_long": "config.entry_length",
}
"""pydantic's kinds of problems; those that begin as one of ``_FORMS`` are of its form, all others ``config.entry``."""
_FORMS = ("int", "float", "bool", "string", "list", "tuple", "dict", "model")
_SIGNS = {"gt": ">", "ge": "≥", "lt": "<", "le": "≤"}


def _explain(problems: ValidationError) -> tuple[UserError, ...]:
    """One error a problem: where, what was found, and what may stand there; the near name for an unknown key."""
    return tuple(_error(dict(problem)) for problem in problems.errors())


def _error(problem: Mapping[str, Any]) -> UserError:
    kind, found = str(problem["type"]), repr(problem["input"])[:200]
    place = ".".join(str(part) for part in problem["loc"])
    facts = {sign: value for sign, value in problem.get("ctx", {}).items() if sign != "error"}
    if kind == "extra_forbidden":
        known = _known_keys(problem["loc"][:-1])
        near = difflib.get_close_matches(str(problem["loc"][-1]), known, 1, 0.5)
        if near:
            return UserError("config.entry_near", place=place, near=near[0])
        return UserError("config.entry_unknown", place=place, known=", ".join(known))
    if kind == "missing":
        return UserError("config.entry_missing", place=place)
    if code := _CODES.get(kind):
        bounds = ", ".join(f"{_SIGNS[sign]} {value}" for sign, value in facts.items() if sign in _SIGNS)
        wanted = (
            bounds or facts.get("expected") or facts.get("pattern") or facts.get("min_length", facts.get("max_length"))
        )
        return UserError(code, place=place, found=found, wanted=wanted)
    if form := next((form for form in _FORMS if kind.startswith(form)), None):
        return UserError("config.entry_form", place=place, found=found, wanted=form)
    return UserError("config.entry", place=place, found=found, problem=problem["msg"])


def _known_keys(place: Sequence[int | str]) -> list[str]:
    section: type[BaseModel] = Config
    for part in place:
        if isinstance(part, str) and part in section.model_fields:
            section = _section_of(section.model_fields[part].annotation) or section
    return list(section.model_fields)


def _section_of(annotation: Any) -> type[BaseModel] | None:
    """The config section inside an annotation such as ``list[Corpus]`` or ``Lora | None``."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    inner = (_section_of(argument) for argument in getattr(annotation, "__args__", ()))
    return next((section for section in inner if section), None)


def _anchor(config: Config, folder: Path) -> Config:
    """The same config with relative paths that exist beside the config file made absolute."""

    def place(name: str) -> str:
        return str((folder / name).resolve()) if (folder / name).exists() else name

    def files(value: Any) -> Any:
        """A preset's file, or a corpus's layout."""
        return place(value) if isinstance(value, str) and value.endswith((".yaml", ".yml")) else value

    def own(name: str) -> str:
        """A file of suites, there or not, so that the error names where it was looked for."""
        return str((folder / name).resolve()) if name.endswith((".yaml", ".yml")) else name

    def sources(value: Any) -> Any:
        """Noise sources (``folder:PATH``, ``file:PATH``) anywhere inside channels, or a preset's file."""
        if isinstance(value, dict):
            return {key: sources(item) for key, item in value.items()}
        if isinstance(value, list):
            return [sources(item) for item in value]
        kind, colon, name = value.partition(":") if isinstance(value, str) else ("", "", "")
        return f"{kind}:{place(name)}" if colon and kind in ("folder", "file") else files(value)

    def path(name: str) -> str:
        """A synthetic noise is a bare name; a path has a slash or a prefix."""
        return place(name) if "/" in name and ":" not in name else sources(name)

    def noise(given: str | list[str] | None) -> str | list[str] | None:
        return [path(name) for name in given] if isinstance(given, list) else given and path(given)

    evaluate = {
        "noise": noise(config.evaluate.noise),
        "suites": [own(name) for name in config.evaluate.suites],
        "cache": config.evaluate.cache and str((folder / config.evaluate.cache).resolve()),
    }
    corpora = [
        c.model_copy(update={"path": c.path and place(c.path), "options": {k: files(v) for k, v in c.options.items()}})
        for c in config.data.corpora
    ]
    lists = {split: place(name) for split, name in config.data.lists.items()}
    long = config.data.long
    if long and not long.model.startswith("builtin/"):
        long = long.model_copy(update={"model": place(long.model)})
    train = config.train
    if train:
        suites = [own(name) for name in train.dev_suites]
        train = train.model_copy(
            update={"channels": sources(train.channels), "noise": noise(train.noise), "dev_suites": suites}
        )
    export = config.export
    if export and export.suites:
        export = export.model_copy(update={"suites": [own(name) for name in export.suites]})
    return config.model_copy(
        update={
            "model": place(config.model) if not config.model.startswith("builtin/") else config.model,
            "data": config.data.model_copy(update={"corpora": corpora, "lists": lists, "long": long}),
            "train": train,
            "export": export,
            "evaluate": config.evaluate.model_copy(update={**evaluate, **_anchor_models(config, folder, place)}),
            "gate": config.gate.model_copy(update={"budgets": config.gate.budgets and place(config.gate.budgets)}),
        }
    )


def _anchor_models(config: Config, folder: Path, place: Callable[[str], str]) -> dict[str, Any]:
    """Files of recognisers, hypotheses and post-processing, and folders of models."""

    def file(value: Any) -> Any:
        # Not resolved: the Python of a virtual environment is a link, and another one once the link is followed.
        return str((folder / value).absolute()) if isinstance(value, str) and (folder / value).is_file() else value

    models = [
        model.model_copy(
            update={
                "model": place(model.model) if model.model and "/" in model.model else model.model,
                "command": model.command and [file(word) for word in model.command],
                "file": file(model.file),
            }
        )
        for model in config.evaluate.models or ()
    ]
    post = [
        entry.model_copy(update={"options": {key: file(value) for key, value in entry.options.items()}})
        for entry in config.evaluate.post
    ]
    return {"models": models or None, "post": post}


def dump_config(config: Config) -> str:
    """The resolved config as YAML that ``load_config`` reads back."""
    return yaml.safe_dump(config.model_dump(mode="json"), allow_unicode=True, sort_keys=False)
