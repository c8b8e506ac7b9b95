"""Html: the view as one page that needs nothing but itself.

The policy is ``default-src 'none'`` with the hashes of the page's own style and script, so a browser runs nothing
else, whatever a transcript holds. Jinja2 escapes every text; data for the script go into a JSON block in which ``<``,
``>`` and ``&`` are escaped too.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from kowhisper_tel.core.files import write_text
from reports.charts import bars, cloud, curve, forest, heat, histogram, lines, marks, scatter, stacked
from reports.rounding import Figure
from reports.sections import registry
from reports.text import Text, catalogue, say, say_or
from reports.view import View

if TYPE_CHECKING:
    import jinja2


def write(view: View, path: Path) -> None:
    """Write the page, atomically."""
    write_text(path, page(view))


def page(view: View) -> str:
    """The page as a string."""
    sections = [section.name for section in registry() if section.name in view.sections]
    return render(
        "report.html.j2", _joined("page.js", sections), _joined("page.css", sections), view=view, sections=sections
    )


def render(template: str, script: str | None = None, style: str | None = None, **values: Any) -> str:
    """A template of ``templates/`` as a page, with a script, a style and the policy for both.

    Without a script of its own it has that of the switches, without a style the house's. The same values give the
    same bytes.
    """
    style, script = style or _asset("page.css"), script or _asset("page.js")
    made = _environment().get_template(template)
    return made.render(style=style, script=script, policy=policy(style, script), **values)


def fragment(template: str, **values: Any) -> str:
    """A template of ``templates/`` as a piece of HTML for somebody else's page: no script, no style, all escaped."""
    return _environment().get_template(template).render(say=say, **values)


def policy(style: str, script: str) -> str:
    """The content security policy of a page with this style and this script."""
    return "; ".join(
        [
            "default-src 'none'",
            f"script-src '{_hash(script)}'",
            f"style-src '{_hash(style)}'",
            "img-src data:",
            "media-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        ]
    )


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _asset(name: str, folder: str = "reports.templates") -> str:
    return (resources.files(folder) / name).read_text(encoding="utf-8")


def _joined(name: str, sections: Sequence[str]) -> str:
    """The page's script or style with those of its sections (``NAME_*.js`` and ``NAME.js``, ``NAME.css``), as one."""
    suffix = Path(name).suffix
    files = sorted(file.name for file in resources.files("reports.sections").iterdir())
    parts = [
        file
        for section in sections
        for file in (*(f for f in files if f.startswith(f"{section}_") and f.endswith(suffix)), f"{section}{suffix}")
        if file in files
    ]
    return "\n".join([_asset(name), *(_asset(part, "reports.sections") for part in parts)])


def _environment() -> jinja2.Environment:
    import jinja2

    loader = jinja2.ChoiceLoader(
        [jinja2.PackageLoader("reports", "templates"), jinja2.PackageLoader("reports", "sections")]
    )
    environment = jinja2.Environment(
        loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined
    )
    environment.filters["both"] = both
    environment.filters["value"] = value
    environment.globals.update(
        t=lambda key, **facts: both(say(key, **facts)),
        words=say,
        words_or=say_or,
        strings_of=strings_of,
        json_block=json_block,
        draw_bars=bars.draw,
        draw_curve=curve.draw,
        draw_forest=forest.draw,
        draw_heat=heat.draw,
        draw_histogram=histogram.draw,
        draw_lines=lines.draw,
        draw_scatter=scatter.draw,
        draw_stacked=stacked.draw,
        draw_cloud=cloud.draw,
        swatch=marks.swatch,
    )
    return environment


def both(text: Text) -> Markup:
    """A text in both languages; the page's style shows the chosen one."""
    if text.en == text.ko:
        return Markup.escape(text.en)
    return Markup('<span lang="ko">{}</span><span lang="en">{}</span>').format(text.ko, text.en)


def value(figure: Figure) -> str:
    """A figure's number for a ``data-value``, by which a table sorts; nothing where there is none."""
    return "" if figure.value is None else str(figure.value)


def strings_of(stem: str) -> dict[str, dict[str, str]]:
    """All strings of a file, for a section's script."""
    own = {key: text for key, text in catalogue().items() if key.startswith(f"{stem}.")}
    return {key.removeprefix(f"{stem}."): text.to_json() for key, text in own.items()}


def json_block(value: Any) -> Markup:
    """JSON that may stand inside a script element: no character of it can end the element."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=False)
    for mark in "<>&\u2028\u2029":
        text = text.replace(mark, f"\\u{ord(mark):04x}")
    return Markup(text)
