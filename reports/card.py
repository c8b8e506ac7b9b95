"""Card: the data card that ``prepare`` makes, as one page for people. It needs nothing but itself, like the report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any
from unicodedata import east_asian_width

from kowhisper_tel.core.files import write_text
from reports import html
from reports.charts.bars import Bar, Group
from reports.charts.histogram import Histogram
from reports.rounding import Figure, count, decimal, hours, percent
from reports.text import Text, say, say_or

SOUND = ("level_dbfs", "peak_dbfs", "snr_db")
LABELS = ("duration_s", "syllables", "syllables_per_s")
DECIMALS = {"band_hz": 0, "syllables": 0}
COLOUR = "m-candidate"
MOST_WIDTH = 24
"""Letters of a tag's value that fit beside its bar, with its count; Hangul counts twice."""
Facts = Mapping[str, Any]


@dataclass(frozen=True)
class Label:
    """A label that does not fit the length of its audio."""

    id: str
    syllables: Figure
    duration_s: Figure
    syllables_per_s: Figure


@dataclass(frozen=True)
class Misfits:
    """All labels of one kind of misfit: how many, and the worst of them."""

    name: str
    count: Figure
    worst: tuple[Label, ...]


@dataclass(frozen=True)
class Part:
    """One corpus, or all of them: ``name`` is its anchor on the page, ``licence`` is ``None`` where none is stated.

    ``heard``: somebody looked at the audio; without that the page says nothing of the sound.
    """

    name: str
    title: Text
    whole: bool
    heard: bool
    intake: Text
    licence: str | None
    remarks: tuple[Text, ...]
    facts: tuple[tuple[Text, tuple[Text, ...]], ...]
    strata: tuple[Group, ...]
    band: Histogram
    bands: tuple[tuple[Text, Figure, Figure], ...]
    telephone: Text
    sound: tuple[Histogram, ...]
    troubles: Text
    labels: tuple[Histogram, ...]
    misfits: tuple[Misfits, ...]
    mended: tuple[tuple[str, Figure, Text], ...]
    reasons: tuple[tuple[str, Figure, Text], ...]


@dataclass(frozen=True)
class Card:
    """The page: tiles of the whole, then each corpus; the whole once more where there are several."""

    name: str
    synthetic: bool
    tiles: tuple[tuple[Text, Figure, str], ...]
    splits: tuple[tuple[str, Figure, Figure, Figure, Figure], ...]
    parts: tuple[Part, ...]

    @property
    def title(self) -> Text:
        """The page's title."""
        title = say("card.title")
        return Text(f"{title.en}: {self.name}", f"{title.ko}: {self.name}")


def write(card: Facts, path: Path) -> None:
    """Write the page of what ``data_card.json`` says, atomically."""
    write_text(path, page(card))


def page(card: Facts) -> str:
    """The page as a string: the same card gives the same bytes."""
    return html.render("card.html.j2", view=build(card))


def build(card: Facts) -> Card:
    """Everything that a reader sees, with every number rounded."""
    corpora, whole = card["corpora"], card["whole"]
    parts = [_part(f"corpus-{place}", own, Text.same(own["corpus"])) for place, own in enumerate(corpora, 1)]
    if len(corpora) > 1:
        parts.append(_part("whole", whole, say("card.whole"), whole=True))
    splits = tuple(
        (name, count(own["utterances"]), count(own["speakers"]), count(own["calls"]), hours(3600 * own["hours"]))
        for name, own in card["splits"].items()
    )
    names = ", ".join(own["corpus"] for own in corpora)
    return Card(names, bool(card["synthetic"]), _tiles(whole), splits, tuple(parts))


def _tiles(whole: Facts) -> tuple[tuple[Text, Figure, str], ...]:
    seconds = 3600 * whole["hours"]
    heard = whole["hours"] and whole["silent"] is not None
    share = whole["telephone"]["hours"] / whole["hours"] if heard else None
    return (
        (say("card.hours"), hours(seconds), "h"),
        (say("card.utterances"), count(whole["utterances"]), ""),
        (say("card.speakers"), count(whole["speakers"]), ""),
        (say("card.calls"), count(whole["calls"]), ""),
        (say("card.telephone"), percent(share), "%"),
        (say("card.rejected"), count(whole["rejected"]), ""),
    )


