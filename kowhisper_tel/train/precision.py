"""Which number format this machine trains fast in."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from kowhisper_tel.core.errors import UserError

FAST_BF16 = ("amx_bf16", "avx512_bf16")
"""Processor flags with which bf16 is faster than fp32; without them it is emulated, hundreds of times slower."""


def choose(
    precision: Literal["auto", "fp32", "bf16"], cpuinfo: Path = Path("/proc/cpuinfo")
) -> Literal["fp32", "bf16"]:
    """The precision to train in. Raises ``UserError`` (``train.precision``) where bf16 is asked for and would crawl."""
    if precision == "fp32":
        return "fp32"
    if _bf16_is_fast(cpuinfo):
        return "bf16"
    if precision == "bf16":
        raise UserError("train.precision", flags=", ".join(FAST_BF16))
    return "fp32"


def _bf16_is_fast(cpuinfo: Path) -> bool:
    import torch

    if torch.cuda.is_available():
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    if not cpuinfo.is_file():
        return False
    flags = next((line for line in cpuinfo.read_text().splitlines() if line.startswith("flags")), "").split()
    return any(flag in flags for flag in FAST_BF16)
