"""Reading CTranslate2's ``model.bin``, and its Whisper variables as Hugging Face names.

The layout (binary version 6, little-endian) is the one that ``ctranslate2.specs.model_spec.ModelSpec._serialize``
writes; the names are those of ``ctranslate2.converters.transformers.WhisperLoader``, taken the other way.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.generic]

VERSION = 6
_TYPES = ("float32", "int8", "int16", "int32", "float16")


def read_variables(data: bytes | bytearray | memoryview) -> dict[str, Array]:
    """The variables of a ``model.bin`` by name, aliases included, as views into ``data``.

    Raises ``ValueError`` where ``data`` is not a whole CTranslate2 model of format version 6.
    """
    cursor = _Cursor(memoryview(data))
    try:
        version = cursor.number("I")
        if version != VERSION:
            raise ValueError(f"CTranslate2 format version {version}, expected {VERSION}")
        cursor.string()  # the name of the specification
        cursor.number("I")  # its revision
        variables = dict(cursor.variable() for _ in range(cursor.number("I")))
        for _ in range(cursor.number("I")):
            alias = cursor.string()
            variables[alias] = variables[cursor.string()]
    except struct.error:
        raise ValueError("CTranslate2 model ends too early") from None
    return variables


class _Cursor:
    def __init__(self, data: memoryview) -> None:
        self._data = data
        self._at = 0

    def number(self, code: str) -> int:
        (value,) = struct.unpack_from("<" + code, self._data, self._at)
        self._at += struct.calcsize("<" + code)
        return int(value)

    def string(self) -> str:
        return str(self._bytes(self.number("H"))[:-1], "utf-8")

    def variable(self) -> tuple[str, Array]:
        name = self.string()
        shape = [self.number("I") for _ in range(self.number("B"))]
        kind = self.number("B")
        if kind >= len(_TYPES):
            raise ValueError(f"variable {name} has type {kind}, which is not supported")
        values = np.frombuffer(self._bytes(self.number("I")), dtype=np.dtype(_TYPES[kind]).newbyteorder("<"))
        return name, values.reshape(shape)

    def _bytes(self, count: int) -> memoryview:
        piece = self._data[self._at : self._at + count]
        if len(piece) < count:
            raise struct.error
        self._at += count
        return piece


def hugging_face_names(variables: Mapping[str, Array]) -> dict[str, Array]:
    """A Whisper model's weights under ``WhisperForConditionalGeneration`` names, as float32.

    CTranslate2 keeps query, key and value (cross-attention: key and value) in one matrix, and the tied output
    projection as an alias, which is left out here as Hugging Face leaves it out of its files.
    """
    state: dict[str, Array] = {}
    for side in ("encoder", "decoder"):
        state[f"model.{side}.embed_positions.weight"] = variables[f"{side}/position_encodings/encodings"]
        _layer_norm(variables, f"{side}/layer_norm", state, f"model.{side}.layer_norm")
        for layer in range(layers(variables, side)):
            _layer(variables, f"{side}/layer_{layer}", state, f"model.{side}.layers.{layer}")
    for conv in ("conv1", "conv2"):
        for part in ("weight", "bias"):
            state[f"model.encoder.{conv}.{part}"] = variables[f"encoder/{conv}/{part}"]
    state["model.decoder.embed_tokens.weight"] = variables["decoder/embeddings/weight"]
    return {name: np.ascontiguousarray(value, dtype=np.float32) for name, value in state.items()}


def layers(variables: Mapping[str, Array], side: str) -> int:
    """How many layers the encoder or the decoder has."""
    return sum(name.startswith(f"{side}/layer_") and name.endswith("/ffn/linear_0/bias") for name in variables)


def _layer(variables: Mapping[str, Array], source: str, state: dict[str, Array], target: str) -> None:
    _attention(variables, f"{source}/self_attention", state, f"{target}.self_attn")
    if f"{source}/attention/linear_0/weight" in variables:
        _attention(variables, f"{source}/attention", state, f"{target}.encoder_attn")
    _linear(variables, f"{source}/ffn/linear_0", state, [f"{target}.fc1"])
    _linear(variables, f"{source}/ffn/linear_1", state, [f"{target}.fc2"])
    _layer_norm(variables, f"{source}/ffn/layer_norm", state, f"{target}.final_layer_norm")


def _attention(variables: Mapping[str, Array], source: str, state: dict[str, Array], target: str) -> None:
    query, key, value, out = (f"{target}.{name}_proj" for name in ("q", "k", "v", "out"))
    crossed = f"{source}/linear_2/weight" in variables
    groups = [[query], [key, value], [out]] if crossed else [[query, key, value], [out]]
    for index, names in enumerate(groups):
        _linear(variables, f"{source}/linear_{index}", state, names)
    state.pop(f"{key}.bias")  # Whisper's key projection has none; the fused matrix has zeros in its place
    _layer_norm(variables, f"{source}/layer_norm", state, f"{target}_layer_norm")


def _linear(variables: Mapping[str, Array], source: str, state: dict[str, Array], targets: list[str]) -> None:
    for part in ("weight", "bias"):
        pieces = np.split(variables[f"{source}/{part}"], len(targets))
        state.update({f"{target}.{part}": piece for target, piece in zip(targets, pieces, strict=True)})


def _layer_norm(variables: Mapping[str, Array], source: str, state: dict[str, Array], target: str) -> None:
    state[f"{target}.weight"] = variables[f"{source}/gamma"]
    state[f"{target}.bias"] = variables[f"{source}/beta"]
