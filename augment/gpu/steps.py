"""The effects on a device, a batch at a time. The only module that imports torchaudio (see ``augment.gpu``)."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torchaudio.functional
from scipy import fft
from torch import Tensor

from augment import codecs
from augment.audio import RAMP, Audio
from augment.codecs.g711 import decode_table, encode_table
from augment.effect import Params
from augment.effects.band import taps
from augment.effects.noise import Noise
from augment.effects.room import Room
from augment.gpu import soxr_taps
from augment.gpu.levels import active_level_dbfs, gain
from augment.speech_level import NOMINAL_DBFS, rms_dbfs

LAWS = ("mu", "a")


@dataclass(frozen=True)
class Batch:
    """``sound``: float32 ``[clips, samples]``, zero beyond each clip's length, at ``rate`` Hz."""

    sound: Tensor
    lengths: tuple[int, ...]
    rate: int

    @property
    def levels(self) -> Tensor:
        """The active speech levels in dBFS, float64 ``[clips]``."""
        return active_level_dbfs(self.sound, self.lengths, self.rate)


Step = Callable[[Batch, Sequence[Params]], Tensor]


def run(clips: Sequence[Audio], rate: int, effects: Sequence[Sequence[Params]], device: str) -> list[Audio]:
    """Each clip through its own effects; clips that have the same one next go through it together."""
    lengths = [len(clip) for clip in clips]
    padded = np.zeros((len(clips), max(lengths, default=0)), np.float32)
    for row, clip in zip(padded, clips, strict=True):
        row[: len(clip)] = clip
    sound = torch.from_numpy(padded).to(device)
    for number in range(max(map(len, effects), default=0)):
        for rows in _groups(effects, lengths, number):
            part = tuple(lengths[row] for row in rows)
            batch = Batch(sound[rows, : max(part)], part, rate)
            params = [effects[row][number] for row in rows]
            heard = STEPS[params[0]["effect"]](batch, params)
            sound[rows, : max(part)] = _masked(heard[:, : max(part)], part)
    back = sound.cpu().numpy()
    return [row[:length].copy() for row, length in zip(back, lengths, strict=True)]


def _groups(effects: Sequence[Sequence[Params]], lengths: Sequence[int], number: int) -> list[list[int]]:
    """The clips that have the same effect in this place, and the same rate to resample to."""
    groups: dict[Hashable, list[int]] = {}
    for row, own in enumerate(effects):
        if number < len(own) and lengths[row] and not own[number].get("skipped"):
            groups.setdefault((own[number]["effect"], own[number].get("rate_hz")), []).append(row)
    return list(groups.values())


def _masked(sound: Tensor, lengths: Sequence[int]) -> Tensor:
    """Zero beyond each clip's length."""
    ends = torch.tensor(lengths, device=sound.device)
    inside = torch.arange(sound.shape[1], device=sound.device) < ends[:, None]
    return torch.where(inside, sound, torch.zeros_like(sound))


def _filtered(sound: Tensor, responses: Sequence[Audio], starts: Sequence[int]) -> Tensor:
    """As many samples of each clip convolved with its response (or all with one), from its start on.

    In double precision, so that nothing but the CPU's own rounding is between the two.
    """
    n_samples = sound.shape[1]
    filters = np.zeros((len(responses), max(map(len, responses))))
    for row, response in zip(filters, responses, strict=True):
        row[: len(response)] = response
    # Zeros up to a length that transforms fast: cuFFT is slow and less exact at large primes.
    whole = fft.next_fast_len(max(starts) + n_samples + filters.shape[1] - 1, real=True)
    padded = torch.nn.functional.pad(sound.double(), (0, whole - filters.shape[1] + 1 - n_samples))
    full: Tensor = torchaudio.functional.fftconvolve(padded, torch.from_numpy(filters).to(sound.device))
    first = torch.tensor(starts, device=sound.device)[:, None]
    places = (first + torch.arange(n_samples, device=sound.device)).expand(len(sound), -1)
    return full.gather(1, places).float()


def _down(batch: Batch, factor: int, lengths: Sequence[int], width: int) -> Tensor:
    """``[clips, width]`` at the rate divided by ``factor``, as soxr does it, zero beyond ``lengths``."""
    sound = batch.sound
    if factor > 1:
        middle = soxr_taps.REACH * factor
        sound = _filtered(sound, [soxr_taps.down(factor)], [middle])[:, ::factor]
    return _masked(_fitted(sound, width), lengths)


