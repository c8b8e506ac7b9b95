"""The same clips through every preset in one, two and four processes, in other orders: the same bytes."""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import random
from concurrent.futures import ProcessPoolExecutor
from functools import partial

import pytest

from augment import effects, presets, rng
from augment.channel import Channel
from augment.effect import Effect
from tests.augment.conftest import RATE, voice

LENGTHS_S = (0.4, 1.3, 2.6)
Key = tuple[str, int]


def available(name: str) -> bool:
    try:
        presets.get(name).check()
    except ValueError:
        return False
    return True


def rendered(name: str, index: int) -> str:
    """Digest of a clip through a preset, or through an effect's last example; the clip is read-only."""
    clip = voice(LENGTHS_S[index % len(LENGTHS_S)])
    clip.flags.writeable = False
    before = clip.tobytes()
    if name in presets.names():
        heard = presets.get(name).render(clip, RATE, 7, (name, index))
    else:
        effect: Effect = effects.from_json({"effect": name, **effects.get(name).examples[-1]})
        heard = Channel(name, (effect,)).render(clip, RATE, 7, (name, index))
    assert clip.tobytes() == before
    return hashlib.sha256(heard.audio.tobytes()).hexdigest()


def one(key: Key) -> tuple[Key, str]:
    return key, rendered(*key)


def in_processes(keys: list[Key], processes: int, threads: int = 1) -> dict[Key, str]:
    shuffled = random.Random(processes).sample(keys, len(keys))
    context = multiprocessing.get_context("spawn")
    before = {name: os.environ.get(name) for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")}
    os.environ |= dict.fromkeys(before, str(threads))  # read by the libraries as a process starts
    try:
        with ProcessPoolExecutor(processes, mp_context=context) as pool:
            return dict(pool.map(one, shuffled))
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})


@pytest.fixture(scope="module")
def keys() -> list[Key]:
    names = [name for name in presets.names() if available(name)]
    missing = set(presets.names()) - set(names)
    assert "wheels_only" in names
    if missing:
        print(f"not here, so not tried: {', '.join(sorted(missing))}")
    return [(name, index) for name in (*names, *effects.names()) for index in range(len(LENGTHS_S))]


def test_any_number_of_processes_gives_the_same_bytes(keys: list[Key]) -> None:
    alone = dict(map(one, keys))
    assert len(set(alone.values())) > 0.9 * len(keys)
    for processes in (1, 2, 4):
        assert in_processes(keys, processes) == alone


def test_any_number_of_threads_gives_the_same_bytes(keys: list[Key]) -> None:
    assert in_processes(keys, 1, threads=2) == in_processes(keys, 2, threads=1)


def test_the_key_decides() -> None:
    render = partial(presets.get("wheels_only").render, voice(0.5), RATE)
    assert render(7, ("a",)).audio.tobytes() != render(7, ("b",)).audio.tobytes()
    assert rng(7, "a").integers(1 << 30) != rng(8, "a").integers(1 << 30)
