"""A channel as a function for ``datasets.Dataset.map`` (https://huggingface.co/docs/datasets).

>>> import json
>>> import datasets
>>> import numpy as np
>>> from augment import Channel
>>> from augment.adapters.datasets import ForDataset
>>> datasets.disable_progress_bars()
>>> landline = Channel.from_json({"name": "landline", "effects": [
...     {"effect": "noise", "snr_db": [10, 20]}, {"effect": "codec", "codec": ["g711-a", "g711-mu"]}]})
>>> rows = datasets.Dataset.from_dict({
...     "id": ["clip-1"], "audio": [{"array": np.sin(np.arange(16000.0)), "sampling_rate": 16000}]})
>>> heard = rows.map(ForDataset(landline, seed=7))
>>> heard.column_names, len(heard[0]["audio"]["array"])
(['id', 'audio', 'drawn'], 16000)
>>> [params["effect"] for params in json.loads(heard[0]["drawn"])["effects"]]
['noise', 'codec']
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

import numpy as np
from numpy.typing import NDArray

from augment.adapters import channel_of
from augment.audio import Audio
from augment.channel import Channel
from augment.errors import AudioError, AugmentError, SpecError, unknown
from augment.mixture import Mixture


@dataclass(frozen=True)
class ForDataset:
    """``rows.map(ForDataset(channel, seed=7))``, with ``batched=True`` or without, in any number of processes.

    ``channel``: a channel or a mixture, or the JSON of either. ``key``: the column of strings or whole numbers that
    tells rows apart; a row is rendered with the path ``(row[key],)``, so its bytes depend on nothing but its audio, its
    key, the channel and the seed. ``drawn``: the new column, each row's record as JSON text (see ``augment.Drawn``).

    ``audio``: the column that is changed, and comes back as it was given: ``{"array", "sampling_rate"}``, or
    ``{"bytes", "path"}`` as ``datasets.Audio(decode=False)`` has it, whose bytes are then WAV in 32-bit floats. Mono
    only. A channel that does not keep time may change the length; ``augment.replay`` of the record gives the time map.

    ``map``'s cache knows the channel, the seed and the columns. It knows no noise files and no version of this package:
    where these change, ask for ``load_from_cache_file=False``.

    Raises:
        SpecError: on a call, a column that is missing, ``drawn`` already there, a key that is no key.
        AudioError, CodecUnavailable: on a call, as ``Channel.render``, with the row's key.
    """

    channel: Channel | Mixture | Any
    seed: int
    audio: str = "audio"
    key: str = "id"
    drawn: str = "drawn"

    def __post_init__(self) -> None:
        object.__setattr__(self, "channel", channel_of(self.channel))

    def __reduce__(self) -> tuple[Any, ...]:
        # As JSON, for the fingerprint of the cache is a hash of the pickle: equal channels must give equal bytes.
        return type(self), (self.channel.to_json(), self.seed, self.audio, self.key, self.drawn)

    def __call__(self, rows: Mapping[str, Any]) -> dict[str, Any]:
        """The two columns for a row, or for a batch of rows."""
        self._check_columns(rows)
        keys, sounds = rows[self.key], rows[self.audio]
        if not isinstance(sounds, list | np.ndarray):
            sound, drawn = self._heard(keys, sounds)
            return {self.audio: sound, self.drawn: drawn}
        pairs = [self._heard(key, sound) for key, sound in zip(keys, sounds, strict=True)]
        return {self.audio: [sound for sound, _ in pairs], self.drawn: [drawn for _, drawn in pairs]}

    def _check_columns(self, rows: Mapping[str, Any]) -> None:
        if self.audio not in rows:
            raise unknown("audio column", self.audio, rows)
        if self.key not in rows:
            raise SpecError(
                f"each row is drawn for by its key, and there is no column {self.key!r} (there are: "
                f"{', '.join(sorted(rows))}); name one that tells rows apart with key=..., or add one"
            )
        if self.drawn in rows:
            raise SpecError(f"there is a column {self.drawn!r} already; name another with drawn=..., or remove it")

    def _heard(self, key: Any, sound: Any) -> tuple[dict[str, Any], str]:
        """One row's audio, and its record as JSON text."""
        key = int(key) if isinstance(key, np.integer) else key
        if not isinstance(key, str | int) or isinstance(key, bool):
            raise SpecError(f"column {self.key!r}: a row's key is a string or a whole number, not {key!r}")
        try:
            audio, rate = _read(sound)
            rendered = self.channel.render(audio, rate, self.seed, (key,))
        except AugmentError as error:
            raise type(error)(f"row {key!r}: {error}") from None
        record = json.dumps(rendered.drawn.to_json(), ensure_ascii=False)
        return _written(rendered.audio, rate, sound), record


def _read(sound: Any) -> tuple[NDArray[Any], int]:
    """The samples, and their rate in Hz."""
    import soundfile

    if not isinstance(sound, Mapping):
        raise AudioError(
            f"audio comes as {{'array', 'sampling_rate'}} or {{'bytes', 'path'}}, not {type(sound).__name__}; "
            "for the latter: rows.cast_column('audio', datasets.Audio(decode=False))"
        )
    if "array" in sound:
        return np.asarray(sound["array"]), int(sound["sampling_rate"])
    source = sound.get("path") if sound.get("bytes") is None else io.BytesIO(sound["bytes"])
    if source is None:
        raise AudioError("there are neither bytes nor a path")
    try:
        samples, rate = soundfile.read(source, dtype="float32")
    except (soundfile.SoundFileError, OSError) as error:
        raise AudioError(f"the audio cannot be read: {error}") from None
    return samples, int(rate)


def _written(heard: Audio, rate: int, sound: Mapping[str, Any]) -> dict[str, Any]:
    """The audio in the form that it was given in."""
    if "array" in sound:
        return {**sound, "array": heard}
    from scipy.io import wavfile

    # Not by soundfile, which writes the time of day into a WAV of floats.
    file = io.BytesIO()
    wavfile.write(file, rate, heard)
    path = sound.get("path")
    return {**sound, "bytes": file.getvalue(), "path": PurePath(path).with_suffix(".wav").name if path else None}
