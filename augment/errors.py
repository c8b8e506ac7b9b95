"""What augment raises. All of it is also a built-in ``ValueError`` or ``RuntimeError``."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class AugmentError(Exception):
    """The family of all errors raised on purpose by this package."""


class AudioError(AugmentError, ValueError):
    """Audio that cannot be processed: wrong type, wrong shape, samples that are not finite."""


class SpecError(AugmentError, ValueError):
    """A channel, an effect or a field that is not written as it must be."""


class UnknownName(SpecError):  # noqa: N818
    """A name (effect, field, codec, source, preset) that nothing goes by."""


class Unavailable(AugmentError, RuntimeError):  # noqa: N818
    """Something that is known, but cannot run on this machine. The message says how to get it."""


class CodecUnavailable(Unavailable):
    """A codec whose library is absent."""


def unknown(what: str, name: object, known: Iterable[str]) -> UnknownName:
    """The error for an unknown name, with the known names and the nearest one.

    >>> print(unknown("effect", "nois", ["noise", "band"]))
    unknown effect 'nois' (did you mean 'noise'?); known: band, noise
    """
    names = sorted(known)
    near = difflib.get_close_matches(str(name), names, n=1, cutoff=0.5)
    hint = f" (did you mean {near[0]!r}?)" if near else ""
    return UnknownName(f"unknown {what} {name!r}{hint}; known: {', '.join(names)}")
