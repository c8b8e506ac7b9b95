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
from kowhisper_tel.korean.notation import NOTATIONS

COMMON_OPTIONS = {
    "synthetic": "true: machine-made voices, which the report then says",
    "tracks": "the roles of a two-track call's tracks in order, e.g. [agent, customer]",
    "speakers": "names before the turns of a transcript, and their roles, e.g. {김상담: agent}",
    "id_prefix": "put before every id, for corpora that count from one alike",
    "licence": "what the data may be used for, as the data card then says",
    "notation": "how the labels are transcribed (aihub, dialect, plain), where that is not the importer's own",
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
        """What its importer yields, with the common options heeded.

        Raises ``UserError`` as the importer does, and ``notation.unknown``.
        """
        own = {name: value for name, value in self.options.items() if name not in COMMON_OPTIONS}
        prefix, notation = str(self.options.get("id_prefix") or ""), self.options.get("notation")
        if notation is not None and notation not in NOTATIONS:
            raise UserError("notation.unknown", name=notation, known=", ".join(NOTATIONS))
        nothing = True
        for item in importers.get(self.kind).entries(self.path, own):
            nothing = False
            if notation and isinstance(item, Entry):
                item = replace(item, notation=notation)
            yield _prefixed(item, prefix) if prefix else item
        if nothing:
            raise UserError("prepare.nothing", source=self.path or self.kind)

    def digest(self, *, audio: bool = True) -> str:
        """A hash of what the corpus's files are: it is another where one is changed, added or gone.

        Without ``audio`` the recordings that a manifest names are not looked for.
        """
        importer = importers.get(self.kind)
        stamps = importer.stamps if audio else importer.label_stamps or importer.stamps
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


def _prefixed(item: Entry | Reject, prefix: str) -> Entry | Reject:
    if isinstance(item, Reject):
        return replace(item, id=prefix + item.id) if item.id else item
    return replace(item, utterance=replace(item.utterance, id=prefix + item.utterance.id))
