"""Bad configs: each refused with its code, its place and what was found, in both languages; nothing is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from kowhisper_tel.config_file import load_config
from kowhisper_tel.core.errors import UserError

DATA = "name: x\ndata: {corpora: [{kind: demo}]}\n"
ENTRIES = {
    "trian: {}": ("entry_near", "trian"),
    "zzz: 1": ("entry_unknown", "zzz"),
    "evaluate: {qqqqqq: 1}": ("entry_unknown", "evaluate.qqqqqq"),
    "train: {lora: {lora_alhpa: 1}}": ("entry_near", "train.lora.lora_alhpa"),
    "train: {clean_share: 3}": ("entry_range", "train.clean_share"),
    "train: {clean_share: -0.1}": ("entry_range", "train.clean_share"),
    "train: {learning_rate: 0}": ("entry_range", "train.learning_rate"),
    "train: {num_train_epochs: 0}": ("entry_range", "train.num_train_epochs"),
    "train: {warmup_ratio: 1}": ("entry_range", "train.warmup_ratio"),
    "train: {save_steps: 0}": ("entry_range", "train.save_steps"),
    "train: {dataloader_num_workers: -1}": ("entry_range", "train.dataloader_num_workers"),
    "train: {lora: {r: 0}}": ("entry_range", "train.lora.r"),
    "train: {lora: {lora_dropout: 1}}": ("entry_range", "train.lora.lora_dropout"),
    "evaluate: {batch_size: 0}": ("entry_range", "evaluate.batch_size"),
    "evaluate: {limit: 0}": ("entry_range", "evaluate.limit"),
    "evaluate: {open_models: 0}": ("entry_range", "evaluate.open_models"),
    "evaluate: {decoding: {beam_size: 0}}": ("entry_range", "evaluate.decoding.beam_size"),
    "evaluate: {decoding: {tail_s: 31}}": ("entry_range", "evaluate.decoding.tail_s"),
    "seed: -1": ("entry_range", "seed"),
    "seed: one": ("entry_form", "seed"),
    "seed: 1.5": ("entry_form", "seed"),
    "seed: [1]": ("entry_form", "seed"),
    "seed: null": ("entry_form", "seed"),
    "model: 5": ("entry_form", "model"),
    "model: {a: b}": ("entry_form", "model"),
    "train: yes please": ("entry_form", "train"),
    "evaluate: [clean]": ("entry_form", "evaluate"),
    "evaluate: {suites: clean}": ("entry_form", "evaluate.suites"),
    "evaluate: {cost: maybe}": ("entry_form", "evaluate.cost"),
    "train: {learning_rate: fast}": ("entry_form", "train.learning_rate"),
    "train: {batch_seconds: .inf}": ("entry_finite", "train.batch_seconds"),
    "train: {learning_rate: .nan}": ("entry_finite", "train.learning_rate"),
    "gate: {margin: .inf}": ("entry_finite", "gate.margin"),
    "evaluate: {size: huge}": ("entry_choice", "evaluate.size"),
    "evaluate: {engine: tensorrt}": ("entry_choice", "evaluate.engine"),
    "evaluate: {device: tpu}": ("entry_choice", "evaluate.device"),
    "train: {precision: fp8}": ("entry_choice", "train.precision"),
    "train: {tune: head}": ("entry_choice", "train.tune"),
    "train: {lr_scheduler_type: zigzag}": ("entry_choice", "train.lr_scheduler_type"),
    "name: a/b": ("entry_pattern", "name"),
    "name: ''": ("entry_pattern", "name"),
    "name: ..": ("entry", "name"),
    "evaluate: {suites: []}": ("entry_length", "evaluate.suites"),
    "evaluate: {models: []}": ("entry_length", "evaluate.models"),
    "train: {controls: [clean, clean]}": ("entry_length", "train.controls"),
    "evaluate: {models: [{name: a}]}": ("entry", "evaluate.models.0"),
    "evaluate: {models: [{name: a, model: b, url: c}]}": ("entry", "evaluate.models.0"),
}
"""One more line of a config that is right without it: the code of its problem, and its place."""
WHOLE = {
    "name: x": ("config.invalid", "data"),
    "a: [": ("config.yaml", "line"),
    "- a\n- b": ("config.yaml", "key"),
    "seed: 1\nseed: 2": ("config.yaml", "twice"),
    "name: !!python/object/apply:os.getcwd []": ("config.yaml", "python"),
    "a: &a [*a]": ("config.yaml", "aliases"),
    "a: &a {b: *a}": ("config.yaml", "aliases"),
    "a: &a [x, x, x, x, x, x, x, x, x, x]\n"
    + "".join(
        f"{new}: &{new} [{', '.join(['*' + old] * 10)}]\n" for old, new in zip("abcdef", "bcdefg", strict=True)
    ): ("config.yaml", "aliases"),
    "a: " + "[" * 1000: ("config.yaml", ""),
    "model: ${KOWHISPER_NO_SUCH_VARIABLE}": ("config.variable", "KOWHISPER_NO_SUCH_VARIABLE"),
}


def refused(text: str, folder: Path) -> UserError:
    (folder / "my.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(UserError) as caught:
        load_config(folder / "my.yaml")
    assert [path.name for path in folder.iterdir()] == ["my.yaml"]
    assert caught.value.exit_code == 2
    return caught.value


def test_there_are_fifty() -> None:
    assert len(ENTRIES) + len(WHOLE) >= 50


@pytest.mark.parametrize("text", ENTRIES)
def test_a_bad_entry_is_refused_by_its_code(text: str, tmp_path: Path) -> None:
    code, place = ENTRIES[text]
    rest = DATA.removeprefix("name: x\n") if text.startswith("name") else DATA
    problem = refused(rest + text + "\n", tmp_path)
    assert problem.code == "config.invalid"
    (entry,) = problem.facts["problems"]
    assert (entry.code, entry.facts["place"]) == (f"config.{code}", place)
    for language in ("en", "ko"):
        assert f"  {place}: " in problem.text(language)
    assert problem.text("en") != problem.text("ko")


@pytest.mark.parametrize("text", WHOLE)
def test_a_bad_file_is_refused_by_its_code(text: str, tmp_path: Path) -> None:
    code, named = WHOLE[text]
    problem = refused(text, tmp_path)
    assert problem.code.startswith(code)
    assert named in problem.text("en")
    assert problem.text("ko")


def test_no_config_at_all(tmp_path: Path) -> None:
    (tmp_path / "my.yaml").write_bytes(b"\xff\xfe\x00name")
    with pytest.raises(UserError) as caught:
        load_config(tmp_path / "my.yaml")
    assert caught.value.code == "config.yaml"
    with pytest.raises(UserError) as caught:
        load_config(tmp_path)
    assert caught.value.code == "config.missing"
