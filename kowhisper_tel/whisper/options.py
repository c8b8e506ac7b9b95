"""DecodingOptions: how clips are decoded. An evaluation's results depend on every one of them."""

from __future__ import annotations

from dataclasses import dataclass

from kowhisper_tel.core.errors import UserError


@dataclass(frozen=True)
class DecodingOptions:
    """How to decode.

    ``tail_s``: silence after the longest clip of a batch (0.2 s brings loops, measured). ``beam_size`` 1 is greedy.
    ``temperatures``: the first for every clip, each further one for what still looks suspicious; drawing depends on
    ``seed`` only. Suspicious is a text with a loop (``loops.is_loop`` at ``compression_ratio_threshold``), one that
    does not end, or one whose mean log probability is below ``logprob_threshold`` (``None``: not asked).
    ``max_new_tokens`` is OpenAI's: half of the decoder's 448; a fit window has its own, lower one. ``fit_windows`` off:
    every window is 30 s, as in stock Whisper.

    In a window shorter than 30 s, so is one that says the same twice (``loops.doubles``) or whose mean log probability
    is below ``fit_logprob_threshold`` (``None``: not asked): a model that was not tuned on short windows errs there in
    more ways than loops. On 8 such texts of whisper-base the full window made 27 errors of 50.
    ``no_speech_threshold``: above it nobody is taken to speak, and nothing is written (see ``no_speech``; ``None``:
    whatever the model writes stands).

    ``previous``: text that was said before. ``hotwords``: words to expect, which stand before it in the prompt.
    ``condition_on_previous_text``: of a long recording, each piece is told the text of the one before it, so that they
    are decoded one by one, and what one gets wrong may spread; a single clip has nothing before it but ``previous``.
    ``nbest``: so many of the beam's hypotheses are told (0: none; a greedy text or a draw is its only one).
    ``word_timestamps``: the time of each word is told (``word_times``).

    Raises ``UserError`` (``decode.nbest``) for more hypotheses than the beam is wide.
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
    no_speech_threshold: float | None = 1.5
    fit_logprob_threshold: float | None = -0.7
    hotwords: tuple[str, ...] = ()
    condition_on_previous_text: bool = False
    word_timestamps: bool = False

    def __post_init__(self) -> None:
        if self.nbest > max(self.beam_size, 1):
            raise UserError("decode.nbest", nbest=self.nbest, beam_size=self.beam_size)
        object.__setattr__(self, "temperatures", tuple(self.temperatures))
        object.__setattr__(self, "hotwords", tuple(word.strip() for word in self.hotwords if word.strip()))
