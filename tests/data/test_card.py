"""The data card: what it counts, what it remarks on, what it tags as telephone, and that it tells nobody's words."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from augment import Channel
from eval_suites.item import Item
from eval_suites.suite import Suite
from kowhisper_tel.core.audio import RATE, Samples, resample
from kowhisper_tel.core.files import read_json_lines
from kowhisper_tel.core.manifest import Manifest
from kowhisper_tel.data.corpus import CorpusSpec
from kowhisper_tel.data.prepare import prepare
from kowhisper_tel.data.split import SplitSpec

SENTENCE = "비밀번호를 알려 주세요"  # ten syllables
FAINT = np.float32(1e-4) * np.random.default_rng(9).standard_normal(RATE, np.float32)


def sound(seconds: float = 2.0, seed: int = 0, level: float = 0.1) -> Samples:
    """Full-band bursts, four a second."""
    n = round(seconds * RATE)
    burst = np.clip(np.sin(2 * np.pi * 4 * np.arange(n) / RATE), 0, None) + 1e-3
    return (level * burst * np.random.default_rng(seed).standard_normal(n)).clip(-1, 1).astype(np.float32)


class Corpus:
    """A manifest that grows line by line."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.lines = folder, list[str]()

    def add(self, name: str, audio: Samples, text: str = SENTENCE, rate: int = RATE, **fields: Any) -> None:
        soundfile.write(self.folder / f"{name}.wav", audio, rate)
        record = {"id": name, "audio": f"{name}.wav", "text": text, "speaker": "s1", **fields}
        self.lines.append(json.dumps({k: v for k, v in record.items() if v is not None}))

    def prepared(self, out: str = "out", workers: int = 2, **options: Any) -> Path:
        path = self.folder / "calls.jsonl"
        path.write_text("\n".join(self.lines), encoding="utf-8")
        spec = CorpusSpec("manifest", str(path), "train", options=options)
        split = SplitSpec.parse("8:2")
        return prepare([spec], self.folder / out, split=split, seed=7, workers=workers, max_reject_share=1).folder


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    return Corpus(tmp_path)


def card_of(folder: Path) -> dict[str, Any]:
    made: dict[str, Any] = json.loads((folder / "data_card.json").read_text(encoding="utf-8"))
    return made


def codes(folder: Path) -> list[str]:
    return [remark["code"] for remark in card_of(folder)["corpora"][0]["remarks"]]


def measured(folder: Path) -> dict[str, dict[str, Any]]:
    return {line["id"]: line for line in read_json_lines(folder / "measures.jsonl")}


def tags(folder: Path) -> Mapping[str, Mapping[str, str]]:
    return {u.id: u.tags for u in Manifest.read(folder / "train.jsonl")}


def phone(seed: int) -> Samples:
    """What came over a telephone, in a file of 16 kHz."""
    return resample(resample(sound(seed=seed), RATE, 8000), 8000, RATE)


def test_counts_add_up(corpus: Corpus) -> None:
    for seed in range(4):
        corpus.add(f"a{seed}", sound(seed=seed), gender="FM"[seed % 2], call=f"c{seed // 2}")
    corpus.add("mute", sound(), text="…")
    folder = corpus.prepared()
    card = card_of(folder)
    own, summary = card["corpora"][0], json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    assert (own["read"], own["accepted"], own["rejected"]) == (5, 4, 1)
    assert [(r["code"], r["count"]) for r in own["reasons"]] == [("prepare.empty_label", 1)]
    assert "calls.jsonl line 5" in own["reasons"][0]["en"]
    assert (own["utterances"], own["speakers"], own["calls"], own["syllables"]) == (4, 1, 2, 40)
    assert own["hours"] == pytest.approx(8 / 3600, abs=1e-4)
    assert {name: found["utterances"] for name, found in own["tags"]["gender"].items()} == {"F": 2, "M": 2}
    assert own["headers"] == {"16000 Hz × 1, WAV/PCM_16": {"utterances": 4, "hours": own["hours"]}}
    assert card["splits"] == summary["splits"]
    assert len(measured(folder)) == card["whole"]["utterances"] == 4
    for found in own["distributions"].values():
        assert sum(found["counts"]) == found["n"] <= 4
    assert own["distributions"]["duration_s"]["median"] == 2.0


