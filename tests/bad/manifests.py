"""Bad manifests by name: what stands in them, and the code that each command which reads them must give.

Each lies beside two good recordings, ``a0.flac`` and ``a1.flac``. A bad line stands between two good ones.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

LINE = "manifest.line"
FORM = "prepare.line"


def line(number: int, **fields: Any) -> str:
    """A good line, but for some fields."""
    good = {"id": f"u{number}", "audio": f"a{number % 2}.flac", "text": "네 여보세요", "speaker": f"s{number}"}
    return json.dumps(good | fields, ensure_ascii=False)


@dataclass(frozen=True)
class Bad:
    """A file's bytes (``None``: it is not there), and what becomes of it.

    ``imported`` is the code by ``prepare``, which takes other tools' manifests and is free in what it can do without;
    ``read`` by all commands that want a manifest of ours: ``simulate``, ``suite export``, ``train`` and ``evaluate``.
    ``leaks`` takes other tools' too, but opens no recording by itself. ``ok``: nothing is wrong for this one.
    """

    content: bytes | None
    imported: str
    read: str
    leaks: str


def of_line(bad: str, imported: str = FORM, read: str = LINE, leaks: str | None = None) -> Bad:
    """A bad line between two good ones."""
    content = "\n".join((line(0), bad, line(2), "")).encode("utf-8", "surrogatepass")
    return Bad(content, imported, read, imported if leaks is None else leaks)


def of_file(content: bytes | None, imported: str, read: str, leaks: str | None = None) -> Bad:
    """A file that is bad as a whole."""
    return Bad(content, imported, read, imported if leaks is None else leaks)


def added(text: str) -> str:
    """A good line with a field as it stands in JSON."""
    return f"{line(1)[:-1]}, {text}}}"


def of_audio(name: str, code: str) -> Bad:
    """A path to something that is no recording: ``leaks`` counts it among what it could not compare."""
    return of_line(line(1, audio=name), code, code, "leaks.found")


NAN, INFINITY = float("nan"), float("inf")
DEEP = "[" * 50_000 + "]" * 50_000
GOOD = f"{line(0)}\n{line(1)}\n"
CLASSES: Mapping[str, Bad] = {
    "half a line": of_line(line(1)[:20]),
    "no JSON": of_line("안녕하세요"),
    "a list": of_line("[1]"),
    "a string": of_line('"a1.flac"'),
    "a number": of_line("5"),
    "null": of_line("null"),
    "two objects on a line": of_line(line(1) + line(3)),
    "single quotes": of_line(line(1).replace('"', "'")),
    "trailing comma": of_line(line(1)[:-1] + ",}"),
    "comment": of_line("// calls of May"),
    "raw control character": of_line(line(1).replace("네", "네\x01")),
    "nested too deeply": of_line(added(f'"tags": {DEEP}')),
    "number of 5,000 digits": of_line(added(f'"end_s": {"9" * 5000}')),
    "no id": of_line('{"audio": "a1.flac", "text": "네", "speaker": "s1"}', "ok"),
    "no audio": of_line('{"id": "u1", "text": "네"}'),
    "no text": of_line('{"id": "u1", "audio": "a1.flac", "speaker": "s1"}', "prepare.empty_label", LINE, "ok"),
    "id null": of_line(line(1, id=None), "ok"),
    "id a number": of_line(line(1, id=5), "ok"),
    "id a list": of_line(line(1, id=[1])),
    "id empty": of_line(line(1, id=""), "ok"),
    "id of half a surrogate pair": of_line(line(1).replace('"u1"', '"\\ud800"')),
    "id twice": of_line(line(0), "prepare.duplicate", "manifest.duplicate"),
    "audio null": of_line(line(1, audio=None)),
    "audio a number": of_line(line(1, audio=5)),
    "audio a list": of_line(line(1, audio=["a1.flac"])),
    "audio empty": of_line(line(1, audio="")),
    "audio with NUL": of_line(line(1, audio="a\0.flac")),
    "audio of half a surrogate pair": of_line(line(1).replace("a1.flac", "\\udc80.flac")),
    "text a number": of_line(line(1, text=5)),
    "text a list": of_line(line(1, text=["네"])),
    "text of half a surrogate pair": of_line(line(1).replace("네", "네\\ud83d")),
    "start NaN": of_line(line(1, start_s=NAN, end_s=0.5), "ok"),
    "end infinite": of_line(line(1, start_s=0, end_s=INFINITY), "prepare.times"),
    "start infinite": of_line(line(1, start_s=INFINITY), "prepare.times"),
    "end beyond floats": of_line(added(f'"end_s": 1{"0" * 400}')),
    "start negative": of_line(line(1, start_s=-1, end_s=0.5), "prepare.times"),
    "end before start": of_line(line(1, start_s=0.5, end_s=0.2), "prepare.times", "manifest.times"),
    "end at start": of_line(line(1, start_s=0.5, end_s=0.5), "prepare.times", "manifest.times"),
    "start a word": of_line(line(1, start_s="soon", end_s=1)),
    "start a truth": of_line(line(1, start_s=True, end_s=2)),
    "start a list": of_line(line(1, start_s=[0], end_s=1)),
    "times in ms": of_line(line(1, start_s=100, end_s=120), "audio.range", "audio.range", "leaks.found"),
    "track -1": of_line(line(1, track=-1), "audio.track", LINE, "leaks.found"),
    "track 9": of_line(line(1, track=9), "audio.track", "audio.track", "leaks.found"),
    "track a word": of_line(line(1, track="left")),
    "track a fraction": of_line(line(1, track=0.5)),
    "track infinite": of_line(line(1, track=INFINITY)),
    "track a truth": of_line(line(1, track=True)),
    "speaker a list": of_line(line(1, speaker=["a"])),
    "speaker an object": of_line(line(1, speaker={"id": 1})),
    "speaker a number": of_line(line(1, speaker=5), "ok"),
    "call a number": of_line(line(1, call=5), "ok"),
    "call a list": of_line(line(1, call=[5])),
    "tags a list": of_line(line(1, tags=["a"]), "ok"),
    "tags null": of_line(line(1, tags=None), "ok"),
    "tags nested": of_line(line(1, tags={"a": {"b": 1}})),
    "tag a number": of_line(line(1, tags={"age": 30}), "ok"),
    "written a number": of_line(line(1, written=5), "ok"),
    "unknown field": of_line(line(1, audoi="x"), "ok"),
    "recording not there": of_audio("gone.flac", "audio.missing"),
    "recording a folder": of_audio(".", "audio.not_a_file"),
    "recording a device": of_audio("/dev/zero", "audio.not_a_file"),
    "recording /etc/hostname": of_audio("/etc/hostname", "audio.unreadable"),
    "recording above the folder": of_audio("../outside.wav", "audio.unreadable"),
    "recording at an address": of_audio("http://localhost:9/a.wav", "audio.missing"),
    "recording of a name too long": of_audio("a" * 5000 + ".flac", "audio.denied"),
    "no such file": of_file(None, "manifest.missing", "manifest.missing"),
    "empty": of_file(b"", "prepare.nothing", "manifest.empty"),
    "blank lines": of_file(b"\n \n\n", "prepare.nothing", "manifest.empty"),
    "byte order mark alone": of_file(b"\xef\xbb\xbf", "prepare.nothing", "manifest.empty"),
    "byte order mark before": of_file(b"\xef\xbb\xbf" + GOOD.encode(), "ok", "ok"),
    "cp949": of_file(GOOD.encode("cp949"), "ok", "manifest.encoding"),
    "neither UTF-8 nor cp949": of_file(b"\xff\xff\xfe", "prepare.encoding", "manifest.encoding"),
    "UTF-16": of_file(GOOD.encode("utf-16"), "prepare.encoding", "manifest.encoding"),
    "zeros": of_file(bytes(1000), FORM, LINE),
    "gzip": of_file(b"\x1f\x8b\x08" + bytes(100) + b"\xff", "prepare.encoding", "manifest.encoding"),
    "JSON array": of_file(f"[{line(0)}, {line(1)}]".encode(), FORM, LINE),
    "JSON over several lines": of_file(json.dumps(json.loads(line(0)), indent=1).encode(), FORM, LINE),
    "no column audio": of_file(b'{"path": "a1.flac", "text": "x"}\n', "prepare.column", LINE),
    "no column text": of_file(b'{"id": "u1", "audio": "a1.flac", "sentence": "x"}\n', "prepare.column", LINE),
}
TABLES: Mapping[str, tuple[str, bytes, str]] = {
    "CSV without audio": (".csv", "id,text\nu1,네\n".encode(), "prepare.column"),
    "CSV without text": (".csv", b"id,audio\nu1,a1.flac\n", "prepare.column"),
    "CSV with too few cells": (".csv", "audio,text\na1.flac\na0.flac,네\n".encode(), FORM),
    "CSV with too many cells": (".csv", "audio,text\na1.flac,네,네\na0.flac,네\n".encode(), FORM),
    "CSV with an open quote": (".csv", 'audio,text\n"a1.flac,네\na0.flac,네\n'.encode(), FORM),
    "CSV with an open quote in its head": (".csv", 'audio,"text\na1.flac,네\n'.encode(), FORM),
    "CSV with semicolons": (".csv", "audio;text\na1.flac;네\n".encode(), "prepare.column"),
    "CSV of no lines": (".csv", b"audio,text\n", "prepare.nothing"),
    "CSV empty": (".csv", b"", "prepare.nothing"),
    "CSV with a word for a time": (".csv", "audio,text,start_s\na1.flac,네,soon\n".encode(), FORM),
    "CSV of a cell too long": (".csv", f"audio,text\na1.flac,{'가' * 140_000}\n".encode(), FORM),
    "CSV in UTF-16": (".csv", "audio,text\na1.flac,네\n".encode("utf-16"), "prepare.encoding"),
    "TSV with commas": (".tsv", "audio,text\na1.flac,네\n".encode(), "prepare.column"),
    "JSON lines called CSV": (".csv", GOOD.encode(), "prepare.column"),
    "CSV called JSON lines": (".jsonl", "audio,text\na1.flac,네\n".encode(), FORM),
    "FLAC called JSON lines": (".jsonl", b"fLaC\x00\x00\x00\x22" + bytes(30) + b"\xff\xf8", "prepare.encoding"),
}
"""Of other endings: the ending, the bytes, and the code; of the importer alone, and of ``leaks``, which goes by it."""
