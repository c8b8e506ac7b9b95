"""Labels that say less than the real sets' do, or say it in another place: what is there is read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from kowhisper_tel.core.utterance import Utterance
from kowhisper_tel.data.corpus import CorpusSpec
from kowhisper_tel.data.corpus_files import CorpusFiles
from kowhisper_tel.data.describe import fits
from kowhisper_tel.data.entry import Entry


def read(kind: str, path: Path) -> Sequence[Utterance]:
    items = list(CorpusSpec(kind, str(path)).entries())
    assert all(isinstance(item, Entry) for item in items)
    return [item.utterance for item in items if isinstance(item, Entry)]


def test_freetalk_without_an_id_of_the_speaker(corpus: Any, tmp_path: Path) -> None:
    corpus.json("label/a.json", {"발화정보": {"stt": "네 맞아요", "fileNm": "a.wavp"}, "녹음자정보": {"gender": "여"}})
    corpus.wav("audio/a.wav")
    (found,) = read("aihub_freetalk", corpus.folder(tmp_path))
    assert (found.speaker, found.text, found.tags["gender"]) == (None, "네 맞아요", "female")


@pytest.mark.parametrize(("speaker", "name"), [({}, None), ({"speakerId": "S1"}, "S1")])
def test_159_without_the_recordings_name(speaker: Any, name: str | None, corpus: Any, tmp_path: Path) -> None:
    corpus.json("label/num_000001.json", {"scriptITN": "3번", "scriptTN": "[삼] 번", **speaker})
    corpus.wav("audio/num_000001.wav")
    (found,) = read("aihub_159", corpus.folder(tmp_path))
    assert (found.id, found.text, found.written, found.speaker) == ("num_000001", "삼 번", "3번", name)


def test_98_by_the_recordings_that_its_fields_name(corpus: Any, tmp_path: Path) -> None:
    turn = {"도메인": "쇼핑", "카테고리": "배송", "대화셋일련번호": "B1", "개체명 ": ""}
    turns = [
        turn | {"화자": "고객", "문장번호": "1", "고객질문(요청)": "언제 오나요", "파일명": "0a7f.wav"},
        turn | {"화자": "상담사", "문장번호": "2", "상담사답변": "내일 갑니다", "파일명": "93bc.wav"},
        turn | {"대화셋일련번호": "B2", "화자": "고객", "문장번호": "1", "고객답변": "네", "파일명": "whole.wav"},
        turn | {"대화셋일련번호": "B2", "화자": "고객", "문장번호": "2", "고객답변": "좋아요", "파일명": "whole.wav"},
    ]
    corpus.json("qa.json", turns)
    for name in ("0a7f", "93bc", "whole"):
        corpus.wav(f"wav/{name}.wav")
    found = read("aihub_98", corpus.folder(tmp_path))
    assert [(Path(u.audio).stem, u.text) for u in found] == [
        ("0a7f", "언제 오나요"),
        ("93bc", "내일 갑니다"),
        ("whole", "네\n좋아요"),
    ]


def test_kspon_texts_beside_pcm_of_any_name(corpus: Any, tmp_path: Path) -> None:
    corpus.text("talk/one.txt", "아/ 네", "cp949")
    corpus.pcm("talk/one.pcm")
    corpus.text("notes.txt", "not a label")
    (found,) = read("ksponspeech", corpus.folder(tmp_path))
    assert (found.id, found.text) == ("one", "아/ 네")


def test_pansori_of_a_talk_of_any_name(corpus: Any, tmp_path: Path) -> None:
    corpus.text("kim/busan-2016/kim-busan-2016.trans.txt", "kim-busan-2016-0001 안녕하세요")
    corpus.wav("kim/busan-2016/kim-busan-2016-0001.wav")
    root = corpus.folder(tmp_path)
    (found,) = read("pansori", root)
    assert (found.speaker, found.call) == ("kim", "busan-2016")
    assert [fit.importer.kind for fit in fits(CorpusFiles.open(root))] == ["pansori"]
