"""``run doctor``: what is missing is found, told with its cure in both languages, and ends with exit code 7."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import typer
from packaging.requirements import Requirement

from kowhisper_tel.commands import doctor as command
from kowhisper_tel.core import memory as core_memory
from kowhisper_tel.doctor.checks import codecs, disk, fonts, gpu, memory, model, packages, python, writing
from kowhisper_tel.doctor.examine import CHECKS
from kowhisper_tel.doctor.finding import Finding

GB = 10**9
HERE = Path()


def told(check: object) -> list[str]:
    return [finding.code for finding in check.look(HERE)]  # type: ignore[attr-defined]


def test_every_file_of_checks_is_asked() -> None:
    folder = Path(codecs.__file__).parent
    assert {Path(check.__file__).stem for check in CHECKS if check.__file__} == {
        file.stem for file in folder.glob("*.py") if file.stem != "__init__"
    }


def test_json_and_lines_and_the_exit_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(python, "LEAST", (9, 0))
    with pytest.raises(typer.Exit) as end:
        command.command(runs=tmp_path / "runs", as_json=True)
    assert end.value.exit_code == command.MISSING
    record = json.loads(capsys.readouterr().out)
    assert not record["ok"]
    assert {"python", "packages", "torch", "memory", "codecs", "disk", "fonts", "writing"} <= {
        finding["check"] for finding in record["findings"]
    }
    old = record["findings"][0]
    assert (old["state"], old["code"]) == ("missing", "doctor.python_old")
    assert "9.0" in old["en"]
    assert "9.0" in old["ko"]
    assert list(tmp_path.iterdir()) == [], "nothing is left behind"

    monkeypatch.setattr("kowhisper_tel.doctor.examine.CHECKS", (disk,))
    command.command(runs=tmp_path, lang=None)
    assert capsys.readouterr().out.startswith("+ disk")


def test_packages_that_lack_or_are_too_old(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = ["numpy>=2", "numpy>=999", "no-such-package>=1", 'no-such-either; extra == "demo"']
    monkeypatch.setattr(packages, "requires", lambda name: wanted)
    (finding,) = packages.look(HERE)
    assert finding.state == "missing"
    assert finding.facts["packages"] == '"numpy>=999" "no-such-package>=1"'
    assert packages.is_there(Requirement("numpy"))


@pytest.mark.parametrize(
    ("available", "cuda", "driver", "audio", "codes"),
    [
        (False, None, None, None, ["doctor.torch", "doctor.gpu_none"]),
        (False, None, "/usr/bin/nvidia-smi", None, ["doctor.torch", "doctor.gpu_unseen"]),
        (False, None, None, "there", ["doctor.torch", "doctor.gpu_none", "doctor.torchaudio"]),
        (True, "13.0", None, "there", ["doctor.torch", "doctor.gpu"]),
    ],
)
def test_torch_and_what_is_in_its_way(
    monkeypatch: pytest.MonkeyPatch, available: bool, cuda: str, driver: str, audio: str, codes: list[str]
) -> None:
    card = SimpleNamespace(name="card", total_memory=24 * GB)
    cards = SimpleNamespace(
        is_available=lambda: available, device_count=lambda: 1, get_device_properties=lambda number: card
    )
    torch = SimpleNamespace(__version__="2.13.0", version=SimpleNamespace(cuda=cuda), cuda=cards)
    monkeypatch.setitem(sys.modules, "torch", torch)
    monkeypatch.setattr(gpu.shutil, "which", lambda name: driver)
    monkeypatch.setattr(gpu.importlib.util, "find_spec", lambda name: audio)
    assert told(gpu) == codes
    assert memory.room()[1] == ("gpu" if available else "cpu")


def test_no_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    assert told(gpu) == ["doctor.torch_missing"]


def test_memory_tells_the_largest_model() -> None:
    facts = memory.fit(24 * GB, "gpu").facts
    assert (facts["whole"], facts["adapters"]) == ("turbo-24gb", "large-v3-24gb")
    assert memory.fit(16 * GB, "cpu").facts["whole"] == "medium-cpu"
    assert memory.fit(GB, "cpu").code == "doctor.memory_little"


def test_a_container_may_hold_less_than_the_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "max").write_text("1000000\n")
    (tmp_path / "none").write_text("max\n")
    monkeypatch.setattr(core_memory, "LIMITS", (str(tmp_path / "none"), str(tmp_path / "max"), "/no/such/file"))
    assert core_memory.machine_bytes() == 1_000_000
    monkeypatch.setattr(core_memory, "LIMITS", ())
    assert (core_memory.machine_bytes() or 0) > 1_000_000


def test_codecs_that_lack_are_named_with_the_way_to_get_them(monkeypatch: pytest.MonkeyPatch) -> None:
    from augment import libraries

    monkeypatch.setattr(libraries, "load", lambda name: None)
    (finding,) = codecs.look(HERE)
    assert finding.state == "warning"
    assert "gsm-fr" in finding.facts["absent"]
    assert "evs" not in finding.facts["absent"]
    assert "apt-get install libgsm1" in finding.facts["cure"]
    assert "callcentre_recording" in finding.facts["presets"]


def test_the_model_the_disk_and_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kowhisper_tel.whisper.builtin.importlib.util.find_spec", lambda name: None)
    assert told(model) == ["doctor.model_missing"]
    monkeypatch.setattr(disk.shutil, "disk_usage", lambda place: SimpleNamespace(free=GB))
    assert told(disk) == ["doctor.disk_little"]

    def refuse(folder: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(writing, "try_writing", refuse)
    (first, _) = writing.look(tmp_path)
    assert (first.state, first.code) == ("missing", "doctor.unwritable")
    assert "Permission denied" in first.text("en")


def test_a_folder_is_really_written_to(tmp_path: Path) -> None:
    writing.try_writing(tmp_path)
    with pytest.raises(OSError, match="No such file"):
        writing.try_writing(tmp_path / "absent")


def test_fonts_are_asked_for_hangul(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import matplotlib

    latin = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"
    (tmp_path / "broken.ttf").write_bytes(b"no font")
    (tmp_path / "latin.ttf").write_bytes(latin.read_bytes())
    monkeypatch.setattr(fonts, "FOLDERS", (str(tmp_path),))
    assert told(fonts) == ["doctor.fonts_missing"]

    from fontTools.fontBuilder import FontBuilder
    from fontTools.ttLib.tables._g_l_y_f import Glyph

    built = FontBuilder(1000)
    built.setupGlyphOrder([".notdef", "han"])
    built.setupCharacterMap({ord("한"): "han"})
    built.setupGlyf({".notdef": Glyph(), "han": Glyph()})
    built.setupHorizontalMetrics({".notdef": (500, 0), "han": (500, 0)})
    built.setupHorizontalHeader()
    built.setupPost()
    built.save(tmp_path / "hangul.ttf")
    assert told(fonts) == ["doctor.fonts"]


def test_what_is_told_says_what_to_do() -> None:
    finding = Finding("model", "warning", "doctor.model_missing", {"name": "builtin/x", "packages": "a b"})
    assert "pip install a b" in finding.text("en")
    assert "pip install a b" in finding.text("ko")
