"""Rules of the user's own: this phrase is to be written so. Applied in their order, each to what the last one left."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kowhisper_tel.core.errors import UserError

LIMIT_S = 2.0
"""An expression that takes longer on one text backtracks without end, as (a+)+ does: it stops the evaluation."""


@dataclass(frozen=True)
class Rule:
    """One rule: a change of texts, and its number in its file."""

    number: int
    change: Callable[[str], str]


def read(records: Any, path: str) -> tuple[Rule, ...]:
    """Rules from YAML: ``{from: …, to: …}``, or ``{regex: …, to: …}`` where a backslash and a number stand for a group.

    Raises ``UserError``: ``post.rule``.
    """
    if not isinstance(records, list):
        raise UserError("post.file", path=path, problem="it must be a list of rules, `- {from: …, to: …}`")
    return tuple(Rule(number, _change(record, number, path)) for number, record in enumerate(records, 1))


def applied(rules: Sequence[Rule], text: str) -> str:
    """The text after all rules. Raises ``UserError`` (``post.rule_slow``)."""
    for rule in rules:
        text = rule.change(text)
    return text


def _change(record: Any, number: int, path: str) -> Callable[[str], str]:
    if not isinstance(record, Mapping) or set(record) not in ({"from", "to"}, {"regex", "to"}):
        raise _bad(number, path, "it has other keys than from and to, or regex and to")
    if not all(isinstance(value, str) for value in record.values()):
        raise _bad(number, path, "its values are texts; put a number in quotation marks")
    if "from" in record:
        if not record["from"]:
            raise _bad(number, path, "from is empty")
        return lambda text: text.replace(record["from"], record["to"])
    return _expression(record["regex"], record["to"], number, path)


def _expression(pattern: str, to: str, number: int, path: str) -> Callable[[str], str]:
    import regex

    try:
        compiled = regex.compile(pattern)
        regex.compile(f"(?:{pattern})|").sub(to, "")  # is what stands for a group there?
        empty = compiled.search("", timeout=LIMIT_S) is not None
    except (regex.error, IndexError, ValueError, OverflowError, TimeoutError) as problem:
        raise _bad(number, path, str(problem) or type(problem).__name__) from None
    if empty:
        raise _bad(number, path, "its expression fits nothing at all, and so stands everywhere")

    def change(text: str) -> str:
        try:
            return str(compiled.sub(to, text, timeout=LIMIT_S))
        except TimeoutError:
            raise UserError("post.rule_slow", number=number, path=path, limit_s=LIMIT_S, length=len(text)) from None

    return change


def _bad(number: int, path: str, problem: str) -> UserError:
    return UserError("post.rule", number=number, path=path, problem=problem)
