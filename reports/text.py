"""Text: what a reader sees, in English and in Korean."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from importlib import resources
from typing import Any

FOLDERS = ("reports.templates", "reports.sections")


@dataclass(frozen=True)
class Text:
    """One saying in both languages."""

    en: str
    ko: str

    def format(self, **facts: Any) -> Text:
        """Fill placeholders; a fact may itself be a ``Text``."""
        return Text(
            self.en.format(**{k: v.en if isinstance(v, Text) else v for k, v in facts.items()}),
            self.ko.format(**{k: v.ko if isinstance(v, Text) else v for k, v in facts.items()}),
        )

    def to_json(self) -> dict[str, str]:
        """``{"en": ..., "ko": ...}``."""
        return {"en": self.en, "ko": self.ko}

    @classmethod
    def same(cls, text: object) -> Text:
        """A name or number that reads alike in both languages."""
        return cls(str(text), str(text))

    @classmethod
    def joined(cls, parts: list[Text], between: str = " ") -> Text:
        """Sentences one after another."""
        return cls(between.join(p.en for p in parts), between.join(p.ko for p in parts))


@functools.cache
def catalogue() -> dict[str, Text]:
    """All strings of the report, keyed ``file.name``. The files lie beside what uses them."""
    import yaml

    strings: dict[str, Text] = {}
    for folder in FOLDERS:
        for file in sorted(resources.files(folder).iterdir(), key=lambda f: f.name):
            if file.name.endswith(".yaml"):
                entries = yaml.safe_load(file.read_text(encoding="utf-8")) or {}
                stem = file.name.removesuffix(".yaml")
                strings |= {f"{stem}.{key}": Text(**entry) for key, entry in entries.items()}
    return strings


def say(key: str, **facts: Any) -> Text:
    """The string of a key, with its facts filled in. Raises ``KeyError`` for an unknown key."""
    return catalogue()[key].format(**facts)


def say_or(key: str, otherwise: str) -> Text:
    """The string of a key, or a name as it stands where the table does not know it (a user's own stratum or tag)."""
    return catalogue().get(key) or Text.same(otherwise)
