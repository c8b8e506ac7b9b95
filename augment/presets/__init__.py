"""Mixtures ready for use, each a YAML file here; a user's own file is read by ``load``.

A file holds ``about`` (what it stands for, and the source of its figures) and ``mixture``, a list of
``{share, channel}`` as in ``Mixture.from_json``.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any

from augment.errors import SpecError, unknown
from augment.mixture import Mixture

FIELDS = ("about", "mixture")


def names() -> tuple[str, ...]:
    """All presets."""
    files = (file.name for file in resources.files(__name__).iterdir())
    return tuple(sorted(file.removesuffix(".yaml") for file in files if file.endswith(".yaml")))


def get(name: str) -> Mixture:
    """The mixture of a preset. Raises UnknownName, with the nearest."""
    return _mixture(_content(name), f"preset {name!r}")


def about(name: str) -> str:
    """What a preset stands for. Raises UnknownName, with the nearest."""
    return str(_content(name).get("about", "")).strip()


def load(path: Path) -> Mixture:
    """The mixture of a file in the form of a preset.

    Raises:
        SpecError: not such a file; with what is wrong in it.
    """
    return _mixture(_parsed(path.read_text(encoding="utf-8"), str(path)), str(path))


def _content(name: str) -> Mapping[str, Any]:
    if name not in names():
        raise unknown("preset", name, names())
    return _parsed(resources.files(__name__).joinpath(f"{name}.yaml").read_text(encoding="utf-8"), name)


def _parsed(text: str, where: str) -> Mapping[str, Any]:
    import yaml

    try:
        content = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise SpecError(f"{where} is not YAML: {error}") from None
    if not isinstance(content, Mapping) or "mixture" not in content:
        raise SpecError(f"{where} must hold 'about' and 'mixture', a list of shares and channels")
    for key in content:
        if key not in FIELDS:
            raise unknown(f"field of {where}", key, FIELDS)
    return content


def _mixture(content: Mapping[str, Any], where: str) -> Mixture:
    try:
        return Mixture.from_json(content["mixture"])
    except SpecError as error:
        raise type(error)(f"{where}: {error}") from None
