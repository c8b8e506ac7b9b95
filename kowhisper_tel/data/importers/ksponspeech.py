"""KsponSpeech, AI-Hub 123 (한국어 음성): spontaneous dialogue, headerless 16-bit little-endian mono PCM at 16 kHz.

Sources: Bang et al. 2020, KsponSpeech (Applied Sciences 10, 6936);
https://aihub.or.kr/aihubdata/data/view.do?dataSetSn=123.
``KsponSpeech_scripts/{train,dev,eval_clean,eval_other}.trn`` list the recordings, ``path :: text`` a line, in UTF-8;
``KsponSpeech_01/KsponSpeech_0001/KsponSpeech_000001.pcm`` has a text of its name beside it (``.txt``, cp949). Where
there are lists they rule, and the texts are not read. The lists are the published parts and are kept: train, dev, and
test. The corpus names no speakers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any

from kowhisper_tel.core.audio import RAW_SUFFIXES
from kowhisper_tel.data.corpus_files import CorpusFile, CorpusFiles
from kowhisper_tel.data.entry import Entry, Reject
from kowhisper_tel.data.importers import Importer, of_layout
from kowhisper_tel.data.labelled import Label, Layout, Line, Stretch, lines, recording_id, walk
from kowhisper_tel.data.metadata import own_split, tags

RATE = 16_000
_TRAINING = re.compile(r"(^|/)KsponSpeech_0\d(\.zip)?/", re.IGNORECASE)
_PARTS = ("train", "dev", "eval_clean", "eval_other")


def listed(label: Label, line: Line) -> Stretch:
    """One line of a list."""
    path, colons, text = line.text.partition("::")
    if not colons:
        raise ValueError("no ::")
    return _stretch(path.strip(), text, label.file)


def beside(label: Label, text: str) -> Stretch:
    """The text of a file for the recording of its name."""
    return _stretch(label.file.name.removesuffix(".txt") + ".pcm", text, label.file)


def _stretch(path: str, text: str, label: CorpusFile) -> Stretch:
    part = next((part for part in reversed(label.name.removesuffix(".trn").split("/")) if part in _PARTS), None)
    identity = PurePosixPath(recording_id(path)).name
    return Stretch(audio=path, text=text.strip(), id=identity, tags=tags({"part": part}))


def _text(label: Label) -> Sequence[Any]:
    return [label.data]


def _is_text(file: CorpusFile) -> bool:
    return PurePosixPath(file.name).name.lower().startswith("ksponspeech_")


def texts(files: CorpusFiles) -> Layout:
    """The layout of the texts: those called as the corpus's are, else those of headerless recordings' names."""
    if TEXTS.labels(files):
        return TEXTS
    names = {file.tail for file in files.of(*RAW_SUFFIXES)}
    return replace(TEXTS, is_label=lambda file: file.tail in names)


def _split(name: str) -> str | None:
    return own_split(name) or ("train" if _TRAINING.search(name) else None)


LISTS = Layout(
    kind="ksponspeech",
    stretches=lambda label: list(label.data),
    stretch=listed,
    suffixes=(".trn",),
    parse=lines,
    unit="line",
    notation="aihub",
    raw_rate=RATE,
    keeps_splits=True,
)
TEXTS = Layout(
    kind="ksponspeech",
    stretches=_text,
    stretch=beside,
    suffixes=(".txt",),
    is_label=_is_text,
    parse=str,
    unit="text",
    notation="aihub",
    raw_rate=RATE,
    keeps_splits=True,
    split_of=_split,
)


def read(path: str | None, options: Mapping[str, Any]) -> Iterator[Entry | Reject]:
    """Yield the recordings by the lists, or by the texts where there is no list.

    Raises ``UserError``: ``prepare.folder``, ``archive.*``.
    """
    files = CorpusFiles.open(Path(str(path)))
    yield from walk(LISTS if LISTS.labels(files) else texts(files), files, options)


def recognises(files: CorpusFiles) -> int:
    """How many lists there are, or else how many texts."""
    return LISTS.recognises(files) or TEXTS.recognises(files)


IMPORTER: Importer = of_layout(
    LISTS,
    "the folder of KsponSpeech (AI-Hub 123), its zips unpacked or not",
    read=read,
    recognises=recognises,
)
