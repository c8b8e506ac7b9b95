"""``gate``, ``report`` and ``export``: what is made of the results."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from kowhisper_tel.config.section import Section


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
