"""Long recordings without a model: turns, tracks, activity, anchors, pieces, and what a call becomes."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from kowhisper_tel.core.activity import activity, windows
from kowhisper_tel.core.audio import RATE, Samples
from kowhisper_tel.core.errors import UserError, message
from kowhisper_tel.core.manifest import Manifest
from kowhisper_tel.core.utterance import Utterance
from kowhisper_tel.data.corpus import CorpusSpec
from kowhisper_tel.data.entry import Entry, Reject
from kowhisper_tel.data.long_recordings.aligner import Alignment
from kowhisper_tel.data.long_recordings.anchors import match
from kowhisper_tel.data.long_recordings.checked import Checked, check
from kowhisper_tel.data.long_recordings.divide import LongRecordings, LongSettings, with_roles
from kowhisper_tel.data.long_recordings.pieces import Cut, Piece, cuts, pieces
from kowhisper_tel.data.long_recordings.tracks import same, without_bleed
from kowhisper_tel.data.long_recordings.transcript import turns
from kowhisper_tel.data.prepare import prepare
from kowhisper_tel.data.split import SplitSpec
from kowhisper_tel.whisper.word_times import WordTime

Spans = Sequence[tuple[float, float]]


def babble(spans: Spans, duration_s: float, *, seed: int = 0, level: float = 0.1, floor: float = 1e-4) -> Samples:
    """Noise that is loud in ``spans``, with syllables of 5 Hz, over a faint floor."""
    generator = np.random.default_rng(seed)
    time_s = np.arange(round(duration_s * RATE)) / RATE
    loud = np.zeros_like(time_s)
    for start_s, end_s in spans:
        loud[(time_s >= start_s) & (time_s < end_s)] = level
    syllables = 0.6 + 0.4 * np.sin(2 * np.pi * 5 * time_s)
    return (generator.standard_normal(len(time_s)) * (loud * syllables + floor)).astype(np.float32)


# Turns


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("상담원: 네, 고객님.\n고객: 세 시요", [("agent", "네, 고객님."), ("customer", "세 시요")]),
        ("[상담사2] 안녕하세요\n<고객> : 네", [("agent", "안녕하세요"), ("customer", "네")]),
        ("상담원: 네\n\n 잠시만요\nCUSTOMER：예", [("agent", "네"), ("agent", "잠시만요"), ("customer", "예")]),
        ("시간: 세 시\n네", [(None, "시간: 세 시"), (None, "네")]),
        ("고객:\n여보세요", [("customer", "여보세요")]),
        ("김하늘: 네", [("agent", "네")]),
        ("상담원\t네\n1. 고객 : 예\n- 상담사A: 음", [("agent", "네"), ("customer", "예"), ("agent", "음")]),
        ("상담원(여): 네\n고객 (김): 예", [("agent", "네"), ("customer", "예")]),
        ("A: 네\nB: 예", [(None, "네"), (None, "예")]),
        ("화자 1: 네\nSPEAKER_01: 예", [(None, "네"), (None, "예")]),
        ("이바다: 네\n박서준: 예\n이바다: 아\n박서준: 음", [(None, t) for t in ["네", "예", "아", "음"]]),
        ("00:12 안녕하세요\n00:15 네", [(None, "안녕하세요"), (None, "네")]),
        ("[00:00:12.5] 상담원: 네\n[00:00:15] 고객: 예", [("agent", "네"), ("customer", "예")]),
        ("고객 00:12\n네\n\n고객 (01:15)\n예", [("customer", "네"), ("customer", "예")]),
        (
            "1\n00:00:01,000 --> 00:00:02,000\n고객: 네\n\n2\n00:00:03,000 --> 00:00:04,000\n예",
            [("customer", t) for t in "네예"],
        ),
        ("12:30에 올게요\n12:40에 오세요", [(None, "12:30에 올게요"), (None, "12:40에 오세요")]),
        ("1:30 도착\n1:20 출발", [(None, "1:30 도착"), (None, "1:20 출발")]),
        ("31:30 넷\n31:40 셋", [(None, "31:30 넷"), (None, "31:40 셋")]),
        (" \n\n", []),
    ],
)
def test_turns(text: str, expected: list[tuple[str | None, str]]) -> None:
    assert [(turn.role, turn.text) for turn in turns(text, {"김하늘": "agent"}, 1800.0)] == expected


# Activity


@pytest.mark.parametrize("shared", [True, False])
@pytest.mark.parametrize("floor", [0.0, 1e-4, 1e-2])
def test_speech_is_found_at_any_level_and_over_noise(shared: bool, floor: float) -> None:
    spans = [(1.0, 3.0), (3.5, 6.0), (8.0, 9.0)]
    quiet, loud = (activity(gain * babble(spans, 10.0, floor=floor), shared=shared) for gain in (0.01, 1.0))
    for found in (quiet, loud):
        edges = [edge for pause in found.pauses(0.3) for edge in pause]
        assert edges == pytest.approx([0.0, 1.0, 3.0, 3.5, 6.0, 8.0, 9.0, 10.0], abs=0.06)


def test_on_a_shared_track_the_quieter_party_is_heard_too() -> None:
    both = babble([(1, 12)], 40.0) + babble([(25, 37)], 40.0, seed=1, level=0.01)
    assert activity(both, shared=True).active[2600:3600].mean() > 0.9
    assert activity(both, shared=False).active[2600:3600].mean() < 0.1


def test_silence_is_no_speech() -> None:
    for audio in (np.zeros(16_000, np.float32), np.zeros(0, np.float32)):
        found = activity(audio, shared=True)
        assert not found.active.any()
        assert windows(found, 28.0) == []


@settings(deadline=None, max_examples=25)
@given(
    st.lists(st.tuples(st.floats(0.3, 40.0), st.floats(0.2, 8.0)), min_size=1, max_size=6),
    st.sampled_from([10.0, 28.0]),
)
def test_windows_hold_all_speech_once(lengths: list[tuple[float, float]], most_s: float) -> None:
    spans, at_s = [], 0.5
    for spoken_s, pause_s in lengths:
        spans.append((at_s, at_s + spoken_s))
        at_s += spoken_s + pause_s
    found = activity(babble(spans, at_s + 0.5), shared=False)
    made = windows(found, most_s)
    assert all(0 < end - start <= most_s + 1e-6 for start, end in made)
    assert all(a[1] <= b[0] + 1e-9 for a, b in pairwise(made))
    inside = sum(found.active[round(a * 100) : round(b * 100)].sum() for a, b in made)
    assert inside == found.active.sum()


# Tracks


def test_dual_mono_is_noticed_whatever_the_gain() -> None:
    a, b = babble([(1, 3)], 5.0), babble([(2, 4)], 5.0, seed=1)
    assert same([a, a])
    assert same([a, 0.3 * a])
    assert not same([a, b])
    assert not same([a, 0 * a])
    assert not same([a + 0.05 * b, b + 0.05 * a])
    assert not same([a + 0.4 * b, b + 0.4 * a])
    assert same([a, -a])
    coded = [a + 0.02 * babble([(1, 3)], 5.0, seed=seed) for seed in (2, 3)]
    assert same(coded), "as after a lossy codec: correlated by less than 0.999"


def test_bleed_is_turned_down_and_own_speech_stays() -> None:
    own, other = babble([(1, 4), (10, 12)], 15.0), babble([(5, 9)], 15.0, seed=1)
    quieter = without_bleed(own + 0.06 * other, [other + 0.06 * own])
    np.testing.assert_array_equal(quieter[RATE : 4 * RATE], (own + 0.06 * other)[RATE : 4 * RATE])
    assert np.abs(quieter[6 * RATE : 8 * RATE]).max() < 0.02 * np.abs(0.06 * other).max()


def test_a_loud_partys_bleed_is_not_a_quiet_ones_speech() -> None:
    own, other = babble([(1, 4), (10, 12)], 15.0, level=0.02), babble([(3.5, 9)], 15.0, seed=1, level=0.2)
    heard = own + 0.02 * other
    assert activity(heard, shared=False).active[520:880].any()
    quieter = activity(without_bleed(heard, [other + 0.02 * own]), shared=False).active
    assert not quieter[520:880].any()
    assert quieter[120:390].mean() > 0.95, "both speak at once"


@pytest.mark.parametrize("level", [0.001, 0.05])
def test_a_muted_partys_line_noise_takes_nothing_from_the_one_who_speaks(level: float) -> None:
    faint = babble([(5, 7)], 15.0, level=0.01)
    own = babble([(1, 4), (10, 12)], 15.0, level=0.1) + faint
    noise = np.random.default_rng(3).normal(0, level, len(own)).astype(np.float32)
    np.testing.assert_array_equal(without_bleed(own, [noise]), own)


# Anchors


words = str.split
SENTENCE = words(
    "안녕하세요 고객님 무엇을 도와드릴까요 인터넷이 어제 저녁부터 자꾸 끊어져서 전화드렸습니다 확인해 드리겠습니다"
)
EXTRA = words("그런데 말입니다 여기 아무도 적지 않은 이야기가 길게 이어집니다 정말로요")
OTHER = words("오늘 강연의 주제는 우리가 매일 쓰는 말에 숨은 음악을 듣는 법에 대한 것입니다")


def said(words: Sequence[str], start_s: float = 0.0) -> list[WordTime]:
    return [WordTime(word, start_s + i, start_s + i + 0.8, 1.0) for i, word in enumerate(words)]


def test_what_is_heard_right_is_found_at_its_time() -> None:
    found = match(SENTENCE, said(SENTENCE, 5.0))
    np.testing.assert_allclose(found[:, 0], 5.0 + np.arange(len(SENTENCE)))
    np.testing.assert_allclose(found[:, 1], 5.8 + np.arange(len(SENTENCE)))


def test_what_only_one_side_has_moves_nothing() -> None:
    heard = [*SENTENCE[:4], *EXTRA, *SENTENCE[4:]]
    found = match(SENTENCE, said(heard))
    expected = [*range(4), *range(4 + len(EXTRA), len(heard))]
    assert found[:, 0].tolist() == pytest.approx(expected)
    backwards = match(heard, said(SENTENCE))
    assert np.isnan(backwards[4 : 4 + len(EXTRA), 0]).mean() > 0.6
    assert backwards[[0, 1, 2, 3, -1, -2], 0].tolist() == pytest.approx([0, 1, 2, 3, 11, 10])


def test_unrelated_texts_have_few_anchors() -> None:
    assert np.isnan(match(SENTENCE, said(OTHER))[:, 0]).mean() > 0.7
    assert np.isnan(match(SENTENCE, [])).all()
    assert match([], said(OTHER)).shape == (0, 2)


# Pieces


@st.composite
def made_cuts(draw: st.DrawFn) -> tuple[list[Cut], list[int]]:
    at_s, made = 0.3, [Cut(0.0, 0.3, float("inf"))]
    for _ in range(draw(st.integers(1, 40))):
        end_s = at_s + draw(st.floats(0.1, 3.0))
        pause_s = draw(st.sampled_from([0.0, 0.0, 0.3, 1.0, 4.0]))
        stray_s = draw(st.sampled_from([0.0, 0.0, 0.0, 2.0])) if pause_s else 0.0
        made.append(Cut(end_s, end_s + pause_s + stray_s, pause_s, stray_s, (pause_s / 2, pause_s / 2)))
        at_s = made[-1].start_s
    words = len(made) - 1
    return made, draw(st.lists(st.integers(1, max(1, words - 1)), unique=True)) if words > 1 else []


@settings(deadline=None)
@given(made_cuts(), st.sampled_from([8.0, 20.0]))
def test_every_word_is_in_one_piece_none_crosses_a_turn(given_: tuple[list[Cut], list[int]], most_s: float) -> None:
    made, borders = given_
    found = pieces(made, borders, most_s)
    assert [p.first for p in found] == [0, *(p.last for p in found[:-1])]
    assert found[-1].last == len(made) - 1
    assert {p.first for p in found} >= {border for border in borders if border < len(made) - 1}
    for piece in found:
        silence_s = 0.2 * 2
        assert piece.last - piece.first == 1 or piece.end_s - piece.start_s <= most_s + silence_s + 1e-6
        assert not any(made[inner].stray_s >= 0.4 for inner in range(piece.first + 1, piece.last))
    assert all(a.end_s <= b.start_s + 1e-6 for a, b in pairwise(found))


def test_cuts_lie_in_the_pauses_though_word_times_run_into_them() -> None:
    found = activity(babble([(1, 3), (4, 6), (6.5, 9)], 10.0), shared=False)
    made = cuts([2.0, 3.4, 5.1, 6.1, 8.0, 9.2], found)
    assert [(round(cut.end_s, 1), round(cut.start_s, 1)) for cut in (made[2], made[4])] == [(3.0, 4.0), (6.0, 6.5)]
    assert [bool(cut.pause_s) for cut in made[1:-1]] == [False, True, False, True, False]


def test_a_turn_takes_the_pause_that_a_late_word_time_gave_its_neighbour() -> None:
    found = activity(babble([(1, 3), (4, 6)], 7.0), shared=False)
    late = [2.0, 4.3, 5.0, 6.0]  # the second word ends before the pause, its time behind it
    assert not cuts(late, found)[2].pause_s
    assert cuts(late, found, [2])[2].pause_s == pytest.approx(1.0, abs=0.1)


# Calls


class EvenAligner:
    """Gives each turn an even share of the speech, and each piece the confidence of its first word if that is one."""

    def __init__(self) -> None:
        self.calls = 0

    def align(
        self, track: Samples, words: Sequence[str], borders: Sequence[int], *, shared: bool, progress: Any = None
    ) -> Alignment:
        self.calls += 1
        found = activity(track, shared=shared)
        if not found.active.any() or not words:
            return Alignment((), found)
        first, *_, last = np.flatnonzero(found.active) / 100
        edges = [0, *borders, len(words)]
        times = np.linspace(first, last, len(edges))
        scores = [-5.0 if words[edge] == "틀린" else -0.1 for edge in edges[:-1]]
        made = [Piece(a, b, s, e) for (a, b), (s, e) in zip(pairwise(edges), pairwise(times), strict=True)]
        return Alignment(tuple(Checked(p, score, 0, 1.0) for p, score in zip(made, scores, strict=True)), found)


def divided(entry: Entry, **options: Any) -> tuple[list[Entry | Reject], LongRecordings]:
    long = LongRecordings(LongSettings(), _aligner=EvenAligner())
    return list(long.divided(with_roles([entry], options), "corpus", options, {})), long


@pytest.fixture
def stereo(tmp_path: Path) -> Path:
    path = tmp_path / "call.wav"
    tracks = babble([(1, 15)], 35.0), babble([(16, 30)], 35.0, seed=1)
    soundfile.write(path, np.stack(tracks, 1), RATE)
    return path


TWO = "상담원: 네 고객님\n고객: 여보세요\n상담원: 말씀하세요\n고객: 틀린 말"


def test_a_stereo_call_is_divided_by_track(stereo: Path) -> None:
    made, long = divided(Entry(Utterance("c1", str(stereo), TWO), "line 1"), tracks=["agent", "customer"])
    entries = [item.utterance for item in made if isinstance(item, Entry)]
    assert [(u.track, u.speaker, u.call, u.tags, u.text) for u in entries] == [
        (0, "c1-agent", "c1", {"role": "agent"}, "네 고객님"),
        (0, "c1-agent", "c1", {"role": "agent"}, "말씀하세요"),
        (1, "c1-customer", "c1", {"role": "customer"}, "여보세요"),
    ]
    assert all((u.start_s or 0) < 16 if u.track == 0 else (u.start_s or 0) > 15 for u in entries)
    (reject,) = [item for item in made if isinstance(item, Reject)]
    assert reject.code == "long.low_confidence"
    assert "틀린" not in str(reject.to_json("corpus"))
    assert sum(row.words for row in long.rows) == 6


def test_the_order_of_the_tracks_is_the_options(stereo: Path) -> None:
    made, _ = divided(Entry(Utterance("c1", str(stereo), TWO), "line 1"), tracks=["customer", "agent"])
    assert {
        item.utterance.track for item in made if isinstance(item, Entry) and item.utterance.tags["role"] == "agent"
    } == {1}


def test_turns_of_nobody_are_refused_on_two_tracks(stereo: Path) -> None:
    made, long = divided(Entry(Utterance("c1", str(stereo), "네\n" + TWO), "line 1"), tracks=["agent", "customer"])
    refused = [item for item in made if isinstance(item, Reject) and item.code == "long.no_role"]
    assert [(r.facts["turns"], r.facts["words"]) for r in refused] == [(1, 1)]
    assert sum(row.words for row in long.rows) == 7


def test_three_roles_for_two_tracks_are_refused(stereo: Path) -> None:
    made, _ = divided(Entry(Utterance("c1", str(stereo), TWO), "line 1"), tracks=["agent", "customer", "coach"])
    assert [item.code for item in made if isinstance(item, Reject)] == ["long.tracks"]
    assert len(made) == 1


def test_dual_mono_is_said_and_not_divided(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    audio = babble([(1, 15), (16, 30)], 35.0)
    soundfile.write(tmp_path / "call.wav", np.stack([audio, audio], 1), RATE)
    made, long = divided(Entry(Utterance("c1", str(tmp_path / "call.wav"), TWO), "l"), tracks=["agent", "customer"])
    assert "long.dual_mono" in {row.outcome for row in long.rows}
    assert message("long.dual_mono", {"place": "l"}) in caplog.text
    entries = [item.utterance for item in made if isinstance(item, Entry)]
    assert [(u.track, u.tags["role"]) for u in entries] == [(None, "agent"), (None, "customer"), (None, "agent")]


def test_two_tracks_without_roles_are_mixed_and_that_is_said(stereo: Path, caplog: pytest.LogCaptureFixture) -> None:
    made, long = divided(Entry(Utterance("c1", str(stereo), "A: 여보세요\nB: 네"), "l"))
    assert message("long.mixed", {"place": "l", "tracks": 2}) in caplog.text
    assert "long.mixed" in {row.outcome for row in long.rows}
    entries = [item.utterance for item in made if isinstance(item, Entry)]
    assert [(u.text, u.speaker, u.track) for u in entries] == [("여보세요", "c1-A", None), ("네", "c1-B", None)]


def test_clock_times_are_left_out_and_that_is_said(stereo: Path, caplog: pytest.LogCaptureFixture) -> None:
    made, _ = divided(Entry(Utterance("c1", str(stereo), "00:01 여보세요\n00:16 네"), "l"))
    assert [item.utterance.text for item in made if isinstance(item, Entry)] == ["여보세요", "네"]
    assert message("long.clock_times", {"place": "l", "lines": 2}) in caplog.text


def test_an_entry_a_track_keeps_its_speaker(stereo: Path) -> None:
    whole = Utterance("c1", str(stereo), "여보세요\n네", track=1, speaker="s7", call="call 1")
    made, _ = divided(Entry(whole, "line 1"), tracks=["agent", "customer"])
    found = [item.utterance for item in made if isinstance(item, Entry)]
    assert {(u.track, u.speaker, u.call, u.tags["role"]) for u in found} == {(1, "s7", "call 1", "customer")}


def test_a_given_stretch_is_aligned_within_its_times(stereo: Path) -> None:
    whole = Utterance("c1", str(stereo), "여보세요\n네", start_s=2.0, end_s=34.0)
    made, _ = divided(Entry(whole, "line 1"))
    found = [item.utterance for item in made if isinstance(item, Entry)]
    assert [u.text for u in found] == ["여보세요", "네"]
    assert 2.0 <= (found[0].start_s or 0) < 2.2
    assert 29.8 < (found[-1].end_s or 0) < 30.3


@pytest.mark.parametrize(
    "fields",
    [{"end_s": 12.0}, {"start_s": 10.0, "end_s": 5.0}, {"start_s": 20.0}, {"end_s": float("inf")}, {"audio": "no.wav"}],
)
def test_what_is_not_long_or_not_sound_passes_as_it_is(stereo: Path, fields: dict[str, Any]) -> None:
    entry = Entry(Utterance(**{"id": "c1", "audio": str(stereo), "text": "네", **fields}), "line 1")
    assert divided(entry)[0] == [entry]


def test_short_entries_get_their_roles_too(stereo: Path) -> None:
    whole = Utterance("c1", str(stereo), "네", start_s=1.0, end_s=2.0, track=1, call="k")
    (made,) = with_roles([Entry(whole, "l")], {"tracks": ["agent", "customer"]})
    assert isinstance(made, Entry)
    assert (made.utterance.tags, made.utterance.speaker) == ({"role": "customer"}, "k-customer")


def test_a_short_call_is_divided_too(tmp_path: Path) -> None:
    """Otherwise who speaks would be part of what is said."""
    soundfile.write(tmp_path / "call.wav", babble([(1, 5), (6, 10)], 12.0), RATE)
    short = Utterance("c1", str(tmp_path / "call.wav"), "상담원: 네\n고객: 여보세요")
    made, _ = divided(Entry(short, "l"))
    assert [(m.utterance.text, m.utterance.speaker) for m in made if isinstance(m, Entry)] == [
        ("네", "c1-agent"),
        ("여보세요", "c1-customer"),
    ]
    for text in ("시간: 세 시\n장소: 서울", "여보세요"):
        plain = Entry(Utterance("c2", str(tmp_path / "call.wav"), text), "l")
        assert divided(plain)[0] == [plain]


def test_nothing_said_is_a_reject(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "call.wav", np.zeros(40 * RATE), RATE)
    made, long = divided(Entry(Utterance("c1", str(tmp_path / "call.wav"), "네 고객님"), "line 1"))
    assert [item.code for item in made if isinstance(item, Reject)] == ["long.not_heard"]
    assert sum(row.words for row in long.rows) == 2
    empty, _ = divided(Entry(Utterance("c2", str(tmp_path / "call.wav"), " \n"), "line 2"))
    assert [item.code for item in empty if isinstance(item, Reject)] == ["prepare.empty_label"]


def test_options_of_another_shape_are_refused(stereo: Path) -> None:
    entry = Entry(Utterance("c1", str(stereo), TWO), "line 1")
    for options in (
        {"tracks": "agent"},
        {"tracks": [1]},
        {"tracks": ["agent", "agent"]},
        {"speakers": ["상담원"]},
        {"speakers": {"A": None}},
    ):
        with pytest.raises(UserError, match=r"tracks|speakers"):
            divided(entry, **options)


# Scores


def forced(*log_probabilities: float, word: str = "가나다라") -> list[WordTime]:
    return [WordTime(word, i, i + 1, 0.5, 4 * value, 4) for i, value in enumerate(log_probabilities)]


def test_confidence_is_relative_to_what_is_heard() -> None:
    """A poor channel makes all words less likely, those of the text and those that are heard."""
    piece = Piece(0, 6, 0.0, 6.0)
    clear, poor = (check(piece, 6, forced(*[level] * 6), forced(*[level] * 6)) for level in (-0.1, -1.5))
    assert clear.confidence == poor.confidence == 1.0


def test_a_sentence_too_many_and_one_too_few_are_each_enough() -> None:
    piece = Piece(0, 6, 0.0, 6.0)
    good, inserted = forced(*[-0.2] * 6), forced(-0.2, -0.2, -0.2, -0.2, -5.0, -5.0)
    missing = check(piece, 6, good, [*good[:3], *forced(*[-0.2] * 4, word="하나둘셋넷"), *good[3:]])
    assert missing.unwritten >= 30
    assert missing.confidence < 0.05
    assert check(piece, 6, inserted, good).confidence < 0.1
    scattered = forced(*[-0.2, -0.2, -1.8] * 2)
    assert check(piece, 6, scattered, good).confidence > 0.5


def test_what_is_more_than_whisper_takes_has_no_confidence() -> None:
    row = forced(-0.1, -0.1)
    assert check(Piece(0, 3, 0.0, 6.0), 3, row, row).confidence == 0.0
    assert check(Piece(0, 2, 0.0, 31.0), 2, row, row).confidence == 0.0


def test_prepare_writes_the_pieces_and_the_table(stereo: Path, lines: Any, tmp_path: Path) -> None:
    manifest = lines({"id": "c1", "audio": "call.wav", "text": TWO}, {"id": "c1", "audio": "call.wav", "text": TWO})
    spec = CorpusSpec("manifest", str(manifest), split="train", options={"tracks": ["agent", "customer"]})
    options = {"split": SplitSpec.parse("8:2"), "seed": 7, "workers": 1, "max_reject_share": 1.0}
    long = LongRecordings(LongSettings(), _aligner=EvenAligner())
    made = prepare([spec], tmp_path / "out", long=long, **options)  # type: ignore[arg-type]
    assert made.summary["rejects"] == {"long.low_confidence": 1, "prepare.duplicate": 1}
    assert (made.summary["accepted"], made.summary["long"]["recordings"]) == (3, 1)
    assert len((made.folder / "long.csv").read_text(encoding="utf-8").splitlines()) == 1 + len(long.rows)
    with pytest.raises(UserError) as refused:
        prepare([spec], tmp_path / "without", **options)  # type: ignore[arg-type]
    assert refused.value.code == "prepare.too_many_rejects"
    assert "data.long" in refused.value.text("en")
    assert "data.long" in (tmp_path / "without.rejects.jsonl").read_text(encoding="utf-8")


def options(**more: Any) -> dict[str, Any]:
    return {"split": SplitSpec.parse("8:2"), "seed": 7, "workers": 1, **more}


def test_rejected_pieces_have_a_share_of_their_own(stereo: Path, lines: Any, tmp_path: Path) -> None:
    """Of six words two are rejected: far more than a tenth, and no reason to stop."""
    spec = CorpusSpec("manifest", str(lines({"id": "c1", "audio": "call.wav", "text": TWO})), split="train")

    def made(most: float) -> Any:
        long = LongRecordings(LongSettings(), None, most, _aligner=EvenAligner())
        return prepare([spec], tmp_path / "out", long=long, **options())

    with pytest.raises(UserError) as refused:
        made(0.3)
    assert (refused.value.code, refused.value.exit_code) == ("long.too_many_rejects", 6)
    assert "data.long.max_reject_share" in refused.value.text("en")
    assert (tmp_path / "out.long.csv").is_file()
    assert made(0.4).summary["rejects"] == {"long.low_confidence": 1}


def test_other_rejects_are_not_thinned_by_pieces(stereo: Path, lines: Any, tmp_path: Path) -> None:
    records = [{"id": f"c{n}", "audio": "call.wav", "text": TWO} for n in range(2)]
    spec = CorpusSpec("manifest", str(lines(*records, {"id": "s", "audio": "none.wav", "text": "네"})), split="train")
    long = LongRecordings(LongSettings(), _aligner=EvenAligner())
    with pytest.raises(UserError) as refused:
        prepare([spec], tmp_path / "out", long=long, max_reject_share=0.14, **options())
    assert refused.value.code == "prepare.too_many_rejects"
    assert refused.value.facts["found"] == pytest.approx(1 / 7)


class Stopped(EvenAligner):
    """Is killed while it aligns its third track."""

    def align(self, *given: Any, **named: Any) -> Alignment:
        if self.calls == 2:
            raise KeyboardInterrupt
        return super().align(*given, **named)


def test_a_stopped_prepare_does_not_align_again(stereo: Path, lines: Any, tmp_path: Path) -> None:
    records = [{"id": f"c{n}", "audio": "call.wav", "text": f"{TWO}\n상담원: {n}\n고객: {n}"} for n in range(2)]
    tracks = {"tracks": ["agent", "customer"]}
    spec = CorpusSpec("manifest", str(lines(*records)), split="train", options=tracks)

    def run(out: str, aligner: EvenAligner, **settings: Any) -> Path:
        long = LongRecordings(LongSettings(**settings), _aligner=aligner)
        return prepare([spec], tmp_path / out, long=long, **options()).folder

    whole = EvenAligner()
    expected = run("whole", whole)
    assert whole.calls == 4
    with pytest.raises(KeyboardInterrupt):
        run("out", Stopped())
    assert len(list((tmp_path / ".out.aligned").iterdir())) == 2
    assert not any("여보세요" in file.read_text() for file in (tmp_path / ".out.aligned").iterdir())
    rest = EvenAligner()
    made = run("out", rest)
    assert rest.calls == 2
    assert not (tmp_path / ".out.aligned").exists()
    for name in ("train.jsonl", "long.csv", "rejects.jsonl"):
        assert (made / name).read_bytes() == (expected / name).read_bytes()
    with pytest.raises(KeyboardInterrupt):
        run("other", Stopped())
    finer = EvenAligner()
    run("other", finer, most_s=10.0)
    assert finer.calls == 4, "other settings, other alignments"


def test_a_changed_least_confidence_aligns_nothing(stereo: Path, lines: Any, tmp_path: Path) -> None:
    spec = CorpusSpec("manifest", str(lines({"id": "c1", "audio": "call.wav", "text": TWO})), split="train")
    first, second = EvenAligner(), EvenAligner()
    with pytest.raises(UserError):
        prepare([spec], tmp_path / "out", long=LongRecordings(LongSettings(), None, 0.0, _aligner=first), **options())
    long = LongRecordings(LongSettings(min_confidence=0.01), None, 0.0, _aligner=second)
    prepare([spec], tmp_path / "out", long=long, **options())
    assert (first.calls, second.calls) == (1, 0)


def test_a_folder_of_calls(stereo: Path, tmp_path: Path) -> None:
    """``call.wav`` and ``call.txt``, lines as turns: what a new user has."""
    (tmp_path / "call.txt").write_text(TWO, encoding="utf-8")
    spec = CorpusSpec("folder", str(tmp_path), split="train", options={"tracks": ["agent", "customer"]})
    long = LongRecordings(LongSettings(), _aligner=EvenAligner())
    made = prepare([spec], tmp_path / "out", long=long, **options())
    assert (made.summary["read"], made.summary["accepted"]) == (4, 3)
    found = Manifest.read(made.manifests["train"])
    assert [(u.call, u.speaker) for u in found] == [
        ("call.wav", f"call.wav-{role}") for role in ("agent", "agent", "customer")
    ]
    assert made.summary["long"]["outcomes"]["all"]["words"] == 6
