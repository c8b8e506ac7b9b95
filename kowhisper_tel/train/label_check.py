"""Label check: labels that do not come back from their tokens, and labels that nobody can have spoken."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.manifest import Manifest

MOST_SYLLABLES_PER_S = 15.0
"""The fastest speech on record: 637 English words in a minute (S. Woodmore; BBC Science Focus, 16 October 2012), at
about 1.4 syllables a word. Common phrases are said at up to 8.3 (Lenneberg 1967, p. 90)."""
MOST_TOKENS_PER_S = 4 * MOST_SYLLABLES_PER_S
"""A syllable of Hangul is three bytes of UTF-8, with the space before it four: so many tokens at most (Whisper's
tokens are of one byte or more)."""

_SYLLABLE = re.compile("[가-힣]")


@dataclass(frozen=True)
class Suspicious:
    """A label that cannot be what is heard: ``reason`` with the ``value`` found and the ``limit`` that it breaks.

    ``syllables_per_s``, ``tokens_per_s``; ``not_nfc``: Hangul in parts, so many characters of it, which makes other
    tokens than everybody else's.
    """

    id: str
    reason: str
    value: float
    limit: float

    def to_json(self) -> dict[str, Any]:
        """As a line of ``suspicious.jsonl``: no text."""
        return asdict(self)


def check_round_trip(manifest: Manifest, tokens: Sequence[Sequence[int]], tokenizer: Any) -> None:
    """Raise ``UserError`` (``train.round_trip``) where tokens, decoded, are not the label they were made of.

    White space apart. The first such utterance is named, and all are counted.
    """
    lost = [
        utterance.id
        for utterance, row in zip(manifest.utterances, tokens, strict=True)
        if _spaced(tokenizer.decode(row, clean_up_tokenization_spaces=False)) != _spaced(utterance.text)
    ]
    if lost:
        raise UserError("train.round_trip", id=lost[0], count=len(lost), labels=len(manifest))


def suspicious(
    manifest: Manifest, durations_s: Sequence[float], tokens: Sequence[Sequence[int]]
) -> tuple[Suspicious, ...]:
    """Labels faster than anybody speaks, or not in NFC: listed, and trained on all the same."""
    found = []
    for utterance, duration_s, row in zip(manifest.utterances, durations_s, tokens, strict=True):
        text = utterance.text
        syllables = len(_SYLLABLE.findall(unicodedata.normalize("NFC", text)))
        if syllables / duration_s > MOST_SYLLABLES_PER_S:
            value = round(syllables / duration_s, 2)
            found.append(Suspicious(utterance.id, "syllables_per_s", value, MOST_SYLLABLES_PER_S))
        elif len(row) / duration_s > MOST_TOKENS_PER_S:
            found.append(Suspicious(utterance.id, "tokens_per_s", round(len(row) / duration_s, 2), MOST_TOKENS_PER_S))
        if not unicodedata.is_normalized("NFC", text):
            parts = len(text) - len(unicodedata.normalize("NFC", text))
            found.append(Suspicious(utterance.id, "not_nfc", parts, 0))
    return tuple(found)


def _spaced(text: str) -> str:
    return " ".join(text.split())
