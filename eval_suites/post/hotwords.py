"""Hot words and rules of the user's own: product names that must come out right, phrases that are to be written so.

In three steps. Of the n-best, the text that holds more of the hot words than the engine's own is taken, if the mean
log probability of its tokens is less than ``bonus`` lower for each hot word that it has more. Then each hot word is
written as it is listed, where it stands in another spelling of the list, and where it was meant
(``_words.HotWords``). The rules come last. A text without hot words, near-misses and phrases of rules stays as it is.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval_suites.hypothesis import Guess, Transcript
from eval_suites.post import PostKind, Work, _rules
from eval_suites.post._words import HotWord, HotWords
from kowhisper_tel.core import yaml_text
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.whisper.loops import is_loop

BONUS = 0.1


@dataclass(frozen=True)
class HotWordSettings:
    """``words``: a list, or a file. ``rules``: a file (``_rules.read``). ``bonus``: see above. ``near``: whether what
    was nearly a hot word becomes one.

    A word is a text, or ``{word: KT, spoken: [케이티]}``. A file is YAML (``.yaml``, ``.yml``) of the same, or has a
    word a line with its spoken forms after it, parted by tabs; empty lines and those that begin with # are none.
    """

    words: Any = ()
    rules: str | None = None
    bonus: float = BONUS
    near: bool = True


class _Worker:
    def __init__(self, words: HotWords, rules: tuple[_rules.Rule, ...], settings: HotWordSettings) -> None:
        self._words, self._rules, self._settings = words, rules, settings

    def __call__(self, transcript: Transcript) -> Guess | str:
        text, logprob = self._likeliest(transcript)
        text = _rules.applied(self._rules, self._written(text))
        return text if logprob is None else (text, logprob)

    def _likeliest(self, transcript: Transcript) -> tuple[str, float | None]:
        best, score = (transcript.text, transcript.avg_logprob), 0.0
        if transcript.avg_logprob is None or len(transcript.nbest) < 2:
            return best
        own = self._count(transcript.text)
        for text, logprob in transcript.nbest:
            more = self._count(text) - own if text != transcript.text else 0
            gain = logprob - transcript.avg_logprob + self._settings.bonus * more
            if more > 0 and gain > score and not is_loop(text):
                best, score = (text, logprob), gain
        return best

    def _count(self, text: str) -> int:
        return len({found.word for found in self._words.found(unicodedata.normalize("NFC", text))})

    def _written(self, text: str) -> str:
        composed = unicodedata.normalize("NFC", text)
        pieces, done = [], 0
        for found in self._words.found(composed, near=self._settings.near):
            pieces += [composed[done : found.start], found.word]
            done = found.end
        return "".join([*pieces, composed[done:]]) if pieces else text


def open_words(values: Mapping[str, Any]) -> Work:
    """Read words and rules. Raises ``UserError``: ``post.settings``, ``post.file``, ``post.rule``."""
    settings = _settings(values)
    named = isinstance(settings.words, str)
    words = _file(Path(settings.words)) if named else settings.words
    read = _words(words, str(settings.words) if named else "words")
    rules = _rules.read(_yaml(Path(settings.rules)), settings.rules) if settings.rules else ()
    if not read and not rules:
        raise UserError("post.settings", problem="neither words nor rules")
    return _Worker(HotWords(read), rules, settings)


def files(values: Mapping[str, Any]) -> dict[str, Path]:
    """The files that the settings name."""
    return {name: Path(values[name]) for name in ("words", "rules") if isinstance(values.get(name), str)}


def _settings(values: Mapping[str, Any]) -> HotWordSettings:
    try:
        settings = HotWordSettings(**values)
    except TypeError as problem:
        raise UserError("post.settings", problem=str(problem).replace("HotWordSettings.__init__() ", "")) from None
    if isinstance(settings.bonus, bool) or not isinstance(settings.bonus, int | float) or not settings.bonus >= 0:
        raise UserError("post.settings", problem="bonus is a number, 0 or more")
    return settings


def _words(records: Any, place: str) -> list[HotWord]:
    if not isinstance(records, list | tuple):
        raise UserError("post.file", path=place, problem="the words are no list")
    return [_word(record, f"{place}, word {number}") for number, record in enumerate(records, 1)]


def _word(record: Any, place: str) -> HotWord:
    entry = {"word": record} if isinstance(record, str) else record
    if not isinstance(entry, Mapping) or not set(entry) <= {"word", "spoken"} or "word" not in entry:
        raise UserError("post.file", path=place, problem="it is neither a text nor {word: …, spoken: […]}")
    spoken = entry.get("spoken") or []
    texts = [entry["word"], *([spoken] if isinstance(spoken, str) else spoken)]
    if not all(isinstance(text, str) and any(map(str.isalnum, text)) for text in texts):
        raise UserError(
            "post.file", path=place, problem="a word is a text with letters; put a number in quotation marks"
        )
    first, *others = (" ".join(unicodedata.normalize("NFC", text).split()) for text in texts)
    return HotWord(first, tuple(others))


def _file(path: Path) -> Any:
    if path.suffix.lower() in (".yaml", ".yml"):
        return _yaml(path)
    rows = [line.split("\t") for line in _text(path).splitlines() if line.strip() and not line.startswith("#")]
    return [{"word": row[0], "spoken": [cell for cell in row[1:] if cell.strip()]} for row in rows]


def _yaml(path: Path) -> Any:
    try:
        return yaml_text.parse(_text(path))
    except yaml_text.BrokenYamlError as problem:
        raise UserError("post.file", path=path, problem=f"no YAML (line {problem.line or '?'})") from None


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as problem:
        raise UserError("post.file", path=path, problem=problem.strerror) from None
    except UnicodeDecodeError:
        raise UserError("post.file", path=path, problem="not UTF-8") from None


POST = PostKind("hotwords", "1", open_words, files)
