"""CorpusSpec: one source of labelled speech, as a config names it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from kowhisper_tel.core.errors import UserError
from kowhisper_tel.data import importers
from kowhisper_tel.data.entry import Entry, Reject
from kowhisper_tel.data.sources import digest

COMMON_OPTIONS = {
    "synthetic": "true: machine-made voices, which the report then says",
    "id_prefix": "put before every id, for corpora that count from one alike",
    "licence": "what the data may be used for, as the data card then says",
}
"""Options that every kind of corpus takes, beside the importer's own."""


@dataclass(frozen=True)
class CorpusSpec:
    """One source of labelled speech.

    ``kind`` names an importer, ``path`` is what that reads, ``options`` are the importer's and ``COMMON_OPTIONS``.
    ``split`` (``train``, ``dev``, ``test``) puts all of it there. ``limit`` keeps a seeded random sample of so many
    sound utterances.
    """

    kind: str
    path: str | None = None
    split: str | None = None
    limit: int | None = None
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What the corpus is called in messages: the last part of its path, else its kind."""
        return Path(self.path).name if self.path else self.kind

    @property
    def synthetic(self) -> bool:
        """Whether its voices are machine-made."""
        return bool(self.options.get("synthetic", importers.get(self.kind).synthetic))

    @property
    def licence(self) -> str | None:
        """The terms of its use, where the config or its importer states them."""
        stated = self.options.get("licence") or importers.get(self.kind).licence
        return str(stated) if stated else None

    def entries(self) -> Iterator[Entry | Reject]:
        """What its importer yields, with the prefix before the ids. Raises ``UserError`` as the importer does."""
        own = {name: value for name, value in self.options.items() if name not in COMMON_OPTIONS}
        prefix = str(self.options.get("id_prefix") or "")
        nothing = True
        for item in importers.get(self.kind).entries(self.path, own):
            nothing = False
            if not prefix:
                yield item
            elif isinstance(item, Reject):
                yield replace(item, id=prefix + item.id) if item.id else item
            else:
                yield replace(item, utterance=replace(item.utterance, id=prefix + item.utterance.id))
        if nothing:
            raise UserError("prepare.nothing", source=self.path or self.kind)

    def digest(self) -> str:
        """A hash of what the corpus's files are: it is another where one is changed, added or gone."""
        stamps = importers.get(self.kind).stamps
        return digest(stamps(self.path, self.options) if stamps and self.path else ())

    def to_json(self) -> dict[str, Any]:
        """The spec as a JSON object."""
        return {
            "kind": self.kind,
            "path": self.path,
            "split": self.split,
            "limit": self.limit,
            "options": dict(self.options),
        }
