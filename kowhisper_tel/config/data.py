"""``data``: where the speech comes from and how it is divided."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from kowhisper_tel.config.section import Section

Split = Literal["train", "dev", "test"]


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
