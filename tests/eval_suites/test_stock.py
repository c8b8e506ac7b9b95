"""Stock tools as recognisers: the protocol, and transformers' own pipeline on a tiny model."""

from __future__ import annotations

import io
import json
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest

from eval_suites import stock
from kowhisper_tel.core.audio import RATE, write_audio


def test_each_line_is_answered_and_what_a_tool_prints_is_none(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def open_loud(folder: str, options: object) -> stock.Hear:
        print("loading …")
        return lambda file, language: f" {folder} {options} {file} {language} "

    monkeypatch.setattr(stock, "OPEN", {"loud": open_loud})
    lines = [{"id": f"u{n}", "audio": f"{n}.wav", "rate": 16000, "language": "ko"} for n in range(2)]
    monkeypatch.setattr(sys, "stdin", io.StringIO("".join(json.dumps(line) + "\n" for line in lines)))
    out = sys.stdout
    assert stock.main(["loud", "here", '{"beam_size": 1}']) == 0
    monkeypatch.setattr(sys, "stdout", out)
    answers = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
    assert answers == [{"id": f"u{n}", "text": f"here {{'beam_size': 1}} {n}.wav ko"} for n in range(2)]


def test_the_command_says_all_that_decides_the_text() -> None:
    plain = stock.command("faster-whisper", Path("a b"))
    assert plain[1:] == ["-m", "eval_suites.stock", "faster-whisper", "a b"]
    assert json.loads(stock.command("faster-whisper", Path("a"), {"beam_size": 1})[-1]) == {"beam_size": 1}
    assert set(stock.TOOLS) == set(stock.OPEN)


def test_the_pipeline_takes_the_folders_language_and_recordings_of_any_length(
    whisper_base: Path, tmp_path: Path
) -> None:
    import torch
    from transformers import WhisperConfig, WhisperForConditionalGeneration

    from kowhisper_tel.train.export import formats

    sizes = {f"{side}_{what}": 1 for side in ("encoder", "decoder") for what in ("layers", "attention_heads")}
    sizes |= {f"{side}_ffn_dim": 16 for side in ("encoder", "decoder")}
    source, out = tmp_path / "source", tmp_path / "out"
    with torch.random.fork_rng():
        torch.manual_seed(3)
        config = WhisperConfig.from_pretrained(whisper_base, d_model=8, num_hidden_layers=1, **sizes)
        WhisperForConditionalGeneration(config).save_pretrained(source)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copyfile(whisper_base / name, source / name)
    generation = json.loads((whisper_base / "generation_config.json").read_text())
    (source / "generation_config.json").write_text(json.dumps(generation | {"alignment_heads": [[0, 0]]}))
    formats.write(source, out, "safetensors")
    asked = []
    options = {"max_new_tokens": 3, "num_beams": 1}
    hear = stock.open_transformers(str(out), options)
    for name, seconds in (("short", 1), ("long", 31)):
        write_audio(tmp_path / f"{name}.wav", np.zeros(seconds * RATE, np.float32))
        asked.append(hear(str(tmp_path / f"{name}.wav"), "ko"))
    assert all(isinstance(text, str) for text in asked)
    assert hear(str(tmp_path / "short.wav"), "ko") == asked[0]
