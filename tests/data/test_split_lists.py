"""Given lists: published test sets in the forms they come in, what they match, and what is done about the rest."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kowhisper_tel.config_file import load_config
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.files import read_json_lines
from kowhisper_tel.core.manifest import Manifest
from kowhisper_tel.core.utterance import Utterance
from kowhisper_tel.data.corpus import CorpusSpec
from kowhisper_tel.data.leaks.weed import LeakRules
from kowhisper_tel.data.prepare import prepare
from kowhisper_tel.data.split import SplitSpec
from kowhisper_tel.data.split_lists import match_lists

SEEN = LeakRules("report")  # the tests below use one recording for all


def utterances(*files: str) -> list[Utterance]:
    return [Utterance(f"u{n}", f"/corpora/aihub/{file}", "네") for n, file in enumerate(files)]


TELEPHONE = utterances(
    "1.Training/D04/J18/S023423/0005.wav",
    "Validation/D04/J18/S023423/0006.wav",
    "Validation/D04/J19/S038556/0005.wav",
    "Validation/D05/J19/S038557/0005.wav",
)
COUNSELLING = utterances("KtelSpeech/D60/J91/S00012652/0003.wav", "KtelSpeech/D61/J91/S00012652/0003.wav")
MEETING = [Utterance(f"m{n}", f"/corpora/m/broadcast/DGBEJ2100004{n // 2}.wav", "네", start_s=n) for n in range(4)]
KSPON = utterances("KsponSpeech_eval/eval_clean/KsponSpeech_E00001.pcm", "eval_clean/KsponSpeech_E00002.pcm")


@pytest.mark.parametrize(
    ("corpus", "suffix", "text", "expected"),
    [
        (TELEPHONE, ".txt", "2.Validation/D04/J18/S023423/0005.wav\n2.Validation/D05/J19/S038557/0005.wav\n", "u0 u3"),
        (TELEPHONE, ".txt", "D04\\J18\\S023423\\0006\r\n\r\n", "u1"),
        (TELEPHONE, ".txt", "u2\n", "u2"),
        (COUNSELLING, ".txt", "/nfs/archive/db/test/audio/1/D61-J91-S00012652-0003.wav\n", "u1"),
        (MEETING, ".txt", "2.Validation/*/DGBEJ21000041.wav\n", "m2 m3"),
        (KSPON, ".trn", "KsponSpeech_eval/eval_clean/KsponSpeech_E00002.pcm :: 네 / 그래요\n", "u1"),
        (KSPON, ".txt", "KsponSpeech_E00001.flac\t네\n", "u0"),
        (KSPON, ".jsonl", '{"audio": "x/KsponSpeech_E00001.wav", "text": "네"}\n"KsponSpeech_E00002"\n', "u0 u1"),
        (KSPON, ".json", '{"test": [{"id": "u1"}, {"id": "?", "audio": "KsponSpeech_E00001"}]}', "u0 u1"),
        (KSPON, ".csv", "text,audio_filepath\n네,eval_clean/KsponSpeech_E00002.wav\n", "u1"),
    ],
)
def test_forms_of_lists(corpus: list[Utterance], suffix: str, text: str, expected: str, tmp_path: Path) -> None:
    path = tmp_path / f"test{suffix}"
    path.write_text(text, encoding="utf-8-sig")
    listed = match_lists({"test": str(path)}, corpus)
    assert (sorted(listed.given), listed.unmatched) == (expected.split(), ())


def test_what_a_list_names_that_is_not_here_is_listed_and_not_guessed(tmp_path: Path) -> None:
    path = tmp_path / "test.txt"
    names = ["Validation/D04/J18/S023423/0005.wav", "Validation/D04/J18/S999999/0006.wav", "0005.wav", "nothing.wav"]
    path.write_text("\n".join(names), encoding="utf-8")
    listed = match_lists({"test": str(path)}, TELEPHONE)
    assert dict(listed.given) == {"u0": "test"}
    assert [(u.name, u.several) for u in listed.unmatched] == [(names[1], 0), (names[2], 3), (names[3], 0)]
    assert listed.to_json() == {"test": {"entries": 4, "matched": 1, "utterances": 1, "nothing": 2, "several": 1}}


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("test.txt", "elsewhere/a.wav\n", "list_nothing"),
        ("test.txt", "\n", "list_nothing"),
        ("test.csv", "text,speaker\n네,kim\n", "list_column"),
        ("gone.txt", None, "list_missing"),
    ],
)
def test_refusals(name: str, text: str | None, code: str, tmp_path: Path) -> None:
    if text is not None:
        (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(UserError) as caught:
        match_lists({"test": str(tmp_path / name)}, TELEPHONE)
    assert caught.value.code == f"prepare.{code}"


def test_one_utterance_in_two_lists(tmp_path: Path) -> None:
    for name in ("dev", "test"):
        (tmp_path / name).write_text("u0\n", encoding="utf-8")
    with pytest.raises(UserError, match="u0"):
        match_lists({name: str(tmp_path / name) for name in ("dev", "test")}, TELEPHONE)


def calls(tone: Any, lines: Any) -> CorpusSpec:
    """Six speakers in six calls of three utterances; an agent in each."""
    tone("a.wav")
    records = [
        {"id": f"{c}-{n}", "audio": "a.wav", "text": "네", "speaker": "Agent" if n == 2 else f"s{c}", "call": f"c{c}"}
        for c in range(6)
        for n in range(3)
    ]
    return CorpusSpec("manifest", str(lines(*records)))


def test_the_list_rules_and_its_speakers_are_in_no_other_split(tone: Any, lines: Any, tmp_path: Path) -> None:
    corpus = calls(tone, lines)
    (tmp_path / "test.txt").write_text("0-0\n1-1\nnowhere\n", encoding="utf-8")
    options = {"lists": {"test": str(tmp_path / "test.txt")}, "leaks": SEEN, "seed": 1}
    split = SplitSpec.parse("6:2:2")
    with pytest.raises(UserError, match="s0, s1") as caught:
        prepare([corpus], tmp_path / "out", split=split, **options)
    assert (caught.value.code, caught.value.facts["count"]) == ("prepare.list_overlap", 4)
    with pytest.raises(UserError, match="join them"):  # the agent joins all other calls
        prepare([corpus], tmp_path / "out", split=split, overlap="drop", **options)
    made = prepare([corpus], tmp_path / "out", split=SplitSpec.parse("8:2"), overlap="drop", **options)
    assert [u.id for u in Manifest.read(made.manifests["test"])] == ["0-0", "1-1"]
    assert {u.call for u in Manifest.read(made.manifests["train"])} == {"c2", "c3", "c4", "c5"}
    assert made.summary["rejects"] == {"prepare.list_speaker": 4}
    assert made.summary["lists"]["test"]["nothing"] == 1
    assert [line["entry"] for line in read_json_lines(made.folder / "lists.jsonl")] == ["nowhere"]
    by_call = SplitSpec.parse("6:2:2", "call")
    shared = prepare([corpus], tmp_path / "calls", split=by_call, overlap="drop", **options)
    sides = {split: {u.call for u in Manifest.read(path)} for split, path in shared.manifests.items()}
    assert sides["test"] == {"c0", "c1"}
    assert not sides["train"] & sides["dev"]
    assert len(sides["train"] | sides["dev"]) == 4


def test_a_changed_list_is_another_input(tone: Any, lines: Any, tmp_path: Path) -> None:
    corpus = calls(tone, lines)
    path = tmp_path / "test.jsonl"
    path.write_text("".join(json.dumps({"id": f"0-{n}"}) + "\n" for n in range(3)), encoding="utf-8")
    options = {"split": SplitSpec.parse("8:2", "call"), "lists": {"test": str(path)}, "leaks": SEEN, "seed": 1}
    assert prepare([corpus], tmp_path / "out", **options).summary["accepted"] == 18
    path.write_text(path.read_text(encoding="utf-8").replace("0-", "1-"), encoding="utf-8")
    with pytest.raises(UserError, match="differs now: lists "):
        prepare([corpus], tmp_path / "out", **options)


def test_a_config_takes_lists_from_its_own_folder(tmp_path: Path) -> None:
    (tmp_path / "test.txt").write_text("a\n", encoding="utf-8")
    (tmp_path / "my.yaml").write_text(
        "name: my\ndata: {corpora: [{kind: demo}], split_by: call, stratify_by: [gender], lists: {test: test.txt}}\n",
        encoding="utf-8",
    )
    data = load_config(tmp_path / "my.yaml").data
    assert data.lists == {"test": str((tmp_path / "test.txt").resolve())}
    assert (data.overlap, data.leaks, data.sentences) == ("fail", "fail", "drop")
