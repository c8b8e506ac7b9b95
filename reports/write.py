"""Write: one call from results to a folder of reports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kowhisper_tel.core.files import remove_unfinished
from reports import csvs, figures, html, junit_strata, markdown, sound, summary, view
from reports.evidence import TrainingCurve

if TYPE_CHECKING:
    from eval_suites.results import Results
    from kowhisper_tel.core.manifest import Manifest

PAGE = "report.html"


def write_report(
    results: Results,
    out: Path,
    *,
    training: Sequence[TrainingCurve] = (),
    prepare: Mapping[str, Any] | None = None,
    provenance: Mapping[str, Any] | None = None,
    synthetic: bool = False,
    mask: bool = False,
    audio: int = 0,
    manifest: Manifest | None = None,
    pictures: bool = False,
    suites_left_out: Sequence[Mapping[str, Any]] = (),
    exports: Sequence[Mapping[str, Any]] = (),
) -> Path:
    """Write the report into ``out`` and return the path of its page.

    Beside ``report.html``: the sections' tables (``headline.csv``, ``utterances.csv``, ``speakers.csv`` …),
    ``summary.json``, ``summary.md``, ``junit.xml`` and ``headline.svg``; with ``pictures`` every chart in ``figures/``.
    The page comes last and under its name only when whole, so where it lies, the rest does too. The same inputs give
    the same bytes: a time is shown only if ``provenance["made"]`` says one. With ``mask``, personal data are masked in
    all of them (``kowhisper_tel.korean.mask``). ``audio``: so many clips of ``manifest`` at most are embedded, of those
    that it lets be shared (``reports.sound``). ``suites_left_out``, ``exports``: see ``Evidence``.
    """
    heard = sound.choose(results, manifest, audio, mask=mask) if manifest and audio else sound.Choice({}, {})
    made = view.build(
        results, training=training, prepare=prepare, provenance=provenance, synthetic=synthetic,
        mask=mask, sounds=heard.sounds, sounds_refused=heard.refused, suites_left_out=suites_left_out,
        exports=exports,
    )  # fmt: skip
    remove_unfinished(out)
    (out / PAGE).unlink(missing_ok=True)
    csvs.write(made, out)
    summary.write(made, out / "summary.json")
    markdown.write(made, out / "summary.md")
    junit_strata.write(made, out / "junit.xml")
    figures.write(made, out / "headline.svg")
    if pictures:
        figures.write_all(made, out / "figures")
    html.write(made, out / PAGE)
    return out / PAGE
