"""``run suite``: which test suites there are, what one does, and the audio of some for use elsewhere."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kowhisper_tel.commands.options import ConfigFile, Language, Name, Overrides
from kowhisper_tel.core.errors import UserError

if TYPE_CHECKING:
    from eval_suites.choice import Choice
    from eval_suites.suite import Suite
    from kowhisper_tel.commands.run_folder import Run

app = typer.Typer(help="The test suites. · 평가 세트", no_args_is_help=True)
Size = Annotated[
    str | None, typer.Option(help="smoke, standard or full (default: the config's; list: all there are). · 크기")
]
NO_YES = {False: ("no", "yes"), True: ("아니요", "예")}
"""In English, and in Korean."""
AsJson = Annotated[bool, typer.Option("--json", help="As JSON. · JSON으로")]


@app.callback()
def group() -> None:
    """The test suites. · 평가 세트"""


@app.command("list")
def list_(
    config: ConfigFile = None,
    set_: Overrides = None,
    name: Name = None,
    size: Size = None,
    as_json: AsJson = False,
    lang: Language = None,
) -> None:
    """All suites: stratum, smallest size that has it, fingerprint, conditions; * where training never heard them.

    With the config of a prepared run, those that its test utterances can fill.

    모든 평가 세트. *는 학습이 들은 적 없는 조건입니다.
    """
    from eval_suites.suites import ALL, ASKED_ONLY

    run = _run(config, set_, name)
    own = [each for each in run.config.evaluate.suites if each.endswith((".yaml", ".yml"))]
    choice = _choose(run, [ALL, *ASKED_ONLY, *own], size or "full", strict=False)
    smallest = _smallest(run)
    if as_json:
        suites = [_record(suite, smallest) for suite in choice.suites]
        print(
            json.dumps({"suites": suites, "left_out": [left.to_json() for left in choice.left_out]}, ensure_ascii=False)
        )
        return
    width = max(len(suite.name) for suite in choice.suites)
    for suite in choice.suites:
        least = smallest.get(suite.name, "-")
        mark = "*" if suite.unseen else " "
        print(f"{suite.name:<{width}} {mark} {suite.stratum:<12} {least:<8} {suite.fingerprint} {_conditions(suite)}")
    _tell_left_out(choice)


@app.command("show")
def show(
    suite: Annotated[str, typer.Argument(metavar="NAME", help="A suite's name. · 평가 세트 이름")],
    config: ConfigFile = None,
    set_: Overrides = None,
    name: Name = None,
    size: Size = None,
    as_json: AsJson = False,
    lang: Language = None,
) -> None:
    """One suite: what utterances go through, which these are, and its fingerprint. · 한 평가 세트의 채널과 지문"""
    from eval_suites.suites import strata
    from kowhisper_tel.core.language import current_language

    run = _run(config, set_, name)
    own = [each for each in run.config.evaluate.suites if each.endswith((".yaml", ".yml"))]
    found = [s for s in _choose(run, own, size, strict=False).suites if s.name == suite] if own else []
    for each in found or _choose(run, [suite], size, strict=suite in strata()).suites:
        if as_json:
            print(json.dumps(_record(each, _smallest(run)), ensure_ascii=False, indent=2))
            continue
        print(f"{each.name}: {each.title[current_language()]}")
        korean = current_language() == "ko"
        lines = [
            ("stratum", "구분", each.stratum),
            ("fingerprint", "지문", each.fingerprint),
            ("heard in training", "학습에서 들은 조건", NO_YES[korean][not each.unseen] if run.tuned else "-"),
            ("conditions", "조건", _conditions(each)),
            ("utterances", "발화", _taken(each, korean)),
            *(("channel", "채널", channel.describe()) for channel in each.channels),
        ]
        for en, ko, value in lines:
            print(f"  {ko if korean else en}: {value}")


@app.command("export")
def export(
    names: Annotated[list[str], typer.Argument(metavar="NAME... OUT", help="Suites or strata, then a new folder.")],
    config: ConfigFile = None,
    set_: Overrides = None,
    name: Name = None,
    manifest: Annotated[
        Path | None, typer.Option(help="These utterances, in place of the run's test set. · 매니페스트 파일")
    ] = None,
    size: Size = None,
    lang: Language = None,
) -> None:
    """Write suites' audio and transcripts as a folder for `datasets`. · 평가 세트의 음성을 datasets 폴더로 내보냅니다.

    Recordings may leave the house only where their licence allows it.

    녹음은 라이선스가 허용할 때만 외부로 내보내세요.
    """
    from eval_suites.export import export as write
    from eval_suites.rendering import items_of
    from eval_suites.results import left_out
    from kowhisper_tel.commands.progress import bar, say

    *wanted, out = names
    if not wanted:
        raise UserError("suites.export_unknown")
    run = _run(config, set_, name)
    choice = _choose(run, wanted, size, manifest=manifest)
    utterances = _manifest(run, manifest)
    for each, ids in left_out(choice.suites, items_of(utterances)).items():
        say(f"left out: {each}: {len(ids)} utterances too long for it", f"제외: {each}: 너무 긴 발화 {len(ids)}개")
    with bar("export", "내보내기") as progress:
        count = write(
            utterances,
            choice.suites,
            Path(out),
            seed=run.config.seed,
            licences=_licences(run) if manifest is None else (),
            progress=progress,
        )
    for suite in choice.suites:
        print(f"{suite.name} {suite.fingerprint}")
    _tell_left_out(choice)
    say(
        f"{count} clips → {out}. Recordings leave the house only where their licence allows it: see README.md there.",
        f"클립 {count}개 → {out}. 녹음은 라이선스가 허용할 때만 외부로 내보내세요. 그 폴더의 README.md를 보세요.",
    )


def _run(config: Path | None, overrides: list[str] | None, name: str | None) -> Run:
    """The run that a config names, whether there is one yet or not."""
    from kowhisper_tel.commands.run_folder import Run
    from kowhisper_tel.config_file import load_config

    named = [f"name={json.dumps(name)}"] if name is not None else []
    loaded = load_config(config, [*(overrides or []), *named])
    return Run(loaded, Path(loaded.runs) / loaded.name)


def _choose(
    run: Run, names: list[str], size: str | None, *, strict: bool = True, manifest: Path | None = None
) -> Choice:
    """The choice, marked by the config's training, if any; with the utterances of the manifest or of a prepared run."""
    from dataclasses import replace

    from eval_suites import choice, unseen
    from kowhisper_tel.commands.channels import heard_in_training

    settings = run.config.evaluate
    prepared = manifest is not None or (run.manifests / "test.jsonl").is_file()
    chosen = choice.choose(
        names,
        manifest=_manifest(run, manifest) if prepared else None,
        noise=settings.noise,
        size=size or settings.size,
        strict=strict,
    )
    if not run.tuned:
        return chosen
    return replace(chosen, suites=unseen.mark(chosen.suites, heard_in_training(run.config.train)))


