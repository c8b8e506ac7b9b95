"""Naughty strings as ids, labels, speakers, tags, names of runs and of files: none is lost, none leads outside."""

from __future__ import annotations

import json
import logging
import unicodedata
from pathlib import Path

import numpy as np
import pytest

from kowhisper_tel.commands.simulate import simulate
from kowhisper_tel.config import Config
from kowhisper_tel.core.audio import write_audio
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.files import append_lines, read_json_lines
from kowhisper_tel.core.manifest import Manifest
from kowhisper_tel.data.corpus import CorpusSpec
from kowhisper_tel.data.leaks.weed import LeakRules
from kowhisper_tel.data.prepare import prepare
from kowhisper_tel.data.split import SplitSpec
from kowhisper_tel.korean.normalise import normalise
from tests.reports import hostile

STRINGS = tuple(dict.fromkeys((*hostile.NAUGHTY, *hostile.OWN)))
OUT = ("out", "simulated")


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    """One utterance for each string, which is its id, label, speaker and tag; the last has a recording too."""
    folder = tmp_path / "in"
    write_audio(folder / "a.wav", np.random.default_rng(0).normal(0, 0.1, 800).astype(np.float32))
    line = {"audio": "a.wav", "start_s": 0.0, "end_s": 0.04}
    lines = [line | {"id": text or "(none)", "text": text, "speaker": text, "tags": {"note": text}} for text in STRINGS]
    path = folder / "m.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return path


def outside(tmp_path: Path) -> dict[str, bytes]:
    files = (path for path in tmp_path.rglob("*") if path.is_file())
    return {str(path): path.read_bytes() for path in files if path.relative_to(tmp_path).parts[0] not in OUT}


def test_there_are_more_than_five_hundred() -> None:
    assert len(hostile.NAUGHTY) + len(hostile.OWN) + len(hostile.LONE) == 537
    assert len(STRINGS) >= 515


def test_none_is_lost_by_prepare_and_none_leads_outside(manifest: Path, tmp_path: Path) -> None:
    before = outside(tmp_path)
    prepared = prepare(
        [CorpusSpec("manifest", str(manifest), "train")], tmp_path / "out", split=SplitSpec.parse("8:2"), seed=1,
        max_reject_share=1.0, check_audio=False, leaks=LeakRules("off", "off"),
    )  # fmt: skip
    kept = {utterance.id for utterance in Manifest.read(prepared.manifests["train"])}
    rejected = [line["id"] for line in read_json_lines(prepared.folder / "rejects.jsonl")]
    assert prepared.summary["read"] == len(STRINGS) == len(kept) + len(rejected)
    assert outside(tmp_path) == before


def test_none_is_lost_by_simulate_and_none_leads_outside(manifest: Path, tmp_path: Path) -> None:
    few = "\n".join(manifest.read_text("utf-8").split("\n")[::8]) + "\n"
    manifest.write_text(few, encoding="utf-8")
    before = outside(tmp_path)
    outcome = simulate(manifest, tmp_path / "simulated", channel="wheels_only", seed=1)
    assert outcome.read == few.count('"id"')
    assert outside(tmp_path) == before


def test_no_string_is_a_run_outside_its_folder(tmp_path: Path) -> None:
    runs, refused = tmp_path / "runs", 0
    for text in (*STRINGS, *hostile.LONE, "..", ".", "a/..", "../x", "x\n", "/etc"):
        try:
            name = Config(name=text, data={"corpora": [{"kind": "demo"}]}).name  # type: ignore[arg-type]
        except ValueError:
            refused += 1
            continue
        assert (runs / name).resolve().parent == runs.resolve()
        assert not any(unicodedata.category(sign) == "Cc" for sign in name)
    assert refused > 100


def test_every_string_is_normalised_once_and_for_all() -> None:
    for text in STRINGS:
        assert normalise(normalise(text)) == normalise(text)


def test_every_string_survives_a_sealed_line(tmp_path: Path) -> None:
    append_lines(tmp_path / "x.jsonl", ({"text": text, "seal": text} for text in STRINGS))
    assert [line["text"] for line in read_json_lines(tmp_path / "x.jsonl")] == list(STRINGS)


def test_no_label_is_logged(
    manifest: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    secret = "고객님의 비밀번호는 사칠이구"
    line = {"id": "u", "audio": "a.wav", "start_s": 0.0, "end_s": 0.04}
    lines = [line | {"text": secret}, line | {"id": "v", "text": f"{secret} [모르는 표시"}, line | {"id": "u"}]
    manifest.write_text("".join(json.dumps(one) + "\n" for one in lines), encoding="utf-8")
    with caplog.at_level(logging.DEBUG):
        try:
            prepare(
                [CorpusSpec("manifest", str(manifest), "train")], tmp_path / "out", split=SplitSpec.parse("8:2"),
                seed=1, max_reject_share=1.0, check_audio=False, leaks=LeakRules("off", "off"),
            )  # fmt: skip
        except UserError as problem:
            print(problem.text("ko"), problem.text("en"))
    said = capfd.readouterr()
    assert secret not in caplog.text + said.out + said.err
