"""Picture: spectrograms of clips one below the other, on the same axes and the same colours, as a PNG."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from augment import Drawn
from kowhisper_tel.core.audio import RATE, Samples
from kowhisper_tel.core.files import atomic

FRAME_S = 0.032
HIGHEST_HZ = 8000.0
FLOOR_DB, CEILING_DB = -110.0, -30.0
MOST_COLUMNS = 1600
"""More than a picture has pixels; between the frames of a long clip some sound is passed over."""
WIDTH_IN, PANEL_IN, REST_IN, DPI = 9.0, 2.1, 0.9, 100
CAPTION_LETTERS = 115
UNITS = {"_db": "dB", "_hz": "Hz", "_ms": "ms", "_s": "s", "_m": "m", "_percent": "%", "dbfs": "dBFS", "ppm": "ppm"}
"""Of parameters, by the end of their names."""
MOST_WORDS = 3


def spectrograms(clips: Mapping[str, Samples], path: Path, *, rate: int = RATE, caption: str = "") -> None:
    """Draw float32 ``[n]`` clips at ``rate`` Hz, each under its title, and write a PNG, atomically.

    Time in s, 0 to 8 kHz, frames of 32 ms (Hann); the level of a bin in dB relative to a sine at full scale. Titles and
    ``caption`` in Latin letters: the font that comes with matplotlib has no Hangul.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    height_in = REST_IN + PANEL_IN * len(clips)
    figure = Figure(figsize=(WIDTH_IN, height_in), dpi=DPI, layout="constrained")
    FigureCanvasAgg(figure)
    panels = figure.subplots(len(clips), 1, sharex=True, sharey=True, squeeze=False)[:, 0]
    for panel, (title, audio) in zip(panels, clips.items(), strict=True):
        shown = _draw(panel, audio, rate)
        panel.set_title(title, loc="left", fontsize=10)
        panel.set_ylabel("kHz")
    panels[0].set_xlim(0, max(len(audio) for audio in clips.values()) / rate)
    panels[0].set_ylim(0, HIGHEST_HZ / 1000)
    panels[-1].set_xlabel("time in s")
    figure.colorbar(shown, ax=list(panels), label="dB relative to full scale", pad=0.01, aspect=30)
    if caption:
        figure.supxlabel(textwrap.fill(caption, CAPTION_LETTERS), fontsize=9)
    with atomic(path) as file:
        figure.savefig(file, format="png", metadata={"Software": None})


def caption(drawn: Drawn) -> str:
    """The channel's name and what was drawn, in a few words: ``g711: noise 12.3 dB white > codec g711-a``."""
    effects = [_words(params) for params in drawn.effects if not params.get("skipped")]
    return f"{drawn.channel}: {' > '.join(effects) or 'as it is'}"


def _words(params: Mapping[str, Any]) -> str:
    said = [_value(name, value) for name, value in params.items() if name not in ("effect", "seed")]
    words = [word for word in said if word][:MOST_WORDS]
    if params.get("lost"):
        words.append(f"{sum(number for _, number in params['lost'])} frames lost")
    return " ".join([params["effect"], *words])


def _value(name: str, value: Any) -> str:
    """A number with its unit, or a plain name; nothing for what takes more words, or other letters."""
    if isinstance(value, str):
        return value if value.isascii() and "/" not in value else ""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return ""
    unit = next((unit for end, unit in UNITS.items() if name.endswith(end)), name.replace("_", " "))
    return f"{value:.4g} {unit}" if abs(value) >= 1000 else f"{value:.3g} {unit}"


def _draw(panel: Any, audio: Samples, rate: int) -> Any:
    """One spectrogram on its axes; the image."""
    levels_db, hop = _levels_db(audio, rate)
    half_s = hop / rate / 2
    bin_khz = 1 / FRAME_S / 1000
    extent = (-half_s, (2 * levels_db.shape[1] - 1) * half_s, -bin_khz / 2, (levels_db.shape[0] - 0.5) * bin_khz)
    return panel.imshow(
        levels_db, origin="lower", aspect="auto", extent=extent, cmap="magma", vmin=FLOOR_DB, vmax=CEILING_DB
    )


def _levels_db(audio: Samples, rate: int) -> tuple[NDArray[np.float32], int]:
    """Levels ``[bins, frames]`` in dB, and the hop in samples; the first frame's middle is the clip's start."""
    size = round(FRAME_S * rate)
    hop = max(size // 4, -(-len(audio) // MOST_COLUMNS))
    window = np.hanning(size + 1)[:-1].astype(np.float32)
    frames = np.lib.stride_tricks.sliding_window_view(np.pad(audio, size // 2), size)[::hop]
    bins = round(HIGHEST_HZ * FRAME_S) + 1
    amplitudes = np.abs(np.fft.rfft(frames * window)[:, :bins]) * 2 / window.sum()
    levels: NDArray[np.float32] = 20 * np.log10(np.maximum(amplitudes.T, 10 ** (FLOOR_DB / 20)))
    return levels.astype(np.float32), hop
