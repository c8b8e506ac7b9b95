"""Batches of clips through their channels on a GPU, by ``torchaudio.functional``: what ``augment.replay`` gives.

    drawn = [channel.draw(rng(7, key), n_samples=len(clip), rate=16000) for key, clip in clips.items()]
    heard = Renderer("cuda").render(list(clips.values()), 16000, drawn)

It knows ``resample``, ``band``, ``level``, ``noise``, ``room`` and G.711 without loss, and refuses all else by name
before anything is computed (``refusals`` says it beforehand). Records are drawn as for the CPU. Noise and impulse
responses are made or read on the CPU, by the same seeds and from the same files, and moved over; levels, filters, codes
and resampling are the device's.

torchaudio is the extra ``gpu``: its last release, 2.11, loads a CUDA library at import, and beside a torch without CUDA
it raises, and then transformers cannot be imported either. So nothing but ``augment.gpu.steps`` imports it, which only
a ``Renderer`` does, after looking whether it can.
"""

from augment.gpu.coverage import refusals
from augment.gpu.renderer import Renderer

__all__ = ["Renderer", "refusals"]
