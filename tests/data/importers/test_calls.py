"""The call and conversation corpora, in their layouts: what is read, from folder and zips alike, and what is not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from kowhisper_tel.core.errors import UserError
from kowhisper_tel.data import importers
from kowhisper_tel.data.corpus import CorpusSpec
from kowhisper_tel.data.corpus_files import CorpusFiles
from kowhisper_tel.data.describe import fits
from kowhisper_tel.data.entry import Entry, Reject
from kowhisper_tel.data.intake import Recorder, reasons, take_in
from kowhisper_tel.data.prepare import prepare
from kowhisper_tel.data.split import SplitSpec

TEXTS = ("네 여보세요", "o/ 카드 분실 신고 하려고요", "n/ (3개)/(세 개) 있습니다", "아/ 그/ 잠시만요")


def call(audio: str, *, texts: bool) -> dict[str, Any]:
    """The JSON of one call; ``audio`` is its folder as the label has it."""
    people = [
        {"id": "1", "type": "상담사", "gender": "여", "age": "30대"},
        {"id": "2", "type": "고객", "gender": "남", "age": "60대"},
    ]
    for person in people:
        person |= {"residence": "경상"} if texts else {"telephone_network": "8k"}
    dialogs = []
    for number, text in enumerate(TEXTS, 1):
        own = {"textPath": f"{audio}/{number:04d}.txt"} if texts else {"duration": 0.5, "text": text}
        dialogs.append({"speaker": str(2 - number % 2), "audioPath": f"{audio}/{number:04d}.wav", **own})
    info = {"category": "금융", "subcategory": "카드", "place": None, "speakers": people}
    return {"dataSet": {"version": "1.0", "date": "20211001", "typeInfo": info, "dialogs": dialogs}}


CALLS = (
    ("1.Training", "T", "D04/J16/S000001"),
    ("1.Training", "T", "D04/J17/S000001"),
    ("2.Validation", "V", "D01/J020/S2"),
)


def aihub_571(corpus: Any) -> None:
    for part, letter, folder in CALLS:
        labels = f"{part}/라벨링데이터_230316/{letter}L_{folder[:3]}.zip/{folder}"
        audio = f"{part}/원천데이터_230316/{letter}S_{folder[:3]}.zip/{folder}"
        corpus.json(f"{labels}/{folder.rpartition('/')[2]}.json", call(folder, texts=False))
        for number, text in enumerate(TEXTS, 1):
            corpus.text(f"{labels}/{number:04d}.txt", text)
            corpus.wav(f"{audio}/{number:04d}.wav")


def aihub_100(corpus: Any) -> None:
    for number, (part, letter, folder) in enumerate(CALLS):
        labels = f"{part}/[라벨]KtelSpeech_{letter}_label_0.zip/{folder}"
        audio = f"{part}/[원천]KtelSpeech_{letter}_wav_0.zip/{folder}"
        encoding = ("utf-8", "utf-8-sig", "cp949")[number]
        label = call(f"KtelSpeech/{folder}", texts=True)
        corpus.json(f"{labels}/{folder.rpartition('/')[2]}.json", label, encoding)
        for turn, text in enumerate(TEXTS, 1):
            corpus.text(f"{labels}/{turn:04d}.txt", text + "\r\n", encoding)
            corpus.wav(f"{audio}/{turn:04d}.wav")


def ksponspeech(corpus: Any) -> None:
    lists: dict[str, list[str]] = {}
    for number in range(1, 13):
        part = ("train", "dev", "eval_clean", "eval_other")[number % 4]
        if part.startswith("eval"):
            path = f"KsponSpeech_eval/{part}/KsponSpeech_E{number:05d}"
            file = f"KsponSpeech_eval.zip/{part}/KsponSpeech_E{number:05d}"
        else:
            path = f"KsponSpeech_01/KsponSpeech_0001/KsponSpeech_{number:06d}"
            file = f"KsponSpeech_01.zip/KsponSpeech_0001/KsponSpeech_{number:06d}"
        corpus.pcm(f"{file}.pcm")
        corpus.text(f"{file}.txt", TEXTS[number % 4], "cp949")
        lists.setdefault(part, []).append(f"{path}.pcm :: {TEXTS[number % 4]}")
    for part, lines in lists.items():
        corpus.text(f"KsponSpeech_scripts.zip/{part}.trn", "\n".join(lines) + "\n")


def clovacall(corpus: Any) -> None:
    for part, speakers in (("train", range(4)), ("test", range(4, 6))):
        items = []
        for speaker in speakers:
            for number, text in enumerate(TEXTS[:2]):
                name = f"42_0603_748_0_{speaker:05d}_{number:02d}.wav"
                items.append({"wav": name, "text": text, "speaker_id": f"{speaker:05d}"})
                corpus.wav(f"ClovaCall/clean.zip/{name}")
        corpus.json(f"ClovaCall/{part}_ClovaCall.json", items)


Break = Callable[[Any], object]


def first(corpus: Any, *endings: str) -> str:
    return next(name for name in corpus.files if name.endswith(endings))


def drop_audio(corpus: Any) -> None:
    del corpus.files[first(corpus, ".wav", ".pcm")]


def add_audio(corpus: Any) -> None:
    name = first(corpus, ".wav", ".pcm")
    folder, _, base = name.rpartition("/")
    corpus.files[f"{folder}/{base[:-8]}9{base[-7:]}" if len(base) > 8 else f"{folder}/0099.wav"] = corpus.files[name]


def cut_label(corpus: Any) -> None:
    name = first(corpus, ".json")
    corpus.files[name] = corpus.files[name].rstrip(b"\n ]}")


def spoil_label(corpus: Any) -> None:
    corpus.files[first(corpus, ".json", ".trn")] = b'{"\xff\xff\xfe"}'


def cut_audio(corpus: Any) -> None:
    name = first(corpus, ".wav", ".pcm")
    corpus.files[name] = corpus.files[name][: 44 + 801]


def in_dialog(**values: Any) -> Break:
    return lambda corpus: corpus.edit_json(first(corpus, ".json"), lambda d: d["dataSet"]["dialogs"][0].update(values))


def in_dialogs(change: Callable[[list[Any]], object]) -> Break:
    return lambda corpus: corpus.edit_json(first(corpus, ".json"), lambda d: change(d["dataSet"]["dialogs"]))


def in_list(change: Callable[[list[Any]], object]) -> Break:
    return lambda corpus: corpus.edit_json(first(corpus, ".json"), change)


def in_lines(change: Callable[[str], str]) -> Break:
    def edit(corpus: Any) -> None:
        name = first(corpus, ".trn")
        corpus.text(name, change(corpus.files[name].decode()))

    return edit


@dataclass(frozen=True)
class Case:
    """A corpus, how many utterances it has, and what each way of breaking it costs: code to count."""

    make: Callable[[Any], None]
    size: int
    breaks: Mapping[str, tuple[Break, Mapping[str, int], int]] = field(default_factory=dict)


COMMON: dict[str, tuple[Break, Mapping[str, int], int]] = {
    "missing audio": (drop_audio, {"corpus.no_audio": 1}, 0),
    "missing label": (add_audio, {"corpus.no_label": 1}, 1),
}
"""How it is broken, the rejects, and by how many pieces there are more or fewer than before."""
JSON: dict[str, tuple[Break, Mapping[str, int], int]] = {
    "truncated": (cut_audio, {"audio.cut": 1}, 0),
}
A_CALL: dict[str, tuple[Break, Mapping[str, int], int]] = {
    "broken JSON": (cut_label, {"corpus.syntax": 1}, -3),
    "wrong encoding": (spoil_label, {"corpus.encoding": 1}, -3),
    "another layout": (lambda c: c.json(first(c, ".json"), {"a": 1}), {"corpus.layout": 1}, -3),
    "doubled": (in_dialogs(lambda d: d.append(d[0])), {"prepare.duplicate": 1}, 1),
    "no speakers": (in_dialog(speaker=None), {}, 0),
    "path no text": (in_dialog(audioPath=5), {"corpus.layout": 1, "corpus.no_label": 1}, 1),
    "no turns": (in_dialogs(list.clear), {"corpus.no_stretch": 1}, -3),
}
CASES = {
    "aihub_571": Case(
        aihub_571,
        12,
        COMMON
        | JSON
        | A_CALL
        | {
            "empty text": (in_dialog(text=" "), {"prepare.empty_label": 1}, 0),
            "text no text": (in_dialog(text=None), {"corpus.layout": 1, "corpus.no_label": 1}, 1),
            "label outlasts audio": (in_dialog(duration=0.8), {}, 0),
            "label a little longer": (in_dialog(duration="0.7"), {}, 0),
            "path without its ending": (in_dialog(audioPath="D04/J16/S000001/0001"), {}, 0),
            "path under another folder": (in_dialog(audioPath="/home/a/D04/J16/S000001/0001.wav"), {}, 0),
        },
    ),
    "aihub_100": Case(
        aihub_100,
        12,
        COMMON
        | JSON
        | A_CALL
        | {
            "missing text": (lambda c: c.files.pop(first(c, ".txt")), {"corpus.no_text": 1}, 0),
            "empty text": (lambda c: c.text(first(c, ".txt"), "\n"), {"prepare.empty_label": 1}, 0),
            "text in no encoding": (
                lambda c: c.files.update({first(c, ".txt"): b"\xff\xff"}),
                {"corpus.encoding": 1},
                0,
            ),
        },
    ),
    "ksponspeech": Case(
        ksponspeech,
        12,
        COMMON
        | {
            "truncated": (cut_audio, {"audio.unreadable": 1}, 0),
            "empty text": (in_lines(lambda t: t.replace(TEXTS[1], "", 1)), {"prepare.empty_label": 1}, 0),
            "no colons": (in_lines(lambda t: t + "KsponSpeech\n"), {"corpus.layout": 1}, 1),
            "doubled": (in_lines(lambda t: t + t.splitlines()[0] + "\n"), {"prepare.duplicate": 1}, 1),
            "blank lines": (in_lines(lambda t: t.replace("\n", "\r\n\r\n")), {}, 0),
        },
    ),
    "clovacall": Case(
        clovacall,
        12,
        COMMON
        | JSON
        | {
            "empty text": (in_list(lambda d: d[0].update(text="")), {"prepare.empty_label": 1}, 0),
            "doubled": (in_list(lambda d: d.append(d[0])), {"prepare.duplicate": 1}, 1),
            "no recording named": (in_list(lambda d: d.append({"text": "네"})), {"corpus.layout": 1}, 1),
            "wrong encoding": (spoil_label, {"corpus.encoding": 1, "corpus.no_label": 8}, 1),
        },
    ),
}
BROKEN = [(kind, name) for kind, case in CASES.items() for name in case.breaks]


@pytest.fixture(params=["folder", "zips"])
def delivered(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def read(kind: str, path: Path, **options: Any) -> list[Entry | Reject]:
    return list(CorpusSpec(kind, str(path), options=options).entries())


def said(item: Entry | Reject) -> tuple[Any, ...]:
    """What an importer says of a piece, wherever that lies."""
    if isinstance(item, Reject):
        return "reject", item.code, item.id
    u = item.utterance
    audio = item.content() if item.content else Path(u.audio).read_bytes()
    return u.id, u.text, u.speaker, u.call, dict(u.tags), item.split, item.raw_rate, item.notation, item.lasts_s, audio


def prepared(kind: str, root: Path, out: Path) -> Mapping[str, Any]:
    split = SplitSpec.parse("8:2", "utterance")
    spec = CorpusSpec(kind, str(root), split="train")
    return prepare([spec], out, split=split, seed=1, max_reject_share=1.0, workers=1).summary


@pytest.mark.parametrize("kind", CASES)
def test_folder_and_zips_say_the_same(kind: str, corpus: Any, tmp_path: Path) -> None:
    CASES[kind].make(corpus)
    unpacked, packed = read(kind, corpus.folder(tmp_path / "a")), read(kind, corpus.zips(tmp_path / "b"))
    assert len(unpacked) == CASES[kind].size
    assert all(isinstance(item, Entry) for item in unpacked)
    assert list(map(said, unpacked)) == list(map(said, packed))
    assert len({item.utterance.id for item in unpacked if isinstance(item, Entry)}) == len(unpacked)


@pytest.mark.parametrize("kind", CASES)
def test_it_is_recognised(kind: str, delivered: str, corpus: Any, tmp_path: Path) -> None:
    CASES[kind].make(corpus)
    found = fits(CorpusFiles.open(getattr(corpus, delivered)(tmp_path)))
    assert found[0].importer.kind == kind
    assert [fit.importer.rank for fit in found].count(1) == 1


@pytest.mark.parametrize(("kind", "name"), BROKEN)
def test_each_broken_piece_is_counted_once(kind: str, name: str, delivered: str, corpus: Any, tmp_path: Path) -> None:
    case = CASES[kind]
    case.make(corpus)
    broken, rejects, more = case.breaks[name]
    broken(corpus)
    spec = CorpusSpec(kind, str(getattr(corpus, delivered)(tmp_path / "corpus")))
    with ThreadPoolExecutor(1) as pool:
        intake = take_in(spec, Recorder(tmp_path / "audio", pool), {}, 1, None)
    assert reasons(intake.rejects) == dict(rejects)
    assert intake.read == case.size + more == len(intake.recorded) + sum(rejects.values())


def test_571(corpus: Any, tmp_path: Path) -> None:
    aihub_571(corpus)
    one, two, *_ = read("aihub_571", corpus.zips(tmp_path))
    assert isinstance(one, Entry)
    assert isinstance(two, Entry)
    assert (one.utterance.id, one.utterance.call) == ("D04/J16/S000001/0001", "D04/J16/S000001")
    assert (one.utterance.speaker, two.utterance.speaker) == ("D04/J16/S000001/1", "D04/J16/S000001/2")
    assert one.utterance.tags == {
        "version": "1.0",
        "date": "20211001",
        "category": "금융",
        "subcategory": "카드",
        "speaker.id": "1",
        "speaker.type": "상담사",
        "speaker.gender": "여",
        "speaker.age": "30대",
        "speaker.telephone_network": "8k",
        "gender": "female",
        "age": "30대",
        "role": "agent",
        "network": "8k",
    }
    assert (two.utterance.tags["role"], two.utterance.tags["gender"]) == ("customer", "male")
    assert (one.notation, one.split, one.lasts_s) == ("aihub", None, 0.5)


def test_speakers_of_the_whole_corpus_keep_their_ids(corpus: Any, tmp_path: Path) -> None:
    aihub_571(corpus)
    for name in [name for name in corpus.files if name.endswith(".json")]:
        corpus.edit_json(name, lambda d: d["dataSet"]["typeInfo"]["speakers"][0].update(id="SPK0123"))
        corpus.edit_json(name, lambda d: [turn.update(speaker="SPK0123") for turn in d["dataSet"]["dialogs"]])
    items = read("aihub_571", corpus.folder(tmp_path))
    assert {item.utterance.speaker for item in items if isinstance(item, Entry)} == {"SPK0123"}


@pytest.mark.parametrize(
    ("kind", "kept", "splits"),
    [
        ("aihub_571", False, {None: 12}),
        ("aihub_571", True, {"train": 8, "dev": 4}),
        ("aihub_100", True, {"train": 8, "dev": 4}),
        ("ksponspeech", True, {"train": 3, "dev": 3, "test": 6}),
        ("ksponspeech", False, {None: 12}),
        ("clovacall", True, {"train": 8, "test": 4}),
    ],
)
def test_own_parts(kind: str, kept: bool, splits: Mapping[str, int], corpus: Any, tmp_path: Path) -> None:
    CASES[kind].make(corpus)
    root = corpus.zips(tmp_path)
    items = read(kind, root, keep_splits=kept)
    assert Counter(item.split for item in items if isinstance(item, Entry)) == splits
    if kept is importers.get(kind).read(str(root), {}):
        assert list(map(said, items)) == list(map(said, read(kind, root)))


@pytest.mark.parametrize("kind", CASES)
def test_nothing_and_nowhere(kind: str, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for spec, code in (
        (CorpusSpec(kind), "prepare.no_path"),
        (CorpusSpec(kind, str(tmp_path / "nowhere")), "prepare.folder"),
        (CorpusSpec(kind, str(tmp_path / "empty")), "prepare.nothing"),
        (CorpusSpec(kind, str(tmp_path), options={"keep_split": True}), "prepare.option"),
    ):
        with pytest.raises(UserError) as caught:
            list(spec.entries())
        assert caught.value.code == code


def test_a_label_of_another_corpus_is_not_read(corpus: Any, tmp_path: Path) -> None:
    """고객 응대 음성 has the layout of 상담 음성, and says so in its paths."""
    corpus.json("D1/J1/S1/S1.json", call("KrespSpeech/D1/J1/S1", texts=True))
    items = read("aihub_100", corpus.folder(tmp_path))
    assert [item.code for item in items if isinstance(item, Reject)] == ["corpus.layout"] * 4


def test_a_change_of_a_zip_shows(corpus: Any, tmp_path: Path) -> None:
    clovacall(corpus)
    spec = CorpusSpec("clovacall", str(corpus.zips(tmp_path) / "ClovaCall" / "clean.zip"))
    before = spec.digest()
    (tmp_path / "ClovaCall" / "clean.zip").write_bytes(b"x")
    assert spec.digest() != before


def test_keep_splits_is_true_or_false(corpus: Any, tmp_path: Path) -> None:
    clovacall(corpus)
    with pytest.raises(UserError, match="keep_splits"):
        read("clovacall", corpus.folder(tmp_path), keep_splits="no")


@pytest.mark.parametrize(("duration", "found"), [(0.1, "short"), (0.9, "long")])
def test_a_label_of_another_length_than_its_audio_is_tagged(
    corpus: Any, tmp_path: Path, duration: float, found: str
) -> None:
    aihub_571(corpus)
    in_dialog(duration=duration)(corpus)
    summary = prepared("aihub_571", corpus.folder(tmp_path / "corpus"), tmp_path / "out")
    assert summary["splits"]["train"]["tags"]["label_duration"][found]["utterances"] == 1


def test_kspon_texts_are_read_where_there_is_no_list(corpus: Any, tmp_path: Path) -> None:
    ksponspeech(corpus)
    listed = read("ksponspeech", corpus.zips(tmp_path / "a"))
    for name in [name for name in corpus.files if name.endswith(".trn")]:
        del corpus.files[name]
    beside = read("ksponspeech", corpus.zips(tmp_path / "b"))
    texts = [{i.utterance.id: i.utterance.text for i in items if isinstance(i, Entry)} for items in (listed, beside)]
    assert texts[0] == texts[1]
    assert len(texts[0]) == 12
    assert {item.split for item in beside if isinstance(item, Entry)} == {"train", "test"}


def test_kspon_is_16_khz_pcm(corpus: Any, tmp_path: Path) -> None:
    ksponspeech(corpus)
    summary = prepared("ksponspeech", corpus.zips(tmp_path / "corpus"), tmp_path / "out")
    assert summary["splits"]["train"]["hours"] == pytest.approx(12 * 0.5 / 3600, abs=1e-4)


def test_clovacall_takes_one_of_two_versions(corpus: Any, tmp_path: Path) -> None:
    clovacall(corpus)
    for name in [name for name in corpus.files if name.endswith(".wav")]:
        corpus.wav(name.replace("clean.zip", "raw.zip"), seconds=0.6)
    root = corpus.zips(tmp_path)
    for version, options in (("clean", {}), ("raw", {"version": "raw"})):
        items = read("clovacall", root, **options)
        assert len(items) == 12
        assert all(isinstance(i, Entry) and f"/{version}.zip/" in i.utterance.audio for i in items)


def test_archives_that_are_not_read_are_named(corpus: Any, tmp_path: Path) -> None:
    clovacall(corpus)
    corpus.files["ClovaCall/more.tar"] = b"x"
    items = read("clovacall", corpus.folder(tmp_path))
    assert [(item.place, item.code) for item in items if isinstance(item, Reject)] == [
        ("ClovaCall/more.tar", "corpus.unread")
    ]
