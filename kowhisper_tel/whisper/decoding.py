"""Decoding: clips in, texts out, by fit windows with a loop guard.

Whisper was made for windows of 30 s, and a clip of 3 s pays for 27 s of silence. Here a batch is given a window that
fits: its longest clip and a short tail of silence. A model that never saw such windows sometimes loops in them, so a
suspicious text is decoded again, first with the full 30 s, then by drawing at rising temperatures. The same
guard serves every model and both engines, and what it did is told.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from kowhisper_tel.core.audio import RATE
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.whisper.backends.base import Backend, Encoded, RawDecode, Request
from kowhisper_tel.whisper.features import MAX_S, log_mel
from kowhisper_tel.whisper.loops import compression_ratio, is_loop
from kowhisper_tel.whisper.segments import Segment, segments
from kowhisper_tel.whisper.vocabulary import DECODER_TOKENS

WINDOW_STEP_S = 0.5
TOKENS_PER_S = 20.0
SPARE_TOKENS = 20
"""The most tokens a text may have: 20, and 20 more for a second of the fit window (fast Korean has about 9). It holds
in the full window too, which has no more speech in it; so a loop ends soon."""

NO_SPEECH = 0.6
"""Whisper's own threshold: an empty text is an answer where no speech is likelier than this."""

Audio = NDArray[np.float32]


@dataclass(frozen=True)
class DecodingOptions:
    """How to decode.

    ``tail_s``: silence after the longest clip of a batch (0.2 s brings loops, measured). ``beam_size`` 1 is greedy.
    ``temperatures``: the first for every clip, each further one for what still looks suspicious; drawing depends on
    ``seed`` only. Suspicious is a text with a loop (``loops.is_loop`` at ``compression_ratio_threshold``), one that
    does not end, or one whose mean log probability is below ``logprob_threshold`` (``None``: not asked).
    ``max_new_tokens`` is OpenAI's: half of the decoder's 448; a fit window has its own, lower one. ``previous``: text
    that was said before, or words to expect. ``fit_windows`` off: every window is 30 s, as in stock Whisper.
    ``nbest``: so many of the beam's hypotheses are told (0: none; a greedy text or a draw is its only one).

    Raises ``UserError`` (``decode.nbest``) for more of them than the beam is wide.
    """

    tail_s: float = 1.0
    beam_size: int = 1
    temperatures: tuple[float, ...] = (0.0, 0.4, 0.8)
    compression_ratio_threshold: float = 2.4
    logprob_threshold: float | None = None
    language: str = "ko"
    task: str = "transcribe"
    timestamps: bool = False
    max_new_tokens: int = 224
    previous: str = ""
    fit_windows: bool = True
    seed: int = 0
    nbest: int = 0

    def __post_init__(self) -> None:
        if self.nbest > max(self.beam_size, 1):
            raise UserError("decode.nbest", nbest=self.nbest, beam_size=self.beam_size)


@dataclass(frozen=True)
class Decoded:
    """The text of one clip, and how it came about.

    ``window_s`` is the window that gave this text, ``attempts`` how many decodings were made (1: the fit window was
    enough). Where none of them was free of loops (``loop``) and came to an end (``finished``), this is the least bad.
    ``nbest``: where asked for, this text and the other ones of its beam in the beam's order, each with the mean log
    probability of its tokens; what reads the same stands there once.
    ``segments`` is what was said when, where ``DecodingOptions.timestamps`` asked for it.
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


def decode(backend: Backend, clips: Sequence[Audio], options: DecodingOptions | None = None) -> list[Decoded]:
    """Decode one batch of clips ``float32[n]`` (16 kHz, at most 30 s), one result a clip, in order.

    The results depend on the clips that share the batch and on nothing else: through its window, and where tokens
    are drawn through a clip's place among those that wait. Plan the batches (``plan_batches``) and the same texts come
    out, whenever and in whatever order the batches are decoded.
    Raises ``UserError``: ``decode.too_long``, ``decode.language``.
    """
    options = options or DecodingOptions()
    if not clips:
        return []
    window_s = window_of([len(clip) / RATE for clip in clips], options)
    best: dict[int, Decoded] = {}
    waiting = list(range(len(clips)))
    heard: dict[int, Encoded] = {}
    heard_s = -1.0
    for number, (length_s, temperature) in enumerate(_attempts(window_s, options), 1):
        if heard_s != length_s:
            encoded = _encode(backend, [clips[place] for place in waiting], length_s)
            heard, heard_s = dict(zip(waiting, encoded, strict=True)), length_s
        raws = backend.generate(
            np.stack([heard[place] for place in waiting]), _request(backend, options, window_s, temperature, number)
        )
        suspicious = []
        for place, raw in zip(waiting, raws, strict=True):
            result, doubtful = _judge(backend, raw, options, length_s, number)
            if options.timestamps:
                times = segments(backend.vocabulary, raw.tokens, len(clips[place]) / RATE)
                result = replace(result, segments=times)
            best[place] = _better(best.get(place), result)
            if doubtful:
                suspicious.append(place)
        waiting = suspicious
        if not waiting:
            break
    return [best[place] for place in range(len(clips))]


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


def _request(backend: Backend, options: DecodingOptions, window_s: float, temperature: float, number: int) -> Request:
    prompt = backend.vocabulary.prompt(
        options.language, options.task, timestamps=options.timestamps, previous=options.previous
    )
    limit = min(options.max_new_tokens, DECODER_TOKENS - len(prompt))
    if window_s < MAX_S:
        limit = min(limit, SPARE_TOKENS + math.ceil(TOKENS_PER_S * window_s))
    return Request(
        prompt, limit, options.beam_size, temperature, seed=options.seed + number, nbest=max(1, options.nbest)
    )


def _judge(
    backend: Backend, raw: RawDecode, options: DecodingOptions, window_s: float, attempts: int
) -> tuple[Decoded, bool]:
    text = backend.vocabulary.text(raw.tokens)
    loop = is_loop(text, options.compression_ratio_threshold)
    unlikely = options.logprob_threshold is not None and raw.avg_logprob < options.logprob_threshold
    ratio = compression_ratio(text)
    result = Decoded(
        text, raw.tokens, raw.avg_logprob, raw.no_speech_prob, ratio, window_s, attempts, loop, raw.finished,
        _nbest(backend, text, raw) if options.nbest else (),
    )  # fmt: skip
    return result, loop or not raw.finished or unlikely


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


def _goodness(result: Decoded) -> tuple[bool, bool, bool, float]:
    """A finished text without a loop, the likeliest; then any text before none, a finished one, the shortest."""
    fine = result.finished and not result.loop and (bool(result.text) or result.no_speech_prob > NO_SPEECH)
    return fine, bool(result.text), result.finished, result.avg_logprob if fine else -len(result.text)
