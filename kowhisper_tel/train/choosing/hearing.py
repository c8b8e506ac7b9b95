"""Hearing: weights in memory decode the dev sample as evaluation would, and are counted as evaluation counts."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from eval_suites import metrics
from eval_suites.engines import get as engine
from eval_suites.hypothesis import Transcript
from eval_suites.item import Item
from eval_suites.pair import Pair
from eval_suites.suite import Suite
from eval_suites.tally import Tally
from kowhisper_tel.core.audio import RATE
from kowhisper_tel.train.allocator import trim_gpu
from kowhisper_tel.train.choosing.figures import Figures, Heard
from kowhisper_tel.train.choosing.sample import DevSample
from kowhisper_tel.train.choosing.weights import State, in_model
from kowhisper_tel.whisper.decoding import DecodingOptions, window_of
from kowhisper_tel.whisper.features import log_mel

if TYPE_CHECKING:
    from kowhisper_tel.whisper.backends.ctranslate2 import Ct2Backend

QUANTISATION = "int8"
"""Evaluation's default."""
Said = Mapping[tuple[str, str], Transcript]
"""What was heard, by rendering and item id."""


def hear(state: State, base: Path, tokenizer: Any, sample: DevSample, scratch: Path, *, language: str) -> Figures:
    """The figures of weights on the sample, by CTranslate2 in int8, on a GPU that it can use.

    ``base`` is the folder that config and generation settings come from. ``scratch`` is made, and removed again. On one
    machine the figures depend on the weights, the sample and the number of threads alone.
    """
    import torch

    from eval_suites.engines._whisper import WhisperEngine
    from kowhisper_tel.whisper.backends.ctranslate2 import Ct2Backend
    from kowhisper_tel.whisper.ct2 import convert_loaded

    options = DecodingOptions(language=language)
    shutil.rmtree(scratch, ignore_errors=True)
    try:
        folder = convert_loaded(in_model(state, base), tokenizer, base, scratch, QUANTISATION)
        trim_gpu()  # CTranslate2 has an allocator of its own
        backend = Ct2Backend(folder, torch.get_num_threads(), engine("ctranslate2").device("auto"))
        whisper = WhisperEngine(backend, options)
        said: dict[tuple[str, str], Transcript] = {}
        for batch in sample.batches:
            transcripts = whisper.transcribe(batch.clips)
            said |= {(batch.suite.rendering, n): t for n, t in zip(batch.ids, transcripts, strict=True)}
        known = _known_languages(backend, sample, options)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    heard = {suite.name: _heard(suite, sample, said) for suite in sample.suites}
    stratum_of = {suite.name: suite.stratum for suite in sample.suites}
    figures = Figures(heard, stratum_of)
    return Figures(heard, stratum_of, _forgetting(figures, sample, said, known) if sample.guarded else {})


def _heard(suite: Suite, sample: DevSample, said: Said) -> Heard:
    pairs = _pairs(suite, sample, said)
    cer, loops, invented = (
        sum((metrics.get(name).measure(pair) for pair in pairs), Tally()) for name in ("cer", "loops", "hallucination")
    )
    return Heard(cer, loops.substitutions, invented.substitutions, len(pairs))


def _pairs(suite: Suite, sample: DevSample, said: Said) -> list[Pair]:
    def pair(item: Item) -> Pair:
        transcript = said[suite.rendering, item.id]
        speech = tuple((float(start), float(end)) for start, end in item.source.get("speech", ()))
        return Pair(item.text, transcript.text, speech=speech, segments=transcript.segments)

    return [pair(item) for item in suite.pick(sample.items)]


def _forgetting(figures: Figures, sample: DevSample, said: Said, known: float | None) -> dict[str, float]:
    """What the guard watches (``forgetting.WATCHED``), as far as there is material for it."""
    found: dict[str, float] = {}
    for name in ("clean", "longform"):
        if name in sample.guarded and (heard := _heard(sample.guarded[name], sample, said)).has_speech:
            found[name] = heard.cer.rate
    if "timestamps" in sample.guarded:
        metric = metrics.get("timestamps")
        pairs = _pairs(sample.guarded["timestamps"], sample, said)
        f1 = metric.rate.of(sum((metric.measure(pair) for pair in pairs), Tally()))
        found |= {} if np.isnan(f1) else {"timestamps": f1}
    if known is not None:
        found["language"] = known
    silent = figures.strata.get("nospeech")
    if silent is not None:
        found["nospeech"] = silent.invented / silent.clips
    return found


def _known_languages(backend: Ct2Backend, sample: DevSample, options: DecodingOptions) -> float | None:
    """The share of clips as recorded that the model takes for what they are: their tag ``language``, else ``options``'.

    Clips share fit windows with those that they are decoded with. ``None`` without clips.
    """
    suite = sample.guarded.get("language")
    if suite is None:
        return None
    tags = {item.id: item.tags.get("language", options.language) for item in suite.pick(sample.items)}
    right = 0
    for batch in sample.batches:
        clips = [c for c in batch.clips if batch.suite.rendering == suite.rendering and c.utterance_id in tags]
        if clips:
            samples = round(window_of([len(clip.audio) / RATE for clip in clips], options) * RATE)
            padded = [np.pad(clip.audio, (0, samples - len(clip.audio))) for clip in clips]
            encoded = backend.encode(np.stack([log_mel(audio, backend.n_mels) for audio in padded]))
            answers = zip(clips, backend.languages(encoded), strict=True)
            right += sum(tags[clip.utterance_id] == answer for clip, answer in answers)
    return right / len(tags) if tags else None
