"""Signs and units behind a minus or a range: none is lost."""

from __future__ import annotations

import pytest

from kowhisper_tel.korean.verbalise import verbalise


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("-10%", "마이너스 십 퍼센트"),
        ("3~5%", "삼에서 오 퍼센트"),
        ("-3℃", "마이너스 삼 도"),
        ("-5~-3℃", "마이너스 오에서 마이너스 삼 도"),
        ("20~30kg", "이십에서 삼십 킬로그램"),
        ("-5kg", "마이너스 오 킬로그램"),
        ("100~200MB", "백에서 이백 메가바이트"),
        ("1~2%p", "일에서 이 퍼센트포인트"),
        ("60~80km/h", "시속 육십에서 팔십 킬로미터"),
        ("0.5~1.5%", "영 점 오에서 일 점 오 퍼센트"),
    ],
)
def test_signs_and_units_stay(written: str, said: str) -> None:
    assert verbalise(written) == said
