"""The embedded demo: call-centre sentences in synthetic voices, spoken on this machine by espeak-ng."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kowhisper_tel.core.utterance import Utterance
from kowhisper_tel.data.demo.corpus import clips, synthesise
from kowhisper_tel.data.entry import Entry
from kowhisper_tel.data.importers import Importer


def read(path: str | None, options: Mapping[str, Any]) -> Iterator[Entry]:
    """Yield the clips in the order of the sentences, in their own splits, with the written text as label.

    The audio is synthesised on first use into the user's cache, in a few seconds.

    Raises ``UserError``: ``demo.no_wheel``, ``demo.engine``.
    """
    del path, options  # it wants neither
    folder = synthesise()
    for clip in clips():
        utterance = Utterance(
            id=clip.id,
            audio=str(folder / f"{clip.id}.flac"),
            text=clip.sentence.text,
            speaker=f"demo-{clip.voice.id}",
            tags=clip.tags,
        )
        yield Entry(utterance, f"demo sentence {clip.sentence.id}", split=clip.split)


IMPORTER = Importer(
    kind="demo",
    reads="nothing: the embedded corpus of 300 sentences in 32 synthetic voices",
    options={},
    read=read,
    synthetic=True,
    wants_path=False,
    licence="Apache-2.0 (sentences of this suite; voices made by espeak-ng)",
)
