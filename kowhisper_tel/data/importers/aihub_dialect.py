"""AI-Hub's 한국어 방언 발화 (118 to 122: Gangwon, Gyeongsang, Jeolla, Jeju, Chungcheong): talks in dialect, 16 kHz.

Sources: https://aihub.or.kr/aihubdata/data/view.do?dataSetSn=118 to 122. One JSON and one WAV a talk, named alike:
``{"id", "metadata", "speaker": [{"id", "sex", "age", "principal_residence", …}], "setting", "utterance": [{"id",
"form", "standard_form", "dialect_form", "speaker_id", "start", "end", "note", "eojeolList"}]}``, times in seconds.
``dialect_form`` is what was said, ``standard_form`` the same in the standard language, ``form`` both as
``(dialect)/(standard)``; labels begin with a byte order mark.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kowhisper_tel.data.calls import speaker_of
from kowhisper_tel.data.importers import of_layout
from kowhisper_tel.data.labelled import Label, Layout, Stretch
from kowhisper_tel.data.metadata import tags

OWN = ("id", "form", "standard_form", "dialect_form", "speaker_id", "start", "end", "eojeolList")


def utterance(label: Label, item: Mapping[str, Any]) -> Stretch:
    """One utterance as said; the standard form is its written side. Talks number their speakers anew."""
    name = label.file.name.rpartition("/")[2].rpartition(".")[0]
    talk = str(label.data.get("id") or name)
    speakers = {str(speaker["id"]): speaker for speaker in label.data.get("speaker", [])}
    speaker = speakers.get(str(item["speaker_id"]), {})
    start_s, end_s = float(item["start"]), float(item["end"])
    return Stretch(
        audio=(f"{name}.wav", f"{talk}.wav"),
        text=item["dialect_form"],
        written=item.get("standard_form") or None,
        id=str(item.get("id") or f"{talk}/{start_s:09.3f}"),
        start_s=start_s,
        end_s=end_s,
        speaker=speaker_of(item["speaker_id"], talk),
        call=talk,
        tags=tags(
            {
                **{key: value for key, value in label.data.items() if key not in ("id", "utterance", "speaker")},
                "speaker": {key: value for key, value in speaker.items() if key != "id"},
                "utterance": {key: value for key, value in item.items() if key not in OWN},
            },
            gender=speaker.get("sex") or speaker.get("gender"),
            age=speaker.get("age"),
            region=speaker.get("principal_residence") or speaker.get("birthplace"),
        ),
    )


LAYOUT = Layout(
    kind="aihub_dialect",
    stretches=lambda label: list(label.data["utterance"]),
    stretch=utterance,
    unit="utterance",
    notation="dialect",
)
IMPORTER = of_layout(LAYOUT, "the folder of AI-Hub's 한국어 방언 발화 of one or more regions, its zips unpacked or not")
