"""Which texts of both languages said the same when somebody last looked: hashes in ``translations.json``.

    python docs/translations.py          which pages changed since, and on which side
    python docs/translations.py --renew  they say the same again (`make translated`)

A page that changed in one language only is a translation gone stale, and the tests fail; one that changed in both wants
to be looked at, too. The stamps say that it was.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
STAMPS = Path(__file__).with_name("translations.json")
LANGUAGES = ("en", "ko")
KINDS = ("docs/*.{}.md", "docs/presets/*.{}.md", "notebooks/*.{}.ipynb")


def pairs() -> dict[str, dict[str, Path]]:
    """Every text by its name, in both languages."""
    found = {"README": {"en": ROOT / "README.md", "ko": ROOT / "README.ko.md"}}
    for kind in KINDS:
        for english in sorted(ROOT.glob(kind.format("en"))):
            name = english.relative_to(ROOT).as_posix().replace(".en.", ".*.")
            found[name] = {"en": english, "ko": english.with_name(english.name.replace(".en.", ".ko."))}
    return found


def stamps() -> dict[str, dict[str, str]]:
    """What all texts hash to now."""
    return {name: {own: _hash(texts[own]) for own in LANGUAGES} for name, texts in pairs().items()}


def stale() -> list[str]:
    """A line for each text that is not as its stamp says, and for each stamp of none."""
    known = json.loads(STAMPS.read_text(encoding="utf-8")) if STAMPS.is_file() else {}
    now = stamps()
    lines = []
    for name in sorted(known.keys() | now.keys()):
        old, new = known.get(name, {}), now.get(name, {})
        changed = [own for own in LANGUAGES if old.get(own) != new.get(own)]
        if changed:
            lines.append(f"{name}: changed in {' and '.join(changed)}. Translate it, then `make translated`.")
    return lines


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]


def main() -> None:
    """Tell what is stale, or renew the stamps."""
    lines = stale()
    print("\n".join(lines) or "nothing changed")
    if "--renew" in sys.argv:
        STAMPS.write_text(json.dumps(stamps(), indent=0) + "\n", encoding="utf-8")
    elif lines:
        sys.exit(1)


if __name__ == "__main__":
    main()
