"""Clip: one sentence spoken by one voice; which voice speaks what, and the folder of all clips."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from kowhisper_tel.core.audio import write_audio
from kowhisper_tel.core.files import fingerprint
from kowhisper_tel.data.demo import synth
from kowhisper_tel.data.demo.sentences import Sentence, sentences
from kowhisper_tel.data.demo.voices import VOICES, Voice
from kowhisper_tel.korean.verbalise import verbalise
from kowhisper_tel.whisper.folders import atomic_folder, cache_folder, is_whole

Progress = Callable[[int, int], None]
"""Called with the clips that are done and their total."""

# Of fifteen neighbours, which talk of the same or the next topic, three are for test and two for dev.
_TEST, _DEV, _CYCLE = (2, 7, 12), (4, 10), 15
# Of eight training sentences two are spoken twice; an even and an odd place, so that both genders speak first.
_TWICE, _TWICE_CYCLE = (0, 5), 8


@dataclass(frozen=True)
class Clip:
    """One sentence spoken by one voice."""

    sentence: Sentence
    voice: Voice

    @property
    def id(self) -> str:
        """Unique among the clips, and the name of the audio file without its suffix."""
        return f"demo-{self.sentence.id}-{self.voice.id}"

    @property
    def split(self) -> str:
        """``train``, ``dev`` or ``test``: the voice's."""
        return self.voice.split

    @property
    def tags(self) -> dict[str, str]:
        """Strata of the clip; ``voice`` is the voice's pace."""
        return {
            "role": self.sentence.role,
            "gender": self.voice.gender,
            "topic": self.sentence.topic,
            "voice": self.voice.pace,
        }


@functools.cache
def clips() -> tuple[Clip, ...]:
    """All clips, in the order of the sentences.

    A sentence is in one split, so is a voice, and a voice keeps to its role. A quarter of the sentences for training
    are spoken by two voices, one female and one male.
    """
    return tuple(clip for role in ("agent", "customer") for clip in _clips_of(role))


def _clips_of(role: str) -> list[Clip]:
    voices = {split: [v for v in VOICES if (v.role, v.split) == (role, split)] for split in ("train", "dev", "test")}
    spoken = dict.fromkeys(voices, 0)
    chosen: list[Clip] = []
    for place, sentence in enumerate(s for s in sentences() if s.role == role):
        split = _split_of(place)
        number, speakers = spoken[split], voices[split]
        chosen.append(Clip(sentence, speakers[number % len(speakers)]))
        if split == "train" and number % _TWICE_CYCLE in _TWICE:
            # Genders alternate in the list, so an odd step finds the other one.
            step = 1 + 2 * (number // len(speakers))
            chosen.append(Clip(sentence, speakers[(number + step) % len(speakers)]))
        spoken[split] += 1
    return chosen


def _split_of(place: int) -> str:
    if place % _CYCLE in _TEST:
        return "test"
    return "dev" if place % _CYCLE in _DEV else "train"


def synthesise(cache: Path | None = None, progress: Progress | None = None) -> Path:
    """The folder with every clip as ``<id>.flac``, 16 kHz mono: made once (a few seconds), then found.

    It lies in ``cache`` (by default the user's cache) under a name that changes with the sentences, their spoken
    forms, the voices and the synthesis. Raises ``UserError`` ``demo.no_wheel`` or ``demo.engine``.
    """
    made_from = fingerprint([synth.VERSION, [[asdict(c.voice), verbalise(c.sentence.text), c.id] for c in clips()]])
    folder = cache_folder(cache) / "demo" / made_from
    if is_whole(folder, made_from):
        return folder
    with atomic_folder(folder, made_from) as new, synth.synthesiser() as synthesiser:
        for done, clip in enumerate(clips(), 1):
            write_audio(new / f"{clip.id}.flac", synthesiser.speak(verbalise(clip.sentence.text), clip.voice))
            if progress:
                progress(done, len(clips()))
    return folder