def test_telephone_in_a_wide_file_is_found_and_tagged(corpus: Corpus) -> None:
    for seed in range(3):
        corpus.add(f"wide{seed}", sound(seed=seed), speaker=f"w{seed}")
        corpus.add(f"phone{seed}", phone(seed), speaker=f"p{seed}")
    folder = corpus.prepared()
    found = {name: own.get("real_phone") for name, own in tags(folder).items()}
    assert found == {f"wide{n}": None for n in range(3)} | {f"phone{n}": "yes" for n in range(3)}
    assert {"card.hidden_phone", "card.mixed_bands"} <= set(codes(folder))
    own = card_of(folder)["corpora"][0]
    assert (own["telephone"]["by_sound"], own["telephone"]["by_header"]) == (3, 0)
    assert own["bands"]["narrow"]["utterances"] == own["bands"]["full"]["utterances"] == 3
    assert own["tags"]["real_phone"]["yes"]["utterances"] == 3
    suite = Suite("real_phone", "real_phone", {}, Channel("clean"), selection={"real_phone": "yes"})
    assert [
        u.id for u in Manifest.read(folder / "train.jsonl") if suite.takes(Item(u.id, u.text, 2.0, tags=u.tags))
    ] == [f"phone{n}" for n in range(3)]


def test_header_of_8_khz_is_telephone(corpus: Corpus) -> None:
    corpus.add("a", resample(sound(), RATE, 8000), rate=8000)
    corpus.add("b", FAINT[:8000], rate=8000)  # even where there is hardly anything to hear
    folder = corpus.prepared()
    assert {own["real_phone"] for own in tags(folder).values()} == {"yes"}
    assert card_of(folder)["corpora"][0]["telephone"]["by_header"] == 2
    assert "card.hidden_phone" not in codes(folder)
    assert measured(folder)["a"]["rate_hz"] == 8000


def test_no_tag_on_machine_voices_and_none_changed(corpus: Corpus) -> None:
    corpus.add("a", phone(1), real_phone="no")
    corpus.add("b", sound(seed=2), real_phone="yes")
    folder = corpus.prepared()
    assert [own["real_phone"] for own in tags(folder).values()] == ["no", "yes"]
    assert "card.phone_disagrees" in codes(folder)
    synthetic = Corpus(corpus.folder)
    synthetic.add("c", phone(3))
    folder = synthetic.prepared("synthetic", synthetic=True)
    assert "real_phone" not in tags(folder)["c"]
    assert codes(folder)[0] == "card.synthetic"
    assert "card.hidden_phone" not in codes(folder)


def test_a_clip_that_does_not_tell_goes_by_its_call(corpus: Corpus) -> None:
    short = resample(sound(0.05), RATE, 8000)
    for seed in range(3):
        corpus.add(f"phone{seed}", phone(seed), call="c1")
        corpus.add(f"wide{seed}", sound(seed=seed), call="c2")
    corpus.add("of phone", resample(short, 8000, RATE), "네", call="c1")
    corpus.add("of wide", sound(0.05), "네", call="c2")
    corpus.add("alone", sound(0.05), "네", call="c3")
    folder = corpus.prepared()
    assert measured(folder)["of phone"]["band_hz"] is None
    found = tags(folder)
    assert found["of phone"]["real_phone"] == "yes"
    assert "real_phone" not in found["of wide"]
    assert "real_phone" not in found["alone"]
    assert measured(folder)["alone"]["band"] == "unknown"


def test_a_clipped_call_is_still_a_call(corpus: Corpus) -> None:
    for seed in range(3):
        corpus.add(f"phone{seed}", phone(seed))
    corpus.add("loud", 20 * phone(4))
    folder = corpus.prepared()
    assert measured(folder)["loud"]["band_hz"] != pytest.approx(4000, abs=500)  # clipping splashes
    assert tags(folder)["loud"]["real_phone"] == "yes"


def test_rates_that_differ_and_disagree(corpus: Corpus) -> None:
    corpus.add("a", sound(), samplingRate="16kHz")
    corpus.add("b", resample(sound(), RATE, 8000), rate=8000, samplingRate="16000")
    folder = corpus.prepared()
    assert {"card.mixed_rates", "card.rate_disagrees"} <= set(codes(folder))
    wrong = next(r for r in card_of(folder)["corpora"][0]["remarks"] if r["code"] == "card.rate_disagrees")
    assert wrong["facts"] == {"count": 1, "said": 16000, "header": 8000, "example": "b"}


@pytest.mark.parametrize("stated", ["8000", "8000 Hz", "8kHz", "8 KHZ", "8"])
def test_stated_rate_is_read_however_written(corpus: Corpus, stated: str) -> None:
    corpus.add("a", resample(sound(), RATE, 8000), rate=8000, sampling_rate=stated)
    assert "card.rate_disagrees" not in codes(corpus.prepared())


