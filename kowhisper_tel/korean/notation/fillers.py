"""Fillers: sounds that fill a pause. A transcriber writes them or not, and so does a recogniser."""

from __future__ import annotations

from kowhisper_tel.korean.verbalise.rule import words

FILLERS = frozenset(words("음 음음 으음 으으음 어 어어 어어어 으어 아 아아 아아아"))
"""Words that are fillers wherever they stand alone. 그, 저, 뭐, 이, 네, 막 and 에 are not here: they mean something."""

MARKED_FILLERS = FILLERS | frozenset(words("그 저 뭐 이 인제 이제 막 그냥 에 응 네 그니까 그러니까 뭐냐 저기 글쎄"))
"""Words that transcripts mark as fillers (``그/``); most of them are fillers only with the mark beside them."""

STUCK_FILLERS = FILLERS | frozenset(words("그 저 뭐"))
"""Those that are fillers even where the next word sticks to the mark (``그/그래서``); ``네/아니요`` is a choice."""

_AROUND = ".,?!…~-·\"'"


def fillers() -> frozenset[str]:
    """The words that ``drop_fillers`` drops."""
    return FILLERS


def drop_fillers(text: str) -> str:
    """The text without its stand-alone fillers, punctuation beside them included. Idempotent.

    For scoring: applied to reference and hypothesis alike, a filler is neither wrong to write nor wrong to leave out.
    A text of nothing but fillers becomes empty.

    >>> drop_fillers("음, 그 어 네 아까 그거요")
    '그 네 아까 그거요'
    """
    spoken = text.split()
    kept = [word for word in spoken if word.strip(_AROUND) not in FILLERS]
    return text if len(kept) == len(spoken) else " ".join(kept)
