"""Export: the section shows what a check found, rounded, in both languages."""

from __future__ import annotations

from typing import Any
from unittest import mock

from eval_suites.results import Results
from kowhisper_tel.train.export import parity
from kowhisper_tel.train.export.parity import Check, Parity, Row, StratumParity
from reports import html, view
from reports.evidence import Evidence
from reports.sections import export


def stratum(name: str, delta: float, high: float | None, verdict: Any, needed: int | None = None) -> StratumParity:
    low = None if high is None else 2 * delta - high
    return StratumParity(name, name, "cer", 40, 6, "speaker", "description", 0.123, 0.123 + delta, delta, low, high,
                         0.85, 1, 2, verdict, needed)  # fmt: skip


def record(budget: float = 0.005) -> dict[str, Any]:
    greedy = Check("ct2-int8 in faster-whisper, greedy", "ct2-int8", "faster-whisper", "ct2-int8", parity.COMPARABLE)
    rows = (
        Row(Check("ct2-int8", "ct2-int8", "kowhisper_tel", "trained"), "int8", 75_400_000, 0.051,
            (stratum("clean", 0.001, 0.004, "held"), stratum("phone", 0.002, 0.011, "open", 360))),
        Row(greedy, "int8", 75_400_000, None, (stratum("my <stratum>", 0.02, None, "open"),)),
        Row(Check("safetensors in transformers", "safetensors", "transformers", "safetensors"), "float32",
            290_000_000, None, (), "pip install 'transformers'"),
    )  # fmt: skip
    left = ({"name": "real_phone", "stratum": "real_phone", "reason": {"en": "none here", "ko": "여기 없음"}},)
    return Parity("phone", "abc", budget, "cpu", rows, left, 291_000_000, 0.31).to_json()


def page(results: Results, *records: dict[str, Any]) -> str:
    with mock.patch("reports.view.registry", return_value=(export.SECTION,)):
        return html.page(view.build(results, exports=records))


def test_figures_are_those_of_the_check(small: Results) -> None:
    built = export.build(Evidence(small, exports=[record()]))
    assert built
    (model,) = built.models
    assert (model.held, str(model.budget), str(model.size)) == (False, "0.5", "291.0")
    first = model.rows[0]
    assert (str(first.size), str(first.work), first.verdict) == ("75.4", "0.051", "open")
    assert [str(one.delta) for one in first.cells] == ["+0.1", "+0.2"]
    assert [one.needed.value for one in first.cells] == [None, 360]
    assert model.rows[1].cells[0].high.text == "–"
    lines = export.as_table(built)
    assert all(len(line) == len(lines.columns) for line in lines.rows)
    assert [line[lines.columns.index("verdict")] for line in lines.rows] == ["held", "open", "open", None]


def test_the_page_says_it_in_both_languages_and_escapes(small: Results) -> None:
    shown = page(small, record())
    said_in_both = ("about 360 clips", "클립 약 360개", "not measured", "재지 않음", "none here", "여기 없음")
    for said in (*said_in_both, "beam_size=1"):
        assert said in shown, said
    assert "my &lt;stratum&gt;" in shown
    assert "my <stratum>" not in shown
    assert "within the budget" in page(small, record())


def test_clips_of_unknown_speakers_are_not_called_speakers(small: Results) -> None:
    told = record()
    told["rows"][0]["strata"][1].update(kind="clip", blocks=40)
    shown = page(small, told)
    assert "40 clips" in shown
    assert "6 speakers" in shown
    assert "40 speakers" not in shown


def test_nothing_exported_no_section(small: Results) -> None:
    assert export.build(Evidence(small)) is None
