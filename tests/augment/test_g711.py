"""G.711 against the ITU's vectors, and against the tables of the Recommendation, written out another way."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from augment import codecs
from augment.codec import Codec
from augment.codecs import g711

ALL_PCM = np.arange(-32768, 32768, dtype=np.int16)


def levels(law: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Tables 1a and 2a of G.711: decision values x1.. and quantised values y0.. of the positive half, in their units.

    A-law: steps 2 2 4 8 16 32 64 128, sixteen each, up to 4096. µ-law: one step of 1, fifteen of 2, then sixteen
    each of 4 8 16 32 64 128 256, up to 8159; the first quantised value is 0, others lie in the middle.
    """
    if law == "a":
        steps = np.repeat([2, 2, 4, 8, 16, 32, 64, 128], 16)
    else:
        steps = np.concatenate([[1], np.repeat([2, 4, 8, 16, 32, 64, 128, 256], [15] + [16] * 7)])
    bounds = np.concatenate([[0], np.cumsum(steps)])
    middles = (bounds[:-1] + bounds[1:]) // 2
    if law == "mu":
        middles[0] = 0
    return bounds[1:-1], middles


@pytest.mark.parametrize(("law", "units", "first_code", "inverted"), [("a", 8, 0x80, 0x55), ("mu", 4, 0xFF, 0x00)])
def test_against_the_recommendation(law: str, units: int, first_code: int, inverted: int) -> None:
    decisions, middles = levels(law)
    # A sample is rounded down to the law's units by its sign's complement, so -1 counts as 0.
    magnitudes = np.where(ALL_PCM < 0, ~ALL_PCM, ALL_PCM) // (16 if law == "a" else 4) * (2 if law == "a" else 1)
    numbers = np.searchsorted(decisions, magnitudes, side="right")
    signs = np.where(ALL_PCM < 0, 0x80, 0)
    codes = (first_code + numbers - signs if law == "a" else first_code - numbers - signs) ^ inverted
    assert np.array_equal(g711.encode_table(law)[ALL_PCM.view(np.uint16)], codes)
    decoded = np.where(ALL_PCM < 0, -1, 1) * middles[numbers] * units
    assert np.array_equal(g711.decode_table(law)[codes], decoded)


@pytest.mark.parametrize(
    ("law", "codes_file", "decodes_file"), [("a", "sweep-r.a", "sweep-r.rea"), ("mu", "sweep-r.u", "sweep-r.reu")]
)
def test_against_the_itu_vectors(shared: Path, law: str, codes_file: str, decodes_file: str) -> None:
    source, expected_codes, expected = (
        np.fromfile(shared / "vectors/g711" / file, "<i2") for file in ("sweep.src", codes_file, decodes_file)
    )
    codec = codecs.get(f"g711-{law}")
    frames = codec.encode(source.astype(np.int16))
    codes = np.frombuffer(b"".join(frames), np.uint8)[: len(source)]
    assert len(source) == 65536
    assert np.array_equal(codes, expected_codes)
    assert np.array_equal(codec.decode(frames)[: len(source)], expected)


@pytest.mark.parametrize("law", ["a", "mu"])
def test_decoding_and_encoding_again_changes_nothing(law: str) -> None:
    """µ-law has two codes for zero, and only one comes back."""
    codes = np.arange(256, dtype=np.uint8)
    again = g711.encode_table(law)[g711.decode_table(law)[codes].view(np.uint16)]
    assert set(codes[again != codes]) == ({0x7F} if law == "mu" else set())


@pytest.mark.parametrize("law", ["mu", "a"])
def test_one_look_up_is_encode_and_decode(law: str) -> None:
    codec, generator = codecs.get(f"g711-{law}"), np.random.default_rng(2)
    for n_samples in (0, 1, 160, 1700):
        pcm = generator.integers(-32768, 32768, n_samples).astype(np.int16)
        for lost in ((), {0}, {2, 3, 99}):
            assert np.array_equal(codec.transmit(pcm, lost), Codec.transmit(codec, pcm, lost))


@pytest.mark.parametrize("pcm", [np.zeros(160, np.float32), np.zeros(160, np.int32), np.zeros((2, 160), np.int16)])
def test_only_16_bit_pcm_is_transmitted(pcm: Any) -> None:
    with pytest.raises(ValueError, match=r"g711-a encodes int16 \[n\], not"):
        codecs.get("g711-a").transmit(pcm)
