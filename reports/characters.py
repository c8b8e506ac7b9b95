"""Characters: what a file can't hold, or a reader can't see, of texts that anyone may have written."""

from __future__ import annotations

import re

REPLACEMENT = "\ufffd"
_LONE = re.compile("[\ud800-\udfff]")
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def encodable(text: str) -> str:
    """The text with lone surrogates, which no UTF-8 file holds, replaced by U+FFFD."""
    return _LONE.sub(REPLACEMENT, text)


def xml(text: str) -> str:
    """The text with the characters that XML 1.0 can't hold, not even escaped, replaced by U+FFFD."""
    return _NOT_XML.sub(REPLACEMENT, text)
