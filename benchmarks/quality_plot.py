"""The picture of ``codec_quality``: PESQ over bit rate, and over loss; grey lines that read on white and on black."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from benchmarks.codec_quality import Quality

INK = "#7d8590"
COLOURS = ("#2f81f7", "#db6d28", "#3fa650", "#bf5fd0", "#e5534b", "#c69026", "#39a5b5", "#8a7a6a", "#e377a2", "#6f7f3f")
MARKS = "osD^vPX*<>"
SIZE_INCHES = (11.0, 8.4)


def draw(path: Path, coded: Sequence[Quality], lossy: Sequence[Quality]) -> None:
    """Four panels as SVG: narrowband and wideband codecs by bit rate, independent losses and bursts."""
    import matplotlib
    from matplotlib.figure import Figure

    with matplotlib.rc_context({"svg.hashsalt": "codec_quality", "font.size": 9.5, "font.family": "DejaVu Sans"}):
        figure = Figure(figsize=SIZE_INCHES, layout="constrained")
        panels = figure.subplots(2, 2)
        for panel, mode, title in zip(panels[0], ("nb", "wb"), ("Narrowband codecs", "Wideband codecs"), strict=True):
            rates(panel, [one for one in coded if one.mode == mode and (mode == "wb" or "-wb-" not in one.codec)])
            furnish(panel, f"{title}, no loss", "kbit/s", mode)
        for panel, pattern, title in zip(
            panels[1], ("random", "bursts"), ("Frames lost independently", "Bursts of 3 frames on average"), strict=True
        ):
            loss(panel, [one for one in lossy if one.pattern == pattern])
            furnish(panel, title, "% of frames lost", "nb; wb where named")
        figure.savefig(path, format="svg", transparent=True, metadata={"Date": None})


def rates(panel: Any, coded: Sequence[Quality]) -> None:
    """A line for each family, over the logarithm of the bit rate."""
    families: dict[str, list[Quality]] = defaultdict(list)
    for one in coded:
        name, _, last = one.codec.rpartition("-")
        families[name if name == "g711" or (last[0].isdigit() and name) else one.codec].append(one)
    for index, (name, members) in enumerate(families.items()):
        members.sort(key=lambda one: one.bitrate_bps)
        kbps = [one.bitrate_bps / 1000 for one in members]
        line(panel, index, kbps, members, name)
    ticks = (2, 4, 8, 16, 32, 64)
    panel.set_xscale("log")
    panel.set_xticks(ticks, [str(tick) for tick in ticks])
    panel.minorticks_off()


def loss(panel: Any, lossy: Sequence[Quality]) -> None:
    """A line for each codec, over the loss rate."""
    by_codec: dict[str, list[Quality]] = defaultdict(list)
    for one in lossy:
        by_codec[one.codec].append(one)
    for index, (name, members) in enumerate(by_codec.items()):
        named = f"{name} (wb)" if members[0].mode == "wb" else name
        line(panel, index, [100 * one.rate for one in members], members, named)


def line(panel: Any, index: int, across: Sequence[float], members: Sequence[Quality], name: str) -> None:
    """Means with their 95 % intervals."""
    means, halves = [one.mean for one in members], [one.half for one in members]
    colour, mark = COLOURS[index % len(COLOURS)], MARKS[index % len(MARKS)]
    panel.errorbar(
        across, means, halves, color=colour, marker=mark, markersize=5, linewidth=1.6, elinewidth=0.7, label=name
    )


def furnish(panel: Any, title: str, across: str, mode: str) -> None:
    """Title, axes and legend."""
    panel.set_facecolor("none")
    panel.set_title(title, color=INK, fontweight="bold")
    panel.set_xlabel(across, color=INK)
    panel.set_ylabel(f"PESQ ({mode})", color=INK)
    panel.set_ylim(1.0, 4.7)
    panel.grid(color=INK, alpha=0.3, linewidth=0.6)
    panel.tick_params(colors=INK)
    for spine in panel.spines.values():
        spine.set_color(INK)
    panel.legend(labelcolor=INK, frameon=False, fontsize=8.5, ncols=2)
