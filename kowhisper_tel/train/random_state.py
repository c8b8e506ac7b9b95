"""Random state: the library's trainer seeds the global one, for dropout; the caller's is kept."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def own_random_state() -> Iterator[None]:
    """Put the global random states of Python, NumPy and PyTorch back at the end."""
    import numpy as np
    import torch

    python, array = random.getstate(), np.random.get_state()
    with torch.random.fork_rng():
        try:
            yield
        finally:
            random.setstate(python)
            np.random.set_state(array)
