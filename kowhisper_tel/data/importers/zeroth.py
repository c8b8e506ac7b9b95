"""Zeroth-Korean: sentences of news read by 181 people, 16 kHz FLAC.

Source: https://www.openslr.org/40/ (CC BY 4.0). ``train_data_01/003/104/104_003_0001.flac`` (script, then speaker) and
the list ``104_003.trans.txt`` beside it; ``test_data_01`` is the published test, and is kept. ``AUDIO_INFO`` has a line
a speaker, ``SPEAKERID|NAME|SEX|SCRIPTID|DATASET``; where it is missing, the recordings are read without it.
"""

from __future__ import annotations

import functools
import re

from kowhisper_tel.core.errors import UserError
from kowhisper_tel.data import trans_txt
from kowhisper_tel.data.corpus_files import CorpusFile
from kowhisper_tel.data.labelled import Label, Line, Stretch, read_text
from kowhisper_tel.data.metadata import tags

INFO = "AUDIO_INFO"
_ID = re.compile(r"(\d+)_(\d+)_\d+")


def sentence(label: Label, line: Line) -> Stretch:
    """One sentence. Raises ``ValueError`` where the id is of another corpus."""
    identity, text = trans_txt.split(line)
    found = _ID.fullmatch(identity)
    if not found:
        raise ValueError("another corpus")
    speaker = _speakers(label).get(found[1], {})
    return Stretch(
        audio=f"{found[1]}/{identity}.flac",
        text=text,
        id=identity,
        speaker=found[1],
        tags=tags({"SCRIPTID": found[2], **speaker}, gender=speaker.get("SEX")),
    )


def _speakers(label: Label) -> dict[str, dict[str, str]]:
    try:
        info = label.files.find(INFO, near=label.file, place=label.file.name)
    except UserError:  # the recordings are of use without it
        return {}
    return _table(info)


@functools.lru_cache(maxsize=4)
def _table(file: CorpusFile) -> dict[str, dict[str, str]]:
    head, *rows = ([cell.strip() for cell in row.split("|")] for row in read_text(file).split("\n") if row.strip())
    found = (dict(zip(head, row, strict=False)) for row in rows)
    return {row.pop("SPEAKERID"): row for row in found}


def split(name: str) -> str | None:
    """The part that a list is of, by its folder (``test_data_01``)."""
    return next((part for part in ("train", "test") if f"/{part}_data_" in f"/{name}"), None)


IMPORTER = trans_txt.importer("zeroth", "the folder of Zeroth-Korean (OpenSLR 40), unpacked", sentence, split)
