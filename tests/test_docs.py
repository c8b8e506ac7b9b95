"""The READMEs: the same commands in both languages, and every one of them works (`make demo` and `make test` apart)."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from kowhisper_tel.core.manifest import Manifest

ROOT = Path(__file__).parents[1]
READMES = {"en": ROOT / "README.md", "ko": ROOT / "README.ko.md"}
SET_UP = ("make demo", "make test")
SPEAKERS, CLIPS = 5, 3


def blocks(language: str, kind: str) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)```", READMES[language].read_text(encoding="utf-8"), re.S)


def test_both_languages_say_the_same() -> None:
    for kind in ("sh", "yaml"):
        assert blocks("en", kind) == blocks("ko", kind)
    english, korean = (READMES[language].read_text(encoding="utf-8") for language in ("en", "ko"))
    headings = [re.findall(r"^#+ ", text, re.M) for text in (english, korean)]
    assert headings[0] == headings[1]
    figures = [re.findall(r"^\|.*\|$", text, re.M) for text in (english, korean)]
    assert "REAL_TABLE" not in english + korean
    numbers = [re.findall(r"\d+(?:\.\d+)?", "".join(rows)) for rows in figures]
    assert numbers[0] == numbers[1]


def test_every_local_link_leads_somewhere() -> None:
    for readme in READMES.values():
        for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", readme.read_text(encoding="utf-8")):
            assert (ROOT / target).exists(), f"{readme.name} links to {target}"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as a user's: my.yaml out of the README, and a few recordings with labels, one folder a speaker."""
    from kowhisper_tel.data.corpus import CorpusSpec
    from kowhisper_tel.data.prepare import prepare
    from kowhisper_tel.data.split import SplitSpec

    folder = tmp_path_factory.mktemp("desk")
    prepare([CorpusSpec("demo")], folder / "made", split=SplitSpec.parse("8:1:1"), seed=1)
    manifest = Manifest.read(folder / "made" / "train.jsonl")
    speakers = list(dict.fromkeys(utterance.speaker for utterance in manifest))[:SPEAKERS]
    for speaker in speakers:
        mine = folder / "calls" / str(speaker)
        mine.mkdir(parents=True)
        for utterance in [u for u in manifest if u.speaker == speaker][:CLIPS]:
            source = manifest.audio_path(utterance)
            shutil.copy(source, mine / source.name)
            (mine / source.name).with_suffix(".txt").write_text(utterance.text, encoding="utf-8")
    shutil.copy(source, folder / "call.flac")
    import soundfile

    audio, rate = soundfile.read(folder / "call.flac")
    soundfile.write(folder / "call.wav", audio, rate)
    (folder / "my.yaml").write_text(blocks("en", "yaml")[0], encoding="utf-8")
    return folder


def test_every_command_works(desk: Path, whisper_base: Path) -> None:
    commands = [line for block in blocks("en", "sh") for line in block.splitlines() if line.strip()]
    assert set(SET_UP) <= set(commands)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = os.environ | {"PATH": path, "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8"}
    for command in commands:
        if command in SET_UP:
            continue
        done = subprocess.run(
            command, shell=True, cwd=desk, env=environment, capture_output=True, text=True, timeout=400, check=False
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
        if "text verbalise" in command:
            assert "세 시에 공일공" in done.stdout
    assert (desk / "runs" / "my_calls" / "report" / "report.html").stat().st_size > 10_000
    assert (desk / "phone.wav").is_file()
    assert (desk / "phone.wav.json").is_file()
    assert (desk / "phone.wav.png").is_file()
    records = [(desk / name / "drawn.jsonl").read_bytes() for name in ("phone_calls", "same_calls")]
    assert records[0] == records[1]
