"""AI-Hub 571, 저음질 전화망 음성인식 데이터: real calls to call centres over telephone networks, 8 kHz, one WAV a turn.

Source: https://aihub.or.kr/aihubdata/data/view.do?dataSetSn=571. One JSON file a call lies in
``01.데이터/1.Training/라벨링데이터_230316/TL_D04.zip`` as ``D04/J16/S023370/S023370.json``, its turns in
``원천데이터_230316/TS_D04.zip`` as ``D04/J16/S023370/0001.wav``; ``audioPath`` begins at ``D04``. The text files beside
the JSON repeat its ``text`` and are not read. A call's number is its own within its D and J folders only.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kowhisper_tel.data.calls import turn, turns
from kowhisper_tel.data.importers import of_layout
from kowhisper_tel.data.labelled import Label, Layout, Stretch


def stretch(label: Label, dialog: Mapping[str, Any]) -> Stretch:
    """One turn."""
    return turn(label, dialog, text=dialog["text"])


LAYOUT = Layout(kind="aihub_571", stretches=turns, stretch=stretch, unit="dialog", notation="aihub")
IMPORTER = of_layout(LAYOUT, "the folder of AI-Hub 571, 저음질 전화망 음성인식 데이터, its zips unpacked or not")
