"""The ITU's own vectors (the software tool library G.191): G.722, G.726, P.56. G.711's are in ``test_g711``."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import numpy as np
import pytest
from numpy.typing import NDArray

from augment import codecs
from augment.codecs.g726 import G726, RATES_BPS
from augment.speech_level import active_level_dbfs

LAWS = {"mu": "m", "a": "a"}


def words(path: Path) -> NDArray[np.int16]:
    return np.fromfile(path, "<i2")


def packed(codes: NDArray[np.int16], bits: int) -> bytes:
    """Codes one behind the other, the first in the least significant bits."""
    each = np.unpackbits(codes.astype(np.uint8)[:, None], axis=1, count=bits, bitorder="little")
    return np.packbits(each.ravel(), bitorder="little").tobytes()


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("bitrate_bps", RATES_BPS)
def test_g726(shared: Path, law: str, bitrate_bps: int) -> None:
    codec = G726("g726", 8000, 160, 0.0, bitrate_bps, law)
    if not codec.available:
        pytest.skip(f"libspandsp is not here; to get it: {codec.how_to_get}")
    folder, letter, kbps = shared / "vectors/g726", LAWS[law], bitrate_bps // 1000
    coded = packed(words(folder / f"rn{kbps}f{letter}.i"), kbps // 8)
    assert codec.codes(words(folder / f"nrm.{letter}").astype(np.uint8)) == coded
    decoded = words(folder / f"rn{kbps}f{letter}.o")
    assert np.array_equal(codec.samples(coded), decoded.astype(np.uint8))


@pytest.mark.parametrize(("kbps", "decoded"), [(64, "outsp1.bin"), (56, "outsp2.bin"), (48, "outsp3.bin")])
def test_g722(shared: Path, kbps: int, decoded: str) -> None:
    folder, codec = shared / "vectors/g722", codecs.get(f"g722-{kbps}")
    pcm = words(folder / "inpsp.bin")
    pcm = pcm[: len(pcm) // 320 * 320]
    frames = codec.encode(pcm)
    if kbps == 64:  # ``codsp.cod`` has the same with the bytes of each word swapped
        assert b"".join(frames) == words(folder / "codspw.cod").astype(np.uint8).tobytes()[: len(pcm) // 2]
    assert np.array_equal(codec.decode(frames), words(folder / decoded)[: len(pcm)])


def test_p56(shared: Path) -> None:
    folder = shared / "vectors/sv56"
    pcm = {name: words(folder / f"voice.{name}").astype(np.float32) / 32768 for name in ("src", "nrm", "ltl")}
    assert active_level_dbfs(pcm["nrm"], 16_000) == pytest.approx(-30.0, abs=0.1)
    # What the ITU's program did to the source is one gain: ours for the same target is within 0.1 dB of it.
    gain_db = 20 * np.log10(np.dot(pcm["nrm"], pcm["src"]) / np.dot(pcm["src"], pcm["src"]))
    assert -30.0 - active_level_dbfs(pcm["src"], 16_000) == pytest.approx(cast(float, gain_db), abs=0.1)
