"""Post-processing: a model's texts (and n-best) in, other texts out. Each file here is one kind, ``POST``.

What a kind makes of a model is compared with it like another model. Nothing is decoded again.
"""

from __future__ import annotations

import dataclasses
import functools
import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval_suites.hypothesis import Guess, Transcript
from eval_suites.models import Post
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.files import fingerprint, sha256

Work = Callable[[Transcript], Guess | str]
"""Gives the new text of a transcript; with the mean log probability where it is another one of the n-best."""


@dataclass(frozen=True)
class PostKind:
    """A kind as its file declares it.

    ``open`` takes the settings and gives the work, or raises ``UserError`` (``post.*``). The work is pure: the same
    transcript gives the same text. ``files`` are those that settings name, by the setting, and ``version`` is raised
    with every change of what it does.
    """

    name: str
    version: str
    open: Callable[[Mapping[str, Any]], Work]
    files: Callable[[Mapping[str, Any]], Mapping[str, Path]]


@functools.cache
def names() -> tuple[str, ...]:
    """The kinds there are, sorted."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(__path__) if not module.name.startswith("_")))


def get(name: str) -> PostKind:
    """A kind by name. Raises ``UserError`` (``post.unknown``) naming those there are."""
    if name not in names():
        raise UserError("post.unknown", name=name, known=", ".join(names()))
    kind: PostKind = importlib.import_module(f"{__name__}.{name}").POST
    return kind


def identify(post: Post) -> str:
    """Hash of what decides the work: settings and contents of the files they name, wherever these lie, and version.

    Raises ``UserError`` (``post.*``).
    """
    kind = get(post.kind)
    files = {name: sha256(file) for name, file in kind.files(post.settings).items()}
    source = sha256(Path(str(importlib.import_module(f"{__name__}.{kind.name}").__file__)))
    return fingerprint([kind.name, kind.version, source, {**post.settings, **files}])


def worked(work: Work, transcript: Transcript) -> Transcript:
    """The transcript with its new text. One that is missing stays so; times of other words are left out."""
    if transcript.missing:
        return transcript
    found = work(transcript)
    text, logprob = (found, transcript.avg_logprob) if isinstance(found, str) else found
    segments = transcript.segments if text == transcript.text else ()
    return dataclasses.replace(transcript, text=text, avg_logprob=logprob, nbest=(), segments=segments)
