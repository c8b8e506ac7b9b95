"""Labels: what is asked of the decoder, and that it reads back as the text."""

from __future__ import annotations

from pathlib import Path

import pytest
from transformers import WhisperTokenizer

from kowhisper_tel.core.errors import UserError
from kowhisper_tel.train.labels import IGNORED, Piece, SpecialTokens, label, text_tokens
from kowhisper_tel.whisper.model import load_tokenizer


@pytest.fixture(scope="module")
def tokenizer(tiny: Path) -> WhisperTokenizer:
    return load_tokenizer(tiny)


def test_special_tokens_are_those_of_the_paper(tokenizer: WhisperTokenizer) -> None:
    special = SpecialTokens.of(tokenizer)
    # openai/whisper-base, tokenizer.json: <|startoftranscript|> 50258, <|ko|> 50264, <|transcribe|> 50359, ...
    assert special == SpecialTokens(50258, 50264, 50359, 50363, 50257)
    assert special.first_timestamp == 50364


def test_with_timestamps_the_label_reads_as_whisper_writes(tokenizer: WhisperTokenizer) -> None:
    special = SpecialTokens.of(tokenizer)
    pieces = [
        Piece(0, 120, text_tokens(tokenizer, "안녕하세요")),
        Piece(131, 200, text_tokens(tokenizer, " 네 고객님 ")),
    ]
    given, asked = label(pieces, special, timestamps=True)
    assert given[:3] == [special.start, special.language, special.task]
    assert asked[:2] == [IGNORED] * 2
    assert asked[2:] == [*given[3:], special.end]
    assert (
        tokenizer.decode(asked[2:], decode_with_timestamps=True)
        == "<|0.00|> 안녕하세요<|2.40|><|2.62|> 네 고객님<|4.00|><|endoftext|>"
    )


def test_without_timestamps_only_the_text_is_asked(tokenizer: WhisperTokenizer) -> None:
    special = SpecialTokens.of(tokenizer)
    pieces = [Piece(0, 50, text_tokens(tokenizer, "네")), Piece(60, 90, text_tokens(tokenizer, "고객님"))]
    given, asked = label(pieces, special, timestamps=False)
    assert given[:4] == [special.start, special.language, special.task, special.no_timestamps]
    assert asked[:3] == [IGNORED] * 3
    assert tokenizer.decode(asked[3:]) == " 네 고객님<|endoftext|>"
    assert len(given) == len(asked)


def test_a_language_whisper_does_not_know_is_refused(tokenizer: WhisperTokenizer) -> None:
    with pytest.raises(UserError, match="tlh"):
        SpecialTokens.of(tokenizer, language="tlh")
