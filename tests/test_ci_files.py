"""The CI files: every line that they run works, from the training to the summary.

Left out are only lines that install (they set the machine up, from the network), and the ``uses:`` steps, which are
the service's own.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "docs" / "ci"
INSTALLS = "python -m pip install "
CONFIG = """
name: ci
model: ./tiny
data: {corpora: [{kind: demo, limit: 30}]}
train: {controls: [], num_train_epochs: 1, dev_utterances: 0, dataloader_num_workers: 0}
evaluate: {suites: [clean], limit: 3, device: cpu}
"""


def github() -> list[str]:
    steps = yaml.safe_load((FOLDER / "github-actions.yml").read_text(encoding="utf-8"))["jobs"]["gate"]["steps"]
    return [step["run"] for step in steps if "run" in step]


def gitlab() -> list[str]:
    job = yaml.safe_load((FOLDER / "gitlab-ci.yml").read_text(encoding="utf-8"))["gate"]
    return [line for part in ("before_script", "script", "after_script") for line in job[part]]


def commands(blocks: list[str]) -> list[str]:
    """The blocks without their lines that install."""
    left = ["\n".join(line for line in b.splitlines() if not line.startswith(INSTALLS)) for b in blocks]
    return [block for block in left if block.strip()]


SERVICES = {"github": github, "gitlab": gitlab}
each_service = pytest.mark.parametrize("service", SERVICES)


@pytest.fixture(scope="module")
def project(tiny_whisper: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository as the files want it, with a model of two small layers; its own baseline is accepted already."""
    folder = tmp_path_factory.mktemp("project")
    shutil.copytree(tiny_whisper, folder / "tiny")
    (folder / "ci.yaml").write_text(CONFIG, encoding="utf-8")
    (folder / "gate.yaml").write_text("margin: 0.02\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def printed(project: Path) -> dict[str, str]:
    """What each command of both services prints, each run once; before the first check the baseline is accepted."""
    said: dict[str, str] = {}
    wanted = dict.fromkeys(command for read in SERVICES.values() for command in commands(read()))
    for command in wanted:
        accept = "python -m kowhisper_tel.run gate accept runs/ci --reason first && "
        done = bash((accept if "gate check" in command else "") + command, project)
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
        said[command] = done.stdout
    return said


def bash(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    summary = {"GITHUB_STEP_SUMMARY": str(folder / "summary.md")}
    environment = os.environ | {"PATH": path, "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8"} | summary
    shell = ["bash", "-e", "-o", "pipefail", "-c", command]  # as GitHub runs it
    return subprocess.run(shell, cwd=folder, env=environment, capture_output=True, text=True, timeout=300, check=False)


def test_every_line_works(project: Path, printed: dict[str, str]) -> None:
    assert (project / "runs" / "ci" / "report" / "report.html").is_file()
    assert json.loads((project / "gate" / "verdict.json").read_text(encoding="utf-8"))["outcome"] == "inconclusive"
    assert len(ElementTree.parse(project / "gate" / "junit.xml").getroot()) == 1
    assert "게이트" in (project / "summary.md").read_text(encoding="utf-8")
    assert "게이트" in printed[commands(gitlab())[-1]]


def test_what_breaks_a_cap_turns_the_build_red_and_is_still_shown(
    project: Path, printed: dict[str, str], tmp_path: Path
) -> None:
    folder = tmp_path / "project"
    shutil.copytree(project, folder)
    (folder / "gate.yaml").write_text("caps: {cer: 0.0}\n", encoding="utf-8")
    (folder / "summary.md").unlink()
    codes = [bash(command, folder).returncode for command in commands(github()) if "--config" not in command]
    assert codes == [1, 0]
    assert "실패" in (folder / "summary.md").read_text(encoding="utf-8")
    assert "실패" in bash(commands(gitlab())[-1], folder).stdout


@each_service
def test_only_installing_is_left_out(service: str) -> None:
    lines = [line for block in SERVICES[service]() for line in block.splitlines()]
    left = [line for line in lines if line not in "\n".join(commands(SERVICES[service]())).splitlines()]
    assert left
    assert all(line.startswith(INSTALLS) for line in left)


def test_the_services_run_the_same_commands() -> None:
    ours = [{c for c in commands(read()) if c.startswith("python")} for read in SERVICES.values()]
    assert ours[0] == ours[1] != set()


def test_the_files_name_what_they_want() -> None:
    for name in ("github-actions.yml", "gitlab-ci.yml"):
        text = (FOLDER / name).read_text(encoding="utf-8")
        record: Any = yaml.safe_load(text)
        assert isinstance(record, dict)
        for wanted in ("gate.yaml", "baselines/phone.json", "ci.yaml", "runs/ci"):
            assert wanted in text