def _manifest(run: Run, path: Path | None) -> Any:
    from kowhisper_tel.commands.tested import utterances_of
    from kowhisper_tel.core.manifest import Manifest

    return Manifest.read(path) if path else utterances_of(run)


def _smallest(run: Run) -> dict[str, str]:
    """For each suite of the house, the smallest size that has it."""
    from eval_suites.suites import SIZES, Request, strata, stratum

    noise = run.config.evaluate.noise
    sources = (noise,) if isinstance(noise, str) else tuple(noise or ())
    manifest = _manifest(run, None) if (run.manifests / "test.jsonl").is_file() else None
    found: dict[str, str] = {}
    for size in SIZES:
        for each in strata():
            for suite in stratum(each, Request(manifest, sources, size)):
                found.setdefault(suite.name, size)
    return found


def _record(suite: Suite, smallest: dict[str, str]) -> dict[str, Any]:
    return {**suite.to_json(), "fingerprint": suite.fingerprint, "smallest_size": smallest.get(suite.name)}


def _taken(suite: Suite, korean: bool) -> str:
    if suite.items:
        return f"세트의 자체 항목 {len(suite.items)}개" if korean else f"{len(suite.items)} items of its own"
    return f"{suite.sample or ('전체' if korean else 'all')} ({suite.wanted})"


def _conditions(suite: Suite) -> str:
    return " ".join(f"{k}={v:g}" if isinstance(v, float | int) else f"{k}={v}" for k, v in suite.conditions.items())


def _tell_left_out(choice: Choice) -> None:
    from kowhisper_tel.commands.progress import say

    for left in choice.left_out:
        say(f"left out: {left.name}: {left.reason.text()}", f"제외: {left.name}: {left.reason.text()}")


def _licences(run: Run) -> list[str]:
    """What the data card says of each corpus."""
    card = run.manifests / "data_card.json"
    corpora = json.loads(card.read_text(encoding="utf-8")).get("corpora", []) if card.is_file() else []
    return [f"{corpus.get('corpus')}: {corpus.get('licence') or 'not stated'}" for corpus in corpora]
