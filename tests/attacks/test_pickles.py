"""Twenty pickles that would run code, in the places from which things are loaded: none of them runs."""

from __future__ import annotations

import gzip
import io
import json
import os
import pickle
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from eval_suites import results
from eval_suites.render_cache import RenderCache
from kowhisper_tel.config_file import load_config
from kowhisper_tel.core.audio import read_audio
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.files import is_complete, read_json_lines
from kowhisper_tel.core.manifest import Manifest
from kowhisper_tel.simulation.records import Records
from kowhisper_tel.train import checkpoints
from kowhisper_tel.train.train import CLEAN, train
from kowhisper_tel.whisper import sealed
from kowhisper_tel.whisper.model import load_model, load_tokenizer
from kowhisper_tel.whisper.resolve import resolve_model
from tests.train.dying import SETTINGS


class Evil:
    """Leaves a mark where it is unpickled."""

    def __init__(self, how: str, mark: Path) -> None:
        self.how, self.mark = how, str(mark)

    def __reduce__(self) -> tuple[Any, ...]:
        ways: dict[str, tuple[Any, ...]] = {
            "system": (os.system, (f"touch {self.mark}",)),
            "eval": (eval, (f"open({self.mark!r}, 'w').close()",)),
            "exec": (exec, (f"open({self.mark!r}, 'w').close()",)),
            "mkdir": (os.mkdir, (self.mark,)),
        }
        return ways[self.how]


def plain(evil: Evil) -> bytes:
    return pickle.dumps({"model": evil})


def ascii_(evil: Evil) -> bytes:
    return pickle.dumps(evil, protocol=0)


def zipped(evil: Evil) -> bytes:
    file = io.BytesIO()
    torch.save({"weight": torch.zeros(2), "more": evil}, file)
    return file.getvalue()


def legacy(evil: Evil) -> bytes:
    file = io.BytesIO()
    torch.save({"weight": evil}, file, _use_new_zipfile_serialization=False)
    return file.getvalue()


def array(evil: Evil) -> bytes:
    file = io.BytesIO()
    np.save(file, np.array([evil], dtype=object), allow_pickle=True)
    return file.getvalue()


def packed(evil: Evil) -> bytes:
    return gzip.compress(plain(evil))


def model(folder: Path) -> None:
    load_model(resolve_model(str(folder)))


def model_and_tokenizer(folder: Path) -> None:
    load_model(resolve_model(str(folder)))
    load_tokenizer(folder)


def cached(folder: Path) -> None:
    cache = RenderCache(folder)
    cache.path("k" * 16).parent.mkdir()
    shutil.copy(folder / "k.flac", cache.path("k" * 16))
    assert cache.get("k" * 16) is None
    assert cache.broken == 1


def on(name: str, load: Callable[[Path], object]) -> Callable[[Path], object]:
    return lambda folder: load(folder / name)


ATTACKS: dict[str, tuple[str, Callable[[Evil], bytes], str, Callable[[Path], object], bool]] = {
    "weights beside none": ("pytorch_model.bin", zipped, "system", model, True),
    "weights of old torch": ("pytorch_model.bin", legacy, "eval", model, True),
    "weights that are called safetensors": ("model.safetensors", plain, "exec", model, True),
    "zipped weights that are called safetensors": ("model.safetensors", zipped, "mkdir", model, True),
    "weights beside safetensors": ("pytorch_model.bin", zipped, "eval", model_and_tokenizer, False),
    "an adapter": ("adapter_model.bin", zipped, "system", model_and_tokenizer, False),
    "arguments of a training": ("training_args.bin", zipped, "exec", model_and_tokenizer, False),
    "a tokenizer": ("tokenizer.json", ascii_, "eval", model_and_tokenizer, True),
    "a model's config": ("config.json", plain, "mkdir", model, True),
    "a generation config": ("generation_config.json", ascii_, "exec", model, True),
    "an export's seal": ("export.json", plain, "system", sealed.check, True),
    "a manifest": ("m.jsonl", ascii_, "eval", on("m.jsonl", Manifest.read), True),
    "a wav": ("a.wav", plain, "exec", on("a.wav", read_audio), True),
    "an array that is called flac": ("a.flac", array, "system", on("a.flac", read_audio), True),
    "a packed one that is called mp3": ("a.mp3", packed, "mkdir", on("a.mp3", read_audio), True),
    "a rendering": ("k.flac", plain, "eval", cached, False),
    "records of a simulation": ("d.jsonl", plain, "exec", on("d.jsonl", Records.read), True),
    "results": ("plan.json", plain, "system", results.load, True),
    "a record of completeness": ("complete.json", plain, "mkdir", lambda folder: is_complete(folder, 1), True),
    "a config": ("my.yaml", plain, "eval", on("my.yaml", load_config), True),
}
"""The file, its form, what it does, who reads it, and whether that one must refuse it."""


