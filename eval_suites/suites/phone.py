"""Phone: the telephone band, a codec, and packets lost in bursts."""

from __future__ import annotations

from typing import Any

from augment import Channel
from eval_suites.suite import Suite
from eval_suites.suites import Request

BURST_FRAMES = 2.0
"""Mean length of a burst of lost frames: 40 ms, as on a wireless leg."""


def build(request: Request) -> list[Suite]:  # noqa: ARG001 (every stratum is asked alike)
    """G.711 µ-law, AMR-NB at its highest and lowest rate, and G.711 with 5 % of frames lost."""
    return [
        _suite("phone_g711", "G.711 µ-law", "G.711 µ-law", "g711-mu", 64.0),
        _suite("phone_amr_12.2", "AMR-NB 12.2 kbit/s", "AMR-NB 12.2 kbit/s", "amr-nb-12.2", 12.2),
        _suite("phone_amr_4.75", "AMR-NB 4.75 kbit/s", "AMR-NB 4.75 kbit/s", "amr-nb-4.75", 4.75),
        _suite("phone_loss_5", "G.711 µ-law, 5 % lost", "G.711 µ-law, 손실 5 %", "g711-mu", 64.0, loss=0.05),
    ]


def _suite(name: str, en: str, ko: str, codec: str, bitrate_kbps: float, loss: float = 0.0) -> Suite:
    effect: dict[str, Any] = {"effect": "codec", "codec": codec}
    if loss:
        effect["loss"] = {"rate": loss, "mean_burst": BURST_FRAMES}
    channel = Channel.from_json({"name": name, "effects": [{"effect": "band"}, effect]})
    conditions: dict[str, float | str] = {"codec": codec, "bitrate_kbps": bitrate_kbps, "loss": loss}
    return Suite(name, "phone", {"en": en, "ko": ko}, channel, conditions=conditions)
