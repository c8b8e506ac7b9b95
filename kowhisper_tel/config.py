"""The configuration of a run: pydantic models with the defaults. Without a file, ``demo.yaml`` beside this one is read.

One YAML file is checked against these models; an unknown key is an error that suggests the near one. Names match
Hugging Face training arguments where the meaning is the same. The rooms below take plain arguments, never this.
"""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from kowhisper_tel.core.errors import UserError

DEMO = Path(__file__).with_name("demo.yaml")
"""The config of the embedded demo."""

Split = Literal["train", "dev", "test"]


class Section(BaseModel):
    """A part of the config: frozen, and closed to unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, protected_namespaces=())


class Corpus(Section):
    """One source of labelled speech."""

    kind: str = Field(description="importer, e.g. aihub_571, folder or manifest; `prepare --describe DIR` proposes one")
    path: str | None = Field(None, description="file, folder or hub id; relative to the config file")
    split: Split | None = Field(None, description="put all of it here; without it, `data.split` divides the speakers")
    limit: int | None = Field(None, ge=1, description="keep a seeded random sample of this many utterances")
    options: dict[str, Any] = Field({}, description="the importer's own options, e.g. raw_rate: 8000")


class Long(Section):
    """Whole calls with a transcript but no times: aligned by Whisper, and cut at pauses."""

    align: bool = Field(True, description="false: what is longer than 30 s and has no times is rejected")
    model: str = Field("builtin/whisper-base", description="the model that aligns: builtin/…, a folder or a hub id")
    min_confidence: float = Field(
        0.3, ge=0, le=1, description="a piece whose text fits worse is rejected; 0: nearly none"
    )
    max_reject_share: float = Field(
        0.5, ge=0, le=1, description="stop where more of the transcripts' words are rejected than this"
    )
    most_s: float = Field(20.0, ge=5, le=30, description="longest piece, in seconds")
    quantisation: str = Field("int8", description="int8, float16, float32, …")
    device: Literal["cpu", "cuda"] = Field("cpu", description="where the aligning model runs")


class Data(Section):
    """Where the speech comes from and how it is divided."""

    corpora: list[Corpus] = Field(min_length=1, description="sources, read in this order")
    split: str | dict[str, float] = Field("8:1:1", description="train:test (8:2) or train:dev:test (8:1:1), or shares")
    split_by: Literal["speaker", "call", "utterance"] = Field("speaker", description="what may not be on both sides")
    stratify_by: list[str] = Field(
        [], description="tags whose values are divided by the same shares, e.g. [gender, age]"
    )
    lists: dict[Split, str] = Field({}, description="files of ids or audio paths: those are just that split")
    overlap: Literal["fail", "drop"] = Field(
        "fail", description="other utterances of the speakers in `lists`: stop, or leave them out"
    )
    leaks: Literal["fail", "drop", "report", "off"] = Field(
        "fail",
        description="a recording, or its copy, in train and in dev or test: stop, leave train's out, list it",
    )
    sentences: Literal["fail", "drop", "report", "off"] = Field(
        "drop", description="a sentence of 12 syllables or more (or nearly the same) in train and in dev or test"
    )
    long: Long | None = Field(None, description="whole calls: `{}` aligns and cuts them; without it they are rejected")
    check_audio: bool = Field(
        True, description="false: no recording is opened, lengths are as the corpus states them (needs `leaks: off`)"
    )
    max_reject_share: float = Field(0.1, ge=0, le=1, description="stop where more of the input is rejected than this")


class Lora(Section):
    """Low-rank adapters in place of full tuning."""

    r: int = Field(32, ge=1, description="rank")
    lora_alpha: int = Field(64, ge=1, description="scale")
    lora_dropout: float = Field(0.0, ge=0, lt=1, description="dropout before the adapter")


class Train(Section):
    """Fine-tuning. The control `clean` has the same data and budget, without telephone augmentation."""

    controls: list[Literal["clean"]] = Field(["clean"], max_length=1, description="control models trained beside")
    channels: str | list[dict[str, Any]] = Field(
        "wheels_only",
        description="a preset, or a file like one, or parts of {share, channel}; drawn for each utterance",
    )
    clean_share: float = Field(0.3, ge=0, le=1, description="share of utterances that go through no channel")
    num_train_epochs: int = Field(3, ge=1, description="times each utterance is heard")
    learning_rate: float = Field(2e-5, gt=0, description="AdamW's peak rate")
    lr_scheduler_type: Literal["linear", "cosine", "constant"] = Field("linear", description="after the warm-up")
    warmup_ratio: float = Field(0.1, ge=0, lt=1, description="share of steps that the rate rises")
    weight_decay: float = Field(0.01, ge=0, description="AdamW's")
    max_grad_norm: float = Field(1.0, gt=0, description="gradient clipping")
    label_smoothing_factor: float = Field(0.0, ge=0, lt=1, description="label smoothing")
    batch_seconds: float = Field(120.0, gt=0, description="seconds of audio in one step")
    window_s: tuple[float, float] = Field((4.0, 30.0), description="shortest and longest window drawn, in seconds")
    timestamp_share: float = Field(0.5, ge=0, le=1, description="share of windows labelled with timestamps")
    precision: Literal["auto", "fp32", "bf16"] = Field("auto", description="auto: bf16 where the machine has it")
    gradient_checkpointing: bool = Field(False, description="less memory, more time")
    freeze_embeddings: bool = Field(False, description="leave the token embeddings (and output projection) as they are")
    lora: Lora | None = Field(None, description="adapters in place of full tuning")
    save_steps: int = Field(50, ge=1, description="a checkpoint each so many steps")
    dev_utterances: int = Field(24, ge=0, description="dev utterances decoded for the CER curve; 0: none")
    dataloader_num_workers: int = Field(1, ge=0, description="processes that render and window the audio")

    @field_validator("window_s")
    @classmethod
    def _windows_fit_whisper(cls, window_s: tuple[float, float]) -> tuple[float, float]:
        if not 0 < window_s[0] <= window_s[1] <= 30:
            raise ValueError("two lengths in seconds, the shorter first, at most 30")
        return window_s


class Decoding(Section):
    """How every model is decoded."""

    tail_s: float = Field(1.0, ge=0, le=30, description="seconds of silence after the audio in a fit window")
    beam_size: int = Field(1, ge=1, description="1 is greedy")
    compression_ratio_threshold: float = Field(2.4, gt=1, description="a hypothesis above it is decoded again")


class Evaluate(Section):
    """The stratified test."""

    suites: list[str] = Field(["clean", "phone", "noisy", "speaker"], min_length=1, description="suites by name")
    limit: int | None = Field(None, ge=1, description="test on a seeded random sample of this many utterances")
    noise: str | list[str] | None = Field(None, description="noise files or a folder; without it, synthetic noise")
    engine: Literal["ctranslate2", "transformers"] = Field("ctranslate2", description="one engine serves all models")
    quantisation: str = Field("int8", description="int8, float16, float32, … (CTranslate2 only)")
    device: Literal["auto", "cpu", "cuda"] = Field("auto", description="auto: the GPU where there is one")
    batch_size: int = Field(16, ge=1, description="clips decoded together")
    decoding: Decoding = Field(Decoding(), description="decoding options")


class Gate(Section):
    """When a change is a regression."""

    least_effect: float = Field(0.005, ge=0, description="CER loss below this is no regression (0.005 = 0.5 point)")
    confidence: float = Field(0.95, gt=0.5, lt=1, description="of the interval")
    draws: int = Field(10_000, ge=100, description="bootstrap draws")


class Config(Section):
    """Everything a run needs. ``name`` and ``data.corpora`` have no default."""

    name: str = Field(pattern=r"^[\w.-]+$", description="the run's folder in `runs`")
    runs: str = Field("runs", description="the folder of all runs, relative to where the command is given")
    seed: int = Field(7, ge=0, description="the only source of randomness")
    model: str = Field("builtin/whisper-base", description="the base model: builtin/…, a folder or a hub id")
    data: Data = Field(description="corpora and split")
    train: Train = Field(Train(), description="fine-tuning")
    evaluate: Evaluate = Field(Evaluate(), description="suites and engine")
    gate: Gate = Field(Gate(), description="regression rule")

    @field_validator("name")
    @classmethod
    def _no_dots_alone(cls, name: str) -> str:
        if not name.strip("."):
            raise ValueError("a run's name needs a letter or a digit")
        return name


def load_config(path: Path | None = None, overrides: Sequence[str] = ()) -> Config:
    """The config of a YAML file (or the embedded demo's), with ``a.b=c`` overrides.

    ``${NAME}`` in a value is replaced by the environment variable; relative corpus, noise and model paths are taken
    from the config file's folder. Raises ``UserError``: ``config.missing``, ``config.yaml``, ``config.invalid``,
    ``config.variable``, ``config.override``.
    """
    values = _read_yaml(path or DEMO)
    for override in overrides:
        _override(values, override)
    values = _expand(values)
    try:
        config = Config.model_validate(values)
    except ValidationError as problems:
        raise UserError("config.invalid", path=path or "(demo)", problems=_explain(problems)) from None
    return _anchor(config, path.parent if path else Path())


class _Loader(yaml.SafeLoader):
    """YAML in which ``8:2`` is text, as YAML 1.2 has it; YAML 1.1 took it for a number to the base of 60, 482."""

    def number(self, node: yaml.ScalarNode) -> Any:
        construct = yaml.SafeLoader.yaml_constructors[node.tag]
        return node.value if ":" in node.value else construct(self, node)


for _tag in ("int", "float"):
    _Loader.add_constructor(f"tag:yaml.org,2002:{_tag}", _Loader.number)


def _read_yaml(path: Path) -> dict[str, Any]:
    if not path.is_file():
        raise UserError("config.missing", path=path)
    try:
        values = yaml.load(path.read_text(encoding="utf-8-sig"), _Loader)
    except (yaml.YAMLError, UnicodeDecodeError) as problem:
        raise UserError("config.yaml", path=path, problem=problem) from None
    if values is not None and not isinstance(values, dict):
        raise UserError("config.yaml", path=path, problem="the file must hold `key: value` lines")
    return values or {}


def _override(values: dict[str, Any], override: str) -> None:
    """Set ``a.b=c`` (list items by number: ``data.corpora.0.limit=20``), the value read as YAML."""
    keys, sign, text = override.partition("=")
    if not sign or not keys:
        raise UserError("config.override", override=override, problem="no `=`")
    node: Any = values
    *parents, last = keys.split(".")
    try:
        for key in parents:
            if isinstance(node, list):
                node = node[int(key)]
            else:
                node[key] = node.get(key) or {}  # `train:` with nothing under it is None in YAML
                node = node[key]
        node[int(last) if isinstance(node, list) else last] = yaml.load(text, _Loader)
    except (ValueError, IndexError, AttributeError, TypeError, yaml.YAMLError) as problem:
        raise UserError("config.override", override=override, problem=problem) from None


def _expand(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _expand(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_expand(item) for item in value]
    return re.sub(r"\$\{(\w+)\}", _variable, value) if isinstance(value, str) else value


def _variable(match: re.Match[str]) -> str:
    value = os.environ.get(match[1])
    if value is None:
        raise UserError("config.variable", variable=match[1])
    return value


def _explain(problems: ValidationError) -> str:
    """One line a problem: where, what, and the near name for an unknown key."""
    lines = []
    for problem in problems.errors():
        place = ".".join(str(part) for part in problem["loc"])
        if problem["type"] == "extra_forbidden":
            known = _known_keys(problem["loc"][:-1])
            near = difflib.get_close_matches(str(problem["loc"][-1]), known, 1, 0.5)
            lines.append(
                f"{place}: unknown key. {f'Did you mean {near[0]}?' if near else 'Known: ' + ', '.join(known)}"
            )
        else:
            lines.append(f"{place}: {problem['msg']} (found {problem['input']!r})")
    return "\n".join(f"  {line}" for line in lines)


def _known_keys(place: Sequence[int | str]) -> list[str]:
    section: type[BaseModel] = Config
    for part in place:
        if isinstance(part, str) and part in section.model_fields:
            section = _section_of(section.model_fields[part].annotation) or section
    return list(section.model_fields)


def _section_of(annotation: Any) -> type[BaseModel] | None:
    """The config section inside an annotation such as ``list[Corpus]`` or ``Lora | None``."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    inner = (_section_of(argument) for argument in getattr(annotation, "__args__", ()))
    return next((section for section in inner if section), None)


def _anchor(config: Config, folder: Path) -> Config:
    """The same config with relative paths that exist beside the config file made absolute."""

    def place(name: str) -> str:
        return str((folder / name).resolve()) if (folder / name).exists() else name

    def files(value: Any) -> Any:
        """A preset's file, or a corpus's layout."""
        return place(value) if isinstance(value, str) and value.endswith((".yaml", ".yml")) else value

    def sources(value: Any) -> Any:
        """Noise sources (``folder:PATH``, ``file:PATH``) anywhere inside channels, or a preset's file."""
        if isinstance(value, dict):
            return {key: sources(item) for key, item in value.items()}
        if isinstance(value, list):
            return [sources(item) for item in value]
        kind, colon, name = value.partition(":") if isinstance(value, str) else ("", "", "")
        return f"{kind}:{place(name)}" if colon and kind in ("folder", "file") else files(value)

    def path(name: str) -> str:
        """A synthetic noise is a bare name; a path has a slash or a prefix."""
        return place(name) if "/" in name and ":" not in name else sources(name)

    noise = config.evaluate.noise
    if noise is not None:
        noise = path(noise) if isinstance(noise, str) else [path(name) for name in noise]
    corpora = [
        c.model_copy(update={"path": c.path and place(c.path), "options": {k: files(v) for k, v in c.options.items()}})
        for c in config.data.corpora
    ]
    lists = {split: place(name) for split, name in config.data.lists.items()}
    long = config.data.long
    if long and not long.model.startswith("builtin/"):
        long = long.model_copy(update={"model": place(long.model)})
    return config.model_copy(
        update={
            "model": place(config.model) if not config.model.startswith("builtin/") else config.model,
            "data": config.data.model_copy(update={"corpora": corpora, "lists": lists, "long": long}),
            "train": config.train.model_copy(update={"channels": sources(config.train.channels)}),
            "evaluate": config.evaluate.model_copy(update={"noise": noise}),
        }
    )


def dump_config(config: Config) -> str:
    """The resolved config as YAML that ``load_config`` reads back."""
    return yaml.safe_dump(config.model_dump(mode="json"), allow_unicode=True, sort_keys=False)
