"""A recogniser behind an address: a POST a clip, JSON back. Nothing goes anywhere but to the address of the config."""

from __future__ import annotations

import email.utils
import http.client
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from eval_suites.engines import _answers, _variables
from kowhisper_tel.core.errors import UserError

LONGEST_WAIT_S = 120.0
SECRET = ("auth", "key", "token", "secret", "password", "cookie", "credential", "signature")
"""What the name of a header or of a part of an address holds that is not to be written anywhere."""
sleep = time.sleep


@dataclass(frozen=True)
class EndpointSettings:
    """How an endpoint is called. ``${NAME}`` in ``url`` and ``headers`` is filled in when it is called.

    ``body``: ``json`` sends ``{"id", "audio": base64 of a 16-bit WAV, "rate", "language"}``, ``wav`` the file itself
    (the id in UTF-8 and base64 as ``X-Id``, the language as ``X-Language``). ``answer`` says where in the JSON answer
    the object with ``text`` lies, such as ``results.0`` (empty: it is the answer). A call that gets no answer in
    ``timeout_s``, or status 429 or 5xx, is made again, ``retries`` times, after 1, 2, 4 … s or what ``Retry-After``
    asks for, at most 120 s. ``per_second``: no more calls than this. ``version`` is yours: part of what identifies
    the recogniser.
    """

    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Literal["json", "wav"] = "json"
    answer: str = ""
    timeout_s: float = 60.0
    retries: int = 5
    per_second: float | None = None
    version: str = ""

    def __post_init__(self) -> None:
        address = urllib.parse.urlsplit(self.url)
        if address.scheme not in ("http", "https") or not address.hostname:
            raise ValueError("url begins with http:// or https:// and a host")
        if self.body not in ("json", "wav"):
            raise ValueError(f"body is json or wav, not {self.body!r}")
        if not self.timeout_s > 0 or self.retries < 0 or (self.per_second is not None and not self.per_second > 0):
            raise ValueError("timeout_s and per_second are above 0, and retries 0 or more")
        named = [*self.headers.items(), *urllib.parse.parse_qsl(address.query)]
        bare = [name for name, value in named if _is_secret(name) and not _variables.has_any(str(value))]
        if address.password is not None and not _variables.has_any(address.password):
            bare.append("the password in the url")
        if bare:
            raise ValueError(f"{bare[0]} would be written down: put its value into an environment variable, ${{NAME}}")

    @property
    def name(self) -> str:
        """The host, for messages: the rest of an address may hold keys."""
        return urllib.parse.urlsplit(self.url).hostname or ""


class Endpoint:
    """Calls one address, one clip after the other."""

    def __init__(self, settings: EndpointSettings) -> None:
        self._settings = settings
        self._url = _variables.filled(settings.url)
        self._headers = {name: _variables.filled(str(value)) for name, value in settings.headers.items()}
        self._next_s = 0.0
        # An answer that points elsewhere is an error: keys and audio go to the address of the config alone.
        self._opener = urllib.request.build_opener(_NoRedirect)

    def ask(self, name: str, body: bytes, headers: Mapping[str, str]) -> dict[str, Any]:
        """The answer for one clip, as an object with ``text``.

        Raises ``UserError``: ``eval.endpoint_failed``, ``eval.endpoint_answer``.
        """
        for attempt in range(self._settings.retries + 1):
            self._keep_to_the_rate()
            try:
                return self._read(name, self._call(body, headers))
            except _AgainError as problem:
                if attempt == self._settings.retries:
                    raise self._failed(name, problem, attempt + 1) from None
                sleep(min(2.0**attempt if problem.wait_s is None else problem.wait_s, LONGEST_WAIT_S))
            except _NeverError as problem:
                raise self._failed(name, problem, attempt + 1) from None
        raise AssertionError("unreachable")

    def _keep_to_the_rate(self) -> None:
        if self._settings.per_second is None:
            return
        wait_s = self._next_s - time.monotonic()
        if wait_s > 0:
            sleep(wait_s)
        self._next_s = time.monotonic() + 1 / self._settings.per_second

    def _call(self, body: bytes, headers: Mapping[str, str]) -> bytes:
        try:
            request = urllib.request.Request(self._url, body, {**headers, **self._headers}, method="POST")
            with self._opener.open(request, timeout=self._settings.timeout_s) as response:
                found: bytes = response.read(_answers.LONGEST + 1)
                return found
        except urllib.error.HTTPError as problem:
            status, asked = problem.code, problem.headers.get("Retry-After")
            problem.close()
            if status == 429 or status >= 500:
                raise _AgainError(f"status {status}", _seconds(asked)) from None
            raise _NeverError(f"status {status}") from None
        except (OSError, http.client.HTTPException) as problem:  # URLError is an OSError
            raise _AgainError(_reason(problem)) from None
        except ValueError as problem:  # its words may hold the address or a header
            raise _NeverError(type(problem).__name__) from None

    def _read(self, name: str, found: bytes) -> dict[str, Any]:
        try:
            answer: Any = _answers.read(found)
            for step in self._settings.answer.split(".") if self._settings.answer else ():
                answer = answer[int(step)] if isinstance(answer, list) else answer[step]
            if not isinstance(answer, dict):
                raise _answers.AnswerError(f"{self._settings.answer} is no JSON object")
            if answer.get("id", name) != name:
                raise _answers.AnswerError("the id of another clip")
            return answer
        except (LookupError, TypeError, ValueError):
            problem: object = f"nothing at {self._settings.answer}"
        except _answers.AnswerError as bad:
            problem = bad
        raise UserError("eval.endpoint_answer", host=self._settings.name, id=name, problem=problem)

    def _failed(self, name: str, problem: object, calls: int) -> UserError:
        return UserError("eval.endpoint_failed", host=self._settings.name, id=name, problem=problem, calls=calls)


class _AgainError(Exception):
    """A call that may go better later, and how many seconds the other side asks for."""

    def __init__(self, problem: str, wait_s: float | None = None) -> None:
        super().__init__(problem)
        self.wait_s = wait_s


class _NeverError(Exception):
    """A call that will never go better."""


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


def _is_secret(name: str) -> bool:
    return any(part in name.lower() for part in SECRET)


def _reason(problem: BaseException) -> str:
    reason = getattr(problem, "reason", problem)
    if isinstance(reason, TimeoutError):
        return "no answer in time"
    return getattr(reason, "strerror", None) or type(reason).__name__


def _seconds(asked: str | None) -> float | None:
    """``Retry-After`` (RFC 9110, section 10.2.3) in seconds from now: a number, or a date."""
    if asked is None:
        return None
    try:
        return max(0.0, float(asked))
    except ValueError:
        pass
    try:
        return max(0.0, email.utils.parsedate_to_datetime(asked).timestamp() - time.time())
    except (ValueError, TypeError):
        return None