def _part(name: str, own: Facts, title: Text, *, whole: bool = False) -> Part:
    return Part(
        name=name,
        title=title,
        whole=whole,
        heard=own["silent"] is not None,
        intake=say("data_card.intake", **{k: count(own[k]) for k in ("read", "accepted", "rejected", "left_out")}),
        licence=own.get("licence"),
        remarks=tuple(Text(remark["en"], remark["ko"]) for remark in own.get("remarks", ())),
        facts=tuple(_facts(own)),
        strata=tuple(_strata(own)),
        band=_histogram("band_hz", own),
        bands=tuple(
            (say(f"card.band_{band}"), count(found["utterances"]), hours(3600 * found["hours"]))
            for band, found in own["bands"].items()
        ),
        telephone=_telephone(own),
        sound=tuple(_histogram(measure, own) for measure in SOUND),
        troubles=say("card.troubles", silent=count(own["silent"]), clipped=count(own["clipped"])),
        labels=tuple(_histogram(measure, own) for measure in LABELS),
        misfits=tuple(_misfits(name, found) for name, found in own["fit"].items() if found["count"]),
        mended=_coded(own.get("mended", ())),
        reasons=_coded(own.get("reasons", ())),
    )


def _coded(listed: Sequence[Facts]) -> tuple[tuple[str, Figure, Text], ...]:
    """Codes with their counts and their words."""
    return tuple((one["code"], count(one["count"]), Text(one["en"], one["ko"])) for one in listed)


def _facts(own: Facts) -> list[tuple[Text, tuple[Text, ...]]]:
    """What the corpus is, as pairs of a name and lines."""
    found: list[tuple[Text, tuple[Text, ...]]] = []

    def add(key: str, *lines: Text | str) -> None:
        if lines:
            found.append((say(f"card.{key}"), tuple(x if isinstance(x, Text) else Text.same(x) for x in lines)))

    if "kind" in own:
        add("kind", own["kind"])
    add("amount", say("card.amount_of", utterances=count(own["utterances"]), hours=hours(3600 * own["hours"])))
    largest = own["largest_speaker"]
    share = percent(largest["share"]) if largest else None
    voices = [say("card.speakers_of", speakers=count(own["speakers"]), calls=count(own["calls"]))]
    if largest:
        voices.append(say("card.largest_speaker", speaker=largest["speaker"], share=share))
    if own["nameless"]:
        voices.append(say("card.nameless", count=count(own["nameless"])))
    add("who", *voices)
    add("files", *(f"{header}: {count(n['utterances'])}" for header, n in own["headers"].items()))
    add("notation", *(f"{name}: {count(n)}" for name, n in own.get("notations", {}).items()))
    add("marks", *(f"{mark}: {count(n)}" for mark, n in own["marks"].items()))
    add("other_tags", *(say("card.values", tag=tag, n=count(n)) for tag, n in own["other_tags"].items()))
    return found


def _strata(own: Facts) -> list[Group]:
    """A bar a tag value: its share of the hours."""
    groups = []
    for tag, values in own["tags"].items():
        for place, (value, found) in enumerate(values.items()):
            share = found["hours"] / own["hours"] if own["hours"] else 0.0
            title = Text.same(f"{_short(value)} ({count(found['utterances'])})")
            heading = say_or(f"speakers.tag_{tag}", tag) if not place else None
            groups.append(Group(title, (Bar(COLOUR, 100.0 * share, f"{percent(share)} %"),), heading))
    return groups


def _short(value: str) -> str:
    """A tag's value as it fits beside its bar: its beginning, a wide letter counted as two."""
    widths = accumulate(2 if east_asian_width(letter) in "WF" else 1 for letter in value)
    fitting = sum(width <= MOST_WIDTH for width in widths)
    return value if fitting == len(value) else f"{value[:fitting].rstrip()}…"


def _telephone(own: Facts) -> Text:
    phone = own["telephone"]
    names = ("utterances", "by_header", "by_sound")
    return say("card.telephone_of", all=count(own["utterances"]), **{name: count(phone[name]) for name in names})


def _histogram(measure: str, own: Facts) -> Histogram:
    found = own["distributions"][measure]
    note = say("card.nothing")
    if found["n"]:
        digits = DECIMALS.get(measure, 1)
        note = say("card.median", **{name: decimal(found[name], digits) for name in ("median", "p5", "p95")})
    return Histogram(say(f"card.{measure}"), note, found["from"], found["step"], found["counts"], found.get("median"))


def _misfits(name: str, found: Facts) -> Misfits:
    worst: Sequence[Facts] = found["worst"]
    return Misfits(
        name,
        count(found["count"]),
        tuple(
            Label(one["id"], count(one["syllables"]), decimal(one["duration_s"], 2), decimal(one["syllables_per_s"]))
            for one in worst
        ),
    )
