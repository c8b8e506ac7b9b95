"""AI-Hub 71616, 고객 응대 음성 (KresSpeech): customers and staff of shops, courses and lodgings, 16 kHz.

Source: https://aihub.or.kr/aihubdata/data/view.do?dataSetSn=71616. Laid
out as AI-Hub 100: one JSON file a session, ``D50/J01/S00000001/S00000001.json``, with its texts, and one WAV a turn in
an archive of their own; ``audioPath`` and ``textPath`` begin with ``KresSpeech/``, a folder that is not there. A folder
is told from AI-Hub 100 by that beginning alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from kowhisper_tel.data.calls import path_of, turn, turns
from kowhisper_tel.data.importers import of_layout
from kowhisper_tel.data.labelled import Label, Layout, Stretch

FOLDER = "KresSpeech/"


def stretch(label: Label, dialog: Mapping[str, Any]) -> Stretch:
    """One turn; its text lies in a file of its own, or in the label where that names none."""
    said = turn(label, dialog, FOLDER)
    if "textPath" in dialog:
        return replace(said, text_file=path_of(dialog["textPath"], FOLDER))
    return replace(said, text=dialog["text"])


def own_turns(label: Label) -> Sequence[Any]:
    """The turns of a session. Raises ``ValueError`` where no path begins as this corpus's do."""
    found = turns(label)
    if not any(str(dialog["audioPath"]).startswith(FOLDER) for dialog in found):
        raise ValueError("another corpus")
    return found


LAYOUT = Layout(kind="aihub_71616", stretches=turns, stretch=stretch, unit="dialog", notation="aihub")
IMPORTER = of_layout(
    LAYOUT,
    "the folder of AI-Hub 71616, 고객 응대 음성 (KresSpeech), its zips unpacked or not",
    recognises=replace(LAYOUT, stretches=own_turns).recognises,
)
