"""Bad labels and texts by name, and the code that each command which reads them must give."""

from __future__ import annotations

import json
from collections.abc import Mapping

EMPTY = "prepare.empty_label"
LABELS: Mapping[str, tuple[bytes, str]] = {
    "empty": (b"", EMPTY),
    "white space": (" \n\t　".encode(), EMPTY),
    "byte order mark alone": (b"\xef\xbb\xbf", EMPTY),
    "punctuation": ("?! … ~".encode(), EMPTY),
    "emoji": ("😀👍🏽".encode(), EMPTY),
    "control characters": (b"\x00\x01\x07\x1b\x7f", EMPTY),
    "invisible characters": ("\u200b\u200e\u2060\ufeff".encode(), EMPTY),
    "over-long": ("여보세요 고객님 ".encode() * 300, "prepare.long_label"),
    "of one endless word": ("가".encode() * 3_000, "prepare.long_label"),
    "Thai at length": ("สวัสดีครับ".encode() * 200, "prepare.long_label"),
    "neither UTF-8 nor cp949": (b"\xff\xff\xfe", "prepare.encoding"),
    "UTF-16": ("네 여보세요".encode("utf-16"), "prepare.encoding"),
    "half in cp949": ("네 여보세요".encode() + "네 여보세요".encode("cp949") + b"\xff", "prepare.encoding"),
    "a recording": (b"RIFF\x24\x00\x00\x00WAVEfmt \xff\xfe\xff", "prepare.encoding"),
    "masked name": ("&name&고객님 맞으시죠".encode(), "notation.masked"),
}
"""Of a folder of recordings with a text file each: the label file's bytes, and the code by ``prepare``."""
NOTATION: Mapping[str, tuple[str, str]] = {
    "open bracket": ("네 (3개 주세요", "notation.unparsed"),
    "second half missing": ("(3개)/", "notation.unparsed"),
    "slash alone": ("(3개)/(", "notation.unparsed"),
    "masked": ("&name1& 고객님", "notation.masked"),
    "unclear": ("u/ 네", "notation.unclear"),
}
"""Labels in AI-Hub's notation."""


def record(name: str, text: object = "네") -> str:
    """A line of texts to score."""
    return json.dumps({"id": name, "text": text}, ensure_ascii=False)


GOOD, GOOD_RECORDS = "네\n여보세요\n".encode(), f"{record('a')}\n{record('b')}\n".encode()
TEXTS: Mapping[str, tuple[str, bytes | None, bytes | None, str]] = {
    "not there": (".txt", GOOD, None, "score.missing"),
    "references not there": (".txt", None, GOOD, "score.missing"),
    "empty": (".txt", b"", b"", "score.empty"),
    "fewer lines": (".txt", GOOD, "네\n".encode(), "score.lines"),
    "more lines": (".txt", GOOD, GOOD * 2, "score.lines"),
    "neither UTF-8 nor cp949": (".txt", GOOD, b"\xff\xff\xfe\n\n", "prepare.encoding"),
    "UTF-16": (".txt", GOOD, GOOD.decode().encode("utf-16"), "prepare.encoding"),
    "text beside records": (".txt", GOOD, GOOD_RECORDS, "score.kinds"),
    "records of no line": (".jsonl", GOOD_RECORDS, b"\n\n", "score.empty"),
    "record without an id": (".jsonl", GOOD_RECORDS, b'{"text": "x"}\n', "score.line"),
    "record without a text": (".jsonl", GOOD_RECORDS, b'{"id": "a"}\n', "score.line"),
    "id a number": (".jsonl", GOOD_RECORDS, b'{"id": 3, "text": "x"}\n', "score.line"),
    "text null": (".jsonl", GOOD_RECORDS, b'{"id": "a", "text": null}\n', "score.line"),
    "text of half a surrogate pair": (".jsonl", GOOD_RECORDS, b'{"id": "a", "text": "\\ud800"}\n', "score.line"),
    "half a record": (".jsonl", GOOD_RECORDS, GOOD_RECORDS[:20], "score.line"),
    "a list": (".jsonl", GOOD_RECORDS, b"[]\n", "score.line"),
    "nested too deeply": (".jsonl", GOOD_RECORDS, b'{"id": ' + b"[" * 50_000, "score.line"),
    "broken seal": (".jsonl", GOOD_RECORDS, b'{"id": "a", "text": "x", "seal": "0123456789abcdef"}\n', "score.line"),
    "id twice": (".jsonl", GOOD_RECORDS, GOOD_RECORDS * 2, "score.duplicate"),
    "id unknown": (".jsonl", GOOD_RECORDS, f"{record('x')}\n".encode(), "score.unknown"),
}
"""Of ``score``: the files' ending, references, hypotheses, and the code."""
KEYWORDS: Mapping[str, tuple[bytes | None, str]] = {
    "not there": (None, "score.missing"),
    "empty": (b"", "score.empty"),
    "blank lines": (b"\n\n", "score.empty"),
    "punctuation": ("카드\n?!\n".encode(), "score.keyword"),
    "neither UTF-8 nor cp949": (b"\xff\xff\xfe", "prepare.encoding"),
}
LINES: Mapping[str, tuple[bytes, str]] = {
    "neither UTF-8 nor cp949": (b"\xff\xff\xfe\n", "text.encoding"),
    "UTF-16": ("네 여보세요\n".encode("utf-16"), "text.encoding"),
    "UTF-8, then cp949": ("네 여보세요\n".encode() + "네 여보세요\n".encode("cp949"), "text.encoding"),
    "cp949, then what is neither": ("네 여보세요\n".encode("cp949") + b"\xff\xff\n", "text.encoding"),
    "cut within a character": ("네 여보세요".encode()[:-1] + b"\n", "text.encoding"),
}
"""Standard input of ``text``."""
