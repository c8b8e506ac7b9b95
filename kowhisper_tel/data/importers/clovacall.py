"""ClovaCall: 11,000 people saying sentences of restaurant reservations over the telephone, 8 kHz.

Source: Ha et al. 2020, ClovaCall (Interspeech; arXiv 2004.09367), https://github.com/clovaai/ClovaCall.
``train_ClovaCall.json`` and ``test_ClovaCall.json`` are lists of ``{"wav", "text", "speaker_id"}``, ``wav`` a name
alone; the recordings lie in ``clean/`` (silence cut away), in ``raw/``, or in other folders. Where a recording is there
in both, that of the folder of the option ``version`` is read. The test list is the published one, and is kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kowhisper_tel.data.importers import of_layout
from kowhisper_tel.data.labelled import Label, Layout, Stretch, recording_id
from kowhisper_tel.data.metadata import own_split, tags

OWN = ("wav", "text", "speaker_id")


def sentences(label: Label) -> Sequence[Any]:
    """The list of sentences."""
    if not isinstance(label.data, list):
        raise TypeError
    return label.data


def sentence(label: Label, item: Mapping[str, Any]) -> Stretch:
    """One sentence."""
    wav = item["wav"]
    return Stretch(
        audio=(f"{label.options.get('version', 'clean')}/{wav}", wav),
        text=item["text"],
        id=recording_id(wav),
        speaker=str(item["speaker_id"]),
        tags=tags({key: value for key, value in item.items() if key not in OWN}),
    )


def split(name: str) -> str | None:
    """The part that a list is of, by its name (``test_ClovaCall.json``), else by its folder."""
    return own_split(name.rpartition("/")[2].partition("_")[0]) or own_split(name)


LAYOUT = Layout(kind="clovacall", stretches=sentences, stretch=sentence, keeps_splits=True, split_of=split)
IMPORTER = of_layout(
    LAYOUT,
    "the folder of ClovaCall, with its JSON lists and its recordings",
    {"version": "the folder that recordings are read from where they are there twice (default: clean)"},
)
