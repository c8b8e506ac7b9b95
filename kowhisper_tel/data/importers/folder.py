"""A folder of recordings, each with its label in a text file of the same name (``a.wav``, ``a.txt``)."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from kowhisper_tel.core.audio import SUFFIXES
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.utterance import Utterance
from kowhisper_tel.data.corpus_files import CorpusFiles
from kowhisper_tel.data.entry import Entry, Reject
from kowhisper_tel.data.importers import Importer
from kowhisper_tel.data.sources import folder_stamps
from kowhisper_tel.data.text_files import read_text

SPEAKER_FROM = ("parent",)


def read(path: str | None, options: Mapping[str, Any]) -> Iterator[Entry | Reject]:
    """Yield the recordings below a folder, in order of their paths.

    The id is the path below the folder. With ``speaker_from: parent`` the speaker is the name of the folder that a
    recording lies in; without it the speaker is not known, and the corpus can be divided only by utterance or be given
    to one split as a whole. A recording without a label, and a label without a recording, are rejects.

    Raises ``UserError``: ``prepare.folder``, ``prepare.choice``.
    """
    root = Path(str(path))
    if not root.is_dir():
        raise UserError("prepare.folder", path=root)
    speaker_from = options.get("speaker_from")
    if speaker_from not in (None, *SPEAKER_FROM):
        raise UserError("prepare.choice", option="speaker_from", value=speaker_from, known=", ".join(SPEAKER_FROM))
    files = sorted(file for file in root.rglob("*") if file.is_file() and not _is_hidden(file.relative_to(root)))
    audio = [file for file in files if file.suffix.lower() in SUFFIXES]
    stems = {file.with_suffix("") for file in audio}
    for file in audio:
        yield _entry(file, root, speaker_from == "parent", options.get("raw_rate"))
    for file in files:
        if file.suffix.lower() == ".txt" and file.with_suffix("") not in stems:
            place = _name(file.relative_to(root))
            yield Reject(place, "prepare.no_audio", {"path": file})


def recognises(files: CorpusFiles) -> int:
    """How many text files have a recording of their name beside them."""
    plain = [file for file in files.files if file.member is None]
    audio = {file.file.with_suffix("") for file in plain if file.suffix in SUFFIXES}
    return sum(file.suffix == ".txt" and file.file.with_suffix("") in audio for file in plain)


def _is_hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def _entry(file: Path, root: Path, speaker_is_parent: bool, raw_rate: int | None) -> Entry | Reject:
    place = _name(file.relative_to(root))  # the id as well: no two files share it
    label = file.with_suffix(".txt")
    if not label.is_file():
        return Reject(place, "prepare.no_label", {"path": file, "label": label.name}, place)
    try:
        text = read_text(label)
    except UserError as problem:
        return Reject(place, problem.code, problem.facts, place)
    speaker = _name(Path(file.parent.name)) if speaker_is_parent else None
    return Entry(Utterance(place, str(file), text, speaker=speaker), place, raw_rate=raw_rate)


def _name(path: Path) -> str:
    """A path as text; macOS keeps Hangul in file names decomposed."""
    return unicodedata.normalize("NFC", path.as_posix())


IMPORTER = Importer(
    kind="folder",
    reads="a folder of audio files, each with a text file of the same name",
    options={
        "speaker_from": "parent: the folder that a recording lies in names its speaker",
        "raw_rate": "sample rate in Hz of headerless 16-bit PCM (.pcm, .raw); other files keep their own",
    },
    read=read,
    stamps=folder_stamps,
    recognises=recognises,
)
