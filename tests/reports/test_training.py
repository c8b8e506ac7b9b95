"""Training: curves as they were written, with the best of them marked."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from eval_suites.results import Results
from reports import html, view
from reports.charts import lines
from reports.evidence import Evidence, TrainingCurve
from reports.sections import training
from reports.text import Text

TITLE = Text("a", "b")
SVG = "{http://www.w3.org/2000/svg}"


def test_what_training_wrote_is_drawn(small: Results, tmp_path: Path) -> None:
    written: list[dict[str, Any]] = [
        {"step": 0, "dev_cer": 0.4, "dev_cer_phone": 0.5, "dev_utterances": 24},
        {"step": 10, "loss": 1.5, "learning_rate": 1e-5, "dev_cer": 0.2, "dev_cer_phone": None},
        {"step": 20, "loss": 1.2, "learning_rate": 5e-6, "dev_cer": 0.3, "dev_cer_phone": 0.25},
    ]
    (tmp_path / "curves.jsonl").write_text("".join(json.dumps(line) + "\n" for line in written), encoding="utf-8")
    curve = TrainingCurve.read(tmp_path / "curves.jsonl", "phone-tuned", "candidate")
    assert curve.dev_strata == {"phone": ((0.0, 0.5), (20.0, 0.25))}
    built = training.build(Evidence(small, (curve,)))
    assert built
    assert [chart.name for chart in built.charts] == ["loss", "dev_cer", "dev_cer_phone", "learning_rate"]
    drawn = {chart.name: chart.lines[0] for chart in built.charts}
    assert drawn["dev_cer"].best == (10.0, 20.0)
    assert drawn["learning_rate"].points == ((10.0, 10.0), (20.0, 5.0))
    model = built.models[0]
    assert (model.best_step.text, model.best_cer.text, model.dev_utterances.text) == ("10", "20.0", "24")
    picture = ElementTree.fromstring(lines.draw([drawn["dev_cer"]], TITLE, TITLE))
    rings = [c for c in picture.iter(f"{SVG}circle") if "ring" in (c.get("class") or "")]
    assert len(rings) == 1
    assert rings[0][0].text == "phone-tuned: 20.0 % @ 10"


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        ({"kind": "step", "step": 20}, "step 20"),
        ({"kind": "average", "step": 20, "steps": [10, 20]}, "mean of steps 10, 20"),
        ({"kind": "interpolation", "step": 20, "alpha": 0.7}, "0.7 × step 20 + 0.3 × base"),
        ({"kind": "base", "step": 0}, "the base model, untuned"),
    ],
)
def test_the_weights_that_were_kept_are_said_with_the_reason(
    small: Results, tmp_path: Path, chosen: dict[str, Any], said: str
) -> None:
    (tmp_path / "curves.jsonl").write_text('{"step": 10, "loss": 1.5}\n', encoding="utf-8")
    choice = {"chosen": chosen, "why": {"code": "x", "en": "the <lowest>", "ko": "가장 낮음"}}
    (tmp_path / "summary.json").write_text(json.dumps({"choice": choice}), encoding="utf-8")
    curve = TrainingCurve.read(tmp_path / "curves.jsonl", "phone-tuned", "candidate")
    with mock.patch("reports.view.registry", return_value=(training.SECTION,)):
        shown = html.page(view.build(small, training=[curve]))
    for part in (said, "the &lt;lowest&gt;", "가장 낮음"):
        assert part in shown


def test_nothing_trained_no_section(small: Results) -> None:
    assert training.build(Evidence(small)) is None
    assert training.build(Evidence(small, (TrainingCurve("m", "candidate", ()),))) is None


def test_two_models_of_a_role_go_by_their_names(small: Results) -> None:
    curves = [TrainingCurve(name, "candidate", ((1.0, 1.0), (2.0, 0.5))) for name in ("<b>one</b>", "two")]
    built = training.build(Evidence(small, curves))
    assert built
    assert [line.title.en for line in built.charts[0].lines] == ["<b>one</b>", "two"]
    assert len(training.as_table(built).rows) == 4
    assert all("<b>" not in picture for picture in training.figures(built, "en").values())
