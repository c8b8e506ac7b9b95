"""Sound: clips that a reader may hear and see, made small and embedded, where the manifest lets them be shared.

A clip is taken only if its line of the manifest carries the tag ``shareable`` with the value ``yes`` (or ``true``); one
that is joined from several only if each of them does. It sounds as the models heard it: rendered again by the plan.
"""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import chain, zip_longest
from typing import TYPE_CHECKING, Any, cast

from eval_suites.item import Item
from eval_suites.rendering import Renderer
from eval_suites.suite import WINDOW_S, Suite
from kowhisper_tel.korean.mask import spans
from reports import spectrogram
from reports.evidence import Evidence
from reports.rounding import decimal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from eval_suites.results import Results
    from kowhisper_tel.core.manifest import Manifest

TAG = "shareable"
BUDGET_BYTES = 4_000_000
"""All sounds and pictures of a page together, as they stand in it."""
BITRATE_BPS = 24_000
"""MP3, which every browser plays: 3 kB a second."""

Key = tuple[str, str]
"""Suite and utterance."""


@dataclass(frozen=True)
class Sound:
    """A clip as ``data:`` URIs: MP3, and its spectrogram as PNG (time to the right, frequency upwards from 0 Hz).

    ``seconds``, ``khz``: how far the axes go; ``below``: the frequency in kHz below which 99 % of the energy lies.
    """

    audio: str
    picture: str
    seconds: str
    khz: str
    below: str

    def to_json(self) -> dict[str, Any]:
        """What the page's script reads."""
        return asdict(self)


@dataclass(frozen=True)
class Choice:
    """What is embedded, and how many clips that were in line for it are not, by reason.

    The reasons: ``private`` (not marked shareable), ``personal`` (personal data are said in it, and the report masks
    them), ``long`` (longer than 30 s) and ``budget``.
    """

    sounds: Mapping[Key, Sound]
    refused: Mapping[str, int]


def choose(results: Results, manifest: Manifest, count: int, *, mask: bool = False) -> Choice:
    """The ``count`` clips at most that tell most: of each suite in turn, the largest loss and win, and so on.

    Loss and win are in errors, of the model that the report is about against the first base; without a base, the
    clips with most errors. Raises ``UserError`` (``audio.*``) where a recording can't be read.
    """
    suites = {suite.name: suite for suite in results.suites}
    renderer = Renderer(manifest, results.suites, int(results.inputs.get("seed", results.versions.get("seed", 0))))
    shareable = {utterance.id for utterance in manifest if is_shareable(utterance.tags)}
    ids = {utterance.id for utterance in manifest}
    personal = _personal(results) if mask else set()
    sounds: dict[Key, Sound] = {}
    refused: Counter[str] = Counter()
    size = 0
    for key in _in_line(results) if count else ():
        if len(sounds) == count:
            break
        suite, utterance = suites[key[0]], key[1]
        reason = _refusal(suite, utterance, shareable, ids, personal, results)
        if reason is None:
            made = embed(renderer.render(suite.rendering, utterance).audio)
            size += len(made.audio) + len(made.picture)
            reason = "budget" if size > BUDGET_BYTES else None
        if reason:
            refused[reason] += 1
            if reason == "budget":
                break
        else:
            sounds[key] = made
    return Choice(sounds, dict(refused))


def is_shareable(tags: Mapping[str, str]) -> bool:
    """Whether a line's tags let its audio be embedded in a report."""
    return str(tags.get(TAG, "")).strip().lower() in ("yes", "true")


def _refusal(
    suite: Suite, utterance: str, shareable: set[str], ids: set[str], personal: set[str], results: Results
) -> str | None:
    item = next((item for item in suite.items if item.id == utterance), None)
    if not (_parts(item, ids) <= shareable if item else utterance in shareable):
        return "private"
    if utterance in personal:
        return "personal"
    durations = results.rows.loc[results.rows["utterance_id"] == utterance, "duration_s"]
    return "long" if float(durations.iloc[0]) > WINDOW_S else None


def _parts(item: Item, ids: set[str]) -> set[str]:
    """The manifest's utterances that an item is made of; where it names none, its own id unless it is shareable."""
    named = set(_strings(item.source)) & ids
    return named or (set() if is_shareable(item.tags) else {item.id})


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from _strings(part)
    elif isinstance(value, Sequence):
        for part in value:
            yield from _strings(part)


def _personal(results: Results) -> set[str]:
    """Utterances in whose reference, or in what any model heard of it, personal data are found."""
    texts = results.rows[["utterance_id", "reference", "hypothesis", "reference_norm", "hypothesis_norm"]].astype(str)
    return {row[0] for row in texts.itertuples(index=False, name=None) if any(spans(text) for text in row[1:])}


def _in_line(results: Results) -> Iterator[Key]:
    """Suite and utterance, the suites in turn; of each suite the largest loss, then the largest win, and so on."""
    rows = results.rows
    errors = rows["substitutions"] + rows["deletions"] + rows["insertions"]
    evidence = Evidence(results)
    base, subject = (model.name if model else None for model in (evidence.base, evidence.subject))
    table = rows.assign(_errors=errors).pivot_table("_errors", ["suite", "utterance_id"], "model", "sum", sort=False)
    worse = (table[subject] - table[base] if base and subject else table[base or subject]).fillna(0)
    lines = []
    for _, own in worse.groupby(level="suite", sort=False):
        ordered = [key for key, _ in sorted(own.items(), key=lambda pair: (-pair[1], pair[0]))]
        turns = chain.from_iterable(zip_longest(ordered, reversed(ordered)))
        lines.append(list(dict.fromkeys(key for key in turns if key is not None)))
    for turn in zip_longest(*lines):
        yield from (cast(Key, key) for key in turn if key is not None)


def embed(audio: NDArray[np.float32], rate_hz: int = 16_000) -> Sound:
    """A mono clip as it stands in a page."""
    picture = spectrogram.draw(audio, rate_hz)
    return Sound(
        _uri("audio/mpeg", _mp3(audio, rate_hz)),
        _uri("image/png", picture.png),
        decimal(len(audio) / rate_hz, 1).text,
        decimal(rate_hz / 2000, 0).text,
        decimal(picture.below_khz, 1).text,
    )


def _uri(kind: str, content: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def _mp3(audio: NDArray[np.float32], rate_hz: int) -> bytes:
    import io

    import av
    import numpy as np

    out = io.BytesIO()
    with av.open(out, "w", format="mp3") as container:
        stream = container.add_stream("libmp3lame", rate=rate_hz, layout="mono", bit_rate=BITRATE_BPS)
        whole = np.clip(np.rint(audio * 32768.0), -32768, 32767).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(whole[np.newaxis], format="s16p", layout="mono")
        frame.sample_rate = rate_hz
        for packet in (*stream.encode(frame), *stream.encode(None)):
            container.mux(packet)
    return out.getvalue()
