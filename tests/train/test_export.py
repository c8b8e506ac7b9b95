"""Export: what is written is what was trained, and what is said of it is what was measured."""

from __future__ import annotations

import dataclasses
import json
import math
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from eval_suites import stock
from eval_suites.statistics import bootstrap
from eval_suites.tally import Tally
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.manifest import Manifest
from kowhisper_tel.train.export import card, formats, parity
from kowhisper_tel.train.export.export import Settings, export
from kowhisper_tel.train.export.facts import Corpus, Facts, StratumResult, corpora_of, hub_name
from kowhisper_tel.train.export.measure import Hearing, Sample, sample_of
from kowhisper_tel.train.export.parity import Check, Parity
from kowhisper_tel.whisper import sealed
from kowhisper_tel.whisper.decoding import DecodingOptions

OPTIONS = DecodingOptions(temperatures=(0.0,), max_new_tokens=6, tail_s=0.0)
HEARING = Hearing(3, 8, "cpu", 1, OPTIONS, cost=False)
FACTS = Facts("calls", "phone", corpora=(Corpus("my|calls", "folder", 1.5, 20, 3, "unstated", False),))
HALF_A_POINT = 0.005
MADE = ("ct2-int8", "safetensors")


@pytest.fixture(scope="module")
def sample(corpus: Manifest) -> Sample:
    few = Manifest(corpus.root, tuple(dataclasses.replace(u, speaker=f"s{n % 4}") for n, u in enumerate(corpus)))
    return sample_of(few, names=["clean", "phone_g711"], count=6)


@pytest.fixture(scope="module")
def made(tiny: Path, sample: Sample, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Parity]:
    out = tmp_path_factory.mktemp("run")
    settings = Settings(MADE, parity_budget=1.0, stock=False)
    return out, export(tiny, out / "exports", out / "parity", settings, sample, FACTS, hearing=HEARING)


def test_every_format_holds_what_stock_tools_read(made: tuple[Path, Parity]) -> None:
    out = made[0] / "exports"
    for name in MADE:
        files = {file.name for file in (out / name).iterdir()}
        wanted = {"config.json", "tokenizer.json", "preprocessor_config.json", "generation_config.json", "README.md"}
        own = {"model.safetensors"} if name == "safetensors" else {"model.bin", "vocabulary.json"}
        assert wanted | own | {"export.json"} <= files, name
        generation = json.loads((out / name / "generation_config.json").read_text())
        assert (generation["language"], generation["task"]) == ("ko", "transcribe")
        assert generation["lang_to_id"]
        assert sealed.check(out / name)
        assert all(file.stat().st_mode & 0o044 for file in (out / name).iterdir())
    assert not list(out.rglob("hypotheses.jsonl")), "texts lie apart from what is published"


def test_the_tensors_are_those_that_were_trained(made: tuple[Path, Parity], tiny: Path) -> None:
    from safetensors.numpy import load_file

    trained = load_file(tiny / "model.safetensors")
    written = load_file(made[0] / "exports" / "safetensors" / "model.safetensors")
    assert written.keys() == trained.keys()
    assert all((written[name] == trained[name]).all() for name in trained)


def test_fp32_safetensors_say_the_same_and_all_is_measured_on_every_suite(made: tuple[Path, Parity]) -> None:
    found = made[1]
    assert [row.check.name for row in found.rows] == list(MADE)
    for row in found.rows:
        assert [one.suite for one in row.strata] == ["clean", "phone_g711"]
        assert all(one.clips == 6 and one.blocks == 4 and one.strength == "description" for one in row.strata)
        assert row.disk_bytes == sum(f.stat().st_size for f in (made[0] / "exports" / row.check.format).iterdir()) - (
            (made[0] / "exports" / row.check.format / "README.md").stat().st_size
        )
    same = found.rows[1].strata
    assert all(one.identical == 1 and one.delta == 0 and one.verdict == "held" for one in same)
    assert Parity.from_json(json.loads((made[0] / "exports" / "parity.json").read_text())) == found


