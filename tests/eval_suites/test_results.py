"""Tables: counts that add up, looping clips left out for all alike, and what may be compared."""

from __future__ import annotations

import dataclasses
import importlib.util
import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jiwer
import numpy as np
import pytest

from eval_suites import results
from eval_suites.compatibility import check_compatible
from eval_suites.rates import F1
from eval_suites.results import Results
from eval_suites.runner import evaluate
from eval_suites.statistics import paired_bootstrap
from eval_suites.suite import METRICS
from eval_suites.tally import COUNTS, Tally
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.files import COMPLETE
from kowhisper_tel.core.manifest import Manifest

_spec = importlib.util.spec_from_file_location("eval_suites_fake", Path(__file__).parent / "fake.py")
assert _spec is not None
assert _spec.loader is not None
fake: Any = importlib.util.module_from_spec(_spec)
sys.modules["eval_suites_fake"] = fake
_spec.loader.exec_module(fake)


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> Manifest:
    found: Manifest = fake.write_manifest(tmp_path_factory.mktemp("data"))
    return found


@pytest.fixture(scope="module")
def folder(manifest: Manifest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("results")
    evaluate(fake.specs("plain", "loopy"), manifest, fake.some_suites(), out, engine=fake.fake_engine(), seed=5)
    return out


@pytest.fixture
def loaded(folder: Path) -> Results:
    return results.load(folder)


def test_rows_are_scored_like_jiwer(loaded: Results) -> None:
    row = loaded.rows.iloc[3]
    expected = jiwer.process_characters(row["reference_norm"].replace(" ", ""), row["hypothesis_norm"].replace(" ", ""))
    errors = expected.substitutions + expected.deletions + expected.insertions
    assert row["substitutions"] + row["deletions"] + row["insertions"] == errors
    words = jiwer.process_words(row["reference_norm"], row["hypothesis_norm"])
    assert row["wer_substitutions"] + row["wer_deletions"] + row["wer_insertions"] == (
        words.substitutions + words.deletions + words.insertions
    )
    assert set(loaded.rows["tag_gender"]) == {"M", "F"}
    assert set(loaded.rows["block"]) == {"s0", "s1", "s2", "s3"}
    assert (loaded.rows["role"].unique() == ["base", "candidate"]).all()


def test_tables_sum_counts(loaded: Results) -> None:
    by_suite, by_stratum = results.table(loaded, "suite"), results.table(loaded)
    assert list(by_suite["suite"]) == ["clean", "women", "noisy_10", "noisy_0"] * 2
    assert list(by_stratum["stratum"]) == ["clean", "noisy"] * 2, "the women only repeat clean clips"
    for model in ("plain", "loopy"):
        noisy = by_suite[(by_suite["model"] == model) & (by_suite["stratum"] == "noisy")]
        row = by_stratum[(by_stratum["model"] == model) & (by_stratum["stratum"] == "noisy")].iloc[0]
        for column in ("clips", "hits", "substitutions", "deletions", "insertions", "reference_length", "loops"):
            assert row[column] == noisy[column].sum(), column
        errors = row["substitutions"] + row["deletions"] + row["insertions"]
        assert row["cer"] == errors / row["reference_length"]
        assert (row["utterances"], row["clips"], row["speakers"]) == (23, 46, 4)
        assert row["hours"] == pytest.approx(loaded.utterances["duration_s"].sum() * 2 / 3600)
        assert row["wer"] > 0
    women = by_suite[by_suite["suite"] == "women"].iloc[0]
    assert (women["clips"], women["speakers"]) == (11, 2)


def test_looping_clips_are_left_out_for_all_models_alike(loaded: Results) -> None:
    table = results.table(loaded).set_index(["model", "stratum"])
    assert table.loc[("loopy", "clean"), "loops"] == 4  # u0, u7, u14, u21
    assert table.loc[("plain", "clean"), "loops"] == 0
    assert list(table.xs("clean", level="stratum")["clips_without_loops"]) == [19, 19]
    kept = loaded.rows[(loaded.rows["suite"] == "clean") & (loaded.rows["model"] == "plain")]
    kept = kept[~kept["utterance_id"].isin(["u0", "u7", "u14", "u21"])]
    errors, length = (
        kept[list(columns)].sum().sum()
        for columns in (("substitutions", "deletions", "insertions"), ("hits", "substitutions", "deletions"))
    )
    assert table.loc[("plain", "clean"), "cer_without_loops"] == errors / length
    assert table.loc[("loopy", "clean"), "cer_without_loops"] < table.loc[("loopy", "clean"), "cer"]


def test_tables_show_every_metric_of_the_suites_at_its_own_rate(loaded: Results) -> None:
    rows, table = loaded.rows, results.table(loaded)
    assert set(METRICS) - {"loops"} <= set(table.columns)
    clean = rows[(rows["suite"] == "clean") & (rows["model"] == "plain")]
    sums = Tally(*(int(clean[f"spacing_f1_{count}"].sum()) for count in COUNTS))
    assert sums.hits
    assert table.iloc[0]["spacing_f1"] == F1.of(sums) != sums.rate
    assert table.iloc[0]["cer_plain"] == table.iloc[0]["cer"]
    assert table["digits_phone"].isna().all(), "nobody says one here"


def test_missing_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(UserError) as caught:
        results.load(tmp_path)
    assert caught.value.exit_code == 5
    assert "plan.json" in caught.value.text("ko")


def test_results_are_compared_only_with_their_like(folder: Path, loaded: Results) -> None:
    check_compatible(loaded, results.load(folder))
    other = dataclasses.replace(loaded, versions={**loaded.versions, "normaliser": "else", "metrics.cer": "0"})
    with pytest.raises(UserError) as caught:
        check_compatible(loaded, other)
    assert caught.value.facts["fields"] == "metrics.cer, normaliser"
    assert caught.value.exit_code == 4
    assert set(loaded.versions) >= {"manifest", "seed", "normaliser", "suites.clean", "metrics.cer", "metrics.loops"}


def test_rows_go_into_the_bootstrap(loaded: Results) -> None:
    rows = loaded.rows[loaded.rows["summed"]]
    plain, loopy = (rows[rows["model"] == model] for model in ("plain", "loopy"))
    interval = paired_bootstrap(plain, loopy, draws=200)
    assert (interval.blocks, interval.kind, interval.strength) == (4, "speaker", "description")
    assert interval.delta > 0
    assert paired_bootstrap(plain, loopy, draws=200, metric="wer").delta != interval.delta


def test_intervals_are_of_each_metrics_own_rate(loaded: Results) -> None:
    rows = loaded.rows[loaded.rows["summed"]]
    plain, loopy = (rows[rows["model"] == model] for model in ("plain", "loopy"))
    for metric in ("cer", "wer", "spacing_f1", "hallucination"):
        interval = paired_bootstrap(plain, loopy, draws=50, metric=metric)
        sides = results.pooled_rate(plain, metric), results.pooled_rate(loopy, metric)
        assert (interval.baseline, interval.candidate) == pytest.approx(sides), metric
        assert np.isfinite([interval.p, interval.mapsswe_p]).tolist() == [True, metric in ("cer", "wer")]
    assert paired_bootstrap(plain, loopy, draws=50, metric="spacing_f1").higher_is_better


@pytest.mark.parametrize(
    ("speaker", "call", "kind", "blocks"),
    [("as it is", None, "speaker", 4), (None, "c1", "call", 1), (None, None, "clip", 23)],
)
def test_blocks_say_what_they_are(
    folder: Path, tmp_path: Path, speaker: str | None, call: str | None, kind: str, blocks: int
) -> None:
    loaded = results.load(
        renamed(folder, tmp_path, lambda clip: {"speaker": speaker and clip["speaker"], "call": call})
    )
    assert results.block_kind(loaded.rows) == kind
    assert loaded.rows["block"].nunique() == blocks


def test_one_nameless_clip_is_enough_to_claim_less(folder: Path, tmp_path: Path) -> None:
    loaded = results.load(renamed(folder, tmp_path, lambda clip: {"speaker": None} if clip["id"] == "u3" else {}))
    assert results.block_kind(loaded.rows) == "clip"


def test_what_an_engine_lacks_is_all_deleted_and_named(folder: Path, loaded: Results, tmp_path: Path) -> None:
    def lose(line: dict[str, Any]) -> dict[str, Any]:
        lost = line["model"] == "plain" and line["utterance_id"] == "u5"
        return line | {"missing": True, "text": "not to be scored"} if lost else line

    found = results.load(rewritten(folder, tmp_path, "hypotheses.jsonl", lose))
    assert loaded.missing == ()
    suites = {row.suite for row in found.rows.itertuples() if row.utterance_id == "u5"}
    assert set(found.missing) == {("plain", suite, "u5") for suite in suites}
    assert len(found.missing) == len(suites) == 4
    rows = found.rows[found.rows["missing"]]
    assert (rows["hypothesis"] == "").all()
    assert (rows["deletions"] == rows["reference_norm"].str.replace(" ", "").str.len()).all()
    assert (rows[["hits", "substitutions", "insertions"]].to_numpy() == 0).all()
    assert not rows["loop"].any()
    table, before = (results.table(each, "suite").set_index(["model", "suite"]) for each in (found, loaded))
    assert set(table.loc["plain", "missing"]) == {1}
    assert set(table.loc["loopy", "missing"]) == {0} == set(before["missing"])
    assert (table["clips"] == before["clips"]).all()
    assert (table["reference_length"] == before["reference_length"]).all()


def test_what_was_not_decoded_yet_is_an_error(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    lines = (tmp_path / "hypotheses.jsonl").read_text(encoding="utf-8").split("\n")[:-1]
    (tmp_path / "hypotheses.jsonl").write_text("\n".join(lines[:-1]) + "\n", encoding="utf-8")
    with pytest.raises(UserError) as caught:
        results.load(tmp_path)
    assert (caught.value.exit_code, caught.value.facts["missing"]) == (5, 1)


@pytest.mark.parametrize("name", ["plan.json", "suites.json", "models.json", "utterances.jsonl", "hypotheses.jsonl"])
@pytest.mark.parametrize("content", ['{"model": \n{}\n', "[1]\n", '[{"text": "\xff"}]\n'])
def test_a_file_that_cannot_be_read_is_named(folder: Path, tmp_path: Path, name: str, content: str) -> None:
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    (tmp_path / name).write_text(content, encoding="latin-1")
    with pytest.raises(UserError) as caught:
        results.load(tmp_path)
    assert (caught.value.code, caught.value.exit_code, caught.value.facts["file"]) == ("evidence.broken", 5, name)


def test_half_a_surrogate_pair_in_a_hypothesis_is_told(folder: Path, tmp_path: Path) -> None:
    broken = rewritten(folder, tmp_path, "hypotheses.jsonl", lambda one: one | {"text": "\ud800"})
    with pytest.raises(UserError) as caught:
        results.load(broken)
    assert caught.value.code == "evidence.broken"


def test_natural_groups_show_how_many_blocks_they_are(loaded: Results) -> None:
    table = results.table(loaded, "tag_gender").set_index(["model", "tag_gender"])
    assert list(table["blocks"]) == [2, 2, 2, 2]
    assert set(table["block_kind"]) == {"speaker"}
    sums = results.table(loaded).groupby("model", sort=False)[["clips", "hits", "substitutions"]].sum()
    assert (table.groupby("model", sort=False)[["clips", "hits", "substitutions"]].sum() == sums).all(axis=None)


def renamed(folder: Path, copy: Path, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Path:
    """A copy of the evidence in which utterances were told of otherwise."""
    return rewritten(folder, copy, "utterances.jsonl", lambda clip: clip | change(clip))


def rewritten(folder: Path, copy: Path, name: str, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Path:
    """A copy of the evidence with other records in one of its files, as an evaluation would have written them."""
    shutil.copytree(folder, copy, dirs_exist_ok=True)
    (copy / COMPLETE).unlink()
    records = [json.loads(line) for line in (copy / name).read_text(encoding="utf-8").split("\n")[:-1]]
    for record in records:
        record.pop("seal", None)
    lines = [json.dumps(change(record)) + "\n" for record in records]
    (copy / name).write_text("".join(lines), encoding="utf-8")
    return copy
