"""Clips made again from their records."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from augment import libraries
from kowhisper_tel.commands.simulate import simulate
from kowhisper_tel.core.audio import write_audio
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.files import read_json_lines, write_lines
from tests.simulation.conftest import content, voice


def test_a_folder_is_made_again_from_its_records(broken: Callable[[], Path], tmp_path: Path) -> None:
    source = broken()
    simulate(source, tmp_path / "first", seed=7)
    outcome = simulate(source, tmp_path / "again", replay=tmp_path / "first" / "drawn.jsonl", jobs=2)
    assert (outcome.written, outcome.rejected) == (6, 3)
    first, again = content(tmp_path / "first"), content(tmp_path / "again")
    assert {k: v for k, v in first.items() if k.endswith(".flac")} == {
        k: v for k, v in again.items() if k.endswith(".flac")
    }
    assert first["drawn.jsonl"] == again["drawn.jsonl"]
    rejects = read_json_lines(tmp_path / "again" / "rejects.jsonl")
    assert [(reject["id"], reject["code"]) for reject in rejects] == [
        (name, "simulate.no_record") for name in ("a.wav", "b.wav", "z.wav")
    ]


def test_a_file_is_made_again_even_under_another_name(clips: Path, tmp_path: Path, moving: str) -> None:
    simulate(clips / "가.wav", tmp_path / "out.wav", channel=moving, seed=7)
    (clips / "가.wav").rename(clips / "하.wav")
    simulate(clips / "하.wav", tmp_path / "again.wav", replay=tmp_path / "out.wav.json")
    assert (tmp_path / "out.wav").read_bytes() == (tmp_path / "again.wav").read_bytes()
    records = [json.loads((tmp_path / f"{name}.wav.json").read_text()) for name in ("out", "again")]
    assert records[0] == records[1] | {"audio": "out.wav"}
    assert records[0]["seed"] == 7


def test_what_does_not_fit_names_the_clip(clips: Path, tmp_path: Path) -> None:
    simulate(clips, tmp_path / "first", seed=7)
    drawn = tmp_path / "first" / "drawn.jsonl"
    longer, gone = clips / "가.wav", clips / "e.flac"
    write_audio(longer, voice(0, 1.5))
    with pytest.raises(UserError, match=r"가\.wav.*16000 samples.*24000") as error:
        simulate(clips, tmp_path / "again", replay=drawn, jobs=2)
    assert error.value.code == "simulate.replay"
    write_audio(longer, voice(3))
    with pytest.raises(UserError, match=r"가\.wav.*other samples") as error:
        simulate(clips, tmp_path / "again", replay=drawn, overwrite=True)
    assert error.value.code == "simulate.replay"
    write_audio(longer, voice(0))
    gone.unlink()
    with pytest.raises(UserError, match=r"e\.flac") as error:
        simulate(clips, tmp_path / "nothing", replay=drawn)
    assert error.value.code == "simulate.no_clip"
    assert not (tmp_path / "nothing").exists()
    with pytest.raises(UserError, match=r"가\.wav") as error:
        simulate(longer, tmp_path / "out.wav", replay=_edited(drawn, lambda record: record.update(key="other")))
    assert error.value.code == "simulate.no_record"


def _edited(drawn: Path, edit: Callable[[dict[str, Any]], object]) -> Path:
    """The records with the one of 가.wav edited."""
    records = read_json_lines(drawn)
    edit(next(record for record in records if record["key"] == "가.wav"))
    path = drawn.with_name("edited.jsonl")
    write_lines(path, (json.dumps(record) for record in records))
    return path


@pytest.mark.parametrize(
    ("edit", "code", "said"),
    [
        (lambda record: record["drawn"].update(rate=8000), "simulate.replay", "가.wav.*8000 Hz"),
        (lambda record: record["drawn"].update(effects=[{"effect": "nois"}]), "simulate.replay", "가.wav.*'noise'"),
        (
            lambda record: record["drawn"].update(effects=[{"effect": "codec", "codec": "evs-24.4"}]),
            "simulate.replay",
            "가.wav.*EVS|가.wav.*known by name only",
        ),
        (lambda record: record["drawn"].update(effects=[{"effect": "level"}]), "simulate.replay", "가.wav.*dbfs"),
        (lambda record: record.pop("drawn"), "simulate.record", "line 3.*drawn"),
        (lambda record: record.update(key="나.flac"), "simulate.record", "line 6.*second"),
    ],
)
def test_records_of_another_kind_are_refused(
    clips: Path, tmp_path: Path, edit: Callable[[dict[str, Any]], object], code: str, said: str
) -> None:
    simulate(clips, tmp_path / "first")
    with pytest.raises(UserError, match=said) as error:
        simulate(clips, tmp_path / "again", replay=_edited(tmp_path / "first" / "drawn.jsonl", edit))
    assert error.value.code == code


def test_a_codec_that_has_gone_is_named_before_any_work(
    clips: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel = tmp_path / "gsm.yaml"
    effects = [{"effect": "codec", "codec": "gsm-fr"}]
    channel.write_text(json.dumps({"mixture": [{"share": 1, "channel": {"name": "gsm", "effects": effects}}]}))
    if libraries.load("gsm") is None:
        pytest.skip("libgsm is not installed here: nothing can be made that could be made again")
    simulate(clips, tmp_path / "first", channel=str(channel))
    monkeypatch.setattr(libraries, "load", lambda name: None)
    with pytest.raises(UserError, match=r"e\.flac.*libgsm1"):
        simulate(clips, tmp_path / "again", replay=tmp_path / "first" / "drawn.jsonl")
    assert not (tmp_path / "again").exists()


def test_a_recording_in_place_of_records_is_not_printed(clips: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError) as error:
        simulate(clips, tmp_path / "again", replay=clips / "f.wav")
    assert error.value.code == "simulate.record"
    assert error.value.facts["problem"] == "not UTF-8"


def test_no_records(clips: Path, tmp_path: Path) -> None:
    (tmp_path / "drawn.jsonl").touch()
    with pytest.raises(UserError) as error:
        simulate(clips, tmp_path / "again", replay=tmp_path / "drawn.jsonl")
    assert error.value.code == "simulate.no_records"
