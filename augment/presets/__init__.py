"""Mixtures ready for use, each a YAML file here; a user's own file is read by ``load``.

A file holds ``about`` (what it stands for) and ``sources`` (of its figures), each a text or as here one for each of the
languages ``en`` and ``ko``; and ``mixture``, a list of ``{share, channel}`` as in ``Mixture.from_json``, or of
``{share, preset}`` for all channels of another preset.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any

from augment.channel import Channel
from augment.errors import SpecError, unknown
from augment.mixture import Mixture

FIELDS = ("about", "sources", "mixture")


def names() -> tuple[str, ...]:
    """All presets."""
    files = (file.name for file in resources.files(__name__).iterdir())
    return tuple(sorted(file.removesuffix(".yaml") for file in files if file.endswith(".yaml")))


def get(name: str) -> Mixture:
    """The mixture of a preset. Raises UnknownName, with the nearest."""
    return _mixture(_content(name), f"preset {name!r}")


def find(name: str) -> Mixture:
    """The mixture of a preset, or of a user's file if a path is given. Raises as ``get`` and ``load``."""
    path = Path(name)
    return load(path) if path.suffix in (".yaml", ".yml") or path.is_file() else get(name)


def about(name: str, language: str = "en") -> str:
    """What a preset stands for, in English or Korean (``ko``). Raises UnknownName, with the nearest."""
    return str(_content(name)["about"][language]).strip()


def sources(name: str, language: str = "en") -> str:
    """Where the figures of a preset are from, in English or Korean. Raises as ``about``."""
    return str(_content(name)["sources"][language]).strip()


def load(path: Path) -> Mixture:
    """The mixture of a file in the form of a preset.

    Raises:
        SpecError: not such a file, or not in UTF-8; with what is wrong in it.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise SpecError(f"{path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise SpecError(f"{path} is not UTF-8 (CP949?); save it as UTF-8") from None
    return _mixture(_parsed(text, str(path)), str(path))


def _content(name: str) -> Mapping[str, Any]:
    if name not in names():
        raise unknown("preset", name, names())
    return _parsed(resources.files(__name__).joinpath(f"{name}.yaml").read_text(encoding="utf-8"), name)


def _parsed(text: str, where: str) -> Mapping[str, Any]:
    import yaml

    try:
        content = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise SpecError(f"{where} is not YAML: {error}") from None
    if not isinstance(content, Mapping) or "mixture" not in content:
        raise SpecError(f"{where} must hold 'about' and 'mixture', a list of shares and channels")
    for key in content:
        if key not in FIELDS:
            raise unknown(f"field of {where}", key, FIELDS)
    return content


def _mixture(content: Mapping[str, Any], where: str) -> Mixture:
    try:
        return _joined(content["mixture"])
    except SpecError as error:
        raise type(error)(f"{where}: {error}") from None


def _joined(parts: Any) -> Mixture:
    """The mixture of the parts, those of a preset in place of its name, with its share divided among them."""
    if not isinstance(parts, list):
        return Mixture.from_json(parts)  # which says what is wrong
    made: list[tuple[float, Channel]] = []
    for part in parts:
        if isinstance(part, Mapping) and set(part) == {"share", "preset"}:
            (whole,) = Mixture.from_json([{"share": part["share"], "channel": {"name": str(part["preset"])}}]).parts
            inner = get(part["preset"]).parts
            total = sum(share for share, _ in inner)
            made += [(whole[0] * share / total, channel) for share, channel in inner]
        else:
            made += Mixture.from_json([part]).parts
    return Mixture(tuple(made))
