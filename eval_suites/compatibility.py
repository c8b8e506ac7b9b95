"""Compatibility: which results may be compared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eval_suites.plan import differences
from kowhisper_tel.core.errors import UserError

if TYPE_CHECKING:
    from eval_suites.results import Results


def check_compatible(baseline: Results, candidate: Results) -> None:
    """Refuse results whose manifest, seed, suites, normaliser or metrics differ.

    Raises ``UserError`` (``comparison.incompatible``, exit 4), naming the fields. Model, engine, quantisation and
    decoding may differ: they are what a comparison varies on purpose.
    """
    fields = differences(baseline.versions, candidate.versions)
    if fields:
        raise UserError("comparison.incompatible", fields=", ".join(fields))
