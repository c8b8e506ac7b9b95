"""Calls aligned by the embedded Whisper: demo voices for what must hold on any audio, real speech for quality."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import soundfile

from kowhisper_tel.core.audio import RATE, Samples, read_audio
from kowhisper_tel.core.manifest import Manifest
from kowhisper_tel.data.corpus import CorpusSpec
from kowhisper_tel.data.demo.corpus import clips, synthesise
from kowhisper_tel.data.long_recordings.divide import LongRecordings, LongSettings
from kowhisper_tel.data.prepare import PreparedData, prepare
from kowhisper_tel.data.split import SplitSpec

Span = tuple[float, float]


def joined(parts: Sequence[Samples], seed: int, last_s: float = 0.0) -> tuple[Samples, list[Span]]:
    """Clips with pauses of 0.5 to 1.5 s between them over faint noise, and where each lies; ``last_s`` of no speech."""
    generator = np.random.default_rng(seed)
    audio, spans, at_s = [np.zeros(RATE // 2, np.float32)], list[Span](), 0.5
    for part in parts:
        pause = np.zeros(round(generator.uniform(0.5, 1.5) * RATE), np.float32)
        spans.append((at_s, at_s + len(part) / RATE))
        audio += [part, pause]
        at_s += (len(part) + len(pause)) / RATE
    whole = np.concatenate([*audio, np.zeros(round(last_s * RATE), np.float32)])
    return (whole + 1e-4 * generator.standard_normal(len(whole))).astype(np.float32), spans


def prepared(folder: Path, records: Sequence[dict[str, object]], **options: object) -> PreparedData:
    manifest = folder / "calls.jsonl"
    manifest.write_text("\n".join(json.dumps(r, ensure_ascii=False) for r in records), encoding="utf-8")
    least = float(str(options.pop("least", 0.3)))
    spec = CorpusSpec("manifest", str(manifest), split="train", options=options)
    long = LongRecordings(LongSettings(min_confidence=least, batch_size=2))
    two = SplitSpec.parse("8:2")
    return prepare([spec], folder / "out", split=two, seed=7, workers=1, max_reject_share=1.0, long=long)


def table(made: PreparedData) -> list[dict[str, str]]:
    with (made.folder / "long.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_word_and_every_second_of_speech_is_in_the_table(tmp_path: Path) -> None:
    """Espeak's Korean is nothing that whisper-base can read: all the more must everything be accounted for."""
    folder = synthesise()
    chosen = clips()[:3]
    audio, spans = joined([read_audio(folder / f"{clip.id}.flac") for clip in chosen], 1, 25.0)
    soundfile.write(tmp_path / "call.flac", audio, RATE)
    text = "\n".join(f"상담원: {clip.sentence.text}" for clip in chosen)
    made = prepared(tmp_path, [{"id": "c", "audio": "call.flac", "text": text}], least=0.0)
    rows, rejects = table(made), (made.folder / "rejects.jsonl").read_text(encoding="utf-8")
    sums = made.summary["long"]["outcomes"]
    parts = [sums[outcome] for outcome in sums if outcome != "all"]
    assert sum(part["words"] for part in parts) == sums["all"]["words"] == sum(int(row["words"]) for row in rows)
    assert sum(part["speech_s"] for part in parts) == pytest.approx(sums["all"]["speech_s"], abs=0.01)
    assert sums["all"]["speech_s"] < len(audio) / RATE
    refused = [row for row in rows if row["outcome"] not in ("accepted", "long.untranscribed")]
    assert made.summary["read"] == made.summary["accepted"] + made.summary["rejected"]
    assert len(rejects.splitlines()) == len(refused)
    words = [row for row in rows if int(row["words"])]
    near = [abs(float(row["start_s"]) - span[0]) < 0.5 for row, span in zip(words, spans, strict=False)]
    assert sum(near) >= len(spans) - 1, "turns begin where their clips do"
    assert {row["role"] for row in words} == {"agent"}


def test_real_speech_is_cut_at_its_clips_and_a_wrong_sentence_is_not_taken(shared: Path, tmp_path: Path) -> None:
    folder = shared / "data" / "korean_talks"
    lines = (folder / "dev.jsonl").read_text(encoding="utf-8").splitlines()
    talk = [r for r in map(json.loads, lines) if r["speaker"] == "XaE8qc5x5aY" and 2.5 < r["duration"] < 4.5][:6]
    audio, spans = joined([read_audio(folder / r["audio"]) for r in talk], 3, 15.0)
    soundfile.write(tmp_path / "call.flac", audio, RATE)
    texts = [str(r["text"]) for r in talk]
    texts[3] = "주문하신 냉장고는 다음 주 화요일 오전에 배송될 예정입니다"
    made = prepared(tmp_path, [{"id": "c", "audio": "call.flac", "text": "\n".join(texts)}])
    found = [(float(r["start_s"]), float(r["end_s"]), r["outcome"]) for r in table(made) if int(r["words"])]
    taken = [i for i, span in enumerate(spans) if any(o == "accepted" and _within(span, a, b) for a, b, o in found)]
    assert 3 not in taken
    assert len(taken) >= 4, "of five right sentences"
    for utterance in Manifest.read(made.manifests["train"]):
        assert utterance.call == "c"
        assert utterance.text not in texts[3]


def _within(span: Span, start_s: float, end_s: float) -> bool:
    """Whether a stretch is the clip, but for its own silent ends."""
    return start_s > span[0] - 0.4 and end_s < span[1] + 0.4 and end_s - start_s > 0.6 * (span[1] - span[0])
