"""Decoding: clips in, texts out, by fit windows with a loop guard.

Whisper was made for windows of 30 s, and a clip of 3 s pays for 27 s of silence. Here a batch is given a window that
fits: its longest clip and a short tail of silence. A model that never saw such windows sometimes loops in them, so a
suspicious text is decoded again, first with the full 30 s, then by drawing at rising temperatures. The same
guard serves every model and both engines, and what it did is told.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

import numpy as np
from numpy.typing import NDArray

from kowhisper_tel.core.audio import RATE
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.whisper.backends.base import Backend, Encoded, RawDecode, Request
from kowhisper_tel.whisper.features import MAX_S, log_mel
from kowhisper_tel.whisper.loops import compression_ratio, doubles, is_loop
from kowhisper_tel.whisper.no_speech import no_speech
from kowhisper_tel.whisper.options import DecodingOptions
from kowhisper_tel.whisper.segments import Segment, segments
from kowhisper_tel.whisper.vocabulary import DECODER_TOKENS
from kowhisper_tel.whisper.word_times import AligningBackend, WordTime, word_times

__all__ = ["Audio", "Decoded", "DecodingOptions", "decode", "plan_batches", "window_of"]

WINDOW_STEP_S = 0.5
TOKENS_PER_S = 20.0
SPARE_TOKENS = 20
"""The most tokens a text may have: 20, and 20 more for a second of the fit window (fast Korean has about 9). It holds
in the full window too, which has no more speech in it; so a loop ends soon."""
FIT_TOKENS_PER_S = 12.0
"""In a fit window a text is stopped at 20 tokens, and 12 more for a second of it: what is longer is decoded again
anyway, and there it may have more."""

NO_SPEECH = 0.6
"""Whisper's own threshold: an empty text is an answer where no speech is likelier than this."""

Audio = NDArray[np.float32]


@dataclass(frozen=True)
class Decoded:
    """The text of one clip, and how it came about.

    ``window_s`` is the window that gave this text, ``attempts`` how many decodings were made (1: the fit window was
    enough). Where none of them was free of loops (``loop``) and came to an end (``finished``), this is the least bad.
    ``nbest``: where asked for, this text and the other ones of its beam in the beam's order, each with the mean log
    probability of its tokens; what reads the same stands there once.
    ``segments`` is what was said when, where ``DecodingOptions.timestamps`` asked for it, and ``words`` when each word
    was, where ``word_timestamps`` did (what does not fit in the decoder is left without).
    ``no_speech`` tells why nobody is taken to speak here (``no_speech.no_speech``; empty: somebody is): the text is
    empty then, and ``withheld`` is what the model had written all the same.
    """

    text: str
    tokens: tuple[int, ...]
    avg_logprob: float
    no_speech_prob: float
    compression_ratio: float
    window_s: float
    attempts: int
    loop: bool
    finished: bool
    nbest: tuple[tuple[str, float], ...] = ()
    segments: tuple[Segment, ...] = ()
    words: tuple[WordTime, ...] = ()
    no_speech: str = ""
    withheld: str = ""


def decode(backend: Backend, clips: Sequence[Audio], options: DecodingOptions | None = None) -> list[Decoded]:
    """Decode one batch of clips ``float32[n]`` (16 kHz, at most 30 s), one result a clip, in order.

    The results depend on the clips that share the batch and on nothing else: through its window, and where tokens
    are drawn through a clip's place among those that wait. Plan the batches (``plan_batches``) and the same texts come
    out, whenever and in whatever order the batches are decoded.
    Raises ``UserError``: ``decode.too_long``, ``decode.language``, ``decode.hotwords``, ``decode.word_timestamps``.
    """
    options = options or DecodingOptions()
    if not clips:
        return []
    if options.word_timestamps and not hasattr(backend, "align"):
        raise UserError("decode.word_timestamps", backend=type(backend).__name__)
    window_s = window_of([len(clip) / RATE for clip in clips], options)
    best: dict[int, Decoded] = {}
    heard: dict[float, dict[int, Encoded]] = {}
    waiting = list(range(len(clips)))
    for number, (length_s, temperature) in enumerate(_attempts(window_s, options), 1):
        if length_s not in heard:
            encoded = _encode(backend, [clips[place] for place in waiting], length_s)
            heard[length_s] = dict(zip(waiting, encoded, strict=True))
        request = _request(backend, options, window_s, length_s, temperature, number)
        raws = backend.generate(np.stack([heard[length_s][place] for place in waiting]), request)
        suspicious = []
        for place, raw in zip(waiting, raws, strict=True):
            result, doubtful = _judge(backend, clips[place], raw, options, length_s, number)
            best[place] = _better(best.get(place), result)
            if doubtful:
                suspicious.append(place)
        waiting = suspicious
        if not waiting:
            break
    results = [best[place] for place in range(len(clips))]
    return _with_words(cast(AligningBackend, backend), clips, heard, results, options)


def plan_batches(durations_s: Sequence[float], batch_size: int) -> list[list[int]]:
    """Which clips to decode together: places in ``durations_s``, by length, longest first (ties by place).

    Neighbours in length share a window with little silence in it; the longest come first, so that what would not
    fit in memory fails at once.
    """
    order = sorted(range(len(durations_s)), key=lambda place: (-durations_s[place], place))
    return [order[start : start + batch_size] for start in range(0, len(order), batch_size)]


