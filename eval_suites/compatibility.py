"""Compatibility: which results may be compared."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Protocol

from eval_suites.plan import differences
from kowhisper_tel.core.errors import UserError

if TYPE_CHECKING:
    from eval_suites.results import Results


def check_compatible(baseline: Results, candidate: Results) -> None:
    """Refuse results whose manifest, seed, suites (or their strata), normaliser or metrics differ.

    Raises ``UserError`` (``comparison.incompatible``, exit 4), naming the fields. Model, engine, quantisation and
    decoding may differ: they are what a comparison varies on purpose.
    """
    fields = differences(baseline.versions, candidate.versions)
    fields = fields or differences(places(baseline.suites), places(candidate.suites))
    if fields:
        raise UserError("comparison.incompatible", fields=", ".join(fields))


class Placed(Protocol):
    """A suite, or what is kept of one."""

    @property
    def name(self) -> str: ...

    @property
    def stratum(self) -> str: ...

    @property
    def summed(self) -> bool: ...


def places(suites: Iterable[Placed]) -> dict[str, Any]:
    """Where each suite counts, which its fingerprint does not hold: the same clips may stand in another stratum."""
    return {f"suites.{suite.name}": {"stratum": suite.stratum, "summed": suite.summed} for suite in suites}