def test_there_are_twenty_and_each_would_run(tmp_path: Path) -> None:
    assert len(ATTACKS) == 20
    for number, how in enumerate(("system", "eval", "exec", "mkdir")):
        mark = tmp_path / str(number)
        pickle.loads(pickle.dumps(Evil(how, mark)))
        assert mark.exists()
    torch.load(io.BytesIO(legacy(Evil("mkdir", tmp_path / "old"))), weights_only=False)
    np.load(io.BytesIO(array(Evil("mkdir", tmp_path / "array"))), allow_pickle=True)
    assert (tmp_path / "old").exists()
    assert (tmp_path / "array").exists()


@pytest.mark.parametrize("name", ATTACKS)
def test_no_pickle_runs(name: str, tiny: Path, tmp_path: Path) -> None:
    file, form, how, load, refused = ATTACKS[name]
    folder, mark = tmp_path / "folder", tmp_path / "mark"
    shutil.copytree(tiny, folder)
    if file == "pytorch_model.bin" and refused:
        (folder / "model.safetensors").unlink()
    (folder / file).write_bytes(form(Evil(how, mark)))
    if refused:
        with pytest.raises(UserError):
            load(folder)
    else:
        load(folder)
    assert not mark.exists()


@pytest.mark.parametrize(
    "text",
    [
        "name: !!python/object/apply:os.system ['touch MARK']",
        "name: !!python/object/new:os.system ['touch MARK']",
        "name: !!python/name:os.system",
        "data: !!python/module:os",
        'name: x\ndata: {corpora: [{kind: !!python/object/apply:eval [\'open("MARK", "w")\']}]}',
    ],
)
def test_no_yaml_makes_objects(text: str, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    (tmp_path / "my.yaml").write_text(text.replace("MARK", str(mark)))
    with pytest.raises(UserError) as caught:
        load_config(tmp_path / "my.yaml")
    assert caught.value.code == "config.yaml"
    tagged = text[text.index("!!") :].split("]}]")[0]
    with pytest.raises(UserError) as caught:
        load_config(None, [f"name={tagged.replace('MARK', str(mark))}"])
    assert caught.value.code == "config.override"
    assert not mark.exists()


def test_a_models_own_code_never_runs(tiny: Path, tmp_path: Path) -> None:
    folder, mark = tmp_path / "model", tmp_path / "mark"
    shutil.copytree(tiny, folder)
    code = f"open({str(mark)!r}, 'w').close()\n"
    for name in ("modeling_evil.py", "tokenization_evil.py", "configuration_evil.py"):
        (folder / name).write_text(code)
    remote = {"AutoModelForSpeechSeq2Seq": "modeling_evil.Evil", "AutoConfig": "configuration_evil.Evil"}
    for name, more in (("config.json", remote), ("tokenizer_config.json", {"AutoTokenizer": ["tokenization_evil.E"]})):
        record = json.loads((folder / name).read_text())
        (folder / name).write_text(json.dumps(record | {"auto_map": more, "trust_remote_code": True}))
    model_and_tokenizer(folder)
    assert not mark.exists()


@pytest.mark.parametrize(
    "name", ["rng_state.pth", *(pytest.param(n, marks=pytest.mark.slow) for n in ("optimizer.pt", "scheduler.pt"))]
)
def test_no_checkpoint_runs_code_even_where_its_seal_is_right(
    name: str, tiny: Path, corpus: Manifest, tmp_path: Path
) -> None:
    """Whoever can write into the folder can seal it again; ``weights_only`` still refuses what is no number."""
    out, mark = tmp_path / "out", tmp_path / "mark"
    settings = replace(SETTINGS, save_steps=2, dev_utterances=0)

    def stop(step: int, steps: int, note: str) -> None:
        if step == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(tiny, corpus, None, CLEAN, out, settings, seed=1, progress=stop)
    (checkpoint,) = (out / "checkpoints").glob("checkpoint-*")
    inputs = json.loads((checkpoint / checkpoints.SEAL).read_text())["inputs"]
    (checkpoint / name).write_bytes(zipped(Evil("system", mark)))
    checkpoints.seal(checkpoint, inputs)
    with pytest.raises(UserError) as caught:
        train(tiny, corpus, None, CLEAN, out, settings, seed=1, resume=True)
    assert caught.value.code == "train.checkpoint_unsafe"
    assert not mark.exists()


def test_lines_are_data(tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").write_bytes(ascii_(Evil("mkdir", tmp_path / "mark")))
    with pytest.raises(ValueError, match="damaged"):
        read_json_lines(tmp_path / "x.jsonl")
    assert not (tmp_path / "mark").exists()
