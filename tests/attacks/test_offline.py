"""With all sockets shut: a model is opened, speech is evaluated and reported; what is not named is not asked for."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pytest

from eval_suites import results
from eval_suites.runner import evaluate
from kowhisper_tel.config_file import load_config
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.whisper.model import load_model, load_tokenizer
from kowhisper_tel.whisper.resolve import resolve_model
from reports.write import write_report
from tests.eval_suites import fake


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What was to be connected to; nothing ever is."""
    found: list[Any] = []

    def refuse(*arguments: Any, **_: Any) -> Any:
        found.append(arguments)
        raise OSError("no network here")

    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    return found


def test_nothing_is_asked_for(asked: list[Any], tiny: Path, tmp_path: Path) -> None:
    load_model(resolve_model(str(tiny)))
    load_tokenizer(tiny)
    clips = fake.write_manifest(tmp_path / "clips", 8)
    evaluate(fake.specs("plain"), clips, fake.some_suites(), tmp_path / "out", engine=fake.fake_engine())
    write_report(results.load(tmp_path / "out"), tmp_path / "report")
    assert asked == []


def test_the_hub_is_asked_only_by_its_name(asked: list[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UserError):
        resolve_model("./openai/whisper-none-such")
    assert asked == []
    with pytest.raises(UserError) as caught:
        resolve_model("openai/whisper-none-such")
    assert caught.value.code == "model.hub_unreachable"
    assert asked


def test_no_tracker_is_named_unless_the_user_names_it() -> None:
    train = load_config().train
    assert train is not None
    assert train.report_to == []
