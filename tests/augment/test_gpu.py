"""The renderer on a device: what it refuses, and that it gives what the CPU gives."""

from __future__ import annotations

import doctest
import importlib.util
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray
from scipy import signal

from augment import AudioError, Channel, Drawn, Mixture, SpecError, Unavailable, presets, replay, rng
from augment.audio import resample
from augment.gpu import Renderer, coverage, refusals, renderer, soxr_taps

RATE = 16000
WORST_DB = -60.0
BAND = {"effect": "band", "low_hz": [200, 350], "high_hz": [3300, 3700]}
NOISE = {"effect": "noise", "snr_db": [5, 20], "source": ["white", "pink", "babble", "hum", "speech"], "chance": 0.7}
ROOM = {"effect": "room", "rt60_s": [0.2, 0.8], "direct_to_reverberant_db": [0, 12]}
LEVEL = {"effect": "level", "dbfs": [-36, -16]}
G711 = {"effect": "codec", "codec": ["g711-a", "g711-mu"]}
CASES: dict[str, list[dict[str, Any]]] = {
    "band": [BAND],
    "band, open": [{"effect": "band", "low_hz": 0, "high_hz": 20000}],
    "level": [LEVEL],
    "noise": [NOISE],
    "room": [ROOM],
    "room as it comes": [{"effect": "room"}],
    "resample": [{"effect": "resample"}],
    "resample to no lower rate": [{"effect": "resample", "rate_hz": 96000}],
    "codec": [G711],
    "all, with a tandem": [ROOM, NOISE, BAND, LEVEL, {"effect": "resample"}, G711, G711],
}


def made(*effects: dict[str, Any]) -> Channel:
    return Channel.from_json({"name": "made", "effects": list(effects)})


def drawn_for(channel: Channel, clips: list[NDArray[np.float32]], rate: int = RATE) -> list[Drawn]:
    return [channel.draw(rng(3, index), n_samples=len(clip), rate=rate) for index, clip in enumerate(clips)]


def error_db(heard: NDArray[Any], expected: NDArray[Any]) -> float:
    """The energy of the error over that of the signal."""
    error = float(np.square(heard.astype(np.float64) - expected).sum())
    return 10.0 * float(np.log10((error + 1e-30) / (float(np.square(expected, dtype=np.float64).sum()) + 1e-20)))


class TestCoverage:
    def test_example_of_the_docs(self) -> None:
        assert doctest.testmod(coverage).attempted == 2
        assert doctest.testmod(coverage).failed == 0

    @pytest.mark.parametrize(
        ("effect", "expected"),
        [
            ({"effect": "agc"}, "effect 'agc'"),
            ({"effect": "speed", "factor": 1.1}, "effect 'speed'"),
            ({"effect": "codec", "codec": ["g711-a", "amr-nb-4.75"]}, "codec 'amr-nb-4.75'"),
            ({"effect": "codec", "codec": "g711-a", "loss": {"rate": 0.1}}, "codec 'g711-a' with packet loss"),
            ({"effect": "resample", "rate_hz": [5000, 11025]}, r"resample' from 16000 to \[5000.0, 11025.0\] Hz"),
            ({"effect": "resample", "rate_hz": {"mean": 5000, "sd": 100}}, "resample' from 16000 to {'mean': 5000.0"),
            ({"effect": "resample", "rate_hz": 4000}, r"from 16000 to 4000.0 Hz \(known are factors of 1, 2, 3\)"),
        ],
    )
    def test_not_covered(self, effect: dict[str, Any], expected: str) -> None:
        channel = made(BAND, effect, NOISE)
        mixture = Mixture(((1, Channel("clean")), (1, channel)))
        for spec in (channel, mixture):
            (why,) = refusals(spec, RATE)
            assert re.search(expected, why)

    def test_rates(self) -> None:
        covered = [rate for rate in (8000, 11025, 16000, 24000, 44100, 48000) if not refusals(made(G711), rate)]
        assert covered == [8000, 16000, 24000]
        assert refusals(made(BAND, NOISE, ROOM, LEVEL), 44100) == ()

    def test_a_preset(self) -> None:
        for share, channel in presets.get("wheels_only").parts:
            assert share
            assert (refusals(channel, RATE) == ()) == (channel.name == "g711")


