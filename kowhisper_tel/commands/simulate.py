"""``run simulate``: audio as it is heard through a telephone channel, with the drawn parameters beside it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kowhisper_tel.commands.options import Language
from kowhisper_tel.core.errors import UserError

if TYPE_CHECKING:
    from augment import Mixture

RECORD = "drawn.jsonl"


def command(
    source: Annotated[Path | None, typer.Argument(help="An audio file, a folder, or a JSONL manifest.")] = None,
    target: Annotated[Path | None, typer.Argument(help="Where to write: a file for a file, else a folder.")] = None,
    channel: Annotated[str, typer.Option(help="A preset's name, or a YAML file of your own.")] = "wheels_only",
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same bytes.")] = 0,
    show: Annotated[
        bool, typer.Option("--list", help="List presets, effects and codecs, and what is missing.")
    ] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Write over an earlier output.")] = False,
    lang: Language = None,
) -> None:
    """Make audio sound like a call, and keep the drawn parameters. · 오디오를 전화 음성처럼 바꿉니다."""
    if show:
        print(inventory())
        return
    if source is None or target is None:
        raise typer.BadParameter("give IN and OUT, or --list", param_hint="IN OUT")
    count = simulate(source, target, channel=channel, seed=seed, overwrite=overwrite)
    print(f"{count} → {target}")


def simulate(
    source: Path, target: Path, *, channel: str = "wheels_only", seed: int = 0, overwrite: bool = False
) -> int:
    """Render a file, a folder or a manifest through a channel; returns how many clips were written.

    A folder keeps its names (as FLAC), a manifest is written again as ``manifest.jsonl`` with the new audio. The drawn
    parameters stand in ``drawn.jsonl`` (``<name>.json`` for one file). A clip's randomness is keyed by its id (its
    path within the folder, a file's name), so order and company change nothing.

    Raises ``UserError``: ``simulate.exists``, ``simulate.channel``, ``simulate.nothing``, ``simulate.inside``,
    ``simulate.format``, and the audio's own.
    """
    mixture = _mixture(channel)
    if (target.exists() and not (target.is_dir() and not any(target.iterdir()))) and not overwrite:
        raise UserError("simulate.exists", path=target)
    if target.resolve().is_relative_to(source.resolve()):
        raise UserError("simulate.inside", source=source, target=target)
    if source.is_dir():
        return _folder(source, target, mixture, seed)
    if source.suffix.lower() == ".jsonl":
        return _manifest(source, target, mixture, seed)
    from kowhisper_tel.core.files import write_json

    if target.suffix.lower() not in (".wav", ".flac"):
        raise UserError("simulate.format", path=target)
    write_json(target.with_name(target.name + ".json"), _render(source, target, mixture, seed, source.name))
    return 1


def inventory() -> str:
    """What there is to hear: presets, effects, codecs, and how to get what is missing."""
    from augment import codecs, effects, presets

    lines = ["presets:", *(f"  {name:<16} {presets.about(name).split('. ')[0]}" for name in presets.names())]
    lines += ["effects:", *(f"  {name}" for name in effects.names()), "codecs:"]
    for name in codecs.names():
        codec = codecs.get(name)
        state = "available" if codec.available else f"missing: {codec.how_to_get}"
        lines.append(f"  {name:<16} {codec.bitrate_bps / 1000:>6.2f} kbit/s  {state}")
    return "\n".join(lines)


def _mixture(channel: str) -> Mixture:
    from augment import AugmentError, presets

    try:
        mixture = presets.load(Path(channel)) if Path(channel).is_file() else presets.get(channel)
        mixture.check()
    except AugmentError as problem:
        raise UserError("simulate.channel", problem=problem) from None
    return mixture


def _render(
    source: Path, target: Path, mixture: Mixture, seed: int, key: str, **cut: float | int | None
) -> dict[str, object]:
    from kowhisper_tel.core.audio import RATE, read_audio, write_audio

    rendered = mixture.render(read_audio(source, **cut), RATE, seed, ("simulate", key))  # type: ignore[arg-type]
    write_audio(target, rendered.audio)
    return {"key": key, "seed": seed, "audio": target.name, "drawn": rendered.drawn.to_json()}


def _folder(source: Path, target: Path, mixture: Mixture, seed: int) -> int:
    from kowhisper_tel.core.files import write_lines

    def each() -> Iterator[str]:
        for file in files:
            name = file.relative_to(source)
            # a.wav and a.mp3 side by side would both be a.flac
            alone = stems[file.with_suffix("")] == 1
            out = name.with_suffix(".flac") if alone else name.with_name(f"{name.name}.flac")
            record = _render(file, target / out, mixture, seed, name.as_posix())
            yield json.dumps(record | {"audio": out.as_posix()}, ensure_ascii=False)

    from kowhisper_tel.core.audio import RAW_SUFFIXES, SUFFIXES

    suffixes = set(SUFFIXES) - set(RAW_SUFFIXES)
    files = sorted(file for file in source.rglob("*") if file.suffix.lower() in suffixes)
    if not files:
        raise UserError("simulate.nothing", path=source)
    stems = Counter(file.with_suffix("") for file in files)
    write_lines(target / RECORD, each())
    return len(files)


def _manifest(source: Path, target: Path, mixture: Mixture, seed: int) -> int:
    from kowhisper_tel.core.files import write_lines
    from kowhisper_tel.core.manifest import Manifest

    manifest = Manifest.read(source)
    made = []

    def each() -> Iterator[str]:
        for number, utterance in enumerate(manifest):
            audio = f"audio/{number:06d}.flac"
            cut = {"start_s": utterance.start_s, "end_s": utterance.end_s, "track": utterance.track}
            path = manifest.audio_path(utterance)
            record = _render(path, target / audio, mixture, seed, utterance.id, **cut)
            made.append(replace(utterance, audio=audio, start_s=None, end_s=None, track=None))
            yield json.dumps(record | {"audio": audio}, ensure_ascii=False)

    write_lines(target / RECORD, each())
    Manifest(target, tuple(made)).write(target / "manifest.jsonl")
    return len(made)
