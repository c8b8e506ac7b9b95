"""What messages tell the user to do can be done: the commands and options that they name exist."""

from __future__ import annotations

import functools
import re
from pathlib import Path

import pytest
from typer.main import get_command

from kowhisper_tel.commands import build
from kowhisper_tel.core.errors import catalogue

FIXED_PARTICLE = re.compile(r"\}(을|를|이|가|은|는|와|과|으로|로|이\(가\)|을\(를\)|은\(는\))(?=[\s,.]|$)")
"""A particle right after a variable: which of two is right depends on what stands there."""


def options(*names: str) -> set[str]:
    command = get_command(build())
    for name in names:
        command = command.commands[name]  # type: ignore[attr-defined]
    return {option for parameter in command.params for option in parameter.opts}


@functools.cache
def commands() -> dict[str, set[str]]:
    return {name: options(name) for name in get_command(build()).commands}  # type: ignore[attr-defined]


@pytest.mark.parametrize("code", sorted(catalogue()))
def test_commands_and_options_named_exist(code: str) -> None:
    known = commands()
    everywhere = options().union(*known.values()) | {"--no-cache-dir", "--force-reinstall"}  # two are pip's
    for language in ("en", "ko"):
        text = catalogue()[code][language]
        for command, rest in re.findall(r"`(?:python -m kowhisper_tel\.)?run ([a-z]+)([^`]*)`", text):
            assert command in known
            assert set(re.findall(r"--[a-z-]+", rest)) <= known[command]
        named = set(re.findall(r"--[a-z-]+", text))
        if not code.startswith("gate."):  # a group, with options of its own
            assert named <= everywhere


@pytest.mark.parametrize(
    "code", sorted(code for code in catalogue() if code.startswith(("train.", "eval.", "evidence.", "comparison.")))
)
def test_only_what_begins_a_run_anew_is_named_without_its_command(code: str) -> None:
    """``run train`` and ``run evaluate`` have no ``--resume``, and ``--overwrite`` is not the same everywhere."""
    for language in ("en", "ko"):
        bare = re.sub(r"`python -m kowhisper_tel\.run [^`]*`", "", catalogue()[code][language])
        assert set(re.findall(r"--[a-z-]+", bare)) <= {"--name"}


@pytest.mark.parametrize(
    "code",
    sorted(
        code
        for code in catalogue()
        if code.startswith(("train.", "window.", "eval.", "evidence.", "comparison.", "model.", "decode."))
    ),
)
def test_no_particle_hangs_on_a_variable(code: str) -> None:
    assert not FIXED_PARTICLE.search(catalogue()[code]["ko"])


CURES = re.compile(r"세요|가능한|쓸 수 있는|있는 [가-힣 ]+:")
"""Advice in Korean ends so; or what there is to choose from is listed."""


def raised() -> set[str]:
    root = Path(__file__).parents[2]
    rooms = ("kowhisper_tel", "eval_suites", "reports")
    sources = [path.read_text(encoding="utf-8") for room in rooms for path in (root / room).rglob("*.py")]
    return {code for text in sources for code in re.findall(r'raise UserError\(\s*"([^"]+)"', text)}


def test_every_error_says_what_to_do() -> None:
    assert len(raised()) > 200
    assert [code for code in sorted(raised()) if not CURES.search(catalogue()[code]["ko"])] == []
