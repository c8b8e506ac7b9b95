"""What every part of the config is."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, BeforeValidator, ConfigDict


class Section(BaseModel):
    """A part of the config: frozen, closed to unknown keys, its numbers finite."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, protected_namespaces=())


def _off(given: Any) -> Any:
    return "off" if given is False else given


OFF = BeforeValidator(_off)
"""For a choice with ``off`` in it, which YAML 1.1 reads as false where it has no quotes."""
