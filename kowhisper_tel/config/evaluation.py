"""``evaluate``: suites, models and how they decode."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, model_validator

from kowhisper_tel.config.section import Section


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
    """Decoding options of one model in place of `evaluate.decoding`'s; what is not given, or null, stays as there."""

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
