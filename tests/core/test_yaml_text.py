"""YAML of a user's: what older YAML took for something else is text, and nothing is dropped."""

from __future__ import annotations

import pytest

from kowhisper_tel.core.yaml_text import BrokenYamlError, parse


@pytest.mark.parametrize(
    "text", ["yes", "No", "off", "8:2", "1:30.5", "2024-01-31", "2024-99-99", "2024-01-31 10:00:00"]
)
def test_stays_text(text: str) -> None:
    assert parse(f"key: {text}") == {"key": text}


def test_numbers_truths_and_nothing_are_read() -> None:
    assert parse("[1, 2.5, 1.0e-5, true, False, null, .inf]") == [1, 2.5, 1e-5, True, False, None, float("inf")]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: 1\nb: 2\na: 3", 3),
        ("a: 1\nb: {c: 1, c: 2}", 2),
        ("a: [1, 2", 1),
        ("\ta: 1", 1),
        ("? [a]\n: 1\n? {b: 1}\n: 2", 1),
        ("!!python/object/apply:os.system ['true']", 1),
        ("[" * 3000, None),
    ],
)  # fmt: skip
def test_what_is_broken_is_told_with_its_line(text: str, line: int | None) -> None:
    with pytest.raises(BrokenYamlError) as caught:
        parse(text)
    assert caught.value.line == line
