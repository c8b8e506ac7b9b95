"""prepare without opening audio: the same data as with it, lengths as stated, and what it cannot do refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import datasets
import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from eval_suites.rendering import duration_s
from kowhisper_tel.core.audio import RATE, read_audio
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.files import read_json_lines
from kowhisper_tel.core.manifest import Manifest
from kowhisper_tel.core.utterance import Utterance
from kowhisper_tel.data.columns import stated_length
from kowhisper_tel.data.corpus import CorpusSpec
from kowhisper_tel.data.entry import Entry, Reject
from kowhisper_tel.data.leaks.weed import LeakRules
from kowhisper_tel.data.long_recordings.divide import LongRecordings, LongSettings
from kowhisper_tel.data.prepare import PreparedData, prepare
from kowhisper_tel.data.split import SPLITS, SplitSpec
from kowhisper_tel.data.text_files import read_lines, read_text
from kowhisper_tel.data.unheard import Unheard, unheard
from kowhisper_tel.train.rendering import AudioCache
from reports import card as page

OFF = LeakRules("off", "drop")
LABELS = (
    "3개 주세요",
    "(70%)/(칠십 퍼센트)예요",
    "네 b/ 알겠습니다",
    "010-1234-5678번으로요",
    "오후 3시 30분에 갈게요",
)


def run(path: Path, out: Path, *, check_audio: bool = False, kind: str = "manifest", **settings: Any) -> PreparedData:
    spec = CorpusSpec(kind, str(path), settings.pop("split", None), options=settings.pop("options", {}))
    settings = {"split": SplitSpec.parse("8:1:1"), "seed": 7, "workers": 1, "max_reject_share": 1.0} | settings
    return prepare([spec], out, check_audio=check_audio, **{"leaks": OFF} | settings)


def rejects(prepared: PreparedData) -> dict[str, str]:
    return {one["id"]: one["code"] for one in read_json_lines(prepared.folder / "rejects.jsonl")}


def test_it_gives_what_prepare_gives_with_audio(tone: Any, lines: Any, tmp_path: Path) -> None:
    lengths = {f"a{n}.wav": 0.25 * (n + 1) for n in range(5)}
    for name, seconds in lengths.items():
        tone(name, seconds=seconds)
    records = [
        {
            "id": f"u{n}",
            "audio": f"a{n % 5}.wav",
            "text": LABELS[n % 5] if n % 40 else "",
            "duration": lengths[f"a{n % 5}.wav"],
            "speaker": f"s{n % 37}",
            "gender": "FM"[n % 2],
        }
        for n in range(400)
    ]
    path = lines(*records)
    settings = {"options": {"notation": "aihub"}, "count_tokens": lambda text: len(text.encode())}
    heard, stated = (run(path, tmp_path / f"out{check}", check_audio=check, **settings) for check in (True, False))
    for split in SPLITS:
        ours, theirs = (Manifest.read(one.manifests[split]) for one in (stated, heard))
        assert [(u.id, u.text, u.written, u.speaker) for u in ours] == [
            (u.id, u.text, u.written, u.speaker) for u in theirs
        ]
        assert [ours.audio_path(u).resolve() for u in ours] == [theirs.audio_path(u).resolve() for u in theirs]
        rows = [datasets.load_from_disk(str(one.folder / "dataset"))[split] for one in (stated, heard)]
        shared = ["id", "audio", "text", "speaker", "duration_s", "tag_gender"]
        assert rows[0].select_columns(shared).to_list() == rows[1].select_columns(shared).to_list()
    assert rejects(stated) == rejects(heard)
    for name in ("read", "accepted", "rejected", "rejects", "leaks"):
        assert stated.summary[name] == heard.summary[name]
    for split, found in heard.summary["splits"].items():
        ours = stated.summary["splits"][split]
        assert {name: ours[name] for name in ours if name != "tags"} == {n: found[n] for n in found if n != "tags"}
        assert ours["tags"]["gender"] == found["tags"]["gender"]


def test_later_stages_read_the_same_stretches(tmp_path: Path, lines: Any) -> None:
    generator = np.random.default_rng(1)
    soundfile.write(tmp_path / "call.wav", 0.1 * generator.standard_normal((8 * RATE, 2)), RATE)
    turn = {"audio": "call.wav", "text": "네"}
    path = lines(
        turn | {"id": "both", "start_s": 1.0, "end_s": 2.5, "track": 1},
        turn | {"id": "end", "end_s": 0.5, "track": 0},
        turn | {"id": "to the end", "start_s": 6.0, "duration": 2.0, "track": 1},
        turn | {"id": "mixed", "start_s": 3.25, "end_s": 4.0},
    )
    heard, stated = (
        Manifest.read(run(path, tmp_path / f"out{check}", check_audio=check, split="train").manifests["train"])
        for check in (True, False)
    )
    assert [(u.start_s, u.end_s, u.track) for u in stated] == [
        (1.0, 2.5, 1),
        (None, 0.5, 0),
        (6.0, 8.0, 1),
        (3.25, 4.0, None),
    ]
    assert not (tmp_path / "outFalse" / "audio").exists()
    for ours, theirs in zip(stated, heard, strict=True):
        wanted = read_audio(heard.audio_path(theirs))
        np.testing.assert_allclose(AudioCache(stated).read(ours), wanted, atol=1e-4)
        assert duration_s(stated, ours) == pytest.approx(len(wanted) / RATE)


def test_no_recording_needs_to_be_there(lines: Any, tmp_path: Path) -> None:
    path = lines(*({"audio": f"{n}.wav", "text": "네", "duration_s": 2, "speaker": f"s{n}"} for n in range(20)))
    assert run(path, tmp_path / "out").summary["accepted"] == 20
    assert run(path, tmp_path / "out").summary["accepted"] == 20  # complete
    with pytest.raises(UserError) as caught:
        run(path, tmp_path / "out", check_audio=True)
    assert caught.value.code == "prepare.changed"
    path.write_text(path.read_text(encoding="utf-8").replace("네", "예"), encoding="utf-8")
    with pytest.raises(UserError, match="differs now: files "):
        run(path, tmp_path / "out")


def test_a_line_without_a_length_is_rejected_with_the_cure(lines: Any, tmp_path: Path) -> None:
    cases = {
        "nothing": ({}, "unheard.no_length"),
        "empty": ({"duration": ""}, "unheard.no_length"),
        "zero": ({"duration": 0}, "unheard.no_length"),
        "words": ({"duration": "long"}, "unheard.no_length"),
        "not a number": ({"duration_s": float("nan")}, "unheard.no_length"),
        "only a start": ({"start_s": 1.0}, "unheard.no_length"),
        "milliseconds": ({"duration": 3200}, "prepare.too_long"),
        "long stretch": ({"start_s": 1, "end_s": 40}, "prepare.long_stretch"),
        "long from a start": ({"start_s": 1, "duration": 31}, "prepare.long_stretch"),
        "backwards": ({"start_s": 2, "end_s": 1}, "prepare.times"),
        "raw": ({"audio": "a.pcm", "duration": 2}, "unheard.raw"),
    }
    good = {"audio": "a.wav", "text": "네"}
    sound = [{"duration": 2}, {"duration_s": "2.5"}, {"start_s": 0, "end_s": 30}, {"end_s": 3, "duration": 900}]
    records = [good | {"id": name} | own for name, (own, _) in cases.items()]
    path = lines(*records, *(good | {"id": f"good{n}"} | own for n, own in enumerate(sound)))
    prepared = run(path, tmp_path / "out", split="train")
    assert rejects(prepared) == {name: code for name, (_, code) in cases.items()}
    assert prepared.summary["read"] == prepared.summary["accepted"] + prepared.summary["rejected"] == len(cases) + 4
    longest = prepared.summary["splits"]["train"]["longest_s"]
    assert longest == 30
    said = next(one for one in read_json_lines(tmp_path / "out" / "rejects.jsonl") if one["id"] == "nothing")
    for language in ("en", "ko"):
        assert "corpus.jsonl line 1" in said[f"message_{language}"]
        assert "duration_s" in said[f"message_{language}"]
        assert "data.check_audio: true" in said[f"message_{language}"]


def test_recordings_without_a_file_are_refused(tone: Any, tmp_path: Path) -> None:
    part = datasets.Dataset.from_dict({"audio": [str(tone("y.wav"))], "text": ["네"], "duration": [0.5]})
    part.save_to_disk(str(tmp_path / "paths"))
    part.cast_column("audio", datasets.Audio(decode=False)).save_to_disk(str(tmp_path / "bytes"))
    assert run(tmp_path / "paths", tmp_path / "out", kind="dataset", split="train").summary["accepted"] == 1
    with pytest.raises(UserError, match=r"unheard\.archived: 1"):
        run(tmp_path / "bytes", tmp_path / "none", kind="dataset", split="train")
    assert "unheard.archived" in (tmp_path / "none.rejects.jsonl").read_text(encoding="utf-8")


def test_what_needs_ears_is_refused_not_skipped(lines: Any, tmp_path: Path) -> None:
    path = lines({"audio": "a.wav", "text": "네", "duration": 1})
    for action in ("fail", "drop", "report"):
        with pytest.raises(UserError, match="off") as caught:
            run(path, tmp_path / "out", leaks=LeakRules(action, "off"))
        assert (caught.value.code, caught.value.exit_code) == ("unheard.leaks", 2)
        assert action in caught.value.text("ko")
    with pytest.raises(UserError) as caught:
        run(path, tmp_path / "out", long=LongRecordings(LongSettings()))
    assert caught.value.code == "unheard.long"
    assert not (tmp_path / "out").exists()


def test_sentences_on_two_sides_are_still_dropped(lines: Any, tmp_path: Path) -> None:
    said = "고객님 본인 확인을 위해서 생년월일을 말씀해 주시겠습니까"
    record = {"audio": "a.wav", "duration": 2}
    train = lines(
        record | {"id": "same", "text": said}, record | {"id": "own", "text": "주소를 변경하려고 전화 드렸습니다"}
    )
    test = lines(record | {"id": "held", "text": said}, name="test.jsonl")
    specs = [CorpusSpec("manifest", str(train), "train"), CorpusSpec("manifest", str(test), "test")]
    prepared = prepare(
        specs, tmp_path / "out", split=SplitSpec.parse("8:2"), seed=1, leaks=OFF, max_reject_share=1, check_audio=False
    )
    assert rejects(prepared) == {"same": "leaks.sentence"}


def test_card_and_summary_say_so_plainly(tone: Any, lines: Any, tmp_path: Path) -> None:
    tone("a.wav", rate=8_000)
    path = lines(*({"audio": "a.wav", "id": f"{n}", "text": "네네", "duration": 0.5} for n in range(3)))
    prepared = run(path, tmp_path / "out", split="train")
    assert prepared.summary["check_audio"] is False
    made = json.loads((prepared.folder / "data_card.json").read_text(encoding="utf-8"))
    assert made["check_audio"] is False
    assert made["measures"] is None
    assert not (prepared.folder / "measures.jsonl").exists()
    (own,) = made["corpora"]
    assert "card.unheard" in [remark["code"] for remark in own["remarks"]]
    assert (own["silent"], own["clipped"], own["bands"], own["headers"]) == (None, None, {}, {})
    assert own["distributions"]["snr_db"]["n"] == 0
    assert own["distributions"]["duration_s"]["n"] == 3
    html = (prepared.folder / "data_card.html").read_text(encoding="utf-8")
    assert "녹음을 열지 않아" in html
    assert "Silent:" not in html
    assert "measures.jsonl" not in html
    assert "real_phone" not in (prepared.folder / "train.jsonl").read_text(encoding="utf-8")
    checked = run(path, tmp_path / "heard", check_audio=True, split="train")
    assert checked.summary["check_audio"] is True
    html = (checked.folder / "data_card.html").read_text(encoding="utf-8")
    assert "녹음을 열지 않아" not in html
    assert "Silent:" in html
    assert page.page(made)


def test_progress_ends_at_all_of_them() -> None:
    told: list[tuple[int, int]] = []
    taker = Unheard(lambda done, known: told.append((done, known)))
    taker.announce(3)
    entry = Entry(Utterance("a", "a.wav", "네"), "line 1", lasts_s=1.0)
    assert len(taker.record([entry, entry, entry])) == 3
    assert told == [(3, 3)]


@given(st.one_of(st.none(), st.booleans(), st.text(), st.floats(), st.integers(), st.lists(st.integers())))
def test_a_stated_length_is_a_positive_number_or_nothing(value: Any) -> None:
    length_s = stated_length({"duration": value})
    assert length_s is None or 0 < length_s < float("inf")
    made = unheard(Entry(Utterance("a", "a.wav", "네"), "line 1", lasts_s=length_s))
    assert isinstance(made, Reject) == (length_s is None or length_s > 30)
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= 30:
        assert length_s == value


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp949"])
def test_lines_are_those_of_the_whole_text(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "a.txt"
    text = "첫 줄\r\n둘째\v줄\n\n셋째\r줄" + ("" if encoding == "cp949" else "\u2028\x85끝")
    file.write_bytes(text.encode(encoding))
    assert [line.removesuffix("\n") for line in read_lines(file)] == read_text(file).split("\n") == text.split("\n")
    file.write_bytes("끝이 깨짐 ".encode() + b"\xff\xfe")
    with pytest.raises(UserError) as caught:
        list(read_lines(file))
    assert caught.value.code == "prepare.encoding"
