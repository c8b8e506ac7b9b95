"""What mkdocs is told of our pages: NAME.ko.md and NAME.en.md are one page, NAME, in the site of each language."""

from __future__ import annotations

import re
from typing import Any

LANGUAGES = ("ko", "en")
SWITCH = re.compile(r"^\[(한국어|English)\]\([^)]+\)\n\n", re.M)
"""The line that leads to the other language where pages are read as files; the site has a menu for it."""
LEFT_OUT = ("presets/frame.", "translations.json")


def language(config: Any) -> str:
    """The language of the site that is built."""
    return str(config["theme"]["language"])


def on_config(config: Any) -> Any:
    """Name the pages of the navigation in this language."""
    config["nav"] = [_named(entry, language(config)) for entry in config["nav"]]
    return config


def _named(entry: Any, own: str) -> Any:
    if isinstance(entry, str):
        return f"{entry.removesuffix('.md')}.{own}.md"
    ((title, below),) = entry.items()
    english, korean = title.split(" · ")
    return {korean if own == "ko" else english: [_named(page, own) for page in below]}


def on_files(files: Any, config: Any) -> Any:
    """Leave out the other language's pages, and give this one's addresses without a language."""
    own = language(config)
    others = tuple(f".{other}.md" for other in LANGUAGES if other != own)
    for file in list(files):
        if file.src_uri.endswith((*others, ".py")) or file.src_uri.startswith(LEFT_OUT):
            files.remove(file)
        elif file.src_uri.endswith(f".{own}.md"):
            name = file.src_uri.removesuffix(f".{own}.md")
            file.dest_uri = "index.html" if name == "index" else f"{name}/index.html"
    return files


def on_page_markdown(markdown: str, page: Any, config: Any, files: Any) -> str:  # noqa: ARG001
    """Without the line that leads to the other language."""
    return SWITCH.sub("", markdown, count=1)


def on_page_context(context: Any, page: Any, config: Any, nav: Any) -> Any:  # noqa: ARG001
    """The menu of languages leads to this same page."""
    for other in config["extra"]["alternate"]:
        other["link"] = f"../{other['lang']}/{page.url}"
    return context
