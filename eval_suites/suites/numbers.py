"""Numbers: utterances in which a phone number, an amount, a date or a code is said, clean and over an ordinary call."""

from __future__ import annotations

from augment import Channel
from eval_suites import telephone
from eval_suites.numbers import KINDS, Kind
from eval_suites.suite import Suite
from eval_suites.suites import Request
from eval_suites.suites._shared import OTHER

TITLES: dict[Kind, dict[str, str]] = {
    "phone": {"en": "Phone numbers", "ko": "전화번호"},
    "amount": {"en": "Amounts", "ko": "금액"},
    "date": {"en": "Dates", "ko": "날짜"},
    "code": {"en": "Codes", "ko": "번호·코드"},
}


def build(request: Request) -> list[Suite]:
    """Two suites for each kind of number."""
    made = [suite for kind in KINDS for suite in (_clean(kind), _call(kind))]
    return request.of_size(made, smoke=[_call("amount").name])


def _clean(kind: Kind) -> Suite:
    channel = Channel("clean")
    return Suite(
        f"numbers_{kind}", "numbers", TITLES[kind], channel, content=kind, unless=OTHER, conditions={"number": kind}
    )


def _call(kind: Kind) -> Suite:
    codec = telephone.ORDINARY
    name = f"numbers_{kind}_{telephone.slug(codec)}"
    return Suite(
        name,
        "numbers",
        {language: f"{title}, {telephone.title(codec)}" for language, title in TITLES[kind].items()},
        Channel.from_json({"name": name, "effects": telephone.call(codec)}),
        content=kind,
        unless=OTHER,
        conditions={"number": kind, **telephone.conditions(codec)},
    )
