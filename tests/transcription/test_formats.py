"""Subtitles by their formats' rules, parsed back by parsers of this file; JSON by its schema."""

from __future__ import annotations

import html
import json
import re
from importlib import resources
from itertools import pairwise
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from kowhisper_tel.core.errors import UserError
from kowhisper_tel.transcription.cues import LINE, LINES, cues, plain
from kowhisper_tel.transcription.formats import FORMATS, Told, formats_of
from kowhisper_tel.transcription.transcript import Guard, Segment, Transcript, Word

TOLD = Told("ko", {"name": "m", "hash": "h", "engine": "ctranslate2", "quantisation": None, "device": "cpu"}, {})
SPEAKERS = ("상담사", "A & <B>")
Cue = tuple[int, int, str]
"""Start and end in ms, and the lines."""

korean = st.text("가나다라마바사 .,?", min_size=1, max_size=120)
hostile = st.one_of(
    st.text("가1<>&;-:. \n\r\t\0\x0b\x85\u2028\u3000\u200e\ufeff\ufffd😀", min_size=1, max_size=60),
    st.sampled_from(["-->", "a --> b", "<v x>네", "&lt;", "1\n\n2", "<i>", "00:00:01,000 --> 00:00:02,000"]),
)
often = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def transcripts(draw: st.DrawFn) -> Transcript:
    duration_s = draw(st.sampled_from([0.5, 60.0, 7200.0, 400_000.0]))
    segments = []
    for _ in range(draw(st.integers(0, 8))):
        start_s, end_s = sorted(draw(st.tuples(*[st.floats(0.0, duration_s)] * 2)))
        track = draw(st.sampled_from([None, 0, 1]))
        text = draw(st.one_of(korean, hostile))
        speaker = None if track is None else SPEAKERS[track]
        words = ()
        if draw(st.booleans()) and (parts := text.split()):
            step_s = (end_s - start_s) / len(parts)
            words = tuple(Word(w, start_s + n * step_s, start_s + (n + 1) * step_s, 0.5) for n, w in enumerate(parts))
        segments.append(Segment(start_s, end_s, text, track, speaker, words))
    segments.sort(key=lambda segment: segment.start_s)
    return Transcript("a.wav", duration_s, 2, "split", tuple(segments), (), SPEAKERS)


def overlapping() -> Transcript:
    """One speaker's long segment, and another that begins while it lasts."""
    segments = (Segment(0.0, 1.0, "가" * 41, 0, SPEAKERS[0]), Segment(0.0, 0.0, "나", 0, SPEAKERS[0]))
    return Transcript("a.wav", 60.0, 2, "split", segments, (), SPEAKERS)


def times(line: str, mark: str) -> tuple[int, int]:
    found = re.fullmatch(
        rf"(\d{{2,}}):([0-5]\d):([0-5]\d){mark}(\d{{3}}) --> (\d{{2,}}):([0-5]\d):([0-5]\d){mark}(\d{{3}})", line
    )
    assert found, line
    hours, minutes, seconds, ms, *rest = map(int, found.groups())
    last = rest[0] * 3_600_000 + rest[1] * 60_000 + rest[2] * 1000 + rest[3]
    return hours * 3_600_000 + minutes * 60_000 + seconds * 1000 + ms, last


def parse_srt(text: str) -> list[Cue]:
    """Blocks between empty lines: a number that counts from 1, times, lines."""
    found = []
    for number, block in enumerate(text.removesuffix("\n").split("\n\n") if text else [], 1):
        counted, clock, *lines = block.removesuffix("\n").split("\n")
        assert counted == str(number)
        assert lines
        found.append((*times(clock, ","), "\n".join(lines)))
    return found


def parse_vtt(text: str) -> list[tuple[int, int, str, str | None]]:
    """What such a file wants of the W3C's parser: header, blocks, times, voice spans, character references."""
    header, *blocks = re.split(r"\n\n+", text.removesuffix("\n"))
    assert header == "WEBVTT"
    found = []
    for block in blocks:
        clock, *lines = block.split("\n")
        assert lines
        payload = "\n".join(lines)
        assert "-->" not in payload
        voice = re.match(r"<v ([^<>\n]+)>", payload)
        rest = payload[voice.end() :] if voice else payload
        assert "<" not in rest
        assert all(re.match(r"&(amp|lt|gt);", rest[at:]) for at in (m.start() for m in re.finditer("&", rest)))
        speaker = html.unescape(voice.group(1)) if voice else None
        found.append((*times(clock, r"\."), html.unescape(rest), speaker))
    return found


def letters(text: str) -> str:
    return "".join(plain(text).split())


def said(transcript: Transcript, speaker: str | None) -> str:
    """All letters of a speaker, in the order of the segments."""
    return "".join(letters(segment.text) for segment in transcript.segments if segment.speaker == speaker)


@often
@given(transcripts())
@example(overlapping())
def test_vtt_can_be_read_back(transcript: Transcript) -> None:
    found = parse_vtt(FORMATS["vtt"](transcript, TOLD))
    assert all(start < end for start, end, _, _ in found)
    assert [start for start, *_ in found] == sorted(start for start, *_ in found)
    for speaker in (None, *SPEAKERS):
        own = [cue for cue in found if cue[3] == speaker]
        assert "".join(letters(text) for _, _, text, _ in own) == said(transcript, speaker)
        assert all(one[1] <= other[0] for one, other in pairwise(own)), "cues of one track overlap"
    for _, _, text, _ in found:
        assert len(text.split("\n")) <= LINES
        assert all(0 < len(line) <= LINE for line in text.split("\n"))


