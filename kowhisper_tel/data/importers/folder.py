"""A folder of recordings, each with its label in a text file of the same name (``a.wav``, ``a.txt``); or zips."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from kowhisper_tel.core.audio import SUFFIXES
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.utterance import Utterance
from kowhisper_tel.data.corpus_files import CorpusFile, CorpusFiles
from kowhisper_tel.data.entry import Entry, Reject
from kowhisper_tel.data.importers import Importer
from kowhisper_tel.data.labelled import read_text, unusable
from kowhisper_tel.data.sources import folder_stamps
from kowhisper_tel.data.tree import plain_name

SPEAKER_FROM = ("parent",)


def read(path: str | None, options: Mapping[str, Any]) -> Iterator[Entry | Reject]:
    """Yield the recordings below a folder, in order of their paths.

    The id is the path below the folder. With ``speaker_from: parent`` the speaker is the name of the folder that a
    recording lies in; without it the speaker is not known, and the corpus can be divided only by utterance or be given
    to one split as a whole. A recording without a label, and a label without a recording, are rejects.

    Raises ``UserError``: ``prepare.folder``, ``prepare.choice``, ``archive.*``.
    """
    speaker_from = options.get("speaker_from")
    if speaker_from not in (None, *SPEAKER_FROM):
        raise UserError("prepare.choice", option="speaker_from", value=speaker_from, known=", ".join(SPEAKER_FROM))
    files = CorpusFiles.open(Path(str(path)))
    audio = list(files.of(*SUFFIXES))
    labels = {_stem(file): file for file in files.of(".txt")}
    for file in audio:
        yield _entry(file, labels.get(_stem(file)), speaker_from == "parent", options.get("raw_rate"))
    stems = set(map(_stem, audio))
    for stem, file in labels.items():
        if stem not in stems:
            yield Reject(file.name, "prepare.no_audio", {"path": file.path})
    yield from unusable(files)


def recognises(files: CorpusFiles) -> int:
    """How many text files have a recording of their name beside them."""
    audio = set(map(_stem, files.of(*SUFFIXES)))
    return sum(_stem(file) in audio for file in files.of(".txt"))


def _stem(file: CorpusFile) -> str:
    return file.name[: len(file.name) - len(file.suffix)]


def _entry(file: CorpusFile, label: CorpusFile | None, speaker_is_parent: bool, raw_rate: int | None) -> Entry | Reject:
    name = file.name  # the id as well: no two files share it
    if label is None:
        wanted = f"{PurePosixPath(name).stem}.txt"
        return Reject(name, "prepare.no_label", {"path": file.path, "label": wanted}, name)
    try:
        text = read_text(label)
    except UserError as problem:
        if problem.code == "corpus.encoding":
            return Reject(name, "prepare.encoding", {"path": label.path}, name)
        return Reject(name, problem.code, problem.facts, name)
    parent = PurePosixPath(file.path).parent.name
    utterance = Utterance(name, file.path, text, speaker=plain_name(parent) if speaker_is_parent else None)
    return Entry(utterance, name, raw_rate=raw_rate, content=None if file.in_place else file.read)


IMPORTER = Importer(
    kind="folder",
    reads="a folder of audio files, each with a text file of the same name, zipped or not",
    options={
        "speaker_from": "parent: the folder that a recording lies in names its speaker",
        "raw_rate": "sample rate in Hz of headerless 16-bit PCM (.pcm, .raw); other files keep their own",
    },
    read=read,
    stamps=folder_stamps,
    recognises=recognises,
)
