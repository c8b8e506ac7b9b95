"""AI-Hub 94 to 96, 명령어 음성 (노인남녀, 소아·유아, 일반남녀): commands to machines, a JSON and a WAV an utterance.

Sources: https://aihub.or.kr/aihubdata/data/view.do?dataSetSn=94, 95 and 96. ``{"기본정보": {"NumberOfSpeaker",
"DataCategory", …}, "음성정보": {…}, "전사정보": {"OrgLabelText", "LabelText"}, "화자정보": {"SpeakerName", "Gender",
"Age", "Region", "Dialect"}, "환경정보": {"RecordingEnviron", "NoiseEnviron", "RecordingDevice"}, "파일정보":
{"FileName", "FileLength", …}, "기타정보": {"QualityStatus"}}``, or a list of one of these. Many recordings end before
``FileLength`` does, and before the words of the label do: those that lack more than ``recordings.MOST_MISSING_S`` are
refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kowhisper_tel.data.calls import seconds
from kowhisper_tel.data.importers import of_layout
from kowhisper_tel.data.labelled import Label, Layout, Stretch, one_or_several, recording_id
from kowhisper_tel.data.metadata import tags

TEXT, FILE, SPEAKER, SURROUNDINGS = "전사정보", "파일정보", "화자정보", "환경정보"
NOTHING = ("", "N/A", "NotProvided")
"""What stands where a field says nothing."""


def command(label: Label, data: Mapping[str, Any]) -> Stretch:
    """One command. ``LabelText`` is what was said; ``OrgLabelText``, the sentence that was to be read, is a tag."""
    del label
    file, speaker, surroundings = data[FILE], data[SPEAKER], data.get(SURROUNDINGS, {})
    rest = {name: part for name, part in data.items() if name not in (TEXT, FILE, SPEAKER)}
    return Stretch(
        audio=file["FileName"],
        text=data[TEXT]["LabelText"],
        id=recording_id(file["FileName"]),
        speaker=_known(speaker, "SpeakerName"),
        lasts_s=seconds(file.get("FileLength")),
        tags=tags(
            {
                **rest,
                TEXT: {key: value for key, value in data[TEXT].items() if key != "LabelText"},
                "file": {key: value for key, value in file.items() if key != "FileName"},
                "speaker": speaker,
            },
            gender=_known(speaker, "Gender"),
            age=_known(speaker, "Age"),
            region=_known(speaker, "Region"),
            noise=_known(surroundings, "NoiseEnviron"),
        ),
    )


def _known(part: Mapping[str, Any], name: str) -> str | None:
    value = str(part.get(name) or "").strip()
    return None if value in NOTHING else value


LAYOUT = Layout(
    kind="aihub_command",
    stretches=one_or_several,
    stretch=command,
    unit="utterance",
    notation="aihub",
    cuts=True,
)
IMPORTER = of_layout(LAYOUT, "the folder of AI-Hub 94, 95 or 96, 명령어 음성, its zips unpacked or not")
