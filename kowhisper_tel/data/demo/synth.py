"""Speech by espeak-ng in process, the same samples every time.

The library keeps its state in globals (the flutter of the voice, the noise) and never resets it, so that an utterance
would depend on those before it. Each one is therefore spoken by a freshly loaded copy of the library, which takes
about 4 ms, and under a lock, because all threads of a process share the copy.
"""

from __future__ import annotations

import _ctypes
import ctypes
import shutil
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kowhisper_tel.core.audio import RATE, Samples
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.data.demo.voices import Voice

VERSION = 1
"""Part of the fingerprint of what was synthesised: raise it when the samples change."""

PEAK = 10 ** (-6 / 20)
"""Peak of every clip, full scale being 1: −6 dBFS."""

SILENCE = 0.003
EDGE_S = 0.15
"""Silence (below this share of the peak) is cut from both ends but for this many seconds."""

# From espeak-ng's speak_lib.h.
_OUTPUT_SYNCHRONOUS, _DO_NOT_EXIT, _UTF8, _CHARACTERS = 2, 0x8000, 1, 1
_SPEED, _PITCH, _PITCH_RANGE = 1, 3, 4
_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)

_lock = threading.Lock()


class Synthesiser:
    """espeak-ng's library and data in a folder of our own, which the library's path limit of 160 letters asks for."""

    def __init__(self, folder: Path) -> None:
        try:
            import espeakng_loader
        except ImportError:
            raise UserError("demo.no_wheel") from None
        self._folder = folder
        self._library = folder / Path(espeakng_loader.get_library_path()).name
        shutil.copyfile(espeakng_loader.get_library_path(), self._library)
        (folder / "espeak-ng-data").symlink_to(espeakng_loader.get_data_path(), target_is_directory=True)

    def speak(self, text: str, voice: Voice) -> Samples:
        """Speak Korean text (spoken form: no digits) as float32[n] at 16 kHz, with its peak at −6 dBFS.

        Raises ``UserError`` ``demo.engine`` where the library refuses, or says nothing.
        """
        import soxr

        with _lock:
            samples, rate = self._synthesise(text, voice)
        speech: Samples = soxr.resample(_trim(samples, rate).astype(np.float32), rate, RATE, quality="HQ")
        return speech * np.float32(PEAK / np.abs(speech).max())

    def _synthesise(self, text: str, voice: Voice) -> tuple[NDArray[np.int16], int]:
        library = ctypes.CDLL(str(self._library))
        blocks: list[NDArray[np.int16]] = []

        def collect(samples: ctypes._Pointer[ctypes.c_short], count: int, _events: int) -> int:
            if samples and count > 0:
                blocks.append(np.ctypeslib.as_array(samples, (count,)).copy())
            return 0

        callback = _Callback(collect)
        try:
            rate = library.espeak_Initialize(_OUTPUT_SYNCHRONOUS, 0, str(self._folder).encode(), _DO_NOT_EXIT)
            if rate <= 0:
                raise UserError("demo.engine", voice=voice.id, problem="espeak_Initialize")
            library.espeak_ng_SetRandSeed(ctypes.c_long(1))
            library.espeak_SetSynthCallback(callback)
            self._command(library, text, voice)
            library.espeak_Terminate()
        finally:
            _ctypes.dlclose(library._handle)
        if not blocks:
            raise UserError("demo.engine", voice=voice.id, problem="no samples")
        return np.concatenate(blocks), int(rate)

    @staticmethod
    def _command(library: ctypes.CDLL, text: str, voice: Voice) -> None:
        encoded = text.encode()
        steps = {
            "espeak_SetVoiceByName": library.espeak_SetVoiceByName(f"ko+{voice.variant}".encode()),
            "espeak_SetParameter": library.espeak_SetParameter(_SPEED, voice.words_per_minute, 0)
            or library.espeak_SetParameter(_PITCH, voice.pitch, 0)
            or library.espeak_SetParameter(_PITCH_RANGE, voice.pitch_range, 0),
            "espeak_Synth": library.espeak_Synth(
                encoded, ctypes.c_size_t(len(encoded) + 1), 0, _CHARACTERS, 0, _UTF8, None, None
            ),
        }
        failed = [name for name, status in steps.items() if status]
        if failed:
            raise UserError("demo.engine", voice=voice.id, problem=failed[0])


@contextmanager
def synthesiser() -> Iterator[Synthesiser]:
    """A synthesiser for as long as the block lasts.

    Raises ``UserError`` ``demo.no_wheel`` where the wheel ``espeakng-loader`` (extra ``demo``) is not installed.
    """
    with tempfile.TemporaryDirectory(prefix="kowhisper-", ignore_cleanup_errors=True) as folder:
        yield Synthesiser(Path(folder))


def _trim(samples: NDArray[np.int16], rate: int) -> NDArray[np.int16]:
    """The samples without the silence at both ends, but for ``EDGE_S`` of it."""
    level = np.abs(samples.astype(np.int32))
    loud = np.flatnonzero(level > SILENCE * level.max())
    edge = round(EDGE_S * rate)
    return samples[max(0, loud[0] - edge) : loud[-1] + edge + 1]
