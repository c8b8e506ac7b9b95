"""Hostile texts: the Big List of Naughty Strings, classes that it lacks, and formulas for spreadsheets."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

from eval_suites.models import ModelRecord
from eval_suites.results import Results

NAUGHTY: tuple[str, ...] = tuple(json.loads((Path(__file__).parent / "naughty" / "blns.json").read_text("utf-8")))
OWN = (
    "\u202eevil\u202c",
    "\u2066abc",
    "\u2069\u2069\u202e끝",
    "\u0000NUL",
    "a\u0000b",
    "\ufffe\uffff",
    "\u2028\u2029",
    "</script><script>document.title='owned'</script>",
    "<!--<script>",
    "]]>",
    "<![CDATA[",
    "{{7*7}}{%x%}",
    "</title><script>1</script>",
    "&lt;b&gt;&#60;",
    "\x1b[31m",
    "\r\n=1+1",
    "data:text/html,<script>1</script>",
    "javascript:alert(1)",
    "`${alert(1)}`",
    "__proto__",
    "constructor",
    "http://evil.example/x",
    "www.evil.example",
    "![i](//e.example/x)",
    "<img src=//evil.example/x onerror=document.title='owned'>",
    "*phone",
    "=",
    "a|b|c",
    "| --- |",
    "가\u1100\u1161",
    "e\u0301",
    "👩‍👩‍👧",
)
LONE = ("\ud800", "x\udfffy")
"""Lone surrogates, which no table of pandas holds: for names, titles and provenance only."""
_BODIES = (
    "1+1", "SUM(A1:A9)", 'HYPERLINK("http://evil.example","x")', "cmd|' /C calc'!A0", 'WEBSERVICE("http://evil.example")',
    "IMPORTXML(1,2)", "DDE(1,2,3)", "1", "A1", "10+20+cmd|' /C calc'!A0",
)  # fmt: skip
_STARTS = ("=", "+", "-", "@", "\t=", "\r=", "\n=", "＝", "＋", " =", "\u00a0=", "\ufeff=", "\u200b=")
FORMULAS = tuple(f"{start}{body}" for start in _STARTS for body in _BODIES)
ALL = (*NAUGHTY, *OWN, *FORMULAS)


def results(make: object, texts: tuple[str, ...] = ALL) -> Results:
    """Results that hold each text as reference, hypothesis, id, speaker and tag; some as model, suite and stratum."""
    made: Results = make(len(texts), 3, suites=(("clean", "clean", "Clean", "깨끗한 음성", 0.0),))  # type: ignore[operator]
    rows = made.rows.copy()
    count = len(texts)
    own = [texts[place % count] for place in range(len(rows))]
    ids = [f"{text}#{place % count}" for place, text in enumerate(own)]
    for column in ("reference", "hypothesis", "reference_norm", "speaker", "tag_gender", "tag_age"):
        rows[column] = own
    rows["hypothesis_norm"] = [texts[(place + 1) % count] for place in range(len(rows))]
    rows["utterance_id"] = ids
    names = {
        "clean-tuned": "</td><script>document.title='owned'</script>\u202e",
        "phone-tuned": "=cmd|'x'!A0\x00\u2028<b>",
    }
    rows["model"] = [names.get(name, name) for name in rows["model"]]
    models = tuple(dataclasses.replace(model, name=names.get(model.name, model.name)) for model in made.models)
    title = {"en": "<script>suite()</script>\u202e", "ko": "=1+1 <img src=//evil.example/y> \x07" + "".join(LONE)}
    suites = tuple(dataclasses.replace(suite, title=title, stratum="<b>stratum</b>\u202e") for suite in made.suites)
    rows["stratum"] = "<b>stratum</b>\u202e"
    assert all(isinstance(model, ModelRecord) for model in models)
    return dataclasses.replace(made, rows=rows, models=models, suites=suites)
