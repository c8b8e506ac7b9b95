"""Method: how the figures were made, and what is not claimed by them."""

from __future__ import annotations

from dataclasses import dataclass

from eval_suites.results import block_kind
from eval_suites.statistics import FEW_BLOCKS
from reports.evidence import Evidence
from reports.sections import Section
from reports.text import Text, say


@dataclass(frozen=True)
class Method:
    """Sentences in both languages."""

    how: tuple[Text, ...]
    not_claimed: tuple[Text, ...]


def build(evidence: Evidence) -> Method:
    """The sentences that fit this evidence."""
    versions = evidence.results.versions
    normaliser = versions.get("normaliser", versions.get("normalizer", ""))
    kinds = say(f"common.kinds_{block_kind(evidence.rows)}")
    facts = {"level": round(100 * evidence.level), "draws": f"{evidence.draws:,}", "normaliser": normaliser or "–"}
    facts |= {"kinds": kinds, "few": FEW_BLOCKS}
    how = [
        say(f"method.how_{key}", **facts)
        for key in ("cer", "pooled", "interval", "verdicts", "headline", "decoding", "loops")
    ]
    if evidence.first("control"):
        how.append(say("method.how_control"))
    keys = ["simulated", "speakers", "single_seed", "meaning"]
    return Method(
        tuple(how), tuple(say(f"method.not_{key}") for key in (["synthetic"] if evidence.synthetic else []) + keys)
    )


SECTION = Section("method", 70, build)
