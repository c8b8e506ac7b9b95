"""The configuration of a run: pydantic models with the defaults; ``config_file`` reads and writes them.

One YAML file is checked against these models; an unknown key is an error that suggests the near one. Names match
Hugging Face training arguments where the meaning is the same. The rooms below take plain arguments, never this.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from kowhisper_tel.train.hearing import Severity, as_points
from kowhisper_tel.train.recipes import recipes

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
    target_modules: list[str] = Field(
        ["q_proj", "k_proj", "v_proj", "out_proj", "fc1", "fc2"], min_length=1, description="layers with an adapter"
    )
    base_quantisation: Literal["8bit", "4bit"] | None = Field(
        None, description="hold the frozen base in 8 or 4 bits (GPU, bitsandbytes)"
    )


class SpecAugment(Section):
    """Parts of the features wiped out, drawn anew for each window and epoch."""

    bands: int = Field(1, ge=0, description="masks over mel bins, each window")
    band_bins: int = Field(10, ge=0, le=128, description="widest of them, in mel bins")
    stretches: float = Field(1, ge=0, description="masks over time, each 10 s")
    stretch_s: float = Field(0.3, ge=0, le=30, description="longest of them, in seconds")
    telephone_share: float = Field(
        0.0, ge=0, le=1, description="share of windows that lose the bands outside a telephone's"
    )


class ForgettingBudget(Section):
    """Points of percent that a tuned model may be worse than the base on dev; null: as many as it likes."""

    clean: float | None = Field(3.0, description="CER of clips as recorded")
    timestamps: float | None = Field(15.0, description="F1 of segment boundaries at pauses")
    longform: float | None = Field(5.0, description="CER of a joined call")
    language: float | None = Field(10.0, description="share of clips whose language is recognised")
    nospeech: float | None = Field(20.0, description="share of clips without speech in which something is written")


class Train(Section):
    """Fine-tuning. The control `clean` has the same data and budget, without telephone augmentation."""

    recipe: str | None = Field(
        None, description="settings for a size and a memory, e.g. small-16gb or large-v3-24gb; those given here win"
    )
    controls: list[Literal["clean"]] = Field(["clean"], max_length=1, description="control models trained beside")
    channels: str | list[dict[str, Any]] = Field(
        "wheels_only",
        description="a preset, or a file like one, or parts of {share, channel}; drawn for each utterance",
    )
    clean_share: float = Field(0.3, ge=0, le=1, description="share of utterances that go through no channel")
    severity: Severity = Field(
        1.0,
        description="factor 0..1 on the share that goes through a channel, or points [[progress 0..1, factor], ...]",
    )
    noise: str | list[str] | None = Field(
        None, description="noise files or folders, as the channels' background beside synthetic noise"
    )
    noise_share: float = Field(0.5, gt=0, le=1, description="share of background noises that are from `noise`")
    voice_share: float = Field(0.0, ge=0, le=1, description="share of utterances heard in a changed voice")
    babble_share: float = Field(0.0, ge=0, le=1, description="share with other speakers' utterances behind it")
    babble_snr_db: tuple[float, float] = Field((5.0, 20.0), description="speech over babble in dB, from and to")
    spec_augment: SpecAugment | None = Field(None, description="parts of the features wiped out; `{}`: as usual")
    num_train_epochs: int = Field(3, ge=1, description="times each utterance is heard")
    learning_rate: float = Field(2e-5, gt=0, description="AdamW's peak rate")
    lr_scheduler_type: Literal["linear", "cosine", "constant"] = Field("linear", description="after the warm-up")
    warmup_ratio: float = Field(0.1, ge=0, lt=1, description="share of steps that the rate rises")
    weight_decay: float = Field(0.01, ge=0, description="AdamW's")
    max_grad_norm: float = Field(1.0, gt=0, description="gradient clipping")
    label_smoothing_factor: float = Field(0.0, ge=0, lt=1, description="label smoothing")
    batch_seconds: float = Field(120.0, gt=0, description="seconds of audio in one batch")
    gradient_accumulation_steps: int = Field(1, ge=1, description="batches in one step")
    window_s: tuple[float, float] = Field((4.0, 30.0), description="shortest and longest window drawn, in seconds")
    timestamp_share: float = Field(0.5, ge=0, le=1, description="share of windows labelled with timestamps")
    windows: Literal["drawn", "packed", "padded"] = Field(
        "drawn", description="drawn: of lengths in `window_s`; packed: 30 s; padded: one utterance in 30 s, as is usual"
    )
    previous_share: float = Field(
        0.1, ge=0, le=1, description="share of windows with the text before, if calls are known"
    )
    full_share: float = Field(0.03, ge=0, le=0.5, description="share of windows with one short utterance in 30 s")
    nospeech_share: float = Field(0.05, ge=0, le=0.5, description="share of windows in which nobody speaks")
    tune: Literal["all", "encoder", "decoder"] = Field("all", description="which half is trained")
    freeze_layers: int = Field(0, ge=0, description="so many first encoder layers stay as they are")
    precision: Literal["auto", "fp32", "bf16", "fp16"] = Field(
        "auto", description="auto: bf16 where the machine has it, else fp16 on a GPU, else fp32"
    )
    gradient_checkpointing: bool = Field(False, description="less memory, more time")
    torch_compile: Literal["auto"] | bool = Field("auto", description="compile the layers; auto: on a GPU")
    freeze_embeddings: bool = Field(False, description="leave the token embeddings (and output projection) as they are")
    lora: Lora | None = Field(None, description="adapters in place of full tuning")
    save_steps: int = Field(50, ge=1, description="a checkpoint each so many steps")
    save_total_limit: int = Field(2, ge=1, description="so many of the newest checkpoints stay until the end")
    eval_steps: float = Field(0.5, gt=0, description="dev is measured each so many steps; below 1: a share of all")
    dev_utterances: int = Field(10, ge=0, description="dev utterances measured under each of `dev_suites`; 0: none")
    dev_suites: list[str] = Field(
        [
            "clean", "phone_g711", "phone_amr_4.75", "phone_loss_10", "noisy_10", "noisy_5", "real_phone",
            "nospeech_g711",
        ],
        description="suites and strata, named as in `evaluate.suites`, that dev is measured under",
    )  # fmt: skip
    metric_for_best_model: Literal["worst_stratum", "mean_strata", "last"] = Field(
        "worst_stratum", description="which measured weights are kept: lowest worst CER over the base's, lowest mean"
    )
    early_stopping_patience: int | None = Field(None, ge=1, description="stop after so many measurings, none better")
    forgetting: Literal["warn", "stop", "off"] = Field("warn", description="where more is lost than the budget allows")
    forgetting_budget: ForgettingBudget = Field(ForgettingBudget(), description="what may be lost, in points")
    interpolate: list[Annotated[float, Field(gt=0, le=1)]] | None = Field(
        None, description="shares of the tuned model, the rest being the base, that are measured too, e.g. [0.3, 0.6]"
    )
    average_last: int = Field(0, ge=0, description="the mean of the last so many measured weights is measured too")
    dataloader_num_workers: int = Field(1, ge=0, description="processes that render and window the audio")
    report_to: list[str] = Field([], description="tensorboard, wandb, mlflow, …: they get the curve's lines too")

    @model_validator(mode="before")
    @classmethod
    def _with_recipe(cls, given: Any) -> Any:
        name = given.get("recipe") if isinstance(given, dict) else None
        if name is None:
            return given
        known = recipes()
        if name not in known:
            raise ValueError(f"recipe: none is called {name!r}; known: {', '.join(known)}")
        return known[name] | given

    @field_validator("severity")
    @classmethod
    def _severity_is_a_curve(cls, severity: Severity) -> Severity:
        as_points(severity)
        return severity

    @field_validator("babble_snr_db")
    @classmethod
    def _babble_from_and_to(cls, snr_db: tuple[float, float]) -> tuple[float, float]:
        if not -40 <= snr_db[0] <= snr_db[1] <= 100:
            raise ValueError("two ratios in dB, the lower first, from -40 to 100")
        return snr_db

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
    fit_logprob_threshold: float | None = Field(
        -0.7, description="a mean log probability below it is decoded again in 30 s; null: not asked"
    )
    no_speech_threshold: float | None = Field(
        1.5, description="above it nobody is taken to speak, and nothing is written; null: what is written stands"
    )
    hotwords: list[str] = Field([], description="words to expect (product names), as Whisper's prompt")
    nbest: int = Field(0, ge=0, description="so many hypotheses of the beam are kept; at most `beam_size`")


class ModelDecoding(Section):
    """Decoding options of one model in place of `evaluate.decoding`'s; what is not given stays as there."""

    tail_s: float | None = Field(None, ge=0, le=30, description="seconds of silence after the audio")
    beam_size: int | None = Field(None, ge=1, description="1 is greedy")
    compression_ratio_threshold: float | None = Field(None, gt=1, description="above it: decoded again")
    nbest: int | None = Field(None, ge=0, description="so many hypotheses of the beam are kept")
    previous: str | None = Field(None, description="text that was said before")
    hotwords: list[str] | None = Field(None, description="words to expect (product names), as Whisper's prompt")
    no_speech_threshold: float | None = Field(None, description="above it nothing is written")
    fit_logprob_threshold: float | None = Field(None, description="a mean log probability below it: again in 30 s")
    fit_windows: bool | None = Field(None, description="false: every window is 30 s, as in stock Whisper")
    logprob_threshold: float | None = Field(None, description="a mean log probability below it: decoded again")


