from pathlib import Path

import pytest
import yaml

from kowhisper_tel.config_file import dump_config, load_config
from kowhisper_tel.core.errors import UserError


def write(folder: Path, text: str) -> Path:
    path = folder / "my.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_default_survives_yaml(tmp_path: Path) -> None:
    assert load_config(write(tmp_path, dump_config(load_config()))) == load_config()


def test_a_config_of_ones_own_names_its_corpora(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"data: Field required"):
        load_config(write(tmp_path, "name: mine"))


@pytest.mark.parametrize(
    ("text", "place", "near"),
    [
        ("trian: {}", "trian", "train"),
        ("train: {learning_rte: 1}", "train.learning_rte", "learning_rate"),
        ("train: {lora: {lora_alhpa: 1}}", "train.lora.lora_alhpa", "lora_alpha"),
        ("data: {corpora: [{kind: demo, lmit: 3}]}", "data.corpora.0.lmit", "limit"),
        ("evaluate: {decoding: {beamsize: 2}}", "evaluate.decoding.beamsize", "beam_size"),
    ],
)
def test_an_unknown_key_is_placed_and_the_near_one_named(tmp_path: Path, text: str, place: str, near: str) -> None:
    with pytest.raises(UserError) as error:
        load_config(write(tmp_path, text))
    assert error.value.code == "config.invalid"
    assert f"{place}: unknown key. Did you mean {near}?" in str(error.value)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("train: {clean_share: 3}", "config.invalid"),
        ("gate: {least_effect: 50}", "config.invalid"),
        ("gate: {margin: .inf}", "config.invalid"),
        ("train: {batch_seconds: .inf}", "config.invalid"),
        ("train: {forgetting_budget: {clean: .nan}}", "config.invalid"),
        ("name: ../elsewhere", "config.invalid"),
        ("name: ..", "config.invalid"),
        ("train: {window_s: [30, 4]}", "config.invalid"),
        ("train: {recipe: [small-16gb]}", "config.invalid"),
        ("a: [", "config.yaml"),
        ("train: {}\nseed: 1\ntrain: {clean_share: 0}", "config.yaml"),
        ("train: {clean_share: 0, clean_share: 1}", "config.yaml"),
        ("- a\n- b", "config.yaml"),
        ("model: ${KOWHISPER_NO_SUCH_VARIABLE}", "config.variable"),
    ],
)
def test_what_cannot_stand_is_refused(tmp_path: Path, text: str, code: str) -> None:
    with pytest.raises(UserError) as error:
        load_config(write(tmp_path, text))
    assert error.value.code == code


@pytest.mark.parametrize("key", ["data.leaks", "data.sentences", "train.forgetting"])
def test_off_needs_no_quotation_marks(key: str) -> None:
    section, name = key.split(".")
    assert getattr(getattr(load_config(None, [f"{key}=off"]), section), name) == "off"


def test_a_key_may_stand_in_two_places_and_override_what_is_merged(tmp_path: Path) -> None:
    text = (
        "data: {corpora: [&demo {kind: demo, limit: 3}, &more {<<: *demo, limit: 4}, {<<: *more, limit: 5}]}\nname: x"
    )
    assert [corpus.limit for corpus in load_config(write(tmp_path, text)).data.corpora] == [3, 4, 5]


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"none\.yaml"):
        load_config(tmp_path / "none.yaml")


def test_overrides_reach_nested_keys_and_list_items() -> None:
    config = load_config(None, ["train.lora.r=4", "data.corpora=[{kind: demo}]", "data.corpora.0.limit=20", "name=x"])
    assert config.train.lora is not None
    assert config.train.lora.r == 4
    assert config.data.corpora[0].limit == 20
    assert config.name == "x"


@pytest.mark.parametrize("override", ["train", "=3", "name.x=1", "data.corpora.5.limit=1", "name=["])
def test_a_bad_override_is_named(override: str) -> None:
    with pytest.raises(UserError) as error:
        load_config(None, [override])
    assert error.value.code in ("config.override", "config.invalid")


