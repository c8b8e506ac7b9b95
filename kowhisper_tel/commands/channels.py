"""The channels that a config names, as augment's mixtures."""

from __future__ import annotations

from augment import AugmentError, Channel, CodecUnavailable, Mixture
from kowhisper_tel.config import Train
from kowhisper_tel.core.errors import UserError

CLEAN = Channel("clean")


def training_mixture(train: Train | None) -> Mixture:
    """``train.channels`` with the clean share before it; without training, nothing but clean.

    Raises ``UserError``: ``train.codec`` for a codec that cannot be had here, ``config.channel`` for what is unknown.
    """
    from augment import presets

    if train is None:
        return Mixture(((1.0, CLEAN),))
    try:
        named = train.channels
        mixture = presets.find(named) if isinstance(named, str) else Mixture.from_json(named)
        mixture.check()
    except CodecUnavailable as problem:
        raise UserError("train.codec", problem=problem) from None
    except AugmentError as problem:
        raise UserError("config.channel", problem=problem) from None
    if train.clean_share == 1:
        return Mixture(((1.0, CLEAN),))
    total = sum(share for share, _ in mixture.parts)
    scaled = tuple((share / total * (1 - train.clean_share), channel) for share, channel in mixture.parts)
    return Mixture(((train.clean_share, CLEAN), *scaled)) if train.clean_share else Mixture(scaled)
