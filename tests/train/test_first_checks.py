"""What would go wrong after hours is found before the first step, and named."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kowhisper_tel.core.audio import RATE, write_audio
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.manifest import Manifest
from kowhisper_tel.core.utterance import Utterance
from kowhisper_tel.train.audio_check import check_audio
from kowhisper_tel.train.generation import check_generation
from kowhisper_tel.train.label_check import MOST_SYLLABLES_PER_S, check_round_trip, suspicious
from kowhisper_tel.train.labels import SpecialTokens, text_tokens
from kowhisper_tel.train.settings import TrainSettings
from kowhisper_tel.train.train import CLEAN, train
from kowhisper_tel.whisper.model import load_tokenizer

Values = dict[str, Any]


@pytest.fixture(scope="module")
def tokenizer(tiny: Path) -> Any:
    return load_tokenizer(tiny)


@pytest.fixture
def refused(tiny: Path, tokenizer: Any, tmp_path: Path) -> Callable[[Values], str]:
    """What is said of a model whose generation config has other values."""

    def refused(changes: Values) -> str:
        folder = tmp_path / "model"
        shutil.copytree(tiny, folder, dirs_exist_ok=True)
        file = folder / "generation_config.json"
        file.write_text(json.dumps(json.loads((tiny / file.name).read_text()) | changes))
        with pytest.raises(UserError) as error:
            check_generation(folder, tokenizer, SpecialTokens.of(tokenizer), "ko")
        assert error.value.code == "train.generation_config"
        assert str(file) in str(error.value)
        return str(error.value.facts["problems"])

    return refused


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"decoder_start_token_id": 50257}, "decoder_start_token_id: 50257 (<|startoftranscript|> = 50258)"),
        ({"eos_token_id": 50256}, "eos_token_id: 50256"),
        ({"eos_token_id": [1, 2]}, "eos_token_id: [1, 2]"),
        ({"no_timestamps_token_id": 50364}, "no_timestamps_token_id: 50364"),  # large-v3's
        ({"prev_sot_token_id": 50362}, "prev_sot_token_id: 50362"),
        ({"lang_to_id": {"<|ko|>": 50265}}, "lang_to_id[<|ko|>]: 50265 (<|ko|> = 50264)"),
        ({"lang_to_id": {"<|en|>": 50259}}, "lang_to_id: <|ko|>?"),
        ({"task_to_id": {"transcribe": 50358}}, "task_to_id[transcribe]: 50358"),
        ({"is_multilingual": False}, "is_multilingual: false"),
        ({"alignment_heads": [[1, 0], [2, 0]]}, "alignment_heads: [2, 0] (decoder_layers 2"),
        ({"alignment_heads": [[1, 2]]}, "alignment_heads: [1, 2]"),
        ({"suppress_tokens": [1, 51865]}, "suppress_tokens: 51865"),
        ({"suppress_tokens": [50257]}, "<|endoftext|>"),
        ({"begin_suppress_tokens": [-1]}, "begin_suppress_tokens: -1"),
        ({"forced_decoder_ids": [[1, None], [2, 60000]]}, "forced_decoder_ids: 60000"),
        ({"max_length": 449}, "max_length: 449"),
    ],
)
def test_a_generation_config_that_does_not_fit_is_named(
    changes: Values, said: str, refused: Callable[[Values], str]
) -> None:
    assert said in refused(changes)


def test_everything_that_is_wrong_is_named_at_once(refused: Callable[[Values], str]) -> None:
    said = refused({"eos_token_id": 1, "max_length": 1000})
    assert "eos_token_id" in said
    assert "max_length" in said


def test_one_that_fits_or_says_little_passes(tiny: Path, tokenizer: Any, whisper_base: Path, tmp_path: Path) -> None:
    special = SpecialTokens.of(tokenizer)
    for folder in (tiny, whisper_base):
        check_generation(folder, tokenizer, special, "ko")
    shutil.copy(tiny / "config.json", tmp_path)
    check_generation(tmp_path, tokenizer, special, "ko")  # no file: the ids stand in config.json
    (tmp_path / "generation_config.json").write_text("{}")
    check_generation(tmp_path, tokenizer, special, "ko")
    for broken in ("[", "[]"):
        (tmp_path / "generation_config.json").write_text(broken)
        with pytest.raises(UserError, match="generation_config"):
            check_generation(tmp_path, tokenizer, special, "ko")


def test_a_tokenizer_of_another_size_is_refused(tiny: Path, tokenizer: Any, tmp_path: Path) -> None:
    config = json.loads((tiny / "config.json").read_text()) | {"vocab_size": 51866}
    (tmp_path / "config.json").write_text(json.dumps(config))
    with pytest.raises(UserError) as error:
        check_generation(tmp_path, tokenizer, SpecialTokens.of(tokenizer), "ko")
    assert error.value.code == "train.tokenizer_size"


class Deaf:
    """A tokenizer that has no token for one syllable."""

    def __init__(self, real: Any, without: str) -> None:
        self._real, self._without = real, without

    def encode(self, text: str, **rest: Any) -> Any:
        return self._real.encode(text.replace(self._without, ""), **rest)

    def decode(self, *given: Any, **rest: Any) -> Any:
        return self._real.decode(*given, **rest)


def test_labels_come_back_from_their_tokens(tokenizer: Any) -> None:
    texts = ("안녕하세요  고객님", " KBS 뉴스, 50퍼센트?", "뷁 😀 ﬁ", "e\u0301")
    manifest = Manifest(Path(), tuple(Utterance(f"u{i}", "a", text) for i, text in enumerate(texts)))
    check_round_trip(manifest, [text_tokens(tokenizer, text) for text in texts], tokenizer)
    deaf = Deaf(tokenizer, "뉴")
    with pytest.raises(UserError, match="u1") as error:
        check_round_trip(manifest, [text_tokens(deaf, text) for text in texts], deaf)
    assert (error.value.code, error.value.facts["count"], error.value.facts["labels"]) == ("train.round_trip", 1, 4)
    assert "뉴스" not in str(error.value)


def test_labels_that_nobody_can_have_said_are_listed_not_dropped(tokenizer: Any) -> None:
    texts = ("가" * 30, "가" * 30, "in a word " * 30, "\u1112\u1161\u11ab")
    manifest = Manifest(Path(), tuple(Utterance(f"u{i}", "a", text) for i, text in enumerate(texts)))
    durations_s = (30 / MOST_SYLLABLES_PER_S, 1.9, 1.0, 1.0)
    found = suspicious(manifest, durations_s, [text_tokens(tokenizer, text) for text in texts])
    reasons = [(one.id, one.reason) for one in found]
    assert reasons == [("u1", "syllables_per_s"), ("u2", "tokens_per_s"), ("u3", "not_nfc")]
    assert all("text" not in one.to_json() for one in found)


@pytest.fixture
def heard(tmp_path: Path) -> Manifest:
    write_audio(tmp_path / "good.wav", np.zeros(2 * RATE, np.float32))
    (tmp_path / "broken.wav").write_bytes(b"RIFF no more")
    (tmp_path / "broken.m4a").write_bytes(b"no more")
    (tmp_path / "empty.flac").touch()
    return Manifest(tmp_path, (Utterance("good", "good.wav", "네", start_s=0.5, end_s=2.04),))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"audio": "lost.wav"}, "audio.missing"),
        ({"audio": "broken.wav", "end_s": 1.0}, "audio.unreadable"),
        ({"audio": "broken.m4a", "end_s": 1.0}, "audio.unreadable"),
        ({"audio": "empty.flac", "end_s": 1.0}, "audio.empty"),
        ({"end_s": 2.1}, "audio.range"),
        ({"start_s": 2.0, "end_s": None}, "audio.range"),
        ({"track": 1}, "audio.track"),
    ],
)
def test_audio_that_cannot_be_heard_is_found_by_its_header(changes: Values, code: str, heard: Manifest) -> None:
    check_audio(heard, None)
    worse = replace(heard.utterances[0], id="worse", **changes)
    with pytest.raises(UserError) as error:
        check_audio(heard, Manifest(heard.root, (*heard.utterances, worse)))
    assert error.value.code == code
    many = Manifest(heard.root, (*heard.utterances, worse, replace(worse, id="worst")))
    with pytest.raises(UserError, match="2 of 3") as error:
        check_audio(many)
    assert error.value.code == "train.audio"


def test_training_checks_all_this_before_it_writes_anything(tiny: Path, corpus: Manifest, tmp_path: Path) -> None:
    model = Path(shutil.copytree(tiny, tmp_path / "model"))
    values = json.loads((model / "generation_config.json").read_text())
    (model / "generation_config.json").write_text(json.dumps(values | {"alignment_heads": [[9, 9]]}))
    settings = TrainSettings(dev_utterances=0, dataloader_num_workers=0, precision="fp32")

    def code(base: Path, manifest: Manifest, **changes: Any) -> str:
        with pytest.raises(UserError) as error:
            train(base, manifest, None, CLEAN, tmp_path / "out", replace(settings, **changes), seed=1)
        assert not (tmp_path / "out").exists()
        return error.value.code

    assert code(model, corpus) == "train.generation_config"
    (tmp_path / "broken.wav").write_bytes(b"RIFF no more")
    assert code(tiny, Manifest(tmp_path, (Utterance("b", "broken.wav", "네", end_s=1.0),))) == "audio.unreadable"
    assert code(tiny, corpus, report_to=("tensorbored",)) == "train.report_unknown"
    assert code(tiny, corpus, report_to=("all",)) == "train.report_unknown"
