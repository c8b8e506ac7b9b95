"""Bad manifests, labels, configs and results through every command that reads them: each gets its code, nothing more.

Bad recordings stand in ``test_recordings``. The last test counts all of them.
"""

from __future__ import annotations

import functools
import re
import shlex
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from kowhisper_tel.core.audio import write_audio
from kowhisper_tel.core.files import read_json_lines
from tests.bad import configs, labels, manifests, recordings
from tests.bad.calling import OK, Called, End, nothing_else_written
from tests.bad.recordings import voice
from tests.reports.gate import evaluated

CONFIG_COMMANDS = (
    "", "all", "all --dry-run", "prepare", "train", "train --dry-run", "evaluate", "export", "report", "suite list",
    "suite show clean", "suite export clean out", "gate check run run", "gate plan run run",
    "gate accept run --reason x",
)  # fmt: skip
READERS = ("simulate", "suite", "train", "evaluate")
"""Commands that read a manifest of ours."""
SUITE_COMMANDS = ("evaluate", "suite list", "all")
RESULT_COMMANDS = (
    "report run",
    "gate check run old",
    "gate check old run",
    "gate plan run",
    "gate accept run --reason x",
)
TEXT_COMMANDS = ("verbalise", "verbalise --rules", "itn", "normalise", "mask")
RECORDING_COMMANDS = 8
"""Of ``test_recordings``: whole and in part, training, evaluating, transcribing, measuring, prepare, simulate."""


@pytest.fixture(scope="module")
def call() -> Any:
    """One parser, one tokenizer and one look at the model for all calls: they do not change between them."""
    from kowhisper_tel import commands
    from kowhisper_tel.whisper import model, resolve

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(commands, "program", functools.cache(commands.program))
        patch.setattr(model, "load_tokenizer", functools.cache(model.load_tokenizer))
        patch.setattr(resolve, "check_folder", functools.cache(resolve.check_folder))
        yield Called()


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of its own with three recordings, and something beside it that is none."""
    folder = tmp_path / "here"
    for number in range(3):
        write_audio(folder / f"a{number}.flac", voice(seconds=1.0, seed=number).astype("float32"))
    (tmp_path / "outside.wav").write_text("네", encoding="utf-8")
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An evaluation with its config."""
    folder: Path = evaluated.write(tmp_path_factory.mktemp("evaluated") / "run", speakers=2, clips=1)
    (folder / "config.yaml").write_text("name: run\ndata: {corpora: [{kind: demo}]}\n", encoding="utf-8")
    return folder


def put(path: Path, content: bytes | None) -> Path:
    """A file with just this content, or none."""
    path.unlink(missing_ok=True)
    if content is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return path


def rejects(folder: Path) -> list[str]:
    """The codes that were listed below a folder, each with its messages."""
    listed = [line for file in sorted(folder.rglob("*rejects.jsonl")) for line in read_json_lines(file)]
    assert all(line["message_en"] != line["message_ko"] for line in listed)
    return [line["code"] for line in listed]


def found(end: End, folder: Path) -> str:
    """The code of the only reject, or else of the end."""
    if end.code in (OK, "prepare.too_many_rejects", "simulate.rejected"):
        codes = set(rejects(folder))
        assert len(codes) <= 1, codes
        return codes.pop() if codes else str(end)
    return str(end)


def config(here: Path, model: Path, **rest: Any) -> Path:
    data = {"corpora": [{"kind": "manifest", "path": "m.jsonl", "split": "train"}], "leaks": "off", "sentences": "off"}
    value = {"name": "r", "runs": "out", "model": str(model), "data": data, "train": None, **rest}
    return put(here / "c.yaml", yaml.safe_dump(value, allow_unicode=True).encode())


