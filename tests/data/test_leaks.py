"""Leaks: planted ones are found, whatever was done to them, and clean sides stay clean."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from typer.testing import CliRunner

from augment import codecs
from kowhisper_tel.core.audio import RATE, Samples, read_audio, resample, write_audio
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.files import read_json_lines
from kowhisper_tel.core.manifest import Manifest
from kowhisper_tel.core.utterance import Utterance
from kowhisper_tel.data.corpus import CorpusSpec
from kowhisper_tel.data.leaks.check import KINDS, Leak, Located, find_leaks
from kowhisper_tel.data.leaks.listen import digest
from kowhisper_tel.data.leaks.sentences import Sentence, SentenceIndex
from kowhisper_tel.data.leaks.weed import LeakRules
from kowhisper_tel.data.prepare import prepare
from kowhisper_tel.data.split import SplitSpec

CODECS = ("g711-mu", "g711-a", "amr-nb-4.75", "amr-nb-7.95", "amr-nb-12.2", "mp3-8", "mp3-16", "mp3-32")
WORDS = [
    *("고객님", "상담원이", "내일", "오전에", "다시", "전화를", "드려서", "확인하겠습니다", "요금", "청구서", "주소를"),
    *("변경하려고", "합니다", "지난달", "사용하신", "금액이", "통장에서", "자동으로", "빠져나갔는데요", "카드를"),
    *("분실해서", "새로", "발급받고", "싶어요", "배송이", "늦어져서", "정말", "죄송하다는", "말씀", "먼저", "드리고"),
    *("싶습니다", "인터넷", "연결이", "자꾸", "끊어지는데", "기사님", "방문", "가능할까요"),
]


def sentence(rng: random.Random, words: int = 7) -> str:
    return " ".join(rng.sample(WORDS, words))


def murmur(seed: int, seconds: float) -> Samples:
    """Something like speech: noise through three formants that move every 60 to 180 ms, with pauses. 16 kHz."""
    from scipy.signal import sosfilt

    rng = np.random.default_rng(seed)
    parts = []
    while sum(map(len, parts)) < seconds * RATE:
        n = int(rng.integers(RATE * 6 // 100, RATE * 18 // 100))
        hz = rng.uniform((300, 900, 2000), (800, 1900, 3200))
        bands = [sosfilt(_resonance(f), rng.normal(size=n)) * rng.uniform(0.3, 1) for f in hz]
        parts.append(np.sum(bands, axis=0) * rng.choice([0.02, 0.3, 1.0], p=[0.15, 0.25, 0.6]))
    audio = np.concatenate(parts)[: round(seconds * RATE)]
    return (0.2 * audio / np.abs(audio).max()).astype(np.float32)


def _resonance(hz: float) -> Any:
    from scipy.signal import butter

    return butter(1, (hz - 60, hz + 60), "bandpass", fs=RATE, output="sos")


def through(name: str) -> Callable[[Samples], Samples]:
    """A recording as it comes out of a codec at 8 kHz, still late by its delay."""

    def apply(audio: Samples) -> Samples:
        pcm = np.clip(np.rint(resample(audio, RATE, 8000) * 32768), -32768, 32767).astype(np.int16)
        return resample(codecs.get(name).transmit(pcm).astype(np.float32) / 32768, 8000, RATE)

    return apply


def louder(db: float) -> Callable[[Samples], Samples]:
    return lambda audio: np.clip(audio * 10 ** (db / 20), -1, 1).astype(np.float32)


def trimmed(audio: Samples) -> Samples:
    most = min(RATE // 2, len(audio) // 5)
    return audio[most : len(audio) - most // 2]


CHANGES = {name: through(name) for name in CODECS if codecs.get(name).available}
CHANGES |= {f"{db:+} dB": louder(db) for db in (-20, -6, 6, 20)} | {"trimmed": trimmed}


class Corpus:
    """Recordings and their labels in a folder, as the two sides of a check."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.sides: dict[str, list[Utterance]] = {"train": [], "test": []}

    def add(self, split: str, audio: Samples, text: str, speaker: str, suffix: str = ".flac") -> str:
        name = f"{split}-{len(self.sides[split]):04d}"
        write_audio(self.folder / f"{name}{suffix}", audio)
        self.sides[split].append(Utterance(name, f"{name}{suffix}", text, speaker=speaker))
        return name

    def located(self, split: str) -> list[Located]:
        return [Located(u, self.folder / u.audio, split) for u in self.sides[split]]

    def leaks(self, **options: Any) -> list[Leak]:
        return find_leaks(self.located("train"), self.located("test"), **options)

    def write(self) -> tuple[Path, Path]:
        for split, utterances in self.sides.items():
            Manifest(self.folder, tuple(utterances)).write(self.folder / f"{split}.jsonl")
        return self.folder / "train.jsonl", self.folder / "test.jsonl"


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    return Corpus(tmp_path)


