"""Weights: taken, mixed, kept, converted; and the model that they are taken from stays as it is."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import load_file

from kowhisper_tel.train import checkpoints, model
from kowhisper_tel.train.choosing.kept import Kept
from kowhisper_tel.train.choosing.weights import base_state, in_model, interpolate, mean, state_of


def random_state(seed: int) -> dict[str, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    return {"a": torch.randn(3, 4, generator=generator), "b": torch.randn(5, generator=generator)}


def same(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> bool:
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


@given(alpha=st.floats(0, 1), seed=st.integers(0, 99))
def test_interpolation_lies_between_base_and_tuned(alpha: float, seed: int) -> None:
    base, tuned = random_state(seed), random_state(seed + 100)
    mixed = interpolate(base, tuned, alpha)
    for name in base:
        assert torch.allclose(mixed[name], alpha * tuned[name] + (1 - alpha) * base[name], atol=1e-6)
    assert same(interpolate(base, base, alpha), base), "what was not trained stays the same to the bit"
    assert same(interpolate(base, tuned, 1.0), tuned)
    assert same(interpolate(base, tuned, 0.0), base)


@given(count=st.integers(1, 5))
def test_the_mean_is_of_all_alike(count: int) -> None:
    states = [random_state(seed) for seed in range(count)]
    before = [state["a"].clone() for state in states]
    found = mean(iter(states))
    for name in found:
        assert torch.allclose(found[name], torch.stack([state[name] for state in states]).mean(0), atol=1e-6)
    assert same(mean([states[0]] * count), states[0])
    assert all(torch.equal(state["a"], kept) for state, kept in zip(states, before, strict=True))


def test_a_conversion_in_memory_is_that_of_the_saved_model_and_leaves_the_weights(tiny: Path, tmp_path: Path) -> None:
    from kowhisper_tel.whisper.ct2 import convert, convert_loaded
    from kowhisper_tel.whisper.model import load_tokenizer

    trained = model.load(tiny)
    with torch.no_grad():
        for weight in trained.parameters():
            weight.add_(torch.randn(weight.shape, generator=torch.Generator().manual_seed(1)), alpha=0.01)
    before = {name: weight.detach().clone() for name, weight in trained.named_parameters()}
    found = convert_loaded(in_model(state_of(trained), tiny), load_tokenizer(tiny), tiny, tmp_path / "memory")
    assert same({name: weight.detach() for name, weight in trained.named_parameters()}, before)
    model.save(in_model(state_of(trained), tiny), tiny, tmp_path / "model")
    saved = convert(tmp_path / "model", tmp_path / "saved")
    assert (found / "model.bin").read_bytes() == (saved / "model.bin").read_bytes()
    assert load_file(tmp_path / "model" / "model.safetensors")["model.decoder.layer_norm.bias"].equal(
        before["model.decoder.layer_norm.bias"]
    )


def test_weights_of_another_model_are_refused(tiny: Path) -> None:
    state = dict(base_state(tiny))
    state.pop("model.encoder.layer_norm.weight")
    with pytest.raises(ValueError, match="layer_norm"):
        in_model(state, tiny)


def test_only_whole_weights_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Kept(tmp_path / "candidates")
    for step in (3, 6, 9):
        kept.put(step, random_state(step))
    assert same(dict(kept.get(6)), random_state(6))
    kept.put(6, random_state(7))
    assert same(dict(kept.get(6)), random_state(7)), "the newer ones take their place"
    kept.only({6, 9})
    assert [kept.has(step) for step in (3, 6, 9)] == [False, True, True]
    weights = tmp_path / "candidates" / "step-6" / "model.safetensors"
    damaged = bytearray(weights.read_bytes())
    damaged[-1] ^= 1
    weights.write_bytes(damaged)
    with pytest.raises(FileNotFoundError):
        kept.get(6)

    def die(_: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(checkpoints, "seal", die)
    with pytest.raises(KeyboardInterrupt):
        kept.put(9, random_state(9))
    assert not kept.has(9), "half written anew, the older ones do not count either"
