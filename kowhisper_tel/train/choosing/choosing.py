"""Choosing: dev is measured while training goes on; the best weights are kept, and handed over at the end."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.files import read_json_lines
from kowhisper_tel.train import checkpoints
from kowhisper_tel.train.choosing import forgetting
from kowhisper_tel.train.choosing.figures import Figures
from kowhisper_tel.train.choosing.hearing import hear
from kowhisper_tel.train.choosing.kept import Kept
from kowhisper_tel.train.choosing.rule import Candidate, choose, measurings_since_best, score
from kowhisper_tel.train.choosing.sample import DevSample
from kowhisper_tel.train.choosing.weights import State, base_state, interpolate, mean, state_of
from kowhisper_tel.train.choosing.wishes import FOLDER, texts
from kowhisper_tel.train.settings import TrainSettings

WHY = {
    "worst_stratum": "choosing.why_worst_stratum",
    "mean_strata": "choosing.why_mean_strata",
    "last": "choosing.why_last",
}
Tell = Callable[[str], None]


@dataclass(frozen=True)
class Chosen:
    """The weights to hand over, and the account of the choice (``summary.json``'s ``choice``)."""

    state: State
    record: dict[str, Any]


class Choosing:
    """What was measured so far, and the weights that may still be chosen (in ``out/candidates``).

    ``out`` is the training's folder. The figures stand in the lines of its ``curves.jsonl`` (key ``measured``): a
    resumed training takes them from there, so that it chooses as one that was never broken off. ``tell`` hears each
    warning once.
    """

    def __init__(
        self,
        base: Path,
        sample: DevSample,
        settings: TrainSettings,
        out: Path,
        tell: Tell | None = None,
        *,
        whole: Callable[[Any], Any] = lambda model: model,
    ) -> None:
        """``whole`` gives the Whisper that a model in training is, adapters merged (``Assembly.whole``)."""
        self._whole = whole
        self._base, self._sample, self._settings, self._out = base, sample, settings, out
        self._tell: Tell = tell or (lambda _: None)
        self._kept = Kept(out / FOLDER)
        self._measured: dict[int, Figures] = {}
        self.measuring_s: list[float] = []

    @functools.cached_property
    def _tokenizer(self) -> Any:
        from kowhisper_tel.whisper.model import load_tokenizer

        return load_tokenizer(self._base)

    def serves(self, step: int) -> bool:
        """Whether a training can go on from a step: weights measured before it that may be chosen are there whole."""
        return self._is_served(_figures(self._lines(), step))

    def begin(self, step: int) -> None:
        """Take up what was measured up to ``step``, from which the training goes on, and forget what came after it.

        Renders the sample, so that audio that cannot be read is named before the first step: raises ``UserError``
        (``audio.*``).
        """
        _ = self._sample.batches
        missing = [left.name for left in self._sample.left_out if left.stratum == "forgetting"]
        if missing:
            self._tell(UserError("choosing.not_watched", names=", ".join(missing)).text())
        self._measured = _figures(self._lines(), step) if step else {}
        self._prune()

    def _lines(self) -> list[dict[str, Any]]:
        return read_json_lines(self._out / "curves.jsonl")

    def _is_served(self, measured: Mapping[int, Figures]) -> bool:
        return 0 in measured and all(self._kept.has(step) for step in self._needed(measured))

    def measure(self, step: int, model: Any) -> dict[str, Any]:
        """Measure the model as it is after ``step`` steps, and keep its weights if they may be chosen.

        Gives what the line of ``curves.jsonl`` holds of it.
        """
        state = state_of(self._whole(model))
        figures = self._hear(state)
        known = {fall.name for before in self._measured for fall in self._falls(before)}
        self._measured[step] = figures
        if step:
            self._kept.put(step, state)
            for fall in self._falls(step):
                if fall.name not in known:
                    self._tell(_told(fall, step).text())
        self._prune()
        return {**figures.curve(), "measured": figures.to_json()}

    def _prune(self) -> None:
        """Keep what may be chosen now, and what might be after a resume from any checkpoint."""
        points = [self._measured]
        for step in checkpoints.sealed(self._out / "checkpoints"):
            points.append({at: figures for at, figures in self._measured.items() if at <= step})
        self._kept.only({step for measured in points for step in self._needed(measured)})

    @property
    def stopped(self) -> UserError | None:
        """Why the training shall end here, if it shall."""
        steps = self._trained(self._measured)
        if not steps:
            return None
        last, patience = steps[-1], self._settings.early_stopping_patience
        if self._settings.forgetting == "stop" and (fallen := self._falls(last)):
            return UserError("choosing.stopped_forgetting", step=last, names=", ".join(fall.name for fall in fallen))
        if patience is None:
            return None
        scores = [self._score(self._measured[step]) for step in steps]
        if measurings_since_best(scores) < patience:
            return None
        best = steps[scores.index(min(scores))]
        return UserError("choosing.stopped_early", step=last, patience=patience, best=best)

    def finish(self) -> Chosen:
        """Measure the mixtures that are asked for, and choose. The weights are read one set at a time."""
        if self.stopped:
            self._tell(self.stopped.text())
        candidates = [Candidate("base", 0, self._measured[0])]
        candidates += [self._step(self._measured, step) for step in self._trained(self._measured)]
        for mixture, state in self._mixtures():
            figures = self._hear(state)
            candidates.append(replace(mixture, figures=figures, allowed=self._is_allowed(figures)))
            del state
        chosen = choose(candidates, self._measured[0], self._settings.metric_for_best_model)
        return Chosen(self._state(chosen), self._record(candidates, chosen))

    def _mixtures(self) -> Iterator[tuple[Candidate, State]]:
        """Each mixture, not measured yet, and its weights."""
        for mixture in self._planned():
            yield mixture, self._state(mixture)

    def _planned(self) -> list[Candidate]:
        steps, nothing = self._trained(self._measured), Figures({}, {})
        last = tuple(steps[-self._settings.average_last :]) if self._settings.average_last else ()
        planned = [Candidate("average", last[-1], nothing, steps=last)] if len(last) > 1 else []
        alphas = sorted({alpha for alpha in self._settings.interpolate or () if alpha < 1}, reverse=True)
        tuned = self._tuned(self._measured)
        return planned + [Candidate("interpolation", tuned, nothing, alpha=alpha) for alpha in alphas if tuned]

    def _state(self, candidate: Candidate) -> State:
        if candidate.kind == "average":
            return mean(self._kept.get(step) for step in candidate.steps)
        if candidate.alpha is not None:
            return interpolate(base_state(self._base), self._kept.get(candidate.step), candidate.alpha)
        return self._kept.get(candidate.step) if candidate.step else base_state(self._base)

    def _needed(self, measured: Mapping[int, Figures]) -> set[int]:
        """The steps whose weights may still be chosen, or go into a mixture."""
        steps = self._trained(measured)
        if not steps:
            return set()
        candidates = [Candidate("base", 0, measured[0]), *(self._step(measured, step) for step in steps)]
        best = choose(candidates, measured[0], self._settings.metric_for_best_model).step
        last = steps[-self._settings.average_last :] if self._settings.average_last else []
        return {best, self._tuned(measured), *last} - {0}

    def _tuned(self, measured: Mapping[int, Figures]) -> int:
        """The best step whatever it forgot: what is mixed with the base, for that is the cure."""
        steps = [replace(self._step(measured, step), allowed=True) for step in self._trained(measured)]
        return choose(steps, measured[0], self._settings.metric_for_best_model).step if steps else 0

    def _step(self, measured: Mapping[int, Figures], step: int) -> Candidate:
        return Candidate("step", step, measured[step], allowed=self._is_allowed(measured[step], measured[0]))

    @staticmethod
    def _trained(measured: Mapping[int, Figures]) -> list[int]:
        return sorted(step for step in measured if step)

    def _is_allowed(self, figures: Figures, base: Figures | None = None) -> bool:
        """Only ``forgetting: stop`` refuses; ``warn`` leaves the choice to the rule."""
        return self._settings.forgetting != "stop" or not self._falls_of(figures, base or self._measured[0])

    def _falls(self, step: int) -> list[forgetting.Fall]:
        return self._falls_of(self._measured[step], self._measured[0])

    def _falls_of(self, figures: Figures, base: Figures) -> list[forgetting.Fall]:
        return forgetting.falls(figures.forgetting, base.forgetting, self._settings.forgetting_budget)

    def _score(self, figures: Figures) -> float:
        return score(figures, self._measured[0], self._settings.metric_for_best_model)

    def _hear(self, state: State) -> Figures:
        begun = time.monotonic()
        scratch = self._kept.folder / "converted"
        try:
            return hear(state, self._base, self._tokenizer, self._sample, scratch, language=self._settings.language)
        finally:
            self.measuring_s.append(round(time.monotonic() - begun, 2))

    def _record(self, candidates: Sequence[Candidate], chosen: Candidate) -> dict[str, Any]:
        return {
            "metric": self._settings.metric_for_best_model,
            "chosen": chosen.name,
            "why": texts(self._why(candidates, chosen)),
            "candidates": [self._told(candidate) for candidate in candidates],
            "stopped": texts(self.stopped) if self.stopped else None,
            "warnings": [texts(warning) for warning in self._warnings()],
            "left_out": [left.to_json() for left in self._sample.left_out],
            "measuring_s": self.measuring_s,
        }

    def _why(self, candidates: Sequence[Candidate], chosen: Candidate) -> UserError:
        metric, count = self._settings.metric_for_best_model, len(candidates) - 1
        if chosen.kind == "base":
            return UserError("choosing.why_base", count=count)
        figures, value = chosen.figures, self._score(chosen.figures)
        worst = max(
            (name for name, heard in figures.strata.items() if heard.has_speech),
            key=lambda name: figures.strata[name].cer.errors / max(self._measured[0].strata[name].cer.errors, 1),
            default="",
        )
        return UserError(WHY[metric], count=count, score=value, stratum=worst)

    def _warnings(self) -> list[UserError]:
        """Each thing that was lost, once: when it first was."""
        first: dict[str, UserError] = {}
        for step in self._trained(self._measured):
            for fall in self._falls(step):
                first.setdefault(fall.name, _told(fall, step))
        return list(first.values())

    def _told(self, candidate: Candidate) -> dict[str, Any]:
        figures = candidate.figures
        return {
            **candidate.name,
            "score": self._score(figures),
            "allowed": candidate.allowed,
            "strata": {name: heard.to_json() for name, heard in figures.strata.items()},
            "suites": {name: heard.to_json()["cer"] for name, heard in figures.suites.items()},
            "forgetting": dict(figures.forgetting),
            "falls": [fall.name for fall in self._falls_of(figures, self._measured[0])],
        }


def _figures(lines: Sequence[Mapping[str, Any]], step: int) -> dict[int, Figures]:
    return {line["step"]: Figures.from_json(line["measured"]) for line in lines
            if "measured" in line and line["step"] <= step}  # fmt: skip


def _told(fall: forgetting.Fall, step: int) -> UserError:
    return UserError(
        "choosing.fell", step=step, name=fall.name, before=fall.before, now=fall.now, points=fall.points,
        budget=fall.budget,
    )  # fmt: skip