def test_every_planted_leak_of_generated_speech_is_found(corpus: Corpus) -> None:
    """A recording through each change, a sentence with a word changed, a speaker renamed; and nothing else is."""
    rng = random.Random(1)
    expected = set()
    for number, (name, change) in enumerate({**CHANGES, "same": lambda audio: audio}.items()):
        audio = murmur(number, rng.uniform(1.0, 3.5))
        held = corpus.add("test", audio, sentence(rng), f"t{number}")
        one = corpus.add("train", change(audio), sentence(rng), f"s{number}", ".wav")
        expected.add(("audio" if name == "same" else "copy", one, held))
    for number in range(20):
        text = sentence(rng)
        held = corpus.add("test", murmur(100 + number, 1.5), text, f"u{number}")
        words = text.split()
        words[rng.randrange(7)] = "계속"
        kind, label = ("sentence", text + ".") if number % 4 == 0 else ("near_sentence", " ".join(words))
        expected.add((kind, corpus.add("train", murmur(200 + number, 1.5), label, f"v{number}"), held))
    held = corpus.add("test", murmur(300, 1.0), "네", "Ｋim_01")
    expected.add(("speaker", corpus.add("train", murmur(301, 1.0), "네", "kim_01 "), held))
    leaks = corpus.leaks()
    found = {(leak.kind, leak.one.utterance.id, leak.other.utterance.id) for leak in leaks if leak.other}
    assert found == expected
    assert leaks == corpus.leaks(workers=1)


def test_what_says_nothing_links_nothing(corpus: Corpus) -> None:
    tone = (0.3 * np.sin(np.arange(2 * RATE) / 7)).astype(np.float32)
    for split, shift in (("train", 0), ("test", 500)):
        corpus.add(split, np.zeros(RATE, np.float32), "안녕하세요", split)
        corpus.add(split, tone[shift : shift + RATE], "네 알겠습니다 고객님", split)
        corpus.add(split, murmur(shift, 2)[: RATE // 4], "네 맞습니다", split)
    assert corpus.leaks() == []


def test_wav_and_flac_of_one_recording_are_the_same(tmp_path: Path) -> None:
    write_audio(tmp_path / "a.wav", murmur(4, 1))
    write_audio(tmp_path / "a.flac", murmur(4, 1))
    soundfile.write(tmp_path / "b.wav", read_audio(tmp_path / "a.wav"), RATE, subtype="PCM_24")
    assert len({digest(read_audio(file)) for file in tmp_path.iterdir()}) == 1


def test_what_cannot_be_heard_is_a_finding(corpus: Corpus) -> None:
    corpus.add("train", murmur(1, 1), "네", "a")
    corpus.add("test", murmur(2, 1), "네", "b")
    (corpus.folder / "train-0000.flac").write_bytes(b"junk")
    (corpus.folder / "test-0000.flac").unlink()
    assert [(leak.kind, leak.one.split) for leak in corpus.leaks()] == [("unheard", "train"), ("unheard", "test")]
    assert corpus.leaks(kinds=set(KINDS) - {"unheard", "audio", "copy"}) == []


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("상담원 연결해 드리겠습니다 잠시만요", "상담원 연결해 드리겠습니다 기다리세요", True),
        ("상담원 연결해 드리겠습니다 잠시만요", "상담원 연결해드리겠습니다 기다리세요", True),  # and spaced otherwise
        ("상담원 연결해 드리겠습니다 잠시만요", "네 상담원 연결해 드리겠습니다 잠시만요", True),
        ("요금이 3만원 청구되었습니다 고객님", "요금이 4만원 청구되었습니다 고객님", True),
        ("요금이 3만원 청구되었습니다 고객님", "요금이 삼만 원 청구되었습니다, 고객님!", True),
        ("상담원 연결해 드리겠습니다 잠시만요", "주소를 변경해 드리겠습니다 고객님", False),
        ("이 행사를 같이 하고 있습니다", "이 년차에 근무하고 있습니다", False),
        ("안녕하세요 고객님", "안녕하세요 고객님", False),  # too short
    ],
)
def test_near_sentences(one: str, other: str, alike: bool) -> None:
    wanted = Sentence.of(other)
    assert (wanted is not None and SentenceIndex([Sentence.of(one)]).match(wanted) is not None) is alike


def sides(corpus: Corpus) -> list[CorpusSpec]:
    return [CorpusSpec("manifest", str(path), path.stem) for path in corpus.write()]


