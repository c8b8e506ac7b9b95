"""Rendering: an utterance as heard through a suite's channel, the same bytes whenever it is made."""

from __future__ import annotations

import math
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eval_suites import sources
from eval_suites.engines import Clip
from eval_suites.item import Item
from eval_suites.plan import RENDERING_LIBRARIES, library_versions
from eval_suites.render_cache import RenderCache, key_of
from eval_suites.suite import Suite
from kowhisper_tel.core.audio import RATE, check_heard, probe, read_audio
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.files import sha256
from kowhisper_tel.core.manifest import Manifest
from kowhisper_tel.core.utterance import Utterance


class Renderer:
    """Renders items, with randomness keyed by ``(seed, "suite", sound, item id)``.

    What is heard has 16 bits, as a recording would: so it is the same fresh, kept in a file, or exported.
    ``cache``: where renderings are kept; the bytes are the same with and without.
    """

    def __init__(
        self, manifest: Manifest, suites: Iterable[Suite], seed: int, cache: RenderCache | None = None
    ) -> None:
        self._manifest = manifest
        self._utterances = {utterance.id: utterance for utterance in manifest}
        suites = tuple(suites)
        self._suites = {suite.rendering: suite for suite in suites}
        self._sources = {item.id: item.source for suite in suites for item in suite.items}
        self._seed = seed
        self._cache = cache
        self._versions = library_versions(RENDERING_LIBRARIES) if cache else {}
        self._hashes: dict[Path, str] = {}

    def render(self, rendering: str, item_id: str) -> Clip:
        """One clip. Raises ``UserError`` (``audio.*``) where its audio can't be read."""
        suite = self._suites[rendering]
        if self._cache is None:
            return Clip(item_id, rendering, self._heard(suite, item_id), suite.decoding)
        key = self._key(suite, item_id)
        heard = self._cache.get(key)
        if heard is None:
            heard = self._heard(suite, item_id)
            self._cache.put(key, heard)
        return Clip(item_id, rendering, heard, suite.decoding)

    def _heard(self, suite: Suite, item_id: str) -> NDArray[np.float32]:
        source = self._sources.get(item_id)
        audio = sources.render(source, self._read, self._seed) if source else self._read(item_id)
        heard = suite.channel.render(audio, RATE, self._seed, ("suite", suite.sound, item_id)).audio
        return sixteen_bits(heard)

    def _key(self, suite: Suite, item_id: str) -> str:
        source = self._sources.get(item_id)
        if source:
            mentioned = sorted(set(_texts(source)) & self._utterances.keys())
            heard: Any = {"source": source, "utterances": {name: self._content(name) for name in mentioned}}
        else:
            heard = self._content(item_id)
        return key_of(heard, suite.sound, item_id, self._seed, suite.channels, self._versions)

    def _content(self, utterance_id: str) -> dict[str, Any]:
        """What an utterance's audio is, wherever its file lies."""
        utterance = self._utterances[utterance_id]
        path = self._manifest.audio_path(utterance)
        if path not in self._hashes:
            if not path.is_file():
                raise UserError("audio.missing", path=path)
            self._hashes[path] = sha256(path)
        return {
            "audio": self._hashes[path],
            "start_s": utterance.start_s,
            "end_s": utterance.end_s,
            "track": utterance.track,
        }

    def _read(self, utterance_id: str) -> NDArray[np.float32]:
        return audio_of(self._manifest, self._utterances[utterance_id])

    def batches(self, wanted: Iterable[tuple[str, Sequence[str]]]) -> Generator[list[Clip]]:
        """Render batch after batch, each in the background while the caller works on the one before it."""

        def render_all(batch: tuple[str, Sequence[str]]) -> list[Clip]:
            return [self.render(batch[0], utterance_id) for utterance_id in batch[1]]

        with ThreadPoolExecutor(1, thread_name_prefix="render") as pool:
            ahead = None
            for batch in wanted:
                following = pool.submit(render_all, batch)
                if ahead:
                    yield ahead.result()
                ahead = following
            if ahead:
                yield ahead.result()


def _texts(value: Any) -> Iterator[str]:
    """All texts in JSON, keys as well."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from value
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item)


def sixteen_bits(audio: NDArray[np.floating]) -> NDArray[np.float32]:
    """The same audio as 16 bits a sample would keep it; what is over full scale is cut off there."""
    whole = np.clip(np.rint(np.asarray(audio, dtype=np.float64) * 32768.0), -32768, 32767)
    whole += 0.0  # -0.0 becomes 0.0: whole numbers in a file have but one zero
    return np.ascontiguousarray(whole / 32768.0, dtype=np.float32)


def items_of(manifest: Manifest) -> list[Item]:
    """The manifest's utterances as items. Raises ``UserError`` (``audio.*``) where one's length can't be told."""
    return [
        Item(u.id, u.text, duration_s(manifest, u), speaker=u.speaker, call=u.call, tags=dict(u.tags)) for u in manifest
    ]


def audio_of(manifest: Manifest, utterance: Utterance) -> NDArray[np.float32]:
    """An utterance's own audio, float32[n] at 16 kHz.

    Raises ``UserError`` (``audio.*``) where it can't be read, or where there is nothing to hear but words in the label.
    """
    path = manifest.audio_path(utterance)
    audio = read_audio(path, start_s=utterance.start_s, end_s=utterance.end_s, track=utterance.track)
    check_heard(path, audio, utterance.text)
    return audio


def duration_s(manifest: Manifest, utterance: Utterance) -> float:
    """Seconds of audio that an utterance holds, from its times or its file's header, rounded up to a thousandth."""
    start_s = utterance.start_s or 0.0
    end_s = utterance.end_s if utterance.end_s is not None else probe(manifest.audio_path(utterance)).duration_s
    return math.ceil((end_s - start_s) * 1000 - 1e-6) / 1000  # never down: a window's limit must hold
