"""An evaluation's folder as ``evaluate`` leaves it, of made-up hypotheses: for tests of the gate's commands."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping
from pathlib import Path

from augment import Channel
from eval_suites.cost import Cost
from eval_suites.hypothesis import Hypothesis, Transcript
from eval_suites.item import Item
from eval_suites.models import ModelRecord
from eval_suites.plan import Plan, plan_batches
from eval_suites.suite import Suite
from kowhisper_tel.core.files import write_json, write_lines

SENTENCES = (
    "카드 결제일을 십오 일로 바꾸고 싶은데요",
    "공일공 삼사오육 칠팔구공으로 연락 주세요",
    "해지하면 위약금이 얼마나 나오는지 궁금합니다",
    "잠시만 기다려 주시면 담당 부서로 연결해 드리겠습니다",
)
METRICS = ("cer", "digits_phone", "hallucination", "loops")
MODELS = {"base": "base", "clean": "control", "phone": "candidate"}


def suite(name: str, stratum: str, snr_db: float | None = None, metrics: tuple[str, ...] = METRICS) -> Suite:
    """A condition; those of another ``snr_db`` sound another way."""
    noise = {"effect": "noise", "snr_db": snr_db, "source": "white"}
    channel = Channel.from_json({"name": name, "effects": [] if snr_db is None else [noise]})
    return Suite(name, stratum, {"en": name, "ko": name}, channel, metrics=metrics)


SUITES = (suite("clean", "clean"), suite("noisy_10", "noisy", 10), suite("noisy_0", "noisy", 0))


def write(
    folder: Path,
    *,
    speakers: int = 24,
    clips: int = 6,
    seed: int = 1,
    rate: Callable[[str, str], float] = lambda model, suite: 0.05,
    models: Mapping[str, str] | None = None,
    suites: tuple[Suite, ...] = SUITES,
    manifest: str = "5f1c0de5f1c0de00",
    costs: tuple[Cost, ...] = (),
    lost: int = 0,
) -> Path:
    """Write ``folder/results``, the last ``lost`` hypotheses not there yet.

    ``rate`` is the share of syllables that a model mishears in a suite.
    """
    draw = random.Random(seed)
    known = dict(models or MODELS)
    items = [
        Item(f"call{n}-비밀", SENTENCES[n % len(SENTENCES)], 2.0 + n % 3, speaker=f"김화자{n % speakers}")
        for n in range(speakers * clips)
    ]
    records = {
        name: ModelRecord(name, role, f"hash-of-{name}-{seed}", "ctranslate2", "int8", options={"beam_size": 1})
        for name, role in known.items()
    }
    inputs = {
        "seed": 7, "manifest": manifest, "batch_size": 16,
        "models": {n: {k: v for k, v in r.to_json().items() if k != "name"} for n, r in records.items()},
        "suites": {one.name: one.fingerprint for one in suites},
    }  # fmt: skip
    plan = Plan(inputs, plan_batches(suites, items, 16), tuple(known))
    names = {one.rendering: one.name for one in suites}
    texts = {item.id: item.text for item in items}
    said = [
        Hypothesis(key, Transcript(misheard(texts[key.utterance_id], rate(model, names[key.rendering]), draw)))
        for model, batch in plan.units
        for key in batch.keys(model)
    ]
    out = folder / "results"
    write_json(out / "plan.json", plan.to_json())
    write_json(out / "suites.json", [one.to_json() for one in suites])
    write_json(out / "models.json", [record.to_json() for record in records.values()])
    write_lines(out / "utterances.jsonl", (json.dumps(item.to_json(), ensure_ascii=False) for item in items))
    kept = said[: len(said) - lost]
    write_lines(out / "hypotheses.jsonl", (json.dumps(one.to_json(), ensure_ascii=False) for one in kept))
    if costs:
        write_lines(out / "costs.jsonl", (json.dumps(cost.to_json()) for cost in costs))
    return folder


def misheard(text: str, rate: float, draw: random.Random) -> str:
    """The text, or with a chance of twice the rate another whose first half is wrong: few texts are soon scored."""
    half = len(text) // 2
    wrong = (
        "".join(" " if old == " " else new for old, new in zip(text[:half], "나더루미브솨애저츄키", strict=False))
        + text[half:]
    )
    return wrong if draw.random() < 2 * rate else text
