"""Wishes: what the settings ask of choosing, and whether it can be had. Light to import."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from augment import Mixture
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.manifest import Manifest
from kowhisper_tel.train.settings import TrainSettings

if TYPE_CHECKING:
    from kowhisper_tel.train.choosing.sample import DevSample

FOLDER = "candidates"
"""In a training's folder while it runs: weights at measuring points."""
LANGUAGES = ("en", "ko")


def check(settings: TrainSettings, dev: Manifest | None) -> None:
    """Refuse settings that cannot be met.

    Raises ``UserError``: ``choosing.no_dev``, ``choosing.patience``, ``choosing.alpha``, ``choosing.average``.
    """
    patience, metric = settings.early_stopping_patience, settings.metric_for_best_model
    wanting = {
        "early_stopping_patience": patience is not None,
        "forgetting: stop": settings.forgetting == "stop",
        "interpolate": bool(settings.interpolate),
        "average_last": settings.average_last > 0,
    }
    if any(wanting.values()) and not measures(settings, dev):
        raise UserError("choosing.no_dev", settings=", ".join(name for name, wants in wanting.items() if wants))
    if patience is not None and (patience < 1 or metric == "last"):
        raise UserError("choosing.patience", patience=patience, metric=metric)
    for alpha in settings.interpolate or ():
        if not 0 < alpha <= 1:
            raise UserError("choosing.alpha", alpha=alpha)
    if settings.average_last < 0 or settings.average_last == 1:
        raise UserError("choosing.average", count=settings.average_last)


def measures(settings: TrainSettings, dev: Manifest | None) -> bool:
    """Whether anything is measured on dev at all."""
    return bool(dev is not None and len(dev) and settings.dev_utterances > 0 and settings.dev_suites)


def sample_of(settings: TrainSettings, dev: Manifest, mixture: Mixture | None, seed: int) -> DevSample:
    """The dev sample that these settings ask for. Raises ``UserError`` as ``DevSample`` does."""
    from kowhisper_tel.train.choosing.sample import DevSample

    guard = settings.forgetting != "off"
    return DevSample(dev, settings.dev_suites, settings.dev_utterances, seed=seed, guard=guard, mixture=mixture)


def unmeasured(step: int) -> dict[str, Any]:
    """The account of a choice without figures (``summary.json``'s ``choice``): the last step."""
    why = texts(UserError("choosing.why_unmeasured"))
    return {"metric": "last", "chosen": {"kind": "step", "step": step}, "why": why, "candidates": []}


def texts(message: UserError) -> dict[str, Any]:
    """Its code, and its text in each language."""
    return {"code": message.code, **{language: message.text(language) for language in LANGUAGES}}
