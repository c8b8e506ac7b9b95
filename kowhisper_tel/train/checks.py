"""What is checked before the first step, because later it would cost hours."""

from __future__ import annotations

from collections.abc import Sequence

from augment import Mixture
from augment.errors import CodecUnavailable
from kowhisper_tel.core.audio import probe
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.manifest import Manifest
from kowhisper_tel.core.utterance import Utterance
from kowhisper_tel.data.windows import MOST_TICKS
from kowhisper_tel.train.babble import check_babble
from kowhisper_tel.train.hearing import Hearing
from kowhisper_tel.train.labels import SpecialTokens
from kowhisper_tel.train.settings import Lora


def check_mixture(mixture: Mixture) -> None:
    """Raise ``UserError`` (``train.codec``) where a codec of the mixture cannot run here."""
    try:
        mixture.check()
    except CodecUnavailable as problem:
        raise UserError("train.codec", problem=str(problem)) from None


def check_hearing(manifest: Manifest, hearing: Hearing) -> None:
    """Raise ``UserError`` (``train.babble_alone``) where babble is asked for of a manifest with one speaker."""
    if hearing.babble_share:
        check_babble(manifest)


def check_quantisation(lora: Lora | None) -> None:
    """Raise ``UserError`` where a base in 8 or 4 bits is asked for and cannot be held here.

    ``train.quantised_no_gpu`` without CUDA, ``train.quantised_missing`` without bitsandbytes.
    """
    if lora is None or lora.base_quantisation is None:
        return
    import torch
    from transformers.utils import is_bitsandbytes_available

    if not torch.cuda.is_available():
        raise UserError("train.quantised_no_gpu", asked=lora.base_quantisation)
    if not is_bitsandbytes_available():
        raise UserError("train.quantised_missing", asked=lora.base_quantisation)


def check_tokens(manifest: Manifest, tokens: Sequence[Sequence[int]], special: SpecialTokens, vocabulary: int) -> None:
    """Raise ``UserError`` for an empty label (``train.empty_label``) or tokens the model has no place for."""
    for utterance, row in zip(manifest.utterances, tokens, strict=True):
        if not utterance.text.strip() or not row:
            raise UserError("train.empty_label", id=utterance.id)
        if max(row) >= special.end:
            raise UserError("train.token_range", id=utterance.id, token=max(row), vocabulary=special.end)
    highest = max(special.first_timestamp + MOST_TICKS, *vars(special).values())
    if highest >= vocabulary:
        raise UserError("train.token_range", id="<|30.00|>", token=highest, vocabulary=vocabulary)


def duration_s(manifest: Manifest, utterance: Utterance) -> float:
    """Seconds of an utterance: from its times, or else from its file's header. Raises as ``probe`` does."""
    start_s = utterance.start_s or 0.0
    if utterance.end_s is not None:
        return utterance.end_s - start_s
    return probe(manifest.audio_path(utterance)).duration_s - start_s


def check_not_empty(manifest: Manifest) -> None:
    """Raise ``UserError`` (``train.no_utterances``) for a manifest without utterances."""
    if not len(manifest):
        raise UserError("train.no_utterances", root=manifest.root)