@often
@given(transcripts())
def test_srt_can_be_read_back(transcript: Transcript) -> None:
    found = parse_srt(FORMATS["srt"](transcript, TOLD))
    assert all(start < end for start, end, _ in found)
    assert [start for start, *_ in found] == sorted(start for start, *_ in found)
    for speaker in SPEAKERS:
        own = [text.removeprefix(f"{speaker}: ") for _, _, text in found if text.startswith(f"{speaker}: ")]
        if not any(segment.text.startswith(f"{speaker}: ") for segment in transcript.segments):
            assert "".join(map(letters, own)) == said(transcript, speaker)
    assert all(len(line) <= LINE for _, _, text in found for line in text.split("\n"))


@often
@given(transcripts())
def test_text_has_a_line_a_segment(transcript: Transcript) -> None:
    lines = FORMATS["txt"](transcript, TOLD).split("\n")
    assert lines.pop() == ""
    assert len(lines) == sum(bool(plain(segment.text)) for segment in transcript.segments)


@pytest.fixture(scope="module")
def schema() -> Any:
    return json.loads((resources.files("kowhisper_tel.transcription") / "transcript.schema.json").read_text("utf-8"))


@settings(often, max_examples=20)
@given(transcript=transcripts())
def test_json_keeps_its_schema(transcript: Transcript, schema: Any) -> None:
    record = json.loads(FORMATS["json"](transcript, TOLD))
    jsonschema.Draft202012Validator(schema).validate(record)
    assert [segment["text"] for segment in record["segments"]] == [segment.text for segment in transcript.segments]


def test_the_schema_is_of_this_layout_and_wants_what_is_there(schema: Any) -> None:
    jsonschema.Draft202012Validator.check_schema(schema)
    record = Transcript("a", 1.0, 1, "mono", (Segment(0.0, 1.0, "네"),)).to_json("ko", TOLD.model, {})
    assert schema["$id"] == record["schema"]
    for name in schema["required"]:
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.Draft202012Validator(schema).validate({k: v for k, v in record.items() if k != name})


def test_silence_makes_files_that_are_right() -> None:
    silent = Transcript("a.wav", 3.0, 1, "mono", ())
    assert FORMATS["txt"](silent, TOLD) == FORMATS["srt"](silent, TOLD) == ""
    assert FORMATS["vtt"](silent, TOLD) == "WEBVTT\n"
    assert json.loads(FORMATS["json"](silent, TOLD))["segments"] == []


def test_a_long_sentence_is_cut_at_spaces_into_even_lines() -> None:
    text = "고객님 말씀하신 요금제는 이번 달 말까지만 가입하실 수 있고 다음 달부터는 새로운 요금제로 바뀝니다"
    found = cues([Segment(0.0, 10.0, text)], 10.0)
    assert len(found) == 2
    assert " ".join(line for cue in found for line in cue.lines) == text
    assert all(10 <= len(line) <= LINE for cue in found for line in cue.lines)
    assert (found[0].start_ms, found[-1].end_ms) == (0, 10_000)
    assert 4_000 < found[0].end_ms == found[1].start_ms < 6_000


def test_cues_have_the_times_of_their_words() -> None:
    words = tuple(Word(f"단어{n:02d}단어", 10.0 * n, 10.0 * n + 1.5, 0.9) for n in range(8))
    found = cues([Segment(0.0, 80.0, " ".join(word.text for word in words), words=words)], 80.0)
    assert [(cue.start_ms, cue.end_ms) for cue in found] == [(0, 31_500), (40_000, 71_500)]


def test_a_short_cue_stays_until_it_is_read_or_somebody_goes_on() -> None:
    near = [Segment(1.0, 1.1, "네", 0, "a"), Segment(1.5, 1.5, "네", 0, "a"), Segment(1.2, 1.3, "음", 1, "b")]
    found = {(cue.track, cue.start_ms): cue.end_ms for cue in cues(near, 60.0)}
    assert found == {(0, 1000): 1500, (0, 1500): 2333, (1, 1200): 2033}


def test_times_go_beyond_the_hour() -> None:
    late = Transcript(
        "a.wav", 400_000.0, 1, "mono", (Segment(3_661.5, 3_662.5, "네"), Segment(363_599.0, 363_600.0, "네"))
    )
    assert "01:01:01,500 --> 01:01:02,500" in FORMATS["srt"](late, TOLD)
    assert "100:59:59.000 --> 101:00:00.000" in FORMATS["vtt"](late, TOLD)


def test_json_tells_what_the_guard_did() -> None:
    guards = (Guard(), Guard(attempts=3, loop=True, avg_logprob=float("-inf")), Guard(attempts=2, finished=False))
    segments = (Segment(0.0, 1.0, "네", guard=guards[1]),)
    record = json.loads(FORMATS["json"](Transcript("a", 9.0, 1, "mono", segments, guards), TOLD))
    assert record["guard"] == {"pieces": 3, "decoded_again": 2, "loops": 1, "unfinished": 1}
    assert (record["segments"][0]["attempts"], record["segments"][0]["loop"]) == (3, True)
    assert record["segments"][0]["avg_logprob"] is None


def test_formats_are_known_by_name() -> None:
    assert formats_of("txt, .SRT,txt") == ("txt", "srt")
    for wrong in ("docx", "", ","):
        with pytest.raises(UserError) as error:
            formats_of(wrong)
        assert error.value.code == "transcribe.format"
