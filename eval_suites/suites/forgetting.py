"""Forgetting: what Whisper could do before it was tuned for the telephone, and may have unlearnt."""

from __future__ import annotations

import dataclasses

from augment import Channel, rng
from eval_suites import calls
from eval_suites.calls import ENGLISH, Line, Pauses
from eval_suites.item import Item
from eval_suites.rendering import audio_of
from eval_suites.suite import Suite
from eval_suites.suites import SAMPLES, Request, clean, longform
from kowhisper_tel.core.activity import STEP_S, activity
from kowhisper_tel.core.manifest import Manifest

FROM_MANIFEST = ("forgetting_english", "forgetting_timestamps")
TIMED = {"smoke": 4, "standard": 24, "full": 100}
"""Items that timestamps are asked of."""
LONGEST_S = 27.0
CLIPS = (3, 6)
"""In such an item there are so many utterances at least, and fewer than that."""
PARTING = Pauses(1.2, sigma=0.4, shortest_s=0.8, longest_s=2.5)
"""Pauses that nobody can miss."""

CLEAN = {"en": "Wide-band speech and punctuation", "ko": "광대역 음성과 문장 부호"}


def build(request: Request) -> list[Suite]:
    """Wide-band speech as it is, English if the manifest has any, and times."""
    suites = [_clean(request)]
    if request.manifest is None:
        return suites
    if any(utterance.tags.get("language") == ENGLISH for utterance in request.manifest):
        suites.append(_english(SAMPLES[request.size]))
    timed = _timed_items(request.manifest, TIMED[request.size])
    return [*suites, _timed(timed)] if timed else suites


def _clean(request: Request) -> Suite:
    """The same clips as the stratum ``clean``, which are not decoded again."""
    (suite, *_) = clean.build(request)
    metrics = (*suite.metrics, "sentence_marks")
    return dataclasses.replace(suite, name="forgetting_clean", stratum="forgetting", metrics=metrics, title=CLEAN)


def _english(sample: int | None) -> Suite:
    """Whole calls, too: no other suite hears them."""
    return Suite(
        "forgetting_english",
        "forgetting",
        {"en": "English", "ko": "영어"},
        Channel("clean", ()),
        selection={"language": ENGLISH},
        longest_s=longform.LONGEST_S,
        sample=sample,
        metrics=("cer", "wer_english", "hallucination", "loops"),
        summed=False,
        decoding={"language": ENGLISH},
    )


def _timed(items: list[Item]) -> Suite:
    return Suite(
        "forgetting_timestamps",
        "forgetting",
        {"en": "Timestamps", "ko": "타임스탬프"},
        Channel("clean", ()),
        metrics=("cer", "timestamps", "hallucination", "loops"),
        items=tuple(items),
        decoding={"timestamps": True},
    )


def _timed_items(manifest: Manifest, most: int) -> list[Item]:
    """Utterances of the same speaker with clear pauses, speaker by speaker in turn."""
    talks = [list(talk) for talk in calls.talks(manifest, LONGEST_S / CLIPS[0])]
    items: list[Item] = []
    while len(items) < most and any(talks):
        for talk in talks:
            if talk and len(items) < most:
                name = f"timestamps-{talk[0].utterance.id}"
                count = int(rng(calls.SEED, "timestamps", name).integers(*CLIPS))
                item = calls.one_track(name, talk[:count], LONGEST_S, PARTING)
                taken = len(item.source["pieces"])
                if taken > 1:
                    items.append(_with_speech(item, talk[:taken], manifest))
                del talk[: max(taken, 1)]
    return items


def _with_speech(item: Item, talk: list[Line], manifest: Manifest) -> Item:
    """The item, and from where to where there is speech in each of its utterances: clips have silent ends."""
    spans = []
    for line, (_, start_s) in zip(talk, item.source["pieces"], strict=True):
        active = activity(audio_of(manifest, line.utterance), shared=False).active.nonzero()[0]
        first_s, last_s = (active[0] * STEP_S, (active[-1] + 1) * STEP_S) if len(active) else (0.0, line.duration_s)
        spans.append([round(start_s + float(first_s), 2), round(start_s + float(last_s), 2)])
    return dataclasses.replace(item, source={**item.source, "speech": spans})
