"""What ``--list`` says."""

from __future__ import annotations

import json
import re

import pytest

from augment import codecs, effects, libraries, presets
from kowhisper_tel.commands.simulate import inventory


def test_everything_is_listed_in_aligned_columns() -> None:
    text = inventory()
    for name in (*presets.names(), *effects.names(), *codecs.names()):
        assert re.search(rf"^  {re.escape(name)} ", text, re.M), name
    table = text[text.index("codecs\n") :].splitlines()[1:]
    column = table[0].index("backend")
    assert all(line[column - 1] == " " and line[column] != " " for line in table)
    line = next(line for line in table if "amr-nb-12.2 " in line)
    assert line.split()[:5] == ["amr-nb-12.2", "12.20", "8000", "20", "4.9"]
    assert "libopencore-amrnb" in line
    assert "Noise over the whole clip" in text


def test_backends_and_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(libraries, "load", lambda name: None)
    rows = {row["name"]: row for row in json.loads(inventory(as_json=True))["codecs"]}
    assert rows["g711-a"]["backend"] == "numpy"
    assert rows["g722-64"]["backend"] == "FFmpeg in PyAV"
    assert rows["g729a"]["backend"] == "libbcg729"
    assert rows["evs-24.4"]["backend"] == "none"
    assert rows["g711-a"]["state"] == "available"
    assert rows["g729a"]["state"] == "missing: apt-get install libbcg729-0"
    preset = json.loads(inventory(as_json=True))["presets"]
    assert all("amr-nb" in row["state"] for row in preset if row["name"] == "wheels_only")
