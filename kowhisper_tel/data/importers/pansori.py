"""Pansori TEDxKR: talks at Korean TEDx events, cut by their subtitles, 16 kHz FLAC.

Source: Choi and Lee 2018, https://www.openslr.org/58/ and https://github.com/yc9701/pansori-tedxkr-corpus
(CC BY-NC-ND 4.0). ``<speaker>/<talk>/<speaker>-<talk>-0001.flac`` with the list ``<speaker>-<talk>.trans.txt`` beside
it; the speaker's code is base64, and the talk is the eleven characters of a video's address. ``README.md``, there as
well, begins with what is known of the talk (``- Gender: M``, ``- Place: Busan``).
"""

from __future__ import annotations

import functools
import re

from kowhisper_tel.core.errors import UserError
from kowhisper_tel.data import trans_txt
from kowhisper_tel.data.corpus_files import CorpusFile
from kowhisper_tel.data.labelled import Label, Line, Stretch, read_text
from kowhisper_tel.data.metadata import tags

_FIELD = re.compile(r"- ([A-Z][\w ]*): (.+)")


def clip(label: Label, line: Line) -> Stretch:
    """One clip. Raises ``ValueError`` where the id is of another corpus."""
    identity, text = trans_txt.split(line)
    folder = label.file.name.rpartition("/")[0].rpartition("/")[2]
    found = re.fullmatch(rf"(.+)-({re.escape(folder)}|[\w-]{{11}})-\d+", identity)
    if not found or not found[2]:
        raise ValueError("another corpus")
    talk = _talk(label)
    return Stretch(
        audio=f"{found[2]}/{identity}.flac",
        text=text,
        id=identity,
        speaker=found[1],
        call=found[2],
        tags=tags(talk, gender=talk.get("Gender")),
    )


def _talk(label: Label) -> dict[str, str]:
    beside = f"{label.file.name.rpartition('/')[0]}/README.md"
    try:
        return _fields(label.files.find(beside, near=label.file, place=label.file.name))
    except UserError:  # not every talk has one
        return {}


@functools.lru_cache(maxsize=4)
def _fields(file: CorpusFile) -> dict[str, str]:
    head = read_text(file).partition("\n---")[0]
    found = (_FIELD.fullmatch(line.strip()) for line in head.split("\n"))
    return {field[1]: field[2] for field in found if field}


IMPORTER = trans_txt.importer("pansori", "the folder of Pansori TEDxKR (OpenSLR 58), unpacked", clip)
