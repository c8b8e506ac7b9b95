"""Background: recordings of noise in place of the synthetic ones of a mixture's channels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from augment import Channel, Mixture, noise_files
from augment.effects.noise import Noise
from kowhisper_tel.core.audio import probe
from kowhisper_tel.core.errors import UserError

BEHIND_THE_MICROPHONE = ("band", "terminal", "codec")
"""Effects from which on a noise is the line's, no longer that of the place where somebody speaks."""


def with_noise(mixture: Mixture, sources: Sequence[str], share: float) -> Mixture:
    """The mixture with these sources (``folder:PATH``, ``file:PATH``, a synthetic noise's name) as the background of a
    ``share`` of each channel that has background noise, as often and as loud as it has it.

    Every source is drawn as often as another, and every file of a folder. Which channel an utterance draws, and what
    of it, stays as it was. Raises ``UserError``: ``train.noise_place`` where no channel has background noise,
    ``train.noise_file`` for a file that is no audio or has none; and ``SpecError`` for what is not there.
    """
    for source in sources:
        if ":" in source:
            _check_files(source)
    if not any(_background(channel) for _, channel in mixture.parts):
        raise UserError("train.noise_place")
    parts: list[tuple[float, Channel]] = []
    for whole, channel in mixture.parts:
        if not _background(channel):
            parts.append((whole, channel))
            continue
        parts.append((whole * share, _over(channel, tuple(sources))))
        parts += [(whole * (1 - share), channel)] if share < 1 else []
    return Mixture(tuple(parts))


def _background(channel: Channel) -> list[int]:
    """The positions of the noises that are there before the call begins."""
    names = [effect.name for effect in channel.effects]
    end = next((i for i, name in enumerate(names) if name in BEHIND_THE_MICROPHONE), len(names))
    return [i for i, effect in enumerate(channel.effects[:end]) if isinstance(effect, Noise)]


def _over(channel: Channel, sources: tuple[str, ...]) -> Channel:
    effects = list(channel.effects)
    for position in _background(channel):
        noise = effects[position]
        assert isinstance(noise, Noise)
        effects[position] = replace(noise, source=sources)
    return replace(channel, effects=tuple(effects))


def _check_files(source: str) -> None:
    for file in noise_files.listing(source):
        try:
            duration_s = probe(file).duration_s
        except UserError as problem:
            raise UserError("train.noise_file", problem=problem.text()) from None
        if not duration_s:
            raise UserError("train.noise_file", problem=UserError("audio.empty", path=file).text())
