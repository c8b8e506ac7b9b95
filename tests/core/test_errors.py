import pickle
import re
from pathlib import Path

import pytest

from kowhisper_tel.core.errors import UserError, catalogue, placeholders
from kowhisper_tel.core.language import choose_language, current_language

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("code", sorted(catalogue()))
def test_every_message_says_the_same_in_both_languages(code: str) -> None:
    entry = catalogue()[code]
    assert set(entry) <= {"en", "ko", "exit"}
    assert placeholders(entry["en"]) == placeholders(entry["ko"])
    assert re.search("[가-힣]", entry["ko"]), "the Korean text holds no Hangul"
    assert not re.search("[가-힣]{3}", re.sub(r"[`'\"(][^`'\")]*[`'\")]", "", entry["en"])), (
        "Hangul in the English text"
    )


def test_every_code_raised_has_a_message_and_every_message_a_use() -> None:
    sources = {
        path: path.read_text(encoding="utf-8")
        for room in ("kowhisper_tel", "reports", "eval_suites")
        for path in (ROOT / room).rglob("*.py")
    }
    raised = {code for text in sources.values() for code in re.findall(r'UserError\(\s*"([^"]+)"', text)}
    assert raised <= catalogue().keys()
    everything = "".join(sources.values())
    assert [code for code in catalogue() if f'"{code}"' not in everything] == []


def test_language_follows_the_choice_then_the_locale(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "ko_KR.UTF-8")
    assert current_language() == "ko"
    choose_language("en")
    try:
        assert current_language() == "en"
        assert "no such file" in str(UserError("audio.missing", path="a.wav"))
    finally:
        choose_language(None)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    assert current_language() == "en"


def test_an_error_crosses_processes_whole() -> None:
    error = pickle.loads(pickle.dumps(UserError("audio.missing", path="a.wav")))
    assert error.code == "audio.missing"
    assert error.text("ko") == UserError("audio.missing", path="a.wav").text("ko")
