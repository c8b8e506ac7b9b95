"""A manifest of noise bursts and an engine that writes texts made from the samples: for tests of the runner."""

from __future__ import annotations

import hashlib
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from augment import Channel
from eval_suites.engines import Clip, EngineKind, Setting
from eval_suites.hypothesis import Transcript
from eval_suites.models import ModelSpec, Post
from eval_suites.runner import evaluate
from eval_suites.suite import Suite
from kowhisper_tel.core.audio import write_audio
from kowhisper_tel.core.manifest import Manifest
from kowhisper_tel.core.utterance import Utterance

WORDS = ("네", "상담원", "입니다", "무엇을", "도와", "드릴까요", "요금제", "변경", "고객님", "감사합니다")


class FakeEngine:
    """Deterministic, and remembers what it heard. Every seventh clip of the model ``loopy`` loops."""

    def __init__(self, name: str, heard: list[tuple[str, str, str]], pause_s: float = 0.0) -> None:
        self._name, self._heard, self._pause_s = name, heard, pause_s

    def transcribe(self, clips: Sequence[Clip]) -> list[Transcript]:
        time.sleep(self._pause_s)
        self._heard += [(self._name, clip.rendering, clip.utterance_id) for clip in clips]
        return [self._write(clip) for clip in clips]

    def _write(self, clip: Clip) -> Transcript:
        digest = hashlib.sha256(self._name.encode() + clip.audio.tobytes()).digest()
        if self._name == "loopy" and int(clip.utterance_id[1:]) % 7 == 0:
            # By turns a loop that ended, and a text that had none yet: each alone counts.
            ended = int(clip.utterance_id[1:]) % 2 == 0
            return Transcript("그래서 " * 10 if ended else "그래서 말씀드린 것처럼", attempts=3, finished=ended)
        return Transcript(
            "안내 " + " ".join(WORDS[byte % len(WORDS)] for byte in digest[:3]) + "\u2028", avg_logprob=-digest[5] / 256
        )


def fake_engine(heard: list[tuple[str, str, str]] | None = None, pause_s: float = 0.0) -> EngineKind:
    """A kind whose models are named by their folder."""
    log = [] if heard is None else heard

    def open_model(spec: ModelSpec, setting: Setting) -> FakeEngine:
        assert spec.folder is not None
        return FakeEngine(spec.folder.name, log, pause_s)

    return EngineKind("fake", open_model, (), identify=lambda spec: str(spec.folder))


def specs(*names: str) -> dict[str, ModelSpec]:
    """Models that exist by name only; the first is the base."""
    return {name: ModelSpec(Path(name), "candidate" if number else "base") for number, name in enumerate(names)}


def with_variants() -> dict[str, ModelSpec]:
    """Two models, a variant of each, and a variant of a variant."""
    work = {"words": [{"word": "고객님", "spoken": ["요금제"]}, "상담원"]}
    more = {"words": [{"word": "감사합니다", "spoken": ["고객님"]}]}
    return {
        **specs("plain", "loopy"),
        "plain+words": ModelSpec(None, "other", post=Post("plain", "hotwords", work)),
        "loopy+words": ModelSpec(None, "other", post=Post("loopy", "hotwords", work)),
        "plain+words+more": ModelSpec(None, "other", post=Post("plain+words", "hotwords", more)),
    }


def write_manifest(folder: Path, clips: int = 23) -> Manifest:
    """Short clips of noise by four speakers, two of whom are women; written once."""
    generator = np.random.default_rng(1)
    utterances = []
    for number in range(clips):
        audio = generator.normal(0, 0.05, 1600 + 160 * (number * 7 % 13)).astype(np.float32)
        if not (folder / f"u{number}.wav").is_file():
            write_audio(folder / f"u{number}.wav", audio)
        text = " ".join(WORDS[(number + step) % len(WORDS)] for step in range(4))
        tags = {"gender": "MF"[number % 2]}
        utterances.append(Utterance(f"u{number}", f"u{number}.wav", text, speaker=f"s{number % 4}", tags=tags))
    return Manifest(folder, tuple(utterances))


def noise(name: str, snr_db: float, **rest: object) -> Suite:
    """A noisy suite."""
    effect = {"effect": "noise", "snr_db": snr_db, "source": "white"}
    channel = Channel.from_json({"name": name, "effects": [effect]})
    return Suite(name, "noisy", {"en": name, "ko": name}, channel, **rest)  # type: ignore[arg-type]


def some_suites() -> list[Suite]:
    """Clean, a selection of it, and two noisy ones."""
    clean = Suite("clean", "clean", {"en": "clean", "ko": "깨끗함"}, Channel("clean"))
    women = Suite(
        "women", "speaker", {"en": "women", "ko": "여성"}, Channel("clean"), selection={"gender": "F"}, summed=False
    )
    return [clean, women, noise("noisy_10", 10), noise("noisy_0", 0)]


if __name__ == "__main__":  # run by a test that kills it
    data, out = map(Path, sys.argv[1:3])
    evaluate(
        with_variants() if sys.argv[3:] else specs("plain", "loopy"),
        write_manifest(data),
        some_suites(),
        out,
        engine=fake_engine(pause_s=0.03),
        batch_size=4,
        seed=5,
    )
