"""Finding: what a check found, as a code of the catalogue with its facts, so that it is told in both languages."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from kowhisper_tel.core.errors import message

State = Literal["ok", "warning", "missing"]
"""``warning``: the loop runs, and something else does not; ``missing``: the loop does not run."""


@dataclass(frozen=True)
class Finding:
    """What one check found."""

    check: str
    state: State
    code: str
    facts: dict[str, Any] = field(default_factory=dict)

    def text(self, language: str | None = None) -> str:
        """What was found and, unless all is well, what to do, in a language (the current one if none is given)."""
        return message(self.code, self.facts, language)

    def to_json(self) -> dict[str, Any]:
        """Plain data, with the text in both languages."""
        said = {language: self.text(language) for language in ("en", "ko")}
        return {"check": self.check, "state": self.state, "code": self.code, **said, "facts": self.facts}
