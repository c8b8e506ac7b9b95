"""Reporting: the lines of the curve to TensorBoard and others, through transformers; to nobody who is not named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from kowhisper_tel.core.errors import UserError

FOLDER = "tensorboard"
"""In the training's folder: what TensorBoard reads."""
_PACKAGES = {"azure_ml": "azureml-core mlflow", "flyte": "flytekit"}
"""What to install, where it is not called as the integration is."""


def check(report_to: Sequence[str]) -> None:
    """Raise ``UserError``: ``train.report_unknown`` (also for ``all``), ``train.report_missing`` (not installed)."""
    if not report_to:
        return
    from transformers.integrations.integration_utils import (
        INTEGRATION_TO_CALLBACK,
        get_available_reporting_integrations,
    )

    for name in report_to:
        if name not in INTEGRATION_TO_CALLBACK:
            raise UserError("train.report_unknown", name=name, known=", ".join(sorted(INTEGRATION_TO_CALLBACK)))
    available = get_available_reporting_integrations()
    for name in report_to:
        if name not in available:
            raise UserError("train.report_missing", name=name, package=_PACKAGES.get(name, name))


def callbacks(report_to: Sequence[str], out: Path) -> list[Any]:
    """A callback for each program named. TensorBoard's files lie in ``out/tensorboard``; others have places of theirs.

    They are given figures alone: the lines of the curve, the trainer's arguments and the model's config.
    """
    from transformers.integrations.integration_utils import get_reporting_integration_callbacks

    made = []
    for name, kind in zip(report_to, get_reporting_integration_callbacks(list(report_to)), strict=True):
        callback = kind()
        if name == "tensorboard":
            callback.logging_dir = callback.logging_dir or str(out / FOLDER)  # the former by its own variable
        made.append(callback)
    return made


def send(trainer: Any, line: Mapping[str, Any]) -> None:
    """Hand the figures of a line of the curve to the trainer's callbacks. The trainer's own history has none of it."""
    figures = {name: value for name, value in line.items() if isinstance(value, int | float)}
    trainer.callback_handler.on_log(trainer.args, trainer.state, trainer.control, figures)