def each_ends_by_its_code(
    classes: Mapping[str, tuple[bytes | None, str]], place: Path, called: Callable[[Path], End]
) -> None:
    """Puts each class's content where it belongs and calls what reads it, which writes nothing."""
    ends = {}
    for name, (content, _) in classes.items():
        put(place, content)
        with nothing_else_written(place.parent.parent):
            ends[name] = str(called(place))
    assert ends == {name: code for name, (_, code) in classes.items()}


OF_FILES = ("manifest.missing", "prepare.nothing", "prepare.encoding", "prepare.column")
"""Codes by which ``prepare`` refuses a manifest as a whole; so it does, too, for a head line it cannot read."""


def foreign() -> dict[str, tuple[str, bytes | None, str, str]]:
    """Manifests for those commands that take other tools': ending, bytes, code by ``prepare`` and by ``leaks``."""
    lines = {name: (".jsonl", bad.content, bad.imported, bad.leaks) for name, bad in manifests.CLASSES.items()}
    return lines | {name: (end, content, code, code) for name, (end, content, code) in manifests.TABLES.items()}


def test_manifests_of_any_tool_by_leaks(here: Path, call: Called) -> None:
    put(here / "held.jsonl", (manifests.line(7, text="다른 말").replace("a1", "a2") + "\n").encode())
    ends = {}
    for name, (end, content, *_) in foreign().items():
        path = put(here / f"m{end}", content)
        with nothing_else_written(here.parent / "here", "leaks.jsonl"):
            ends[name] = str(call("leaks", path.name, "held.jsonl"))
    assert ends == {name: code for name, (*_, code) in foreign().items()}


def test_manifests_of_any_tool_by_prepare(here: Path, tiny_whisper: Path, call: Called) -> None:
    """A file is refused, a line listed. All files with lines to list are prepared together, each under its own ids."""
    rest = {"leaks": "off", "sentences": "off", "max_reject_share": 1.0}
    ends, wanted, listed, corpora = {}, {}, dict[str, str](), list[Any]()
    for number, (name, (end, content, code, _)) in enumerate(foreign().items()):
        path = put(here / f"m{number}{end}", content)
        corpus = {"kind": "manifest", "path": path.name, "split": "test", "options": {"id_prefix": f"{number}-"}}
        if code in OF_FILES or name.endswith("in its head"):
            wanted[name] = code
            asked = config(here, tiny_whisper, data={"corpora": [corpus], **rest})
            with nothing_else_written(here.parent, "here"), nothing_else_written(here, "out"):
                ends[name] = str(call("prepare", "--config", asked))
        elif code != OK:
            wanted[name] = code
            listed[path.name] = name
            corpora.append(corpus)
    with nothing_else_written(here.parent, "here"):
        assert str(call("prepare", "--config", config(here, tiny_whisper, data={"corpora": corpora, **rest}))) == OK
    for line in read_json_lines(here / "out" / "r" / "manifests" / "rejects.jsonl"):
        ends[listed[line["source"]]] = line["code"]
    assert ends == wanted


@pytest.mark.parametrize("command", READERS)
def test_manifests_of_ours(command: str, here: Path, tiny_whisper: Path, call: Called) -> None:
    train = {"controls": [], "channels": "wheels_only", "dev_suites": ["clean"]} if command == "train" else None
    asked = config(here, tiny_whisper, train=train, evaluate={"suites": ["clean"], "engine": "transformers"})
    words = {
        "simulate": "simulate m.jsonl out/made --jobs 1",
        "suite": "suite export clean out/made --config c.yaml --manifest m.jsonl",
    }.get(command, f"{command} --config {asked.name}{' --overwrite' if command == 'evaluate' else ''}")
    ends = {}
    for name, bad in manifests.CLASSES.items():
        if bad.read == OK:
            continue
        if command in ("simulate", "suite"):
            shutil.rmtree(here / "out", ignore_errors=True)
            put(here / "m.jsonl", bad.content)
        else:
            manifest = f"out/r/manifests/{'test' if command == 'evaluate' else 'train'}.jsonl"
            put(here / manifest, bad.content and re.sub(rb'"(a\d|\.\./outside)\.', rb'"../../../\1.', bad.content))
            put(here / "out" / "r" / "config.yaml", asked.read_bytes())
        with nothing_else_written(here.parent, "here"), nothing_else_written(here, "out"):
            ends[name] = found(call(*words.split()), here / "out")
    wanted = {name: bad.read for name, bad in manifests.CLASSES.items() if name in ends}
    if command in ("train", "evaluate"):
        wanted["no such file"] = "run.stage_missing"
    assert ends == wanted


