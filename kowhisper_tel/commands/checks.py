"""What is checked of a config before anything is written: channels, suites, engine and model can all be had."""

from __future__ import annotations

from kowhisper_tel.commands.channels import training_mixture
from kowhisper_tel.config import Config
from kowhisper_tel.core.errors import UserError

TAG_SUITES = "speaker_"
"""Suites of the manifest's own tags are called so; whether they exist is known only after ``prepare``."""


def check(config: Config) -> None:
    """Refuse at once what would fail after hours. Raises the ``UserError`` that the stage itself would."""
    from eval_suites import engines, suites
    from kowhisper_tel.whisper.ct2 import QUANTISATIONS
    from kowhisper_tel.whisper.resolve import resolve_model

    training_mixture(config.train)
    settings = config.evaluate
    engines.get(settings.engine)
    if settings.engine == "ctranslate2" and settings.quantisation not in QUANTISATIONS:
        raise UserError("model.quantisation", name=settings.quantisation, known=", ".join(QUANTISATIONS))
    names = [name for name in settings.suites if not name.startswith(TAG_SUITES)]
    if names:
        suites.build(names, noise=settings.noise)
    resolve_model(config.model)
