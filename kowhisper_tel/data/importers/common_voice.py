"""Mozilla Common Voice, Korean: sentences read by volunteers, MP3.

Source: https://commonvoice.mozilla.org/en/datasets (CC0). ``ko/train.tsv``, ``dev.tsv`` and ``test.tsv`` name clips of
``ko/clips``; the columns are ``client_id``, ``path``, ``sentence``, ``up_votes``, ``down_votes``, ``age``, ``gender``,
``accents`` (``accent`` at first), and others by version. A sentence may hold a quotation mark, which quotes nothing.
The three parts have no speaker in common, and are kept. Clips that only other lists name (not yet voted on, voted down)
are no part of the corpus here.
"""

from __future__ import annotations

from collections.abc import Mapping

from kowhisper_tel.data.importers import of_layout
from kowhisper_tel.data.labelled import Label, Layout, Stretch, recording_id
from kowhisper_tel.data.metadata import tags
from kowhisper_tel.data.tables import is_part, records

OWN = ("client_id", "path", "sentence")


def sentence(label: Label, row: Mapping[str, str]) -> Stretch:
    """One sentence. Older versions leave the ending of ``path`` out."""
    del label
    return Stretch(
        audio=f"clips/{row['path']}",
        text=row["sentence"],
        id=recording_id(row["path"]),
        speaker=row["client_id"].strip() or None,
        tags=tags(
            {key: value for key, value in row.items() if key not in OWN},
            gender=row.get("gender", "").partition("_")[0],
            age=row.get("age"),
            region=row.get("accents") or row.get("accent"),
        ),
    )


LAYOUT = Layout(
    kind="common_voice",
    stretches=lambda label: list(label.data),
    stretch=sentence,
    suffixes=(".tsv",),
    is_label=is_part,
    parse=records,
    unit="row",
    keeps_splits=True,
    whole=False,
)
IMPORTER = of_layout(LAYOUT, "the folder of Common Voice's Korean (with train.tsv, dev.tsv, test.tsv and clips)")
