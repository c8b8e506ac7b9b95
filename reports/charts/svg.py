"""Svg: writing SVG elements safely, and scales with round numbers."""

from __future__ import annotations

import math

from markupsafe import Markup, escape

from reports.characters import xml
from reports.text import Text

FONT = "system-ui, 'Apple SD Gothic Neo', 'Malgun Gothic', 'Noto Sans KR', 'Noto Sans CJK KR', sans-serif"


def tag(name: str, *children: str, **attributes: str | float) -> Markup:
    """An element; ``font_size`` becomes ``font-size``, ``class_`` becomes ``class``; all text is escaped."""
    pairs = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(xml(_plain(value)))}"' for key, value in attributes.items()
    )
    inside = "".join(child if isinstance(child, Markup) else escape(xml(child)) for child in children)
    return Markup(f"<{name}{pairs}>{inside}</{name}>" if inside else f"<{name}{pairs}/>")


def _plain(value: str | float) -> str:
    return value if isinstance(value, str) else f"{value:.1f}".removesuffix(".0")


def text(content: Text, language: str | None, **attributes: str | float) -> Markup:
    """A text element in one language, or one in each (the page's style shows the chosen)."""
    if content.en == content.ko:
        return tag("text", content.en, **attributes)
    shown = [("en", content.en), ("ko", content.ko)]
    return Markup("").join(
        tag("text", words, lang=code, **attributes) for code, words in shown if language in (None, code)
    )


def whole(body: str, width: float, height: float, label: Text, language: str | None, style: str = "") -> Markup:
    """The picture with its accessible name; ``style`` makes it stand alone."""
    name = label.en if language == "en" else label.ko if language == "ko" else f"{label.ko} / {label.en}"
    css = Markup(f"<style>{style}</style>") if style else ""
    return tag(
        "svg",
        *([css] if css else []),
        Markup(body),
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {_plain(width)} {_plain(height)}",
        role="img",
        aria_label=name,
        font_family=FONT,
        **({"width": width, "height": height} if style else {}),
    )


def ticks(highest: float, wanted: int = 5) -> list[float]:
    """Round numbers from 0 to just past ``highest``."""
    if highest <= 0:
        return [0.0, 1.0]
    raw = highest / wanted
    power = 10 ** math.floor(math.log10(raw))
    step = next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= raw * 0.999)
    return [round(step * number, 10) for number in range(math.ceil(highest / step - 1e-9) + 1)]


def tick_label(value: float) -> str:
    """A tick without needless zeros."""
    return f"{value:g}"
