"""Made-up results, realistic in shape: Korean call talk, three models, four strata, a few loops."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any
from unittest import mock

import pandas as pd
import pytest

from augment import Channel
from eval_suites.cost import Cost
from eval_suites.item import Item
from eval_suites.metrics import get
from eval_suites.models import ModelRecord
from eval_suites.pair import Pair
from eval_suites.results import Results
from eval_suites.suite import Suite
from reports import html, view
from reports.evidence import TrainingCurve
from reports.sections import registry

SENTENCES = (
    "안녕하세요 고객님 무엇을 도와드릴까요",
    "카드 결제일을 십오 일로 바꾸고 싶은데요",
    "주문하신 상품은 내일 오전에 도착할 예정입니다",
    "공일공 삼사오육 칠팔구공으로 연락 주세요",
    "요금이 지난달보다 이만 삼천 원 더 나왔어요",
    "네 확인해 보니 이중으로 청구되었네요 죄송합니다",
    "인터넷이 자꾸 끊겨서 기사님을 불러 주셨으면 해요",
    "서울시 마포구 월드컵로 이백이십 번지 맞으신가요",
    "본인 확인을 위해 생년월일 여섯 자리를 말씀해 주세요",
    "해지하면 위약금이 얼마나 나오는지 궁금합니다",
    "잠시만 기다려 주시면 담당 부서로 연결해 드리겠습니다",
    "감사합니다 좋은 하루 보내세요",
)
SUITES = (
    ("clean", "clean", "Clean", "깨끗한 음성", 0.0),
    ("phone_g711", "phone", "G.711 µ-law", "G.711 µ-law", 0.03),
    ("phone_amr_12.2", "phone", "AMR-NB 12.2 kbit/s", "AMR-NB 12.2 kbit/s", 0.06),
    ("phone_amr_4.75", "phone", "AMR-NB 4.75 kbit/s", "AMR-NB 4.75 kbit/s", 0.16),
    ("phone_loss_5", "phone", "G.711 µ-law, 5 % lost", "G.711 µ-law, 손실 5 %", 0.1),
    ("noisy_snr_20", "noisy", "SNR 20 dB", "SNR 20 dB", 0.02),
    ("noisy_snr_10", "noisy", "SNR 10 dB", "SNR 10 dB", 0.08),
    ("noisy_snr_5", "noisy", "Babble, SNR 5 dB", "웅성거림, SNR 5 dB", 0.18),
    ("speaker_slow", "speaker", "Rate 0.85", "말 빠르기 0.85", 0.02),
    ("speaker_fast", "speaker", "Rate 1.2", "말 빠르기 1.2", 0.07),
    ("speaker_high", "speaker", "Pitch +3", "음높이 +3", 0.05),
    ("speaker_women", "speaker", "Women", "여성 화자", 0.01),
)
CURVED = (
    SUITES[0],
    *((f"amr_{kbps:g}", "phone", f"AMR-NB {kbps:g} kbit/s", f"AMR-NB {kbps:g} kbit/s", 0.5 / kbps)
      for kbps in (4.75, 5.9, 7.4, 10.2, 12.2)),
    *((f"wb_{kbps:g}", "phone", f"AMR-WB {kbps:g} kbit/s", f"AMR-WB {kbps:g} kbit/s", 0.4 / kbps)
      for kbps in (6.6, 12.65, 23.85)),
    ("g711", "phone", "G.711 µ-law", "G.711 µ-law", 0.02), ("g729", "phone", "G.729", "G.729", 0.06),
    ("gsm", "phone", "GSM-FR", "GSM-FR", 0.05),
    *((f"loss_{kind}_{loss}", "phone", f"{loss} % lost, {kind}", f"손실 {loss} %", 0.02 * loss ** 0.8 / times)
      for kind, times in (("random", 1.5), ("burst", 1)) for loss in (1, 3, 5, 10, 20)),
    *((f"noisy_{noise}_{place}_{snr}", "noisy", f"{noise}, {snr} dB", f"{noise}, {snr} dB", 0.35 * 0.92 ** (snr + 5))
      for noise in ("babble", "white") for place in ("microphone", "line") for snr in (-5, 0, 5, 10, 20, 30)),
    *((f"rate_{rate:g}", "speaker", f"Rate {rate:g}", f"말 빠르기 {rate:g}", abs(rate - 1) / 4)
      for rate in (0.7, 0.85, 1.2, 1.4)),
    *((f"room_{rt60:g}", "noisy", f"RT60 {rt60:g} s", f"잔향 {rt60:g}초", 0.1 * rt60) for rt60 in (0.3, 0.6, 1.2)),
)  # fmt: skip
"""Suites that make curves: their conditions are read from their names."""
MODELS = (("base", "base", 0.15, 0.8), ("clean-tuned", "control", 0.11, 0.6), ("phone-tuned", "candidate", 0.105, 0.35))
SYLLABLES = "가나다라마바사아자차카타파하고노도로모보소오조은는을를에서까지요네"


def conditions(name: str) -> dict[str, float | str]:
    """What a suite of ``CURVED`` varies."""
    kind, *rest = name.split("_")
    if kind in ("amr", "wb"):
        codec = {"amr": "amr-nb", "wb": "amr-wb"}[kind]
        return {"codec": f"{codec}-{rest[0]}", "codec_family": codec, "bitrate_kbps": float(rest[0]), "loss": 0.0}
    if kind in ("g711", "g729", "gsm"):
        rate = {"g711": 64.0, "g729": 8.0, "gsm": 13.0}[kind]
        return {"codec": kind, "codec_family": kind, "bitrate_kbps": rate, "loss": 0.0}
    if kind == "loss":
        burst = {"random": 1.0, "burst": 3.0}[rest[0]]
        return {"codec": "g711", "bitrate_kbps": 64.0, "loss": int(rest[1]) / 100, "mean_burst": burst}
    if kind == "noisy" and len(rest) == 3:
        return {"noise": rest[0], "place": rest[1], "snr_db": float(rest[2])}
    if kind == "rate":
        return {"rate": float(rest[0])}
    return {"rt60_s": float(rest[0]), "distance_m": 1.0} if kind == "room" else {}


def suite(name: str, stratum: str, en: str, ko: str) -> Suite:
    selection = {"gender": "female"} if name == "speaker_women" else {}
    channel = Channel.from_json({"name": name, "effects": []})
    return Suite(
        name, stratum, {"en": en, "ko": ko}, channel, selection, ("cer", "loops"), conditions(name),
        unseen=name.endswith("snr_5") or "wb_" in name or name.startswith("noisy_white_line"), summed=not selection,
    )  # fmt: skip


def misheard(reference: str, rate: float, draw: random.Random) -> str:
    """The reference with about ``rate`` of its syllables substituted, deleted or followed by another."""
    heard = []
    for character in reference:
        wrong = character != " " and draw.random() < rate
        kind = draw.choice("ssdi") if wrong else ""
        heard.append(
            {"": character, "s": draw.choice(SYLLABLES), "d": "", "i": character + draw.choice(SYLLABLES)}[kind]
        )
    return " ".join("".join(heard).split())


def row(model: str, role: str, one: Suite, clip: dict[str, Any], hypothesis: str, loop: bool) -> dict[str, Any]:
    tally = get("cer").measure(Pair(clip["text"], hypothesis))
    return {
        "model": model, "role": role, "suite": one.name, "stratum": one.stratum, "summed": one.summed,
        "utterance_id": clip["id"], "speaker": clip["speaker"], "call": None, "block": clip["speaker"] or clip["id"],
        "block_kind": "speaker" if clip["speaker"] else "clip",
        "duration_s": clip["duration_s"], **{f"tag_{tag}": value for tag, value in clip["tags"].items()},
        "reference": clip["text"], "reference_norm": clip["text"],
        "hypothesis": hypothesis, "hypothesis_norm": hypothesis,
        "hits": tally.hits, "substitutions": tally.substitutions, "deletions": tally.deletions,
        "insertions": tally.insertions, "loop": loop, "attempts": 1 + loop,
    }  # fmt: skip


def make_results(
    utterances: int = 60,
    speakers: int = 8,
    *,
    seed: int = 1,
    extra: Callable[[str, str], float] = lambda model, suite: 0.0,
    suites: tuple[tuple[str, str, str, str, float], ...] = SUITES,
    texts: tuple[str, ...] = SENTENCES,
    models: tuple[tuple[str, str, float, float], ...] = MODELS,
    costs: bool = True,
) -> Results:
    """Results whose models mishear at rates of their own, harder suites more; ``extra`` adds by model and suite."""
    draw = random.Random(seed)
    clips = [
        {
            "id": f"call{n // 4:03}-{n:04}", "text": texts[n % len(texts)], "speaker": f"화자{n % speakers + 1:02}",
            "call": None, "duration_s": round(draw.uniform(1.5, 7.0), 2),
            "tags": {
                "gender": ("female", "male")[n % speakers % 2], "age": ("20s", "40s", "60s")[n % speakers % 3],
                "region": ("서울", "부산", "서울", "서울", "제주")[n % speakers % 5],
                "role": ("agent", "customer")[n % 2],
            },
        }
        for n in range(utterances)
    ]  # fmt: skip
    made = [suite(*facts[:4]) for facts in suites]
    rows = []
    for name, role, rate, weight in models:
        for one, facts in zip(made, suites, strict=True):
            for clip in clips:
                if not one.takes(Item.from_json(clip)):
                    continue
                loop = role != "candidate" and facts[4] > 0.1 and draw.random() < 0.03
                said = misheard(clip["text"], rate + weight * facts[4] + extra(name, one.name), draw)
                rows.append(row(name, role, one, clip, said + " 네 네 네" * 40 if loop else said, loop))
    versions = {"manifest": "5f1c0de5f1c0de00", "seed": "7", "normaliser": "ko-tel-norm/1 1234567890abcdef"}
    versions |= {f"suites.{one.name}": one.fingerprint for one in made}
    options = {"beam_size": 1, "tail_s": 1.0}
    records = tuple(
        ModelRecord(n, r, f"{n}-hash-0123456789ab", "ctranslate2", "int8", options=options) for n, r, _, _ in models
    )
    inputs = {"batch_size": 16, "models": {record.name: {"options": options} for record in records}}
    return Results(
        pd.DataFrame(rows), tuple(made), records, pd.DataFrame(clips), versions, pd.DataFrame(), inputs,
        tuple(cost(name, number) for number, (name, *_) in enumerate(models)) if costs else (),
    )  # fmt: skip


def cost(model: str, number: int) -> Cost:
    return Cost(model, 120.0, 12.0 * (1 + number), 1.5, 300_000_000, 145_000_000 * (1 + number), "cpu", 2)


def make_training() -> list[TrainingCurve]:
    draw = random.Random(3)
    curves = []
    for name, role, _, floor in MODELS[1:]:
        loss = tuple((float(s), 1.9 * 0.992**s + floor * 0.6 + draw.uniform(-0.05, 0.05)) for s in range(5, 401, 5))
        cer = tuple((float(s), 0.12 + floor * 0.05 + 0.2 * 0.985**s) for s in range(50, 401, 50))
        strata = {"phone": tuple((step, value * 1.2) for step, value in cer)}
        rates = tuple((float(s), 2e-5 * min(s / 40, 1 - s / 420)) for s in range(5, 401, 5))
        curves.append(TrainingCurve(name, role, loss, cer, strata, rates, 24))
    return curves


PREPARE = {
    "splits": {
        "train": {"utterances": 1692, "speakers": 23, "hours": 1.45},
        "dev": {"utterances": 120, "speakers": 4, "hours": 0.1},
        "test": {"utterances": 60, "speakers": 8, "hours": 0.07},
    },
    "read": 1880,
    "accepted": 1872,
    "rejected": 8,
    "left_out": 0,
    "rejects": {"audio.empty": 2, "label.empty": 5, "label.long": 1},
}
PROVENANCE = {
    "name": "demo", "made": "2026-11-22 17:00 UTC",
    "command": ["python", "-m", "kowhisper_tel.run", "--config", "my calls.yaml"],
    "seed": 7, "config": {"model": "builtin/whisper-base", "train": {"epochs": 3, "learning_rate": 2e-5}},
    "machine": {"cpu": "x86-64", "cores": 2, "memory_gb": 16},
    "versions": {"torch": "2.13.0", "transformers": "5.23.0"},
}  # fmt: skip


@pytest.fixture(scope="session")
def results() -> Results:
    return make_results()


@pytest.fixture(scope="session")
def small() -> Results:
    """Quick ones, of one suite for each stratum."""
    return make_results(12, 3, suites=(SUITES[0], SUITES[3], SUITES[7], SUITES[10]))


@pytest.fixture(scope="session")
def make() -> Callable[..., Results]:
    return make_results


@pytest.fixture(scope="session")
def inputs() -> dict[str, Any]:
    return {"training": make_training(), "prepare": PREPARE, "provenance": PROVENANCE, "synthetic": True}


@pytest.fixture(scope="session")
def curved_suites() -> tuple[tuple[str, str, str, str, float], ...]:
    return CURVED


def page_of(results: Results, *names: str) -> str:
    """A page of these sections only, which is soon made."""
    chosen = tuple(section for section in registry() if section.name in names)
    with mock.patch("reports.view.registry", return_value=chosen):
        return html.page(view.build(results))


@pytest.fixture(scope="session")
def shown() -> Callable[..., str]:
    return page_of


@pytest.fixture(scope="session")
def suite_one() -> tuple[tuple[str, str, str, str, float], ...]:
    return (SUITES[3],)
