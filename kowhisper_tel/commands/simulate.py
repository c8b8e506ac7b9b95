"""``run simulate``: audio as it is heard through a telephone channel, with the drawn parameters beside it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kowhisper_tel.commands.options import ExecutorName, Language
from kowhisper_tel.core.errors import UserError

if TYPE_CHECKING:
    from augment import Mixture
    from kowhisper_tel.core.executors import Executor
    from kowhisper_tel.simulation.batch import Outcome, Progress
    from kowhisper_tel.simulation.records import Records
    from kowhisper_tel.simulation.rendering import Rendering

CHANNEL = "wheels_only"
INTERRUPTED = 130
"""The exit code after Ctrl-C."""


def command(
    source: Annotated[Path | None, typer.Argument(help="An audio file, a folder, or a JSONL manifest.")] = None,
    target: Annotated[Path | None, typer.Argument(help="Where to write: a file for a file, else a folder.")] = None,
    channel: Annotated[
        str | None, typer.Option(help=f"A preset's name, or a YAML file of your own (default: {CHANNEL}).")
    ] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="The same seed gives the same bytes (default: 0).")] = None,
    replay: Annotated[
        Path | None, typer.Option(help="Draw nothing: make the clips again from this drawn.jsonl (a file: .json).")
    ] = None,
    picture: Annotated[
        bool, typer.Option("--picture", help="Spectrograms before and after, a PNG beside each clip.")
    ] = False,
    jobs: Annotated[
        int | None,
        typer.Option("--jobs", "-j", min=1, help="Processes (default: one a core); no effect on the result."),
    ] = None,
    executor: ExecutorName = "local",
    resume: Annotated[bool, typer.Option("--resume", help="Go on with an output that was stopped.")] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Write over an earlier output.")] = False,
    calls: Annotated[
        Path | None,
        typer.Option("--fit", help="Measure a folder of real calls and write a preset: --fit FOLDER PRESET.yaml"),
    ] = None,
    show: Annotated[
        bool, typer.Option("--list", help="List presets, effects and codecs, and what is missing.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="With --list: one JSON object.")] = False,
    lang: Language = None,
) -> None:
    """Make audio sound like a call, and keep the drawn parameters. · 오디오를 전화 음성처럼 바꿉니다."""
    from kowhisper_tel.commands.progress import bar, say
    from kowhisper_tel.core import executors
    from kowhisper_tel.core.processes import cores

    if show:
        print(inventory(as_json=as_json))
        return
    if calls is not None:
        from kowhisper_tel.commands.fitting import fit

        if source is None or target is not None:
            raise typer.BadParameter("give one output file: --fit FOLDER PRESET.yaml", param_hint="--fit")
        print(fit(calls, source, overwrite=overwrite))
        return
    if source is None or target is None:
        raise typer.BadParameter("give IN and OUT, or --list", param_hint="IN OUT")
    if replay is not None and (channel is not None or seed is not None):
        raise typer.BadParameter("a replay draws nothing: leave out --channel and --seed", param_hint="--replay")
    try:
        with bar("simulate", "전화 음성 만들기") as progress:
            outcome = simulate(
                source,
                target,
                channel=CHANNEL if channel is None else channel,
                seed=seed or 0,
                replay=replay,
                picture=picture,
                jobs=jobs or cores(),
                executor=executors.named(executor, jobs),
                resume=resume,
                overwrite=overwrite,
                progress=progress,
            )
    except KeyboardInterrupt:
        say(
            "stopped; --resume goes on with a folder or manifest.",
            "멈췄습니다. 폴더와 매니페스트는 --resume으로 이어서 합니다.",
        )
        raise typer.Exit(INTERRUPTED) from None
    counts = {"read": outcome.read, "written": outcome.written, "rejected": outcome.rejected}
    say(
        "simulate: read {read} = {written} written + {rejected} rejected".format(**counts) + f" → {target}",
        "전화 음성: 읽음 {read} = 씀 {written} + 제외 {rejected}".format(**counts) + f" → {target}",
    )
    drawn = target / "drawn.jsonl" if target.is_dir() else target.with_name(f"{target.name}.json")
    if outcome.repaired:
        say(
            f"from repaired files: {outcome.repaired} (repairs in {drawn})",
            f"복구한 파일에서 나온 것: {outcome.repaired}개({drawn}의 repairs)",
        )
    if outcome.silent:
        say(
            f"nothing to hear in the recording: {outcome.silent} (silent in {drawn})",
            f"녹음에 아무 소리도 없는 것: {outcome.silent}개({drawn}의 silent)",
        )
    if outcome.rejected:
        reasons = target / "rejects.jsonl"
        say(f"reasons: {reasons}", f"제외한 이유: {reasons}")


def simulate(
    source: Path,
    target: Path,
    *,
    channel: str = CHANNEL,
    seed: int = 0,
    replay: Path | None = None,
    picture: bool = False,
    jobs: int = 1,
    executor: Executor | None = None,
    resume: bool = False,
    overwrite: bool = False,
    progress: Progress | None = None,
) -> Outcome:
    """Render a file, a folder or a manifest through a channel; how many clips were written and rejected.

    A folder keeps its names (as FLAC), a manifest is written again as ``manifest.jsonl`` with the new audio. The drawn
    parameters stand in ``drawn.jsonl`` (``<name>.json`` for one file), and ``replay`` makes the same audio from them.
    A clip's randomness is keyed by its id (its path within the folder, a file's name), so order, company, ``jobs`` and
    ``executor`` (in place of processes here) change nothing. In a folder or manifest, a clip that cannot be made is
    listed in ``rejects.jsonl``; one file raises.

    Raises ``UserError``: ``simulate.*``, the audio's and the manifest's own. Nothing is written before all is checked.
    """
    from kowhisper_tel.core.processes import one_thread_each

    if resume and overwrite:
        raise UserError("run.both")
    whole = source.is_dir() or source.suffix.lower() == ".jsonl"
    if resume and not whole:
        raise UserError("simulate.resume_file", path=source)
    _check_free(target, whole=whole, anew=overwrite or resume)
    if target.resolve().is_relative_to(source.resolve()) or source.resolve().is_relative_to(target.resolve()):
        raise UserError("simulate.inside", source=source, target=target)
    with one_thread_each():
        from kowhisper_tel.simulation.batch import Batch
        from kowhisper_tel.simulation.records import Records
        from kowhisper_tel.simulation.rendering import Rendering

        records = Records.read(replay) if replay else None
        rendering = Rendering(target if whole else target.parent, None if records else _mixture(channel), seed, picture)
        try:
            if whole:
                return Batch(source, rendering, records).run(
                    jobs=jobs, executor=executor, resume=resume, progress=progress
                )
            return _file(source, target, rendering, records)
        except OSError as problem:  # what is wrong with a recording or a noise file comes as a UserError
            place = problem.filename or target
            raise UserError("simulate.files", path=place, problem=problem.strerror or problem) from None


def inventory(*, as_json: bool = False) -> str:
    """What there is to hear: presets, effects, codecs, and how to get what is missing."""
    import json

    from kowhisper_tel.simulation import inventory as stock

    tables = stock.inventory()
    return json.dumps(tables, ensure_ascii=False, indent=2) if as_json else stock.as_text(tables)


def _check_free(target: Path, *, whole: bool, anew: bool) -> None:
    """What is there is written over only when asked for, and never by a thing of another kind."""
    full = target.is_dir() and any(target.iterdir())
    if target.is_file() if whole else full:
        raise UserError("simulate.other_kind", path=target)
    if not anew and (full or target.is_file()):
        raise UserError("simulate.exists", path=target)


def _mixture(channel: str) -> Mixture:
    from augment import AugmentError, presets

    try:
        mixture = presets.find(channel)
        mixture.check()
    except AugmentError as problem:
        raise UserError("simulate.channel", problem=problem) from None
    return mixture


def _file(source: Path, target: Path, rendering: Rendering, records: Records | None) -> Outcome:
    from kowhisper_tel.core.files import write_json
    from kowhisper_tel.simulation.batch import Outcome
    from kowhisper_tel.simulation.clip import Clip

    if target.suffix.lower() not in (".wav", ".flac"):
        raise UserError("simulate.format", path=target, source=source)
    clip = Clip(source.name, source, target.name)
    record = rendering.make(records.given_to_file(clip) if records else clip)
    write_json(target.with_name(f"{target.name}.json"), record)
    return Outcome(1, repaired=bool(record["repairs"]), silent=record["silent"])
