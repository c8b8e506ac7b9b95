"""Suite file: suites of a user's own, as a list in a YAML file.

    - name: hotline                       # required; the rest may be left out
      stratum: hotline                    # the headline row; without it, the file's name
      title: {en: Hotline, ko: 상담 전화}   # or one text
      channel:                            # nothing: as recorded; a preset's name; effects; or a mixture
        - {effect: noise, snr_db: 10, source: "folder:street"}   # relative to the file's folder
        - {effect: codec, codec: g729a}
      selection: {role: customer}         # tags that an utterance must have
      unless: {network: volte}            # and must not
      content: phone                      # a kind of number that must be said
      sample: 100                         # utterances; without it as the size has it; null: all
      conditions: {snr_db: 10}            # points of curves (eval_suites.suite.CONDITIONS)

Audio that came through a telephone (``real_phone: yes``) goes through no channel of a file either, and English
(``language: en``) is in no suite of it, unless the entry itself says ``unless`` or selects it; English that is selected
is decoded as such.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from augment import Channel, Mixture, presets
from augment.errors import AugmentError
from eval_suites import materials, numbers
from eval_suites.suite import CONDITIONS, WINDOW_S, Suite
from eval_suites.suites._shared import FOREIGN, OTHER
from kowhisper_tel.core import yaml_text
from kowhisper_tel.core.errors import UserError

NAME = r"[\w+-][\w.+-]*"


def read(path: Path, *, sample: int | None = None) -> list[Suite]:
    """The suites of a file; ``sample`` is for entries that name none.

    Raises ``UserError``: ``suites.file_missing``, ``suites.file_yaml``, ``suites.file_key`` and ``suites.file_value``
    (naming file, entry and key), ``eval.noise_empty``.
    """
    if not path.is_file():
        raise UserError("suites.file_missing", path=path)
    try:
        entries = yaml_text.parse(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as problem:
        raise UserError("suites.file_yaml", path=path, problem=problem) from None
    if isinstance(entries, Mapping) and set(entries) == {"suites"}:
        entries = entries["suites"]
    if not isinstance(entries, list) or not entries:
        raise UserError("suites.file_yaml", path=path, problem=f"found {type(entries).__name__}, not a list of suites")
    made: list[Suite] = []
    for number, entry in enumerate(entries, 1):
        suite = _Entry(path, number, entry).suite(sample)
        if any(suite.name == other.name for other in made):
            raise UserError("eval.suite_twice", name=suite.name)
        made.append(suite)
    return made


class _Entry:
    """One entry, and where it stands."""

    def __init__(self, path: Path, number: int, fields: Any) -> None:
        self._path, self._place = path, str(number)
        if not isinstance(fields, Mapping):
            raise UserError("suites.file_yaml", path=path, problem=f"entry {number} is {fields!r}, not `key: value`")
        self._fields = fields
        if isinstance(fields.get("name"), str):
            self._place = f"{number} ({fields['name']})"
        for key in fields:
            if key not in KEYS:
                raise UserError("suites.file_key", path=path, entry=self._place, key=key, hint=_hint(str(key), KEYS))

    def suite(self, sample: int | None) -> Suite:
        """The entry as a suite."""
        if "name" not in self._fields:
            raise self._wrong("name", "it is missing; every suite needs one")
        values = {key: self._value(key) for key in self._fields}
        name = values["name"]
        channel = values.pop("channel", Channel("clean"))
        if isinstance(channel, Channel):
            channel = Channel(name, channel.effects)
        heard, selected = isinstance(channel, Mixture) or channel.effects, values.get("selection", {})
        apart = OTHER if heard else FOREIGN
        values.setdefault("unless", {tag: value for tag, value in apart.items() if tag not in selected})
        if FOREIGN.items() <= selected.items():
            values["decoding"] = FOREIGN
        values.setdefault("stratum", self._path.stem)
        values.setdefault("title", {"en": name, "ko": name})
        values.setdefault("sample", sample)
        return Suite(channel=channel, materials=materials.sources(channel.to_json()), **values)

    def _value(self, key: str) -> Any:
        try:
            return KEYS[key](self._fields[key], self._path.parent)
        except (ValueError, AugmentError) as problem:
            raise self._wrong(key, str(problem)) from None

    def _wrong(self, key: str, problem: str) -> UserError:
        return UserError("suites.file_value", path=self._path, entry=self._place, key=key, problem=problem)


def _hint(wrong: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(wrong, list(known), 1, 0.5)
    return f"→ {near[0]}?" if near else f"→ {', '.join(known)}"


def _name(value: Any, _: Path) -> str:
    if not isinstance(value, str) or not re.fullmatch(NAME, value):
        raise ValueError(f"{value!r}: letters, digits and . _ + - without spaces")
    return value


def _title(value: Any, _: Path) -> dict[str, str]:
    if isinstance(value, str) and value:
        return {"en": value, "ko": value}
    both = isinstance(value, Mapping) and set(value) == {"en", "ko"}
    if not both or not all(isinstance(text, str) for text in value.values()):
        raise ValueError(f"{value!r}: a text, or {{en: …, ko: …}}")
    return dict(value)


def _tags(value: Any, _: Path) -> dict[str, str]:
    if not isinstance(value, Mapping) or any(isinstance(v, list | dict) or v is None for v in value.values()):
        raise ValueError(f"{value!r}: tags and their values, such as {{gender: F}}")
    return {str(tag): str(v).lower() if isinstance(v, bool) else str(v) for tag, v in value.items()}


def _content(value: Any, _: Path) -> str:
    if value not in numbers.KINDS:
        raise ValueError(f"{value!r} {_hint(str(value), numbers.KINDS)}")
    return str(value)


def _sample(value: Any, _: Path) -> int | None:
    if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 1):
        raise ValueError(f"{value!r}: a whole number from 1, or null")
    return value


def _longest_s(value: Any, _: Path) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= WINDOW_S:
        raise ValueError(f"{value!r}: seconds, at most {WINDOW_S:g}")
    return float(value)


def _summed(value: Any, _: Path) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"{value!r}: true or false")
    return value


def _conditions(value: Any, _: Path) -> dict[str, float | str]:
    """Axes of one's own are welcome; what looks like a slip of a known one is not."""
    if not isinstance(value, Mapping):
        raise ValueError(f"{value!r}: such as {{snr_db: 10}}")
    for key, found in value.items():
        number = isinstance(found, int | float) and not isinstance(found, bool) and math.isfinite(found)
        if not isinstance(key, str) or not (number or isinstance(found, str)):
            raise ValueError(f"{key}: {found!r}: a number or a text")
        if key in CONDITIONS:
            if (CONDITIONS[key][0] is str) != isinstance(found, str):
                raise ValueError(f"{key}: {found!r}: {CONDITIONS[key][0].__name__} ({CONDITIONS[key][1]})")
        elif difflib.get_close_matches(key, list(CONDITIONS), 1, 0.8):
            raise ValueError(f"{key} {_hint(key, CONDITIONS)}")
    return dict(value)


