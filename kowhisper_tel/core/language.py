"""The language that messages are shown in: Korean or English."""

from __future__ import annotations

import os

LANGUAGES = ("ko", "en")

_chosen: str | None = None


def choose_language(language: str | None) -> None:
    """Fix the language for this process; ``None`` goes back to the locale's."""
    global _chosen
    _chosen = language


def current_language() -> str:
    """The chosen language; without one, ``ko`` where ``LC_ALL``, ``LC_MESSAGES`` or ``LANG`` is Korean, else ``en``."""
    if _chosen:
        return _chosen
    locale = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    return "ko" if locale.lower().startswith("ko") else "en"