def test_labels_beside_recordings(here: Path, tiny_whisper: Path, call: Called) -> None:
    """Each is listed by its name with its code."""
    sound = (here / "a0.flac").read_bytes()
    for number, (label, _) in enumerate(labels.LABELS.values()):
        put(here / "calls" / f"{number}.flac", sound)
        put(here / "calls" / f"{number}.txt", label)
    put(here / "calls" / "good.flac", sound)
    put(here / "calls" / "good.txt", "네".encode())
    put(here / "calls" / "alone.flac", sound)
    put(here / "calls" / "mute.txt", "네".encode())
    corpus = {"kind": "folder", "path": "calls", "split": "test"}
    data = {"corpora": [corpus], "leaks": "off", "sentences": "off", "max_reject_share": 1.0}
    with nothing_else_written(here.parent, "here"), nothing_else_written(here, "out", "c.yaml"):
        assert str(call("prepare", "--config", config(here, tiny_whisper, data=data))) == OK
    lines = read_json_lines(here / "out" / "r" / "manifests" / "rejects.jsonl")
    codes = {Path(line["id"] or line["place"]).stem: line["code"] for line in lines}
    wanted = {str(number): code for number, (_, code) in enumerate(labels.LABELS.values()) if code != OK}
    assert codes == wanted | {"alone": "prepare.no_label", "mute": "prepare.no_audio"}


def test_labels_in_notation(here: Path, tiny_whisper: Path, call: Called) -> None:
    corpus = {"kind": "manifest", "path": "m.jsonl", "split": "test", "options": {"notation": "aihub"}}
    asked = config(here, tiny_whisper, data={"corpora": [corpus], "leaks": "off", "sentences": "off"})
    ends = {}
    for name, (text, _) in labels.NOTATION.items():
        put(here / "m.jsonl", f"{manifests.line(0)}\n{manifests.line(1, text=text)}\n".encode())
        ends[name] = found(call("prepare", "--config", asked), here / "out")
        shutil.rmtree(here / "out")
    assert ends == {name: code for name, (_, code) in labels.NOTATION.items()}


def test_texts_to_score(here: Path, call: Called) -> None:
    ends = {}
    for name, (end, said, heard, _) in labels.TEXTS.items():
        reference, hypothesis = put(here / f"ref{end}", said), put(here / f"hyp{end}", heard)
        with nothing_else_written(here.parent):
            ends[name] = str(call("score", reference, hypothesis, "--each", "each.jsonl"))
    assert ends == {name: code for name, (*_, code) in labels.TEXTS.items()}
    good = put(here / "ref.txt", labels.GOOD)
    each_ends_by_its_code(labels.KEYWORDS, here / "w.txt", lambda path: call("score", good, good, "--keywords", path))


@pytest.mark.parametrize("command", TEXT_COMMANDS)
def test_texts_on_standard_input(command: str, here: Path, call: Called) -> None:
    with nothing_else_written(here.parent):
        ends = {name: str(call("text", *command.split(), stdin=text)) for name, (text, _) in labels.LINES.items()}
    assert ends == {name: code for name, (_, code) in labels.LINES.items()}


@pytest.mark.parametrize("command", CONFIG_COMMANDS)
def test_configs(command: str, here: Path, run: Path, call: Called) -> None:
    shutil.copytree(run, here / "run")
    each_ends_by_its_code(configs.CONFIGS, here / "c.yaml", lambda path: call(*shlex.split(command), "--config", path))


