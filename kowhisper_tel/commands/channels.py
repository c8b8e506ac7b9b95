"""The channels that a config names, as augment's mixtures."""

from __future__ import annotations

from augment import AugmentError, Channel, CodecUnavailable, Mixture
from kowhisper_tel.config import Train
from kowhisper_tel.core.errors import UserError

CLEAN = Channel("clean")
BABBLE = Channel.from_json({"name": "babble", "effects": [{"effect": "noise", "snr_db": 10, "source": "babble"}]})
"""What has been heard by who has heard other utterances behind the speech, in the words of suites."""


def training_mixture(train: Train | None) -> Mixture:
    """``train.channels``, some with ``train.noise`` for their background, and the clean share before them; without
    training, nothing but clean.

    Raises ``UserError``: ``train.codec`` for a codec that cannot be had here, ``config.channel`` for what is unknown,
    ``train.noise_place`` and ``train.noise_file`` for noise that cannot be used, and ``eval.noise_unknown``.
    """
    if train is None:
        return Mixture(((1.0, CLEAN),))
    mixture = _named(train)
    if train.clean_share == 1:
        return Mixture(((1.0, CLEAN),))
    total = sum(share for share, _ in mixture.parts)
    scaled = tuple((share / total * (1 - train.clean_share), channel) for share, channel in mixture.parts)
    return Mixture(((train.clean_share, CLEAN), *scaled)) if train.clean_share else Mixture(scaled)


def heard_in_training(train: Train | None) -> list[Channel]:
    """Channels that hold every condition of the training, to mark suites by: the mixture's, voices and babble.

    Raises as ``training_mixture``.
    """
    from kowhisper_tel.train.hearing import as_points
    from kowhisper_tel.train.voices import voices

    mixture = training_mixture(train)
    if train is None:
        return [CLEAN]
    went = any(factor for _, factor in as_points(train.severity))
    heard = [channel for _, channel in mixture.parts] if went else [CLEAN]
    heard += [channel for _, channel in voices().parts] if train.voice_share else []
    return [*heard, BABBLE] if train.babble_share else heard


def _named(train: Train) -> Mixture:
    from augment import presets
    from eval_suites.materials import named_source
    from kowhisper_tel.train.background import with_noise

    try:
        named = train.channels
        mixture = presets.find(named) if isinstance(named, str) else Mixture.from_json(named)
        if train.noise is not None:
            names = [train.noise] if isinstance(train.noise, str) else train.noise
            mixture = with_noise(mixture, [named_source(name) for name in names], train.noise_share)
        mixture.check()
    except CodecUnavailable as problem:
        raise UserError("train.codec", problem=problem) from None
    except AugmentError as problem:
        raise UserError("config.channel", problem=problem) from None
    return mixture
