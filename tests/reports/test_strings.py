"""Strings: every one in both languages, with the same facts; every key that is used is there."""

from __future__ import annotations

import re
from importlib import resources

import pytest

from kowhisper_tel.core.errors import catalogue as messages
from kowhisper_tel.core.errors import placeholders
from reports.sections import registry
from reports.text import Text, catalogue, say


@pytest.mark.parametrize("key", sorted(catalogue()))
def test_both_languages_say_the_same_facts(key: str) -> None:
    text = catalogue()[key]
    assert text.en.strip()
    assert text.ko.strip()
    assert placeholders(text.en) == placeholders(text.ko)
    assert not re.search("[가-힣]", text.en) or key == "common.language"


@pytest.mark.parametrize("code", [code for code in messages() if code.startswith("gate.")])
def test_messages_say_the_same_facts(code: str) -> None:
    assert placeholders(messages()[code]["en"]) == placeholders(messages()[code]["ko"])


def test_every_section_has_title_and_template() -> None:
    names = {file.name for file in resources.files("reports.sections").iterdir()}
    for section in registry():
        assert say(f"{section.name}.title").en
        assert f"{section.name}.html.j2" in names


def test_keys_used_in_templates_exist() -> None:
    files = [*resources.files("reports.sections").iterdir(), *resources.files("reports.templates").iterdir()]
    used = [
        key
        for file in files
        if file.name.endswith(".j2")
        for key in re.findall(r"(?:\bt|words)\([\"']([a-z_]+\.[a-z_]+)[\"'][,)]", file.read_text(encoding="utf-8"))
    ]
    assert len(used) > 30
    assert not set(used) - catalogue().keys()


def explorer() -> str:
    """The explorer's scripts as one."""
    files = [file for file in resources.files("reports.sections").iterdir() if file.name.startswith("utterances")]
    return "\n".join(file.read_text(encoding="utf-8") for file in files if file.name.endswith(".js"))


def test_each_of_the_explorers_scripts_takes_the_columns_that_it_uses() -> None:
    for file in resources.files("reports.sections").iterdir():
        if file.name.startswith("utterances") and file.name.endswith(".js"):
            script = file.read_text(encoding="utf-8")
            for name in ("utterances", "pairs", "rates", "rows"):
                used = re.search(rf"(?<![\w.\"]){name}\.", script)
                assert not used or re.search(rf"{{[^}}]*\b{name}\b[^}}]*}} = data;", script), (file.name, name)


def test_keys_used_in_scripts_exist() -> None:
    script = explorer()
    used = set(re.findall(r"words\.([a-z_]+)", script))
    assert len(used) > 8
    assert not {f"utterances.{key}" for key in used} - catalogue().keys()


def test_no_template_speaks_one_language_only() -> None:
    for file in resources.files("reports.sections").iterdir():
        if file.name.endswith(".j2"):
            bare = re.sub(r"{[{%].*?[%}]}|<[^>]*>|{#.*?#}", " ", file.read_text(encoding="utf-8"), flags=re.DOTALL)
            assert not re.findall(r"[A-Za-z]{2,}|[가-힣]{2,}", bare), file.name


def test_facts_may_be_texts() -> None:
    assert Text("to {a}", "{a}에").format(a=Text("you", "당신")) == Text("to you", "당신에")


@pytest.mark.parametrize("key", sorted(catalogue()))
def test_korean_keeps_its_particles_and_terms(key: str) -> None:
    """CER is read 시이알, which ends in a consonant; one word for one thing."""
    assert not re.search(r"CER(는|가|를|와)|잡음|연령|구별 안 됨|기술입니다", catalogue()[key].ko)


def test_templates_round_nothing() -> None:
    files = [*resources.files("reports.sections").iterdir(), *resources.files("reports.templates").iterdir()]
    for file in files:
        if file.name.endswith(".j2"):
            assert not re.search(r"\|\s*(format|round)\b", file.read_text(encoding="utf-8")), file.name


def test_scripts_round_nothing() -> None:
    """A figure is rounded once, by ``reports.rounding``."""
    for folder in ("reports.sections", "reports.templates"):
        for file in resources.files(folder).iterdir():
            if file.name.endswith(".js"):
                script = file.read_text(encoding="utf-8")
                assert not re.search(r"toFixed|toPrecision|Math\.round|Intl\.NumberFormat", script), file.name


def test_the_explorer_has_a_word_for_every_choice() -> None:
    script = explorer()
    flags = re.findall(r"(\w+): \d+", re.search(r"const FLAGS = {(.*?)}", script)[1])  # type: ignore[index]
    from reports.sections.utterances import FLAGS

    assert tuple(flags) == FLAGS
    relations = re.findall(r'"(\w+)"', re.search(r"const RELATIONS = \[(.*?)\]", script)[1])  # type: ignore[index]
    wanted = {f"show_{key}" for key in (*flags, *relations, "all")}
    wanted |= {f"badge_{key}" for key in (*flags[1:], *relations, "right")} | {f"said_{kind}" for kind in "sdi"}
    wanted |= {f"refused_{reason}" for reason in ("private", "personal", "long", "budget")}
    assert not {f"utterances.{key}" for key in wanted} - catalogue().keys()
