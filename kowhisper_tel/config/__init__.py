"""The configuration of a run: pydantic models with the defaults; ``config_file`` reads and writes them.

One YAML file is checked against these models; an unknown key is an error that suggests the near one. Names match
Hugging Face training arguments where the meaning is the same. The rooms below take plain arguments, never this.
"""

from __future__ import annotations

from pydantic import Field, field_validator

from kowhisper_tel.config.data import Corpus, Data, Long
from kowhisper_tel.config.evaluation import Decoding, Evaluate, Model, ModelDecoding, Post
from kowhisper_tel.config.results import Export, Gate, Report
from kowhisper_tel.config.section import Section
from kowhisper_tel.config.training import ForgettingBudget, Lora, SpecAugment, Train

__all__ = [
    "Config", "Corpus", "Data", "Decoding", "Evaluate", "Export", "ForgettingBudget", "Gate", "Long", "Lora", "Model",
    "ModelDecoding", "Post", "Report", "SpecAugment", "Train",
]  # fmt: skip


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
