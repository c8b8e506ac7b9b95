"""Audio check: every file of a manifest opened, by its header, before the first step."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from kowhisper_tel.core.audio import probe_header
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.manifest import Manifest
from kowhisper_tel.core.utterance import Utterance
from kowhisper_tel.data.windows import MOST_TICKS, TICKS_PER_S

LISTED = 5
"""So many of the utterances that cannot be heard are named."""
SLACK_S = 0.05
"""Labels may end so much after their file (as ``read_audio`` has it)."""
THREADS = 8
AT_ONCE = 10_000
"""Utterances whose files' headers are held at a time."""


@dataclass(frozen=True)
class _Header:
    tracks: int
    duration_s: float | None


def check_audio(*manifests: Manifest | None) -> None:
    """Raise ``UserError`` where an utterance's audio is missing, unreadable, or ends before the utterance.

    One utterance: the error that ``read_audio`` would raise of it (``audio.*``). Several:
    ``train.audio``, with the first few.
    Files are not decoded, unless their format says its length nowhere else.
    """
    listed: list[UserError] = []
    found = 0
    for manifest in manifests:
        for problem in _problems(manifest) if manifest else ():
            found += 1
            listed += [problem] if found <= LISTED else []
    if found == 1:
        raise listed[0]
    if found:
        lines = "\n".join(f"  {problem}" for problem in listed)
        count = sum(len(manifest) for manifest in manifests if manifest)
        raise UserError("train.audio", count=found, utterances=count, problems=lines)


def _problems(manifest: Manifest) -> Iterator[UserError]:
    """What is wrong with utterances, in order. Of neighbours in one file it is opened once."""
    utterances, headers = iter(manifest), dict[Path, _Header | UserError]()
    while some := list(islice(utterances, AT_ONCE)):
        paths = {manifest.audio_path(utterance) for utterance in some}
        known = {path: header for path, header in headers.items() if path in paths}
        headers = known | _headers(paths - known.keys())
        for utterance in some:
            problem = _problem(utterance, manifest.audio_path(utterance), headers)
            if problem:
                yield problem


def _headers(paths: Iterable[Path]) -> dict[Path, _Header | UserError]:
    ordered = sorted(paths)
    with ThreadPoolExecutor(THREADS) as pool:
        return dict(zip(ordered, pool.map(_header, ordered), strict=True))


def _header(path: Path) -> _Header | UserError:
    try:
        info = probe_header(path)
        return _Header(info.tracks, info.duration_s or None)
    except UserError as problem:
        return problem


def _problem(utterance: Utterance, path: Path, headers: dict[Path, _Header | UserError]) -> UserError | None:
    header = headers[path]
    if isinstance(header, UserError):
        return header
    if utterance.track is not None and not 0 <= utterance.track < header.tracks:
        return UserError("audio.track", path=path, track=utterance.track, tracks=header.tracks)
    start_s, end_s, duration_s = utterance.start_s or 0.0, utterance.end_s, header.duration_s
    if duration_s is None or (end_s is not None and end_s - start_s > MOST_TICKS / TICKS_PER_S):
        return None  # the length is known when it is decoded; what is too long for a window is refused as that
    if start_s >= duration_s or (end_s is not None and end_s > duration_s + SLACK_S):
        return UserError("audio.range", path=path, start_s=utterance.start_s, end_s=end_s, duration_s=duration_s)
    return None
