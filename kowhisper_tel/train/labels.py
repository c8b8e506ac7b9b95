"""Labels: what the decoder is given and what it shall answer for a window."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from kowhisper_tel.core.errors import UserError
from kowhisper_tel.data.windows import MOST_PREVIOUS_TOKENS, MOST_TOKENS

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

    @property
    def no_speech(self) -> int:
        """``<|nospeech|>`` (``<|nocaptions|>`` in older tokenizers): always the one before ``<|notimestamps|>``."""
        return self.no_timestamps - 1

    @property
    def start_of_previous(self) -> int:
        """``<|startofprev|>``: always the one before ``<|nospeech|>``."""
        return self.no_timestamps - 2

    @classmethod
    def of(cls, tokenizer: Any, language: str = "ko", task: str = "transcribe") -> SpecialTokens:
        """Look the ids up. Raises ``UserError`` (``train.tokenizer``) where it is not a multilingual Whisper's."""
        names = ("<|startoftranscript|>", f"<|{language}|>", f"<|{task}|>", "<|notimestamps|>", "<|endoftext|>")
        ids = [tokenizer.convert_tokens_to_ids(name) for name in names]
        for name, token in zip(names, ids, strict=True):
            if token is None or (token == tokenizer.unk_token_id and name != "<|endoftext|>"):
                raise UserError("train.tokenizer", token=name)
        special = cls(*ids)
        if tokenizer.convert_tokens_to_ids("<|startofprev|>") != special.start_of_previous:
            raise UserError("train.tokenizer", token="<|startofprev|>")
        return special


@dataclass(frozen=True)
class Piece:
    """One utterance in a window: where it stands, in ticks of 0.02 s, and the tokens of its text."""

    start: int
    end: int
    tokens: Sequence[int]


def text_tokens(tokenizer: Any, text: str) -> list[int]:
    """The tokens of a text as Whisper writes it: each segment begins with a space."""
    return list(tokenizer.encode(" " + text.strip(), add_special_tokens=False))


def label(
    pieces: Sequence[Piece], special: SpecialTokens, *, timestamps: bool, previous: Sequence[int] = ()
) -> tuple[list[int], list[int]]:
    """What the decoder is given, and what it shall answer, of one length.

    The prompt (start, language, task) is given and never asked for, so that the model's sense of language stays as it
    was. Nor is ``previous``, the tokens of what was said before: they stand before the prompt, and of them the last
    ones that the decoder has place for beside the label, at most half of it.

    Where nobody speaks, the end is asked at once; with timestamps it is ``<|0.00|>`` and the end, since OpenAI's
    decoding lets no text with timestamps begin, or be empty, without one (``ApplyTimestampRules``).
    """
    sequence = [special.start, special.language, special.task]
    if not timestamps:
        sequence.append(special.no_timestamps)
    prompt = len(sequence)
    if timestamps and not pieces:
        sequence.append(special.first_timestamp)
    for piece in pieces:
        if timestamps:
            times = special.first_timestamp + piece.start, special.first_timestamp + piece.end
            sequence += [times[0], *piece.tokens, times[1]]
        else:
            sequence += piece.tokens
    sequence.append(special.end)
    place = min(MOST_PREVIOUS_TOKENS, MOST_TOKENS - len(sequence) - 1)
    if previous and place > 0:
        before = [special.start_of_previous, *previous[-place:]]
        sequence, prompt = before + sequence, len(before) + prompt
    return sequence[:-1], [IGNORED] * (prompt - 1) + sequence[prompt:]
