"""Renderer: a batch of clips made from their records on a GPU."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Sequence
from dataclasses import replace
from types import ModuleType
from typing import Any

from numpy.typing import NDArray

from augment.channel import Drawn, Rendered, replay
from augment.errors import SpecError, Unavailable
from augment.gpu.coverage import refusal
from augment.time_map import TimeMap

EXTRA = "pip install 'kowhisper_tel[gpu]' on a machine with CUDA, with a build of torch for it"


class Renderer:
    """``device``: a name of torch's, ``"cuda"`` or ``"cuda:1"``; ``"cpu"`` is for comparing.

    Raises:
        Unavailable: torch or torchaudio is absent, is a build without CUDA or cannot be imported, or there is no such
            device; the message says what to do.
    """

    def __init__(self, device: str = "cuda") -> None:
        self.device = device
        self._steps = _steps(device)

    def render(self, clips: Sequence[NDArray[Any]], rate: int, records: Sequence[Drawn]) -> list[Rendered]:
        """Each clip, float ``[n]`` of any length at ``rate`` Hz, as its record has it; the clips are left as they are.

        As ``augment.replay`` to the last bits, which G.711 may turn into a step here and there. Measured on 60 clips
        of real speech at 16 kHz (torchaudio 2.11 built for CUDA, run on a CPU), the error's energy under the signal's:
        band, room and resampling 127 dB or more; G.711 133 dB in the median of 360 renderings and 69 in the worst,
        where a sample fell to the other side of a decision value; room, noise, band, level, resampling and G.711
        twice 133 and 60 dB.

        Raises:
            SpecError: something in a record that is not covered, a record too few, a clip of other length or rate.
            AudioError: audio that cannot be processed.
        """
        if len(clips) != len(records):
            raise SpecError(f"there are {len(clips)} clips and {len(records)} records; each clip needs its own")
        refused = (refusal(params, rate) for record in records for params in record.effects)
        if names := dict.fromkeys(why for why in refused if why is not None):
            raise SpecError(f"the GPU renderer does not know: {'; '.join(names)} (augment.replay does, on the CPU)")
        # Without its effects a record checks its clip, and gives a copy.
        checked = [
            replay(clip, rate, replace(record, effects=())).audio for clip, record in zip(clips, records, strict=True)
        ]
        heard = self._steps.run(checked, rate, [record.effects for record in records], self.device)
        return [Rendered(audio, record, TimeMap()) for audio, record in zip(heard, records, strict=True)]


def _steps(device: str) -> ModuleType:
    """``augment.gpu.steps``, which imports torchaudio, once it is known that this can go well."""
    for package in ("torch", "torchaudio"):
        if importlib.util.find_spec(package) is None:
            raise Unavailable(f"the GPU renderer needs {package}, which is not installed; to get it: {EXTRA}")
    import torch

    if torch.version.cuda is None:
        raise Unavailable(
            f"the GPU renderer needs a torch with CUDA, and {torch.__version__} has none: torchaudio cannot be "
            "imported beside it, nor transformers while torchaudio is there. Either pip uninstall torchaudio, or: "
            f"{EXTRA}"
        )
    if torch.device(device).type == "cuda" and not torch.cuda.is_available():
        raise Unavailable(f"there is no device {device!r} here: torch finds no GPU (is its driver installed?)")
    try:
        return importlib.import_module("augment.gpu.steps")
    except (ImportError, OSError, RuntimeError) as error:
        raise Unavailable(f"torchaudio is installed but cannot be imported: {error}; to get it: {EXTRA}") from error
