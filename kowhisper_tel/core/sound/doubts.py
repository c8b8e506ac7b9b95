"""Doubts: samples that a header gives the wrong encoding, heard as noise or as distortion without any error.

One track only: bytes of two interleaved tracks differ by what is said on them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.sound.wav import A_LAW, MU_LAW, PCM, Wav

LOOKED_AT_BYTES = 8_192
LEAST_BYTES = 4_096
ALIKE, UNLIKE = 0.12, 0.4
"""Total variation distances (0 to 1) between what even and odd bytes hold: one kind of byte, or two."""
LOUD = 0.1
"""Root mean square, of full scale, from which 16-bit speech fills its upper bytes."""
FEW_BITS, ALL_BITS = 2.0, 7.6
LEAST_CODES = 48
MOSTLY = 5.0
"""So many times as often: the histogram of another encoding."""
BYTES_IN_16_BITS, BYTES_AS_MU_LAW, MU_LAW_IN_BYTES = "16-bit PCM", "8-bit G.711", "mu-law"


def check_encoding(sound: Wav, stored: NDArray[np.generic]) -> None:
    """Raise ``UserError`` (``audio.encoding``) where samples look like another encoding than the header's."""
    if sound.tracks != 1 or sound.bits not in (8, 16) or sound.tag > MU_LAW or stored.nbytes < LEAST_BYTES:
        return
    size = min(LOOKED_AT_BYTES, stored.nbytes) // 2 * 2
    middle = (stored.nbytes - size) // 4 * 2
    data = stored.view(np.uint8)[middle : middle + size]
    if seems := _seems(data, sound.tag, sound.bits):
        raise UserError("audio.encoding", path=sound.path, said=sound.subtype, seems=seems)


def _seems(data: NDArray[np.uint8], tag: int, bits: int) -> str | None:
    even, odd = (np.bincount(data[start::2], minlength=256) * 2 / len(data) for start in (0, 1))
    apart = float(np.abs(even - odd).sum()) / 2
    codes = (even + odd) / 2
    if bits == 16:
        return BYTES_AS_MU_LAW if apart < ALIKE and _is_one_byte_codes(data, codes) else None
    coarse = np.abs((even - odd).reshape(16, 16).sum(axis=1)).sum() / 2  # a tone has few codes, but no such shift
    if coarse > UNLIKE and _bits(even) > 2 * FEW_BITS:
        return BYTES_IN_16_BITS
    if np.count_nonzero(codes) < LEAST_CODES:
        return None
    if tag == PCM:
        return MU_LAW_IN_BYTES if _is_mu_law(codes) else None
    return _other_law(codes, tag)


def _is_one_byte_codes(data: NDArray[np.uint8], codes: NDArray[np.float64]) -> bool:
    power = np.square(data[: len(data) // 2 * 2].view("<i2") / 32768.0).mean()
    return bool(power > LOUD**2 and FEW_BITS < _bits(codes) < ALL_BITS)


def _is_mu_law(codes: NDArray[np.float64]) -> bool:
    """Whether bytes gather below both signs' ends (0xFF, 0x7F) as in mu-law, and not around the middle (0x80)."""
    quarter = codes.reshape(8, 32).sum(axis=1)
    return bool(quarter[7] > MOSTLY * quarter[0] and quarter[3] > MOSTLY * quarter[4])


def _other_law(codes: NDArray[np.float64], tag: int) -> str | None:
    """The other law, where its faintest codes are far more frequent than those that this law has beside them."""
    both = codes[:128] + codes[128:]
    if tag == MU_LAW:
        faint, next_ones = both[0x54:0x58].sum(), both[0x58:0x5C].sum()
        return "A-law" if faint > 0.1 and faint > MOSTLY * next_ones else None
    faint, next_ones = both[0x7C:0x80].sum(), both[0x70:0x74].sum()
    return "mu-law" if tag == A_LAW and faint > 0.1 and faint > MOSTLY * next_ones else None


def _bits(shares: NDArray[np.float64]) -> float:
    """Entropy."""
    there = shares[shares > 0]
    return float(-(there * np.log2(there)).sum())
