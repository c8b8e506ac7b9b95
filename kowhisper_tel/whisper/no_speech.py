"""No speech: when a clip is taken for one in which nobody speaks, so that nothing is written.

Whisper was trained to write nothing where nobody speaks, and yet invents text for music, tones and noise. Three signs:

``level``: the loudest 30 ms lie below ``SILENT_DBFS``. 16 bits hold no speech so soft.
``end``: the end was the likeliest first token (with timestamps, the one after the first of them). Models tuned on
windows without speech answer so.
``model``: the no-speech token is likely and the text is not. OpenAI asks for a probability above 0.6 and a mean log
probability below -1 (Radford et al. 2022, section 4.5); here the two weigh together, since music has little of the one
and less of the other: ``probability - 0.2 * avg_logprob`` above ``DecodingOptions.no_speech_threshold``. That of a text
that loops or has no end says nothing of the audio, and counts as -1.

Measured on whisper-base, int8, fit windows, on 90 sounds without speech and 108 renderings of 36 clips (clean, AMR-NB
4.75, noise at 5 dB), zero-shot and tuned on speech alone: speech came to 0.66 at most zero-shot and to 0.25 tuned,
sounds to 0.75 at least but for loops (0.54 zero-shot, 0.60 tuned), which are decoded again and judged anew. But speech
that a model cannot read looks the same to it: a synthetic voice came to 0.47 to 1.49 zero-shot. So that nobody's words
are withheld, the default is above that; 0.7 is for models and calls that are known to keep below it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kowhisper_tel.core.audio import RATE
from kowhisper_tel.whisper.backends.base import RawDecode

SILENT_DBFS = -75.0
FRAME = round(0.03 * RATE)
LOGPROB_WEIGHT = 0.2
UNTOLD_LOGPROB = -1.0


def is_silent(audio: NDArray[np.float32]) -> bool:
    """Whether every 30 ms of ``float32[n]`` (16 kHz, -1 to 1) lie below ``SILENT_DBFS``; of an empty clip, too."""
    frames = np.pad(audio, (0, -len(audio) % FRAME)).reshape(-1, FRAME)
    loudest = float(np.square(frames).mean(axis=1).max(initial=0.0))
    return bool(loudest < 10.0 ** (SILENT_DBFS / 10.0))


def no_speech(
    audio: NDArray[np.float32], raw: RawDecode, *, says: bool, loop: bool, first: bool, threshold: float | None
) -> str:
    """Why nobody is taken to speak in a clip: ``level``, ``end`` or ``model``; empty where somebody is.

    ``says``: there is text among the tokens, not timestamps alone. ``loop``: it loops. ``first``: it is the first
    attempt; that a later one ends at once is no sign. ``threshold`` ``None``: nobody asks.
    """
    if threshold is None:
        return ""
    if is_silent(audio):
        return "level"
    if first and not says and raw.finished:
        return "end"
    untold = loop or not raw.finished or not says
    likelihood = UNTOLD_LOGPROB if untold else raw.avg_logprob
    return "model" if raw.no_speech_prob - LOGPROB_WEIGHT * likelihood > threshold else ""
