from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.manifest import Manifest
from kowhisper_tel.core.utterance import Utterance

times = st.one_of(st.none(), st.tuples(st.floats(0, 100), st.floats(0.01, 30)))
texts = st.text(st.characters(codec="utf-8"), min_size=1, max_size=20)


@given(texts, texts, texts, times, st.dictionaries(st.sampled_from(["gender", "age"]), texts))
def test_an_utterance_survives_json(
    id_: str, audio: str, text: str, span: tuple[float, float] | None, tags: dict
) -> None:
    start_s, end_s = (span[0], span[0] + span[1]) if span else (None, None)
    utterance = Utterance(id_, audio, text, start_s, end_s, tags=tags)
    assert Utterance.from_json(utterance.to_json()) == utterance


def test_written_and_read_back(tmp_path: Path) -> None:
    manifest = Manifest(tmp_path, (Utterance("a", "a.wav", "네"), Utterance("b", "x/b.wav", "여보세요", 1.0, 2.5, 1)))
    manifest.write(tmp_path / "m.jsonl")
    read = Manifest.read(tmp_path / "m.jsonl")
    assert read == manifest
    assert read.audio_path(read.utterances[1]) == tmp_path / "x/b.wav"


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("{", "manifest.line"),
        ("[]", "manifest.line"),
        ('{"id": "a", "audio": "a.wav"}', "manifest.line"),
        ('{"id": 1, "audio": "a.wav", "text": "네"}', "manifest.line"),
        ('{"id": "a", "audio": "a.wav", "text": "네", "speakr": "s"}', "manifest.line"),
        ('{"id": "a", "audio": "a.wav", "text": "네", "start_s": "1"}', "manifest.line"),
        ('{"id": "a", "audio": "a.wav", "text": "네", "end_s": NaN}', "manifest.line"),
        ('{"id": "a", "audio": "a.wav", "text": "네", "start_s": 4.0, "end_s": 3.2}', "manifest.times"),
        ('{"id": "ok", "audio": "a.wav", "text": "네"}', "manifest.duplicate"),
    ],
)
def test_a_bad_line_is_named_with_its_place(tmp_path: Path, line: str, code: str) -> None:
    path = tmp_path / "m.jsonl"
    path.write_text('{"id": "ok", "audio": "a.wav", "text": "네"}\n' + line + "\n", encoding="utf-8")
    with pytest.raises(UserError) as error:
        Manifest.read(path)
    assert error.value.code == code
    assert "2" in str(error.value)


def test_a_manifest_in_another_encoding_is_named(tmp_path: Path) -> None:
    path = tmp_path / "m.jsonl"
    path.write_bytes('{"id": "a", "audio": "a.wav", "text": "네"}'.encode("cp949"))
    with pytest.raises(UserError) as error:
        Manifest.read(path)
    assert error.value.code == "manifest.encoding"


@pytest.mark.parametrize(("content", "code"), [(None, "manifest.missing"), ("\n\n", "manifest.empty")])
def test_no_manifest_and_an_empty_one(tmp_path: Path, content: str | None, code: str) -> None:
    path = tmp_path / "m.jsonl"
    if content is not None:
        path.write_text(content)
    with pytest.raises(UserError) as error:
        Manifest.read(path)
    assert error.value.code == code
