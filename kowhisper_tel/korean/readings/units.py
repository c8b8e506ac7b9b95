"""Units written in letters or signs, with everything that they are called."""

from __future__ import annotations

from kowhisper_tel.korean.verbalise.rule import words
from kowhisper_tel.korean.verbalise.rules.units import UNITS

_CALLED = """
‰ 퍼밀
us$ 달러 불
usd 달러 불 유에스디
krw 원
eur 유로
jpy 엔
cny 위안
% 퍼센트 프로 퍼
%p 퍼센트포인트 프로포인트 퍼센트피 퍼센트
km 킬로미터 킬로 키로 키로미터 케이엠
cm 센티미터 센치미터 센티 센치 씨엠
mm 밀리미터 미리미터 밀리 미리 엠엠
m 미터 엠
nm 나노미터 나노
kg 킬로그램 킬로 키로 키로그램 케이지
mg 밀리그램 미리그램 엠지
g 그램 그람
t 톤
ml 밀리리터 밀리 미리 미리리터 엠엘
cc 시시 씨씨
l 리터
ℓ 리터
μm 마이크로미터 마이크로 미크론
km/h 킬로미터 킬로 키로
m/s 미터
㎡ 제곱미터 평방미터 제곱 헤베
m² 제곱미터 평방미터 제곱
m2 제곱미터 평방미터 제곱
㎢ 제곱킬로미터 평방킬로미터
㎥ 세제곱미터 입방미터 루베
m³ 세제곱미터 입방미터 루베
m3 세제곱미터 입방미터 루베
㎠ 제곱센티미터 평방센티미터
℃ 도 도씨
°c 도 도씨
℉ 도 도에프
° 도
hz 헤르츠
khz 킬로헤르츠
mhz 메가헤르츠
ghz 기가헤르츠 기가
bps 비피에스
kbps 킬로비피에스 케이비피에스 킬로비트
mbps 메가비피에스 엠비피에스 메가 메가비트
gbps 기가비피에스 지비피에스 기가 기가비트
b 바이트
kb 킬로바이트 케이비 킬로
mb 메가바이트 메가 엠비
gb 기가바이트 기가 지비
tb 테라바이트 테라 티비
kwh 킬로와트시 킬로와트 킬로와트아워 키로와트
kw 킬로와트 키로와트
w 와트
v 볼트
a 암페어
ma 밀리암페어
mah 밀리암페어시 밀리암페어 밀리암페어아워 엠에이에이치
kcal 킬로칼로리 칼로리 키로칼로리
cal 칼로리
db 데시벨 디비
ha 헥타르
in 인치
inch 인치
" 인치
ft 피트
h 시간
min 분
s 초
sec 초
$ 달러 불
₩ 원
€ 유로
¥ 엔 위안
£ 파운드
"""
NAMES: dict[str, tuple[str, ...]] = {
    unit: tuple(names) for unit, *names in (words(line) for line in _CALLED.strip().splitlines())
}
"""Unit as written, in lower case, to its names, the full one first."""

_BY_FULL_NAME = {called[0]: called for called in NAMES.values()}

BEFORE: dict[str, tuple[str, ...]] = {
    "km/h": ("시속",),
    "m/s": ("초속",),
    "℃": ("", "섭씨"),
    "°c": ("", "섭씨"),
    "℉": ("화씨", ""),
    "°f": ("화씨", ""),
}
"""What is said before the number, where the unit asks for it."""


def names(unit: str) -> tuple[str, ...] | None:
    """What a unit is called, or nothing where it is none."""
    called = NAMES.get(unit.lower())
    if called:
        return called
    full = UNITS.get(unit) or UNITS.get(unit.lower())
    return _BY_FULL_NAME.get(full, (full,)) if full else None
