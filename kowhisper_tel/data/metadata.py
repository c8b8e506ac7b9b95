"""Metadata: what a label file says beside the text, as tags; the strata of ``core.utterance.STRATA`` by one name each.

Every field is kept under its own name, nested ones as ``speaker.age``. A stratum stands beside the field that it comes
from, in words that all corpora share: ``gender`` is female or male, ``role`` agent or customer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

GENDERS = {
    "female": ("여", "여자", "여성", "f", "female", "w", "woman"),
    "male": ("남", "남자", "남성", "m", "male", "man"),
}
ROLES = {
    "agent": ("상담사", "상담원", "상담", "직원", "agent", "counselor", "operator"),
    "customer": ("고객", "고객님", "손님", "민원인", "내담자", "customer", "client"),
}
WORDS: Mapping[str, Mapping[str, Sequence[str]]] = {"gender": GENDERS, "role": ROLES}
SPLITS = {
    "train": ("training", "train", "학습"),
    "dev": ("validation", "valid", "val", "dev", "검증"),
    "test": ("test", "eval", "evaluation", "eval_clean", "eval_other", "평가", "시험"),
}
"""What corpora call their own parts, a number and a dot before it left off (``1.Training``)."""


def tags(metadata: Mapping[str, Any], **strata: Any) -> dict[str, str]:
    """Every field of ``metadata`` as a tag, and the strata; fields and strata that say nothing are left out.

    >>> tags({"category": "금융", "speaker": {"id": 3, "gender": "여"}}, gender="여")
    {'category': '금융', 'speaker.id': '3', 'speaker.gender': '여', 'gender': 'female'}
    """
    found = dict(_fields(dict(metadata), ""))
    for name, value in strata.items():
        if plain := _plain(value):
            found[name] = next((word for word, raw in WORDS.get(name, {}).items() if plain.casefold() in raw), plain)
    return found


def own_split(name: str) -> str | None:
    """The part of the corpus that a file's path says it belongs to: the innermost folder of such a name, or the file.

    >>> own_split("1.Training/라벨링데이터/TL1.zip/D01/a.json"), own_split("eval_clean.trn"), own_split("a.json")
    ('train', 'test', None)
    """
    for part in reversed(name.split("/")):
        word = re.sub(r"^\d+[._ ]*|\.[a-z]{1,5}$", "", part.casefold())
        for split, words in SPLITS.items():
            if word in words:
                return split
    return None


def _fields(value: Any, name: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            own = str(key).strip()
            yield from _fields(inner, f"{name}.{own}" if name else own)
    elif isinstance(value, list):
        if not any(isinstance(inner, dict | list) for inner in value):
            yield from _fields(", ".join(filter(None, map(_plain, value))), name)
        else:
            for number, inner in enumerate(value, 1):
                yield from _fields(inner, f"{name}.{number}")
    elif plain := _plain(value):
        yield name, plain


def _plain(value: Any) -> str:
    if value is None or value != value:  # not a number
        return ""
    return " ".join(str(value).split())
