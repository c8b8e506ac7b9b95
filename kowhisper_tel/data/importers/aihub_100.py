"""AI-Hub 100, 상담 음성 (KtelSpeech): acted calls to call centres by telephone, 8 kHz, one WAV and one text a turn.

Source: https://aihub.or.kr/aihubdata/data/view.do?dataSetSn=100. One JSON file a call lies in
``[라벨]KtelSpeech_valid_D60_label_0.zip`` as ``D60/J91/S00000001/S00000001.json`` with its texts (``0001.txt``, UTF-8
with a byte order mark or without), its turns in ``[원천]KtelSpeech_valid_D60_wav_0.zip`` as
``D60/J91/S00000001/0001.wav``. ``audioPath`` and ``textPath`` begin with ``KtelSpeech/``, a folder that is not there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kowhisper_tel.data.calls import path_of, turn, turns
from kowhisper_tel.data.importers import of_layout
from kowhisper_tel.data.labelled import Label, Layout, Stretch

FOLDER = "KtelSpeech/"


def stretch(label: Label, dialog: Mapping[str, Any]) -> Stretch:
    """One turn; its text lies in a file of its own."""
    return turn(label, dialog, FOLDER, text_file=path_of(dialog["textPath"], FOLDER))


LAYOUT = Layout(kind="aihub_100", stretches=turns, stretch=stretch, unit="dialog", notation="aihub")
IMPORTER = of_layout(LAYOUT, "the folder of AI-Hub 100, 상담 음성 (KtelSpeech), its zips unpacked or not")
