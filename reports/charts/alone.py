"""Alone: the style of a chart that stands by itself, with the colours of the page as it is, light and dark.

Viewers of single pictures know no variables, so each is replaced by its colour.
"""

from __future__ import annotations

import functools
import re
from importlib import resources

_VARIABLE = re.compile(r"--([\w-]+): (#[0-9a-fA-F]{3,8});")
_RULE = re.compile(r"svg [^{}]+\{[^{}]*\}")


@functools.cache
def style(section: str) -> str:
    """CSS for a chart of this section: the page's rules for pictures and the section's own."""
    page = (resources.files("reports.templates") / "page.css").read_text(encoding="utf-8")
    own = resources.files("reports.sections") / f"{section}.css"
    rules = _RULE.findall(page + (own.read_text(encoding="utf-8") if own.is_file() else ""))
    light, dark = (dict(_VARIABLE.findall(block)) for block in _palettes(page))
    coloured = [_filled(rule, light) for rule in rules]
    darkened = [_filled(rule, light | dark) for rule in rules if "var(" in rule]
    return "\n".join([*coloured, "@media (prefers-color-scheme: dark) {", *darkened, "}"])


def _palettes(page: str) -> list[str]:
    """The page's blocks of variables, light and dark."""
    blocks = re.findall(r":root[^{]*\{([^}]*)\}", page)
    return [blocks[0], blocks[1]]


def _filled(rule: str, colours: dict[str, str]) -> str:
    return re.sub(r"var\(--([\w-]+)\)", lambda found: colours[found[1]], rule)
