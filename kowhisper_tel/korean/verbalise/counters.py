"""Counters: which words behind a number are counters, and which numerals they take.

Native before things, people, hours and ages in 살; Sino-Korean before dates, minutes, money, measures and ranks
(National Institute of Korean Language, spelling rules 43 and 44). The cue words decide for 번, 분, 대, which take both.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from kowhisper_tel.korean.verbalise.rule import words

NATIVE = words("""
개 명 사람 마리 살 켤레 잔 병 권 벌 송이 그루 대 번 시 시간 가지 군데 곳 달 채 척 통 장
갑 봉지 상자 박스 판 모 쌍 줄 조각 캔 그릇 접시 자루 다발 포기 알 칸 바퀴 차례 건 짝 팀
종류 포대 컵 숟가락 스푼 끼 배 방울 덩어리 묶음 가닥 걸음 돌 마디 뼘 움큼 토막 통화 꾸러미
다스 두름 뭉치 사발 세트 타래 필 해 가구 군 팩 봉 봉투 매 자리 자릿수 문제 과목 글자 단어 식구 정거장 정류장
블록 표 골 겹 곡 계좌 개비 톨 모금 바늘 스텝 자녀 돈 근 코스
""")

SINO = words("""
년 년도 년대 년생 년간 년차 일 일간 일차 일자 개월 개년 개국 개사 개소 주 주일 주간 주년
주차 분 초 분기 학기 학년 세기 세대 세 층 호 호선 호점 호기 호실 호차 인 인분 인승 인조
인실 박 원 달러 유로 엔 위안 파운드 회 회차 차 차선 차원 위 등 등급 급 단계 단지 동 번지
번길 번가 번방 길 반 쪽 페이지 면 절 절지 항 조 도 도씨 평 평형 점 퍼센트 퍼센트포인트
프로 포인트 킬로 킬로그램 킬로미터 그램 톤 리터 미터 센티 센티미터 밀리미터 밀리리터 나노미터
헤르츠 메가 기가 테라 바이트 와트 볼트 칼로리 데시벨 제곱미터 헥타르 인치 피트 대륙 교시 교대
기 부 부작 집 탄 편 화 문제 문항 종 타 승 패 연패 연승 자 단 사 채널
배속 마력 행 열 분위 개년 강 관왕 연속 라운드 쿼터 이닝 형제 남매 학점 학급 구역 지구 공구 필지 박자 센트 루피 바트
데시리터 암페어 마이크로그램 퍼밀 비트 픽셀 옥타브
""")

BOTH_CUES: dict[str, tuple[re.Pattern[str] | None, re.Pattern[str] | None]] = {
    "번": (
        re.compile(
            r"(?:번호|버튼|내선|출구|게이트|창구|버스|노선|국도|채널|메뉴|항목|보기|문항|문제|레인|좌석|홀|트랙|기출)\s?[은는이가을를]?\s?$|제\s?$"
        ),
        re.compile(
            r"^(?:[을를]?\s?(?:누르|눌|선택|버튼|출구|창구|게이트|버스|마을버스|고객|문제|문항|항목|타자|선수|국도|홀|채널|척추|교향곡|트랙|테이블|레인|좌석|승강장|플랫폼|룸|방|코트|메뉴|카드|계좌|아이언|염색체|환자|보기|답|후보|차로|레일)|으로)"
        ),
    ),
    "장": (re.compile(r"제\s?$"), None),
    "권": (re.compile(r"제\s?$"), None),
}
"""Native counters that take Sino-Korean numerals beside a cue word: counter to (cue before, cue behind)."""

NATIVE_CUES: dict[str, tuple[re.Pattern[str], re.Pattern[str]]] = {
    "부": (
        re.compile(
            r"(?:서류|신문|사본|등본|초본|증명서?|계약서|자료|책자|신청서|확인서|진단서|보고서|원본)[은는이가을를]?\s?$"
        ),
        re.compile(r"^\s?(?:씩|복사|출력|제출|발급|준비|인쇄|떼|필요)"),
    ),
    "편": (
        re.compile(r"(?:영화|드라마|논문|시|소설|작품|광고|영상|글|만화|단편)[은는이가을를]?\s?$"),
        re.compile(r"^[을를]?\s?(?:봤|보[고았려]|찍|썼|쓰[고려]|출연|제작|상영)"),
    ),
    "주": (
        re.compile(r"(?:주식|자사주|우선주|보통주|공모주)[은는이가을를]?\s?$"),
        re.compile(r"^[을를]?\s?(?:매수|매도|보유|배정|체결|청약|샀|팔[았고아])"),
    ),
    "점": (
        re.compile(r"(?:그림|작품|유물|문화재|옷|의류|가구)[은는이가을를]?\s?$"),
        re.compile(r"^[을를]?\s?(?:전시|출품|판매)"),
    ),
}
"""Sino-Korean counters that take native numerals beside a cue word: copies, films, shares, works."""

MENU = re.compile(
    r"#은\s?(?:조회|변경|상담|안내|문의|신청|해지|결제|예약|등록|접수|배송|환불|취소)(?![가-힣])|"
    r"#은\s?[^0-9]{1,12}[0-9]{1,2}번은|"
    r"[0-9]번은[^0-9]*#은|"
    r"#,\s?[^0-9,]{1,8}[은는]\s?[0-9]{1,2}번(?:[을를]?\s?(?:누|눌|선택|$)|[,.])|"
    r"[0-9]번,\s?[^0-9,]{1,8}[은는]\s?#(?:[,.]|$)"
)
"""A menu read out, the number and its 번 being ``#``: #은 조회, 2번은 변경; 조회는 #, 변경은 2번."""

