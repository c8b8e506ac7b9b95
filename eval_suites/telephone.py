"""Telephone: the codecs that suites go through, with the band before them and the conditions that they are."""

from __future__ import annotations

import re
from typing import Any

from augment import codecs

WIDE_BAND = {"effect": "band", "low_hz": 50.0, "high_hz": 7000.0}
"""ITU-T G.722 (clause 1.1) transmits 50 to 7000 Hz, and so do the codecs of wideband calls after it."""
ORDINARY = "amr-nb-12.2"
"""One ordinary call, for suites that vary something else: AMR-NB's highest rate, the default of 3GPP's third generation
(TS 26.071 has the modes), which is where most mobile calls into a narrowband network come from."""
SPELT = {
    "g711": "G.711", "g722": "G.722", "g723.1": "G.723.1", "g726": "G.726", "g729a": "G.729A", "gsm-fr": "GSM-FR",
    "amr-nb": "AMR-NB", "amr-wb": "AMR-WB", "opus-nb": "Opus NB", "opus-wb": "Opus WB", "speex-nb": "Speex NB",
    "speex-wb": "Speex WB", "mp3": "MP3", "aac": "AAC", "evrc": "EVRC", "qcelp": "QCELP", "evs": "EVS", "ilbc": "iLBC",
}  # fmt: skip
LAWS = {"mu": "µ-law", "a": "A-law"}


def family(codec: str) -> str:
    """The codec without its bit rate or law: ``amr-nb`` of ``amr-nb-4.75``."""
    return re.sub(r"-(?:[\d.]+|mu|a)$", "", codec)


def bitrate_kbps(codec: str) -> float:
    """Of speech payload."""
    return codecs.get(codec).bitrate_bps / 1000


def slug(codec: str) -> str:
    """The codec in a suite's name: ``amr_4.75``, ``g711`` (µ-law), ``opus_nb_8``."""
    return {"g711-mu": "g711"}.get(codec, codec).replace("amr-nb-", "amr-").replace("-", "_")


def title(codec: str) -> str:
    """The codec as people write it."""
    known, rest = family(codec), codec.removeprefix(family(codec)).removeprefix("-")
    name = SPELT.get(known, known)
    if not rest:
        return name
    return f"{name} {LAWS[rest]}" if rest in LAWS else f"{name} {rest} kbit/s"


def call(*hops: str, loss: dict[str, Any] | None = None, wide: bool | None = None) -> list[dict[str, Any]]:
    """The band, and the codecs one after another; ``loss`` is the first one's.

    The band is wide where every codec is, unless ``wide`` says otherwise.
    """
    if wide is None:
        wide = all(codecs.get(hop).rate_hz > 8000 for hop in hops)
    effects: list[dict[str, Any]] = [{"effect": "codec", "codec": hop} for hop in hops]
    if loss:
        effects[0]["loss"] = loss
    return [WIDE_BAND if wide else {"effect": "band"}, *effects]


def conditions(*hops: str) -> dict[str, float | str]:
    """What a suite that goes through these codecs says of it."""
    return {
        "codec": "+".join(hops),
        "codec_family": "+".join(map(family, hops)),
        "bitrate_kbps": min(map(bitrate_kbps, hops)),
        "hops": len(hops),
    }
