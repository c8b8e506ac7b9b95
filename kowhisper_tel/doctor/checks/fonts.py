"""Fonts: whether a font of this machine has Hangul. Charts as PNG want one; reports use the reader's own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from kowhisper_tel.doctor.finding import Finding

FOLDERS = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "~/.local/share/fonts",
    "~/.fonts",
    "/Library/Fonts",
    "/System/Library/Fonts",
    "~/Library/Fonts",
)
SUFFIXES = (".ttf", ".otf", ".ttc", ".otc")
LIKELY = ("nanum", "cjk", "gothic", "batang", "pretendard", "un")
"""Parts of the names of fonts that have Hangul: these are opened first."""


def look(runs: Path) -> Iterator[Finding]:
    """The first font found that has Hangul."""
    found = next((file for file in _fonts(FOLDERS) if has_hangul(file)), None)
    if found:
        yield Finding("fonts", "ok", "doctor.fonts", {"font": found.name})
    else:
        yield Finding("fonts", "warning", "doctor.fonts_missing")


def _fonts(folders: tuple[str, ...]) -> list[Path]:
    places = (Path(folder).expanduser() for folder in folders)
    files = [file for place in places for file in sorted(place.rglob("*")) if file.suffix.lower() in SUFFIXES]
    return sorted(files, key=lambda file: not any(part in file.name.lower() for part in LIKELY))


def has_hangul(file: Path) -> bool:
    """Whether a font has the syllable 한; not, where it cannot be read."""
    from fontTools.ttLib import TTFont, TTLibError

    try:
        with TTFont(file, fontNumber=0, lazy=True) as font:
            return ord("한") in (font.getBestCmap() or {})
    except (OSError, TTLibError):
        return False
