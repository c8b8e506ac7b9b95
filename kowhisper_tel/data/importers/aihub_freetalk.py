"""AI-Hub 109 and 107, 자유대화 음성 (일반남녀, 노인남녀): people talking freely to a device.

Sources: https://aihub.or.kr/aihubdata/data/view.do?dataSetSn=109 and 107 (108, children, is laid out alike). One JSON
and one WAV an utterance: ``{"발화정보": {"stt", "scriptId", "fileNm", "recrdTime", "recrdQuality", "recrdDt",
"scriptSetNo"}, "대화정보": {"recrdEnvrn", "colctUnitCode", "cityCode", "recrdUnit", "convrsThema"}, "녹음자정보":
{"gender", "recorderId", "age"}}`` in ``[라벨]1.AI챗봇.zip``, the recordings in ``[원천]1.AI챗봇_1.zip``. ``fileNm`` may
end in ``.wavp`` where the file ends in ``.wav``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kowhisper_tel.data.importers import of_layout
from kowhisper_tel.data.labelled import Label, Layout, Stretch, one_or_several, recording_id
from kowhisper_tel.data.metadata import tags

SAID, TALK, SPEAKER = "발화정보", "대화정보", "녹음자정보"


def utterance(label: Label, data: Mapping[str, Any]) -> Stretch:
    """One utterance; ``recorderId``, where it is there, counts over the whole set."""
    del label
    said, talk, speaker = data[SAID], data.get(TALK, {}), data[SPEAKER]
    name = said["fileNm"]
    return Stretch(
        audio=name,
        text=said["stt"],
        id=recording_id(name),
        speaker=str(speaker.get("recorderId") or "").strip() or None,
        tags=tags(
            {
                **{key: value for key, value in said.items() if key not in ("stt", "fileNm")},
                **talk,
                "speaker": {key: value for key, value in speaker.items() if key != "recorderId"},
            },
            gender=speaker.get("gender"),
            age=speaker.get("age"),
            region=talk.get("cityCode"),
            noise=talk.get("recrdEnvrn"),
        ),
    )


LAYOUT = Layout(kind="aihub_freetalk", stretches=one_or_several, stretch=utterance, unit="utterance", notation="aihub")
IMPORTER = of_layout(LAYOUT, "the folder of AI-Hub 109 or 107, 자유대화 음성, its zips unpacked or not")
