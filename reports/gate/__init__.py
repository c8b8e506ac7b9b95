"""Gate: whether a candidate may replace a baseline, from the evidence of two evaluations.

Reading order: ``side`` (one model of one evaluation, as counts), ``budgets`` (what is asked), ``cells`` (what is
judged), ``rule`` (the verdict on it), ``caps``, ``verdict`` (what came out), ``baseline`` (a side kept as a file),
``plan`` (what a set can show at all), ``markdown``.
"""

from reports.gate.rule import check
from reports.gate.verdict import CapFinding, Finding, Verdict

__all__ = ["CapFinding", "Finding", "Verdict", "check"]
