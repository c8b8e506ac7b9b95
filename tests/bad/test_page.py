"""The page of recordings lists every code there is, and no other."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kowhisper_tel.core.errors import catalogue
from kowhisper_tel.core.sound.kinds import DEMUXERS, SOUNDFILE_FORMATS
from kowhisper_tel.core.sound.limits import LIMITS
from tests.bad.recordings import CLASSES, SILENT

DOCS = Path(__file__).parents[2] / "docs"
ELSEWHERE = {"audio.missing", "audio.not_a_file", "audio.denied", "audio.track", "audio.range"}
"""Of paths and of wishes."""
OF_DECODERS = {"audio.slow", "audio.memory", "audio.crashed", "audio.too_long"}


def codes() -> set[str]:
    return {code for code in catalogue() if code.startswith(("audio.", "repair."))}


@pytest.mark.parametrize("language", ["en", "ko"])
def test_every_code_stands_on_the_page(language: str) -> None:
    page = (DOCS / f"audio.{language}.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| `((?:audio|repair)\.\w+)` \|", page, re.M)
    assert sorted(listed) == sorted(codes())
    assert ", ".join(SOUNDFILE_FORMATS) in page
    assert ", ".join(DEMUXERS) in page
    for figure in (f"{LIMITS.most_frames:,}", f"{LIMITS.memory_bytes >> 20} MiB", f"{LIMITS.most_tracks}"):
        assert figure in page


def test_every_code_has_a_class_of_bad_recordings() -> None:
    assert {bad.code for bad in (*CLASSES.values(), *SILENT.values())} | ELSEWHERE | OF_DECODERS == codes()
