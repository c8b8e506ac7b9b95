"""YAML as a user means it: what YAML 1.1 would read otherwise is text, and nothing is dropped without a word."""

from __future__ import annotations

from typing import Any

import yaml


class BrokenYamlError(ValueError):
    """Text that is no YAML, or says one thing twice; ``line`` (from 1) where the parser knows it."""

    def __init__(self, problem: Exception) -> None:
        super().__init__("nested too deeply" if isinstance(problem, RecursionError) else str(problem))
        mark = getattr(problem, "problem_mark", None)
        self.line: int | None = mark.line + 1 if mark else None


class _Loader(yaml.SafeLoader):
    """``yes``, ``off``, ``8:2`` and dates are text, as YAML 1.2 has it: values of tags, choices and shares.

    (YAML 1.1 took ``8:2`` for a number to the base of 60, 482.) A key that stands in one place twice is an error: the
    first would be dropped.
    """

    def compose_mapping_node(self, anchor: Any) -> yaml.MappingNode:
        node: yaml.MappingNode = super().compose_mapping_node(anchor)
        known: set[str] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode):
                if key.value in known:
                    problem = f"the key `{key.value}` stands here twice"
                    raise yaml.composer.ComposerError(None, None, problem, key.start_mark)
                known.add(key.value)
        return node

    def number(self, node: yaml.ScalarNode) -> Any:
        construct = yaml.SafeLoader.yaml_constructors[node.tag]
        return node.value if ":" in node.value else construct(self, node)

    def text(self, node: yaml.ScalarNode) -> str:
        return str(node.value)

    def truth(self, node: yaml.ScalarNode) -> Any:
        return {"true": True, "false": False}.get(node.value.lower(), node.value)


for _tag in ("int", "float"):
    _Loader.add_constructor(f"tag:yaml.org,2002:{_tag}", _Loader.number)
_Loader.add_constructor("tag:yaml.org,2002:bool", _Loader.truth)
_Loader.add_constructor("tag:yaml.org,2002:timestamp", _Loader.text)


def parse(text: str) -> Any:
    """What a text in YAML says. Raises ``BrokenYamlError``."""
    try:
        return yaml.load(text, _Loader)
    except (yaml.YAMLError, TypeError, ValueError, RecursionError) as problem:
        raise BrokenYamlError(problem) from None
