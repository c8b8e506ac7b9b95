"""Phone: the telephone's band and a codec; packets lost; two codecs in a row; and whole calls as presets have them."""

from __future__ import annotations

import functools
from collections.abc import Iterable

from augment import Channel, codecs, presets
from eval_suites import telephone
from eval_suites.suite import Suite
from eval_suites.suites import Request
from eval_suites.suites._shared import OTHER

BURST_PACKETS = 2.0
"""Mean length of a burst of lost packets: 40 ms of G.711 in packets of 20 ms (RFC 3551), as on a wireless leg."""
LOSSES = (0.01, 0.02, 0.05, 0.1, 0.2)
"""Up to the 20 % of the unmanaged networks of ITU-T G.1050. What no loss does is the suite ``phone_g711``."""
LOSSY = "g711-mu"
TANDEMS = (
    ("amr-nb-12.2", "g711-a"),  # a mobile call into the fixed network
    ("gsm-fr", "gsm-fr"),  # from mobile to mobile, each with a transcoder
    ("amr-wb-23.85", "amr-nb-12.2"),  # VoLTE to an older mobile network
    ("amr-nb-12.2", "mp3-16"),  # a mobile call, kept by a recorder
    ("g711-mu", "g729a"),  # a landline into voice over IP
)
PRESETS = {
    "landline": ("landline", "유선전화"),
    "mobile_2g3g": ("2G and 3G mobile", "2G·3G 이동전화"),
    "volte": ("VoLTE", "VoLTE"),
    "voip": ("internet telephony", "인터넷 전화"),
    "callcentre_recording": ("call-centre recording", "콜센터 녹취"),
    "worst_case": ("worst case", "최악의 조건"),
    "any_call": ("any call", "모든 통화"),
    "wheels_only": ("G.711 and AMR-NB", "G.711과 AMR-NB"),
}
"""How presets are called, in English and Korean; one that is not here goes by its own name."""
SMOKE = ("phone_amr_4.75",)
STANDARD = (
    "phone_g711", "phone_g722_64", "phone_g726_16", "phone_g729a", "phone_gsm_fr", "phone_amr_4.75", "phone_amr_7.4",
    "phone_amr_12.2", "phone_amr_wb_6.6", "phone_amr_wb_12.65", "phone_amr_wb_23.85", "phone_opus_nb_8",
    "phone_opus_wb_16", "phone_speex_nb_8", "phone_mp3_16", "phone_loss_2", "phone_loss_5", "phone_loss_10",
    "phone_loss_20", "phone_loss_random_10", "phone_loss_random_20", "phone_tandem_amr_12.2_g711_a",
    "phone_tandem_gsm_fr_gsm_fr", "phone_preset_landline", "phone_preset_mobile_2g3g", "phone_preset_volte",
    "phone_preset_voip", "phone_preset_callcentre_recording", "phone_preset_worst_case",
)  # fmt: skip


def build(request: Request) -> list[Suite]:
    """Every codec and bit rate, losses at random and in bursts, tandems, and each preset."""
    return request.of_size(_everything(), smoke=SMOKE, standard=STANDARD)


@functools.cache
def _everything() -> tuple[Suite, ...]:
    return (
        *(_codecs([codec]) for codec in codecs.names()),
        *(_lossy(loss, BURST_PACKETS) for loss in LOSSES),
        *(_lossy(loss, None) for loss in LOSSES),
        *map(_codecs, TANDEMS),
        *map(_preset, presets.names()),
    )


def _codecs(hops: Iterable[str]) -> Suite:
    way = tuple(hops)
    tandem = "tandem_" if len(way) > 1 else ""
    spelt = " → ".join(map(telephone.title, way))
    name = f"phone_{tandem}{'_'.join(map(telephone.slug, way))}"
    return Suite(
        name,
        "phone",
        {"en": spelt, "ko": spelt},
        Channel.from_json({"name": name, "effects": telephone.call(*way)}),
        unless=OTHER,
        conditions={**telephone.conditions(*way), "loss": 0.0},
    )


def _lossy(loss: float, mean_burst: float | None) -> Suite:
    """In bursts, or at random."""
    percent, spelt = f"{100 * loss:g}", telephone.title(LOSSY)
    name = f"phone_loss_{percent}" if mean_burst else f"phone_loss_random_{percent}"
    en, ko = ("in bursts", "연속 손실") if mean_burst else ("at random", "무작위 손실")
    burst = {"mean_burst": mean_burst} if mean_burst else {}
    return Suite(
        name,
        "phone",
        {"en": f"{spelt}, {percent} % lost {en}", "ko": f"{spelt}, {ko} {percent} %"},
        Channel.from_json({"name": name, "effects": telephone.call(LOSSY, loss={"rate": loss, **burst})}),
        unless=OTHER,
        conditions={
            **telephone.conditions(LOSSY),
            "loss": loss,
            "loss_kind": "bursts" if mean_burst else "random",
            **burst,
        },
    )


def _preset(preset: str) -> Suite:
    en, ko = PRESETS.get(preset, (preset, preset))
    return Suite(
        f"phone_preset_{preset}",
        "phone",
        {"en": f"Calls: {en}", "ko": f"통화: {ko}"},
        presets.get(preset),
        unless=OTHER,
        conditions={"preset": preset},
    )
