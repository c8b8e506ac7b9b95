"""``run all --dry-run``: what the whole loop would do, stage by stage. Nothing is written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from kowhisper_tel.commands.run_folder import CONFIG, Run, look
from kowhisper_tel.core.language import current_language


def planned(
    path: Path | None = None, overrides: Sequence[str] = (), *, name: str | None = None, overwrite: bool = False
) -> str:
    """The plan in the language of messages, a line a fact. Raises ``UserError`` where the loop itself would at once."""
    run = look(path, overrides, name=name, new=True, overwrite=overwrite, evaluates=True)
    return "\n".join(_lines(run, anew=overwrite))


def _lines(run: Run, *, anew: bool) -> Iterator[str]:
    def say(en: str, ko: str) -> str:
        return ko if current_language() == "ko" else en

    exists = (run.folder / CONFIG).is_file() and not anew
    yield say("run: ", "실행: ") + f"{run.folder}" + (say(" (goes on)", " (이어서)") if exists else "")
    for corpus in run.config.data.corpora:
        counts = _read(corpus)
        yield say(
            "prepare: {kind} {path}: {read} utterances, {rejected} rejects, {speakers} speakers".format(**counts),
            "데이터 준비: {kind} {path}: 발화 {read}개, 제외 {rejected}개, 화자 {speakers}명".format(**counts),
        ) + _state(run.manifests / "train.jsonl", exists)
    train = run.config.train
    for model in run.tuned if train else ():
        assert train is not None
        heard = train.channels if isinstance(train.channels, str) else say("own channels", "직접 적은 채널")
        heard = "-" if model != run.tuned[-1] else heard
        yield say(
            f"train: {model} from {run.config.model}, {train.num_train_epochs} epochs, channels {heard}",
            f"학습: {model}, 바탕 모델 {run.config.model}, {train.num_train_epochs}에폭, 채널 {heard}",
        ) + _state(run.model(model) / "model", exists)
    suites = ", ".join(run.config.evaluate.suites)
    size = run.config.evaluate.size
    yield say(f"evaluate: {suites} ({size})", f"평가: {suites}({size})") + _state(run.results / "plan.json", exists)
    if run.config.export:
        yield say("export: ", "내보내기: ") + ", ".join(run.config.export.formats)
    yield say(f"report: {run.report / 'report.html'}", f"보고서: {run.report / 'report.html'}")


def _state(made: Path, exists: bool) -> str:
    """A mark on what is there already."""
    return " *" if exists and made.exists() else ""


def _read(corpus: Any) -> dict[str, Any]:
    """What the importer of a corpus reads, counted; no audio is opened."""
    from kowhisper_tel.data import importers
    from kowhisper_tel.data.entry import Entry

    items = list(importers.get(corpus.kind).entries(corpus.path, corpus.options))
    entries = [item for item in items if isinstance(item, Entry)]
    return {
        "kind": corpus.kind,
        "path": corpus.path or "",
        "read": min(len(entries), corpus.limit or len(entries)),
        "rejected": len(items) - len(entries),
        "speakers": len({entry.utterance.speaker for entry in entries if entry.utterance.speaker}),
    }
