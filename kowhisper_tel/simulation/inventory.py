"""Inventory: what there is to hear on this machine, and how to get what is missing."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import partial

import numpy as np

from augment import AugmentError, codecs, effects, presets
from augment.effect import Effect
from kowhisper_tel.core.audio import RATE

Row = dict[str, str]
AVAILABLE = "available"


def inventory() -> dict[str, list[Row]]:
    """Presets, effects and codecs, a row of words each."""
    return {"presets": _presets(), "effects": _effects(), "codecs": _codecs()}


def as_text(tables: dict[str, list[Row]]) -> str:
    """Tables for people, in aligned columns; the last column is left as long as it is."""
    return "\n\n".join(f"{title}\n{_table(rows)}" for title, rows in tables.items() if rows)


def _table(rows: list[Row]) -> str:
    cells = [list(rows[0]), *(list(row.values()) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return "\n".join(
        "  " + "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in cells
    )


def _presets() -> list[Row]:
    return [
        {"name": name, "state": _state(presets.get(name).check), "about": _sentence(presets.about(name))}
        for name in presets.names()
    ]


def _effects() -> list[Row]:
    return [
        {
            "name": name,
            "state": _state(partial(_try, effects.get(name))),
            "about": _sentence(inspect.getdoc(effects.get(name)) or ""),
        }
        for name in effects.names()
    ]


def _codecs() -> list[Row]:
    rows = []
    for codec in map(codecs.get, codecs.names()):
        ms = 1000 / codec.rate_hz
        rows.append(
            {
                "name": codec.name,
                "kbit/s": f"{codec.bitrate_bps / 1000:6.2f}",
                "Hz": f"{codec.rate_hz:5d}",
                "frame ms": f"{codec.frame_samples * ms:8.4g}",
                "delay ms": f"{codec.delay_samples * ms:8.1f}",
                "backend": codec.backend,
                "state": AVAILABLE if codec.available else f"missing: {codec.how_to_get}",
            }
        )
    return rows


def _try(effect: type[Effect]) -> None:
    """Hear a tenth of a second through the effect's first example."""
    noise = 0.1 * np.random.default_rng(0).standard_normal(RATE // 10, np.float32)
    made = effect.from_json({"effect": effect.name, **effect.examples[0]})
    effect.apply(noise, RATE, made.draw(np.random.default_rng(0), n_samples=len(noise), rate=RATE))


def _state(attempt: Callable[[], None]) -> str:
    try:
        attempt()
    except ImportError as problem:
        return f"missing: pip install {problem.name}"
    except AugmentError as problem:
        return f"missing: {problem}"
    return AVAILABLE


def _sentence(text: str) -> str:
    """The first sentence of a text, on one line, without marks of markup."""
    first = " ".join(text.split("\n\n")[0].split()).split(". ")[0]
    return first.replace("``", "").rstrip(".:")
