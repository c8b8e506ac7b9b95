"""Hostile texts in every place that a user's data reach: nothing runs, nothing is asked for, nothing is lost."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from reports import csvs, figures, html, junit, markdown, summary, view
from reports.characters import encodable
from reports.difference import Difference, unpack
from reports.gate.verdict import CapFinding
from reports.rounding import NOTHING, Figure
from reports.text import Text
from reports.write import write_report

sys.path.insert(0, str(Path(__file__).parent))
import hostile  # a neighbour, as tests are no package

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")


class Page(HTMLParser):
    """The elements of a page, and the texts of its scripts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.inside: list[tuple[str, str]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.cdata_elem:
            self.inside.append((self.elements[-1][1].get("type") or self.elements[-1][0], data))


@pytest.fixture(scope="module")
def made(make: Any) -> view.View:
    return view.build(hostile.results(make), provenance={"name": hostile.OWN[9], "note": [*hostile.ALL, *hostile.LONE]})


@pytest.fixture(scope="module")
def page(made: view.View) -> str:
    return html.page(made)


def spaced(text: str) -> str:
    return " ".join(encodable(text).split())


def test_there_are_enough() -> None:
    assert len(hostile.NAUGHTY) > 500
    assert len(hostile.FORMULAS) >= 100


def test_the_page_has_its_own_elements_only(page: str) -> None:
    parsed = Page(page)
    kinds = [attributes.get("type", "own") for tag, attributes in parsed.elements if tag == "script"]
    assert kinds == ["application/json", "application/json", "own"]
    assert not {"img", "iframe", "object", "embed", "audio", "video", "base", "b", "form"} & {
        tag
        for tag, attributes in parsed.elements
        if not {"sign", "filters"} & set((attributes.get("class") or "").split())
    }
    assert not [a for _, a in parsed.elements if any(name.startswith("on") for name in a)]
    addresses = [a[name] or "" for _, a in parsed.elements for name in ("src", "href", "action", "srcset") if name in a]
    assert all(address.startswith(("#", "data:,")) for address in addresses)
    assert page.encode()


def test_the_explorer_has_the_texts_as_they_are(page: str) -> None:
    data = json.loads(next(text for kind, text in Page(page).inside if kind == "application/json"))
    clips, pairs, rows = data["utterances"], data["pairs"], data["rows"]
    texts = [encodable(text) for text in hostile.ALL]
    assert clips["id"] == [f"{text}#{place}" for place, text in enumerate(texts)]
    assert clips["reference"] == [spaced(text) for text in texts]
    assert [data["speakers"][place] for place in clips["speaker"]] == texts
    packed = [Difference(*parts) for parts in zip(pairs["runs"], pairs["heard"], pairs["gaps"], strict=True)]
    for heard in data["rows"]["heard"]:
        for row, clip in enumerate(rows["utterance"]):
            expected = spaced(hostile.ALL[(clip + 1) % len(hostile.ALL)])
            assert unpack(clips["reference"][clip], packed[heard[3 * row]]) == expected


def test_no_cell_of_any_table_is_a_formula(made: view.View, tmp_path: Path) -> None:
    for path in csvs.write(made, tmp_path):
        with path.open(encoding="utf-8-sig", newline="") as file:
            for line in csv.reader(file):
                for cell in line:
                    bare = re.sub(r"^[\s\x00-\x20\x7f-\xa0\u200b-\u200f\u2060-\u2064\ufeff\u00ad]+", "", cell)
                    number = re.fullmatch(r"-?\d+(\.\d+)?(e-?\d+)?", cell)
                    assert number or not bare.startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠")), (
                        path.name,
                        cell,
                    )


def test_tables_keep_the_texts(made: view.View, tmp_path: Path) -> None:
    csvs.write(made, tmp_path)
    text = (tmp_path / "utterances.csv").read_bytes().decode("utf-8-sig")
    read = {line["reference"].removeprefix("'") for line in csv.DictReader(io.StringIO(text, newline=""))}
    assert read == {encodable(one).removeprefix("'") for one in hostile.ALL}


def test_markdown_shows_no_markup(made: view.View) -> None:
    text = markdown.text(made)
    assert not re.search(r"<(?!br>)", text)
    assert not re.search(r"(?<!\\)!\[|(?<!\\)\]\(", text)
    assert not re.search(r"(?i)https?:|www\.", text)
    assert text.count("\n|---") == 2


def test_xml_and_json_are_whole(made: view.View) -> None:
    for language in ("ko", "en"):
        ElementTree.fromstring(figures.headline_svg(made, language))
    assert json.loads(json.dumps(summary.as_json(made), ensure_ascii=False).encode())["rows"]
    for text in (*hostile.ALL, *hostile.LONE):
        nothing = Figure(None, NOTHING)
        finding = CapFinding("cer", text, Text.same(text), "fail", Text.same(text), nothing, nothing)
        verdict = cast(Any, SimpleNamespace(all=(finding,), by="suite"))
        read = ElementTree.fromstring(junit.text(verdict, language="en"))
        case = read.find("testcase")
        assert case is not None
        assert not next(iter(case)).findall("*")


def test_nothing_breaks_the_writing(make: Any, tmp_path: Path) -> None:
    assert write_report(hostile.results(make), tmp_path, mask=True).is_file()


@pytest.mark.slow
@pytest.mark.skipif(not CHROMIUM, reason="no chromium here")
def test_a_browser_shows_the_texts_and_runs_nothing(made: view.View, tmp_path: Path) -> None:
    """Page by page of the explorer: the DOM's texts are the sources', and the title is the page's own."""
    (tmp_path / "report.html").write_text(html.page(made), encoding="utf-8")
    shown: set[str] = set()
    for number in range(1, len(hostile.ALL) // 20 + 2):
        command = [
            str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'profile'}",
            "--virtual-time-budget=2000", "--dump-dom", f"file://{tmp_path}/report.html#lang=en&page={number}",
        ]  # fmt: skip
        dom = subprocess.run(command, capture_output=True, timeout=120, check=True).stdout.decode()
        parsed = _Texts(dom)
        assert parsed.title.startswith("Telephone speech recognition report")
        shown |= parsed.texts
    wanted = {_eye(f"{encodable(text)}#{place}") for place, text in enumerate(hostile.ALL)}
    assert not wanted - shown
    assert not {_eye(encodable(text)) for text in hostile.ALL} - shown - {""}


def _eye(text: str) -> str:
    """A text as a page shows it: blanks as one, NUL as the browser writes it."""
    return " ".join(text.replace("\x00", "").replace("\ufffd", "").split())


class _Texts(HTMLParser):
    """The texts of ``bdi`` elements, and the title."""

    def __init__(self, dom: str) -> None:
        super().__init__()
        self.texts: set[str] = set()
        self.title = ""
        self._open = ""
        self.feed(dom)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._open = tag
        self._text = ""

    def handle_data(self, data: str) -> None:
        if self._open == "title":
            self.title += data
        elif self._open == "bdi":
            self._text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "bdi":
            self.texts.add(_eye(self._text))
        self._open = ""
