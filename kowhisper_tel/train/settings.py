"""TrainSettings: everything that fine-tuning can be told. Light to import."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from kowhisper_tel.data.windows import Packing
from kowhisper_tel.train.hearing import Hearing, Severity
from kowhisper_tel.train.parts import Parts

WITHOUT_EFFECT_ON_WEIGHTS = (
    "save_steps", "save_total_limit", "logging_steps", "report_to", "dataloader_num_workers", "dev_suites",
)  # fmt: skip
"""Settings that a resumed run may change. (Suites are told by what they are, not by their names or files.)"""


@dataclass(frozen=True)
class Lora:
    """Low-rank adapters (Hu et al. 2021) in place of full tuning; merged into the weights at the end.

    ``target_modules``: names of linear layers or convolutions, as peft takes them. ``base_quantisation``: the frozen
    base is held in 8 or 4 bits while it is trained (needs a GPU and bitsandbytes).
    """

    r: int = 32
    lora_alpha: int = 64
    lora_dropout: float = 0.0
    target_modules: tuple[str, ...] = ("q_proj", "k_proj", "v_proj", "out_proj", "fc1", "fc2")
    base_quantisation: Literal["8bit", "4bit"] | None = None


@dataclass(frozen=True)
class SpecAugment:
    """Bands and stretches of the features wiped out (Park et al. 2019), drawn anew for each window and epoch.

    ``bands`` masks of up to ``band_bins`` mel bins, and ``stretches`` masks of up to ``stretch_s`` seconds for each
    10 s. A ``telephone_share`` of the windows loses what a telephone takes away: the bins above a cut drawn from 3.4 to
    4 kHz, and those below one from 0 to 300 Hz.
    """

    bands: int = 1
    band_bins: int = 10
    stretches: float = 1
    stretch_s: float = 0.3
    telephone_share: float = 0.0


@dataclass(frozen=True)
class ForgettingBudget:
    """How many points of percent a tuned model may be worse than the base on dev (``None``: as many as it likes).

    ``clean`` and ``longform``: CER of clips as recorded, and of a joined call. ``timestamps``: F1. ``language``: share
    of clips whose language is recognised. ``nospeech``: share of clips without speech in which something is written.
    The sample is small: one clip of ten is ten points, so budgets under that are for larger samples.
    """

    clean: float | None = 3.0
    timestamps: float | None = 15.0
    longform: float | None = 5.0
    language: float | None = 10.0
    nospeech: float | None = 20.0


DEV_SUITES = (
    "clean", "phone_g711", "phone_amr_4.75", "phone_loss_10", "noisy_10", "noisy_5", "real_phone", "nospeech_g711",
)  # fmt: skip
"""Each stratum of speech that has conditions, easy and hard, and what a line holds when nobody speaks."""


@dataclass(frozen=True)
class TrainSettings:
    """How to fine-tune. Names are Hugging Face's ``TrainingArguments`` where the meaning is the same.

    ``windows``, ``window_s``, ``batch_seconds``, ``timestamp_share``, ``previous_share``, ``full_share``,
    ``nospeech_share``: see ``kowhisper_tel.data.windows.Packing``; a step hears ``batch_seconds`` ×
    ``gradient_accumulation_steps`` of audio. ``tune``, ``freeze_layers``, ``freeze_embeddings``: see ``parts.Parts``
    (without embeddings it takes a sixteenth less time, and a third less optimiser state). ``precision``: see
    ``precision.choose``. ``torch_compile``: ``auto`` is on a GPU. ``save_steps``: a checkpoint each so many steps, of
    which the newest ``save_total_limit`` stay until the model is written (two: should the newest be damaged, the one
    before it is there). ``eval_steps``: dev is measured each so many steps (below 1: a share of all), before the first
    and after the last; ``dev_utterances`` (0: none) of it are heard under each suite of ``dev_suites`` (names and
    strata of ``eval_suites``). ``report_to``: programs that get the lines of the curve too, by
    transformers' names (``tensorboard``, ``wandb``, ``mlflow`` …); none unless named. ``severity``, ``voice_share``,
    ``babble_share``, ``babble_snr_db``: see ``kowhisper_tel.train.hearing.Hearing``.

    ``metric_for_best_model`` picks among what was measured (``choosing.rule.score``): ``worst_stratum``, the default,
    because a mean hides the stratum that got worse, and more steps are not always better; ``last`` takes the last step.
    ``early_stopping_patience``: end after so many measurings without a better one. ``forgetting``: ``stop`` ends the
    training, and refuses weights, where more than ``forgetting_budget`` is lost; ``warn`` only tells. ``interpolate``:
    shares of the tuned model that mixtures with the base are measured of; ``average_last``: the mean of the weights at
    the last so many measuring points is one more candidate.
    """

    num_train_epochs: int = 3
    learning_rate: float = 2e-5
    lr_scheduler_type: Literal["linear", "cosine", "constant"] = "linear"
    warmup_ratio: float = 0.1
    weight_decay: float = 0.01
    max_grad_norm: float = 1.0
    label_smoothing_factor: float = 0.0
    gradient_accumulation_steps: int = 1
    batch_seconds: float = 120.0
    window_s: tuple[float, float] = (4.0, 30.0)
    timestamp_share: float = 0.5
    windows: Literal["drawn", "packed", "padded"] = "drawn"
    previous_share: float = 0.1
    full_share: float = 0.03
    nospeech_share: float = 0.05
    tune: Literal["all", "encoder", "decoder"] = "all"
    freeze_layers: int = 0
    precision: Literal["auto", "fp32", "bf16", "fp16"] = "auto"
    gradient_checkpointing: bool = False
    torch_compile: Literal["auto"] | bool = "auto"
    freeze_embeddings: bool = False
    lora: Lora | None = None
    spec_augment: SpecAugment | None = None
    severity: Severity = 1.0
    voice_share: float = 0.0
    babble_share: float = 0.0
    babble_snr_db: tuple[float, float] = (5.0, 20.0)
    language: str = "ko"
    save_steps: int = 50
    save_total_limit: int = 2
    logging_steps: int = 1
    eval_steps: float = 0.5
    dev_utterances: int = 10
    dev_suites: tuple[str, ...] = DEV_SUITES
    metric_for_best_model: Literal["worst_stratum", "mean_strata", "last"] = "worst_stratum"
    early_stopping_patience: int | None = None
    forgetting: Literal["warn", "stop", "off"] = "warn"
    forgetting_budget: ForgettingBudget = ForgettingBudget()
    interpolate: tuple[float, ...] | None = None
    average_last: int = 0
    dataloader_num_workers: int = 1
    report_to: tuple[str, ...] = ()

    @property
    def packing(self) -> Packing:
        """The part that windows are planned by."""
        return Packing(
            self.window_s,
            self.batch_seconds,
            self.timestamp_share,
            windows=self.windows,
            previous_share=self.previous_share,
            full_share=self.full_share,
            nospeech_share=self.nospeech_share,
        )

    @property
    def hearing(self) -> Hearing:
        """The part that says how utterances are heard."""
        return Hearing(
            self.severity, self.voice_share, self.babble_share, self.babble_snr_db, epochs=self.num_train_epochs
        )

    def without_telephone(self) -> TrainSettings:
        """The same for a control: neither babble behind the speech nor a telephone's band cut out of the features.

        Voices and the other masks stay: they are no part of what a telephone does.
        """
        masks = self.spec_augment and replace(self.spec_augment, telephone_share=0.0)
        return replace(self, babble_share=0.0, spec_augment=masks)

    @property
    def parts(self) -> Parts:
        """What is trained, and what stays."""
        return Parts(self.tune, self.freeze_layers, self.freeze_embeddings)

    def to_json(self) -> dict[str, Any]:
        """The settings as a JSON object."""
        return asdict(self)

    def decisive(self) -> dict[str, Any]:
        """The settings that a resumed run must share with the one it goes on from."""
        return {key: value for key, value in self.to_json().items() if key not in WITHOUT_EFFECT_ON_WEIGHTS}