def test_prepare_fails_closed_on_a_recording_and_says_where(corpus: Corpus, tmp_path: Path) -> None:
    audio = murmur(5, 2)
    corpus.add("train", through("g711-mu")(audio), "네 그렇게 하겠습니다", "a")
    corpus.add("train", murmur(6, 2), "비밀이야 말하면 안 되는 아주 긴 문장", "b")
    corpus.add("test", audio, "네 그렇게 하겠습니다", "c")
    out, options = tmp_path / "out", {"split": SplitSpec.parse("8:2"), "seed": 1, "workers": 1}
    with pytest.raises(UserError, match="train train-0000 = test test-0000") as caught:
        prepare(sides(corpus), out, **options)
    assert (caught.value.code, caught.value.exit_code) == ("leaks.found", 6)
    assert not out.exists()
    (pair,) = read_json_lines(tmp_path / "out.leaks.jsonl")
    assert (pair["kind"], pair["one"]["id"], pair["other"]["id"]) == ("copy", "train-0000", "test-0000")
    assert "그렇게" not in (tmp_path / "out.leaks.jsonl").read_text(encoding="utf-8")
    dropped = prepare(sides(corpus), out, leaks=LeakRules("drop"), **options)
    assert [u.id for u in Manifest.read(dropped.manifests["train"])] == ["train-0001"]
    assert (dropped.summary["accepted"], dropped.summary["rejects"]) == (2, {"leaks.copy": 1})
    kept = prepare(sides(corpus), tmp_path / "kept", leaks=LeakRules("report"), **options)
    assert (kept.summary["accepted"], kept.summary["leaks"]) == (3, {"copy": 1})


def test_sentences_of_the_test_leave_training(corpus: Corpus, tmp_path: Path) -> None:
    long = "요금 청구서 주소를 변경하려고 합니다"
    for number, text in enumerate(
        [long, long.replace("주소를", "이름을"), "네 안녕하세요", "전혀 다른 이야기를 하고 있는 중입니다"]
    ):
        corpus.add("train", resample(murmur(number, 1), RATE, RATE), text, f"s{number}")
    corpus.add("test", murmur(8, 1), long.replace(" ", "") + ".", "t")
    corpus.add("test", murmur(9, 1), "네 안녕하세요", "t")
    options = {"split": SplitSpec.parse("8:2"), "seed": 1, "workers": 1}
    made = prepare(sides(corpus), tmp_path / "out", **options)
    assert [u.id for u in Manifest.read(made.manifests["train"])] == ["train-0002", "train-0003"]
    assert made.summary["rejects"] == {"leaks.near_sentence": 1, "leaks.sentence": 1}
    assert made.summary["read"] == made.summary["accepted"] + made.summary["rejected"] == 6
    rejects = read_json_lines(made.folder / "rejects.jsonl")
    assert {r["id"]: r["code"] for r in rejects} == {
        "train-0000": "leaks.sentence",
        "train-0001": "leaks.near_sentence",
    }
    assert "청구서" not in (made.folder / "rejects.jsonl").read_text(encoding="utf-8")
    assert len(read_json_lines(made.folder / "leaks.jsonl")) == 2
    everything = prepare(sides(corpus), tmp_path / "all", leaks=LeakRules(sentences="off"), **options)
    assert everything.summary["accepted"] == 6
    with pytest.raises(UserError, match="near_sentence: 1"):
        prepare(sides(corpus), tmp_path / "strict", leaks=LeakRules(sentences="fail"), **options)


def test_command(corpus: Corpus, tmp_path: Path) -> None:
    from kowhisper_tel.commands import build

    audio = murmur(7, 1.5)
    corpus.add("train", audio, "네", "a")
    corpus.add("test", audio, "네", "a")
    train, test = map(str, corpus.write())
    out = str(tmp_path / "found.jsonl")
    result = CliRunner().invoke(build(), ["leaks", train, test, "--out", out])
    assert isinstance(result.exception, UserError)
    assert result.exception.exit_code == 6
    assert [line["kind"] for line in read_json_lines(Path(out))] == ["audio", "speaker"]
    arguments = ["leaks", train, test, "--out", out, "--ignore", "audio", "--ignore", "speaker", "--json"]
    passed = CliRunner().invoke(build(), arguments)
    assert passed.exit_code == 0
    assert json.loads(passed.stdout)["kinds"] == {"audio": 1, "speaker": 1}
    for bad in (["leaks", train, train], ["leaks", train, test, "--ignore", "voice"]):
        assert isinstance(CliRunner().invoke(build(), bad).exception, UserError)