def _up(low: Tensor, factor: int, lengths: Sequence[int], width: int) -> Tensor:
    """``[clips, width]`` at the rate times ``factor``, as soxr does it; ``lengths``: of the clips in ``low``."""
    if factor > 1:
        spread = torch.nn.functional.pad(low[:, :, None], (0, factor - 1)).flatten(1)
        low = _filtered(spread, [soxr_taps.up(factor)], [soxr_taps.REACH * factor])
    return _fitted(_masked(low, [length * factor for length in lengths]), width)


def _fitted(sound: Tensor, width: int) -> Tensor:
    """Cut, or filled with zeros, to ``width`` samples."""
    return torch.nn.functional.pad(sound[:, :width], (0, max(0, width - sound.shape[1])))


def band(batch: Batch, params: Sequence[Params]) -> Tensor:
    """By the taps of the effect ``band``."""
    responses = [taps(own["low_hz"], own["high_hz"], batch.rate) for own in params]
    return _filtered(batch.sound, responses, [len(own) // 2 for own in responses])


def level(batch: Batch, params: Sequence[Params]) -> Tensor:
    """One gain for each clip; silence stays as it is."""
    levels = batch.levels
    wanted = torch.tensor([own["dbfs"] for own in params], dtype=levels.dtype, device=levels.device)
    return batch.sound * gain(torch.where(levels.isinf(), 0.0, wanted - levels))


def noise(batch: Batch, params: Sequence[Params]) -> Tensor:
    """The noise of the effect ``noise`` from the CPU, added at the drawn ratio."""
    sounds = np.zeros(tuple(batch.sound.shape), np.float32)
    noise_dbfs = []
    for row, length, own in zip(sounds, batch.lengths, params, strict=True):
        row[:length] = Noise.sound(length, batch.rate, own)
        noise_dbfs.append(rms_dbfs(row[:length]))
    levels = batch.levels
    speech = torch.where(levels.isinf(), NOMINAL_DBFS, levels)
    below = torch.tensor([own["snr_db"] for own in params], dtype=speech.dtype, device=speech.device)
    now = torch.tensor(noise_dbfs, dtype=speech.dtype, device=speech.device)
    # Where there is nothing to add, -inf dB.
    gains = gain(torch.where(now.isinf(), now, speech - below - now))
    return batch.sound + torch.from_numpy(sounds).to(batch.sound.device) * gains


def room(batch: Batch, params: Sequence[Params]) -> Tensor:
    """Through the impulse response of the effect ``room`` from the CPU, as loud as before."""
    impulses, directs = zip(*(Room.impulse(batch.rate, own) for own in params), strict=True)
    filtered = _masked(_filtered(batch.sound, impulses, directs), batch.lengths)
    before, after = batch.levels, active_level_dbfs(filtered, batch.lengths, batch.rate)
    return filtered * gain(torch.where(before.isinf() | after.isinf(), 0.0, before - after))


def resample(batch: Batch, params: Sequence[Params]) -> Tensor:
    """Down to the lower rate, which all clips of the batch share, and back."""
    lower_hz = params[0]["rate_hz"]
    if lower_hz >= batch.rate:
        return batch.sound
    factor = round(batch.rate / lower_hz)
    lengths = [round(length * lower_hz / batch.rate) for length in batch.lengths]
    low = _down(batch, factor, lengths, max(lengths))
    return _up(low, factor, lengths, batch.sound.shape[1])


def codec(batch: Batch, params: Sequence[Params]) -> Tensor:
    """G.711, both laws, by its tables; whole frames go through, as they do in the codec."""
    used = [codecs.get(own["codec"]) for own in params]
    factor = batch.rate // used[0].rate_hz
    lengths = [round(length * used[0].rate_hz / batch.rate) for length in batch.lengths]
    framed = [one.frames_for(length) * one.frame_samples for one, length in zip(used, lengths, strict=True)]
    pcm = torch.clamp(torch.round(_down(batch, factor, lengths, max(framed)) * RAMP), -32768, 32767)
    both = np.stack([decode_table(law)[encode_table(law)] for law in LAWS]).astype(np.float32) / np.float32(RAMP)
    law = torch.tensor([LAWS.index(one.name.removeprefix("g711-")) for one in used], device=pcm.device)
    heard = torch.from_numpy(both).to(pcm.device)[law[:, None], pcm.to(torch.int64) & 0xFFFF]
    return _up(_masked(heard, framed), factor, framed, batch.sound.shape[1])


STEPS: dict[str, Step] = {
    "band": band,
    "codec": codec,
    "level": level,
    "noise": noise,
    "resample": resample,
    "room": room,
}
