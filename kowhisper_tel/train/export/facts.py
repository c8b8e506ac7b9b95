"""Facts: what a model card tells, gathered as plain data that names no path and quotes no speech."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from kowhisper_tel.train.settings import TrainSettings

if TYPE_CHECKING:
    from eval_suites.results import BlockKind, Results

OPENAI = {"builtin/whisper-base": "openai/whisper-base"}
"""Embedded models by the hub's name of the same weights."""
UNSTATED = "unstated"
ALWAYS = (
    "num_train_epochs", "learning_rate", "lr_scheduler_type", "warmup_ratio", "weight_decay", "batch_seconds",
    "windows", "window_s", "timestamp_share", "full_share", "nospeech_share", "tune", "freeze_embeddings",
)  # fmt: skip
"""Settings of the training that are told even where they are the default."""


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
    """What the run's evaluation says of a stratum: CER of base and model, their change and its interval (fractions).

    ``kind``: what the ``blocks`` are that the interval is over, speakers, calls or clips.
    """

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
    kind: BlockKind = "speaker"


@dataclass(frozen=True)
class Facts:
    """Everything a card is made of beside the check. ``base_model``: the hub's id, ``None`` for a folder of somebody's.

    ``splits``: hours, utterances and speakers by split. ``training``: settings that are numbers or names.
    ``engine`` says what ``results`` were decoded with, ``apart`` what of the test set is not in the training: its
    speakers, its calls or its utterances alone. ``control``: tuned without the telephone.
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
    apart: Literal["speaker", "call", "utterance"] = "speaker"
    synthetic: bool = False
    control: bool = False

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
                change.kind,
            )
        )  # fmt: skip
    return tuple(found)


def training_of(settings: TrainSettings, summary: Mapping[str, Any], heard: Mapping[str, Any]) -> dict[str, Any]:
    """``heard`` (channels and their shares), the settings that matter most and all that are not the default, and what
    came of them: ``weights`` are those that were kept. No setting that decides about weights is a path.
    """
    from reports.sections.training import kept

    default, given = TrainSettings().decisive(), settings.decisive()
    told = {key: _plain(value) for key, value in given.items() if key in ALWAYS or value != default[key]}
    done = ("steps", "audio_s", "precision", "weights_sha256")
    found = {**heard, **told, **{key: summary[key] for key in done if key in summary}}
    chosen = summary.get("choice", {}).get("chosen")
    return found | ({"weights": kept(chosen).en} if chosen else {})


def _plain(value: Any) -> Any:
    """A setting on one line: what it is made of by name, what is not given left out."""
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_plain(one)}" for key, one in value.items() if one is not None)
    if isinstance(value, list | tuple):
        return "[" + ", ".join(str(_plain(one)) for one in value) + "]"
    return value


def _known(number: float) -> float | None:
    return number if math.isfinite(number) else None
