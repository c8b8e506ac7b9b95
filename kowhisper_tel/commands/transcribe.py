"""``run transcribe``: recordings to text, subtitles and JSON."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from kowhisper_tel.commands.options import Language
from kowhisper_tel.core.errors import UserError

if TYPE_CHECKING:
    from kowhisper_tel.transcription.batch import Outcome, Progress
    from kowhisper_tel.transcription.inputs import Inputs
    from kowhisper_tel.transcription.listener import Listener
    from kowhisper_tel.transcription.tracks import Choice

MODEL = "builtin/whisper-base"
INTERRUPTED = 130
"""The exit code after Ctrl-C."""
SHOWN = 3
"""So many names stand in a line of the summary."""


def command(
    files: Annotated[list[Path], typer.Argument(help="Recordings, and folders of them. · 녹음 파일과 폴더")],
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Folder for the transcripts (one file: else to the screen).")
    ] = None,
    formats: Annotated[str, typer.Option("--format", "-f", help="txt, srt, vtt, json; several with commas.")] = "txt",
    model: Annotated[
        str | None, typer.Option(help=f"{MODEL} (default), a folder (Hugging Face or CTranslate2), a hub id.")
    ] = None,
    run: Annotated[Path | None, typer.Option(help="The model that a run tuned: --run runs/name.")] = None,
    engine: Annotated[Literal["ctranslate2", "transformers"], typer.Option(help="What decodes.")] = "ctranslate2",
    quantisation: Annotated[str | None, typer.Option(help="int8 (default), float16, …; CTranslate2 only.")] = None,
    device: Annotated[Literal["auto", "cpu", "cuda"], typer.Option(help="auto: the GPU where there is one.")] = "auto",
    batch_size: Annotated[int, typer.Option(min=1, help="Pieces of a recording decoded at once.")] = 8,
    beam_size: Annotated[int, typer.Option(min=1, help="1: greedy.")] = 1,
    language: Annotated[str, typer.Option(help="What is spoken: ko, en, …")] = "ko",
    prompt: Annotated[str, typer.Option(help="Text that was said before.")] = "",
    hotwords: Annotated[str, typer.Option(help="Words to expect, with commas between.")] = "",
    timestamps: Annotated[
        bool, typer.Option("--timestamps/--no-timestamps", help="Ask the model when each sentence is said.")
    ] = True,
    no_speech_threshold: Annotated[
        float, typer.Option(help="Above it nobody speaks, and nothing is written; lower: less is invented in noise.")
    ] = 1.5,
    words: Annotated[bool, typer.Option("--word-timestamps", help="When each word is said.")] = False,
    tracks: Annotated[
        Literal["auto", "mix", "split"], typer.Option(help="Stereo: together, or each track apart; auto: as it is.")
    ] = "auto",
    track_names: Annotated[str, typer.Option(help="Who speaks on each track: agent,customer.")] = "",
    raw_rate: Annotated[int | None, typer.Option(min=4000, max=192000, help="Rate in Hz of .pcm and .raw.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with a folder that was begun.")] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Write over earlier transcripts.")] = False,
    lang: Language = None,
) -> None:
    """Write down what is said in recordings. · 녹음을 받아써 텍스트, 자막, JSON으로 냅니다."""
    from kowhisper_tel.commands.progress import bar, say
    from kowhisper_tel.transcription.batch import Outcome
    from kowhisper_tel.transcription.formats import formats_of

    wanted, voices, named = formats_of(formats), _tracks(tracks, track_names), _model(model, run)

    def opened() -> Listener:
        options = {
            "beam_size": beam_size,
            "language": language,
            "timestamps": timestamps,
            "previous": prompt,
            "hotwords": tuple(hotwords.split(",")),
            "word_timestamps": words,
            "no_speech_threshold": no_speech_threshold,
        }
        return listener(named, engine, quantisation, device, voices, batch_size, raw_rate, **options)

    begun = time.monotonic()
    try:
        with bar("transcribe (s)", "받아쓰기(초)") as progress:
            if out is None:
                _refuse_flags(resume, overwrite)
                outcome = Outcome()
                text = to_screen(files, opened, wanted, progress=progress, outcome=outcome)
            else:
                outcome, inputs = transcribe(
                    files, out, opened, wanted, resume=resume, overwrite=overwrite, progress=progress
                )
    except KeyboardInterrupt:
        say(
            "stopped; what is done stays, and --resume goes on with a folder.",
            "멈췄습니다. 끝난 것은 그대로 있으며 폴더는 --resume으로 이어서 합니다.",
        )
        raise typer.Exit(INTERRUPTED) from None
    if out is None:
        _print(text)
        _tell_names(outcome, named=bool(track_names))
    else:
        _tell(outcome, inputs, out, time.monotonic() - begun, named=bool(track_names))


def listener(
    model: str = MODEL,
    engine: str = "ctranslate2",
    quantisation: str | None = None,
    device: str = "auto",
    tracks: Choice | None = None,
    batch_size: int = 8,
    raw_rate: int | None = None,
    **options: Any,
) -> Listener:
    """A model that is ready to hear recordings; ``options`` are those of ``DecodingOptions``.

    Raises ``UserError``: the model's own (``model.*``), and ``decode.*`` of options that it cannot have.
    """
    from kowhisper_tel.transcription.listener import Listener
    from kowhisper_tel.transcription.model import open_model
    from kowhisper_tel.whisper.decoding import DecodingOptions

    chosen = DecodingOptions(**options)
    ready = open_model(model, engine, quantisation, device)
    ready.check(chosen)
    return Listener(ready, chosen, tracks or _tracks("auto", ""), batch_size, raw_rate)


def transcribe(
    files: Sequence[Path],
    out: Path,
    listener: Callable[[], Listener],
    formats: Sequence[str] = ("txt",),
    *,
    resume: bool = False,
    overwrite: bool = False,
    progress: Progress | None = None,
) -> tuple[Outcome, Inputs]:
    """Transcribe files and folders into ``out``; what became of them, and what was found.

    ``listener`` opens the model, once paths and names are known to be in order. A folder keeps its structure. What
    cannot be read is listed in ``rejects.jsonl``, and the files of folders that are no audio in ``others.jsonl``.

    Raises ``UserError``: ``transcribe.*``, and the model's own. Nothing is written before all is checked.
    """
    from kowhisper_tel.transcription import batch
    from kowhisper_tel.transcription.inputs import survey

    inputs = survey(files)
    planned = batch.plan(inputs, out, formats, resume=resume, overwrite=overwrite)
    return batch.run(planned, listener(), progress), inputs


def to_screen(
    files: Sequence[Path],
    listener: Callable[[], Listener],
    formats: Sequence[str] = ("txt",),
    *,
    progress: Progress | None = None,
    outcome: Outcome | None = None,
) -> str:
    """The transcript of one recording in one format; an ``outcome`` takes down what else is to be told of it.

    Raises ``UserError``: ``transcribe.out``, and the file's own.
    """
    from kowhisper_tel.transcription.formats import FORMATS
    from kowhisper_tel.transcription.inputs import survey

    if len(files) != 1 or len(formats) != 1 or files[0].is_dir():
        raise UserError("transcribe.out", count=len(files), formats=", ".join(formats))
    (item,) = survey(files).files
    opened = listener()
    recording = opened.read(item.path)
    length_s = int(recording.duration_s)
    told = (lambda share: progress(int(share * length_s), length_s)) if progress else None
    transcript = opened.hear(recording, item.name, told)
    if outcome:
        outcome.note(transcript)
    return FORMATS[formats[0]](transcript, opened.told)


def _model(model: str | None, run: Path | None) -> str:
    from kowhisper_tel.transcription.model import tuned

    if run is None:
        return model or MODEL
    if model is not None:
        raise UserError("transcribe.model_and_run", model=model, run=run)
    return str(tuned(run))


def _tracks(mode: str, names: str) -> Choice:
    from kowhisper_tel.transcription.tracks import Choice

    given = tuple(name.strip() for name in names.split(",")) if names.strip() else ()
    problem = next((f"{name!r}" for name in given if not name or not name.isprintable()), None)
    if problem is None and len(set(given)) < len(given):
        problem = "twice the same"
    if problem is None and given and mode == "mix":
        problem = "--tracks mix"
    if problem is not None:
        raise UserError("transcribe.names", names=names, problem=problem)
    return Choice(mode, given)


def _refuse_flags(resume: bool, overwrite: bool) -> None:
    for flag, given in (("--resume", resume), ("--overwrite", overwrite)):
        if given:
            raise UserError("transcribe.out_flags", flag=flag)


def _print(text: str) -> None:
    """UTF-8, whatever the terminal's locale says."""
    try:
        sys.stdout.buffer.write(text.encode())
        sys.stdout.buffer.flush()
    except BrokenPipeError:  # who reads has enough (`| head`), which is no error
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _tell(outcome: Outcome, inputs: Inputs, out: Path, seconds: float, *, named: bool = False) -> None:
    from kowhisper_tel.commands.progress import say

    counts = (outcome.read, outcome.written, outcome.rejected)
    speed = f"{outcome.audio_s:.0f} s / {seconds:.0f} s = {outcome.audio_s / max(seconds, 1e-9):.1f} ×"
    say(
        "transcribe: read {} = {} written + {} rejected".format(*counts) + f" → {out} ({speed} real time)",
        "받아쓰기: 읽음 {} = 씀 {} + 제외 {}".format(*counts) + f" → {out} (실시간 대비 {speed})",
    )
    if outcome.left:
        say(f"of them {outcome.left} were there already", f"그중 {outcome.left}개는 이미 되어 있던 것입니다")
    if outcome.rejected:
        say(f"reasons: {out / 'rejects.jsonl'}", f"제외한 이유: {out / 'rejects.jsonl'}")
    if outcome.others:
        say(
            f"not audio, left out: {outcome.others} files, listed in {out / 'others.jsonl'}",
            f"오디오가 아니어서 뺀 파일 {outcome.others}개, 목록: {out / 'others.jsonl'}",
        )
    _tell_names(outcome, inputs, named=named)


def _tell_names(outcome: Outcome, inputs: Inputs | None = None, *, named: bool) -> None:
    from kowhisper_tel.commands.progress import say

    doubled, empty = (inputs.doubled, inputs.empty) if inputs else ([], [])
    for what, names in (
        (("given twice, transcribed once", "두 번 주어져 한 번만 전사"), [item.name for item in doubled]),
        (("folders without audio", "오디오가 없는 폴더"), [str(path) for path in empty]),
        (("repaired", "복구해서 읽음"), outcome.repaired),
        (("nothing to hear, no text", "아무 소리도 없어 텍스트가 없음"), outcome.silent),
        (("tracks that hold one signal, taken as mono", "트랙이 모두 같은 소리여서 모노로 처리"), outcome.same),
        (
            ("heard as one, so --track-names names nobody", "한 소리로 들어 --track-names의 이름을 쓰지 않음"),
            outcome.together if named else [],
        ),
        (("a loop stayed in the text", "반복이 남은 텍스트"), outcome.looping),
    ):
        if names:
            shown = ", ".join(names[:SHOWN]) + (" …" if len(names) > SHOWN else "")
            say(f"{what[0]}: {len(names)} ({shown})", f"{what[1]}: {len(names)}개 ({shown})")
