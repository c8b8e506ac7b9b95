"""Facts: what a model card tells, gathered as plain data that names no path and quotes no speech."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from eval_suites.results import Results

OPENAI = {"builtin/whisper-base": "openai/whisper-base"}
"""Embedded models by the hub's name of the same weights."""
UNSTATED = "unstated"


@dataclass(frozen=True)
class Corpus:
    """One source of training or test data, as the data card has it; ``hub_id`` where it came from the hub."""

    name: str
    kind: str
    hours: float
    utterances: int
    speakers: int
    licence: str
    synthetic: bool
    hub_id: str | None = None


@dataclass(frozen=True)
class StratumResult:
    """What the run's evaluation says of a stratum: CER of base and model, their change and its interval (fractions)."""

    stratum: str
    clips: int
    blocks: int
    strength: str
    base: float | None
    cer: float
    delta: float | None
    low: float | None
    high: float | None
    loops: int
    unseen: bool


@dataclass(frozen=True)
class Facts:
    """Everything a card is made of beside the check. ``base_model``: the hub's id, ``None`` for a folder of somebody's.

    ``splits``: hours, utterances and speakers by split. ``training``: settings that are numbers or names.
    ``engine`` says what ``results`` were decoded with.
    """

    name: str
    model: str
    language: str = "ko"
    licence: str | None = None
    base_model: str | None = None
    corpora: tuple[Corpus, ...] = ()
    splits: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    training: Mapping[str, str | int | float] = field(default_factory=dict)
    results: tuple[StratumResult, ...] = ()
    engine: str = ""
    synthetic: bool = False

    @property
    def title(self) -> str:
        """What the model is called."""
        return f"{self.name}-{self.model}"


def hub_name(name: str) -> str | None:
    """The hub's id of a model or data set; ``None`` for a local one, whose place is nobody's business.

    >>> hub_name("builtin/whisper-base"), hub_name("openai/whisper-small"), hub_name("/home/me/model")
    ('openai/whisper-base', 'openai/whisper-small', None)
    """
    from kowhisper_tel.whisper.resolve import is_hub_id

    if name in OPENAI:
        return OPENAI[name]
    return name if is_hub_id(name) and not Path(name).exists() else None


def corpora_of(data_card: Mapping[str, Any], paths: Sequence[str | None] = ()) -> tuple[Corpus, ...]:
    """The corpora of a data card (``data_card.json``), whose names are files' or folders' own.

    ``paths``: where the config has them, in the same order; only what is on the hub is told.
    """
    told = [hub_name(path) if path else None for path in paths]
    ids = [*told, *[None] * len(data_card.get("corpora", ()))]
    return tuple(
        Corpus(
            str(one.get("corpus", "")),
            str(one.get("kind", "")),
            float(one.get("hours", 0.0)),
            int(one.get("utterances", one.get("accepted", 0))),
            int(one.get("speakers", 0)),
            str(one.get("licence") or UNSTATED),
            bool(one.get("synthetic")),
            hub_id,
        )
        for one, hub_id in zip(data_card.get("corpora", ()), ids, strict=False)
    )


def splits_of(data_card: Mapping[str, Any]) -> dict[str, dict[str, float]]:
    """Hours, utterances and speakers of each split of a data card or a summary."""
    wanted = ("hours", "utterances", "speakers")
    return {name: {key: split[key] for key in wanted} for name, split in data_card.get("splits", {}).items()}


def results_of(results: Results, model: str) -> tuple[StratumResult, ...]:
    """A model's CER by stratum, beside the base's where there is one; strata in which nobody speaks are left out."""
    from eval_suites.results import headline_metric, pooled_rate
    from eval_suites.scorer import HEADLINE
    from eval_suites.statistics import paired_bootstrap

    rows = results.rows[results.rows["summed"]]
    own = rows[rows["model"] == model]
    base = rows[rows["role"] == "base"]
    base = base[base["model"] == base["model"].iloc[0]] if len(base) else base
    unseen = {s.stratum for s in results.suites if s.unseen}
    found = []
    for stratum in dict.fromkeys(own["stratum"]):
        mine, theirs = own[own["stratum"] == stratum], base[base["stratum"] == stratum]
        if headline_metric(mine) != HEADLINE:
            continue
        against = theirs if len(theirs) else mine
        change = paired_bootstrap(against, mine, segments=False)
        compared = len(theirs) > 0
        found.append(
            StratumResult(
                stratum, len(mine), change.blocks, change.strength, pooled_rate(theirs) if compared else None,
                pooled_rate(mine), change.delta if compared else None, _known(change.low if compared else math.nan),
                _known(change.high if compared else math.nan), int(mine["loop"].sum()), stratum in unseen,
            )
        )  # fmt: skip
    return tuple(found)


def training_of(settings: Mapping[str, Any], summary: Mapping[str, Any], channels: str) -> dict[str, Any]:
    """Settings and what came of them. ``channels`` is a preset's name, or says that they are the user's own."""
    wanted = (
        "num_train_epochs", "learning_rate", "lr_scheduler_type", "warmup_ratio", "weight_decay", "batch_seconds",
        "timestamp_share", "freeze_embeddings", "clean_share",
    )  # fmt: skip
    found: dict[str, Any] = {key: settings[key] for key in wanted if key in settings}
    if settings.get("window_s"):
        found["window_s"] = "{:g} – {:g}".format(*settings["window_s"])
    if settings.get("lora"):
        found["lora"] = "r {r}, alpha {lora_alpha}".format(**settings["lora"])
    done = ("steps", "audio_s", "precision", "weights_sha256")
    return {"channels": channels, **found, **{key: summary[key] for key in done if key in summary}}


def _known(number: float) -> float | None:
    return number if math.isfinite(number) else None
