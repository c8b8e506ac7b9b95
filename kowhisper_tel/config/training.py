"""``train``: what is tuned, on what, and which weights are kept."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from kowhisper_tel.config.section import Section
from kowhisper_tel.train.hearing import Severity, as_points
from kowhisper_tel.train.recipes import recipes


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
        if not isinstance(name, str) or name not in known:
            raise ValueError(f"recipe: none is called {name!r}; known: {', '.join(known)}")
        recipe = known[name]
        sections = {key for key in recipe if isinstance(recipe[key], dict) and isinstance(given.get(key), dict)}
        return recipe | given | {key: recipe[key] | given[key] for key in sections}

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
