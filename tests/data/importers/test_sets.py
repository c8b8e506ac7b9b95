"""The sets besides the calls, in their layouts: what is read, from folder and zips alike, and what is not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from kowhisper_tel.core.errors import UserError
from kowhisper_tel.data.corpus_files import CorpusFiles
from kowhisper_tel.data.describe import fits
from kowhisper_tel.data.entry import Entry
from tests.data.importers import test_calls as contract
from tests.data.importers.sets import (
    HOTLINE,
    SETS,
    TEXTS,
    TURNS,
    commands,
    common_voice,
    dialect,
    fleurs,
    freetalk,
    hotline,
    kres,
    number_texts,
    numbers,
    pansori,
    zeroth,
)
from tests.data.importers.test_calls import drop_audio, prepared, read

contract.CASES.update(SETS)
BROKEN = [(kind, name) for kind, case in SETS.items() for name in case.breaks]


@pytest.fixture(params=["folder", "zips"])
def delivered(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.mark.parametrize("kind", SETS)
def test_folder_and_zips_say_the_same(kind: str, corpus: Any, tmp_path: Path) -> None:
    contract.test_folder_and_zips_say_the_same(kind, corpus, tmp_path)


@pytest.mark.parametrize("kind", SETS)
def test_it_is_recognised(kind: str, delivered: str, corpus: Any, tmp_path: Path) -> None:
    contract.test_it_is_recognised(kind, delivered, corpus, tmp_path)


@pytest.mark.parametrize(("kind", "name"), BROKEN)
def test_each_broken_piece_is_counted_once(kind: str, name: str, corpus: Any, tmp_path: Path) -> None:
    contract.test_each_broken_piece_is_counted_once(kind, name, "zips", corpus, tmp_path)


def entries(kind: str, root: Path, **options: Any) -> list[Any]:
    """What is read, in order of the ids; there are no rejects."""
    items = read(kind, root, **options)
    assert all(isinstance(item, Entry) for item in items)
    return sorted(items, key=lambda item: item.utterance.id)


@pytest.mark.parametrize(
    ("kind", "kept", "splits"),
    [
        ("aihub_71616", True, {"train": 4, "dev": 4}),
        ("aihub_freetalk", True, {"train": 2, "dev": 2}),
        ("aihub_command", False, {None: 4}),
        ("aihub_159", True, {"train": 2, "dev": 2}),
        ("aihub_98", True, {"dev": 4}),
        ("aihub_dialect", True, {"train": 3, "dev": 3}),
        ("zeroth", None, {"train": 2, "test": 2}),
        ("pansori", None, {None: 4}),
        ("common_voice", None, {"train": 2, "dev": 2, "test": 2}),
        ("common_voice", False, {None: 6}),
        ("fleurs", None, {"train": 2, "dev": 2, "test": 2}),
    ],
)
def test_own_parts(kind: str, kept: bool | None, splits: Mapping[str, int], corpus: Any, tmp_path: Path) -> None:
    SETS[kind].make(corpus)
    options = {} if kept is None else {"keep_splits": kept}
    assert Counter(item.split for item in entries(kind, corpus.zips(tmp_path), **options)) == splits


def test_71616(corpus: Any, tmp_path: Path) -> None:
    kres(corpus)
    one, two, *_ = entries("aihub_71616", corpus.zips(tmp_path))
    assert (one.utterance.id, one.utterance.text) == ("D50/J01/S00000001/0001", f"n/ {TEXTS[0]}")
    assert (one.notation, one.utterance.call, one.utterance.speaker) == (
        "aihub",
        "D50/J01/S00000001",
        "D50/J01/S00000001/1",
    )
    assert (one.utterance.tags["role"], one.utterance.tags["region"], one.utterance.tags["subcategory"]) == (
        "agent",
        "경상",
        "카드",
    )
    assert (two.utterance.tags["role"], two.utterance.tags["gender"]) == ("customer", "male")


def test_freetalk(corpus: Any, tmp_path: Path) -> None:
    freetalk(corpus)
    one, two, *_ = (item.utterance for item in entries("aihub_freetalk", corpus.zips(tmp_path)))
    assert (one.id, one.text) == ("일반남여_일반통합06_F_가나다0_20_수도권_실내_00000", TEXTS[0])
    assert one.audio.endswith("_00000.wav")
    assert (one.speaker, two.speaker, one.call) == ("가나다0", "가나다1", None)
    assert one.tags == {
        "scriptId": "S0000",
        "recrdTime": "5.000",
        "recrdQuality": "16K",
        "recrdDt": "2020-12-10 18:34:16",
        "scriptSetNo": "06",
        "recrdEnvrn": "실내",
        "colctUnitCode": "가정",
        "cityCode": "수도권",
        "recrdUnit": "스마트폰",
        "convrsThema": "날씨",
        "speaker.gender": "여",
        "speaker.age": "23",
        "gender": "female",
        "age": "23",
        "region": "수도권",
        "noise": "실내",
    }


def test_commands(corpus: Any, tmp_path: Path) -> None:
    commands(corpus)
    one, two, three, four = entries("aihub_command", corpus.zips(tmp_path))
    assert (one.utterance.id, one.utterance.text) == ("0012-0000-01-01-KIM-F-08-A", TEXTS[0])
    assert [item.utterance.speaker for item in (one, two, three, four)] == ["KIM", "LEE", None, "LEE"]
    assert [item.lasts_s for item in (one, two, three, four)] == [0.3, 0.5, None, None]
    assert [item.utterance.tags.get("gender") for item in (one, two, three)] == ["female", "male", None]
    expected = {
        "기본정보.DataCategory": "AI비서",
        "음성정보.SamplingRate": "48000",
        "전사정보.OrgLabelText": f"{TEXTS[0]}.",
        "speaker.Dialect": "경상",
        "환경정보.RecordingDevice": "휴대폰",
        "file.FileLength": "0.3",
        "기타정보.QualityStatus": "Good",
        "age": "60~69",
        "region": "부산/대구/울산/경상",
        "noise": "TV",
    }
    assert expected.items() <= one.utterance.tags.items()


def test_159(corpus: Any, tmp_path: Path) -> None:
    numbers(corpus)
    one, two, *_ = entries("aihub_159", corpus.zips(tmp_path))
    assert (one.utterance.text, one.utterance.written) == (
        "번호는 공일공 일이삼사 오육칠팔입니다",
        "번호는 010-1234-5678입니다",
    )
    assert (two.utterance.text, two.utterance.written) == ("세 개 주세요", "3개 주세요")
    assert (one.utterance.id, one.utterance.speaker, two.utterance.speaker) == ("00000000", "R0000", "R0001")
    assert (one.raw_rate, one.notation) == (16_000, "plain")
    expected = {
        "recordedEnv": "실내",
        "patternTheme": "통신번호",
        "scriptNumberWord": "공일공",
        "fatherHometown": "경북",
        "dialect": "Y",
        "gender": "male",
        "age": "30대",
        "region": "대구",
    }
    assert expected.items() <= one.utterance.tags.items()


def test_159_by_its_texts_alone(delivered: str, corpus: Any, tmp_path: Path) -> None:
    number_texts(corpus)
    root = getattr(corpus, delivered)(tmp_path)
    found = {item.utterance.id: item.utterance for item in entries("aihub_159", root)}
    assert found.keys() == {f"19{take % 2:06d}/{take:08d}" for take in range(4)}
    two = found["19000001/00000003"]
    assert (two.text, two.written, two.speaker) == ("세 개 주세요", "3개 주세요", None)
    assert two.tags == {"scriptID": "19000001", "patternTheme": "통신번호"}
    assert fits(CorpusFiles.open(root))[0].importer.kind == "aihub_159"


def test_159_a_text_that_nobody_said(corpus: Any, tmp_path: Path) -> None:
    number_texts(corpus)
    for name in [name for name in corpus.files if "/19000001/" in name]:
        del corpus.files[name]
    items = read("aihub_159", corpus.zips(tmp_path))
    assert Counter(getattr(item, "code", "read") for item in items) == {"read": 2, "corpus.no_audio": 1}


def test_98(corpus: Any, tmp_path: Path) -> None:
    hotline(corpus)
    one, two, three, four = (item.utterance for item in entries("aihub_98", corpus.zips(tmp_path)))
    assert [u.text for u in (one, two, three, four)] == list(TEXTS)
    assert (one.id, one.call, one.speaker) == (
        "대중교통 안내/B2033/1",
        "대중교통 안내/B2033",
        "대중교통 안내/B2033/고객",
    )
    assert one.tags == {
        "도메인": "다산콜센터",
        "카테고리": "대중교통 안내",
        "대화셋일련번호": "B2033",
        "문장번호": "1",
        "화자": "고객",
        "고객의도": "버스노선",
        "QA": "Q",
        "개체명": "버스, 노선",
        "용어사전": "버스/교통수단",
        "지식베이스": "교통수단",
        "role": "customer",
    }
    assert two.tags["role"] == "agent"


@pytest.mark.parametrize("name", ["B{}.wav", "다산콜센터_{}.m4a"])
def test_98_with_one_recording_a_call(name: str, corpus: Any, tmp_path: Path) -> None:
    hotline(corpus)
    for file in [file for file in corpus.files if file.endswith(".wav")]:
        del corpus.files[file]
    for call in ("2033", "2034"):
        corpus.wav(f"{HOTLINE}/{name.format(call)}")
    one, two = (item.utterance for item in entries("aihub_98", corpus.zips(tmp_path)))
    assert (one.id, one.text, two.text) == ("대중교통 안내/B2033", f"{TEXTS[0]}\n{TEXTS[1]}", f"{TEXTS[2]}\n{TEXTS[3]}")
    assert (one.speaker, one.call) == ("대중교통 안내/B2033", "대중교통 안내/B2033")
    assert one.tags == {"도메인": "다산콜센터", "카테고리": "대중교통 안내"}


@pytest.mark.parametrize("folder", ["대중교통 안내", "다산콜센터", "녹음"])
@pytest.mark.parametrize("name", ["{}_{}", "{}-{:02}", "{}/{}"])
def test_98_recordings_by_any_of_their_names(folder: str, name: str, corpus: Any, tmp_path: Path) -> None:
    corpus.json("라벨/대중교통.json", TURNS)
    for turn in TURNS:
        corpus.wav(f"원천/{folder}/{name.format(turn['대화셋일련번호'], int(turn['문장번호']))}.wav", 0.1)
    found = [item.utterance for item in entries("aihub_98", corpus.folder(tmp_path))]
    assert [u.text for u in found] == list(TEXTS)
    assert len({u.audio for u in found}) == 4


def test_98_never_takes_another_subjects_recording(corpus: Any, tmp_path: Path) -> None:
    hotline(corpus)
    other = [turn | {"카테고리": "일반행정 문의"} for turn in TURNS]
    corpus.json("2.Validation/라벨링데이터/다산콜센터.zip/일반행정 문의.json", other)
    corpus.wav(f"{HOTLINE.replace('대중교통 안내', '일반행정 문의')}/B2033_1.wav", 0.1)
    items = read("aihub_98", corpus.zips(tmp_path))
    assert Counter(getattr(item, "code", "read") for item in items) == {"read": 5, "corpus.no_audio": 3}


def test_dialect(corpus: Any, tmp_path: Path) -> None:
    dialect(corpus)
    items = entries("aihub_dialect", corpus.zips(tmp_path))
    one, two = (item.utterance for item in items[:2])
    assert (one.id, one.text, one.written) == ("DKSR20000001.1.1.0", f"긍께 {TEXTS[0]}", f"그러니까 {TEXTS[0]}")
    assert (one.start_s, one.end_s, two.start_s, two.end_s) == (0.0, 0.45, 0.5, 0.95)
    assert (one.speaker, two.speaker, one.call) == ("DKSR20000001/2", "DKSR20000001/1", "DKSR20000001")
    assert items[0].notation == "dialect"
    assert two.tags == {
        "metadata.title": "전라도 방언 1",
        "metadata.topic": "가족",
        "metadata.year": "2020",
        "setting.relation": "가족",
        "speaker.name": "가",
        "speaker.age": "20대",
        "speaker.sex": "여성",
        "speaker.birthplace": "전남",
        "speaker.principal_residence": "광주",
        "utterance.note": "웃음",
        "gender": "female",
        "age": "20대",
        "region": "광주",
    }
    assert one.tags["region"] == "전남"


def test_zeroth(corpus: Any, tmp_path: Path) -> None:
    zeroth(corpus)
    one, _, three, _ = (item.utterance for item in entries("zeroth", corpus.folder(tmp_path)))
    assert (one.id, one.text, one.speaker) == ("104_003_0000", TEXTS[0], "104")
    assert three.tags == {
        "SCRIPTID": "003",
        "NAME": "Somebody",
        "SEX": "f",
        "DATASET": "train_data_01",
        "gender": "female",
    }


def test_pansori(corpus: Any, tmp_path: Path) -> None:
    pansori(corpus)
    one, _, three, _ = (item.utterance for item in entries("pansori", corpus.folder(tmp_path)))
    assert (one.id, one.text) == ("64Ko6riw7JeF-lvIVLOef9AM-0000", TEXTS[0])
    assert (one.speaker, one.call) == ("64Ko6riw7JeF", "lvIVLOef9AM")
    assert one.tags == {"Speaker": "아무개", "Gender": "F", "Place": "Busan", "Year": "2012", "gender": "female"}
    assert (three.speaker, three.call, three.tags) == ("6rmA7KKF7Je0", "RMUVo-AZfQM", {})


def test_common_voice(corpus: Any, tmp_path: Path) -> None:
    common_voice(corpus)
    one, two, *_ = (item.utterance for item in entries("common_voice", corpus.folder(tmp_path)))
    assert (one.id, one.text, one.speaker) == ("common_voice_ko_30047", TEXTS[0], "traina1b2")
    assert two.text == f'"{TEXTS[1]}'
    assert one.tags == {"sentence_id": "f00", "up_votes": "2", "down_votes": "0", "locale": "ko"}
    assert (two.tags["gender"], two.tags["age"], two.tags["region"]) == ("male", "twenties", "서울")


def test_fleurs(corpus: Any, tmp_path: Path) -> None:
    fleurs(corpus)
    one, two, *_ = (item.utterance for item in entries("fleurs", corpus.folder(tmp_path)))
    assert (one.id, one.text, one.speaker) == ("dev/1000", f'"{TEXTS[0]}", 2008년', None)
    assert (one.tags, two.tags) == (
        {"sentence": "1500", "gender": "female"},
        {"sentence": "1501", "gender": "male"},
    )


@pytest.mark.parametrize(("kind", "seconds"), [("aihub_command", 0.3), ("aihub_159", 0.3), ("aihub_dialect", 0.45)])
def test_the_rate_is_the_headers(kind: str, seconds: float, corpus: Any, tmp_path: Path) -> None:
    case = SETS[kind]
    case.make(corpus)
    summary = prepared(kind, corpus.zips(tmp_path / "corpus"), tmp_path / "out")
    assert summary["splits"]["train"]["hours"] == pytest.approx(case.size * seconds / 3600, abs=1e-4)


@pytest.mark.parametrize("kind", sorted(contract.CASES.keys() - {"aihub_command"}))
def test_no_other_importer_reads_a_set(kind: str, corpus: Any, tmp_path: Path) -> None:
    """A set read as another gives rejects that say so, and no utterance."""
    commands(corpus)
    items = []
    with suppress(UserError):  # prepare.nothing
        items = read(kind, corpus.folder(tmp_path))
    assert not any(isinstance(item, Entry) for item in items)


def test_a_missing_recording_is_not_made_up_for(corpus: Any, tmp_path: Path) -> None:
    fleurs(corpus)
    drop_audio(corpus)
    items = read("fleurs", corpus.folder(tmp_path))
    assert Counter(getattr(item, "code", "read") for item in items) == {"read": 5, "corpus.no_audio": 1}
