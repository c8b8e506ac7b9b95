"""AI-Hub 98, 민원(콜센터) 질의-응답: calls to a city's hotline, insurers, shops and a health office.

Source: https://aihub.or.kr/aihubdata/data/view.do?dataSetSn=98. A label file
(``민원(콜센터) 질의응답_다산콜센터_대중교통 안내_Training.json``) is one flat list of all sentences of a subject:
``도메인``, ``카테고리``, ``대화셋일련번호`` (``B2033``), ``화자``, ``문장번호``, ``고객의도``, ``상담사의도``, ``QA``,
the sentence itself in one of ``고객질문(요청)``, ``상담사질문(요청)``, ``고객답변``, ``상담사답변``, then ``개체명 ``
(with a space at its end), ``용어사전``, ``지식베이스``.

No public source tells how the recordings (WAV or M4A) are called, so both ways are read: one a sentence, called by
its call and its number (``B2033_1``, ``B2033-01``, ``B2033/1``), or one a whole call (``B2033``, ``쇼핑_8173``). They
lie in a folder called by 카테고리 or 도메인, or there is no such folder. Where a field names a recording, that is the
sentence's, or the call's where all its sentences name it. A call in one recording is one stretch, a line a sentence:
it has no times, and has to be aligned where it is long.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, product
from pathlib import PurePosixPath
from typing import Any

from kowhisper_tel.core.audio import SUFFIXES
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.data.importers import of_layout
from kowhisper_tel.data.labelled import Label, Layout, Stretch
from kowhisper_tel.data.metadata import tags

CALL, NUMBER, SPEAKER, DOMAIN, SUBJECT = "대화셋일련번호", "문장번호", "화자", "도메인", "카테고리"
TEXTS = ("고객질문(요청)", "상담사질문(요청)", "고객답변", "상담사답변", "고객질문", "상담사질문")
OF_CALL = (DOMAIN, SUBJECT)
"""What tags a call as a whole."""

Sentence = Mapping[str, Any]


@dataclass(frozen=True)
class Recording:
    """The sentences of one recording, and the paths that it may have."""

    sentences: Sequence[Sentence]
    paths: Sequence[str]


def recordings(label: Label) -> Sequence[Recording]:
    """The sentences of each call one by one, or together where only the call as a whole has a recording."""
    sentences: list[Sentence] = [{str(key).strip(): value for key, value in one.items()} for one in label.data]
    calls = [list(call) for _, call in groupby(sentences, key=lambda one: one.get(CALL))]
    folders = {file.tail[0] for file in label.files.of(*SUFFIXES)}
    return [recording for call in calls for recording in _of_call(label, call, folders)]


def _of_call(label: Label, call: Sequence[Sentence], folders: set[str]) -> list[Recording]:
    first = call[0]
    subject, domain, number = (str(first.get(name) or "").strip() for name in (SUBJECT, DOMAIN, CALL))
    own = [name for name in (subject, domain) if name.casefold() in folders]
    names = (number, f"{domain}_{''.join(filter(str.isdigit, number))}")
    if all(named := [_named(one) for one in call]):
        if len(set(named)) == 1:
            return [Recording(call, named[:1])]
        return [Recording([one], [name]) for one, name in zip(call, named, strict=True)]
    alone = [Recording([one], _sentence_paths(own, names, str(one.get(NUMBER)).strip())) for one in call]
    whole = Recording(call, _in(own, names))
    return [whole] if not any(_is_there(label, one) for one in alone) and _is_there(label, whole) else alone


def _named(sentence: Sentence) -> str:
    """The recording that a field of a sentence names, if any."""
    texts = (value.strip() for value in sentence.values() if isinstance(value, str))
    return next((text for text in texts if PurePosixPath(text).suffix.lower() in SUFFIXES), "")


def _sentence_paths(folders: Sequence[str], names: Sequence[str], number: str) -> list[str]:
    numbers = dict.fromkeys(number.zfill(digits) for digits in (1, 2, 3, 4))
    flat = [f"{name}{sign}{digits}" for name, sign, digits in product(names, "_-", numbers)]
    return _in(folders, flat) + [f"{name}/{digits}.wav" for name, digits in product(names, numbers)]


def _in(folders: Sequence[str], names: Sequence[str]) -> list[str]:
    """The paths of recordings in these folders; bare names where there are none, which then may lie anywhere."""
    return [f"{folder}/{name}.wav" for folder in folders for name in names] or [f"{name}.wav" for name in names]


def _is_there(label: Label, recording: Recording) -> bool:
    try:
        label.files.find(*recording.paths, near=label.file, place=label.file.name)
    except UserError as problem:
        return problem.code == "corpus.ambiguous"
    return True


def stretch(label: Label, recording: Recording) -> Stretch:
    """One sentence, or one call whose speakers are not told apart."""
    del label
    first, is_alone = recording.sentences[0], len(recording.sentences) == 1
    call = f"{first[SUBJECT]}/{first[CALL]}"
    role = str(first[SPEAKER]) if is_alone else None
    metadata = {key: value for key, value in first.items() if key not in TEXTS and (is_alone or key in OF_CALL)}
    return Stretch(
        audio=recording.paths,
        text="\n".join(map(_text, recording.sentences)),
        id=f"{call}/{first[NUMBER]}" if is_alone else call,
        speaker=f"{call}/{role}" if role else call,
        call=call,
        tags=tags(metadata, role=role),
    )


def _text(sentence: Sentence) -> str:
    return next((text for name in TEXTS if (text := str(sentence.get(name) or "").strip())), "")


LAYOUT = Layout(kind="aihub_98", stretches=recordings, stretch=stretch, unit="sentence")
IMPORTER = of_layout(LAYOUT, "the folder of AI-Hub 98, 민원(콜센터) 질의-응답, its zips unpacked or not")
