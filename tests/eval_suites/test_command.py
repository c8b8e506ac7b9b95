"""Other recognisers as programs: what they say is matched strictly, and what goes wrong is said."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from eval_suites import engines
from eval_suites.engines import Clip, Engine, Setting
from eval_suites.models import ModelSpec
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.whisper.decoding import DecodingOptions

RECOGNISER = Path(__file__).with_name("recogniser.py")


def clips(count: int = 3, rendering: str = "r") -> list[Clip]:
    generator = np.random.default_rng(1)
    audio = [generator.integers(-3000, 3000, 800 * n + 160) / 32768 for n in range(count)]
    return [Clip(f"u{n}", rendering, one.astype(np.float32)) for n, one in enumerate(audio)]


def spec(*words: str, **settings: Any) -> ModelSpec:
    return ModelSpec(
        None, "other", "command", settings={"command": [sys.executable, str(RECOGNISER), *words], **settings}
    )


def opened(wanted: ModelSpec, cache: Path = Path()) -> Engine:
    kind = engines.get("command")
    kind.check(wanted, None)
    return kind.open(wanted, Setting("unknown", DecodingOptions(), "unknown", 0, cache))


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Temporary files go where they can be counted."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.mark.parametrize("audio", ["file", "base64"])
@pytest.mark.parametrize("words", [("fine",), ("reversed", "3")])
def test_answers_are_matched_by_id_in_any_order(words: tuple[str, ...], audio: str, temporary: Path) -> None:
    engine = opened(spec(*words, audio=audio))
    heard = engine.transcribe(clips())
    assert [t.text.split()[1] for t in heard] == ["160", "960", "1760"]
    assert engine.transcribe(clips(3, "other")) == heard
    assert [path.stat().st_mode & 0o077 for path in temporary.iterdir()] == [0, 0]  # nobody else's
    assert not list(temporary.rglob("*.wav"))
    engines.close(engine)
    assert not list(temporary.iterdir())


def test_a_program_is_told_that_a_clip_is_english() -> None:
    engine = opened(spec("fine"))
    assert engine.transcribe([Clip("en1", "r", np.zeros(160, np.float32), {"language": "en"})])[0].text.startswith(
        "소리"
    )
    engines.close(engine)


def test_many_large_clips_do_not_block(temporary: Path) -> None:
    """Neither side waits for the other with full pipes: 6 MB go in while answers come out."""
    engine = opened(spec("fine", audio="base64"))
    long = [Clip(f"u{n}", "r", np.zeros(16000 * 5, np.float32)) for n in range(30)]
    assert len(engine.transcribe(long)) == 30
    engines.close(engine)


def test_what_is_known_beside_the_text_is_kept() -> None:
    engine = opened(spec("rich"))
    (said,) = engine.transcribe(clips(1))
    assert (said.avg_logprob, said.nbest, said.segments) == (-0.5, (("가", -0.5), ("나", -1.0)), ((0.0, 0.1, "가"),))
    engines.close(engine)


@pytest.mark.parametrize(
    ("mode", "code", "what"),
    [
        ("dies", "eval.program_ended", "exit status 3"),
        ("silent", "eval.program_silent", "no answer for"),
        ("garbage", "eval.program_answer", "not JSON"),
        ("list", "eval.program_answer", "not a JSON object"),
        ("latin", "eval.program_answer", "not UTF-8"),
        ("foreign", "eval.program_answer", "none of those asked for"),
        ("no-id", "eval.program_answer", "none of those asked for"),
        ("double", "eval.program_answer", "second answer"),
        ("no-text", "eval.program_answer", "text is missing"),
        ("surrogate", "eval.program_answer", "surrogate"),
        ("nan", "eval.program_answer", "no finite number"),
    ],
)
def test_what_goes_wrong_is_said_without_the_words(mode: str, code: str, what: str, temporary: Path) -> None:
    engine = opened(spec(mode, timeout_s=0.5 if mode == "silent" else 30))
    with pytest.raises(UserError) as error:
        engine.transcribe(clips())
    assert (error.value.code, error.value.exit_code) == (code, 7)
    assert what in error.value.text("en")
    assert error.value.facts["stderr"].is_file()
    assert "소리" not in str(error.value)
    assert "오늘" not in str(error.value)
    engines.close(engine)
    assert [path.suffix for path in temporary.iterdir()] == [".stderr"]


def test_one_clip_answered_twice_is_noticed() -> None:
    with pytest.raises(UserError, match=r"second|두|asked"):
        opened(spec("double")).transcribe(clips(1))


def test_a_program_is_started_again_only_as_often_as_allowed(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="3"):
        opened(spec("dies-once", str(tmp_path / "a"))).transcribe(clips())
    engine = opened(spec("dies-once", str(tmp_path / "b"), restarts=1))
    assert len(engine.transcribe(clips())) == 3
    engines.close(engine)
    engine = opened(spec("dies", restarts=2))
    with pytest.raises(UserError) as error:
        engine.transcribe(clips())
    assert error.value.code == "eval.program_ended"
    engines.close(engine)


def test_nothing_passes_through_a_shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPOKEN_KEY", "$(touch owned) ; `touch owned`")
    monkeypatch.chdir(tmp_path)
    engine = opened(spec("env", "${SPOKEN_KEY}", "a b", "*"))
    assert engine.transcribe(clips(1))[0].text == "$(touch owned) ; `touch owned`!a b!*"
    engines.close(engine)
    assert not (tmp_path / "owned").exists()


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({"command": ["no-such-program-here"]}, "eval.program_start"),
        ({"command": ["python", "${KOWHISPER_NO_SUCH_KEY}"]}, "eval.variable"),
        ({"command": "python recognise.py"}, "eval.recogniser"),
        ({"command": []}, "eval.recogniser"),
        ({"command": ["python"], "url": "https://example.org"}, "eval.recogniser"),
        ({"command": ["python"], "timeout": 3}, "eval.recogniser"),
        ({"command": ["python"], "timeout_s": 0}, "eval.recogniser"),
        ({"command": ["python"], "audio": "mp3"}, "eval.recogniser"),
        ({}, "eval.recogniser"),
    ],
)
def test_what_cannot_be_called_is_refused_first(settings: dict[str, Any], code: str) -> None:
    with pytest.raises(UserError) as error:
        opened(ModelSpec(None, "other", "command", settings=settings))
    assert error.value.code == code


def test_a_recogniser_is_told_by_its_command_and_its_files(tmp_path: Path) -> None:
    identify = engines.get("command").identify
    script = tmp_path / "mine.py"
    script.write_text("1")
    wanted = ModelSpec(None, "other", "command", settings={"command": ["python", str(script)]})
    before = identify(wanted)
    assert identify(wanted) == before
    script.write_text("2")
    assert identify(wanted) != before
    assert identify(spec("fine")) != identify(spec("fine", version="2"))


def test_a_program_and_all_it_started_end_with_it(tmp_path: Path) -> None:
    shell = "sleep 300 & echo $! > pids; exec sleep 300"
    settings = {"command": ["sh", "-c", f"cd {tmp_path}; {shell}"], "timeout_s": 0.4}
    engine = opened(ModelSpec(None, "other", "command", settings=settings))
    with pytest.raises(UserError):
        engine.transcribe(clips(1))
    child = int((tmp_path / "pids").read_text())
    deadline = time.monotonic() + 5
    while _runs(child):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split(") ")[1][0] != "Z"
    except FileNotFoundError:
        return False
