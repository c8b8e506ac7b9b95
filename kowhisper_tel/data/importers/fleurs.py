"""FLEURS, Korean (ko_kr): sentences of encyclopedias read by native speakers, 16 kHz WAV.

Source: Conneau et al. 2022 (arXiv 2205.12446), https://huggingface.co/datasets/google/fleurs (CC BY 4.0).
``ko_kr/train.tsv``, ``dev.tsv`` and ``test.tsv`` have no head line: the sentence's number, the recording's name, the
text as printed, the same normalised, the same letter by letter, the number of samples, and the gender. The recordings
lie in ``audio/train/`` and so on, delivered as ``train.tar.gz``. Speakers are not told: the published parts are kept,
and the set cannot be divided anew by speaker.
"""

from __future__ import annotations

from collections.abc import Sequence

from kowhisper_tel.data.importers import of_layout
from kowhisper_tel.data.labelled import Label, Layout, Stretch, recording_id
from kowhisper_tel.data.metadata import tags
from kowhisper_tel.data.tables import cells, is_part


def sentence(label: Label, row: Sequence[str]) -> Stretch:
    """One reading of a sentence. Raises ``ValueError`` where the row is of another corpus."""
    number, name, printed, _, _, samples, gender = row
    if not samples.isdigit():
        raise ValueError("another corpus")
    part = label.file.tail[1]
    return Stretch(
        audio=(f"{label.file.name.rpartition('/')[0]}/audio/{part}/{name}", f"{part}/{name}"),
        text=printed,
        id=f"{part}/{recording_id(name)}",
        tags=tags({"sentence": number}, gender=gender),
    )


LAYOUT = Layout(
    kind="fleurs",
    stretches=lambda label: list(label.data),
    stretch=sentence,
    suffixes=(".tsv",),
    is_label=is_part,
    parse=cells,
    unit="row",
    keeps_splits=True,
)
IMPORTER = of_layout(LAYOUT, "the folder ko_kr of FLEURS, its audio archives unpacked")
