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
    """The voice again, ``delay_ms`` later and ``loss_db`` lower (side-tone is an echo of few milliseconds).

    The later an echo comes, the lower it must be to go unnoticed (ITU-T G.131); the worst lines have it just below the
    voice.
    """

    name = "echo"
    examples = ({"delay_ms": [30, 250], "loss_db": [20, 45]},)
    delay_ms: Annotated[Span, Number(1.0, 1000.0)]
    loss_db: Annotated[Span, Number(6.0, 80.0)]

    @classmethod
    def change(cls, audio: Audio, rate: int, params: Mapping[str, Any]) -> Audio:
        """The audio plus its echo; what would come after the clip's end is cut."""
        late = round(params["delay_ms"] * rate / 1000.0)
        heard = audio.copy()
        heard[late:] += audio[: max(0, len(audio) - late)] * gain(-params["loss_db"])
        return heard
