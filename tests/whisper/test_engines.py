"""Both engines say the same on the embedded model, and each says the same again."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from kowhisper_tel.core.audio import read_audio
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.whisper.backends.base import Backend, Features, RawDecode, Request
from kowhisper_tel.whisper.backends.ctranslate2 import Ct2Backend
from kowhisper_tel.whisper.backends.transformers import TransformersBackend
from kowhisper_tel.whisper.ct2 import check_quantisation, convert
from kowhisper_tel.whisper.decoding import DecodingOptions, decode
from kowhisper_tel.whisper.features import log_mel
from kowhisper_tel.whisper.word_times import word_times

Clip = Callable[[int, float], np.ndarray]


@pytest.fixture(scope="module")
def fast(whisper_base_ct2: Path) -> Ct2Backend:
    return Ct2Backend(whisper_base_ct2, threads=1)


@pytest.fixture(scope="module")
def reference(whisper_base: Path) -> TransformersBackend:
    return TransformersBackend(whisper_base)


def features_of(clips: list[np.ndarray], window_s: float) -> Features:
    samples = round(window_s * 16_000)
    return np.stack([log_mel(np.pad(clip[:samples], (0, max(0, samples - len(clip))))) for clip in clips])


def request(backend: Backend, *, timestamps: bool = False, limit: int = 40, temperature: float = 0.0) -> Request:
    prompt = backend.vocabulary.prompt("ko", "transcribe", timestamps=timestamps)
    return Request(prompt, limit, temperature=temperature, seed=3)


def heard_by(backend: Backend, features: Features, request: Request) -> list[RawDecode]:
    return backend.generate(backend.encode(features), request)


@pytest.mark.parametrize("timestamps", [False, True])
def test_the_same_tokens_from_the_same_features(
    clip: Clip, fast: Ct2Backend, reference: TransformersBackend, timestamps: bool
) -> None:
    features = features_of([clip(seed, 1.0 + 0.5 * seed) for seed in range(4)], 4.0)
    ours, theirs = (
        heard_by(backend, features, request(backend, timestamps=timestamps)) for backend in (fast, reference)
    )
    assert [raw.tokens for raw in ours] == [raw.tokens for raw in theirs]
    assert any(raw.tokens for raw in ours)
    assert [raw.finished for raw in ours] == [raw.finished for raw in theirs]
    np.testing.assert_allclose([r.no_speech_prob for r in ours], [r.no_speech_prob for r in theirs], atol=1e-3)
    if not timestamps:  # with them CTranslate2 scores among the timestamps that its rules leave
        np.testing.assert_allclose([r.avg_logprob for r in ours], [r.avg_logprob for r in theirs], atol=2e-3)


def test_the_same_tokens_on_real_speech(shared: Path, fast: Ct2Backend, reference: TransformersBackend) -> None:
    folder = shared / "data" / "korean_talks"
    lines = (folder / "dev.jsonl").read_text(encoding="utf-8").splitlines()[:40:10]
    clips = [read_audio(folder / json.loads(line)["audio"]) for line in lines]
    for window_s in (6.5, 30.0):
        features = features_of(clips if window_s < 30 else clips[:1], window_s)
        ours, theirs = (heard_by(backend, features, request(backend, limit=60)) for backend in (fast, reference))
        assert [raw.tokens for raw in ours] == [raw.tokens for raw in theirs]
        assert all(raw.finished and raw.tokens for raw in ours)


def test_what_was_encoded_together_may_be_decoded_apart(
    clip: Clip, fast: Ct2Backend, reference: TransformersBackend
) -> None:
    features = features_of([clip(1, 2.0), clip(2, 2.0), clip(3, 2.0)], 30.0)
    for backend in (fast, reference):
        encoded = backend.encode(features)
        assert (encoded.shape, encoded.dtype) == ((3, 1500, 512), np.float32)
        wanted = request(backend, limit=20)
        together = backend.generate(encoded, wanted)
        assert [backend.generate(encoded[place : place + 1], wanted)[0].tokens for place in range(3)] == [
            raw.tokens for raw in together
        ]


def test_a_draw_depends_on_its_request_alone(clip: Clip, fast: Ct2Backend, reference: TransformersBackend) -> None:
    features = features_of([clip(1, 2.0), clip(2, 2.0)], 3.0)
    for backend in (fast, reference):
        encoded = backend.encode(features)
        drawn = request(backend, temperature=1.0, limit=12)
        first = backend.generate(encoded, drawn)
        backend.generate(encoded[:1], drawn)
        assert backend.generate(encoded, drawn) == first
        other = Request(drawn.prompt, drawn.max_new_tokens, temperature=1.0, seed=4)
        assert backend.generate(encoded, other) != first


@pytest.mark.parametrize("previous", ["", "고객님 안녕하세요 주문하신 상품이"])
def test_the_limit_holds_and_is_told(
    clip: Clip, fast: Ct2Backend, reference: TransformersBackend, previous: str
) -> None:
    features = features_of([clip(1, 3.0)], 4.0)
    for backend in (fast, reference):
        encoded = backend.encode(features)
        prompt = backend.vocabulary.prompt("ko", "transcribe", timestamps=False, previous=previous)
        for limit in (1, 2, 6, 12):
            # So hot a draw takes any token, and one in 50,000 is the end.
            (raw,) = backend.generate(encoded, Request(prompt, limit, temperature=9.0, seed=3))
            assert (len(raw.tokens), raw.finished) == (limit, False)


def test_a_long_prompt_leaves_the_rest_of_the_decoder(small: Path, tmp_path: Path, clip: Clip) -> None:
    options = DecodingOptions(
        temperatures=(9.0,),
        previous="주문하신 상품이 도착하지 않아서 " * 40,
        fit_windows=False,
        no_speech_threshold=None,
    )
    fast = Ct2Backend(convert(small, tmp_path / "ct2", "float32"), threads=1)
    for backend in (fast, TransformersBackend(small)):
        (result,) = decode(backend, [clip(1, 3.0)], options)
        assert (len(result.tokens), result.finished) == (448 - 228, False)


@pytest.mark.parametrize("timestamps", [False, True])
@pytest.mark.parametrize("beam_size", [1, 4])
def test_a_model_that_ends_at_once_says_nothing(
    beam_size: int, timestamps: bool, small: Path, whisper_base: Path, tmp_path: Path, clip: Clip
) -> None:
    from safetensors.torch import load_file, save_file

    state = load_file(small / "model.safetensors")
    state["model.decoder.layer_norm.weight"].zero_()
    state["model.decoder.layer_norm.bias"].fill_(1.0)
    state["model.decoder.embed_tokens.weight"].zero_()
    state["model.decoder.embed_tokens.weight"][50257] = 13.0 / 8  # the end's logit is 13, all others are 0
    save_file(state, small / "model.safetensors", metadata={"format": "pt"})
    generation = json.loads((whisper_base / "generation_config.json").read_text(encoding="utf-8"))
    assert generation["begin_suppress_tokens"] == [220, 50257], "the folder's own forbids it"
    del generation["alignment_heads"]
    (small / "generation_config.json").write_text(json.dumps(generation), encoding="utf-8")
    fast = Ct2Backend(convert(small, tmp_path / "ct2", "float32"), threads=1)
    for backend in (fast, TransformersBackend(small)):
        asked = replace(request(backend, timestamps=timestamps), beam_size=beam_size, nbest=beam_size)
        (raw,) = heard_by(backend, features_of([clip(1, 1.0)], 1.0), asked)
        assert (len(raw.tokens), raw.finished) == (int(timestamps), True)
        assert backend is not fast or raw.others == ()
        suppressed = len(generation["suppress_tokens"])
        end = -np.log1p((51864 - suppressed) / np.exp(13.0))
        assert timestamps or raw.avg_logprob == pytest.approx(end, abs=1e-3)
        options = DecodingOptions(timestamps=timestamps, beam_size=beam_size)
        (result,) = decode(backend, [clip(1, 1.0)], options)
        assert (result.text, result.no_speech, result.attempts) == ("", "end", 1)
        assert np.isfinite(result.avg_logprob)


def test_decode_runs_through(clip: Clip, fast: Ct2Backend) -> None:
    clips = [clip(1, 1.5), clip(2, 0.7)]
    assert decode(fast, clips) == decode(fast, clips)


def test_the_nbest_of_a_beam(clip: Clip, fast: Ct2Backend, reference: TransformersBackend) -> None:
    features = features_of([clip(1, 1.0), clip(2, 0.7)], 1.5)
    for backend in (fast, reference):
        encoded, plain = backend.encode(features), replace(request(backend, limit=6), beam_size=3)
        for alone, told in zip(
            backend.generate(encoded, plain), backend.generate(encoded, replace(plain, nbest=3)), strict=True
        ):
            assert (alone.tokens, alone.others) == (told.tokens, ())
            assert len({told.tokens, *(tokens for tokens, _ in told.others)}) == 3
            assert all(logprob < 0 for _, logprob in told.others)
        drawn = replace(plain, nbest=3, temperature=0.8)
        assert [raw.others for raw in backend.generate(encoded, drawn)] == [(), ()]


def test_the_nbest_of_a_text(clip: Clip, fast: Ct2Backend) -> None:
    plain = DecodingOptions(temperatures=(0.0,), beam_size=3)
    (alone,), (told,) = (decode(fast, [clip(1, 1.0)], replace(plain, nbest=wanted)) for wanted in (0, 3))
    assert (alone.text, alone.nbest) == (told.text, ())
    assert told.nbest[0] == (told.text, told.avg_logprob)
    assert len(told.nbest) == len({text for text, _ in told.nbest}) <= 3
    (greedy,) = decode(fast, [clip(1, 1.0)], replace(plain, beam_size=1, nbest=1))
    assert greedy.nbest == ((greedy.text, greedy.avg_logprob),)
    with pytest.raises(UserError) as error:
        DecodingOptions(beam_size=2, nbest=3)
    assert error.value.code == "decode.nbest"


def test_an_export_is_made_once_and_works(small: Path, tmp_path: Path, clip: Clip) -> None:
    folder = convert(small, tmp_path / "int8")
    stamp = (folder / "model.bin").stat().st_mtime_ns
    assert convert(small, tmp_path / "int8") == folder
    assert (folder / "model.bin").stat().st_mtime_ns == stamp
    assert (folder / "model.bin").stat().st_size < (small / "model.safetensors").stat().st_size / 2
    (folder / "vocabulary.json").unlink()
    convert(small, tmp_path / "int8")
    assert (folder / "vocabulary.json").is_file()
    backend = Ct2Backend(folder, threads=1)
    options = DecodingOptions(temperatures=(0.0,), max_new_tokens=8)
    assert len(decode(backend, [clip(3, 1.0)], options)) == 1


def test_an_export_of_other_weights_takes_the_place(small: Path, tmp_path: Path) -> None:
    first = convert(small, tmp_path / "out", "float32") / "model.bin"
    before = first.read_bytes()
    from safetensors.torch import load_file, save_file

    state = load_file(small / "model.safetensors")
    state["model.encoder.conv1.bias"] += 1
    save_file(state, small / "model.safetensors", metadata={"format": "pt"})
    convert(small, tmp_path / "out", "float32")
    assert first.read_bytes() != before
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_bad_folders_and_names_are_told(whisper_base: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError) as error:
        convert(whisper_base, tmp_path / "out", "int7")
    assert error.value.code == "model.quantisation"
    with pytest.raises(UserError) as error:
        Ct2Backend(whisper_base, threads=1)
    assert error.value.code == "model.not_ct2"


@pytest.mark.parametrize(
    "change", [{"alignment_heads": [[2, 0]]}, {"alignment_heads": [[0, 2]]}, {"suppress_ids": [51865]}]
)
def test_a_converted_model_that_would_end_the_process_is_refused(
    change: dict[str, object], small: Path, tmp_path: Path
) -> None:
    config = convert(small, tmp_path / "int8") / "config.json"
    config.write_text(json.dumps(json.loads(config.read_text()) | change))
    with pytest.raises(UserError) as error:
        Ct2Backend(config.parent, threads=1)
    assert error.value.code == "model.generation"
    assert next(iter(change)) in str(error.value)


@pytest.mark.parametrize(
    ("name", "code"), [("int7", "model.quantisation"), ("float16", "model.quantisation_device"), ("int8", None)]
)
def test_what_a_device_cannot_compute_in_is_refused(
    name: str, code: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ctranslate2.get_supported_compute_types", lambda device: {"cpu": {"int8", "float32"}}[device])
    if code is None:
        check_quantisation(name, "cpu")
        return
    with pytest.raises(UserError) as error:
        check_quantisation(name, "cpu")
    assert error.value.code == code
    assert "int8" in error.value.facts["known"]


def test_both_engines_write_the_same_and_nothing_for_noise(
    shared: Path, fast: Ct2Backend, reference: TransformersBackend
) -> None:
    folder = shared / "data" / "korean_talks"
    lines = (folder / "train.jsonl").read_text(encoding="utf-8").splitlines()[5:900:300]
    noise = np.random.default_rng(8).normal(0, 0.003, 2 * 16_000).astype(np.float32)
    clips = [*(read_audio(folder / json.loads(line)["audio"])[: 3 * 16_000] for line in lines), noise]
    options = DecodingOptions(hotwords=("세바시",), previous="안녕하세요", no_speech_threshold=0.7)
    ours, theirs = (decode(backend, clips, options) for backend in (fast, reference))
    assert [(r.text, r.attempts, r.no_speech) for r in ours] == [(r.text, r.attempts, r.no_speech) for r in theirs]
    assert [bool(r.text) for r in ours] == [True, True, True, False]
    assert (ours[-1].no_speech, bool(ours[-1].withheld)) == ("model", True)


def test_both_engines_tell_the_same_word_times(clip: Clip, fast: Ct2Backend, reference: TransformersBackend) -> None:
    features, words = features_of([clip(1, 2.0), clip(2, 1.5)], 3.0), [["네", "고객님", "반갑습니다"], ["여보세요"]]
    ours, theirs = (
        word_times(backend, backend.encode(features), [32_000, 24_000], words) for backend in (fast, reference)
    )
    for one, other in zip(ours, theirs, strict=True):
        assert [word.word for word in one] == [word.word for word in other]
        for name, most in (("start_s", 0.021), ("end_s", 0.021), ("probability", 5e-3)):
            np.testing.assert_allclose(
                [getattr(word, name) for word in one], [getattr(word, name) for word in other], atol=most
            )
    assert reference._model.config._attn_implementation == "sdpa"
