"""First config: five answers to a config file that says what it holds."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from kowhisper_tel.core.errors import UserError

Effort = Literal["try", "standard", "full"]
TRIED = 300
"""Utterances of a corpus that a first try takes."""
FEW = 10
"""Below so many speakers a fifth of them is not one."""


@dataclass(frozen=True)
class Answers:
    """What ``run init`` asks: the folder, the run's name, a preset, a size of Whisper, and how much to do."""

    data: Path
    name: str
    channel: str
    size: str
    effort: Effort


def made(answers: Answers, out: Path) -> dict[str, Any]:
    """The config for these answers, as it stands in a file ``out``.

    Raises ``UserError``: ``prepare.folder``, ``init.no_fit`` where no importer fits the folder, ``init.size``.
    """
    from kowhisper_tel.data.describe import describe

    found = describe(answers.data)
    if "config" not in found:
        raise UserError("init.no_fit", folder=answers.data)
    model, train = _training(answers)
    evaluate: dict[str, Any] = {"size": "smoke" if answers.effort == "try" else answers.effort}
    if answers.effort == "try":
        evaluate["suites"] = ["clean", "phone", "noisy"]
    data = _data(answers, found, out)
    return {"name": answers.name, "model": model, "data": data, "train": train, "evaluate": evaluate}


def sizes() -> dict[str, str]:
    """Sizes of Whisper that this machine can train, and the recipe of each; the largest first."""
    from kowhisper_tel.doctor.checks.memory import room
    from kowhisper_tel.train.sizes import fitting

    room_bytes, place = room()
    if room_bytes is None:
        return {}
    return dict(fitting(room_bytes, "fp32" if place == "cpu" else "bf16", processor=place == "cpu"))


def likely_size(known: Mapping[str, str]) -> str:
    """The size to propose: on a processor the embedded one, else the largest of which all weights are tuned."""
    from kowhisper_tel.train.sizes import settings_of

    if not known or known.get("base", "").endswith("-cpu"):
        return "base"
    return next((size for size, recipe in known.items() if settings_of(recipe).lora is None), "base")


def likely_channel() -> str:
    """The preset to propose: any call, or what needs no library of the system where that lacks one."""
    from augment import AugmentError, presets

    try:
        presets.get("any_call").check()
    except AugmentError:
        return "wheels_only"
    return "any_call"


def _data(answers: Answers, found: Mapping[str, Any], out: Path) -> dict[str, Any]:
    folder = answers.data.resolve()
    inside = folder.is_relative_to(out.resolve().parent)
    corpus: dict[str, Any] = {"kind": found["kind"]}
    corpus["path"] = os.path.relpath(folder, out.resolve().parent) if inside else str(folder)
    if answers.effort == "try" and found["entries"] > TRIED:
        corpus["limit"] = TRIED
    speakers = found["speakers"]
    if found["kind"] == "folder" and not speakers:
        speakers = _folders(folder)
        if speakers:
            corpus["options"] = {"speaker_from": "parent"}
    data: dict[str, Any] = {"corpora": [corpus]}
    if not {"train", "test"} <= found["splits"].keys():
        data["split"] = "8:1:1" if speakers >= FEW else "6:2:2"
        data["split_by"] = "speaker" if speakers else "call" if found["calls"] else "utterance"
    return data


def _folders(folder: Path) -> int:
    """How many folders have labels, unless these all lie in the folder itself; three at the least can be divided."""
    parents = {label.parent for label in folder.rglob("*.txt")} - {folder}
    return len(parents) if len(parents) >= 3 else 0


def _training(answers: Answers) -> tuple[str, dict[str, Any]]:
    from kowhisper_tel.train.sizes import SHAPES, model_of

    known = sizes()
    if answers.size not in (known or SHAPES):
        raise UserError("init.size", size=answers.size, known=", ".join(known or SHAPES))
    train: dict[str, Any] = {"recipe": known[answers.size]} if known else {}
    train["channels"] = answers.channel
    if answers.effort == "try":
        train |= {"num_train_epochs": 1, "dev_utterances": 0}
    return model_of(answers.size), train


COMMENTS = {
    "name": ("the run lies in runs/", "실행은 runs/ 아래에 놓입니다"),
    "model": ("the base model: builtin/…, a folder or a hub id", "바탕 모델: builtin/…, 폴더, 허브 id"),
    "data": ("what is read and how it is divided", "무엇을 읽고 어떻게 나누는가"),
    "train": ("null: evaluate only", "null이면 평가만 합니다"),
    "evaluate": (
        "smoke: does it run? standard and full are for figures",
        "smoke: 돌아가는지 확인, 수치는 standard나 full",
    ),
    "limit": ("a sample; leave it out for all", "일부만 뽑습니다. 전부 쓰려면 이 줄을 지우세요"),
    "speaker_from": ("a folder is a speaker; else leave it out", "폴더 하나가 화자 하나. 아니면 이 줄을 지우세요"),
    "split_by: utterance": (
        "no speaker is known, so the test hears trained voices",
        "화자를 몰라 학습한 목소리를 시험에서도 듣습니다",
    ),
    "dev_utterances": ("0: the last weights; leave it out for figures", "0: 마지막 가중치. 수치를 얻으려면 지우세요"),
}
"""What stands beside a line of the file, by how the line begins: in English and in Korean."""


def text(config: Mapping[str, Any], language: str) -> str:
    """The config as YAML, with a word beside what may want to be changed."""
    import yaml

    lines = yaml.safe_dump(dict(config), allow_unicode=True, sort_keys=False, width=10_000).splitlines()
    return "".join(f"{line}{_comment(line, language)}\n" for line in lines)


def _comment(line: str, language: str) -> str:
    found = next((said for start, said in COMMENTS.items() if line.strip().startswith(start)), None)
    return f"  # {found[language == 'ko']}" if found else ""
