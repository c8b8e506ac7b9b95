"""UserError: what was found, where, and what to do, in Korean and in English.

Every error a user can cause has a code. The texts live in ``messages/*.yaml``, one file a room, keyed by
code; each has ``en``, ``ko`` and, where it ends the program, ``exit``.
"""

from __future__ import annotations

import functools
import string
from importlib import resources
from typing import Any

from kowhisper_tel.core.language import current_language

EXIT_USAGE = 2
"""The exit code of an error whose entry names none."""


@functools.cache
def catalogue() -> dict[str, dict[str, Any]]:
    """All messages by code. Read on first use only."""
    import yaml

    messages: dict[str, dict[str, Any]] = {}
    for file in sorted(resources.files("kowhisper_tel.core.messages").iterdir(), key=lambda f: f.name):
        if file.name.endswith(".yaml"):
            entries = yaml.safe_load(file.read_text(encoding="utf-8"))
            doubled = messages.keys() & entries.keys()
            if doubled:
                raise ValueError(f"message codes defined twice: {sorted(doubled)}")
            messages.update(entries)
    return messages


def message(code: str, facts: dict[str, Any], language: str | None = None) -> str:
    """The text of a code with its facts filled in. A fact that is a tuple of errors is told as a line each."""
    chosen = language or current_language()
    told = {name: _listed(fact, chosen) if isinstance(fact, tuple) else fact for name, fact in facts.items()}
    return str(catalogue()[code][chosen]).format(**told).strip()


def _listed(errors: tuple[Any, ...], language: str) -> str:
    return "\n".join(f"  {one.text(language)}" if isinstance(one, UserError) else str(one) for one in errors)


def placeholders(text: str) -> set[str]:
    """The names of the facts that a message text wants."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


class UserError(Exception):
    """An error of the input, the config or the machine, shown without a traceback.

    ``UserError("manifest.missing", path=path)``: a code from the catalogue, and the facts its texts want.
    The same codes stand as reasons in ``rejects.jsonl``.
    """

    def __init__(self, code: str, **facts: Any) -> None:
        super().__init__(code, facts)
        self.code = code
        self.facts = facts

    def text(self, language: str | None = None) -> str:
        """The message in a language (``ko`` or ``en``; the current one if none is given)."""
        return message(self.code, self.facts, language)

    @property
    def exit_code(self) -> int:
        """What the program ends with if nobody catches this (DESIGN: 2 usage, 4, 5, 6, 7)."""
        return int(catalogue()[self.code].get("exit", EXIT_USAGE))

    def __str__(self) -> str:
        return self.text()

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (self.code, self.facts)


def _rebuild(code: str, facts: dict[str, Any]) -> UserError:
    return UserError(code, **facts)
