"""AI-Hub 159, 숫자가 포함된 패턴 발화: sentences full of numbers, each in writing and as it was said, 16 kHz PCM.

Source: https://aihub.or.kr/aihubdata/data/view.do?dataSetSn=159. A label (JSON, ``라벨링데이터/TL_19.통신번호.zip``)
has ``scriptITN``, the sentence in figures, ``scriptTN``, the same as said with square brackets about the numbers,
the recording's ``fileName`` and the speaker's ``recorderID``, ``sex``, ``generation``, ``residence`` and more, in
parts called ``script``, ``audio`` and ``recordPerson`` (녹음대화정보, 녹음발화정보, 녹음자정보 on the set's page). The
recordings lie in folders called by the sentence's ``scriptId`` (``원천데이터/TS_19.통신번호(음성).zip``), headerless,
16 bit, mono, 16 kHz.

Where there are no labels, the sentences' texts (``TS_19.통신번호(텍스트).zip``) are read: a line a field,
``scriptID : …``. Each is of all recordings in the folder of that name; they name no speakers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from kowhisper_tel.core.audio import SUFFIXES
from kowhisper_tel.data.corpus_files import CorpusFiles
from kowhisper_tel.data.entry import Entry, Reject
from kowhisper_tel.data.importers import of_layout
from kowhisper_tel.data.labelled import Label, Layout, Stretch, one_or_several, recording_id, walk
from kowhisper_tel.data.metadata import tags

SPEAKER = ("recorderID", "recorderId", "speakerID", "speakerId")
OWN = ("scriptITN", "scriptTN", "fileName", *SPEAKER)
BRACKETS = str.maketrans("", "", "[]")


def sentence(label: Label, data: Mapping[str, Any]) -> Stretch:
    """One sentence said once, its fields wherever its parts hold them."""
    fields = dict(_fields(data))
    name, script = fields.get("fileName") or label.file.tail[1], fields.get("scriptId") or fields.get("scriptID") or ""
    return Stretch(
        audio=(f"{script}/{name}", name, label.file.tail[1]),
        text=fields["scriptTN"].translate(BRACKETS),
        written=fields["scriptITN"],
        id=recording_id(name),
        speaker=next((name for key in SPEAKER if (name := str(fields.get(key) or "").strip())), None),
        tags=tags(
            {key: value for key, value in fields.items() if key not in OWN},
            gender=fields.get("sex") or fields.get("gender"),
            age=fields.get("generation") or fields.get("age"),
            region=fields.get("residence"),
        ),
    )


def _fields(part: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for key, value in part.items():
        if isinstance(value, Mapping):
            yield from _fields(value)
        else:
            yield key, value


def text_fields(text: str) -> dict[str, str]:
    """The fields of a sentence's text file. Raises ``KeyError`` for one that is none."""
    pairs = (line.partition(":") for line in text.split("\n"))
    fields = {name.strip(): value.strip() for name, colon, value in pairs if colon}
    return {name: fields[name] for name in ("scriptID", "scriptITN", "scriptTN")} | fields


def recording(label: Label, path: str) -> Stretch:
    """One recording of a sentence of which there is only the text."""
    return Stretch(
        audio=path,
        text=label.data["scriptTN"].translate(BRACKETS),
        written=label.data["scriptITN"],
        id=f"{label.data['scriptID']}/{recording_id(path.rpartition('/')[2])}",
        tags=tags({key: value for key, value in label.data.items() if key not in OWN}),
    )


def texts(files: CorpusFiles) -> Layout:
    """The layout of the texts: each is of the recordings in the folder called by its ``scriptID``."""
    by_script: defaultdict[str, list[str]] = defaultdict(list)
    for file in files.of(*SUFFIXES):
        by_script[file.tail[0]].append(file.name)
    recordings = partial(_recordings, by_script)
    return replace(LAYOUT, suffixes=(".txt",), parse=text_fields, stretches=recordings, stretch=recording)


def _recordings(by_script: Mapping[str, Sequence[str]], label: Label) -> Sequence[str]:
    script = label.data["scriptID"]
    return by_script.get(script.casefold(), [script])  # a text that nobody said: no recording of that name


def read(path: str | None, options: Mapping[str, Any]) -> Iterator[Entry | Reject]:
    """The sentences of the labels, or of the texts where there are no labels.

    Raises ``UserError``: ``prepare.folder``, ``archive.*``.
    """
    files = CorpusFiles.open(Path(str(path)))
    yield from walk(LAYOUT if LAYOUT.labels(files) else texts(files), files, options)


def recognises(files: CorpusFiles) -> int:
    """How many labels there are, or else how many texts."""
    return LAYOUT.recognises(files) or texts(files).recognises(files)


LAYOUT = Layout(kind="aihub_159", stretches=one_or_several, stretch=sentence, unit="sentence", raw_rate=16_000)
IMPORTER = of_layout(
    LAYOUT,
    "the folder of AI-Hub 159, 숫자가 포함된 패턴 발화, its zips unpacked or not",
    read=read,
    recognises=recognises,
)
