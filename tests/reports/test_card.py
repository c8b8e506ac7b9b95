"""The data card's page: whole, the same each time, in both languages, asking nobody for anything, and deaf to names."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import Any

import pytest

from reports import card
from reports.charts.histogram import Histogram, draw
from reports.rounding import decimal
from reports.text import Text, catalogue

HOSTILE = "</script><img src=https://evil.example/x onerror=alert(1)>&\"'"


def distribution(n: int = 3) -> dict[str, Any]:
    made: dict[str, Any] = {"n": n, "from": 0.0, "step": 1.0, "counts": [n, 0, 0]}
    return made | ({"p5": 0.5, "median": -1.25, "p95": 2.0} if n else {})


def facts(n: int = 3) -> dict[str, Any]:
    return {
        "read": n + 1, "accepted": n, "rejected": 1, "left_out": 0,
        "utterances": n, "hours": 0.5 if n else 0.0, "syllables": 30, "speakers": 2, "calls": 1, "nameless": 1,
        "largest_speaker": {"speaker": HOSTILE, "share": 0.5} if n else None,
        "tags": {"gender": {HOSTILE: {"utterances": n, "hours": 0.25}}} if n else {},
        "other_tags": {HOSTILE: 99},
        "marks": {"b/": 2},
        "headers": {"8000 Hz × 2, WAV/ULAW": {"utterances": n, "hours": 0.5}},
        "bands": {b: {"utterances": 1, "hours": 0.1} for b in ("narrow", "between", "wide", "full", "unknown")},
        "telephone": {"utterances": 1, "hours": 0.1, "by_header": 1, "by_sound": 0, "ends_below_hz": 4400.0},
        "silent": 0, "clipped": 1,
        "fit": {
            "too_fast": {
                "count": 1, "worst": [{"id": HOSTILE, "syllables": 30, "duration_s": 1.0, "syllables_per_s": 30.0}],
            },
            "too_slow": {"count": 0, "worst": []},
        },
        "distributions": {m: distribution(n) for m in (*card.SOUND, *card.LABELS, "band_hz")},
    }  # fmt: skip


def made(corpora: int = 1, n: int = 3) -> dict[str, Any]:
    corpus = facts(n) | {
        "corpus": HOSTILE, "kind": "manifest", "licence": None, "notations": {"plain": n},
        "remarks": [{"code": "card.no_licence", "facts": {}, "en": HOSTILE, "ko": HOSTILE}],
        "reasons": [{"code": "audio.empty", "count": 1, "en": HOSTILE, "ko": HOSTILE}],
        "mended": [{"code": "repair.cut", "count": 1, "en": HOSTILE, "ko": HOSTILE}],
    }  # fmt: skip
    splits = {"train": {"utterances": n, "speakers": 2, "calls": 1, "hours": 0.5}}
    return {"synthetic": True, "splits": splits, "whole": facts(n), "corpora": [corpus] * corpora}


def digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def test_policy_allows_exactly_its_own_script_and_style() -> None:
    page = card.page(made())
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page)
    scripts, styles = (re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL) for tag in ("script", "style"))
    assert policy
    assert len(scripts) == len(styles) == 1
    assert f"script-src &#39;sha256-{digest(scripts[0])}&#39;" in policy[1]
    assert f"style-src &#39;sha256-{digest(styles[0])}&#39;" in policy[1]
    assert "default-src &#39;none&#39;" in policy[1]
    assert not re.search(r'(?:src|href)="(?!#|data:)', page)
    assert not re.search(r"<[a-z][^>]*\sstyle=", page)


def test_names_are_only_names() -> None:
    page = card.page(made(2))
    assert "<img" not in page
    assert page.count("&lt;img src=https://evil.example") > 8
    assert page.count("</script>") == 1


@pytest.mark.parametrize("corpora", [1, 2])
def test_whole_is_shown_beside_several(corpora: int) -> None:
    page = card.page(made(corpora))
    assert page == card.page(made(corpora))
    sections = re.findall(r'<section id="([\w-]+)"', page)
    assert sections == ["first", *(f"corpus-{n + 1}" for n in range(corpora)), *(["whole"] if corpora > 1 else [])]
    assert page.count("<svg") == len(sections[1:]) * 9


def test_all_that_is_said_is_said_in_both_languages() -> None:
    page = card.page(made())
    assert page.count('lang="ko"') - 1 == page.count('lang="en"') > 40


def test_every_string_has_its_use() -> None:
    calm = made()["corpora"][0] | {"remarks": [], "licence": "CC BY 4.0"}
    calm["fit"] = dict.fromkeys(("too_fast", "too_slow"), calm["fit"]["too_fast"])
    unheard = calm | {"silent": None, "clipped": None}
    page = card.page(made(2)) + card.page(made(n=0)) + card.page(made() | {"corpora": [calm, unheard]})

    def is_shown(text: Text) -> bool:
        """By the words around its facts, without the signs that HTML writes otherwise."""
        return all(part in page for part in re.split(r"\{\w+\}|['&\"]", text.en))

    assert [key for key, text in catalogue().items() if key.startswith("card.") and not is_shown(text)] == []


def test_empty_corpus_has_a_page() -> None:
    assert "nothing measured" in card.page(made(n=0))


def test_histogram_draws_every_bin_that_holds_something() -> None:
    title, note = Text("Level", "레벨"), Text("median", "중앙값")
    drawn = str(draw(Histogram(title, note, -40.0, 10.0, (0, 1, 1000, 3), median=-15.0)))
    heights = [float(h) for h in re.findall(r'<rect[^>]*height="([\d.]+)"', drawn)]
    assert len(heights) == 3
    assert min(heights) >= 1.0  # one of a thousand is still seen
    assert "−40" in drawn
    assert drawn.count('class="median"') == 1
    assert "rect" not in str(draw(Histogram(title, note, 0.0, 1.0, (0, 0))))


@pytest.mark.parametrize(
    ("number", "text"), [(-26.44, "−26.4"), (-0.04, "0.0"), (0.0, "0.0"), (7.06, "7.1"), (None, "–")]
)
def test_decimals(number: float | None, text: str) -> None:
    assert decimal(number).text == text


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("아주 긴 이름 " * 9, "아주 긴 이름 아주 긴 이…"),
        ("a" * 99, "a" * 24 + "…"),
        ("서울/인천/경기", "서울/인천/경기"),
    ],
)
def test_a_long_value_shows_its_beginning(value: str, shown: str) -> None:
    data = made()
    data["corpora"][0]["tags"] = {"region": {value: {"utterances": 3, "hours": 0.5}}}
    assert f">{shown} (3)<" in card.page(data)
