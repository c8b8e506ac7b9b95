"""Comparison: results side by side in a notebook, small and self-contained."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from kowhisper_tel.core.language import current_language
from reports import html
from reports.evidence import Evidence
from reports.merged import merge
from reports.sections import headline
from reports.sections.headline import Headline
from reports.text import Text
from reports.verdict import sentences

if TYPE_CHECKING:
    from eval_suites.results import Results


class Comparison:
    """Any number of results as one table: ``Comparison(results)`` or, by run, ``Comparison({"v1": one, "v2": other})``.

    A notebook shows it as HTML (``_repr_html_``), anything else as text. ``language`` is ``ko`` or ``en`` (that of
    messages, if not given); ``suites`` shows every suite instead of the strata only; ``level`` is the intervals'.

    Raises ``UserError`` (``comparison.incompatible``, exit 4) for results of other suites, clips or metrics.
    """

    def __init__(
        self,
        results: Results | Sequence[Results] | Mapping[str, Results],
        *,
        language: str | None = None,
        suites: bool = False,
        level: float = 0.95,
    ) -> None:
        self.language = language or current_language()
        self.suites = suites
        self._results, self._level = _as_one(results), level

    @functools.cached_property
    def headline(self) -> Headline | None:
        """The table: rows, models and changes (``None`` where nothing was evaluated)."""
        return headline.build(Evidence(self._results, level=self._level))

    @property
    def verdict(self) -> str:
        """What was won and lost, in words."""
        return " ".join(map(self.words, sentences(self.headline)))

    def words(self, text: Text) -> str:
        """A text in the comparison's language."""
        return text.ko if self.language == "ko" else text.en

    def _repr_html_(self) -> str:
        return html.fragment("comparison.html.j2", comparison=self, words=self.words)

    def __str__(self) -> str:
        lines = [self.verdict]
        for row in self.headline.strata if self.headline else ():
            assert self.headline
            shown = [str(cell.written_clips if row.silent else cell.cer) for cell in row.cells]
            titles = [self.words(model.title) for model in self.headline.models]
            figures = ", ".join(f"{title} {figure}" for title, figure in zip(titles, shown, strict=True))
            lines.append(f"{self.words(row.title)}: {figures}")
        return "\n".join(lines)

    __repr__ = __str__


def _as_one(results: Results | Sequence[Results] | Mapping[str, Results]) -> Results:
    if isinstance(results, Mapping):
        return merge(results)
    if isinstance(results, Sequence):
        return merge({str(number): one for number, one in enumerate(results, 1)})
    return results
