"""The ablation's rows can be trained, and its table says what was heard."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from benchmarks.ablation import ALL, BASE, CONTROL, EVERY, ROWS, Row, counted, table
from kowhisper_tel.commands.channels import training_mixture
from kowhisper_tel.config_file import load_config

CONFIG = Path(__file__).parents[2] / "configs" / "korean_talks.yaml"


@pytest.mark.parametrize("row", [row for row in ROWS if row.changes], ids=lambda row: row.name)
def test_a_row_is_the_config_with_something_changed(row: Row, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPEECH", "speech")
    whole, changed = (load_config(CONFIG, [*EVERY, *more]) for more in ((), row.changes))
    assert whole.train is not None
    assert changed.train is not None
    assert whole.train != changed.train
    assert whole.model_copy(update={"train": None}) == changed.model_copy(update={"train": None})
    assert training_mixture(changed.train).parts


def test_what_a_row_is_compared_with_is_a_row() -> None:
    assert {row.against for row in ROWS} <= {row.name for row in ROWS}


def test_the_table_has_each_rows_change(tmp_path: Path) -> None:
    wrong = {BASE: 6, CONTROL: 4, ALL: 2}
    scored = pd.DataFrame(
        {
            "model": model, "suite": stratum, "stratum": stratum, "utterance_id": f"{speaker}", "speaker": f"{speaker}",
            "block": f"{speaker}", "block_kind": "speaker", "hits": 20 - errors - speaker % 2,
            "substitutions": errors + speaker % 2, "deletions": 0, "insertions": 0, "loop": model == BASE,
        }
        for model, errors in wrong.items()
        for stratum in ("clean", "phone", "noisy")
        for speaker in range(12)
    )  # fmt: skip
    file = tmp_path / "counts.csv"  # as it is kept between two calls
    counted(scored).assign(minutes=lambda sums: sums["model"].map({ALL: 34.6})).to_csv(file, index=False)
    found = table([row for row in ROWS if row.name in wrong], pd.read_csv(file, dtype={"block": str}))
    base, control, phone = (line.strip("| ").split(" | ") for line in found.splitlines()[2:])
    assert [line[0] for line in (base, control, phone)] == list(wrong)
    assert base[1:5] == ["32.5 (+10.0 [+10.0, +10.0])"] * 3 + ["36"]
    assert control[1] == "22.5"
    assert phone[2] == "12.5 (-10.0 [-10.0, -10.0])"
    assert phone[4:] == ["0", "35", CONTROL]
