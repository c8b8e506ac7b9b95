"""Numbers with a unit in letters: 오 킬로미터, 십 기가바이트, 삼십삼 제곱미터."""

from __future__ import annotations

import re

from kowhisper_tel.korean.verbalise.quantity import SPAN, span
from kowhisper_tel.korean.verbalise.rule import Rule, after, before, parted

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
    "m/s": "미터",
    "mm²": "제곱밀리미터",
    "mm2": "제곱밀리미터",
    "cm²": "제곱센티미터",
    "cm2": "제곱센티미터",
    "km²": "제곱킬로미터",
    "km2": "제곱킬로미터",
    "cm³": "세제곱센티미터",
    "cm3": "세제곱센티미터",
    "m3": "세제곱미터",
    "㎠": "제곱센티미터",
    "㎢": "제곱킬로미터",
    "㎤": "세제곱센티미터",
    "㎎": "밀리그램",
    "㎍": "마이크로그램",
    "μg": "마이크로그램",
    "µg": "마이크로그램",
    "mcg": "마이크로그램",
    "㎛": "마이크로미터",
    "μm": "마이크로미터",
    "㎚": "나노미터",
    "㎖": "밀리리터",
    "㎗": "데시리터",
    "㎘": "킬로리터",
    "㏄": "시시",
    "dl": "데시리터",
    "dL": "데시리터",
    "℉": "도",
    "°F": "도",
    "Pa": "파스칼",
    "hPa": "헥토파스칼",
    "㍱": "헥토파스칼",
    "kPa": "킬로파스칼",
    "MPa": "메가파스칼",
    "mmHg": "밀리미터에이치지",
    "ppm": "피피엠",
    "ppb": "피피비",
    "rpm": "알피엠",
    "bpm": "비피엠",
    "dpi": "디피아이",
    "fps": "에프피에스",
    "px": "픽셀",
    "bps": "비피에스",
    "Tbps": "테라비피에스",
    "PB": "페타바이트",
    "㎐": "헤르츠",
    "㎑": "킬로헤르츠",
    "㎒": "메가헤르츠",
    "㎓": "기가헤르츠",
    "MW": "메가와트",
    "GW": "기가와트",
    "MWh": "메가와트시",
    "Wh": "와트시",
    "㎾": "킬로와트",
    "㎾h": "킬로와트시",
    "㎽": "밀리와트",
    "kV": "킬로볼트",
    "kVA": "킬로볼트암페어",
    "Ω": "옴",
    "㏀": "킬로옴",
    "㏈": "데시벨",
    "㎉": "킬로칼로리",
    "㏊": "헥타르",
    "oz": "온스",
    "lb": "파운드",
    "lbs": "파운드",
    "ft": "피트",
    "yd": "야드",
    "inch": "인치",
    "min": "분",
    "sec": "초",
    "ms": "밀리초",
}
_FRONT = {"km/h": "시속", "m/s": "초속", "℉": "화씨", "°F": "화씨"}
"""What is said before the number."""
_PER = {
    "dL": "데시리터",
    "dl": "데시리터",
    "L": "리터",
    "㎥": "세제곱미터",
    "m³": "세제곱미터",
    "m3": "세제곱미터",
    "㎡": "제곱미터",
    "m²": "제곱미터",
    "kg": "킬로그램",
    "s": "초",
    "h": "시간",
}
_ANY_CASE = {unit.lower(): said for unit, said in UNITS.items() if len(unit) > 1}
"""Units of one letter keep their case: 5g is a weight, 5G a network."""

_UNIT = "|".join(
    re.escape(unit) if len(unit) == 1 else f"(?i:{re.escape(unit)})" for unit in sorted(UNITS, key=len, reverse=True)
)
_NEEDS = "A" + "".join(sorted({sign for unit in UNITS for sign in unit if not sign.isascii()}))
_PER_UNIT = "|".join(map(re.escape, _PER))


def _unit(match: re.Match[str]) -> str:
    unit = next((known for known in (match["unit"], match["unit"].lower()) if known in _FRONT), match["unit"])
    front = f"{_FRONT[unit]} " if unit in _FRONT and not before(match).rstrip().endswith(_FRONT[unit]) else ""
    per = f" 퍼 {_PER[match['per']]}" if match["per"] else ""
    name = "킬로미터" if unit == "km/h" else UNITS.get(unit) or _ANY_CASE[unit.lower()]
    said = f"{front}{span(match)} {name}{per}"
    return said if after(match, 1) in ("급", "대", "형") else parted(match, said)


RULES = (
    Rule(
        "unit",
        re.compile(rf"{SPAN}\s?(?=[A-Za-z°µμΩℓ℃℉㍱㎀-㏿])(?P<unit>{_UNIT})(?:/(?P<per>{_PER_UNIT}))?(?![A-Za-z0-9])"),
        _unit,
        needs=_NEEDS,
    ),
)