class TestWhereItCannotRun:
    """No torchaudio is needed here, nor is one ever imported."""

    @pytest.fixture(autouse=True)
    def unimported(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(name: str, package: str | None = None) -> ModuleType:
            raise AssertionError(f"imported {name}")

        monkeypatch.setattr(renderer.importlib, "import_module", refuse)

    @staticmethod
    def installed(monkeypatch: pytest.MonkeyPatch, *packages: str) -> None:
        monkeypatch.setattr(renderer.importlib.util, "find_spec", lambda name: name if name in packages else None)

    @pytest.mark.parametrize(("there", "lacking"), [((), "torch"), (("torch",), "torchaudio")])
    def test_absent(self, monkeypatch: pytest.MonkeyPatch, there: tuple[str, ...], lacking: str) -> None:
        self.installed(monkeypatch, *there)
        with pytest.raises(Unavailable, match=rf"needs {lacking}, .*pip install 'kowhisper_tel\[gpu\]' on a machine"):
            Renderer()

    def test_torch_without_cuda(self, monkeypatch: pytest.MonkeyPatch) -> None:
        import torch

        self.installed(monkeypatch, "torch", "torchaudio")
        monkeypatch.setattr(torch.version, "cuda", None)
        with pytest.raises(Unavailable, match=r"has none: .*nor transformers.*pip uninstall torchaudio.*\[gpu\]"):
            Renderer("cpu")

    def test_no_gpu(self, monkeypatch: pytest.MonkeyPatch) -> None:
        import torch

        self.installed(monkeypatch, "torch", "torchaudio")
        monkeypatch.setattr(torch.version, "cuda", "13.0")
        monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
        with pytest.raises(Unavailable, match="no device 'cuda:1' here"):
            Renderer("cuda:1")

    def test_torchaudio_that_does_not_load(self, monkeypatch: pytest.MonkeyPatch) -> None:
        import torch

        def broken(name: str) -> ModuleType:
            raise OSError("Could not load this library: _torchaudio.so")

        self.installed(monkeypatch, "torch", "torchaudio")
        monkeypatch.setattr(torch.version, "cuda", "13.0")
        monkeypatch.setattr(renderer.importlib, "import_module", broken)
        with pytest.raises(Unavailable, match=r"cannot be imported: Could not load this library.*\[gpu\]"):
            Renderer("cpu")


def test_nothing_else_imports_torchaudio() -> None:
    code = "import augment, augment.gpu, sys; print({'torch', 'torchaudio', 'scipy'} & set(sys.modules))"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "set()"
    importing = re.compile(r"^\s*(import|from) torchaudio", re.MULTILINE)
    root = Path(renderer.__file__).parents[2]
    files = [
        file for room in ("augment", "kowhisper_tel", "eval_suites", "reports") for file in root.glob(f"{room}/**/*.py")
    ]
    assert [file.name for file in files if importing.search(file.read_text(encoding="utf-8"))] == ["steps.py"]


class TestRefusedBeforeAnythingIsComputed:
    @pytest.fixture
    def idle(self, monkeypatch: pytest.MonkeyPatch) -> Renderer:
        """A renderer that fails when it is to compute."""
        monkeypatch.setattr(renderer, "_steps", lambda device: SimpleNamespace())
        return Renderer()

    def test_records(self, idle: Renderer, speech: NDArray[np.float32]) -> None:
        clips = [speech, speech[:8000], speech[:4000]]
        lossy = {"effect": "codec", "codec": "g711-a", "loss": {"rate": 0.5}}
        records = [
            channel.draw(rng(1), n_samples=len(clip), rate=RATE)
            for channel, clip in zip((made(BAND), made(BAND, {"effect": "agc"}), made(lossy)), clips, strict=True)
        ]
        with pytest.raises(SpecError, match="does not know: effect 'agc'; codec 'g711-a' with packet loss"):
            idle.render(clips, RATE, records)

    def test_clips_and_records_that_do_not_fit(self, idle: Renderer, speech: NDArray[np.float32]) -> None:
        records = drawn_for(made(BAND), [speech])
        with pytest.raises(SpecError, match="2 clips and 1 records"):
            idle.render([speech, speech], RATE, records)
        with pytest.raises(SpecError, match="drawn for 48000 samples at 16000 Hz"):
            idle.render([speech[:-1]], RATE, records)
        with pytest.raises(SpecError, match="the audio has 48000 at 8000 Hz"):
            idle.render([speech], 8000, records)
        with pytest.raises(AudioError, match="mono"):
            idle.render([np.stack([speech, speech])], RATE, records)


@pytest.mark.parametrize("factor", [2, 3])
@pytest.mark.parametrize("n_samples", [997, 4000, 4001, 4002])
def test_taps_are_those_of_soxr(factor: int, n_samples: int) -> None:
    noise = 0.1 * np.random.default_rng(5).standard_normal(n_samples, np.float32)
    middle = soxr_taps.REACH * factor
    low = resample(noise, factor * 8000, 8000)
    filtered = signal.oaconvolve(noise, soxr_taps.down(factor))[middle : middle + n_samples : factor]
    assert error_db(filtered[: len(low)], low) < -120
    spread = np.zeros(n_samples * factor, np.float32)
    spread[::factor] = noise
    filtered = signal.oaconvolve(spread, soxr_taps.up(factor))[middle : middle + len(spread)]
    assert error_db(filtered, resample(noise, 8000, factor * 8000)) < -120


def fftconvolve(x: Any, y: Any) -> Any:
    """What torchaudio's is documented to be, for machines that cannot have it."""
    import torch

    n = x.shape[-1] + y.shape[-1] - 1
    return torch.fft.irfft(torch.fft.rfft(x, n) * torch.fft.rfft(y, n), n)


@pytest.fixture(params=["torchaudio", "stand-in"])
def on_device(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Renderer]:
    """The renderer, with torchaudio where it can be had, and with a stand-in for its one function everywhere."""
    import torch

    if request.param == "torchaudio":
        try:
            yield Renderer("cuda" if torch.cuda.is_available() else "cpu")
        except Unavailable as reason:
            pytest.skip(str(reason))
        return
    functional = ModuleType("torchaudio.functional")
    functional.fftconvolve = fftconvolve  # type: ignore[attr-defined]
    package = ModuleType("torchaudio")
    package.functional = functional  # type: ignore[attr-defined]
    name = "augment.gpu.steps"
    before = sys.modules.pop(name, None)
    with monkeypatch.context() as patch:
        patch.setitem(sys.modules, "torchaudio", package)
        patch.setitem(sys.modules, "torchaudio.functional", functional)
        steps = importlib.import_module(name)
    monkeypatch.setattr(renderer, "_steps", lambda device: steps)
    yield Renderer("cpu")
    sys.modules.pop(name)
    if before is not None:
        sys.modules[name] = before


def voices(rate: int, speech: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    """Clips of different lengths: speech, quiet speech backwards, noise, next to nothing, silence."""
    sound = resample(speech, RATE, rate)
    noise = 0.1 * np.random.default_rng(5).standard_normal(rate + 7, np.float32)
    return [sound, 0.01 * sound[::-1][: 2 * rate + 1], noise, sound[rate : rate + 79], np.zeros(rate, np.float32)]


class TestAgainstTheCpu:
    @pytest.mark.parametrize("rate", [8000, 16000, 24000])
    @pytest.mark.parametrize("case", CASES)
    def test_effects(self, on_device: Renderer, case: str, rate: int, speech: NDArray[np.float32]) -> None:
        clips, channel = voices(rate, speech), made(*CASES[case])
        assert refusals(channel, rate) == ()
        records = drawn_for(channel, clips, rate)
        for clip, record, heard in zip(clips, records, on_device.render(clips, rate, records), strict=True):
            expected = replay(clip, rate, record)
            assert (heard.drawn, heard.time_map) == (expected.drawn, expected.time_map)
            assert heard.audio.dtype == np.float32
            assert heard.audio.shape == expected.audio.shape
            assert error_db(heard.audio, expected.audio) < WORST_DB

    def test_channels_of_one_batch(self, on_device: Renderer, speech: NDArray[np.float32]) -> None:
        """Each clip through a channel of its own, through JSON, and none knows of the others."""
        channels = [made(*effects) for effects in CASES.values()] + [Channel("clean")]
        clips = [speech[1000 * index :] for index in range(len(channels))]
        records = [
            Drawn.from_json(json.loads(json.dumps(channel.draw(rng(9), n_samples=len(clip), rate=RATE).to_json())))
            for channel, clip in zip(channels, clips, strict=True)
        ]
        for clip, record, heard in zip(clips, records, on_device.render(clips, RATE, records), strict=True):
            assert error_db(heard.audio, replay(clip, RATE, record).audio) < WORST_DB
            alone = on_device.render([clip], RATE, [record])[0].audio
            assert error_db(alone, heard.audio) < WORST_DB

    def test_files(self, on_device: Renderer, speech: NDArray[np.float32], tmp_path: Path) -> None:
        """Noise and a room from files, the room's direct sound late in its file; silence adds nothing."""
        generator = np.random.default_rng(2)
        fall = np.exp(-np.arange(4000) / 800) * generator.standard_normal(4000) * 0.1
        sounds = {
            "hiss": 0.1 * generator.standard_normal(30000),
            "silence": np.zeros(9000),
            "room": np.r_[fall[:50], -1, fall],
        }
        for name, sound in sounds.items():
            soundfile.write(tmp_path / f"{name}.wav", sound, 22050, subtype="FLOAT")
        for effect in (
            {"effect": "noise", "snr_db": 10, "source": f"file:{tmp_path}/hiss.wav"},
            {"effect": "noise", "snr_db": 10, "source": f"file:{tmp_path}/silence.wav"},
            {"effect": "room", "source": f"file:{tmp_path}/room.wav"},
        ):
            records = drawn_for(made(effect), [speech, speech[:9000]])
            for clip, record, heard in zip(
                [speech, speech[:9000]], records, on_device.render([speech, speech[:9000]], RATE, records), strict=True
            ):
                assert error_db(heard.audio, replay(clip, RATE, record).audio) < WORST_DB

    @pytest.mark.parametrize("n_samples", [0, 1, 2, 159, 160, 161, 321])
    def test_short_clips(self, on_device: Renderer, n_samples: int, speech: NDArray[np.float32]) -> None:
        for beside in ([], [speech]):
            clips = [speech[9000 : 9000 + n_samples], *beside]
            records = drawn_for(made(BAND, LEVEL, {"effect": "resample"}, G711), clips)
            heard = on_device.render(clips, RATE, records)[0].audio
            expected = replay(clips[0], RATE, records[0]).audio
            assert heard.shape == expected.shape == (n_samples,)
            assert error_db(heard, expected) < WORST_DB

    @pytest.mark.parametrize("readme", ["README.md", "README.ko.md"])
    def test_example_of_the_readme(
        self, on_device: Renderer, readme: str, speech: NDArray[np.float32], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        text = (Path(renderer.__file__).parents[2] / readme).read_text(encoding="utf-8")
        (example,) = (block for block in re.findall(r"```python\n(.*?)```", text, re.DOTALL) if "augment.gpu" in block)
        monkeypatch.setattr("augment.gpu.Renderer", lambda device: on_device)
        names: dict[str, Any] = {"clips": {"a": speech, "b": speech[:9000]}}
        exec(example, names)
        for clip, record, heard in zip(names["clips"].values(), names["drawn"], names["heard"], strict=True):
            assert error_db(heard.audio, replay(clip, RATE, record).audio) < WORST_DB

    def test_no_clips(self, on_device: Renderer) -> None:
        assert on_device.render([], RATE, []) == []

    def test_real_speech(self, on_device: Renderer, shared: Path) -> None:
        files = sorted((shared / "data/korean_talks/dev").rglob("*.flac"))[40:46]
        assert len(files) == 6
        clips = [resample(*soundfile.read(file, dtype="float32"), RATE) for file in files]
        channel = made({"effect": "room", "source": f"folder:{shared / 'data/rir'}"}, NOISE, BAND, LEVEL, G711)
        records = drawn_for(channel, clips)
        for clip, record, heard in zip(clips, records, on_device.render(clips, RATE, records), strict=True):
            assert error_db(heard.audio, replay(clip, RATE, record).audio) < WORST_DB
