"""View: the whole report as plain frozen data. Writers only set it out: no number is rounded after this."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from reports.evidence import Evidence, ModelColumn, TrainingCurve
from reports.sections import registry
from reports.sections.headline import Headline
from reports.text import Text, say
from reports.verdict import Tile, sentences, tiles

if TYPE_CHECKING:
    from eval_suites.results import Results


@dataclass(frozen=True)
class View:
    """Everything a reader sees. ``sections`` holds what each section built, in page order, by name."""

    name: str
    made: str
    synthetic: bool
    verdict: tuple[Text, ...]
    tiles: tuple[Tile, ...]
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
) -> View:
    """Make the view.

    ``provenance`` may hold ``name`` and ``made``, the run's name and time, which stand at the page's head.
    """
    evidence = Evidence(results, tuple(training), prepare, provenance or {}, synthetic)
    built = {section.name: section.build(evidence) for section in registry()}
    sections = {name: data for name, data in built.items() if data is not None}
    headline = cast("Headline | None", sections.get("headline"))
    return View(
        str(evidence.provenance.get("name", "")),
        str(evidence.provenance.get("made", "")),
        synthetic,
        sentences(headline),
        tiles(headline),
        evidence.models,
        sections,
    )
