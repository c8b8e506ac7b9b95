"""READMEs and docs: the same in both languages, and every command works (the set-up targets of `make` apart)."""

from __future__ import annotations

import csv
import importlib.util
import json
import os
import re
import runpy
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

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
SET_UP = ("make setup", "make demo", "make test")
SPEAKERS, CLIPS = 5, 3

HOUR = ("first_hour", "reading", "calls", "aihub", "numbers", "automation", "python")
"""Pages that a user comes by in this order, with one desk: the first makes a run that the others go on with."""
EXTENDED = (
    "augment.effects", "augment.codecs", "eval_suites.suites", "eval_suites.metrics", "kowhisper_tel.data.importers",
)  # fmt: skip
HUB = "openai/"
"""In commands that fetch a model: these are read, and not run."""

each_page = pytest.mark.parametrize("page", PAGES)


def blocks(page: str, language: str, kind: str) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)```", PAGES[page][language].read_text(encoding="utf-8"), re.S)


@each_page
def test_both_languages_say_the_same(page: str) -> None:
    for kind in ("sh", "bash", "yaml", "python"):
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


def run_all(page: str, desk: Path, kind: str = "sh", **variables: str) -> dict[str, str]:
    """What each command of a page prints."""
    commands = [line for block in blocks(page, "en", kind) for line in block.splitlines() if line.strip()]
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = os.environ | {"PATH": path, "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8"} | variables
    printed = {}
    for command in commands:
        if command in SET_UP or HUB in command:
            continue
        done = subprocess.run(
            command, shell=True, cwd=desk, env=environment, capture_output=True, text=True, timeout=900, check=False
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
        printed[command] = done.stdout
    return printed


def test_every_command_of_the_readme_works(desk: Path, tiny_cache: Path) -> None:
    assert {"make demo", "make test"} <= {line for block in blocks("readme", "en", "sh") for line in block.splitlines()}
    printed = run_all("readme", desk, KOWHISPER_CACHE=str(tiny_cache))
    assert "세 시에 공일공" in "".join(text for command, text in printed.items() if "text verbalise" in command)
    assert (desk / "runs" / "my_calls" / "report" / "report.html").stat().st_size > 10_000
    assert (desk / "phone.wav").is_file()
    assert (desk / "phone.wav.json").is_file()
    assert (desk / "phone.wav.png").is_file()
    records = [(desk / name / "drawn.jsonl").read_bytes() for name in ("phone_calls", "same_calls")]
    assert records[0] == records[1]


SLOW = {"growing": pytest.mark.slow}
"""Pages whose commands begin several processes, each of which takes its time."""


@pytest.mark.parametrize(
    "page", [pytest.param(page, marks=SLOW.get(page, ())) for page in list(PAGES)[1:] if page not in HOUR]
)
def test_every_command_of_the_docs_works(desk: Path, tiny_cache: Path, page: str) -> None:
    if page == "growing":
        pytest.importorskip("ray", reason="ray is not installed: pip install 'kowhisper_tel[ray]'")
    try:
        presets.get("any_call").check()
    except CodecUnavailable as absent:
        pytest.skip(str(absent))
    run_all(page, desk, KOWHISPER_CACHE=str(tiny_cache))
    if page == "presets":
        assert (desk / "volte_again.wav").read_bytes() == (desk / "volte.wav").read_bytes()


@pytest.fixture(scope="module")
def hour(desk: Path, tiny_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project's folder after `make setup`, with what the pages of the first hours name beside it."""
    spec = importlib.util.spec_from_file_location("corpora", ROOT / "tests" / "data" / "importers" / "conftest.py")
    sets = importlib.util.spec_from_file_location("sets", ROOT / "tests" / "data" / "importers" / "sets.py")
    made = []
    for each in (spec, sets):
        assert each is not None
        assert each.loader is not None
        made.append(importlib.util.module_from_spec(each))
        sys.modules[each.name] = made[-1]
        each.loader.exec_module(made[-1])
    folder = tmp_path_factory.mktemp("hour")
    (folder / ".venv").mkdir()
    (folder / ".venv" / "bin").symlink_to(Path(sys.executable).parent)
    shutil.copytree(desk / "calls", folder / "calls")
    shutil.copy(desk / "call.wav", folder / "call.wav")
    corpus = made[0].Corpus()
    made[1].numbers(corpus)
    corpus.zips(folder / "aihub" / "159")
    with (folder / "calls.csv").open("w", encoding="utf-8", newline="") as table:
        rows = csv.writer(table)
        rows.writerow(("audio", "text", "speaker", "real_phone"))
        for file in sorted((folder / "calls").rglob("*.flac")):
            text = file.with_suffix(".txt").read_text(encoding="utf-8")
            rows.writerow((file.relative_to(folder), text, file.parent.name, "yes"))
    for page, name in (("calls", "our_calls"), ("aihub", "aihub")):
        (folder / f"{name}.yaml").write_text(blocks(page, "en", "yaml")[0], encoding="utf-8")
    return folder


def test_the_first_hour_and_what_follows(hour: Path, tiny_cache: Path) -> None:
    """On a model of two layers under the embedded one's name: what is heard does not matter here."""
    variables = {"KOWHISPER_CACHE": str(tiny_cache)}
    first = [line for line in blocks("first_hour", "en", "sh")[0].splitlines() if line]
    assert 2 + len(first) <= 5, "with `git clone` and `cd`, five commands at most"
    printed = {page: run_all(page, hour, **variables) for page in HOUR}
    assert (hour / "runs" / "my_calls" / "report" / "report.html").stat().st_size > 10_000
    assert "15 utterances, 0 rejects, 5 speakers *" in "".join(printed["first_hour"].values())
    assert "cer" in "".join(printed["numbers"].values())
    assert all(json.loads(line) for line in (hour / "log.jsonl").read_text(encoding="utf-8").splitlines())
    assert json.loads((hour / "doctor.json").read_text(encoding="utf-8"))["ok"]
    assert (hour / "runs" / "aihub" / "manifests" / "test.jsonl").is_file()
    test = Manifest.read(hour / "runs" / "our_calls" / "manifests" / "test.jsonl")
    assert {utterance.tags["real_phone"] for utterance in test} == {"yes"}
    run_all("transcribe", hour, "bash", **variables)

    said = run_python("\n".join(blocks("python", "en", "python")), hour, variables)
    assert "세 시 삼십 분" in said
    assert "config.missing 2 설정" in said


def run_python(code: str, folder: Path, variables: dict[str, str] | None = None) -> str:
    environment = os.environ | {"PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8"} | (variables or {})
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_file_of_the_page_of_extending_works_in_its_folder(tmp_path: Path) -> None:
    for block in blocks("extending", "en", "python"):
        path, _, text = block.partition("\n")
        file = tmp_path / path.removeprefix("# ")
        file.parent.mkdir(parents=True)
        file.write_text(text, encoding="utf-8")
    (tmp_path / "list.txt").write_text("a\tkim\t네\nb\n", encoding="utf-8")
    code = f"""
import importlib
for package in {EXTENDED}:
    importlib.import_module(package).__path__.append({str(tmp_path)!r} + "/" + package.replace(".", "/"))
import numpy as np
from augment import Channel, codecs, effects
from augment.errors import AugmentError
from eval_suites import suites
from kowhisper_tel import api
from kowhisper_tel.data import importers
fields = effects.get("tremolo").examples[0]
line = Channel.from_json({{"name": "new", "effects": [
    {{"effect": "tremolo", **fields}},
    {{"effect": "codec", "codec": "pcm8-64", "loss": {{"rate": 0.1, "mean_burst": 1}}}}]}})
speech = np.random.default_rng(1).normal(0, 0.1, 16000).astype(np.float32)
heard = line.render(speech, 16000, seed=7)
assert heard.audio.shape == speech.shape and np.isfinite(heard.audio).all() and (heard.audio != speech).any()
assert (heard.audio == line.render(speech, 16000, seed=7).audio).all()
pcm = (np.arange(-160, 160) * 100).astype(np.int16)
codec = codecs.get("pcm8-64")
assert np.abs(codec.decode(codec.encode(pcm)).astype(int) - pcm).max() < 256
assert [suite.name for suite in suites.build(["corridor"])] == ["corridor_0.8", "corridor_1.6"]
assert api.score(["네 알겠습니다"], ["예 알겠습니다"], metrics=["first_word"]).rate("first_word") == 1.0
entry, reject = importers.get("lines").entries("list.txt", {{}})
assert (entry.utterance.speaker, reject.code) == ("kim", "prepare.line")
"""
    run_python(code, tmp_path)


@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_table_of_recipes_is_the_recipes(language: str) -> None:
    from kowhisper_tel.train.recipes import recipes

    def mark(values: dict[str, Any]) -> str:
        lora = values.get("lora")
        if lora is None:
            return "AC" if values.get("gradient_checkpointing") else "A"
        return "L" + (lora.get("base_quantisation") or "").removesuffix("bit")

    text = PAGES["gpu"][language].read_text(encoding="utf-8")
    memories = list(dict.fromkeys(name.rpartition("-")[2] for name in recipes()))
    for size in dict.fromkeys(name.rpartition("-")[0] for name in recipes()):
        row = " | ".join(mark(recipes()[f"{size}-{memory}"]) for memory in memories)
        assert f"| {size} | {row} |" in text


@pytest.mark.parametrize("page", ["gpu", "training", "growing", "aihub", "calls"])
def test_configs_of_pages_stand(page: str, tmp_path: Path) -> None:
    from kowhisper_tel.config_file import load_config

    for block in blocks(page, "en", "yaml"):
        (tmp_path / "config.yaml").write_text(block, encoding="utf-8")
        assert load_config(tmp_path / "config.yaml").name


def test_no_block_is_left_out() -> None:
    """Commands are in ``sh`` blocks, or in ``bash`` where a test of the page's own runs them; nothing is plain.

    ``text`` has those that want a cluster, which no test has.
    """
    texts = {page: PAGES[page]["en"].read_text(encoding="utf-8") for page in PAGES}
    kinds = {page: set(re.findall(r"^```(\S+)$", text, re.M)) for page, text in texts.items()}
    assert set().union(*kinds.values()) == {"sh", "bash", "yaml", "python", "text"}
    assert [page for page, found in kinds.items() if "text" in found] == ["growing"]
    assert [page for page, found in kinds.items() if "bash" in found] == ["gate", "transcribe"]
    assert [page for page, found in kinds.items() if "python" in found] == ["readme", "extending", "python"]


def test_translations_are_fresh() -> None:
    translations = runpy.run_path(str(DOCS / "translations.py"))
    assert translations["stale"]() == []


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_site_is_built_and_fetches_nothing(language: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(tmp_path)]
    environment = os.environ | {"DOCS_LANGUAGE": language, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    for page in list(PAGES)[1:]:
        built = (tmp_path / ("index.html" if page == "index" else f"{page}/index.html")).read_text(encoding="utf-8")
        assert f'<html lang="{language}"' in built
        assert re.findall(r'<(?:script|link|img|iframe)[^>]+(?:src|href)="?(?:https?:)?//', built) == []
    styles = "".join(file.read_text(encoding="utf-8") for file in tmp_path.rglob("*.css"))
    assert re.findall(r"url\([\"']?(?:https?:)?//", styles) == []