def _channel(value: Any, folder: Path) -> Channel | Mixture:
    """Nothing, a preset, effects (as a list, or under ``effects``), or a mixture's parts."""
    if value is None:
        return Channel("clean")
    if isinstance(value, str):
        return presets.find(str(folder / value) if value.endswith((".yaml", ".yml")) else value)
    value = _anchored(value, folder)
    if isinstance(value, Mapping):
        return Channel.from_json({"name": "own", **value})
    if not isinstance(value, list):
        raise ValueError(f"{value!r}: a preset's name, or a list of effects")
    if value and all(isinstance(part, Mapping) and "share" in part for part in value):
        return Mixture.from_json(value)
    return Channel.from_json({"name": "own", "effects": value})


def _anchored(value: Any, folder: Path) -> Any:
    """The same with sources of files made absolute: they are written relative to the file's folder."""
    if isinstance(value, Mapping):
        return {key: _anchored(item, folder) for key, item in value.items()}
    if isinstance(value, list):
        return [_anchored(item, folder) for item in value]
    if isinstance(value, str) and value.startswith(materials.KINDS):
        kind, _, place = value.partition(":")
        return f"{kind}:{(folder / place).resolve()}"
    return value


KEYS: dict[str, Callable[[Any, Path], Any]] = {
    "name": _name,
    "stratum": _name,
    "title": _title,
    "channel": _channel,
    "selection": _tags,
    "unless": _tags,
    "content": _content,
    "sample": _sample,
    "conditions": _conditions,
    "longest_s": _longest_s,
    "summed": _summed,
}
"""What an entry may say, and how it is read: from its value and the file's folder; raises ``ValueError``."""