@pytest.mark.parametrize("command", SUITE_COMMANDS)
def test_files_of_suites(command: str, here: Path, tiny_whisper: Path, call: Called) -> None:
    asked = config(here, tiny_whisper, evaluate={"suites": ["own.yaml"], "engine": "transformers"})
    put(here / "out" / "r" / "config.yaml", asked.read_bytes())
    put(here / "out" / "r" / "manifests" / "test.jsonl", manifests.GOOD.encode())
    each_ends_by_its_code(configs.SUITE_FILES, here / "own.yaml", lambda _: call(*command.split(), "--config", asked))


@pytest.mark.parametrize("command", ["gate check run run", "gate plan run run", "gate accept run --reason x"])
def test_budgets(command: str, here: Path, run: Path, call: Called) -> None:
    shutil.copytree(run, here / "run")
    each_ends_by_its_code(configs.BUDGETS, here / "b.yaml", lambda path: call(*command.split(), "--budgets", path))


@pytest.mark.parametrize(
    ("option", "classes"), [("--channel", configs.PRESETS), ("--replay", configs.RECORDS)], ids=["presets", "records"]
)
def test_what_simulate_goes_by(
    option: str, classes: dict[str, tuple[bytes | None, str]], here: Path, call: Called
) -> None:
    place = here / f"x{'.yaml' if option == '--channel' else '.jsonl'}"
    each_ends_by_its_code(classes, place, lambda path: call("simulate", "a0.flac", "made.flac", option, path))


@pytest.mark.parametrize("command", RESULT_COMMANDS)
def test_results(command: str, here: Path, run: Path, call: Called) -> None:
    shutil.copytree(run, here / "old")
    ends = {}
    for name, (file, content, _) in configs.RESULTS.items():
        shutil.rmtree(here / "run", ignore_errors=True)
        shutil.copytree(run, here / "run")
        put(here / "run" / "results" / file, content)
        with nothing_else_written(here.parent):
            ends[name] = str(call(*command.split()))
    wanted = {name: code for name, (*_, code) in configs.RESULTS.items()}
    if command == "gate check run old":
        wanted = {name: "gate.baseline" if code == "evidence.missing" else code for name, code in wanted.items()}
    assert ends == wanted


def test_how_many_there_are() -> None:
    """Of the figure in ``docs/security``."""
    classes = {
        "recordings": (len(recordings.CLASSES), RECORDING_COMMANDS),
        "silence": (len(recordings.SILENT), 2),
        "manifests": (sum(bad.read != OK for bad in manifests.CLASSES.values()), 2 + len(READERS)),
        "tables": (len(manifests.TABLES), 2),
        "labels": (len(labels.LABELS) + 2 + len(labels.NOTATION), 1),
        "texts to score": (len(labels.TEXTS) + len(labels.KEYWORDS), 1),
        "texts on standard input": (len(labels.LINES), len(TEXT_COMMANDS)),
        "configs": (len(configs.CONFIGS), len(CONFIG_COMMANDS)),
        "suites": (len(configs.SUITE_FILES), len(SUITE_COMMANDS)),
        "budgets": (len(configs.BUDGETS), 3),
        "presets and records": (len(configs.PRESETS) + len(configs.RECORDS), 1),
        "results": (len(configs.RESULTS), len(RESULT_COMMANDS)),
    }
    print({name: f"{count} × {commands}" for name, (count, commands) in classes.items()})
    every = sum(count for count, _ in classes.values())
    cells = sum(count * commands for count, commands in classes.values())
    page = Path(__file__).parents[2] / "docs" / "security"
    assert f"| {every} ({cells:,} cells) |" in page.with_suffix(".en.md").read_text(encoding="utf-8")
    assert f"| {every}(칸 {cells:,}개) |" in page.with_suffix(".ko.md").read_text(encoding="utf-8")
