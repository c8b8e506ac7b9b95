"""Generation: what a model's generation config names that the model has not got.

CTranslate2 takes such numbers as they are: a layer that is not there, or a token far outside, ends the process with a
segmentation fault, and a head that is not there gives times that mean nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

FILE = "generation_config.json"
TOKENS = ("suppress_tokens", "begin_suppress_tokens", "suppress_ids", "suppress_ids_begin", "lang_ids")
"""Lists of tokens that an engine works on, by transformers' names and by CTranslate2's."""


def misfits(generation: Mapping[str, Any], vocabulary: int, layers: int, heads: int) -> Iterator[str]:
    """What does not fit a model of so many tokens, decoder layers and heads in each: a text a key, none if all fits.

    ``generation`` is a generation config, or the ``config.json`` of a CTranslate2 folder.
    """
    for key in TOKENS:
        yield from beyond(key, generation.get(key) or [], vocabulary)
    for named in generation.get("alignment_heads") or []:
        layer, head = named if isinstance(named, list) and len(named) == 2 else (-1, -1)
        if not (_is_below(layer, layers) and _is_below(head, heads)):
            yield f"alignment_heads: {named} (decoder_layers {layers}, decoder_attention_heads {heads})"
            return


def beyond(key: str, tokens: Any, vocabulary: int) -> Iterator[str]:
    """The first of the tokens that a vocabulary of this size has not got, if there is one."""
    strange = [
        token for token in (tokens if isinstance(tokens, list) else [tokens]) if not _is_below(token, vocabulary)
    ]
    if strange:
        yield f"{key}: {strange[0]} (0 … {vocabulary - 1})"


def _is_below(number: Any, limit: int) -> bool:
    return isinstance(number, int) and 0 <= number < limit