def test_what_is_finished_is_given_back_and_a_format_more_is_added(
    made: tuple[Path, Parity], tiny: Path, sample: Sample, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from safetensors.numpy import load_file

    from kowhisper_tel.whisper.ct2_format import hugging_face_names, read_variables

    out = tmp_path / "run"
    shutil.copytree(made[0], out)

    def again(settings: Settings, **more: Any) -> Parity:
        return export(tiny, out / "exports", out / "parity", settings, sample, FACTS, hearing=HEARING, **more)

    before = {file: file.stat().st_mtime_ns for file in out.rglob("model.*")}
    with monkeypatch.context() as patched:
        patched.setattr("kowhisper_tel.train.export.export.measure", None)
        assert again(Settings(MADE[::-1], parity_budget=1.0, stock=False)) == made[1]
    more = again(Settings(("ct2-float16",), parity_budget=1.0, stock=False))
    assert [row.check.name for row in more.rows] == list(formats.FORMATS)
    assert {file: file.stat().st_mtime_ns for file in before} == before, "what was there is not written again"
    halved = hugging_face_names(read_variables((out / "exports" / "ct2-float16" / "model.bin").read_bytes()))
    trained = load_file(tiny / "model.safetensors")
    assert len(halved) > 20
    assert all((halved[name] == trained[name].astype(np.float16)).all() for name in halved)
    assert more.rows[1].computed in ("float16", "float32")
    assert more.rows[1].strata[0].identical > 0.5, "a conversion that loses a matrix says something else altogether"


@pytest.mark.parametrize("breakage", ["flip", "remove", "add"])
def test_a_changed_export_is_noticed_wherever_it_is_used(
    made: tuple[Path, Parity], tiny: Path, sample: Sample, tmp_path: Path, breakage: str
) -> None:
    from eval_suites import engines
    from eval_suites.models import ModelSpec

    for name, engine, file in (("ct2-int8", "ctranslate2", "model.bin"), ("safetensors", "transformers", "vocab.json")):
        out = shutil.copytree(made[0], tmp_path / name)
        folder = out / "exports" / name
        engines.get(engine).check(ModelSpec(folder, "other"), None)
        target = folder / ("config.json" if breakage != "add" else file + ".new")
        if breakage == "flip":
            data = bytearray(target.read_bytes())
            data[len(data) // 2] ^= 1
            target.write_bytes(data)
        elif breakage == "remove":
            target.unlink()
        else:
            target.write_text("{}")
        for use in (
            lambda: engines.get(engine).check(ModelSpec(folder, "other"), None),  # noqa: B023
            lambda: export(tiny, out / "exports", out / "p", Settings(stock=False), sample, FACTS, hearing=HEARING),  # noqa: B023
        ):
            with pytest.raises(UserError) as error:
                use()
            assert error.value.code == "export.changed"
            assert target.name in str(error.value)


def test_the_card_may_be_edited(made: tuple[Path, Parity], tmp_path: Path) -> None:
    folder = shutil.copytree(made[0] / "exports" / "ct2-int8", tmp_path / "copy")
    (folder / "README.md").write_text("mine")
    (folder / ".cache" / "huggingface").mkdir(parents=True)
    (folder / ".cache" / "huggingface" / "download.lock").write_text("")
    (folder / ".gitattributes").write_text("*.bin filter=lfs")
    assert sealed.check(folder)


@pytest.mark.parametrize("files", ["null", '["x"]', "3", '"x"'])
def test_a_seal_of_another_form_is_said_to_be_unreadable(files: str, tmp_path: Path) -> None:
    (tmp_path / "export.json").write_text(f'{{"format": "a", "source": "b", "weights": "c", "files": {files}}}')
    with pytest.raises(UserError) as error:
        sealed.check(tmp_path)
    assert error.value.code == "export.seal"


def test_another_model_or_dtype_is_not_written_over_unasked(
    made: tuple[Path, Parity], tiny: Path, sample: Sample, tmp_path: Path
) -> None:
    out = tmp_path / "run"
    shutil.copytree(made[0], out)
    other = shutil.copytree(tiny, tmp_path / "other")
    config = json.loads((other / "config.json").read_text())
    (other / "config.json").write_text(json.dumps({**config, "dropout": 0.0}))
    half = Settings(("safetensors",), "fp16", 1.0, stock=False)

    def go(source: Path, settings: Settings, **more: Any) -> Parity:
        return export(source, out / "exports", out / "parity", settings, sample, FACTS, hearing=HEARING, **more)

    for source, settings in ((other, Settings(stock=False)), (tiny, half)):
        with pytest.raises(UserError) as error:
            go(source, settings)
        assert error.value.code == "export.exists"
    found = go(tiny, half, overwrite=True)
    assert [row.check.name for row in found.rows] == ["safetensors"]
    assert json.loads((out / "exports" / "safetensors" / "config.json").read_text())["dtype"] == "float16"
    (out / "exports" / "ct2-int8").mkdir()
    with pytest.raises(UserError) as error:
        go(tiny, Settings(("ct2-int8",), "fp16", stock=False))
    assert error.value.code == "export.foreign"


def test_wrong_inputs_are_said_before_anything_is_written(tiny: Path, sample: Sample, tmp_path: Path) -> None:
    adapter = tmp_path / "adapter"
    adapter.mkdir()
    (adapter / "adapter_config.json").write_text("{}")
    broken = shutil.copytree(tiny, tmp_path / "broken")
    weights = (broken / "model.safetensors").read_bytes()
    (broken / "model.safetensors").write_bytes(weights[: len(weights) // 2])
    for source, wanted, code in (
        (tiny, ("onnx",), "export.format"),
        (tiny, ("ct2-int3",), "export.format"),
        (tiny, (), "export.no_format"),
        (adapter, formats.FORMATS, "export.adapter"),
        (broken, formats.FORMATS, "model.broken"),
    ):
        with pytest.raises(UserError) as error:
            export(source, tmp_path / "out", tmp_path / "p", Settings(wanted), sample, FACTS, hearing=HEARING)
        assert error.value.code == code
        assert not (tmp_path / "out").exists()
    kept = tmp_path / "out" / "kept"
    kept.mkdir(parents=True)
    nothing = dataclasses.replace(sample, suites=())
    with pytest.raises(UserError) as error:
        export(tiny, kept.parent, tmp_path / "p", Settings(), nothing, FACTS, hearing=HEARING, overwrite=True)
    assert error.value.code == "export.no_suites"
    assert kept.exists(), "what was there is not deleted for nothing"


def test_a_stock_tool_that_is_not_here_is_a_row_that_says_so(
    tiny: Path, sample: Sample, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stock, "installed", lambda tool: False)
    settings = Settings(("ct2-int8",), parity_budget=1.0)
    found = export(tiny, tmp_path / "e", tmp_path / "p", settings, sample, FACTS, hearing=HEARING)
    rows = {row.check.name: row for row in found.rows}
    assert rows["ct2-int8 in faster-whisper"].verdict == "absent"
    assert "pip install" in rows["ct2-int8 in faster-whisper"].how_to_get
    assert "pip install 'faster-whisper" in (tmp_path / "e" / "ct2-int8" / "README.md").read_text(encoding="utf-8")


def interval(changes: list[int], errors: int = 10, syllables: int = 100) -> Any:
    old = [Tally(syllables - errors, errors) for _ in changes]
    new = [Tally(syllables - errors - change, errors + change) for change in changes]
    return bootstrap(old, new)


def test_a_verdict_is_read_off_the_upper_end() -> None:
    held, worse, unclear = interval([0] * 12), interval([4] * 12), interval([-3, 4] * 6)
    assert [parity.verdict(one, HALF_A_POINT) for one in (held, worse, unclear)] == ["held", "worse", "open"]
    assert parity.verdict(interval([0]), HALF_A_POINT) == "open", "one speaker shows nothing"
    assert parity.clips_needed(held, 50, HALF_A_POINT) is None
    assert parity.clips_needed(worse, 50, HALF_A_POINT) is None
    small = interval([-3, 3] * 6)
    needed = parity.clips_needed(small, 50, HALF_A_POINT)
    assert needed == math.ceil(50 * ((small.high - small.delta) / (HALF_A_POINT - small.delta)) ** 2)
    assert needed > 50


def test_one_row_that_is_not_held_is_enough_and_one_for_information_decides_nothing() -> None:
    def row(verdict: str, judged: bool = True) -> parity.Row:
        one = parity.StratumParity("clean", "clean", "cer", 9, 9, "speaker", "description", 0.1, 0.1, 0.0, 0.0, 0.0,
                                   1.0, 0, 0, verdict, None)  # type: ignore[arg-type]  # fmt: skip
        return parity.Row(Check("a", "ct2-int8", "kowhisper_tel", "trained", judged=judged), "int8", 1, None, (one,))

    def held(*rows: parity.Row) -> bool:
        return Parity("phone", "x", HALF_A_POINT, "cpu", rows).held

    assert held(row("held"))
    assert not held(row("held"), row("open"))
    assert not held(row("worse"))
    assert held(row("held"), row("worse", judged=False))


def test_the_rows_are_each_format_here_and_stock_tools_against_here() -> None:
    found = {one.name: one for one in parity.checks(["ct2-float16", "ct2-int8", "safetensors"])}
    assert [one.against for one in found.values()][:3] == ["trained"] * 3
    stocked = {name: one for name, one in found.items() if one.tool != "kowhisper_tel"}
    assert [one.against for one in stocked.values()] == ["ct2-float16", "ct2-float16", "safetensors"]
    assert [name for name, one in found.items() if not one.judged] == ["ct2-float16 in faster-whisper, greedy"]
    assert all(one.tool in stock.TOOLS for one in stocked.values())
    assert len(parity.checks(["safetensors"], with_stock=False)) == 1


def test_one_suite_of_every_stratum_that_can_be_filled(corpus: Manifest) -> None:
    from eval_suites import suites

    found = sample_of(corpus, count=5)
    strata = [suite.stratum for suite in found.suites]
    assert len(strata) == len(set(strata))
    told = {left["stratum"] for left in found.left_out}
    assert {*strata, *told} == set(suites.strata()) - set(suites.ASKED_ONLY)
    assert all(suite.sample == 5 or 0 < len(suite.items) <= 5 for suite in found.suites)
    assert [s.fingerprint for s in found.suites] == [s.fingerprint for s in sample_of(corpus, count=5).suites]


def test_the_card_is_one_for_the_hub_and_tells_no_secrets(made: tuple[Path, Parity], corpus: Manifest) -> None:
    import yaml
    from huggingface_hub import ModelCard

    result = StratumResult("phone", 40, 6, "description", 0.3, 0.2, -0.1, -0.15, -0.05, 2, True)
    facts = dataclasses.replace(FACTS, results=(result,), base_model="openai/whisper-base", licence="mit")
    for name in MADE:
        seal = sealed.read(made[0] / "exports" / name)
        assert seal
        text = card.text(seal, facts, made[1])
        (made[0] / "card.md").write_text(text, encoding="utf-8")
        data = ModelCard.load(made[0] / "card.md").data
        assert (data.language, data.license, data.base_model) == (["ko"], "mit", "openai/whisper-base")
        assert data.eval_results[0].metric_value == 20.0
        assert yaml.safe_load(text.split("---")[1])["model-index"][0]["name"] == "calls-phone"
        assert "my/calls" in text, "a name cannot end a cell"
        assert "too few speakers to judge" in text
        assert "화자가 너무 적음" in text
        for secret in (str(made[0]), str(corpus.root), str(Path.home()), *{u.text for u in corpus}):
            assert secret not in text
    assert "unstated" in card.metadata(seal, FACTS)


def test_a_card_says_what_an_interval_is_over(made: tuple[Path, Parity]) -> None:
    seal = sealed.read(made[0] / "exports" / "ct2-int8")
    assert seal
    strata = (dataclasses.replace(made[1].rows[0].strata[0], kind="clip", blocks=40),)
    rows = (dataclasses.replace(made[1].rows[0], strata=strata), *made[1].rows[1:])
    text = card.text(seal, FACTS, dataclasses.replace(made[1], rows=rows))
    assert "| 40 clips (no speaker named) |" in text
    assert "| 클립 40개 (화자 정보 없음) |" in text
    assert "40 speakers" not in text


def test_a_card_claims_other_speakers_only_where_they_are(made: tuple[Path, Parity]) -> None:
    seal = sealed.read(made[0] / "exports" / "ct2-int8")
    assert seal
    result = StratumResult("phone", 40, 6, "description", 0.3, 0.2, -0.1, -0.15, -0.05, 2, True)
    said = {
        apart: card.text(seal, dataclasses.replace(FACTS, results=(result,), apart=apart), made[1])  # type: ignore[arg-type]
        for apart in ("speaker", "call", "utterance")
    }
    assert ["on speakers outside training" in text for text in said.values()] == [True, False, False]
    assert ["화자는 학습에 없는 사람" in text for text in said.values()] == [True, False, False]
    assert "calls outside training" in said["call"]


def test_the_card_of_a_control_does_not_claim_the_telephone(made: tuple[Path, Parity]) -> None:
    seal = sealed.read(made[0] / "exports" / "ct2-int8")
    assert seal
    phone, control = (card.text(seal, dataclasses.replace(FACTS, control=one), made[1]) for one in (False, True))
    for said in ("- telephone\n", "Korean telephone speech", "전화 음성을 받아쓰도록"):
        assert said in phone
        assert said not in control


def test_a_card_warns_only_of_its_own_format(made: tuple[Path, Parity]) -> None:
    strata = tuple(dataclasses.replace(one, verdict="worse") for one in made[1].rows[0].strata)
    rows = (dataclasses.replace(made[1].rows[0], strata=strata), *made[1].rows[1:])
    for name, warned in (("ct2-int8", True), ("safetensors", False)):
        seal = sealed.read(made[0] / "exports" / name)
        assert seal
        assert ("Careful" in card.text(seal, FACTS, dataclasses.replace(made[1], rows=rows))) == warned


def test_a_killed_exports_remains_are_removed(made: tuple[Path, Parity], tiny: Path, sample: Sample) -> None:
    out = made[0] / "exports"
    (out / ".ct2-int8.abcd1234" / "new").mkdir(parents=True)
    settings = Settings(MADE, parity_budget=1.0, stock=False)
    assert export(tiny, out, made[0] / "parity", settings, sample, FACTS, hearing=HEARING) == made[1]
    assert not list(out.glob(".*"))


def test_a_card_says_when_a_check_does_not_hold(made: tuple[Path, Parity]) -> None:
    seal = sealed.read(made[0] / "exports" / "ct2-int8")
    assert seal

    def said(verdict: str) -> str:
        rows = tuple(
            dataclasses.replace(row, strata=tuple(dataclasses.replace(one, verdict=verdict) for one in row.strata))
            for row in made[1].rows
        )
        return card.text(seal, FACTS, dataclasses.replace(made[1], rows=rows))

    good, bad = said("held"), said("worse")
    assert "Careful" not in good
    assert "Careful" in bad
    assert "beyond the budget" in bad
    assert "허용치 초과" in bad


def test_a_local_base_model_or_corpus_is_not_named_by_its_place(tmp_path: Path) -> None:
    assert hub_name(str(tmp_path)) is None
    assert hub_name("builtin/whisper-base") == "openai/whisper-base"
    cards = {"corpora": [{"corpus": "calls", "hours": 1}, {"corpus": "fleurs", "hours": 2, "licence": "CC BY 4.0"}]}
    own, public = corpora_of(cards, [str(tmp_path / "calls"), "google/fleurs"])
    assert (own.hub_id, public.hub_id, own.licence, public.licence) == (None, "google/fleurs", "unstated", "CC BY 4.0")


def snippets(text: str) -> list[str]:
    return [block.split("```")[0] for block in text.split("```python\n")[1:]]


@pytest.mark.parametrize("name", ["ct2-int8", "safetensors"])
def test_the_code_in_the_card_runs_as_it_stands(
    made: tuple[Path, Parity], name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    from kowhisper_tel.core.audio import RATE, write_audio

    folder = shutil.copytree(made[0] / "exports" / name, tmp_path / "model")
    write_audio(folder / "call.wav", np.random.default_rng(0).normal(0, 0.05, RATE).astype(np.float32))
    generation = json.loads((folder / "generation_config.json").read_text())
    (folder / "generation_config.json").write_text(json.dumps(generation | {"max_new_tokens": 3, "num_beams": 1}))
    monkeypatch.chdir(folder)
    blocks = snippets((folder / "README.md").read_text(encoding="utf-8"))
    assert len(blocks) == 4, "two tools in two languages"
    assert blocks[:2] == blocks[2:]
    absent = not stock.installed("faster-whisper")
    for block in blocks[:2]:
        if not (absent and "faster_whisper" in block):
            exec(block, {})
            assert capsys.readouterr().out.endswith("\n")
    if absent and name.startswith("ct2"):
        pytest.skip("faster-whisper is not installed (extra `bench`): its snippet was not run, the other was")
