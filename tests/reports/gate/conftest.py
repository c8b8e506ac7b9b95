"""Sides made of counts, and folders as an evaluation leaves them."""

from __future__ import annotations

import importlib.util
import random
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from eval_suites.cost import Cost
from reports.gate.side import Counts, Side, SuiteCounts, keyed

VERSIONS = {"manifest": "5f1c0de5f1c0de00", "seed": "7", "normaliser": "ko-tel-norm/1 1234567890abcdef"}
FACTORS = {"engine": "ctranslate2", "quantisation": "int8", "device": "cpu", "options": {}, "batch_size": 16}
COST = Cost("tuned", 100.0, 20.0, 1.5, 900_000_000, 145_000_000, "cpu", 2)


def load(path: Path) -> Any:
    """A module beside a test: test folders are no packages."""
    name = f"gate_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def evaluated() -> Any:
    return load(Path(__file__).with_name("evaluated.py"))


def counts(tokens: int, rate: float, draw: random.Random) -> Counts:
    """Tokens of which about this share is wrong."""
    wrong = sum(draw.random() < rate for _ in range(tokens))
    return tokens - wrong, wrong, 0, 0


def make_side(
    rates: Mapping[str, float | Mapping[str, float]],
    *,
    blocks: int = 30,
    seed: int = 1,
    tokens: int = 60,
    cost: Cost | None = None,
    kind: Any = "speaker",
    missing: Mapping[str, tuple[str, ...]] | None = None,
) -> Side:
    """A side with one suite for each name, ``stratum`` or ``stratum/suite``: its CER, or a rate for each metric.

    Of a metric that is better higher the rate is what is wrong.
    """
    draw = random.Random(seed)
    suites = []
    for name, asked in rates.items():
        wanted = asked if isinstance(asked, Mapping) else {"cer": asked}
        stratum, _, own = name.partition("/")
        cells = {
            keyed("key", [f"speaker {n}"]): tuple(counts(tokens, rate, draw) for rate in wanted.values())
            for n in range(blocks)
        }
        suites.append(
            SuiteCounts(
                own or name, stratum, {"en": own or name, "ko": own or name}, True, kind, blocks,
                keyed("key", [name]), tuple(wanted), cells, (), (missing or {}).get(own or name, ()),
            )
        )  # fmt: skip
    return Side("tuned", "candidate", f"hash-{seed}", FACTORS, VERSIONS, tuple(suites), cost)


@pytest.fixture(scope="session")
def side() -> Callable[..., Side]:
    return make_side


@pytest.fixture(scope="session")
def cost() -> Cost:
    return COST


@pytest.fixture
def yaml(tmp_path: Path) -> Callable[[str], Path]:
    def write(text: str) -> Path:
        path = tmp_path / "gate.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return write
