"""What strata of simulated conditions share: which clips they take, and how names are made of free text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from kowhisper_tel.core.files import fingerprint

REAL = {"real_phone": "yes"}
"""Clips that came through a telephone already: they go through no simulated one, and not into noise."""
FOREIGN = {"language": "en"}
"""English clips: what is decoded as Korean leaves them out."""
OTHER = {**REAL, **FOREIGN}
"""Clips that have strata of their own."""


def slugs(values: Iterable[str]) -> dict[str, str]:
    """A part of a name for each value, none twice."""
    plain = {value: re.sub(r"[^\w.+-]+", "_", value).strip("_") for value in values}
    counts = Counter(plain.values())
    return {v: slug + (f"_{fingerprint(v)[:4]}" if counts[slug] > 1 else "") for v, slug in plain.items()}
