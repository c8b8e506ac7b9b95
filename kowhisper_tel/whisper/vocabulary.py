"""Vocabulary: a model's tokens, the prompt that says language and task, and text from tokens.

The ids are looked up by name and never assumed, since they differ by size (large-v3 has one language more, so
everything after the languages is shifted by one).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from kowhisper_tel.core.errors import UserError

DECODER_TOKENS = 448
"""The most tokens, prompt and text together, that Whisper's decoder has positions for."""
PROMPT_TOKENS = 223
"""The most tokens of previous text that fit before the transcript (OpenAI: half of the decoder's 448, less one)."""
HOTWORD_TOKENS = 111
"""The most of them that hotwords may take, so that what was said before has room beside them."""


class Vocabulary:
    """The tokens of one model. ``tokenizer`` is a ``tokenizers.Tokenizer``."""

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer
        self.end = self._id("<|endoftext|>")
        self.start = self._id("<|startoftranscript|>")
        self.no_timestamps = self._id("<|notimestamps|>")
        self.timestamp_begin = self.no_timestamps + 1

    @classmethod
    def read(cls, folder: Path) -> Vocabulary:
        """The vocabulary of a folder that holds ``tokenizer.json``. Raises ``UserError`` ``model.no_tokenizer``."""
        from tokenizers import Tokenizer

        file = folder / "tokenizer.json"
        if not file.is_file():
            raise UserError("model.no_tokenizer", folder=folder)
        return cls(Tokenizer.from_file(str(file)))

    def prompt(
        self, language: str, task: str, *, timestamps: bool, previous: str = "", hotwords: Sequence[str] = ()
    ) -> list[int]:
        """The tokens that decoding starts from. A model for English only has neither languages nor tasks.

        ``hotwords`` are words to expect, and ``previous`` is text that was said before: it stands behind them, next to
        the transcript, and its end is kept where the two do not fit.
        Raises ``UserError``: ``decode.language`` where the model has no such language, ``decode.hotwords`` for more of
        them than fit.
        """
        tokens = [self.start]
        if self._find("<|ko|>") is not None:
            spoken = self._find(f"<|{language}|>")
            if spoken is None:
                raise UserError("decode.language", language=language)
            tokens += [spoken, self._id(f"<|{task}|>")]
        if not timestamps:
            tokens.append(self.no_timestamps)
        expected, before = self._spoken(", ".join(hotwords)), self._spoken(previous)
        if len(expected) > HOTWORD_TOKENS:
            raise UserError("decode.hotwords", tokens=len(expected), most=HOTWORD_TOKENS)
        if not expected and not before:
            return tokens
        room = PROMPT_TOKENS - len(expected)
        return [self._id("<|startofprev|>"), *expected, *before[-room:], *tokens]

    def says(self, tokens: Iterable[int]) -> bool:
        """Whether any of the tokens is of text: timestamps alone say nothing."""
        return any(token < self.end for token in tokens)

    def text(self, tokens: Iterable[int]) -> str:
        """The text of tokens, without special and timestamp tokens and the spaces around it."""
        return str(self._tokenizer.decode([token for token in tokens if token < self.end])).strip()

    def tokens(self, text: str) -> Sequence[int]:
        """The tokens of text, with nothing before or after; a special token that is written in it is left out."""
        return [token for token in self._tokenizer.encode(text, add_special_tokens=False).ids if token < self.end]

    def _spoken(self, text: str) -> Sequence[int]:
        return self.tokens(" " + text.strip()) if text.strip() else ()

    def _find(self, name: str) -> int | None:
        found: int | None = self._tokenizer.token_to_id(name)
        return found

    def _id(self, name: str) -> int:
        found = self._find(name)
        if found is None:
            raise ValueError(f"the tokenizer has no {name}: is this a Whisper tokenizer?")
        return found
