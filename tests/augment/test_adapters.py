"""A channel inside audiomentations, and over a ``datasets.Dataset``."""

from __future__ import annotations

import doctest
import importlib
import io
import json
import os
import pickle
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import datasets
import numpy as np
import pytest
import soundfile
from audiomentations import Compose, Gain
from audiomentations.core.transforms_interface import (
    BaseWaveformTransform,
    MultichannelAudioNotSupportedException,
)
from datasets.fingerprint import Hasher
from numpy.typing import NDArray

from augment import AudioError, Channel, Drawn, Mixture, SpecError, UnknownName, replay
from augment.adapters import channel_of
from augment.adapters.audiomentations import AsTransform
from augment.adapters.datasets import ForDataset

RATE = 16000
LINE = {
    "name": "line",
    "effects": [{"effect": "noise", "snr_db": [5, 20]}, {"effect": "codec", "codec": ["g711-a", "g711-mu"]}],
}
MIXTURE = [{"share": 1, "channel": LINE}, {"share": 1, "channel": {"name": "clean"}}]
FAST = {"name": "fast", "effects": [{"effect": "speed", "factor": 1.25}]}
N_ROWS = 4


@pytest.mark.parametrize("name", ["augment.adapters.audiomentations", "augment.adapters.datasets"])
def test_examples_of_the_docs(name: str) -> None:
    outcome = doctest.testmod(importlib.import_module(name))
    assert outcome.attempted > 5
    assert outcome.failed == 0


def test_augment_imports_neither() -> None:
    code = "import augment, augment.adapters, sys; print({'audiomentations', 'datasets', 'torch'} & set(sys.modules))"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path.cwd())
    assert shown.stdout.strip() == "set()"


def test_channel_of_json() -> None:
    assert channel_of(LINE) == Channel.from_json(LINE)
    assert channel_of(MIXTURE) == Mixture.from_json(MIXTURE)
    assert channel_of(channel_of(LINE)) == channel_of(LINE)
    with pytest.raises(SpecError, match="a channel is written"):
        channel_of("line")


class TestAsTransform:
    def test_is_a_transform(self) -> None:
        made = AsTransform(LINE, p=0.3)
        assert isinstance(made, BaseWaveformTransform)
        assert made.p == 0.3
        written = json.loads(json.dumps(made.to_dict()))["transform"]
        assert AsTransform(written["channel"], written["p"]).channel == made.channel
        assert "p=0.3" in repr(made)

    def test_random_seed_repeats_it_and_numpy_does_not_matter(self, speech: NDArray[np.float32]) -> None:
        chain = Compose([Gain(p=0.5), AsTransform(MIXTURE)])

        def heard(seed: int) -> list[bytes]:
            random.seed(seed)
            np.random.seed(random.SystemRandom().getrandbits(32))
            return [chain(samples=speech, sample_rate=RATE).tobytes() for _ in range(6)]

        assert heard(1) == heard(1)
        assert heard(1) != heard(2)
        assert len(set(heard(1))) > 2

    def test_one_seed_is_all_it_takes(self, speech: NDArray[np.float32]) -> None:
        """What a channel draws inside does not move the transforms that come after it."""
        after = []
        for channel in (LINE, {"name": "x", "effects": LINE["effects"] * 3}):  # type: ignore[operator]
            random.seed(3)
            AsTransform(channel, p=1.0)(speech, RATE)
            after.append(random.random())
        random.seed(3)
        random.random()
        random.getrandbits(32)
        assert after == [random.random()] * 2

    def test_share_that_goes_through(self, speech: NDArray[np.float32]) -> None:
        made = AsTransform(LINE, p=0.5)
        random.seed(5)
        clip = speech[:800]
        kept = sum(np.array_equal(made(clip, RATE), clip) for _ in range(400))
        assert 150 < kept < 250
        made = AsTransform(MIXTURE, p=1.0)
        names = [made.parameters["drawn"]["channel"] for _ in range(400) if made(clip, RATE) is not None]
        assert 150 < names.count("clean") < 250

    def test_parameters_through_json_frozen(self, speech: NDArray[np.float32]) -> None:
        first, second = AsTransform(LINE, p=1.0), AsTransform(LINE, p=1.0)
        heard = first(speech, RATE)
        second.parameters = json.loads(json.dumps(first.serialize_parameters()))
        second.freeze_parameters()
        assert second(speech, RATE).tobytes() == heard.tobytes() == second(speech, RATE).tobytes()
        record = Drawn.from_json(first.parameters["drawn"])
        assert second(-speech, RATE).tobytes() == replay(-speech, RATE, record).audio.tobytes() != heard.tobytes()
        with pytest.raises(SpecError, match="drawn for 48000 samples at 16000 Hz"):
            second(speech[:-1], RATE)
        second.unfreeze_parameters()
        assert second(speech, RATE).tobytes() != heard.tobytes()

    def test_a_clip_that_is_left_alone_leaves_no_record(self, speech: NDArray[np.float32]) -> None:
        made = AsTransform(LINE, p=1.0)
        made(speech, RATE)
        made.p = 0.0
        assert made(speech, RATE) is speech
        assert made.parameters == {"should_apply": False}

    def test_time_map_of_a_channel_that_moves_time(self, speech: NDArray[np.float32]) -> None:
        made = AsTransform(FAST, p=1.0)
        assert len(made(speech, RATE)) == len(speech) / 1.25
        again = replay(speech, RATE, Drawn.from_json(made.parameters["drawn"]))
        assert again.time_map.output_s(2.5) == pytest.approx(2.0)

    def test_odd_input(self, speech: NDArray[np.float32]) -> None:
        made = AsTransform(LINE, p=1.0)
        assert len(made(np.zeros(0, np.float32), RATE)) == 0
        with pytest.raises(MultichannelAudioNotSupportedException):
            made(np.stack([speech, speech]), RATE)
        with pytest.raises(AudioError, match="divide 16-bit PCM"):
            made((speech * 32768).astype(np.int16), RATE)

    def test_pickle(self, speech: NDArray[np.float32]) -> None:
        made = AsTransform(MIXTURE, p=1.0)
        again = pickle.loads(pickle.dumps(made))
        random.seed(1)
        first = made(speech, RATE)
        random.seed(1)
        assert np.array_equal(again(speech, RATE), first)


