"""Inputs: what is taken for audio, and what its transcripts are called."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kowhisper_tel.core.errors import UserError
from kowhisper_tel.transcription.inputs import Input, outputs, source_of, survey

parts = st.lists(st.sampled_from(["a", "A", "b", "calls", "가"]), min_size=1, max_size=3)


@given(
    st.lists(st.tuples(parts, parts, st.sampled_from([".wav", ".mp3", ".a.wav", ""])), min_size=1, max_size=12),
    st.data(),
)
def test_no_two_recordings_have_one_name(made: list[tuple[list[str], list[str], str]], data: st.DataObject) -> None:
    inputs = list(
        dict.fromkeys(
            Input(Path("/", *above, *below[:-1], below[-1] + end), "/".join(below) + end) for above, below, end in made
        )
    )
    taken = set(data.draw(st.lists(st.sampled_from(["a", "A.wav", "calls/a", "b~2"]), max_size=3)))
    names = outputs(inputs, taken)
    assert set(names) == set(inputs)
    alike = [name.casefold() for name in names.values()]
    assert len(set(alike)) == len(alike)
    assert not set(alike) & {name.casefold() for name in taken}
    assert all(not name.startswith("/") and ".." not in name.split("/") for name in names.values())


def test_names_say_as_little_as_will_do() -> None:
    one, other = Input(Path("/x/march/a.wav"), "a.wav"), Input(Path("/x/april/a.wav"), "a.wav")
    deep, beside = Input(Path("/x/march/deep/b.wav"), "deep/b.wav"), Input(Path("/x/march/deep/b.mp3"), "deep/b.mp3")
    assert outputs([one, deep], set()) == {one: "a", deep: "deep/b"}
    assert outputs([one, other], set()) == {one: "march/a", other: "april/a"}
    assert outputs([deep, beside], set()) == {deep: "deep/b.wav", beside: "deep/b.mp3"}
    assert outputs([one], {"A"}) == {one: "a.wav"}


def test_a_folder_is_looked_through(tmp_path: Path) -> None:
    for name in ("deep/나.MP3", "가.wav", "label.txt", ".hidden.wav", "x.pcm"):
        (tmp_path / "in" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "in" / name).write_bytes(b"x")
    (tmp_path / "in" / "gone.wav").symlink_to(tmp_path / "nowhere.wav")
    (tmp_path / "empty").mkdir()
    found = survey([tmp_path / "in", tmp_path / "in" / "가.wav", tmp_path / "in" / "label.txt", tmp_path / "empty"])
    assert [item.name for item in found.files] == ["deep/나.MP3", "x.pcm", "가.wav", "label.txt"]
    assert [path.name for path in found.others] == ["label.txt"]
    assert [item.name for item in found.unreadable] == ["gone.wav"]
    assert [item.name for item in found.doubled] == ["가.wav"]
    assert found.empty == [tmp_path / "empty"]


def test_what_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UserError) as error:
        survey([tmp_path / "none.wav"])
    assert error.value.code == "transcribe.missing"
    (tmp_path / "readme.txt").write_text("x")
    with pytest.raises(UserError) as error:
        survey([tmp_path])
    assert (error.value.code, error.value.facts["others"]) == ("transcribe.nothing", 1)


def test_a_place_is_told_from_the_output_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    one = source_of(Input(Path("in/a.wav"), "a.wav"), Path("out"))
    assert one == source_of(Input(tmp_path / "in" / "a.wav", "a.wav"), tmp_path / "out") == "../in/a.wav"
