"""Writing a Hugging Face folder for a multilingual Whisper that came in CTranslate2 format.

The weight packages hold weights and a tokenizer only; everything else that transformers reads is made here, as
OpenAI's own repositories have it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kowhisper_tel.whisper.ct2_format import Array, hugging_face_names, layers, read_variables

ALIGNMENT_HEADS = {6: [[3, 1], [4, 2], [4, 3], [4, 7], [5, 1], [5, 2], [5, 4], [5, 6]]}
"""Cross-attention heads that follow the audio's time, by number of decoder layers (openai/whisper, ``__init__.py``)."""

TIMESTAMPS = 1501
"""``<|0.00|>`` to ``<|30.00|>`` in steps of 0.02 s."""

_NAMES = {"<|nospeech|>": "<|nocaptions|>"}  # the name that large-v3 brought, and the one of the sizes before it


def write_folder(model_bin: bytes | bytearray, tokenizer_json: bytes, folder: Path) -> None:
    """Write weights (float32 safetensors), configs, tokenizer and preprocessor into an empty folder.

    Raises ``ValueError`` where the tokenizer and the model's vocabulary differ in size.
    """
    from safetensors.numpy import save_file

    variables = read_variables(model_bin)
    state = hugging_face_names(variables)
    tokenizer = complete_tokenizer(json.loads(tokenizer_json))
    tokens = {token["content"]: token["id"] for token in tokenizer["added_tokens"]}
    vocabulary = state["model.decoder.embed_tokens.weight"].shape[0]
    if max(tokens.values()) + 1 != vocabulary:
        raise ValueError(f"the tokenizer has {max(tokens.values()) + 1} tokens, the model {vocabulary}")
    save_file(dict(state), folder / "model.safetensors", metadata={"format": "pt"})
    _write(folder / "config.json", _config(variables, tokens, vocabulary))
    _write(folder / "generation_config.json", _generation_config(layers(variables, "decoder"), tokens))
    _write(folder / "tokenizer.json", tokenizer)
    _write(folder / "tokenizer_config.json", _tokenizer_config(tokenizer))
    _write(folder / "preprocessor_config.json", preprocessor_config(state["model.encoder.conv1.weight"].shape[1]))


def complete_tokenizer(tokenizer: dict[str, Any]) -> dict[str, Any]:
    """The tokenizer as openai/whisper-base has it, with what copies of it have lost: a merge and the timestamps.

    Many published ``tokenizer.json`` files lack the first merge of OpenAI's byte-pair table (a space and ``t``),
    because it was taken for the header line: " the" then comes out as pieces that the model never saw together.
    """
    merges = [merge.split(" ") if isinstance(merge, str) else merge for merge in tokenizer["model"]["merges"]]
    if ["Ġ", "t"] not in merges:
        merges.insert(0, ["Ġ", "t"])
    special = [token for token in tokenizer["added_tokens"] if not _is_timestamp(token["content"])]
    special = [{**token, "content": _NAMES.get(token["content"], token["content"])} for token in special]
    begin = special[-1]["id"] + 1
    plain = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": False}
    stamps = [{"id": begin + step, "content": f"<|{step * 0.02:.2f}|>", **plain} for step in range(TIMESTAMPS)]
    vocabulary = {**tokenizer["model"]["vocab"], special[0]["content"]: special[0]["id"]}
    model = {**tokenizer["model"], "vocab": vocabulary, "merges": merges}
    return {**tokenizer, "model": model, "added_tokens": special + stamps}


def _is_timestamp(content: str) -> bool:
    return content[2:-2].replace(".", "").isdigit()


def _config(variables: Mapping[str, Array], tokens: dict[str, int], vocabulary: int) -> dict[str, Any]:
    width, n_mels, _ = variables["encoder/conv1/weight"].shape
    end = tokens["<|endoftext|>"]
    return {
        "architectures": ["WhisperForConditionalGeneration"],
        "model_type": "whisper",
        "dtype": "float32",
        "vocab_size": vocabulary,
        "num_mel_bins": n_mels,
        "d_model": width,
        "encoder_layers": layers(variables, "encoder"),
        "encoder_attention_heads": int(variables["encoder/num_heads"]),
        "encoder_ffn_dim": variables["encoder/layer_0/ffn/linear_0/weight"].shape[0],
        "decoder_layers": layers(variables, "decoder"),
        "decoder_attention_heads": int(variables["decoder/num_heads"]),
        "decoder_ffn_dim": variables["decoder/layer_0/ffn/linear_0/weight"].shape[0],
        "max_source_positions": variables["encoder/position_encodings/encodings"].shape[0],
        "max_target_positions": variables["decoder/position_encodings/encodings"].shape[0],
        "activation_function": "gelu",
        "decoder_start_token_id": tokens["<|startoftranscript|>"],
        "bos_token_id": end,
        "eos_token_id": end,
        "pad_token_id": end,
    }


def _generation_config(decoder_layers: int, tokens: dict[str, int]) -> dict[str, Any]:
    from transformers.models.whisper.configuration_whisper import NON_SPEECH_TOKENS_MULTI

    end, tasks = tokens["<|endoftext|>"], [tokens["<|translate|>"], tokens["<|transcribe|>"]]
    languages = {name: number for name, number in tokens.items() if end + 1 < number < tasks[0]}
    config = {
        "suppress_tokens": sorted({*NON_SPEECH_TOKENS_MULTI, *tasks}),
        "begin_suppress_tokens": [220, end],
        "bos_token_id": end,
        "eos_token_id": end,
        "pad_token_id": end,
        "decoder_start_token_id": tokens["<|startoftranscript|>"],
        "prev_sot_token_id": tokens["<|startofprev|>"],
        "no_timestamps_token_id": tokens["<|notimestamps|>"],
        "is_multilingual": True,
        "lang_to_id": languages,
        "task_to_id": {"translate": tasks[0], "transcribe": tasks[1]},
        "max_initial_timestamp_index": 50,
        "max_length": 448,
        "return_timestamps": False,
    }
    heads = ALIGNMENT_HEADS.get(decoder_layers)
    return {**config, "alignment_heads": heads} if heads else config


def _tokenizer_config(tokenizer: dict[str, Any]) -> dict[str, Any]:
    end = "<|endoftext|>"
    special = [token["content"] for token in tokenizer["added_tokens"] if token["special"]]
    return {
        "tokenizer_class": "WhisperTokenizer",
        "processor_class": "WhisperProcessor",
        "bos_token": end,
        "eos_token": end,
        "pad_token": end,
        "unk_token": end,
        "extra_special_tokens": [token for token in special if token != end],
        "add_prefix_space": False,
        "clean_up_tokenization_spaces": False,
        "model_max_length": 1024,
    }


def preprocessor_config(n_mels: int) -> dict[str, Any]:
    """``preprocessor_config.json`` of a Whisper with so many mel bands."""
    return {
        "feature_extractor_type": "WhisperFeatureExtractor",
        "processor_class": "WhisperProcessor",
        "feature_size": n_mels,
        "sampling_rate": 16000,
        "hop_length": 160,
        "n_fft": 400,
        "chunk_length": 30,
        "n_samples": 480000,
        "nb_max_frames": 3000,
        "padding_side": "right",
        "padding_value": 0.0,
        "return_attention_mask": False,
    }


def _write(path: Path, value: dict[str, Any]) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
