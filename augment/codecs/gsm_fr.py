"""GSM full rate: 3GPP TS 46.010 (GSM 06.10) RPE-LTP at 13 kbit/s, by libgsm of the system.

A frame is libgsm's 33 bytes. A lost one is replaced as 3GPP TS 46.011 (GSM 06.11) shows: the last good frame again,
its block amplitudes lowered by four steps with each further loss, which is silence after 320 ms.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from augment.audio import Pcm
from augment.codec import Codec, Frame

FRAME_SAMPLES, FRAME_BYTES, FRAME_BITS = 160, 33, 264
XMAXC_SHIFTS = tuple(FRAME_BITS - 51 - 56 * block - 6 for block in range(4))
"""Where the four 6-bit block amplitudes stand in a frame, counted from its last bit."""
XMAXC_STEP = 4
MOST_REPEATS = 16


def family() -> tuple[Codec, ...]:
    """The one rate there is."""
    return (GsmFullRate("gsm-fr", 8000, FRAME_SAMPLES, 0.0, 13_000),)


@functools.cache
def _library() -> Any:
    """The system's libgsm with its signatures, or None where it is absent."""
    name = ctypes.util.find_library("gsm")
    if name is None:
        return None
    library = ctypes.CDLL(name)
    library.gsm_create.restype = ctypes.c_void_p
    for function in (library.gsm_encode, library.gsm_decode):
        function.argtypes = (ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p)
    library.gsm_destroy.argtypes = (ctypes.c_void_p,)
    library.gsm_destroy.restype = None
    return library


@dataclass(frozen=True)
class GsmFullRate(Codec):
    """GSM full rate, without DTX."""

    @property
    def available(self) -> bool:
        """Whether the system has libgsm."""
        return _library() is not None

    @property
    def how_to_get(self) -> str:
        """Debian and Ubuntu carry it."""
        return "apt-get install libgsm1"

    def _encode(self, pcm: Pcm) -> list[bytes]:
        library, samples = _library(), np.ascontiguousarray(pcm)
        coded = np.empty(len(samples) // FRAME_SAMPLES * FRAME_BYTES, np.uint8)
        state = library.gsm_create()
        try:
            for number in range(len(samples) // FRAME_SAMPLES):
                library.gsm_encode(
                    state, samples.ctypes.data + 2 * FRAME_SAMPLES * number, coded.ctypes.data + FRAME_BYTES * number
                )
        finally:
            library.gsm_destroy(state)
        frames = coded.tobytes()
        return [frames[start : start + FRAME_BYTES] for start in range(0, len(frames), FRAME_BYTES)]

    def _decode(self, frames: Sequence[Frame]) -> Pcm:
        library = _library()
        pcm = np.zeros(len(frames) * FRAME_SAMPLES, np.int16)
        state = library.gsm_create()
        try:
            for number, frame in enumerate(_substituted(frames)):
                if frame is not None:
                    library.gsm_decode(state, frame, pcm.ctypes.data + 2 * FRAME_SAMPLES * number)
        finally:
            library.gsm_destroy(state)
        return pcm


def _substituted(frames: Sequence[Frame]) -> list[Frame]:
    """The frames with lost ones replaced; None where nothing was heard yet, or for too long."""
    good: Frame = None
    losses, heard = 0, list[Frame]()
    for frame in frames:
        losses = 0 if frame is not None else losses + 1
        good = frame if frame is not None else good
        heard.append(good if not losses or good is None else _faded(good, losses))
    return heard


def _faded(frame: bytes, losses: int) -> Frame:
    """The good frame for its n-th repetition: the first as it is, each further one lower."""
    if losses > MOST_REPEATS:
        return None
    bits = int.from_bytes(frame, "big")
    for shift in XMAXC_SHIFTS:
        amplitude = bits >> shift & 63
        bits += (max(0, amplitude - XMAXC_STEP * (losses - 1)) - amplitude) << shift
    return bits.to_bytes(FRAME_BYTES, "big")