def wav(samples: NDArray[np.float32], subtype: str = "PCM_16") -> bytes:
    file = io.BytesIO()
    soundfile.write(file, samples, RATE, format="WAV", subtype=subtype)
    return file.getvalue()


def clips(speech: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    return [soundfile.read(io.BytesIO(wav(speech[1000 * i : 1000 * i + 4000])), dtype="float32")[0] for i in range(4)]


@pytest.fixture
def rows(speech: NDArray[np.float32], tmp_path: Path) -> datasets.Dataset:
    """Four clips on disk, so that ``map`` has a cache: two as bytes, one as a path, one as both."""
    sounds: list[dict[str, Any]] = [{"bytes": wav(clip), "path": None} for clip in clips(speech)]
    (tmp_path / "clip 2.wav").write_bytes(sounds[2]["bytes"])
    sounds[2] = {"bytes": None, "path": str(tmp_path / "clip 2.wav")}
    sounds[3]["path"] = "somewhere/clip-3.flac"
    made = datasets.Dataset.from_dict({"id": [f"clip-{i}" for i in range(N_ROWS)], "audio": sounds})
    made.cast_column("audio", datasets.Audio(decode=False)).save_to_disk(tmp_path / "rows")
    return datasets.load_from_disk(tmp_path / "rows")


def sounds_of(mapped: datasets.Dataset) -> list[bytes]:
    return [row["audio"]["bytes"] for row in mapped]


def times(mapped: datasets.Dataset) -> dict[str, int]:
    """When each file of the cache was written."""
    return {file["filename"]: Path(file["filename"]).stat().st_mtime_ns for file in mapped.cache_files}


class TestForDataset:
    def test_gives_what_render_gives(self, rows: datasets.Dataset, speech: NDArray[np.float32]) -> None:
        mapped = rows.map(ForDataset(MIXTURE, seed=7))
        assert mapped.features == {**rows.features, "drawn": datasets.Value("string")}
        assert [row["audio"]["path"] for row in mapped] == [None, None, "clip 2.wav", "clip-3.wav"]
        for clip, row in zip(clips(speech), mapped, strict=True):
            heard, rate = soundfile.read(io.BytesIO(row["audio"]["bytes"]), dtype="float32")
            assert rate == RATE
            assert np.array_equal(heard, Mixture.from_json(MIXTURE).render(clip, RATE, 7, (row["id"],)).audio)
            assert np.array_equal(heard, replay(clip, RATE, Drawn.from_json(json.loads(row["drawn"]))).audio)
        assert len({json.loads(text)["channel"] for text in mapped["drawn"]}) == 2

    def test_batches_processes_and_order_give_the_same_bytes(self, rows: datasets.Dataset) -> None:
        function = ForDataset(MIXTURE, seed=7)
        expected = sounds_of(rows.map(function, load_from_cache_file=False))
        assert len(set(expected)) == N_ROWS
        assert sounds_of(rows.map(function, batched=True, batch_size=3)) == expected
        assert sounds_of(rows.map(function, num_proc=2)) == expected
        assert sounds_of(rows.select(range(N_ROWS)[::-1]).map(function)) == expected[::-1]

    def test_arrays_come_back_as_arrays(self, speech: NDArray[np.float32]) -> None:
        sounds = [{"array": speech[:4000], "sampling_rate": RATE}, {"array": speech[4000:], "sampling_rate": RATE}]
        rows = datasets.Dataset.from_dict({"id": [1, 2], "audio": sounds})
        expected = [Channel.from_json(LINE).render(np.asarray(s["array"]), RATE, 7, (i + 1,)).audio for i, s in
                    enumerate(sounds)]  # fmt: skip
        for given in (rows, rows.with_format("numpy")):
            for batched in (False, True):
                mapped = given.map(ForDataset(LINE, seed=7), batched=batched)
                assert mapped.features["audio"] == rows.features["audio"]
                for row, audio in zip(mapped.with_format("numpy"), expected, strict=True):
                    assert row["audio"]["sampling_rate"] == RATE
                    assert np.array_equal(row["audio"]["array"], audio)

    def test_cache(self, rows: datasets.Dataset) -> None:
        """The same channel, made again, hits the cache; another seed, channel or key does not."""
        first = rows.map(ForDataset(Mixture.from_json(MIXTURE), seed=7))
        written = times(first)
        assert written
        again = rows.map(ForDataset(json.loads(json.dumps(MIXTURE)), seed=7))
        assert times(again) == written
        for other in (ForDataset(MIXTURE, seed=8), ForDataset(LINE, seed=7), ForDataset(MIXTURE, seed=7, drawn="d")):
            assert times(rows.map(other)).keys().isdisjoint(written)

    def test_fingerprint_in_another_process(self) -> None:
        code = (
            "import json, sys; from datasets.fingerprint import Hasher;"
            "from augment.adapters.datasets import ForDataset;"
            "print(Hasher.hash(ForDataset(json.loads(sys.argv[1]), seed=7)))"
        )
        for hash_seed in ("1", "2"):
            shown = subprocess.run(
                [sys.executable, "-c", code, json.dumps(MIXTURE)],
                capture_output=True,
                text=True,
                check=True,
                env={**os.environ, "PYTHONHASHSEED": hash_seed},
            )
            assert shown.stdout.strip() == Hasher.hash(ForDataset(Mixture.from_json(MIXTURE), seed=7))

    def test_equal_channels_of_other_objects_hash_alike(self) -> None:
        names = ("g711-a", "g711-mu")
        shared = [{"effect": "codec", "codec": names}, {"effect": "codec", "codec": names}]
        apart = [{"effect": "codec", "codec": list(names)}, {"effect": "codec", "codec": tuple(sorted(names))}]
        hashes = {Hasher.hash(ForDataset({"name": "x", "effects": effects}, 7)) for effects in (shared, apart)}
        assert len(hashes) == 1

    def test_pickle(self) -> None:
        function = ForDataset(MIXTURE, 7, "sound", "name", "record")
        assert pickle.loads(pickle.dumps(function)) == function

    def test_columns_that_are_missing_or_there(self, rows: datasets.Dataset) -> None:
        with pytest.raises(SpecError, match=r"no column 'id' \(there are: audio\); name one .* with key="):
            rows.remove_columns("id").map(ForDataset(LINE, seed=7))
        with pytest.raises(UnknownName, match=r"unknown audio column 'audoi' \(did you mean 'audio'\?\)"):
            rows.map(ForDataset(LINE, seed=7, audio="audoi"))
        with pytest.raises(SpecError, match="a column 'drawn' already"):
            rows.map(ForDataset(LINE, seed=7)).map(ForDataset(LINE, seed=8))
        twice = rows.map(ForDataset(LINE, seed=7)).map(ForDataset(LINE, seed=8, drawn="drawn again"))
        assert set(twice.column_names) == {"id", "audio", "drawn", "drawn again"}

    @pytest.mark.parametrize(
        ("key", "sound", "error", "message"),
        [
            (None, {"array": [0.1], "sampling_rate": RATE}, SpecError, "a string or a whole number, not None"),
            (1.5, {"array": [0.1], "sampling_rate": RATE}, SpecError, "not 1.5"),
            ("a", {"array": [[0.1], [0.2]], "sampling_rate": RATE}, AudioError, "row 'a': audio must be mono"),
            ("a", {"array": [1, 2], "sampling_rate": RATE}, AudioError, "divide 16-bit PCM"),
            ("a", {"array": [0.1, float("nan")], "sampling_rate": RATE}, AudioError, "row 'a': .* at sample 1"),
            ("a", {"bytes": b"no audio", "path": None}, AudioError, "row 'a': the audio cannot be read"),
            ("a", {"bytes": None, "path": "/not/there.wav"}, AudioError, "row 'a': the audio cannot be read"),
            ("a", {"bytes": None, "path": None}, AudioError, "neither bytes nor a path"),
            ("a", None, AudioError, r"row 'a': .*Audio\(decode=False\)"),
            ("a", object(), AudioError, r"row 'a': .*Audio\(decode=False\)"),
        ],
    )
    def test_rows_that_cannot_be_used(self, key: Any, sound: Any, error: type[Exception], message: str) -> None:
        with pytest.raises(error, match=message):
            ForDataset(LINE, seed=7)({"id": key, "audio": sound})

    def test_the_callers_row_is_left_as_it_is(self, speech: NDArray[np.float32]) -> None:
        row = {"id": "a", "audio": {"array": speech, "sampling_rate": RATE}}
        ForDataset(LINE, seed=7)(row)
        assert set(row) == {"id", "audio"}
        assert row["audio"]["array"] is speech  # type: ignore[index]
