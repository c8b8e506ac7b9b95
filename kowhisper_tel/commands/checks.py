"""What is checked of a config before anything is written: channels, suites, engine and model can all be had."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING

from kowhisper_tel.commands import matrix
from kowhisper_tel.commands.channels import training_mixture
from kowhisper_tel.config import Config, Evaluate
from kowhisper_tel.core.errors import UserError

if TYPE_CHECKING:
    from eval_suites.models import ModelSpec
    from kowhisper_tel.whisper.decoding import DecodingOptions


ELSEWHERE = ("eval.variable", "eval.program_start", "eval.replay_file", "post.file")
"""What only the machine that evaluates must have: keys, programs, files."""


def check(config: Config, *, evaluates: bool = False) -> None:
    """Refuse at once what would fail after hours. Raises the ``UserError`` that the stage itself would.

    ``evaluates``: this machine is the one that evaluates, and must have the device and its number format, and what
    other recognisers want (``ELSEWHERE``). Whether there are utterances for each suite is known only after ``prepare``.
    """
    from eval_suites import choice, engines, suites
    from eval_suites.render_cache import RenderCache
    from kowhisper_tel.whisper.resolve import resolve_model

    training_mixture(config.train)
    settings = config.evaluate
    engine = engines.get(settings.engine)
    engine.check_quantisation(settings.quantisation, engine.device(settings.device) if evaluates else None)
    _check_models(config, evaluates)
    _check_export(config)
    on_dev = config.train.dev_suites if config.train and config.train.dev_utterances else None
    exported = config.export.suites if config.export else None
    for asked, noise in ((settings.suites, settings.noise), (on_dev, None), (exported, settings.noise)):
        if names := [name for name in asked or () if not suites.from_manifest(name)]:
            choice.choose(names, noise=noise, size=settings.size)
    if settings.cache and evaluates:
        RenderCache(Path(settings.cache))
    _check_hotwords(config.evaluate, resolve_model(config.model))


def _check_hotwords(settings: Evaluate, base: Path) -> None:
    """Whether the words to expect fit before the text, in the tokens that all multilingual sizes share."""
    given = [settings.decoding.hotwords, *(model.decoding.hotwords for model in settings.models or [])]
    if not any(given):
        return
    from kowhisper_tel.whisper.model import load_tokenizer
    from kowhisper_tel.whisper.vocabulary import Vocabulary

    vocabulary = Vocabulary(load_tokenizer(base).backend_tokenizer)
    for words in given:
        vocabulary.prompt("ko", "transcribe", timestamps=True, hotwords=words or ())


def _check_export(config: Config) -> None:
    """Formats and models that are to be exported at the end of it all."""
    from kowhisper_tel.train.export import formats

    if config.export is None:
        return
    formats.check(config.export.formats)
    for name in config.export.models:
        if name not in matrix.tuned_names(config):
            raise UserError("export.untrained", model=name, known=", ".join(matrix.tuned_names(config)) or "-")


def _check_models(config: Config, evaluates: bool) -> None:
    """The matrix: names, engines, number formats, decoding options, programs, addresses, files and words."""
    from kowhisper_tel.whisper.decoding import DecodingOptions

    options = DecodingOptions(**config.evaluate.decoding.model_dump())
    for spec in matrix.specs(config, Path).values():  # where a tuned model will lie does not matter yet
        try:
            _check_model(spec, config.evaluate, options, evaluates)
        except UserError as problem:
            if evaluates or problem.code not in ELSEWHERE:
                raise


def _check_model(spec: ModelSpec, settings: Evaluate, options: DecodingOptions, evaluates: bool) -> None:
    from eval_suites import engines, post

    if spec.post:
        post.get(spec.post.kind).open(spec.post.settings)
        post.identify(spec.post)
        return
    engine = engines.get(spec.engine or settings.engine)
    device = engine.device(settings.device) if evaluates else None
    if engine.quantised:
        engine.check_quantisation(spec.quantisation or settings.quantisation, device)
    dataclasses.replace(options, **spec.decoding)
    engine.check(spec, None)
