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


def test_what_was_said_before_is_given_and_never_asked(tokenizer: WhisperTokenizer) -> None:
    special = SpecialTokens.of(tokenizer)
    text, before = text_tokens(tokenizer, "네 고객님"), text_tokens(tokenizer, "안녕하세요")
    for timestamps in (False, True):
        plain = label([Piece(0, 50, text)], special, timestamps=timestamps)
        given, asked = label([Piece(0, 50, text)], special, timestamps=timestamps, previous=before)
        assert given == [special.start_of_previous, *before, *plain[0]]
        assert asked == [IGNORED] * (len(before) + 1) + plain[1]
    assert tokenizer.decode([special.start_of_previous]) == "<|startofprev|>"


@pytest.mark.parametrize("timestamps", [False, True])
@pytest.mark.parametrize(("text", "before"), [(10, 500), (300, 500), (430, 500), (441, 500), (300, 20)])
def test_the_text_before_gives_way_to_the_label(
    tokenizer: WhisperTokenizer, text: int, before: int, timestamps: bool
) -> None:
    special, previous = SpecialTokens.of(tokenizer), list(range(1000, 1000 + before))
    pieces = [Piece(0, 1500, [7] * text)]
    plain, _ = label(pieces, special, timestamps=timestamps)
    given, asked = label(pieces, special, timestamps=timestamps, previous=previous)
    assert given[-len(plain) :] == plain
    kept = given[1 : -len(plain)]
    assert len(given) + 1 <= 448
    assert not kept or kept == previous[-len(kept) :]
    assert len(kept) == max(0, min(before, 223, 448 - len(plain) - 2))
    assert asked.count(7) == text


def test_where_nobody_speaks_the_end_is_asked(tokenizer: WhisperTokenizer) -> None:
    special = SpecialTokens.of(tokenizer)
    given, asked = label([], special, timestamps=False)
    assert (given[-1], asked) == (special.no_timestamps, [IGNORED] * 3 + [special.end])
    given, asked = label([], special, timestamps=True)
    # OpenAI's ApplyTimestampRules: the first token must be a timestamp, and the end may follow it.
    assert given == [special.start, special.language, special.task, special.first_timestamp]
    assert asked == [IGNORED] * 2 + [special.first_timestamp, special.end]


def test_special_tokens_lie_where_they_are_looked_for(tokenizer: WhisperTokenizer) -> None:
    special = SpecialTokens.of(tokenizer)
    names = tokenizer.convert_ids_to_tokens([special.start_of_previous, special.no_speech])
    assert names[0] == "<|startofprev|>"
    assert names[1] in ("<|nospeech|>", "<|nocaptions|>")


def test_stock_decoding_can_write_what_is_asked_where_nobody_speaks(tokenizer: WhisperTokenizer, tiny: Path) -> None:
    import torch
    from transformers import GenerationConfig
    from transformers.generation.logits_process import WhisperTimeStampLogitsProcessor

    special = SpecialTokens.of(tokenizer)
    given, asked = label([], special, timestamps=True)
    config = GenerationConfig.from_pretrained(tiny)
    rule = WhisperTimeStampLogitsProcessor(config, begin_index=3)
    for place, token in enumerate(asked[2:], 3):
        scores = torch.zeros(1, 51_865)
        scores[0, token] = 9.0
        allowed = rule(torch.tensor([given[:place]]), scores)
        assert int(allowed.argmax()) == token
    ends_at_once = rule(torch.tensor([given[:3]]), torch.zeros(1, 51_865))[0, special.end]
    assert ends_at_once == -torch.inf
