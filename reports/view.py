"""View: the whole report as plain frozen data. Writers only set it out: no number is rounded after this."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from reports.characters import encodable
from reports.evidence import Evidence, ModelColumn, TrainingCurve
from reports.masking import everywhere
from reports.sections import registry
from reports.sections.headline import Headline
from reports.text import Text, say
from reports.verdict import Highlights, Tile, highlights, sentences, tiles

if TYPE_CHECKING:
    from eval_suites.results import Results
    from reports.sound import Sound


@dataclass(frozen=True)
class View:
    """Everything a reader sees. ``sections`` holds what each section built, in page order, by name."""

    name: str
    made: str
    synthetic: bool
    verdict: tuple[Text, ...]
    tiles: tuple[Tile, ...]
    highlights: Highlights | None
    models: tuple[ModelColumn, ...]
    sections: Mapping[str, Any]

    @property
    def title(self) -> Text:
        """The page's title."""
        title = say("common.product")
        return Text(f"{title.en}: {self.name}", f"{title.ko}: {self.name}") if self.name else title

    @property
    def headline(self) -> Headline | None:
        """The headline table, where there is one."""
        return cast("Headline | None", self.sections.get("headline"))


def build(
    results: Results,
    *,
    training: Sequence[TrainingCurve] = (),
    prepare: Mapping[str, Any] | None = None,
    provenance: Mapping[str, Any] | None = None,
    synthetic: bool = False,
    mask: bool = False,
    sounds: Mapping[tuple[str, str], Sound] | None = None,
    sounds_refused: Mapping[str, int] | None = None,
    suites_left_out: Sequence[Mapping[str, Any]] = (),
    exports: Sequence[Mapping[str, Any]] = (),
) -> View:
    """Make the view.

    ``provenance`` may hold ``name`` and ``made``, the run's name and time, which stand at the page's head. With
    ``mask`` no text of the view, whoever made it, holds personal data (``Evidence.shown``). ``sounds``: what
    ``reports.sound.choose`` found. ``suites_left_out``, ``exports``: see ``Evidence``.
    """
    evidence = Evidence(
        results, tuple(training), prepare, provenance or {}, synthetic, mask=mask,
        sounds=sounds or {}, sounds_refused=sounds_refused or {}, suites_left_out=suites_left_out,
        exports=exports,
    )  # fmt: skip
    built = {section.name: section.build(evidence) for section in registry()}
    sections = {name: data for name, data in built.items() if data is not None}
    headline = cast("Headline | None", sections.get("headline"))
    made = View(
        str(evidence.provenance.get("name", "")),
        str(evidence.provenance.get("made", "")),
        synthetic,
        sentences(headline),
        tiles(headline),
        highlights(headline),
        evidence.models,
        sections,
    )
    return cast(View, everywhere(made, lambda text: evidence.shown(encodable(text))))
