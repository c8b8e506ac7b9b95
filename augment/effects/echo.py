"""Echo of the talker's own voice: electric (a hybrid) or acoustic (a loudspeaker), as the far end hears it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from augment.audio import Audio
from augment.effect import Effect
from augment.spec import Number, Span
from augment.speech_level import gain


@dataclass(frozen=True, kw_only=True)
class Echo(Effect):
    """The voice again, ``delay_ms`` later (to the nearest sample) and ``loss_db`` lower.

    The later an echo comes, the lower it must be to go unnoticed (ITU-T G.131); the worst lines have it just below the
    voice. Side-tone, the talker's voice in their own earpiece, is an echo of 0 to 5 ms at 10 to 25 dB (its masking
    rating is 10 to 20 dB in ITU-T G.107): the far end does not hear it, but recordings at the handset or of a two-wire
    line hold it. It combs the spectrum, ``1 / delay`` from tooth to tooth; at 0 ms it only adds level.
    """

    name = "echo"
    examples = ({"delay_ms": [30, 250], "loss_db": [20, 45]}, {"delay_ms": [0, 5], "loss_db": [10, 25]})
    delay_ms: Annotated[Span, Number(0.0, 1000.0)]
    loss_db: Annotated[Span, Number(6.0, 80.0)]

    @classmethod
    def change(cls, audio: Audio, rate: int, params: Mapping[str, Any]) -> Audio:
        """The audio plus its echo; what would come after the clip's end is cut."""
        late = round(params["delay_ms"] * rate / 1000.0)
        heard = audio.copy()
        heard[late:] += audio[: max(0, len(audio) - late)] * gain(-params["loss_db"])
        return heard
