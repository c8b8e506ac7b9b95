import tracemalloc
import wave
from pathlib import Path

import numpy as np
import pytest
import soundfile

from kowhisper_tel.core.audio import RATE, probe, read_audio, write_audio
from kowhisper_tel.core.errors import UserError

TONE = (0.3 * np.sin(2 * np.pi * 440 * np.arange(RATE) / RATE)).astype(np.float32)


def test_flac_written_and_read_back_is_exact_to_16_bits(tmp_path: Path) -> None:
    write_audio(tmp_path / "a.flac", TONE)
    assert np.abs(read_audio(tmp_path / "a.flac") - TONE).max() <= 1 / 32768


@pytest.mark.parametrize("suffix", [".wav", ".flac", ".ogg", ".mp3"])
@pytest.mark.parametrize("rate", [8000, 44100])
def test_any_rate_and_format_comes_back_at_16_khz(tmp_path: Path, suffix: str, rate: int) -> None:
    path = tmp_path / f"a{suffix}"
    soundfile.write(path, 0.3 * np.sin(2 * np.pi * 440 * np.arange(2 * rate) / rate), rate)
    audio = read_audio(path)
    assert audio.dtype == np.float32
    assert abs(len(audio) - 2 * RATE) < 0.1 * RATE
    spectrum = np.abs(np.fft.rfft(audio[:RATE]))
    assert abs(int(spectrum.argmax()) - 440) <= 1


