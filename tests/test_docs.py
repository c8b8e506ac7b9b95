"""READMEs and docs: the same in both languages, and every command works (the set-up targets of `make` apart)."""

from __future__ import annotations

import os
import re
import runpy
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from augment import CodecUnavailable, presets
from kowhisper_tel.core.manifest import Manifest

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = {
    "readme": {"en": ROOT / "README.md", "ko": ROOT / "README.ko.md"},
    **{
        page.name.removesuffix(".en.md"): {"en": page, "ko": page.with_name(page.name.replace(".en.", ".ko."))}
        for page in sorted(DOCS.glob("*.en.md"))
    },
}
"""Each page in both languages; the READMEs come first."""
SET_UP = ("make demo", "make test")
SPEAKERS, CLIPS = 5, 3

each_page = pytest.mark.parametrize("page", PAGES)


def blocks(page: str, language: str, kind: str) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)```", PAGES[page][language].read_text(encoding="utf-8"), re.S)


@each_page
def test_both_languages_say_the_same(page: str) -> None:
    for kind in ("sh", "yaml"):
        assert blocks(page, "en", kind) == blocks(page, "ko", kind)
    english, korean = (PAGES[page][language].read_text(encoding="utf-8") for language in ("en", "ko"))
    headings = [re.findall(r"^#+ ", text, re.M) for text in (english, korean)]
    assert headings[0] == headings[1]
    figures = [re.findall(r"^\|.*\|$", text, re.M) for text in (english, korean)]
    numbers = [re.findall(r"\d+(?:\.\d+)?", "".join(rows)) for rows in figures]
    assert numbers[0] == numbers[1]


def test_every_page_has_its_korean() -> None:
    assert {page.name for page in DOCS.glob("*.ko.md")} == {pages["ko"].name for pages in list(PAGES.values())[1:]}


@each_page
def test_every_local_link_leads_somewhere(page: str) -> None:
    for file in PAGES[page].values():
        for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", file.read_text(encoding="utf-8")):
            assert (file.parent / target).exists(), f"{file.name} links to {target}"


@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_page_of_presets_says_what_they_do(language: str) -> None:
    made = runpy.run_path(str(DOCS / "make_presets.py"))["page"](language)
    assert made == PAGES["presets"][language].read_text(encoding="utf-8"), "run `make presets`"


@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_pages_name_every_importer_and_every_metric(language: str) -> None:
    from eval_suites import metrics
    from kowhisper_tel.data.importers import importers

    corpora, scoring = (PAGES[page][language].read_text(encoding="utf-8") for page in ("corpora", "scoring"))
    assert [kind for kind in importers() if f"| `{kind}` |" not in corpora] == []
    assert [name for name in metrics.names() if f"| `{name}` |" not in scoring] == []


@pytest.mark.parametrize("block", blocks("corpora", "en", "yaml"))
def test_every_config_of_the_page_of_corpora_is_one(block: str, tmp_path: Path) -> None:
    from kowhisper_tel.config_file import load_config

    (tmp_path / "config.yaml").write_text(block, encoding="utf-8")
    assert load_config(tmp_path / "config.yaml").data.corpora


def test_every_yaml_of_the_page_of_evaluation_is_right(tmp_path: Path) -> None:
    from eval_suites import suite_file
    from kowhisper_tel.commands import matrix
    from kowhisper_tel.config_file import load_config

    whole, suites, models = blocks("evaluation", "en", "yaml")
    for name, text in (
        ("try.yaml", whole),
        ("my_suites.yaml", suites),
        ("models.yaml", whole.split("evaluate:")[0] + models),
    ):
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert [suite.name for suite in suite_file.read(tmp_path / "my_suites.yaml", sample=None)] == ["hotline_street"]
    assert load_config(tmp_path / "try.yaml").train is None
    named = [entry.name for entry in matrix.entries(load_config(tmp_path / "models.yaml"))]
    assert named == ["base", "small-int8", "small-float16", "vendor", "cloud", "last_year"]


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
    (folder / "hotline.yaml").write_text(blocks("presets", "en", "yaml")[0], encoding="utf-8")
    (folder / "my.yaml").write_text(blocks("readme", "en", "yaml")[0], encoding="utf-8")
    (folder / "tune.yaml").write_text(blocks("training", "en", "yaml")[0], encoding="utf-8")
    (folder / "try.yaml").write_text(blocks("evaluation", "en", "yaml")[0], encoding="utf-8")
    return folder


def run_all(page: str, desk: Path) -> dict[str, str]:
    """What each command of a page prints."""
    commands = [line for block in blocks(page, "en", "sh") for line in block.splitlines() if line.strip()]
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = os.environ | {"PATH": path, "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8"}
    printed = {}
    for command in commands:
        if command in SET_UP:
            continue
        done = subprocess.run(
            command, shell=True, cwd=desk, env=environment, capture_output=True, text=True, timeout=400, check=False
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
        printed[command] = done.stdout
    return printed


def test_every_command_of_the_readme_works(desk: Path, whisper_base: Path) -> None:
    assert set(SET_UP) <= {line for block in blocks("readme", "en", "sh") for line in block.splitlines()}
    printed = run_all("readme", desk)
    assert "세 시에 공일공" in "".join(text for command, text in printed.items() if "text verbalise" in command)
    assert (desk / "runs" / "my_calls" / "report" / "report.html").stat().st_size > 10_000
    assert (desk / "phone.wav").is_file()
    assert (desk / "phone.wav.json").is_file()
    assert (desk / "phone.wav.png").is_file()
    records = [(desk / name / "drawn.jsonl").read_bytes() for name in ("phone_calls", "same_calls")]
    assert records[0] == records[1]


@pytest.mark.parametrize("page", list(PAGES)[1:])
def test_every_command_of_the_docs_works(desk: Path, page: str) -> None:
    try:
        presets.get("any_call").check()
    except CodecUnavailable as absent:
        pytest.skip(str(absent))
    run_all(page, desk)
    if page == "presets":
        assert (desk / "volte_again.wav").read_bytes() == (desk / "volte.wav").read_bytes()
