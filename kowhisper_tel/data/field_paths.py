"""Field paths: where in a label a value stands, as the layout of the importer ``fields`` writes it.

``text`` is a field of the record, ``speaker.age`` a field of a field, ``names[0]`` an item of a list (``names[-1]`` the
last), ``speakers[id=who]`` the item of a list whose ``id`` is what the record's field ``who`` says. ``^.title`` is a
field of the record that holds this one's list, ``$.version`` one of the whole label file; ``@stem``, ``@folder`` and
``@path`` are the label file's own. A name may be anything but these signs, ``고객질문(요청)`` or ``개체명 `` as well;
one with a dot or a bracket in it stands in quotation marks: ``"no.1".text``. Text in braces is filled in:
``{@folder}/{file}.wav``.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

FILE = ("@stem", "@folder", "@path")
"""Paths that lead to the label file's own names."""
_STEP = re.compile(r'(?:"([^"]+)"|([^.\[\]"{}]+))((?:\[[^\[\]]+\])*)(?:\.(?=.)|$)')
_INDEX = re.compile(r"\[([^\[\]]+)\]")
_HOLE = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True)
class Record:
    """One record of a label file: itself, the records that hold it from the file's root on, and the file's names.

    ``missing`` is the path that leads to no list where records should be: a record that has no field.
    """

    chain: tuple[Any, ...]
    file: Mapping[str, str]
    missing: str | None = None

    def fill(self, template: str) -> str:
        """A template with its holes filled, or a path alone. Raises ``KeyError`` with the path that leads nowhere."""
        if not _HOLE.search(template):
            return self._text(template)
        return _HOLE.sub(lambda hole: self._text(hole[1]), template)

    def value(self, path: str) -> Any:
        """What stands at a path. Raises ``KeyError`` with the path where nothing does."""
        if self.missing is not None:
            raise KeyError(self.missing)
        if path in FILE:
            return self.file[path]
        try:
            up, names = _start(path, len(self.chain) - 1)
            found = self.chain[::-1][up]
            for name, indices in steps(names):
                found = found[name]
                for index in indices:
                    found = self._item(found, index)
        except (KeyError, IndexError, TypeError, ValueError, AttributeError):
            raise KeyError(path) from None
        if found is None:
            raise KeyError(path)
        return found

    def _item(self, found: Sequence[Any], index: str) -> Any:
        name, equals, other = index.partition("=")
        if not equals:
            return found[int(name)]
        wanted = self._text(other)
        return next(item for item in [*found, None] if item is None or str(item.get(name)).strip() == wanted)

    def _text(self, path: str) -> str:
        value = self.value(path)
        if isinstance(value, Mapping | list):
            raise KeyError(path)
        return str(value).strip()


def records(data: Any, path: str, file: Mapping[str, str]) -> Iterator[Record]:
    """The records of a label file: the lists along ``path`` (``calls[].turns[]``) taken apart.

    ``""`` is the file itself. Where a path leads to no list there is one record without fields, which names it.
    """
    *lists, rest = path.split("[]")
    found = [Record((data,), file)]
    for number, place in enumerate(lists, 1):
        whole = "[]".join([*lists[:number], ""])
        found = [inner for record in found for inner in _inside(record, place.removeprefix("."), whole)]
    for record in found:
        try:
            inner = record.value(rest.removeprefix(".")) if rest.strip(".") else None
        except KeyError as problem:
            inner, record = None, Record(record.chain, file, str(problem.args[0]))
        yield record if inner is None else Record((*record.chain, inner), file)


def _inside(record: Record, path: str, whole: str) -> list[Record]:
    try:
        items = record.value(path) if path else record.chain[-1]
    except KeyError:
        items = None
    if record.missing is not None or not isinstance(items, list):
        return [Record(record.chain, record.file, record.missing or whole)]
    return [Record((*record.chain, item), record.file) for item in items]


def paths(template: str) -> list[str]:
    """The paths in a template's holes, or the one that it is. Braces that are left open make it one that is no path.

    >>> paths("{@folder}/{file}.wav"), paths("speaker.id")
    (['@folder', 'file'], ['speaker.id'])
    """
    holes = _HOLE.findall(template)
    return holes if holes and not re.search(r"[{}]", _HOLE.sub("", template)) else [template]


def is_path(path: str) -> bool:
    """Whether a path is written as one can be.

    >>> [is_path(path) for path in ("고객질문(요청)", '"no.1"[0].a', "a..b", "a[", "@name", "^^.id", "")]
    [True, True, False, False, False, True, False]
    """
    if path.startswith("@"):
        return path in FILE
    try:
        up, names = _start(path, 1)
        inside = [index.partition("=") for _, indices in steps(names) for index in indices]
    except KeyError:
        return False
    return bool(names or up) and all(is_path(other) if equals else _is_int(name) for name, equals, other in inside)


@functools.lru_cache(maxsize=1000)
def steps(path: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The names of a path, each with what stands in its brackets. Raises ``KeyError`` where it is no path."""
    found, end = [], 0
    while end < len(path):
        step = _STEP.match(path, end)
        if step is None:
            raise KeyError(path)
        found.append((step[1] or step[2], tuple(_INDEX.findall(step[3]))))
        end = step.end()
    return tuple(found)


def _start(path: str, root: int) -> tuple[int, str]:
    """How many records up a path begins, of ``root`` up to the whole file, and the names that follow."""
    names = path[1:] if path.startswith("$") else path.lstrip("^")
    if names == path:
        return 0, path
    if names and not names.startswith("."):
        raise KeyError(path)
    return root if path.startswith("$") else len(path) - len(names), names.removeprefix(".")


def _is_int(text: str) -> bool:
    return bool(re.fullmatch(r"-?\d+", text))