def test_tracks_are_picked_or_averaged(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", np.stack([TONE, 0 * TONE], axis=1), RATE, subtype="FLOAT")
    np.testing.assert_allclose(read_audio(tmp_path / "a.wav", track=0), TONE, atol=1e-6)
    assert not read_audio(tmp_path / "a.wav", track=1).any()
    np.testing.assert_allclose(read_audio(tmp_path / "a.wav"), TONE / 2, atol=1e-6)
    assert probe(tmp_path / "a.wav").tracks == 2


def test_a_stretch_is_cut_at_its_times(tmp_path: Path) -> None:
    write_audio(tmp_path / "a.wav", TONE)
    np.testing.assert_array_equal(
        read_audio(tmp_path / "a.wav", start_s=0.25, end_s=0.5), read_audio(tmp_path / "a.wav")[4000:8000]
    )


@pytest.mark.parametrize("suffix", ["wav", "flac", "aiff", "ogg"])
def test_a_stretch_is_the_same_as_cut_from_the_whole(tmp_path: Path, suffix: str) -> None:
    path, noise = tmp_path / f"a.{suffix}", np.random.default_rng(0).normal(0, 0.1, (40_000, 2))
    soundfile.write(path, noise, RATE)
    whole = read_audio(path, track=1)
    for start_s, end_s in ((0.0, 0.5), (0.73, 1.9), (1.2, None), (None, 2.5)):
        first, last = round((start_s or 0) * RATE), round((end_s or 2.5) * RATE)
        np.testing.assert_array_equal(read_audio(path, start_s=start_s, end_s=end_s, track=1), whole[first:last])


@pytest.mark.parametrize("suffix", ["wav", "flac"])
def test_a_stretch_that_a_cut_off_file_no_longer_has_is_an_error(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a.{suffix}"
    soundfile.write(path, np.random.default_rng(0).normal(0, 0.1, 4 * RATE), RATE)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(UserError) as error:
        read_audio(path, start_s=3.0, end_s=3.5)
    assert error.value.code == ("audio.cut" if suffix == "wav" else "audio.no_end")


def test_headerless_pcm_wants_its_rate(tmp_path: Path) -> None:
    path = tmp_path / "a.pcm"
    path.write_bytes((TONE * 32767).astype("<i2").tobytes())
    assert len(read_audio(path, raw_rate=8000)) == 2 * RATE
    with pytest.raises(UserError) as error:
        read_audio(path)
    assert error.value.code == "audio.unreadable"


@pytest.mark.parametrize("name", ["a.wav", "a.mp3", "a.flac", "wav-without-suffix", "a.dat"])
def test_a_raw_rate_leaves_files_with_a_header_alone(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    soundfile.write(path, TONE, RATE, format=path.suffix[1:] if path.suffix not in ("", ".dat") else "WAV")
    np.testing.assert_array_equal(read_audio(path, raw_rate=8000), read_audio(path))
    assert probe(path, raw_rate=8000) == probe(path)


@pytest.mark.parametrize("name", ["a.pcm", "a.RAW", "no-suffix", "a.dat"])
def test_a_raw_rate_is_taken_for_files_that_do_not_say_what_they_are(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes((TONE * 32767).astype("<i2").tobytes())
    assert probe(tmp_path / name, raw_rate=8000).format == "PCM"
    assert len(read_audio(tmp_path / name, raw_rate=8000)) == 2 * RATE


def write_bad(path: Path, kind: str) -> None:
    if kind == "empty":
        path.touch()
    elif kind == "text":
        path.write_text("이것은 소리가 아닙니다")
    elif kind == "nan":
        soundfile.write(path, np.array([0.0, np.nan, np.inf]), RATE, subtype="FLOAT")
    elif kind == "header":
        soundfile.write(path, np.zeros(0), RATE)
    elif kind == "rate":
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(1000)
            file.writeframes(b"\0\0" * 10)


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("missing", "audio.missing"),
        ("empty", "audio.empty"),
        ("text", "audio.unreadable"),
        ("nan", "audio.not_finite"),
        ("header", "audio.empty"),
        ("rate", "audio.rate"),
    ],
)
def test_bad_files_are_named(tmp_path: Path, kind: str, code: str) -> None:
    write_bad(tmp_path / "a.wav", kind)
    with pytest.raises(UserError) as error:
        read_audio(tmp_path / "a.wav")
    assert error.value.code == code


@pytest.mark.parametrize(("times", "code"), [((0.5, 3.0), "audio.range"), ((2.0, None), "audio.range")])
def test_times_outside_the_file(tmp_path: Path, times: tuple[float, float | None], code: str) -> None:
    write_audio(tmp_path / "a.wav", TONE)
    with pytest.raises(UserError) as error:
        read_audio(tmp_path / "a.wav", start_s=times[0], end_s=times[1])
    assert error.value.code == code


def test_a_track_that_is_not_there(tmp_path: Path) -> None:
    write_audio(tmp_path / "a.wav", TONE)
    with pytest.raises(UserError) as error:
        read_audio(tmp_path / "a.wav", track=1)
    assert error.value.code == "audio.track"


@pytest.mark.parametrize(
    ("suffix", "subtype"),
    [("wav", "PCM_16"), ("wav", "ULAW"), ("wav", "GSM610"), ("wav", "MS_ADPCM"), ("flac", "PCM_24"), ("ogg", "VORBIS"),
     ("mp3", None)],
)  # fmt: skip
def test_a_stretch_is_what_the_whole_file_has_there(suffix: str, subtype: str | None, tmp_path: Path) -> None:
    path, rate = tmp_path / f"call.{suffix}", 8000
    tracks = 1 if subtype == "GSM610" else 2
    samples = np.random.default_rng(3).normal(0, 0.1, (5 * rate, tracks))
    soundfile.write(path, samples, rate, subtype=subtype)
    whole = read_audio(path, rate=rate)
    for start_s, end_s in ((1.37, 2.01), (None, 0.5), (4.2, None)):
        first, last = round((start_s or 0) * rate), round(end_s * rate) if end_s else None
        found = read_audio(path, start_s=start_s, end_s=end_s, rate=rate)
        assert np.array_equal(found, whole[first:last])


def test_a_stretch_of_a_long_call_is_read_without_the_rest(tmp_path: Path) -> None:
    path, rate = tmp_path / "call.wav", 8000
    with soundfile.SoundFile(path, "w", rate, 2) as file:
        for _ in range(600):
            file.write(np.zeros((rate, 2), np.float32))
    tracemalloc.start()
    assert len(read_audio(path, start_s=500.0, end_s=503.0, track=1, rate=rate)) == 3 * rate
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 2_000_000, "600 s of two tracks are 38 MB"
    for times, track in (((599.0, 601.0), 1), ((601.0, None), 1), ((1.0, 2.0), 2)):
        with pytest.raises(UserError) as error:
            read_audio(path, start_s=times[0], end_s=times[1], track=track)
        assert error.value.code == ("audio.track" if track == 2 else "audio.range")
