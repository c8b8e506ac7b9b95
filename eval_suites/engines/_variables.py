"""``${NAME}``: environment variables in what a recogniser is called with, filled in at the last moment.

So a key or a password is in no config, plan or result: these hold the name.
"""

from __future__ import annotations

import os
import re

from kowhisper_tel.core.errors import UserError

_VARIABLE = re.compile(r"\$\{(\w+)\}")


def filled(text: str) -> str:
    """The text with each ``${NAME}`` replaced. Raises ``UserError`` (``eval.variable``) for one that is not set."""
    return _VARIABLE.sub(_value, text)


def has_any(text: str) -> bool:
    """Whether there is any ``${NAME}`` in the text."""
    return _VARIABLE.search(text) is not None


def _value(match: re.Match[str]) -> str:
    value = os.environ.get(match[1])
    if not value:
        raise UserError("eval.variable", variable=match[1])
    return value