@pytest.mark.parametrize("key", ["train.forgetting", "data.leaks", "data.sentences"])
def test_off_needs_no_quotes(key: str) -> None:
    part, name = key.split(".")
    assert getattr(getattr(load_config(overrides=[f"{key}=off"]), part), name) == "off"


@pytest.mark.parametrize("split", ["8:2", "6:4", "8:1:1", "0.8:0.2"])
def test_a_split_needs_no_quotation_marks(split: str, tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    path.write_text(f"name: t\nseed: 1_0\ndata: {{split: {split}, corpora: [{{kind: demo}}]}}", encoding="utf-8")
    config = load_config(path)
    assert (config.data.split, config.seed) == (split, 10)
    assert load_config(None, [f"data.split={split}"]).data.split == split


def test_paths_are_taken_from_the_config_files_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "calls.jsonl").touch()
    monkeypatch.setenv("HUB_NAME", "who/corpus")
    text = "name: x\ndata: {corpora: [{kind: manifest, path: calls.jsonl}, {kind: dataset, path: '${HUB_NAME}'}]}"
    corpora = load_config(write(tmp_path, text)).data.corpora
    assert corpora[0].path == str(tmp_path / "calls.jsonl")
    assert corpora[1].path == "who/corpus"


def test_noise_files_inside_channels_are_taken_from_there_too(tmp_path: Path) -> None:
    (tmp_path / "street.wav").touch()
    effect = "{effect: noise, snr_db: 5, source: [pink, 'file:street.wav']}"
    channel = f"{{name: x, effects: [{effect}]}}"
    text = f"name: x\ndata: {{corpora: [{{kind: demo}}]}}\ntrain: {{channels: [{{share: 1, channel: {channel}}}]}}"
    channels = load_config(write(tmp_path, text)).train.channels
    assert channels[0]["channel"]["effects"][0]["source"] == ["pink", f"file:{tmp_path / 'street.wav'}"]


def test_a_corpus_layout_is_taken_from_there_too(tmp_path: Path) -> None:
    (tmp_path / "welfare.yaml").touch()
    options = "{layout: welfare.yaml, id_prefix: welfare, synthetic: false}"
    text = f"name: x\ndata: {{corpora: [{{kind: fields, path: corpus, options: {options}}}]}}"
    options = load_config(write(tmp_path, text)).data.corpora[0].options
    assert options == {"layout": str(tmp_path / "welfare.yaml"), "id_prefix": "welfare", "synthetic": False}


def test_files_of_suites_are_taken_from_there_too(tmp_path: Path) -> None:
    asked = "suites: [clean, ours/suites.yaml]"
    text = f"name: x\ndata: {{corpora: [{{kind: demo}}]}}\nevaluate: {{{asked}}}\nexport: {{{asked}}}"
    config = load_config(write(tmp_path, text))
    assert config.export is not None
    assert config.export.suites == config.evaluate.suites == ["clean", str(tmp_path / "ours" / "suites.yaml")]


def test_every_field_says_what_it_is_for() -> None:
    def walk(section: type) -> None:
        for name, field in section.model_fields.items():
            assert field.description, f"{section.__name__}.{name}"

    from kowhisper_tel import config

    for section in vars(config).values():
        if isinstance(section, type) and issubclass(section, config.Section):
            walk(section)


@pytest.mark.parametrize("path", sorted((Path(__file__).parents[2] / "configs").glob("*.yaml")), ids=lambda p: p.name)
def test_the_configs_that_ship_are_valid(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in set(__import__("re").findall(r"\$\{(\w+)\}", path.read_text(encoding="utf-8"))):
        monkeypatch.setenv(name, "somewhere")
    load_config(path)
    assert yaml.safe_load(path.read_text(encoding="utf-8"))["name"] == path.stem
