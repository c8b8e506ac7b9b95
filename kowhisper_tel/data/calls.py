"""Calls: the JSON of AI-Hub's call corpora (571, 100 and their kin), one file a call with its speakers and its turns.

``{"dataSet": {"version", "date", "typeInfo": {"category", "subcategory", "place", "speakers": [{"id", "type", "gender",
"age", …}], …}, "dialogs": [{"speaker", "audioPath", "duration", "text" or "textPath"}]}}``, as the sets' pages on
aihub.or.kr show it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from kowhisper_tel.data.labelled import Label, Stretch, recording_id
from kowhisper_tel.data.metadata import tags

_FOLDER = re.compile(r"[A-Z]\d+")
_CORPUS = re.compile(r"K\w+Speech/")
READ = ("speaker", "audioPath", "textPath", "text", "duration")
GLOBAL_DIGITS = 3
"""A speaker's id of fewer digits (1, A2, 상담사) is one of its call's, of so many or more one of the whole corpus's."""


def turns(label: Label) -> Sequence[Any]:
    """The turns of a call, for ``Layout.stretches``."""
    return list(label.data["dataSet"]["dialogs"])


def turn(label: Label, dialog: Mapping[str, Any], corpus: str = "", **text: Any) -> Stretch:
    """One turn with its call's and its speaker's metadata; ``text`` are the fields of ``Stretch`` that hold its text.

    ``corpus`` is the folder (``KtelSpeech/``) that its paths may begin with. Raises ``KeyError``, ``TypeError``,
    ``ValueError`` where the label is of another layout or another corpus's.
    """
    data = label.data["dataSet"]
    info = dict(data["typeInfo"])
    speakers = {str(speaker["id"]): speaker for speaker in info.pop("speakers", [])}
    speaker = speakers.get(str(dialog.get("speaker")), {})
    rest = {key: value for key, value in data.items() if key not in ("typeInfo", "dialogs")}
    own = {key: value for key, value in dialog.items() if key not in READ}
    audio = path_of(dialog["audioPath"], corpus)
    call = call_of(audio, label)
    return Stretch(
        audio=audio,
        id=f"{call}/{recording_id(audio).rpartition('/')[2]}",
        speaker=speaker_of(dialog.get("speaker"), call),
        call=call,
        lasts_s=seconds(dialog.get("duration")),
        tags=tags(
            {**rest, **info, "dialog": own, "speaker": speaker},
            gender=speaker.get("gender"),
            age=speaker.get("age"),
            role=speaker.get("type"),
            region=speaker.get("residence"),
            network=speaker.get("telephone_network"),
        ),
        **text,
    )


def path_of(path: str, corpus: str) -> str:
    """A label's path without the corpus's folder. Raises ``ValueError`` where it names another corpus."""
    if _CORPUS.match(path) and not path.startswith(corpus or "/"):
        raise ValueError("another corpus")
    return path.removeprefix(corpus)


def call_of(audio: str, label: Label) -> str:
    """The call's id: the label's own folders (``D04/J16/S023370``, a call's number counts within them) or its name.

    The folder of the recording ``audio`` is the call where it is called as the label, where the label tells of
    recordings in several, and where the label is of that recording alone; else it may hold the turns of many calls.
    """
    *folders, base = label.file.name.split("/")
    stem = base.rpartition(".")[0] or base
    folder, turn_name = _folder(audio), PurePosixPath(recording_id(audio)).name
    run: list[str] = []
    while folders and _FOLDER.fullmatch(folders[-1]):
        run.insert(0, folders.pop())
    if run:
        return "/".join(run if stem in (run[-1], turn_name) else [*run, stem])
    if folder and (stem in (folder.rpartition("/")[2], turn_name) or _has_several(label, folder)):
        return folder
    return label.files.short_name(label.file)


def _has_several(label: Label, folder: str) -> bool:
    return any(_folder(str(dialog.get("audioPath"))) != folder for dialog in turns(label))


def _folder(audio: str) -> str:
    return audio.replace("\\", "/").rpartition("/")[0].strip("./")


def speaker_of(identity: object, call: str) -> str | None:
    """A speaker's id that is unique over the corpus: with the call before it where calls number speakers anew."""
    name = "" if identity is None else str(identity).strip()
    if not name:
        return None
    return name if sum(map(str.isdigit, name)) >= GLOBAL_DIGITS else f"{call}/{name}"


def seconds(value: object) -> float | None:
    """A duration in seconds as a label has it, a number or its text; ``None`` where it is none."""
    try:
        found = float(str(value))
    except ValueError:
        return None
    return found if math.isfinite(found) and found > 0 else None
