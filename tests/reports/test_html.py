"""The page: whole, the same each time, asking nobody for anything, and deaf to what transcripts say."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from typing import Any

import pytest

from eval_suites.results import Results
from reports import html, view
from reports.difference import Difference, unpack

HOSTILE = (
    "<script>alert(1)</script>",
    "</script><img src=https://evil.example/x onerror=alert(2)>",
    "<!--<script>",
    "\"><svg onload=alert('3')>",
    "&lt;b&gt; 앰퍼샌드 & 따옴표 ' \" \u2028",
    "{{ 7 * 7 }} {% raw %}",
)

ONE = (("clean", "clean", "Clean", "깨끗한 음성", 0.0),)


class Page(HTMLParser):
    """What a parser makes of the page: elements, and the text of scripts and styles."""

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
def page(results: Results, inputs: dict[str, Any]) -> str:
    return html.page(view.build(results, **inputs))


def digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def test_same_inputs_give_the_same_bytes(small: Results, inputs: dict[str, Any]) -> None:
    assert html.page(view.build(small, **inputs)) == html.page(view.build(small, **inputs))


def test_policy_allows_exactly_its_own_script_and_style(page: str) -> None:
    parsed = Page(page)
    policy = next(a["content"] for t, a in parsed.elements if a.get("http-equiv") == "Content-Security-Policy")
    assert policy
    assert policy.startswith("default-src 'none'; ")
    scripts = [text for kind, text in parsed.inside if kind == "script"]
    styles = [text for kind, text in parsed.inside if kind == "style"]
    assert [f"script-src 'sha256-{digest(text)}'" in policy for text in scripts] == [True]
    assert [f"style-src 'sha256-{digest(text)}'" in policy for text in styles] == [True]
    assert not [a for _, a in parsed.elements if "style" in a or any(name.startswith("on") for name in a)]


def test_nothing_is_fetched(page: str) -> None:
    parsed = Page(page)
    addresses = [a[name] or "" for _, a in parsed.elements for name in ("src", "href", "action", "srcset") if name in a]
    assert all(address.startswith(("#", "data:")) for address in addresses)
    without_namespace = page.replace('xmlns="http://www.w3.org/2000/svg"', "")
    assert not re.search(r"https?://|url\(|@import|\bfetch\b|XMLHttpRequest|innerHTML|\beval\(", without_namespace)


def test_hostile_texts_stay_texts(make: Any, inputs: dict[str, Any]) -> None:
    hostile = make(12, 3, texts=HOSTILE, suites=ONE)
    hostile.rows["speaker"] = "<script>speaker()</script>"
    hostile.rows["hypothesis_norm"] = "</script><script>heard()</script>"
    told = inputs["provenance"] | {"name": "<script>name()</script>", "note": "</dd><script>note()</script>"}
    text = html.page(view.build(hostile, **inputs | {"provenance": told}))
    parsed = Page(text)
    kinds = [attributes.get("type", "own") for tag, attributes in parsed.elements if tag == "script"]
    assert kinds == ["application/json", "application/json", "own"]
    assert not {"img", "svg onload"} & {tag for tag, _ in parsed.elements}
    assert not [a for _, a in parsed.elements if any(name.startswith("on") for name in a)]
    block = next(data for kind, data in parsed.inside if kind == "application/json")
    data = json.loads(block)
    references = data["utterances"]["reference"]
    assert set(references) == {" ".join(t.split()) for t in HOSTILE}
    assert hypotheses(data) == {"</script><script>heard()</script>"}


def hypotheses(data: dict[str, Any]) -> set[str]:
    """What the models heard, as the page's script puts it together."""
    references, pairs, rows = data["utterances"]["reference"], data["pairs"], data["rows"]
    packed = [Difference(*parts) for parts in zip(pairs["runs"], pairs["heard"], pairs["gaps"], strict=True)]
    return {
        unpack(references[rows["utterance"][row]], packed[heard[3 * row]])
        for heard in rows["heard"]
        for row in range(len(rows["suite"]))
        if heard[3 * row] >= 0
    }


def test_a_synthetic_run_says_so_in_both_languages(small: Results, inputs: dict[str, Any], page: str) -> None:
    assert "Synthetic voices." in page
    assert "합성 음성</span>" in page
    real = html.page(view.build(small, **inputs | {"synthetic": False}))
    assert "Synthetic voices." not in real
    assert "합성 음성</span>" not in real


def test_the_page_stays_light(make: Any, inputs: dict[str, Any]) -> None:
    text = html.page(view.build(make(84, 12), **inputs))
    rows = json.loads(next(data for kind, data in Page(text).inside if kind == "application/json"))["rows"]
    assert len(rows["suite"]) >= 950
    assert len(text.encode()) < 1_000_000


def test_a_lone_base_model_still_has_a_page(make: Any) -> None:
    text = html.page(view.build(make(6, 2, models=(("base", "base", 0.1, 0.1),), suites=ONE)))
    assert "there is nothing to compare" in text


def test_an_empty_evaluation_has_a_page_too(make: Any) -> None:
    empty = make(4, 2, suites=ONE)
    rows = empty.rows.iloc[:0]
    text = html.page(view.build(type(empty)(**{**empty.__dict__, "rows": rows})))
    assert "there is nothing to compare" in text


def test_a_mere_description_has_no_colour(make: Any, page: str) -> None:
    """Eight speakers in all: every change is grey, and its note is there."""
    parsed = Page(page)
    classes = {name for tag, a in parsed.elements if tag == "span" for name in (a.get("class") or "").split()}
    assert "described" in classes
    assert not classes & {"better", "worse"}
    assert "these speakers only" in page
    proved = Page(html.page(view.build(make(120, 24, suites=ONE))))
    assert "better" in {name for _, a in proved.elements for name in (a.get("class") or "").split()}


def test_clips_and_utterances_keep_their_names(page: str) -> None:
    heads = re.findall(r'<th rowspan="2" scope="col" class="size"><span lang="ko">(.*?)</span>', page)
    assert heads == ["클립", "화자", "시간(h)"]
    assert re.search(r'<th scope="col"><span lang="ko">발화</span><span lang="en">Utterances</span>', page)


def test_the_explorer_compares_with_base_in_words(page: str) -> None:
    block = [data for kind, data in Page(page).inside if kind == "application/json"][1]
    words = json.loads(block)
    assert words["show_worse"] == {"en": "Worse than base", "ko": "기본보다 나빠짐"}
    assert 'name === "worse"' in page


def test_no_two_landmarks_share_a_name(page: str) -> None:
    elements = Page(page).elements
    named = [
        a["aria-labelledby"]
        for tag, a in elements
        if "aria-labelledby" in a and (tag == "section" or a.get("role") == "region")
    ]
    assert len(named) == len(set(named)) > 8


def test_the_explorer_judges_the_model_that_the_report_is_about(make: Any) -> None:
    models = (("base", "base", 0.1, 0.1), ("mine", "other", 0.1, 0.1), ("yours", "other", 0.1, 0.1))
    built = view.build(make(4, 2, suites=ONE, models=models))
    assert built.headline
    assert built.headline.subject
    data = built.sections["utterances"].to_json()
    assert (
        [data["models"][place][0] for place in data["compared"]]
        == ["base", built.headline.subject.name]
        == ["base", "mine"]
    )
