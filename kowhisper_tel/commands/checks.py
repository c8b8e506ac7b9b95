"""What is checked of a config before anything is written: channels, suites, engine and model can all be had."""

from __future__ import annotations

from pathlib import Path

from kowhisper_tel.commands import matrix
from kowhisper_tel.commands.channels import training_mixture
from kowhisper_tel.config import Config


def check(config: Config, *, evaluates: bool = False) -> None:
    """Refuse at once what would fail after hours. Raises the ``UserError`` that the stage itself would.

    ``evaluates``: this machine is the one that evaluates, and must have the device and its number format. Whether
    there are utterances for each suite is known only after ``prepare``.
    """
    from eval_suites import choice, engines, suites
    from eval_suites.render_cache import RenderCache
    from kowhisper_tel.whisper.resolve import resolve_model

    training_mixture(config.train)
    settings = config.evaluate
    engine = engines.get(settings.engine)
    engine.check_quantisation(settings.quantisation, engine.device(settings.device) if evaluates else None)
    _check_models(config, evaluates)
    names = [name for name in settings.suites if not suites.from_manifest(name)]
    if names:
        choice.choose(names, noise=settings.noise, size=settings.size)
    if settings.cache and evaluates:
        RenderCache(Path(settings.cache))
    resolve_model(config.model)


def _check_models(config: Config, evaluates: bool) -> None:
    """The matrix: names, engines, number formats, decoding options, programs, addresses, files and words."""
    import dataclasses

    from eval_suites import engines, post
    from kowhisper_tel.whisper.decoding import DecodingOptions

    settings = config.evaluate
    options = DecodingOptions(**settings.decoding.model_dump())
    for spec in matrix.specs(config, Path).values():  # where a tuned model will lie does not matter yet
        if spec.post:
            post.get(spec.post.kind).open(spec.post.settings)
            post.identify(spec.post)
            continue
        engine = engines.get(spec.engine or settings.engine)
        device = engine.device(settings.device) if evaluates else None
        if engine.quantised:
            engine.check_quantisation(spec.quantisation or settings.quantisation, device)
        dataclasses.replace(options, **spec.decoding)
        engine.check(spec, None)
