"""What is checked of a config before anything is written: channels, suites, engine and model can all be had."""

from __future__ import annotations

from kowhisper_tel.commands.channels import training_mixture
from kowhisper_tel.config import Config

TAG_SUITES = "speaker_"
"""Suites of the manifest's own tags are called so; whether they exist is known only after ``prepare``."""


def check(config: Config, *, evaluates: bool = False) -> None:
    """Refuse at once what would fail after hours. Raises the ``UserError`` that the stage itself would.

    ``evaluates``: this machine is the one that evaluates, and must have the device and its number format.
    """
    from eval_suites import engines, suites
    from kowhisper_tel.whisper.resolve import resolve_model

    training_mixture(config.train)
    settings = config.evaluate
    engine = engines.get(settings.engine)
    engine.check_quantisation(settings.quantisation, engine.device(settings.device) if evaluates else None)
    names = [name for name in settings.suites if not name.startswith(TAG_SUITES)]
    if names:
        suites.build(names, noise=settings.noise)
    resolve_model(config.model)
