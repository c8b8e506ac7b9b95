"""The stages of a run, each a function of the run: plain files in, plain files out, skipped where complete."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kowhisper_tel.commands import matrix, tested
from kowhisper_tel.commands.matrix import CANDIDATE
from kowhisper_tel.commands.progress import bar, say
from kowhisper_tel.commands.run_folder import CONFIG, Run
from kowhisper_tel.commands.training import task
from kowhisper_tel.core import executors
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.files import check_complete, sha256, write_json
from kowhisper_tel.core.language import current_language

if TYPE_CHECKING:
    from kowhisper_tel.data.prepare import PreparedData

DATA = "data.json"
"""Beside a model: which manifests it was tuned on."""
LEFT_OUT = "left_out.json"
"""Beside the results: suites that could not be made, and why (``choice.LeftOut``)."""


def prepare(run: Run) -> PreparedData:
    """Corpora to manifests."""
    from kowhisper_tel.data.corpus import CorpusSpec
    from kowhisper_tel.data.leaks.weed import LeakRules
    from kowhisper_tel.data.long_recordings.divide import LongRecordings, LongSettings
    from kowhisper_tel.data.prepare import prepare as prepare_data
    from kowhisper_tel.data.split import SplitSpec
    from kowhisper_tel.whisper.model import load_tokenizer
    from kowhisper_tel.whisper.resolve import resolve_model

    data = run.config.data
    tokenizer = load_tokenizer(resolve_model(run.config.model))
    with bar("prepare", "데이터 준비") as progress:
        long = None
        if data.long and data.long.align:
            settings = LongSettings(**data.long.model_dump(exclude={"align", "max_reject_share"}))
            note = "초 정렬" if current_language() == "ko" else "seconds of calls aligned"
            tell = lambda done_s, known_s: progress(done_s, known_s, note)  # noqa: E731
            long = LongRecordings(settings, tell, data.long.max_reject_share)
        prepared = prepare_data(
            [CorpusSpec(**corpus.model_dump()) for corpus in data.corpora],
            run.manifests,
            split=SplitSpec.parse(data.split, data.split_by, data.stratify_by),
            seed=run.config.seed,
            lists={str(split): name for split, name in data.lists.items()},
            overlap=data.overlap,
            leaks=LeakRules(data.leaks, data.sentences),
            count_tokens=lambda text: len(tokenizer(" " + text.strip(), add_special_tokens=False).input_ids),
            max_reject_share=data.max_reject_share,
            progress=progress,
            long=long,
            check_audio=data.check_audio,
        )
    counts = prepared.summary
    say(
        "prepare: read {read} = {accepted} accepted + {rejected} rejected + {left_out} left out by limit".format(
            **counts
        ),
        "데이터 준비: 읽음 {read} = 사용 {accepted} + 제외 {rejected} + limit으로 뺌 {left_out}".format(**counts),
    )
    if counts.get("repaired"):
        codes = ", ".join(f"{code} {count}" for code, count in counts["repairs"].items())
        say(
            f"prepare: {counts['repaired']} of the accepted were repaired ({codes}): their tag repairs says how",
            f"데이터 준비: 사용한 것 중 {counts['repaired']}개는 복구했습니다({codes}). 태그 repairs에 적혀 있습니다",
        )
    if not counts.get("check_audio", True):
        say(
            "prepare: no recording was opened (data.check_audio: false): lengths are as stated, nothing is measured",
            "데이터 준비: 녹음을 열지 않았습니다(data.check_audio: false). 길이는 적힌 그대로이고 잰 값은 없습니다",
        )
    for split, found in counts.get("lists", {}).items():
        say(f"prepare: list of {split}: {found}", f"데이터 준비: {split} 목록: {found}")
    if found := counts.get("leaks"):
        say(
            f"prepare: in train and in dev or test, each listed in {run.manifests}/leaks.jsonl: {found}",
            f"데이터 준비: 학습 쪽과 dev·test에 겹친 것(목록: {run.manifests}/leaks.jsonl): {found}",
        )
    for split in ("train", "test") if run.tuned else ("test",):
        if split not in prepared.manifests:
            raise UserError("run.no_split", split=split)
    return prepared


def train(run: Run, name: str) -> Path:
    """Tune one model: ``phone``, or a control without telephone augmentation. Returns its folder."""
    from kowhisper_tel.train import ranks
    from kowhisper_tel.train.train import train as tune

    what = task(run, name)
    with bar(f"train {name}", f"학습 {name}", left=False) as progress:
        result = tune(
            what.base,
            what.train,
            what.dev,
            what.mixture,
            run.model(name),
            what.settings,
            seed=what.seed,
            resume=True,
            progress=progress,
            tell=lambda line: say(line, line),
        )
    if ranks.is_first():
        _tell_trained(name, result.summary)
        write_json(run.model(name) / DATA, _data(run))
    return result.model


def _tell_trained(name: str, summary: Mapping[str, Any]) -> None:
    from kowhisper_tel.train.telling import totals
    from reports.sections.training import kept

    line = f"{name}: {totals(summary, current_language())}"
    say(f"train {line}", f"학습 {line}")
    if choice := summary.get("choice"):
        weights, why = kept(choice["chosen"]), choice["why"]
        say(f"train {name}: kept: {weights.en} ({why['en']})", f"학습 {name}: 남긴 가중치: {weights.ko}({why['ko']})")


def evaluate(run: Run, *, overwrite: bool = False, executor: executors.Name = "local") -> None:
    """The models of the matrix over the suites."""
    from eval_suites import engines
    from eval_suites.render_cache import RenderCache
    from eval_suites.rendering import items_of
    from eval_suites.results import left_out
    from eval_suites.runner import evaluate as run_suites
    from kowhisper_tel.whisper.decoding import DecodingOptions

    settings = run.config.evaluate
    on_gpu = engines.get(settings.engine).device(settings.device) == "cuda"
    elsewhere = executors.named(executor, gpus=1.0 if on_gpu else 0.0)
    choice = tested.choice_of(run)
    tested.tell(choice)
    kept = RenderCache(Path(settings.cache)) if settings.cache else None
    models = matrix.specs(run.config, lambda name: tuned(run, name))
    manifest = tested.utterances_of(run)
    if found := left_out(choice.suites, items_of(manifest)):
        counts = ", ".join(f"{name} {len(ids)}" for name, ids in found.items())
        say(f"evaluate: utterances too long for a suite: {counts}", f"평가: 세트에 비해 너무 길어 빠진 발화: {counts}")
    with bar("evaluate", "평가") as progress:
        run_suites(
            models,
            manifest,
            choice.suites,
            run.results,
            engine=settings.engine,
            quantisation=settings.quantisation,
            device=settings.device,
            batch_size=settings.batch_size,
            seed=run.config.seed,
            options=DecodingOptions(**settings.decoding.model_dump()),
            renderings=kept,
            open_models=settings.open_models,
            cost=settings.cost,
            executor=elsewhere,
            overwrite=overwrite,
            progress=progress,
            tell=lambda line: say(line, line),
        )
    write_json(run.results / LEFT_OUT, [left.to_json() for left in choice.left_out])
    if kept:
        say(
            f"cache: {kept.found} renderings found, {kept.made} made ({kept.broken} of them were broken)",
            f"캐시: 렌더링 {kept.found}개 재사용, {kept.made}개 생성(그중 깨진 것 {kept.broken}개)",
        )


def tuned(run: Run, name: str) -> Path:
    """The folder of a tuned model.

    Raises ``UserError``: ``run.stage_missing``, ``run.other_data``, ``complete.damaged``.
    """
    folder = run.model(name) / "model"
    if not folder.is_dir():
        raise UserError("run.stage_missing", folder=run.folder, needed=f"models/{name}/model", stage="train")
    check_complete(run.model(name))
    if _json(run.model(name) / DATA) != _data(run):
        raise UserError("run.other_data", folder=run.folder, model=name)
    return folder


def report(run: Run, beside: Sequence[Path] = (), *, out: Path | None = None, figures: bool = False) -> Path:
    """Results to ``report.html``, CSVs and summaries; returns the page.

    ``beside`` are folders of other runs whose models stand beside the run's own; ``out`` is another folder than the
    run's ``report``; ``figures`` writes every chart as a picture too.
    """
    from eval_suites import results
    from kowhisper_tel.train.export.export import PARITY
    from reports.evidence import TrainingCurve
    from reports.merged import merge
    from reports.write import write_report

    heard = {run.config.name: results.load(run.results)}
    for folder in beside:
        heard[_name_of(folder, heard)] = results.load(_results_in(folder))
    prepared = _json(run.manifests / "summary.json") or {}
    roles = {name: "candidate" if name == CANDIDATE else "control" for name in run.tuned}
    return write_report(
        merge(heard),
        out or run.report,
        training=[TrainingCurve.read(run.model(n) / "curves.jsonl", n, role) for n, role in roles.items()],
        prepare=prepared,
        provenance=_provenance(run),
        synthetic=bool(prepared.get("synthetic")),
        mask=run.config.report.mask,
        audio=run.config.report.audio,
        manifest=tested.utterances_of(run) if run.config.report.audio else None,
        pictures=figures,
        suites_left_out=_json(run.results / LEFT_OUT) or (),
        exports=[found for name in run.tuned if (found := _json(run.exported(name) / PARITY))],
    )


def _results_in(folder: Path) -> Path:
    return folder / "results" if (folder / "results").is_dir() else folder


def _name_of(folder: Path, taken: Mapping[str, Any]) -> str:
    """What another run is called: by its folder, and by as many of those above it as make a name not taken."""
    place = folder.resolve()
    place = place.parent if place.name == "results" else place
    names = ("/".join(place.parts[-depth:]) for depth in range(1, len(place.parts)))
    return next((name for name in names if name not in taken), str(place))


def _provenance(run: Run) -> Mapping[str, Any]:
    return {
        "name": run.config.name,
        "command": ["python", "-m", "kowhisper_tel.run", "--config", str(run.folder / CONFIG)],
        "seed": run.config.seed,
        "base model": run.config.model,
        "environment": _json(run.folder / "environment.json"),
        "training": {name: _json(run.model(name) / "summary.json") for name in run.tuned},
        "config": run.config.model_dump(mode="json"),
    }


def _data(run: Run) -> dict[str, str]:
    """Hashes of the divided manifests: a model tuned on others may have heard the test's speakers."""
    from kowhisper_tel.data.split import SPLITS

    paths = (run.manifests / f"{split}.jsonl" for split in SPLITS)
    return {path.stem: sha256(path) for path in paths if path.is_file()}


def _json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None
