"""Other recognisers behind an address: what is sent, how often, and what is never written."""

from __future__ import annotations

import base64
import dataclasses
import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from eval_suites import engines
from eval_suites.engines import Clip, Engine, Setting, _endpoint
from eval_suites.models import ModelSpec
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.whisper.decoding import DecodingOptions

KEY = "s3cr3t-value"
CLIP = Clip("u/1 가", "r", np.linspace(-0.5, 0.5, 1600).astype(np.float32))


class Service:
    """Answers with the statuses of a script, then with 200; remembers what came."""

    def __init__(self) -> None:
        self.statuses: list[tuple[int, dict[str, str]]] = []
        self.answer: Any = {"text": "네"}
        self.came: list[tuple[str, dict[str, str], bytes]] = []
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                service.came.append((self.path, dict(self.headers), body))
                status, headers = service.statuses.pop(0) if service.statuses else (200, {})
                answer = service.answer
                data = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_: Any) -> None:
                pass

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/hear"
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def service() -> Iterator[Service]:
    made = Service()
    yield made
    made.close()


@pytest.fixture(autouse=True)
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    waits: list[float] = []
    monkeypatch.setattr(_endpoint, "sleep", waits.append)
    monkeypatch.setenv("STT_KEY", KEY)
    return waits


def opened(url: str, **settings: Any) -> Engine:
    kind, spec = engines.get("command"), ModelSpec(None, "other", "command", settings={"url": url, **settings})
    kind.check(spec, None)
    return kind.open(spec, Setting("unknown", DecodingOptions(), "unknown", 0, Path()))


def test_json_goes_out_with_headers_from_the_environment(service: Service) -> None:
    engine = opened(service.url + "?k=${STT_KEY}", headers={"Authorization": "Bearer ${STT_KEY}"})
    assert [said.text for said in engine.transcribe([CLIP, CLIP])] == ["네", "네"]
    path, headers, body = service.came[0]
    assert (path, headers["Authorization"]) == (f"/hear?k={KEY}", f"Bearer {KEY}")
    sent = json.loads(body)
    assert (sent["id"], sent["rate"], sent["language"]) == (CLIP.utterance_id, 16000, "ko")
    assert base64.b64decode(sent["audio"])[:4] == b"RIFF"


def test_a_wav_goes_out_where_asked_and_the_answer_is_found(service: Service) -> None:
    service.answer = {"results": [{"text": "네", "avg_logprob": -1}]}
    (said,) = opened(service.url, body="wav", answer="results.0").transcribe([CLIP])
    assert (said.text, said.avg_logprob) == ("네", -1.0)
    assert service.came[0][2][:4] == b"RIFF"
    assert base64.b64decode(service.came[0][1]["X-Id"]).decode() == CLIP.utterance_id


@pytest.mark.parametrize("body", ["json", "wav"])
def test_an_english_clip_is_sent_as_english(service: Service, body: str) -> None:
    opened(service.url, body=body).transcribe([dataclasses.replace(CLIP, decoding={"language": "en"}), CLIP])
    told = [json.loads(sent)["language"] if body == "json" else head["X-Language"] for _, head, sent in service.came]
    assert told == ["en", "ko"]


def test_a_busy_service_is_asked_again_when_it_likes(service: Service, slept: list[float]) -> None:
    service.statuses = [(429, {"Retry-After": "7"}), (503, {}), (500, {"Retry-After": "99999"})]
    assert opened(service.url).transcribe([CLIP])[0].text == "네"
    assert slept == [7.0, 2.0, _endpoint.LONGEST_WAIT_S]


def test_it_gives_up_after_the_retries(service: Service, slept: list[float]) -> None:
    service.statuses = [(503, {})] * 9
    with pytest.raises(UserError, match="503") as error:
        opened(service.url, retries=2).transcribe([CLIP])
    assert (error.value.code, len(service.came), slept) == ("eval.endpoint_failed", 3, [1.0, 2.0])


@pytest.mark.parametrize("status", [400, 401, 404])
def test_what_will_never_work_is_not_tried_again(status: int, service: Service, slept: list[float]) -> None:
    service.statuses = [(status, {})]
    with pytest.raises(UserError, match=str(status)):
        opened(service.url).transcribe([CLIP])
    assert slept == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_audio_and_keys_follow_nobody_elsewhere(status: int, service: Service) -> None:
    other = Service()
    service.statuses = [(status, {"Location": other.url})]
    with pytest.raises(UserError, match=str(status)):
        opened(service.url, headers={"Authorization": "${STT_KEY}"}).transcribe([CLIP])
    assert other.came == []
    other.close()


@pytest.mark.parametrize(
    ("answer", "settings"),
    [
        (b"\xff", {}),
        (b"<html>", {}),
        ([1], {}),
        ({"txt": "네"}, {}),
        ({"text": 3}, {}),
        ({"id": "another", "text": "네"}, {}),
        ({"results": []}, {"answer": "results.0"}),
        ({"results": {"a": 1}}, {"answer": "results.b"}),
    ],
)
def test_an_answer_of_no_use_is_said(answer: Any, settings: dict[str, str], service: Service) -> None:
    service.answer = answer
    with pytest.raises(UserError) as error:
        opened(service.url, **settings).transcribe([CLIP])
    assert error.value.code == "eval.endpoint_answer"
    assert error.value.facts["id"] == CLIP.utterance_id
    assert "네" not in error.value.text("en")


def test_no_more_calls_than_allowed(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_endpoint, "sleep", time.sleep)
    began = time.monotonic()
    opened(service.url, per_second=20).transcribe([CLIP] * 5)
    assert time.monotonic() - began >= 0.2


def test_nobody_there_is_said_without_the_key(slept: list[float]) -> None:
    with pytest.raises(UserError) as error:
        opened("http://127.0.0.1:9/?token=${STT_KEY}", retries=1).transcribe([CLIP])
    assert KEY not in error.value.text("en") + repr(error.value)


@pytest.mark.parametrize(
    "settings",
    [
        {"url": "ftp://example.org"},
        {"url": "file:///etc/passwd"},
        {"url": "example.org"},
        {"url": "https://me:pass@example.org"},
        {"url": "https://example.org/?api_key=abc"},
        {"url": "https://example.org", "headers": {"Authorization": "Bearer abc"}},
        {"url": "https://example.org", "headers": {"X-API-Key": "abc"}},
        {"url": "https://example.org", "body": "xml"},
        {"url": "https://example.org", "per_second": 0},
        {"url": "https://example.org", "retrys": 1},
    ],
)
def test_a_secret_in_the_config_is_refused_and_so_is_nonsense(settings: dict[str, Any]) -> None:
    with pytest.raises(UserError) as error:
        engines.get("command").check(ModelSpec(None, "other", "command", settings=settings), None)
    assert error.value.code == "eval.recogniser"
    assert "abc" not in str(error.value)
    assert "pass@" not in str(error.value)


def test_where_audio_goes_is_said_once(service: Service, caplog: pytest.LogCaptureFixture) -> None:
    from eval_suites.engines import command

    command._tell.cache_clear()
    for _ in range(2):
        opened(service.url)
    assert [record.getMessage().count("127.0.0.1") for record in caplog.records] == [1]