class Model(Section):
    """One model of the matrix. A list of quantisations makes a model of each, called `name-int8` and so on."""

    name: str = Field(pattern=r"^[\w.-]+$", description="the name in all tables")
    model: str | None = Field(None, description="clean or phone (tuned in this run), builtin/…, a folder or a hub id")
    role: Literal["base", "control", "candidate", "other"] | None = Field(
        None, description="without it: that of a tuned model; base for the config's `model`; else other"
    )
    engine: Literal["ctranslate2", "transformers"] | None = Field(None, description="in place of `evaluate.engine`")
    quantisation: str | list[str] | None = Field(None, description="in place of `evaluate.quantisation`; one or a list")
    decoding: ModelDecoding = Field(ModelDecoding(), description="in place of options of `evaluate.decoding`")
    command: list[str] | None = Field(
        None, min_length=1, description="another recogniser: a program that speaks JSON lines, as a list of words"
    )
    url: str | None = Field(None, description="another recogniser: an HTTP endpoint; audio is sent there")
    file: str | None = Field(None, description="hypotheses from a file: JSON lines, CSV, TSV, a hypotheses.jsonl")
    options: dict[str, Any] = Field(
        {}, description="of a program or endpoint, e.g. timeout_s: 30, headers: {Authorization: 'Bearer ${KEY}'}"
    )

    @model_validator(mode="after")
    def _one_source(self) -> Model:
        given = [name for name in ("model", "command", "url", "file") if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError("give one of model, command, url and file")
        ours = self.engine or self.quantisation or self.decoding.model_dump(exclude_none=True)
        if given != ["model"] and ours:
            raise ValueError("engine, quantisation and decoding are only for a `model`")
        if given == ["model"] and self.options:
            raise ValueError("options are only for a command, url or file")
        return self


class Post(Section):
    """Post-processing: of each model named, a variant `model+name` whose texts it has worked on."""

    name: str = Field(pattern=r"^[\w.-]+$", description="what follows the + in the variant's name")
    kind: str = Field("hotwords", description="a file of eval_suites/post")
    models: list[str] = Field(min_length=1, description="names of models, or of variants made before")
    role: Literal["base", "control", "candidate", "other"] = Field("other", description="role of the variants")
    options: dict[str, Any] = Field({}, description="the kind's own, e.g. words: products.txt, rules: rules.yaml")


class Evaluate(Section):
    """The stratified test."""

    suites: list[str] = Field(
        ["all"], min_length=1, description="all, strata, single suites, or YAML files of your own suites"
    )
    size: Literal["smoke", "standard", "full"] = Field(
        "standard", description="how many conditions a stratum has, and utterances a condition: 8, 40 or all"
    )
    cache: str | None = Field(None, description="keep what was heard in this folder, for other runs; null: nowhere")
    limit: int | None = Field(None, ge=1, description="test on a seeded random sample of this many utterances")
    noise: str | list[str] | None = Field(None, description="noise files or a folder; without it, synthetic noise")
    models: list[Model] | None = Field(
        None, min_length=1, description="the models to compare; without it: `model` and the tuned ones"
    )
    post: list[Post] = Field([], description="post-processing, compared like further models")
    cost: bool = Field(True, description="measure each model alone: seconds per audio second, memory, disk")
    open_models: int | None = Field(None, ge=1, description="models held in memory at once; without it all of them are")
    engine: Literal["ctranslate2", "transformers"] = Field(
        "ctranslate2", description="serves all models that ask for no other"
    )
    quantisation: str = Field("int8", description="int8, float16, float32, … (CTranslate2 only)")
    device: Literal["auto", "cpu", "cuda"] = Field("auto", description="auto: the GPU where there is one")
    batch_size: int = Field(16, ge=1, description="clips decoded together")
    decoding: Decoding = Field(Decoding(), description="decoding options")


class Gate(Section):
    """When a change is a regression."""

    least_effect: float = Field(
        0.005, ge=0, le=1, description="CER loss up to this is no regression (0.005: half a point)"
    )
    margin: float | None = Field(
        None, ge=0, le=1, description="the loss that a pass excludes; if none, the least effect"
    )
    budgets: str | None = Field(None, description="a YAML file of margins and caps, relative to the config file")
    confidence: float = Field(0.95, gt=0.5, lt=1, description="of the interval")
    draws: int = Field(10_000, ge=100, description="bootstrap draws")


class Report(Section):
    """What the report shows."""

    audio: int = Field(
        0, ge=0, description='embed this many clips at most, of those the manifest tags shareable: "yes"'
    )
    mask: bool = Field(False, description="mask telephone, resident, card and account numbers in all its files")


class Export(Section):
    """Tuned models for other tools, each checked against the model that was trained."""

    formats: list[str] = Field(
        ["ct2-int8", "ct2-float16", "safetensors"], min_length=1, description="ct2- and a quantisation, or safetensors"
    )
    models: list[str] = Field(["phone"], min_length=1, description="which of the tuned models")
    dtype: Literal["fp32", "fp16"] = Field("fp32", description="number format of safetensors")
    parity_budget: float = Field(
        0.005, gt=0, le=1, description="CER loss that the interval's upper end may reach (0.005: half a point)"
    )
    utterances: int = Field(40, ge=2, description="test utterances that the check hears in each suite")
    suites: list[str] | None = Field(None, min_length=1, description="suites of the check; null: one of every stratum")
    stock: bool = Field(True, description="hear with stock tools too: transformers' pipeline, faster-whisper")
    license: str | None = Field(None, description="licence of the model for its card, by the hub's names, e.g. mit")


class Config(Section):
    """Everything a run needs. ``name`` and ``data.corpora`` have no default."""

    name: str = Field(pattern=r"^[\w.-]+$", description="the run's folder in `runs`")
    runs: str = Field("runs", description="the folder of all runs, relative to where the command is given")
    seed: int = Field(7, ge=0, description="the only source of randomness")
    model: str = Field("builtin/whisper-base", description="the base model: builtin/…, a folder or a hub id")
    data: Data = Field(description="corpora and split")
    train: Train | None = Field(Train(), description="fine-tuning; null: evaluate only")
    evaluate: Evaluate = Field(Evaluate(), description="suites and engine")
    export: Export | None = Field(None, description="`run` exports too; null: only `run export` does")
    report: Report = Field(Report(), description="what the report shows")
    gate: Gate = Field(Gate(), description="regression rule")

    @field_validator("name")
    @classmethod
    def _no_dots_alone(cls, name: str) -> str:
        if not name.strip("."):
            raise ValueError("a run's name needs a letter or a digit")
        return name
