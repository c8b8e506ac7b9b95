"""Which number format this machine trains fast in. Weights and optimiser state are fp32 in each (``autocast``)."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from kowhisper_tel.core.errors import UserError

FAST_BF16 = ("amx_bf16", "avx512_bf16")
"""Processor flags with which bf16 is faster than fp32; without them it is emulated, hundreds of times slower."""

Precision = Literal["fp32", "bf16", "fp16"]


def choose(precision: Literal["auto"] | Precision, cpuinfo: Path = Path("/proc/cpuinfo")) -> Precision:
    """The precision to train in; ``auto``: bf16 where that is fast, else fp16 (with loss scaling) on a GPU, else fp32.

    Raises ``UserError``: ``train.precision`` where bf16 is asked for and would crawl, ``train.precision_fp16`` where
    fp16 is asked for without a GPU: its range is too narrow without loss scaling, and processors gain nothing by it.
    """
    import torch

    if precision == "fp32":
        return "fp32"
    if precision == "fp16":
        if not torch.cuda.is_available():
            raise UserError("train.precision_fp16")
        return "fp16"
    if _bf16_is_fast(cpuinfo):
        return "bf16"
    if precision == "bf16":
        raise UserError("train.precision", flags=", ".join(FAST_BF16))
    return "fp16" if torch.cuda.is_available() else "fp32"


def _bf16_is_fast(cpuinfo: Path) -> bool:
    import torch

    if torch.cuda.is_available():
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    if not cpuinfo.is_file():
        return False
    flags = next((line for line in cpuinfo.read_text().splitlines() if line.startswith("flags")), "").split()
    return any(flag in flags for flag in FAST_BF16)