def window_of(durations_s: Sequence[float], options: DecodingOptions) -> float:
    """The window of a batch, in s: its longest clip and the tail, rounded up to 0.5 s, at most 30 s."""
    for index, duration_s in enumerate(durations_s):
        if duration_s > MAX_S:
            raise UserError("decode.too_long", index=index, duration_s=duration_s)
    if not options.fit_windows:
        return MAX_S
    return min(MAX_S, math.ceil((max(durations_s) + options.tail_s) / WINDOW_STEP_S) * WINDOW_STEP_S)


def _attempts(window_s: float, options: DecodingOptions) -> list[tuple[float, float]]:
    first, *rest = options.temperatures
    full = [(MAX_S, temperature) for temperature in ([first] if window_s < MAX_S else []) + rest]
    return [(window_s, first), *full]


def _encode(backend: Backend, clips: Sequence[Audio], window_s: float) -> Encoded:
    samples = round(window_s * RATE)
    return backend.encode(np.stack([log_mel(np.pad(c, (0, samples - len(c))), backend.n_mels) for c in clips]))


def _request(
    backend: Backend, options: DecodingOptions, window_s: float, length_s: float, temperature: float, number: int
) -> Request:
    """``window_s`` is the fit window, ``length_s`` the one that this attempt has."""
    prompt = backend.vocabulary.prompt(
        options.language,
        options.task,
        timestamps=options.timestamps,
        previous=options.previous,
        hotwords=options.hotwords,
    )
    limit = min(options.max_new_tokens, DECODER_TOKENS - len(prompt))
    if window_s < MAX_S:
        per_s = FIT_TOKENS_PER_S if length_s < MAX_S else TOKENS_PER_S
        limit = min(limit, SPARE_TOKENS + math.ceil(per_s * window_s))
    return Request(
        prompt, limit, options.beam_size, temperature, seed=options.seed + number, nbest=max(1, options.nbest)
    )


def _judge(
    backend: Backend, clip: Audio, raw: RawDecode, options: DecodingOptions, window_s: float, attempts: int
) -> tuple[Decoded, bool]:
    """What an attempt came to, and whether it is to be followed by another."""
    text = backend.vocabulary.text(raw.tokens)
    loop = is_loop(text, options.compression_ratio_threshold)
    result = Decoded(
        text, raw.tokens, raw.avg_logprob, raw.no_speech_prob, compression_ratio(text), window_s, attempts, loop,
        raw.finished, _nbest(backend, text, raw) if options.nbest else (),
    )  # fmt: skip
    if options.timestamps:
        result = replace(result, segments=segments(backend.vocabulary, raw.tokens, len(clip) / RATE))
    says, threshold = backend.vocabulary.says(raw.tokens), options.no_speech_threshold
    reason = no_speech(clip, raw, says=says, loop=loop, first=attempts == 1, threshold=threshold)
    if reason:
        return _silenced(result, reason), False
    least = [options.logprob_threshold, options.fit_logprob_threshold if window_s < MAX_S else None]
    unlikely = any(one is not None and raw.avg_logprob < one for one in least)
    return result, loop or not raw.finished or unlikely or _says_it_again(result)


def _says_it_again(result: Decoded) -> bool:
    """In a window shorter than the model was made for; in a full one, people have said it twice."""
    return result.window_s < MAX_S and doubles(result.text)


def _silenced(result: Decoded, reason: str) -> Decoded:
    """A text is withheld, and with it all that was wrong with it."""
    return replace(
        result, text="", tokens=(), compression_ratio=0.0, loop=False, finished=True,
        nbest=(("", result.avg_logprob),) if result.nbest else (), segments=(), no_speech=reason, withheld=result.text,
    )  # fmt: skip


def _with_words(
    backend: AligningBackend,
    clips: Sequence[Audio],
    heard: Mapping[float, Mapping[int, Encoded]],
    results: Sequence[Decoded],
    options: DecodingOptions,
) -> list[Decoded]:
    """The results with the times of their words, each in the window that gave its text."""
    timed = list(results)
    if not options.word_timestamps:
        return timed
    for window_s, encoded in heard.items():
        places = [place for place, result in enumerate(timed) if result.window_s == window_s and result.text]
        if places:
            stacked, samples = np.stack([encoded[place] for place in places]), [len(clips[place]) for place in places]
            texts = [_words_of(timed[place]) for place in places]
            for place, words in zip(
                places, word_times(backend, stacked, samples, texts, options.language), strict=True
            ):
                timed[place] = replace(timed[place], words=tuple(words))
    return timed


def _words_of(result: Decoded) -> list[str]:
    """Those of its segments in order, or without any those of its text: no word is of two segments."""
    told = [text for *_, text in result.segments] or [result.text]
    return [word for text in told for word in text.split()]


def _nbest(backend: Backend, text: str, raw: RawDecode) -> tuple[tuple[str, float], ...]:
    found = {text: raw.avg_logprob}
    for tokens, avg_logprob in raw.others:
        found.setdefault(backend.vocabulary.text(tokens), avg_logprob)
    return tuple(found.items())


def _better(earlier: Decoded | None, later: Decoded) -> Decoded:
    """Which of two attempts to keep (the earlier, if they are equally good)."""
    if earlier is None:
        return later
    return replace(max(earlier, later, key=_goodness), attempts=later.attempts)


def _goodness(result: Decoded) -> tuple[bool, bool, bool, bool, float]:
    """A finished text without a loop, the likeliest; then any text before none, a finished one, the shortest."""
    silence = bool(result.no_speech) or result.no_speech_prob > NO_SPEECH
    fine = result.finished and not result.loop and (bool(result.text) or silence)
    return (
        fine,
        fine and not _says_it_again(result),
        bool(result.text),
        result.finished,
        result.avg_logprob if fine else -len(result.text),
    )
