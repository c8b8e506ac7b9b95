"""``run train --dry-run``: what the training will cost, measured by a few real steps."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from kowhisper_tel.commands.progress import say
from kowhisper_tel.commands.training import task
from kowhisper_tel.core.language import current_language

if TYPE_CHECKING:
    from kowhisper_tel.commands.run_folder import Run
    from kowhisper_tel.train.forecast import Costs

GB = 1e9


def forecast(run: Run, *, as_json: bool = False) -> str:
    """Lines for people, or one JSON object, about every model of the run; nothing is written into it."""
    from kowhisper_tel.train.forecast import forecast as measure

    costs: dict[str, Costs] = {}
    for name in run.tuned:
        say(f"forecast of {name}: a few real steps …", f"{name} 예측: 실제 몇 단계를 돌려 봅니다 …")
        costs[name] = measure(task(run, name))
    total_s = sum(cost.total_s for cost in costs.values())
    if as_json:
        return json.dumps({"models": {name: cost.to_json() for name, cost in costs.items()}, "total_s": total_s})
    lines = [line for name, cost in costs.items() for line in described(name, cost, current_language())]
    if len(costs) > 1:
        from kowhisper_tel.train.telling import duration

        took = duration(total_s, current_language())
        lines.append(f"모두 {took}" if current_language() == "ko" else f"all together {took}")
    return "\n".join(lines)


def described(name: str, cost: Costs, language: str) -> list[str]:
    """The forecast of one model, and what it was measured by."""
    from kowhisper_tel.train.telling import duration

    facts = {
        "name": name,
        "steps": cost.steps,
        "hours": cost.audio_s / 3600,
        **{part: duration(getattr(cost, f"{part}_s"), language) for part in PARTS},
        **{part: getattr(cost, f"{part}_bytes") / GB for part in SIZES},
        "run": cost.steps_run,
        "windows": cost.window_s_run,
    }
    return [line.format(**facts) for line in _LINES["ko" if language == "ko" else "en"]]


PARTS = ("total", "setup", "training", "data_wait", "dev", "saving", "took")
SIZES = ("disk", "checkpoint", "model", "exports", "memory", "memory_workers", "memory_gpu")
_LINES = {
    "en": (
        "{name}: {steps} steps, {hours:.2f} h of speech in all epochs, {total} in all",
        "  time: training {training} (of it waiting for data {data_wait}), dev {dev}, saving {saving}, set-up {setup}",
        "  disk: at most {disk:.2f} GB (a checkpoint {checkpoint:.2f}); model {model:.2f}, exports about {exports:.2f}",
        "  memory: {memory:.2f} GB, workers {memory_workers:.2f}, GPU {memory_gpu:.2f}",
        "  measured in {took}: {run} steps of this training (forward, backward, optimiser; {windows:.0f} s of windows "
        "timed), dev once, a checkpoint and the model written to a temporary folder; the weights were thrown away",
    ),
    "ko": (
        "{name}: {steps}단계, 전체 에폭 음성 {hours:.2f}시간, 모두 {total}",
        "  시간: 학습 {training}(그중 데이터 대기 {data_wait}), 개발 평가 {dev}, 저장 {saving}, 준비 {setup}",
        "  디스크: 최대 {disk:.2f} GB(체크포인트 하나 {checkpoint:.2f}), 모델 {model:.2f}, 내보내기 약 {exports:.2f}",
        "  메모리: {memory:.2f} GB, 작업 프로세스 {memory_workers:.2f}, GPU {memory_gpu:.2f}",
        "  {took} 동안 측정: 이 학습의 {run}단계(순전파, 역전파, 최적화, 창 {windows:.0f}초의 시간을 잼), "
        "개발 평가 한 번, 임시 폴더에 체크포인트와 모델 저장. 가중치는 버렸습니다",
    ),
}