def test_clipped_and_silent(corpus: Corpus) -> None:
    corpus.add("good", sound())
    corpus.add("loud", sound(seed=1, level=2.0))
    corpus.add("mute", FAINT[:RATE], "네")
    folder = corpus.prepared()
    assert {"card.clipped", "card.silent"} <= set(codes(folder))
    own = card_of(folder)["corpora"][0]
    assert (own["clipped"], own["silent"]) == (1, 1)
    assert measured(folder)["loud"]["clipped_share"] > 0.1
    assert measured(folder)["mute"]["level_dbfs"] < -60


def test_labels_that_do_not_fit(corpus: Corpus) -> None:
    corpus.add("good", sound(2.0))
    corpus.add("fast", sound(0.8, seed=1))
    corpus.add("faster", sound(0.6, seed=2))
    corpus.add("slow", sound(8.0, seed=3), "네")
    folder = corpus.prepared()
    fit = card_of(folder)["corpora"][0]["fit"]
    assert [one["id"] for one in fit["too_fast"]["worst"]] == ["faster", "fast"]
    assert [one["id"] for one in fit["too_slow"]["worst"]] == ["slow"]
    assert {"card.too_fast", "card.too_slow"} <= set(codes(folder))
    assert {name: line["fit"] for name, line in measured(folder).items()}["good"] is None


def test_licence(corpus: Corpus) -> None:
    corpus.add("a", sound())
    assert "card.no_licence" in codes(corpus.prepared())
    folder = corpus.prepared("stated", licence="CC BY 4.0 & <mine>")
    assert "card.no_licence" not in codes(folder)
    assert card_of(folder)["corpora"][0]["licence"] == "CC BY 4.0 & <mine>"
    assert "CC BY 4.0 &amp; &lt;mine&gt;" in (folder / "data_card.html").read_text(encoding="utf-8")


def test_who_is_not_named_and_who_says_most(corpus: Corpus) -> None:
    corpus.add("a", sound(), speaker=None)
    corpus.add("b", sound(seed=1), speaker="김")
    folder = corpus.prepared()
    assert {"card.nameless", "card.one_voice"} <= set(codes(folder))
    assert card_of(folder)["corpora"][0]["largest_speaker"] == {"speaker": "김", "share": 0.5}


def test_marks_and_tags_of_many_values(corpus: Corpus) -> None:
    for n in range(41):
        corpus.add(f"a{n}", sound(0.3, seed=n), "네", recorded=f"day {n}", marks="b/ n/" if n % 2 else "b/")
    own = card_of(corpus.prepared())["corpora"][0]
    assert own["marks"] == {"b/": 41, "n/": 20}
    assert own["other_tags"] == {"recorded": 41}
    assert "recorded" not in own["tags"]


def test_no_text_in_any_file_of_the_card(corpus: Corpus) -> None:
    corpus.add("a", sound())
    corpus.add("fast", sound(0.5, seed=1))
    corpus.add("b", sound(), text=f"{SENTENCE} " * 3, start_s=5)
    folder = corpus.prepared()
    for name in ("data_card.json", "data_card.html", "measures.jsonl"):
        assert "비밀번호" not in (folder / name).read_text(encoding="utf-8")


def test_workers_change_nothing(corpus: Corpus) -> None:
    for seed in range(6):
        corpus.add(f"a{seed}", sound(seed=seed) if seed % 2 else phone(seed), speaker=f"s{seed}")
    one, three = corpus.prepared("one", workers=1), corpus.prepared("three", workers=3)
    for name in ("data_card.json", "data_card.html", "measures.jsonl"):
        assert (one / name).read_bytes() == (three / name).read_bytes()
    assert tags(one) == tags(three)


def test_tracks_of_one_call_are_measured_apart(corpus: Corpus) -> None:
    stereo = np.stack([sound(), 0.1 * sound(seed=1)], axis=1)
    soundfile.write(corpus.folder / "call.wav", stereo, RATE)
    for track in (0, 1):
        record = {"id": f"t{track}", "audio": "call.wav", "text": SENTENCE, "track": track, "call": "c"}
        corpus.lines.append(json.dumps(record))
    first, second = measured(corpus.prepared()).values()
    assert first["tracks"] == second["tracks"] == 2
    assert first["level_dbfs"] - second["level_dbfs"] == pytest.approx(20, abs=1.0)