HONOURED = re.compile(
    r"(?:(?:한|두|세|네|다섯|몇) 분[^0-9\s]{0,5}|"
    r"할머니|할아버지|아주머니|아저씨|의사|간호사|교수님?|강사|어머님?|아버님?|환자|보호자|일행|"
    r"고객|손님|어르신|선생님|승객|성인|어른|상담[원사]|기사|직원|부모님|학생|회원)\s?$"
)
"""Before the number of 분: persons."""

MINUTES = re.compile(
    r"^\s?(?:정도\s?)?(?:대기|후|뒤|동안|간|이내|이면|전|만에|안에|내[에로]|기다|소요|걸[리려릴]|통화|상담|초과|이상)"
)
"""Behind 분: minutes, whoever stands before (상담원 2분 대기)."""

PEOPLE = re.compile(
    r"^(?:이서|(?:이|은|도)?\s?(?:계[시신셔세십]|오[시신실셨셔십]|모[시셔])|\s?(?:참석|입장|예약)|"
    r"이\s?(?:참석|입장|앉|함께|같이|식사|모두|전부|예약|쓰러|다치)|께서|"
    r"의\s?(?:고객|손님|선생|어르신|청중)|\s?정도\s?(?:계|오|모))"
)
"""Behind 분: persons (세 분이서), not minutes."""

DECADE = re.compile(
    r"(?:버스|트럭|차량?|택시|컴퓨터|기계|비행기|에어컨|서버|전화기?|냉장고|카메라|드론|오토바이|자전거|노트북|모니터|프린터|복사기|"
    r"티브이|TV|CCTV|PC|세탁기|건조기|선풍기|로봇|장비|단말기|휴대폰|핸드폰|스마트폰|태블릿|헬기|전투기|열차|정수기|청정기|안마의자|"
    r"키오스크|지게차|굴착기|탱크|전차|트랙터|충전기|엘리베이터|자판기|킥보드|기기|피아노)[가는를은이]?\s?$"
)
"""Before ``20대``: machines are counted; otherwise it is an age."""

COUNTED_MACHINES = re.compile(
    r"^(?:[가를]|정도|쯤|까지)?\s?(?:설치|판매|구매|구입|계약|렌트|운행|생산|투입|주차|배치|한정|출고|렌털|렌탈|대여|수리|납품|증차|도입|주문)"
)
"""Behind ``20대``: machines are counted."""

HOURS_NATIVE_TO = 24
"""시간 takes native numerals below this many hours."""

NOT_COUNTERS = re.compile(
    r"(?:시(?:민|장|스템|즌|리즈)|대(?:학|한|표|상(?!으)|회)|개(?:념|발|인)|번역|분(?:야|위기|류|석|할|쟁)|일(?:반|본|등|상)|인(?:데|가|지)|"
    r"월(?:드|급|세)|주(?:민|택|문|소)|장(?:소|애|면)|통(?:신|장|계)|도(?:시|착|움)|판(?:매|결|단)|권(?:리|한|유)|병(?:원|력|가)|잔(?:액|고|업)|건(?:물|강|설)|팀장|곡선|골프|표(?:시|현|준)|채(?:용|권|널)|근(?:무|로|처)|통보|캔버스|벌(?:점|금)|장비|조(?:건|직|사|\s?(?:규모|돌파|이상|이하|가량|시대|클럽|넘)|\s?[0-9][0-9,]*(?:[십백천]?[억만]|원))|점(?:심|검|수|포)|"
    r"원(?:칙|래)|배(?:송|우)|가(?:족|격|능|입)|사(?:람이|용|고)|호(?:텔)|기(?:본|업|간)|단(?:어)|문(?:의)|상(?:담)|차(?:량|이)|"
    r"부(?:분|산|터)|자(?:동|유)|전(?:화|문|체|쟁)|정상|회(?:사|의|원)|명(?:의|령)(?=[가-힣])|"
    r"봉(?:사|급|우|쇄)|팩(?:스|트)|매(?:장|출|입|월|일|주|수|니))"
)
"""Words that only begin like a counter (월드컵, 시스템)."""

_ALL = sorted({*NATIVE, *SINO}, key=lambda word: (-len(word), word))
COUNTER = rf"(?!{NOT_COUNTERS.pattern})(?:{'|'.join(map(re.escape, _ALL))})"
"""Pattern text for any counter, the longest first."""

_NATIVE = frozenset(NATIVE)


@dataclass(frozen=True)
class Place:
    """A counter in its text: what stands before the number and behind the counter."""

    counter: str
    before: str
    behind: str


def takes_native(number: int, place: Place) -> bool:
    """Whether a number is read in native words before this counter, here."""
    counter = place.counter
    if counter == "분":
        honoured = HONOURED.search(place.before) and not MINUTES.match(place.behind)
        if place.before.rstrip().endswith(("시", "시간")):
            return False
        return number < 100 and bool(PEOPLE.match(place.behind) or honoured)
    if counter in NATIVE_CUES and not re.search(r"제\s?$", place.before):
        cue_before, cue_behind = NATIVE_CUES[counter]
        return number < 100 and bool(cue_before.search(place.before) or cue_behind.match(place.behind))
    if counter not in _NATIVE or re.search(r"제\s?$", place.before):
        return False
    if counter == "시":
        return 1 <= number <= 12
    if counter == "시간":
        return number < HOURS_NATIVE_TO
    if counter == "번" and MENU.search(f"{place.before}#{place.behind}"):
        return False
    if counter == "대" and number % 10 == 0 and number <= 90:
        return bool(DECADE.search(place.before) or COUNTED_MACHINES.match(place.behind))
    cues = BOTH_CUES.get(counter, (None, None))
    return not ((cues[0] and cues[0].search(place.before)) or (cues[1] and cues[1].match(place.behind)))
