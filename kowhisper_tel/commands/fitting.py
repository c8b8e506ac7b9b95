"""``run simulate --fit``: how a user's own calls sound, and a preset that sounds like them."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.language import current_language

if TYPE_CHECKING:
    from augment.fit import Measured
    from augment.fit_preset import Summary

STRETCH_S = 30.0
MOST_STRETCHES = 20
"""Of a call longer than ten minutes, twenty stretches of 30 s spread over it are heard."""

LISTED = 10
"""So many files that gave nothing are named; the rest is counted."""

LABELS = {
    "level_dbfs": ("speech level (dBFS)", "음성 레벨 (dBFS)"),
    "snr_db": ("signal to noise (dB)", "신호 대 잡음비 (dB)"),
    "noise_dbfs": ("noise floor (dBFS)", "배경 잡음 (dBFS)"),
    "low_hz": ("band from (Hz)", "대역 하한 (Hz)"),
    "high_hz": ("band to (Hz)", "대역 상한 (Hz)"),
}


@dataclass
class Heard:
    """What a folder gave: measured stretches, calls with speech, and the files that gave nothing."""

    stretches: list[Measured] = field(default_factory=list)
    calls: int = 0
    speechless: list[str] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)


def fit(folder: Path, target: Path, *, overwrite: bool = False) -> str:
    """Measure a folder of recorded calls (or one call) and write a preset to ``target``; returns lines for people.

    Each track of a call is measured for itself, a long call in stretches (see ``MOST_STRETCHES``). The preset goes
    into ``simulate --channel`` or a config's ``train.channels``.

    Raises ``UserError``: ``simulate.fit_format``, ``simulate.fit_exists``, ``simulate.fit_nothing`` where
    no speech could be measured.
    """
    import yaml

    from augment.fit_preset import Summary, preset
    from kowhisper_tel.core.files import write_text

    if target.suffix.lower() not in (".yaml", ".yml"):
        raise UserError("simulate.fit_format", path=target)
    if target.is_dir() or (target.exists() and not overwrite):
        raise UserError("simulate.fit_exists", path=target)
    files = _audio_files(folder)
    heard = _listen(files, folder)
    if not heard.stretches:
        raise UserError(
            "simulate.fit_nothing",
            path=folder,
            files=len(files),
            unreadable=len(heard.unreadable),
            speechless=len(heard.speechless),
            first=(heard.unreadable or ["–"])[0],
        )
    summary = Summary(tuple(heard.stretches))
    write_text(
        target, yaml.safe_dump(preset(summary), allow_unicode=True, sort_keys=False, default_flow_style=None, width=110)
    )
    return "\n".join([*_described(heard, summary), *_left_out(heard), *_next_step(target)])


def _audio_files(folder: Path) -> list[Path]:
    from kowhisper_tel.core.audio import SUFFIXES

    if folder.is_file():
        return [folder]
    return sorted(file for file in folder.rglob("*") if file.suffix.lower() in SUFFIXES and file.is_file())


def _listen(files: list[Path], folder: Path) -> Heard:
    from kowhisper_tel.commands.progress import bar

    heard = Heard()
    with bar("measure", "측정") as progress:
        for done, file in enumerate(files, 1):
            name = file.relative_to(folder).as_posix() if file != folder else file.name
            try:
                found = _measured(file)
            except UserError as problem:
                heard.unreadable.append(str(problem))
            else:
                heard.stretches += found
                heard.calls += bool(found)
                heard.speechless += [] if found else [name]
            progress(done, len(files), name)
    return heard


def _measured(file: Path) -> list[Measured]:
    from augment.fit import measure
    from kowhisper_tel.core.stretches import read_stretches

    tracks = (
        measure(track, rate)
        for samples, rate in read_stretches(file, STRETCH_S, MOST_STRETCHES)
        for track in samples.T.copy()
    )
    return [track for track in tracks if track is not None]


def _described(heard: Heard, summary: Summary) -> list[str]:
    korean = current_language() == "ko"
    width = 24
    if korean:
        head = f"통화 {heard.calls}건, {len(heard.stretches)}구간, {summary.hours:.2f}시간을 측정했습니다."
        shares = "광대역 {:.0%}, 클리핑 {:.0%}, 무음이 디지털 0인 구간 {:.0%}; 가장 가까운 잡음: {}"
    else:
        head = f"Measured {heard.calls} calls, {len(heard.stretches)} stretches, {summary.hours:.2f} hours."
        shares = "wideband {:.0%}, clipped {:.0%}, digital silence in pauses {:.0%}; nearest noises: {}"
    lines = [head, f"{'':{width}}{'10 %':>8}{'50 %':>8}{'90 %':>8}"]
    for quantity, values in summary.percentiles.items():
        label = LABELS[quantity][korean]
        shown = "".join(f"{value:8.0f}" for value in values)
        lines.append(label + " " * (width - _columns(label)) + shown)
    noises = ", ".join(f"{name} {share:.0%}" for name, share in summary.noises.items())
    lines.append(shares.format(summary.wide_share, summary.clipped_share, summary.gated_share, noises))
    return lines


def _columns(text: str) -> int:
    """How wide a text is on a terminal: a syllable of Hangul takes two columns."""
    return len(text) + sum("가" <= letter <= "힣" for letter in text)


def _left_out(heard: Heard) -> list[str]:
    korean = current_language() == "ko"
    lines = []
    for names, title in (
        (heard.unreadable, "읽지 못한 파일" if korean else "could not be read"),
        (heard.speechless, "말소리가 없는 파일" if korean else "no speech in"),
    ):
        if names:
            lines.append(f"{title}: {len(names)}")
            lines += [f"  {name}" for name in names[:LISTED]]
            lines += ["  …"] if len(names) > LISTED else []
    return lines


def _next_step(target: Path) -> list[str]:
    command = f"python -m kowhisper_tel.run simulate IN OUT --channel {shlex.quote(str(target))}"
    if current_language() == "ko":
        return [f"프리셋: {target}", f"다음: {command}"]
    return [f"preset: {target}", f"next: {command}"]
