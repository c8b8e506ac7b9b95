"""Browser: headless Chromium by its debugging pipe (Chrome DevTools Protocol), by the standard library alone."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
TIMEOUT_S = 60


def program() -> str | None:
    """The path of a Chromium or Chrome, where there is one."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


class Tab:
    """One page. ``call`` sends a command and waits for its answer; ``events`` are those that came since ``clear``."""

    def __init__(self, write: Callable[[bytes], object], read: Callable[[], bytes], session: str) -> None:
        self._write, self._read, self._session, self._number = write, read, session, 100
        self.events: list[dict[str, Any]] = []

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """A command's result. Raises ``RuntimeError`` with the browser's words where it refuses."""
        self._number += 1
        sent = {"id": self._number, "method": method, "params": parameters, "sessionId": self._session}
        self._write(json.dumps(sent).encode() + b"\0")
        return _answer(self._read, self._number, self.events)

    def until(self, method: str, after: int = 0) -> None:
        """Read on until an event of this name came, not counting the first so many."""
        while not any(event["method"] == method for event in self.events[after:]):
            message = json.loads(self._read())
            if "method" in message:
                self.events.append(message)

    def evaluate(self, script: str) -> Any:
        """The value of an expression, awaited. Raises ``RuntimeError`` where it throws."""
        made = self.call("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in made:
            raise RuntimeError(made["exceptionDetails"])
        return made["result"].get("value")


@contextmanager
def tab() -> Iterator[Tab]:
    """A fresh browser with one empty page, ended with the block. Raises ``FileNotFoundError`` without a Chromium."""
    path = program()
    if path is None:
        raise FileNotFoundError(f"none of {', '.join(NAMES)} on PATH: install chromium (apt-get install chromium)")
    to_browser, from_browser = os.pipe(), os.pipe()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        options = ["--headless=new", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe", "--hide-scrollbars"]
        quoted = " ".join([*options, f"--user-data-dir={profile}"])
        line = f'exec "{path}" {quoted} 3<&{to_browser[0]} 4>&{from_browser[1]}'
        fds = (to_browser[0], from_browser[1])
        process = subprocess.Popen(["bash", "-c", line], pass_fds=fds, stderr=subprocess.DEVNULL)
        for end in fds:
            os.close(end)
        with os.fdopen(to_browser[1], "wb", buffering=0) as write, os.fdopen(from_browser[0], "rb") as stream:
            try:
                yield _open(write.write, _reader(stream))
            finally:
                process.terminate()
                process.wait(TIMEOUT_S)


def _open(write: Callable[[bytes], object], read: Callable[[], bytes]) -> Tab:
    def call(number: int, method: str, **parameters: Any) -> dict[str, Any]:
        write(json.dumps({"id": number, "method": method, "params": parameters}).encode() + b"\0")
        return _answer(read, number, [])

    target = call(1, "Target.createTarget", url="about:blank")["targetId"]
    session = call(2, "Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
    made = Tab(write, read, session)
    for domain in ("Page", "Network", "Runtime", "Log"):
        made.call(f"{domain}.enable")
    return made


def _reader(stream: Any) -> Callable[[], bytes]:
    """Messages end with a zero byte."""
    left = bytearray()

    def read() -> bytes:
        while b"\0" not in left:
            some = stream.read1(1 << 16)
            if not some:
                raise RuntimeError("the browser has gone")
            left.extend(some)
        end = left.index(b"\0")
        message = bytes(left[:end])
        del left[: end + 1]
        return message

    return read


def _answer(read: Callable[[], bytes], number: int, events: list[dict[str, Any]]) -> dict[str, Any]:
    while True:
        message = json.loads(read())
        if message.get("id") == number:
            if "error" in message:
                raise RuntimeError(message["error"]["message"])
            return dict(message["result"])
        if "method" in message:
            events.append(message)
