"""Numbers with a unit in letters: 오 킬로미터, 십 기가바이트, 삼십삼 제곱미터."""

from __future__ import annotations

import re

from kowhisper_tel.korean.verbalise.quantity import SPAN, span
from kowhisper_tel.korean.verbalise.rule import Rule

UNITS = {
    "km/h": "킬로미터",
    "km": "킬로미터",
    "cm": "센티미터",
    "mm": "밀리미터",
    "nm": "나노미터",
    "m": "미터",
    "kg": "킬로그램",
    "mg": "밀리그램",
    "g": "그램",
    "t": "톤",
    "ml": "밀리리터",
    "mL": "밀리리터",
    "cc": "시시",
    "L": "리터",
    "l": "리터",
    "ℓ": "리터",
    "㎞": "킬로미터",
    "㎝": "센티미터",
    "㎜": "밀리미터",
    "㎏": "킬로그램",
    "㎡": "제곱미터",
    "m²": "제곱미터",
    "m2": "제곱미터",
    "㎥": "세제곱미터",
    "m³": "세제곱미터",
    "℃": "도",
    "°C": "도",
    "°": "도",
    "kHz": "킬로헤르츠",
    "MHz": "메가헤르츠",
    "GHz": "기가헤르츠",
    "Hz": "헤르츠",
    "kbps": "킬로비피에스",
    "Kbps": "킬로비피에스",
    "Mbps": "메가비피에스",
    "Gbps": "기가비피에스",
    "KB": "킬로바이트",
    "MB": "메가바이트",
    "GB": "기가바이트",
    "TB": "테라바이트",
    "kWh": "킬로와트시",
    "kW": "킬로와트",
    "W": "와트",
    "V": "볼트",
    "mA": "밀리암페어",
    "mAh": "밀리암페어시",
    "kcal": "킬로칼로리",
    "cal": "칼로리",
    "dB": "데시벨",
    "ha": "헥타르",
    "in": "인치",
}
_ANY_CASE = {unit.lower(): said for unit, said in UNITS.items() if len(unit) > 1}
"""Units of one letter keep their case: 5g is a weight, 5G a network."""

_UNIT = "|".join(
    re.escape(unit) if len(unit) == 1 else f"(?i:{re.escape(unit)})" for unit in sorted(UNITS, key=len, reverse=True)
)


def _unit(match: re.Match[str]) -> str:
    words = span(match)
    unit = match["unit"]
    if unit.lower() == "km/h":
        return f"시속 {words} 킬로미터"
    return f"{words} {UNITS.get(unit) or _ANY_CASE[unit.lower()]}"


RULES = (Rule("unit", re.compile(rf"{SPAN}\s?(?P<unit>{_UNIT})(?![A-Za-z0-9])"), _unit),)
