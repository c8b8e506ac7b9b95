"""Export of the embedded whisper-base on real speech: what is exported hears the same, in stock tools too."""

from __future__ import annotations

from pathlib import Path

import pytest

from kowhisper_tel.core.manifest import Manifest
from kowhisper_tel.core.utterance import Utterance
from kowhisper_tel.train.export.export import Settings, export
from kowhisper_tel.train.export.facts import Facts
from kowhisper_tel.train.export.measure import Hearing, sample_of

CLIPS = 12


@pytest.mark.slow
def test_exports_of_whisper_base_hear_what_it_hears(whisper_base: Path, shared: Path, tmp_path: Path) -> None:
    import json

    folder = shared / "korean_talks"
    lines = (folder / "dev.jsonl").read_text(encoding="utf-8").splitlines()
    found = [json.loads(line) for line in lines]
    utterances = [Utterance(one["id"], one["audio"], text=one["text"], speaker=one["speaker"]) for one in found]
    sample = sample_of(Manifest(folder, tuple(utterances)), names=["clean", "phone_g711"], count=CLIPS)
    parity = export(
        whisper_base, tmp_path / "e", tmp_path / "p", Settings(), sample, Facts("talks", "base"),
        hearing=Hearing(device="cpu"),
    )  # fmt: skip
    rows = {row.check.name: row for row in parity.rows}
    for name in ("safetensors", "ct2-float16"):
        assert all(one.identical >= 0.9 and abs(one.delta) < 0.01 for one in rows[name].strata), name
    assert rows["ct2-int8"].disk_bytes < 0.6 * rows["ct2-float16"].disk_bytes < 0.4 * rows["safetensors"].disk_bytes
    for name, row in rows.items():
        assert row.strata or row.how_to_get, name
        assert all(one.exported < 0.6 for one in row.strata), name
        assert row.how_to_get or (row.seconds_per_second or 0) > 0
