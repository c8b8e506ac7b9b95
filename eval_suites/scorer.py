"""Scorer: one row for each model, suite and utterance, with what every metric counts in it."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import Any

from eval_suites import metrics
from eval_suites.hypothesis import Key, Segment, Transcript
from eval_suites.item import Item
from eval_suites.models import ModelRecord
from eval_suites.pair import Pair
from eval_suites.suite import Suite
from eval_suites.tally import COUNTS
from kowhisper_tel.core.stretches import Span

HEADLINE, LOOPS = "cer", "loops"
"""Metrics that every suite is scored by."""


class Scorer:
    """Scores hypotheses, each once however many suites show it."""

    def __init__(self, heard: Mapping[Key, Transcript]) -> None:
        self._heard = heard
        self._score = functools.cache(self._score_anew)

    def rows(
        self, models: Sequence[ModelRecord], suites: Sequence[Suite], items: Sequence[Item]
    ) -> list[dict[str, Any]]:
        """The rows of ``Results.rows``."""
        tags = sorted({tag for item in items for tag in item.tags})
        picked = [(suite, suite.pick(items)) for suite in suites]
        return [
            {"model": model.name, "role": model.role, "suite": suite.name, "stratum": suite.stratum,
             "summed": suite.summed, **self._clip(item, tags), **self._hypothesis(model.name, suite, item)}
            for model in models for suite, taken in picked for item in taken
        ]  # fmt: skip

    def _clip(self, item: Item, tags: Sequence[str]) -> dict[str, Any]:
        return {
            "utterance_id": item.id,
            "speaker": item.speaker,
            "call": item.call,
            "block": item.block,
            "block_kind": "speaker" if item.speaker else "call" if item.call else "clip",
            "duration_s": item.duration_s,
            **{f"tag_{tag}": item.tags.get(tag) for tag in tags},
        }

    def _hypothesis(self, model: str, suite: Suite, item: Item) -> dict[str, Any]:
        transcript = self._heard[Key(model, suite.rendering, item.id)]
        text = "" if transcript.missing else transcript.text
        speech = tuple((start_s, end_s) for start_s, end_s in item.source.get("speech", ()))
        scores = self._score(item.text, text, suite.metrics, speech, transcript.segments if speech else ())
        return {
            "reference": item.text,
            "hypothesis": text,
            **scores,
            "loop": scores["loop"] or not transcript.finished,  # a text that had no end was on its way to one
            "missing": transcript.missing,
            "attempts": transcript.attempts,
        }

    def _score_anew(
        self,
        reference: str,
        hypothesis: str,
        wanted: tuple[str, ...],
        speech: tuple[Span, ...],
        segments: tuple[Segment, ...],
    ) -> dict[str, Any]:
        pair = Pair(reference, hypothesis, speech=speech, segments=segments)
        scores: dict[str, Any] = {"reference_norm": pair.reference, "hypothesis_norm": pair.hypothesis}
        for name in dict.fromkeys((HEADLINE, LOOPS, *wanted)):
            counted = metrics.get(name).measure(pair)
            if name == LOOPS:
                scores["loop"] = counted.errors > 0
            else:
                prefix = "" if name == HEADLINE else f"{name}_"
                scores |= {prefix + count: getattr(counted, count) for count in COUNTS}
        return scores
