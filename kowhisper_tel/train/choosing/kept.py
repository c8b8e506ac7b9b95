"""Kept: the weights at measuring points that may still be chosen, each in a sealed folder of its own."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from kowhisper_tel.train import checkpoints
from kowhisper_tel.train.choosing.weights import State

WEIGHTS = "model.safetensors"


class Kept:
    """Folders ``step-N`` in ``folder``; one that is not whole counts as not there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, step: int, state: State) -> None:
        """Keep the weights of a step in place of any that are there."""
        from safetensors.torch import save_file

        place = self._place(step)
        checkpoints.remove(place)
        place.mkdir(parents=True)
        save_file(dict(state), place / WEIGHTS)
        checkpoints.seal(place)

    def get(self, step: int) -> State:
        """The weights of a step, verified. Raises ``FileNotFoundError`` where they are not there whole."""
        from safetensors.torch import load_file

        if not self.has(step):
            raise FileNotFoundError(self._place(step) / WEIGHTS)
        state: State = load_file(self._place(step) / WEIGHTS)
        return state

    def has(self, step: int) -> bool:
        """Whether the weights of a step are there, whole and unchanged."""
        return checkpoints.is_whole(self._place(step))

    def only(self, steps: Collection[int]) -> None:
        """Remove the weights of all other steps."""
        for place in self.folder.glob("step-*"):
            if checkpoints.steps(place) not in steps:
                checkpoints.remove(place)

    def _place(self, step: int) -> Path:
        return self.folder / f"step-{step}"
