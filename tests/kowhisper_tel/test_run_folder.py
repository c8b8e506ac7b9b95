from pathlib import Path

import pytest

from kowhisper_tel.commands.run_folder import open_run
from kowhisper_tel.core.errors import UserError


def settings(folder: Path, *more: str) -> list[str]:
    return [f"runs={folder}", *more]


def test_the_same_config_goes_on_and_another_is_refused(tmp_path: Path) -> None:
    with open_run(None, settings(tmp_path)) as run:
        (run.folder / "work").write_text("done")
    with open_run(None, settings(tmp_path), resume=True) as run:
        assert (run.folder / "work").read_text() == "done"
    with pytest.raises(UserError) as error, open_run(None, settings(tmp_path, "seed=8")):
        pass
    assert error.value.code == "run.differs"
    assert "seed" in str(error.value)
    assert (tmp_path / "demo" / "work").exists()


def test_overwrite_starts_afresh(tmp_path: Path) -> None:
    with open_run(None, settings(tmp_path)) as run:
        (run.folder / "work").write_text("done")
    with open_run(None, settings(tmp_path, "seed=8"), overwrite=True) as run:
        assert not (run.folder / "work").exists()


def test_the_gates_rule_may_change_in_place(tmp_path: Path) -> None:
    with open_run(None, settings(tmp_path)):
        pass
    with open_run(None, settings(tmp_path, "gate.least_effect=0.02")) as run:
        assert run.config.gate.least_effect == 0.02


@pytest.mark.parametrize("existing", [None, "foreign"])
def test_nothing_to_resume_and_a_foreign_folder(tmp_path: Path, existing: str | None) -> None:
    if existing:
        (tmp_path / "demo").mkdir()
        (tmp_path / "demo" / "holiday.jpg").touch()
    with pytest.raises(UserError) as error, open_run(None, settings(tmp_path), resume=existing is None):
        pass
    assert error.value.code == ("run.foreign" if existing else "run.absent")
    if existing:
        with pytest.raises(UserError), open_run(None, settings(tmp_path), overwrite=True):
            pass
        assert (tmp_path / "demo" / "holiday.jpg").exists()


def test_two_processes_cannot_hold_one_run(tmp_path: Path) -> None:
    with (
        open_run(None, settings(tmp_path)),
        pytest.raises(UserError) as error,
        open_run(None, settings(tmp_path)),
    ):
        pass
    assert error.value.code == "run.locked"


def test_a_name_on_the_command_line_wins(tmp_path: Path) -> None:
    with open_run(None, settings(tmp_path), name="other") as run:
        assert run.folder == tmp_path / "other"
