"""Channels where other libraries' users want them: a transform of audiomentations, a function for ``datasets``.

``augment.adapters.audiomentations`` needs audiomentations, so nothing else imports it.
"""

from __future__ import annotations

from typing import Any

from augment.channel import Channel
from augment.mixture import Mixture


def channel_of(spec: Channel | Mixture | Any) -> Channel | Mixture:
    """A channel or a mixture, as it is or from its JSON (an object or a list). Raises SpecError or UnknownName."""
    if isinstance(spec, Channel | Mixture):
        return spec
    return Mixture.from_json(spec) if isinstance(spec, list) else Channel.from_json(spec)
