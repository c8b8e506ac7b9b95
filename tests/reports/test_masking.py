"""Masked reports: no planted number is in any byte that is written, and no figure changes."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from eval_suites.results import Results
from kowhisper_tel.korean.normalise import normalise
from reports import masking
from reports.difference import unpack
from reports.evidence import Evidence
from reports.sections import utterances
from reports.write import write_report

SAID = (
    ("제 번호는 공일공 일이삼사 오육칠팔이에요", "제 번호는 공일공 이리삼사 오육칠발이에요"),
    ("계좌번호 110-123-456789로 보내 주세요", "계좌번호 일일공에 일이삼 사오육칠팔로 보내 주세요"),
    ("주민번호 900101-1234567입니다", "주민번호 구공공일공일 일이삼사오육칠입니다"),
    ("네 01098765432요", "네 공일공 구팔칠육 오사삼이요"),
    ("이메일은 hong.gildong@example.com입니다", "이메일은 홍길동 골뱅이 이그잼플 닷컴입니다"),
    ("만 오천 원이고 유월 삼 일이요", "만 오천 원이고 유월 사 일이요"),
)
PLANTED = (
    "일이삼사", "오육칠팔", "이리삼사", "오육칠발", "456789", "사오육칠팔", "900101", "1234567", "구공공일공일",
    "일이삼사오육칠", "98765432", "구팔칠육", "오사삼이", "gildong", "이그잼플", "0101112222", "555-0000",
)  # fmt: skip


@pytest.fixture(scope="module")
def personal(make: Any) -> Results:
    """Results in which callers say their numbers, and in which ids, speakers and tags hold them, too."""
    results: Results = make(12, 3, suites=(("clean", "clean", "Clean", "깨끗한 음성", 0.0),))
    rows = results.rows.copy()
    for at, row in enumerate(rows.index):
        reference, hypothesis = SAID[at % len(SAID)]
        heard = hypothesis if rows.loc[row, "model"] != "clean-tuned" else reference
        rows.loc[row, ["reference", "hypothesis"]] = [reference, heard]
        rows.loc[row, ["reference_norm", "hypothesis_norm"]] = [normalise(reference), normalise(heard)]
    rows["utterance_id"] = [f"rec_0101112222{name[-1]}_{name}" for name in rows["utterance_id"]]
    rows["speaker"] = ["02-555-0000" if name.endswith("1") else name for name in rows["speaker"]]
    rows["tag_gender"] = "010-1112-2223"
    return dataclasses.replace(results, rows=rows)


def written(folder: Path) -> dict[str, str]:
    return {path.name: path.read_bytes().decode("utf-8") for path in folder.iterdir()}


def test_no_planted_number_is_written(personal: Results, inputs: dict[str, Any], tmp_path: Path) -> None:
    told = inputs["provenance"] | {"name": "run 01098765432", "note": "call 900101-1234567"}
    write_report(personal, tmp_path, **inputs | {"provenance": told}, mask=True)
    for name, text in written(tmp_path).items():
        assert not [number for number in PLANTED if number in text], name
        assert "만 오천 원이고" in text or name not in ("utterances.csv", "report.html")
    assert "●" in written(tmp_path)["report.html"]


def test_unmasked_reports_hold_them(personal: Results, inputs: dict[str, Any], tmp_path: Path) -> None:
    write_report(personal, tmp_path, **inputs)
    assert "110-123-456789" in written(tmp_path)["utterances.csv"]


def test_figures_are_those_of_the_texts(personal: Results, inputs: dict[str, Any], tmp_path: Path) -> None:
    write_report(personal, tmp_path / "open", **inputs)
    write_report(personal, tmp_path / "masked", **inputs, mask=True)
    rows = [json.loads((tmp_path / name / "summary.json").read_text())["rows"] for name in ("open", "masked")]
    assert rows[0] == rows[1]


def test_a_number_heard_badly_goes_with_its_reference() -> None:
    shown = masking.of_pairs([("그게 공일공 일이삼사 오육칠팔 맞죠", "그게 고니고 나무꾼 아니 오칠 맞죠")])
    assert shown["그게 고니고 나무꾼 아니 오칠 맞죠"].startswith("그게 ●")
    assert shown["그게 고니고 나무꾼 아니 오칠 맞죠"].endswith("맞죠")
    assert "오칠" not in shown["그게 고니고 나무꾼 아니 오칠 맞죠"]


def test_a_number_read_as_an_amount_goes_too() -> None:
    """Twelve digits without signs are read as a number of hundreds of billions."""
    text = "계좌는 110123456789입니다"
    shown = masking.of_pairs([(text, text)], [(text, normalise(text))])
    form = shown[normalise(text)]
    assert form.startswith("계좌는 ●")
    assert "천" not in form
    assert "억" not in form


def test_evidence_shows_texts_as_asked(personal: Results) -> None:
    text = str(personal.rows["hypothesis"].iloc[0])
    assert Evidence(personal).shown(text) == text
    masked = Evidence(personal, mask=True).shown(text)
    assert len(masked) == len(text)
    assert "●" in masked


def test_everywhere_reaches_all_texts() -> None:
    frame = pd.Timestamp(0)
    value = {"a": ("x", 1, None, [True, 2.5]), "data": "data:audio/mpeg;base64,xx", "t": frame}
    assert masking.everywhere(value, str.upper) == {
        "A": ("X", 1, None, [True, 2.5]), "DATA": "data:audio/mpeg;base64,xx", "T": frame
    }  # fmt: skip


def test_the_explorer_spells_masked_texts(personal: Results) -> None:
    """A hypothesis is put together from its reference's syllables: both are masked alike where they agree."""
    evidence = Evidence(personal, mask=True)
    built = utterances.build(evidence)
    assert built
    names = [model.name for model in evidence.models]
    clips = list(dict.fromkeys(personal.rows["utterance_id"]))
    rows = {(row["model"], row["utterance_id"]): row for row in personal.rows.to_dict("records")}
    for _, clip, heard in built.rows:
        for name, (pair, _, _) in zip(names, heard, strict=True):
            said = rows[name, clips[clip]]["hypothesis_norm"]
            assert unpack(built.clips[clip].reference, built.differences[pair]) == evidence.shown(said)
