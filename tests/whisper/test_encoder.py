"""The short-window encoder is the model's own on 30 s, and takes less."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from kowhisper_tel.whisper.encoder import encode
from kowhisper_tel.whisper.model import load_model


@pytest.fixture(scope="module")
def model(whisper_base: Path) -> Any:
    return load_model(whisper_base)


@pytest.fixture
def small() -> Any:
    from transformers import WhisperConfig, WhisperForConditionalGeneration

    sizes = {f"{side}_{what}": 2 for side in ("encoder", "decoder") for what in ("layers", "attention_heads")}
    config = WhisperConfig(d_model=16, encoder_ffn_dim=32, decoder_ffn_dim=32, vocab_size=100, **sizes)
    config.pad_token_id = config.bos_token_id = config.eos_token_id = config.decoder_start_token_id = 1
    torch.manual_seed(0)
    return WhisperForConditionalGeneration(config).eval()


def random_features(frames: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(2, 80, frames, generator=torch.Generator().manual_seed(seed)) * 0.3


def test_thirty_seconds_equal_the_model_s_own_encoder(model: Any) -> None:
    features = random_features(3000)[:1]
    with torch.inference_mode():
        expected = model.model.encoder(features).last_hidden_state
        assert torch.equal(encode(model, features).last_hidden_state, expected)


@pytest.mark.parametrize(("frames", "positions"), [(1, 1), (2, 1), (7, 4), (400, 200), (2999, 1500)])
def test_fewer_frames_give_fewer_positions(small: Any, frames: int, positions: int) -> None:
    hidden = encode(small, random_features(frames)).last_hidden_state
    assert hidden.shape == (2, positions, 16)
    assert torch.isfinite(hidden).all()


@pytest.mark.parametrize("frames", [0, 3001])
def test_what_has_no_positions_is_refused(small: Any, frames: int) -> None:
    with pytest.raises(ValueError, match="frames"):
        encode(small, random_features(frames))


def test_a_short_window_is_a_30_s_model_cut_to_fewer_positions(small: Any) -> None:
    """The same weights in a model that was made for 4 s give the same through that model's own encoder."""
    import copy

    from transformers import WhisperForConditionalGeneration

    config = copy.deepcopy(small.config)
    config.max_source_positions = 200
    short = WhisperForConditionalGeneration(config).eval()
    state = small.state_dict()
    state["model.encoder.embed_positions.weight"] = state["model.encoder.embed_positions.weight"][:200]
    short.load_state_dict(state)
    features = random_features(400)
    expected = short.model.encoder(features).last_hidden_state
    assert torch.equal(encode(small, features).last_hidden_state, expected)


def test_gradients_flow_and_checkpointing_gives_the_same(small: Any) -> None:
    labels = torch.tensor([[1, 5, 9, 1], [1, 7, 8, 1]])

    def gradient() -> torch.Tensor:
        small.zero_grad()
        small(encoder_outputs=encode(small, random_features(300)), labels=labels).loss.backward()
        return small.model.encoder.conv1.weight.grad.clone()

    small.train()
    plain = gradient()
    small.gradient_checkpointing_enable()
    assert plain.abs().sum() > 0
    torch.testing.assert_close(gradient(), plain)


def test_layer_drop_is_the_model_s_own(small: Any) -> None:
    features = random_features(100)
    small.train()
    small.model.encoder.layerdrop = 1.0
    dropped = encode(small, features).last_hidden_state
    small.eval()
    assert not torch.equal(dropped, encode(small, features).last_hidden_state)
