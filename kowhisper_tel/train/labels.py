"""Labels: what the decoder is given and what it shall answer for a window."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from kowhisper_tel.core.errors import UserError

IGNORED = -100
"""A place in the labels that no loss is taken of (PyTorch's convention)."""


@dataclass(frozen=True)
class SpecialTokens:
    """Token ids that frame a label (Radford et al. 2022, figure 1)."""

    start: int
    language: int
    task: int
    no_timestamps: int
    end: int

    @property
    def first_timestamp(self) -> int:
        """``<|0.00|>``, from which times count up by 0.02 s: always the one after ``<|notimestamps|>``."""
        return self.no_timestamps + 1

    @classmethod
    def of(cls, tokenizer: Any, language: str = "ko", task: str = "transcribe") -> SpecialTokens:
        """Look the ids up. Raises ``UserError`` (``train.tokenizer``) where it is not a multilingual Whisper's."""
        names = ("<|startoftranscript|>", f"<|{language}|>", f"<|{task}|>", "<|notimestamps|>", "<|endoftext|>")
        ids = [tokenizer.convert_tokens_to_ids(name) for name in names]
        for name, token in zip(names, ids, strict=True):
            if token is None or (token == tokenizer.unk_token_id and name != "<|endoftext|>"):
                raise UserError("train.tokenizer", token=name)
        return cls(*ids)


@dataclass(frozen=True)
class Piece:
    """One utterance in a window: where it stands, in ticks of 0.02 s, and the tokens of its text."""

    start: int
    end: int
    tokens: Sequence[int]


def text_tokens(tokenizer: Any, text: str) -> list[int]:
    """The tokens of a text as Whisper writes it: each segment begins with a space."""
    return list(tokenizer.encode(" " + text.strip(), add_special_tokens=False))


def label(pieces: Sequence[Piece], special: SpecialTokens, *, timestamps: bool) -> tuple[list[int], list[int]]:
    """What the decoder is given, and what it shall answer, of one length.

    The prompt (start, language, task) is given and never asked for, so that the model's sense of language stays as it
    was.
    """
    sequence = [special.start, special.language, special.task]
    if not timestamps:
        sequence.append(special.no_timestamps)
    prompt = len(sequence)
    for piece in pieces:
        if timestamps:
            times = special.first_timestamp + piece.start, special.first_timestamp + piece.end
            sequence += [times[0], *piece.tokens, times[1]]
        else:
            sequence += piece.tokens
    sequence.append(special.end)
    return sequence[:-1], [IGNORED] * (prompt - 1) + sequence[prompt:]
