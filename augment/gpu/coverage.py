"""What the GPU renderer can do, known without torch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from augment import codecs
from augment.channel import Channel
from augment.codecs.g711 import G711
from augment.effect import Effect
from augment.mixture import Mixture

FACTORS = (1, 2, 3)
"""Of resampling: those whose filters are soxr's (see ``augment.gpu.soxr_taps``)."""

KNOWN = f"known are factors of {', '.join(map(str, FACTORS))}"

PLAIN = ("band", "level", "noise", "room")
"""Effects that are covered whatever their parameters are."""


def refusals(channel: Channel | Mixture, rate: int) -> tuple[str, ...]:
    """What of a channel the renderer would refuse at ``rate`` Hz, in words; empty if it covers all that may be drawn.

    >>> line = {"name": "line", "effects": [{"effect": "agc"}, {"effect": "codec", "codec": ["g711-a", "gsm-fr"]}]}
    >>> refusals(Channel.from_json(line), 16000)
    ("effect 'agc'", "codec 'gsm-fr'")
    """
    channels = [part for _, part in channel.parts] if isinstance(channel, Mixture) else [channel]
    found = (refusal(params, rate) for part in channels for effect in part.effects for params in _may_draw(effect))
    return tuple(dict.fromkeys(why for why in found if why is not None))


def refusal(params: Mapping[str, Any], rate: int) -> str | None:
    """What of one effect's drawn parameters is not covered at ``rate`` Hz, in words; None if they are."""
    effect = params["effect"]
    if effect in PLAIN or params.get("skipped"):
        return None
    if effect == "codec":
        return _codec_refusal(params, rate)
    if effect == "resample":
        lower_hz = params["rate_hz"]
        known = isinstance(lower_hz, (int, float)) and (lower_hz >= rate or rate / lower_hz in FACTORS)
        return None if known else f"effect 'resample' from {rate} to {lower_hz} Hz ({KNOWN})"
    return f"effect {effect!r}"


def _codec_refusal(params: Mapping[str, Any], rate: int) -> str | None:
    codec = codecs.get(params["codec"])
    if not isinstance(codec, G711):
        return f"codec {codec.name!r}"
    if params["lost"]:
        return f"codec {codec.name!r} with packet loss"
    return None if rate / codec.rate_hz in FACTORS else f"codec {codec.name!r} at {rate} Hz ({KNOWN})"


def _may_draw(effect: Effect) -> list[dict[str, Any]]:
    """Parameters that stand for all that an effect may draw, so far as ``refusal`` looks at them."""
    fields = effect.to_json()
    if effect.name != "codec":
        return [fields]
    names = [fields["codec"]] if isinstance(fields["codec"], str) else fields["codec"]
    return [{"effect": "codec", "codec": name, "lost": ["some"] if "loss" in fields else []} for name in names]
