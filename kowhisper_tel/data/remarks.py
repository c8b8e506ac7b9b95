"""Remarks: what a person should look at first in a corpus, in plain words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from kowhisper_tel.core.errors import message
from kowhisper_tel.data.facts import Row
from kowhisper_tel.data.intake import Intake, reasons
from kowhisper_tel.data.telephone import PHONE_RATE_HZ, TAG, YES

WORTH_SAYING = 0.01
"""Share of utterances from which clipping, silence and rejects are worth a remark."""
ONE_VOICE, MOSTLY = 0.5, 0.5
NOISY_DB = 10.0

Remark = tuple[str, dict[str, Any]]


def remarks(intake: Intake, rows: Sequence[Row], facts: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The remarks on one corpus, the gravest first, each with its code, its facts and its text in both languages."""
    phone = () if intake.spec.synthetic else _of_phone(rows, facts)
    sound = (*_of_sound(rows, facts), *_of_labels(facts), *_of_rest(facts))
    found = [*_of_origin(intake), *_of_rates(rows), *phone, *sound]
    if intake.read and len(intake.rejects) >= WORTH_SAYING * intake.read:
        most = next(iter(reasons(intake.rejects)))
        found.append(("card.rejected", {"count": len(intake.rejects), "read": intake.read, "code": most}))
    if intake.spec.licence is None:
        found.append(("card.no_licence", {}))
    name = {"corpus": intake.spec.name}
    return [
        {"code": code, "facts": own} | {language: message(code, name | own, language) for language in ("en", "ko")}
        for code, own in found
    ]


def _of_origin(intake: Intake) -> Iterator[Remark]:
    if intake.spec.synthetic:
        yield "card.synthetic", {}
    if intake.recorded and not any(found.measures for found in intake.recorded):
        yield "card.unheard", {}


def _of_rates(rows: Sequence[Row]) -> Iterator[Remark]:
    by_rate: dict[int, int] = {}
    headers = [(row, row.placed.header) for row in rows if row.placed.header]
    for _, header in headers:
        by_rate[header.rate_hz] = by_rate.get(header.rate_hz, 0) + 1
    if len(by_rate) > 1:
        listed = ", ".join(f"{rate} Hz ({count})" for rate, count in sorted(by_rate.items()))
        yield "card.mixed_rates", {"rates": listed}
    wrong = [(row, rate, h.rate_hz) for row, h in headers if (rate := _stated_rate(row)) and rate != h.rate_hz]
    if wrong:
        row, said, found = wrong[0]
        own = {"said": said, "header": found, "example": row.placed.utterance.id}
        yield "card.rate_disagrees", {"count": len(wrong), **own}


def _of_phone(rows: Sequence[Row], facts: Mapping[str, Any]) -> Iterator[Remark]:
    """What the sound says of the telephone, and what the metadata say otherwise."""
    if hidden := facts["telephone"]["by_sound"]:
        yield "card.hidden_phone", {"count": hidden, "utterances": len(rows), "rate": PHONE_RATE_HZ}
    narrow = sum(bool(row.narrow) for row in rows)
    if WORTH_SAYING * len(rows) <= narrow <= (1 - WORTH_SAYING) * len(rows) and 0 < narrow < len(rows):
        yield "card.mixed_bands", {"count": narrow, "utterances": len(rows)}
    wide = facts["bands"].get("wide", {}).get("utterances", 0)
    if rows and wide >= MOSTLY * len(rows):
        yield "card.wideband", {"count": wide, "utterances": len(rows)}
    contrary = [row for row in rows if _contradicts(row)]
    if contrary:
        utterance = contrary[0].placed.utterance
        yield "card.phone_disagrees", {"count": len(contrary), "value": utterance.tags[TAG], "example": utterance.id}


def _contradicts(row: Row) -> bool:
    """Whether the tag ``real_phone`` of the corpus itself and the sound do not go together."""
    said = row.placed.utterance.tags.get(TAG)
    return said is not None and row.narrow is not None and (said == YES) != row.narrow and row.band != "wide"


def _stated_rate(row: Row) -> int | None:
    """The sample rate in Hz that a tag states (``16000``, ``16kHz``, ``8``), if one does."""
    for tag, value in row.placed.utterance.tags.items():
        if "sampl" in tag.lower() or "샘플" in tag:
            figure = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(k?)(?:hz)?", value.strip().lower())
            if figure:
                number = float(figure[1]) * (1000 if figure[2] or float(figure[1]) < 200 else 1)
                return round(number)
    return None


def _of_sound(rows: Sequence[Row], facts: Mapping[str, Any]) -> Iterator[Remark]:
    for name, code in (("silent", "card.silent"), ("clipped", "card.clipped")):
        if rows and facts[name] is not None and facts[name] >= WORTH_SAYING * len(rows):
            yield code, {"count": facts[name], "utterances": len(rows)}
    snr = facts["distributions"]["snr_db"].get("median")
    if snr is not None and snr < NOISY_DB:
        yield "card.noisy", {"snr_db": snr}


def _of_labels(facts: Mapping[str, Any]) -> Iterator[Remark]:
    for name, code in (("too_fast", "card.too_fast"), ("too_slow", "card.too_slow")):
        found = facts["fit"][name]
        if found["count"]:
            yield code, {"count": found["count"], "example": found["worst"][0]["id"]}


def _of_rest(facts: Mapping[str, Any]) -> Iterator[Remark]:
    if facts["nameless"]:
        yield "card.nameless", {"count": facts["nameless"], "utterances": facts["utterances"]}
    largest = facts["largest_speaker"]
    if largest and largest["share"] >= ONE_VOICE:
        yield "card.one_voice", {"speaker": largest["speaker"], "share": largest["share"]}
