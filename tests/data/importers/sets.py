"""The sets besides the calls, in their layouts: what each is made of, and what each way of breaking it costs."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import soundfile

from tests.data.importers.test_calls import (
    Case,
    add_audio,
    call,
    cut_audio,
    cut_label,
    drop_audio,
    first,
    in_dialog,
    spoil_label,
)

TEXTS = ("네 여보세요", "조금만 기다려 주세요", "내일 다시 올게요", "전화 주셔서 고맙습니다")
SAID, COMMAND, NUMBERS = "발화정보", "전사정보", "script"


def encoded(corpus: Any, name: str, kind: str, seconds: float = 0.3, rate: int = 16_000) -> None:
    """Put a recording of noise into a corpus, as FLAC or MP3."""
    buffer = io.BytesIO()
    samples = np.random.default_rng(len(corpus.files)).normal(0, 0.1, round(seconds * rate))
    soundfile.write(buffer, samples, rate, format=kind)
    corpus.files[name] = buffer.getvalue()


def kres(corpus: Any) -> None:
    for part, folder in (("1.Training", "D50/J01/S00000001"), ("2.Validation", "D51/J05/S00000002")):
        labels, audio = (
            f"{part}/[라벨]{folder[:3]}_label_0.zip/{folder}",
            f"{part}/[원천]{folder[:3]}_wav_0.zip/{folder}",
        )
        corpus.json(f"{labels}/{folder[8:]}.json", call(f"KresSpeech/{folder}", texts=True), "utf-8-sig")
        for turn, text in enumerate(TEXTS, 1):
            corpus.text(f"{labels}/{turn:04d}.txt", f"n/ {text}\r\n")
            corpus.wav(f"{audio}/{turn:04d}.wav", 0.3, 16_000)


def talked(number: int, ending: str) -> dict[str, Any]:
    name = f"일반남여_일반통합06_F_가나다{number}_20_수도권_실내_{number:05d}{ending}"
    return {
        SAID: {
            "stt": TEXTS[number],
            "scriptId": f"S{number:04d}",
            "fileNm": name,
            "recrdTime": "5.000",
            "recrdQuality": "16K",
            "recrdDt": "2020-12-10 18:34:16",
            "scriptSetNo": "06",
        },
        "대화정보": {
            "recrdEnvrn": "실내",
            "colctUnitCode": "가정",
            "cityCode": "수도권",
            "recrdUnit": "스마트폰",
            "convrsThema": "날씨",
        },
        "녹음자정보": {"gender": "여", "recorderId": f"가나다{number % 2}", "age": 23},
    }


def freetalk(corpus: Any) -> None:
    for number, ending in enumerate((".wavp", ".wav", ".wav", ".wavp")):
        label = talked(number, ending)
        part, name = ("Training", "Validation")[number // 2], label[SAID]["fileNm"].partition(".")[0]
        corpus.json(f"{part}/[라벨]1.AI챗봇.zip/일반남여_실내/{name}.json", label)
        corpus.wav(f"{part}/[원천]1.AI챗봇_1.zip/일반남여_실내/{name}.wav", 0.3, 16_000)


def ordered(number: int) -> dict[str, Any]:
    return {
        "기본정보": {"Language": "KOR", "NumberOfSpeaker": "1", "DataCategory": "AI비서", "Distributor": "Mediazen"},
        "음성정보": {"SamplingRate": "48000", "NumberOfBit": "16", "SignalToNoiseRatio": "N/A"},
        COMMAND: {"OrgLabelText": f"{TEXTS[number]}.", "LabelText": TEXTS[number]},
        "화자정보": {
            "SpeakerName": ("KIM", "LEE", "N/A", "LEE")[number],
            "Gender": ("Female", "Male", "NotProvided", "Male")[number],
            "Age": "60~69",
            "Region": "부산/대구/울산/경상",
            "Dialect": "경상",
        },
        "환경정보": {"RecordingEnviron": "가정", "NoiseEnviron": "TV", "RecordingDevice": "휴대폰"},
        "파일정보": {
            "FileCategory": "Audio",
            "FileName": f"0012-{number:04d}-01-01-KIM-F-08-A.wav",
            "DirectoryPath": "/home/data/0012",
            "FileLength": ("0.3", "0.50", "N/A", "")[number],
        },
        "기타정보": {"QualityStatus": "Good"},
    }


def commands(corpus: Any) -> None:
    for number in range(4):
        label = ordered(number)
        part = ("training", "validation")[number // 2]
        folder, name = part.title(), label["파일정보"]["FileName"].removesuffix(".wav")
        labels = f"{folder}/[라벨]1.AI비서_라벨링_명령어(노년)_{part}.zip/0012"
        corpus.json(f"{labels}/{name}.json", [label] if number == 3 else label, "utf-8-sig")
        corpus.wav(f"{folder}/[원천]1.AI비서_원천_1_명령어(노인)_{part}.zip/0012/{name}.wav", 0.3, 48_000)


SENTENCES = (
    ("번호는 010-1234-5678입니다", "번호는 [공일공] [일이삼사] [오육칠팔]입니다"),
    ("3개 주세요", "[세] 개 주세요"),
)


def numbers(corpus: Any) -> None:
    for take in range(4):
        written, spoken = SENTENCES[take % 2]
        script, name = f"19{take % 2:06d}", f"{take:08d}"
        part, letter = (("1.Training", "T"), ("2.Validation", "V"))[take // 2]
        label = {
            "audio": {
                "recordedID": name,
                "recordedDate": "20211005",
                "fileName": f"{name}.pcm",
                "filePath": f"/data/{script}",
                "recordedTime": 5.2,
                "recordedEnv": "실내",
            },
            NUMBERS: {
                "scriptId": script,
                "scriptITN": written,
                "scriptTN": spoken,
                "scriptNumberWord": "공일공",
                "patternTheme": "통신번호",
            },
            "recordPerson": {
                "recorderID": f"R{take % 2:04d}",
                "sex": "남",
                "generation": "30대",
                "residence": "대구",
                "dialect": "Y",
                "areaInfomation": {"fatherHometown": "경북", "motherHometown": None},
            },
        }
        corpus.json(f"{part}/라벨링데이터/{letter}L_19.통신번호.zip/{script}/{name}.json", label)
        corpus.pcm(f"{part}/원천데이터/{letter}S_19.통신번호(음성).zip/19.통신번호/{script}/{name}.pcm", 0.3)


def number_texts(corpus: Any) -> None:
    """The same set without its labels: the texts, and the recordings by their folders."""
    numbers(corpus)
    for name in [name for name in corpus.files if name.endswith(".json")]:
        del corpus.files[name]
    for place, (written, spoken) in enumerate(SENTENCES):
        script = f"19{place:06d}"
        lines = (f"scriptID : {script}", f"scriptITN : {written}", f"scriptTN : {spoken}", "patternTheme : 통신번호")
        text = "\r\n".join(lines)
        corpus.text(f"1.Training/원천데이터/TS_19.통신번호(텍스트).zip/19.통신번호/{script}.txt", text)


def asked(number: int, call: str, role: str, **text: str) -> dict[str, str]:
    return {
        "도메인": "다산콜센터",
        "카테고리": "대중교통 안내",
        "대화셋일련번호": call,
        "화자": role,
        "문장번호": str(number),
        "고객의도": "버스노선" if role == "고객" else "",
        "상담사의도": "",
        "QA": "Q" if role == "고객" else "A",
        **dict.fromkeys(("고객질문(요청)", "상담사질문(요청)", "고객답변", "상담사답변"), ""),
        **text,
        "개체명 ": "버스, 노선",
        "용어사전": "버스/교통수단",
        "지식베이스": "교통수단",
    }


TURNS = [
    asked(1, "B2033", "고객", **{"고객질문(요청)": TEXTS[0]}),
    asked(2, "B2033", "상담사", 상담사답변=TEXTS[1]),
    asked(1, "B2034", "상담사", **{"상담사질문(요청)": TEXTS[2]}),
    asked(2, "B2034", "고객", 고객답변=TEXTS[3]),
]
HOTLINE = "2.Validation/원천데이터_220125_add/다산콜센터.zip/대중교통 안내"


def hotline(corpus: Any) -> None:
    label = "민원(콜센터) 질의응답_다산콜센터_대중교통 안내_Validation"
    corpus.json(f"2.Validation/라벨링데이터/다산콜센터.zip/{label}.json", TURNS)
    for turn in TURNS:
        corpus.wav(f"{HOTLINE}/{turn['대화셋일련번호']}_{turn['문장번호']}.wav", 0.3)


def dialect(corpus: Any) -> None:
    for number, part in enumerate(("Training", "Validation"), 1):
        talk = f"DKSR2000000{number}"
        speakers = [
            {
                "id": "1",
                "name": "가",
                "age": "20대",
                "sex": "여성",
                "birthplace": "전남",
                "principal_residence": "광주",
            },
            {"id": "2", "name": "나", "age": "60대", "sex": "남성", "birthplace": "전남", "education": "고졸"},
        ]
        utterances = [
            {
                "id": f"{talk}.1.1.{place}",
                "form": f"(긍께)/(그러니까) {text}",
                "standard_form": f"그러니까 {text}",
                "dialect_form": f"긍께 {text}",
                "speaker_id": str(2 - place % 2),
                "start": 0.5 * place,
                "end": 0.5 * place + 0.45,
                "note": "웃음" if place == 1 else "",
                "eojeolList": [{"id": 1, "eojeol": "긍께", "standard": "그러니까", "isDialect": True}],
            }
            for place, text in enumerate(TEXTS[:3])
        ]
        metadata = {"title": f"전라도 방언 {number}", "topic": "가족", "year": "2020"}
        label = {"id": talk, "metadata": metadata, "speaker": speakers, "setting": {"relation": "가족"}}
        corpus.json(f"{part}/[라벨]전라도_학습데이터_1.zip/{talk}.json", label | {"utterance": utterances}, "utf-8-sig")
        corpus.wav(f"{part}/[원천]전라도_학습데이터_1.zip/{talk}.wav", 1.5, 16_000)


def zeroth(corpus: Any) -> None:
    info = ["SPEAKERID|NAME|SEX|SCRIPTID|DATASET"]
    for speaker, part, sex in ((104, "test_data_01", "m"), (106, "train_data_01", "f")):
        info.append(f"{speaker}|Somebody|{sex}|003|{part}")
        folder, lines = f"zeroth_korean.zip/{part}/003/{speaker}", []
        for number, text in enumerate(TEXTS[:2]):
            name = f"{speaker}_003_{number:04d}"
            lines.append(f"{name} {text}")
            encoded(corpus, f"{folder}/{name}.flac", "FLAC")
        corpus.text(f"{folder}/{speaker}_003.trans.txt", "\n".join(lines) + "\n")
    corpus.text("zeroth_korean.zip/AUDIO_INFO", "\n".join(info) + "\n")


def pansori(corpus: Any) -> None:
    for speaker, talk in (("64Ko6riw7JeF", "lvIVLOef9AM"), ("6rmA7KKF7Je0", "RMUVo-AZfQM")):
        folder, lines = f"pansori-tedxkr-corpus-1.0.zip/{speaker}/{talk}", []
        for number, text in enumerate(TEXTS[:2]):
            name = f"{speaker}-{talk}-{number:04d}"
            lines.append(f"{name} {text}")
            encoded(corpus, f"{folder}/{name}.flac", "FLAC")
        corpus.text(f"{folder}/{speaker}-{talk}.trans.txt", "\n".join(lines) + "\n")
    head = (
        "### TEDxBusan: A talk\n\n- Speaker: 아무개\n- Gender: F\n- Place: Busan\n- Year: 2012\n\n---\n\n- Not: this\n"
    )
    corpus.text("pansori-tedxkr-corpus-1.0.zip/64Ko6riw7JeF/lvIVLOef9AM/README.md", head)


VOICES = "client_id\tpath\tsentence_id\tsentence\tup_votes\tdown_votes\tage\tgender\taccents\tlocale"


def common_voice(corpus: Any) -> None:
    folder = "cv-corpus-21.0-ko.zip/ko"
    for number, part in enumerate(("train", "dev", "test", "invalidated")):
        rows = [VOICES]
        for place in range(2):
            name = f"common_voice_ko_3{number}{place}47.mp3"
            text = f'"{TEXTS[place]}' if place else TEXTS[place]
            person = ("twenties", "male_masculine", "서울") if place else ("", "", "")
            rows.append("\t".join((f"{part}a1b2", name, "f00", text, "2", "0", *person, "ko")))
            encoded(corpus, f"{folder}/clips/{name}", "MP3", 0.5, 32_000)
        corpus.text(f"{folder}/{part}.tsv", "\n".join(rows) + "\n")


def fleurs(corpus: Any) -> None:
    for part in ("train", "dev", "test"):
        rows = []
        for place, text in enumerate(TEXTS[:2]):
            name = f"{1000 + place}.wav"
            letters = " ".join(text.replace(" ", "|")) + " |"
            row = (str(1500 + place), name, f'"{text}", 2008년', text, letters, "4800", ("FEMALE", "MALE")[place])
            rows.append("\t".join(row))
            corpus.wav(f"ko_kr.zip/audio/{part}/{name}", 0.3, 16_000)
        corpus.text(f"ko_kr.zip/{part}.tsv", "\n".join(rows) + "\n")


def in_label(*keys: Any, **values: Any) -> Any:
    """Break the first label: set fields of the part that the keys lead to."""

    def change(data: Any) -> None:
        for key in keys:
            data = data[key]
        data.update({name.replace("_", ""): value for name, value in values.items()})

    return lambda corpus: corpus.edit_json(first(corpus, ".json"), change)


def in_text(ending: str, old: str, new: str) -> Any:
    """Break the first file of an ending: replace the first of some text."""

    def change(corpus: Any) -> None:
        name = first(corpus, ending)
        assert old in corpus.files[name].decode()
        corpus.text(name, corpus.files[name].decode().replace(old, new, 1))

    return change


def drop(ending: str) -> Any:
    return lambda corpus: corpus.files.pop(first(corpus, ending))


NO_AUDIO, NO_LABEL, SHORT = ({f"{code}": 1} for code in ("corpus.no_audio", "corpus.no_label", "recording.short"))
EMPTY, LAYOUT, SYNTAX = ({f"{code}": 1} for code in ("prepare.empty_label", "corpus.layout", "corpus.syntax"))
STRAY: Any = {"missing audio": (drop_audio, NO_AUDIO, 0), "missing label": (add_audio, NO_LABEL, 1)}
ONE_JSON: Any = STRAY | {
    "broken JSON": (cut_label, SYNTAX, 0),
    "wrong encoding": (spoil_label, {"corpus.encoding": 1}, 0),
    "another layout": (lambda c: c.json(first(c, ".json"), {"a": 1}), LAYOUT | NO_LABEL, 1),
    "an empty list": (lambda c: c.json(first(c, ".json"), []), {"corpus.no_stretch": 1}, 0),
}
SETS = {
    "aihub_71616": Case(
        kres,
        8,
        STRAY
        | {
            "cut": (cut_audio, {"audio.cut": 1}, 0),
            "broken JSON": (cut_label, SYNTAX, -3),
            "missing text": (drop(".txt"), {"corpus.no_text": 1}, 0),
            "another corpus": (in_dialog(audioPath="KtelSpeech/D50/J01/S00000001/0001.wav"), LAYOUT | NO_LABEL, 1),
        },
    ),
    "aihub_freetalk": Case(freetalk, 4, ONE_JSON | {"empty text": (in_label(SAID, stt=" "), EMPTY, 0)}),
    "aihub_command": Case(
        commands,
        4,
        ONE_JSON
        | {
            "empty text": (in_label(COMMAND, LabelText=""), EMPTY, 0),
            "no text": (in_label(COMMAND, LabelText=None), LAYOUT | NO_LABEL, 1),
            "label outlasts audio": (in_label("파일정보", FileLength="0.56"), SHORT, 0),
            "label a little longer": (in_label("파일정보", FileLength="0.54"), {}, 0),
            "cut": (cut_audio, {"audio.cut": 1}, 0),
        },
    ),
    "aihub_159": Case(
        numbers,
        4,
        ONE_JSON
        | {
            "empty text": (in_label(NUMBERS, scriptTN="[]"), EMPTY, 0),
            "no text": (in_label(NUMBERS, scriptTN=7), LAYOUT | NO_LABEL, 1),
        },
    ),
    "aihub_98": Case(
        hotline,
        4,
        STRAY
        | {
            "broken JSON": (cut_label, SYNTAX | {"corpus.no_label": 4}, 1),
            "empty text": (in_label(0, **{"고객질문(요청)": ""}), EMPTY, 0),
            "a field missing": (
                lambda c: c.edit_json(first(c, ".json"), lambda d: d[2].pop("카테고리")),
                LAYOUT | NO_LABEL,
                1,
            ),
            "doubled": (
                lambda c: c.edit_json(first(c, ".json"), lambda d: d.append(d[3])),
                {"prepare.duplicate": 1},
                1,
            ),
        },
    ),
    "aihub_dialect": Case(
        dialect,
        6,
        {
            "missing audio": (drop_audio, {"corpus.no_audio": 3}, 0),
            "missing label": (add_audio, NO_LABEL, 1),
            "broken JSON": (cut_label, SYNTAX, -2),
            "no end": (in_label("utterance", 0, end=None), LAYOUT, 0),
            "ends before it starts": (in_label("utterance", 1, end=0.4), {"prepare.times": 1}, 0),
            "empty text": (lambda c: c.edit_json(first(c, ".json"), hush), EMPTY, 0),
        },
    ),
    "zeroth": Case(
        zeroth,
        4,
        {
            "missing audio": (drop(".flac"), NO_AUDIO, 0),
            "an id alone": (in_text(".txt", f" {TEXTS[0]}", ""), EMPTY, 0),
            "another id": (in_text(".txt", "104_003_0000", "104-003-0000"), LAYOUT | NO_LABEL, 1),
            "no list": (drop(".trans.txt"), {"corpus.no_label": 2}, 0),
            "no table of speakers": (drop("AUDIO_INFO"), {}, 0),
            "blank lines": (in_text(".txt", "\n", "\r\n\r\n"), {}, 0),
        },
    ),
    "pansori": Case(
        pansori,
        4,
        {
            "missing audio": (drop(".flac"), NO_AUDIO, 0),
            "an id alone": (in_text(".txt", f" {TEXTS[0]}", ""), EMPTY, 0),
            "doubled": (in_text(".txt", "-0001 ", "-0000 "), {"prepare.duplicate": 1} | NO_LABEL, 1),
        },
    ),
    "common_voice": Case(
        common_voice,
        6,
        {
            "missing audio": (drop(".mp3"), NO_AUDIO, 0),
            "too few cells": (in_text(".tsv", "\t2\t0\t", "\t"), LAYOUT, 0),
            "too many cells": (in_text(".tsv", "\tko\n", "\tko\t\n"), LAYOUT, 0),
            "empty text": (in_text(".tsv", TEXTS[0], ""), EMPTY, 0),
            "an older version": (lambda c: [in_text(".tsv", ".mp3", "")(c) for _ in range(2)], {}, 0),
        },
    ),
    "fleurs": Case(
        fleurs,
        6,
        STRAY
        | {
            "too few cells": (in_text(".tsv", "\t4800", ""), LAYOUT | NO_LABEL, 1),
            "empty text": (in_text(".tsv", f'"{TEXTS[0]}", 2008년', '""'), EMPTY, 0),
            "not unpacked": (lambda c: c.files.update({"ko_kr/audio/dev.tar.gz": b"x"}), {"corpus.unread": 1}, 1),
        },
    ),
}


def hush(data: Any) -> None:
    data["utterance"][0]["dialect_form"] = ""
