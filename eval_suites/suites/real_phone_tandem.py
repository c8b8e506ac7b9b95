"""Real phone, tandem: real telephone audio through another, simulated call. Only for who asks for it by name."""

from __future__ import annotations

from augment import Channel
from eval_suites import telephone
from eval_suites.suite import Suite
from eval_suites.suites import Request
from eval_suites.suites._shared import FOREIGN, REAL

CODECS = ("g711-a", telephone.ORDINARY, "gsm-fr")


def build(request: Request) -> list[Suite]:
    """A suite for each codec of the second call. The first hop is the real one, of which no codec is known."""
    return request.of_size(map(_suite, CODECS), smoke=[_suite(CODECS[0]).name])


def _suite(codec: str) -> Suite:
    name = f"real_phone_tandem_{telephone.slug(codec)}"
    spelt = telephone.title(codec)
    return Suite(
        name,
        "real_phone_tandem",
        {"en": f"Real telephone, then {spelt}", "ko": f"실제 전화 음성 → {spelt}"},
        Channel.from_json({"name": name, "effects": telephone.call(codec)}),
        selection=REAL,
        unless=FOREIGN,
        conditions={**telephone.conditions(codec), "hops": 2},
    )
