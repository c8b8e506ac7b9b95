"""Card: ``README.md`` of an exported folder, in Korean and English, with the metadata that the hub reads.

All figures are rounded here. The code in it is run by the tests as it stands, in the folder, on ``call.wav``.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kowhisper_tel.core.files import write_text
from kowhisper_tel.train.export.facts import Facts, StratumResult
from kowhisper_tel.train.export.formats import SAFETENSORS
from kowhisper_tel.train.export.parity import Parity, StratumParity, Verdict
from kowhisper_tel.whisper.sealed import CARD, Seal

FEW = {
    "few": ("few {kinds}", "{kinds}가 적음"),
    "description": ("too few {kinds} to judge", "판단하기에 {kinds}가 너무 적음"),
    "clip": ("no speaker named", "화자 정보 없음"),
}
VERDICTS: Mapping[Verdict, tuple[str, str]] = {
    "held": ("within the budget", "허용치 안"),
    "open": ("not shown: too little was heard", "확인되지 않음(들은 양 부족)"),
    "worse": ("beyond the budget", "허용치 초과"),
    "absent": ("not measured", "재지 않음"),
}
APART = {
    "speaker": ("on speakers outside training", "평가 화자는 학습에 없는 사람입니다"),
    "call": (
        "on calls outside training, whose speakers may be in it",
        "평가 통화는 학습에 없지만, 화자는 겹칠 수 있습니다",
    ),
    "utterance": (
        "on utterances outside training, whose speakers may be in it",
        "평가 발화는 학습에 없지만, 화자는 겹칠 수 있습니다",
    ),
}
TEMPLATE = "card.md.j2"


def write(folder: Path, seal: Seal, facts: Facts, parity: Parity) -> None:
    """Write the card of one exported folder, atomically."""
    write_text(folder / CARD, text(seal, facts, parity))


def text(seal: Seal, facts: Facts, parity: Parity) -> str:
    """The card: a header of metadata and both languages, Korean first."""
    from reports.rounding import count, decimal, hours, percent, points

    body = _environment().get_template(TEMPLATE).render(
        seal=seal, facts=facts, parity=parity, rows=[row for row in parity.rows if row.check.format == seal.format],
        percent=percent, points=points, decimal=decimal, count=count, hours=hours, over=over, stratum=stratum,
        is_ct2=seal.format != SAFETENSORS, base=facts.base_model, licence=facts.licence, megabytes=_megabytes,
        apart=APART[facts.apart], interval=_interval, cell=_cell, verdict=verdict,
        korean=lambda ko, _: ko, english=lambda _, en: en,
    )  # fmt: skip
    return f"---\n{metadata(seal, facts)}\n---\n\n{body}"


def metadata(seal: Seal, facts: Facts) -> str:
    """The YAML header as the hub wants it (``huggingface_hub.ModelCardData``), with the run's results by stratum."""
    from huggingface_hub import ModelCardData

    data = ModelCardData(
        language=[facts.language],
        license=facts.licence or "other",
        license_name=None if facts.licence else "unstated",
        library_name="transformers" if seal.format == SAFETENSORS else "ctranslate2",
        pipeline_tag="automatic-speech-recognition",
        base_model=facts.base_model,
        datasets=[one.hub_id for one in facts.corpora if one.hub_id] or None,
        metrics=["cer"],
        tags=["whisper", *([] if facts.control else ["telephone"]), "korean", "speech-recognition"],
        model_name=facts.title if facts.results else None,
        eval_results=[_result(facts, one) for one in facts.results] or None,
    )
    return str(data.to_yaml()).strip()


def _result(facts: Facts, one: StratumResult) -> Any:
    from huggingface_hub import EvalResult

    return EvalResult(
        task_type="automatic-speech-recognition",
        task_name="Speech recognition",
        dataset_type="private",
        dataset_name=f"{facts.name} ({one.stratum})",
        dataset_config=one.stratum,
        dataset_split="test",
        metric_type="cer",
        metric_name="CER (%), canonical spoken form without spaces",
        metric_value=round(100 * one.cer, 2),
    )


def over(one: StratumResult | StratumParity, language: str) -> str:
    """What an interval is over, and in brackets what is to be said of it: few, or clips of nobody knows whom."""
    from reports.compare import counted
    from reports.text import say

    blocks, kinds = counted(one.kind, one.blocks), say(f"common.kinds_{one.kind}")
    remark = FEW.get("clip" if one.kind == "clip" else one.strength)
    korean = language == "ko"
    words = remark[korean].format(kinds=kinds.ko if korean else kinds.en) if remark else ""
    return (blocks.ko if korean else blocks.en) + (f" ({words})" if words else "")


def verdict(name: Verdict, language: str) -> str:
    """A verdict in words."""
    return VERDICTS[name][language == "ko"]


def stratum(name: str, language: str) -> str:
    """A stratum as the report calls it."""
    from reports.text import say_or

    found = say_or(f"common.stratum_{name}", name)
    return found.ko if language == "ko" else found.en


def _interval(low: float | None, high: float | None) -> str:
    from reports.rounding import points

    return "–" if low is None or high is None else f"{points(low)} … {points(high)}"


def _megabytes(size: int) -> str:
    from reports.rounding import decimal

    return f"{decimal(size / 1e6, 1)} MB"


def _cell(text: str) -> str:
    """A name inside a table: nothing of it can end a cell, a line or begin a tag."""
    return " ".join(text.split()).replace("|", "/").replace("<", "(").replace(">", ")").replace("`", "'")


@functools.cache
def _environment() -> Any:
    import jinja2

    loader = jinja2.PackageLoader("kowhisper_tel.train", "export")
    return jinja2.Environment(
        loader=loader, autoescape=False, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
    )  # fmt: skip
