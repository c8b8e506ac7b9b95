"""Bad configs by name, and bad files that a config or a command names, with the code of each."""

from __future__ import annotations

from collections.abc import Mapping

from tests.attacks.test_configs import DATA, ENTRIES, WHOLE

DEEP = "[" * 1_000
"""Of YAML, which takes long over more; and of JSON."""
DEEPER = b"[" * 50_000


def _entries() -> dict[str, tuple[bytes | None, str]]:
    """Configs that are right but for an entry."""
    rest = {entry: DATA.removeprefix("name: x\n") if entry.startswith("name") else DATA for entry in ENTRIES}
    return {f"entry {entry}": (f"{rest[entry]}{entry}\n".encode(), "config.invalid") for entry in ENTRIES}


CONFIGS: Mapping[str, tuple[bytes | None, str]] = {
    **_entries(),
    **{f"whole {text[:40]}": (text.encode(), code) for text, (code, _) in WHOLE.items()},
    "not there": (None, "config.missing"),
    "empty": (b"", "config.invalid"),
    "a word": (b"hello", "config.yaml"),
    "tab for indentation": (b"name: x\ndata:\n\tcorpora: [{kind: demo}]\n", "config.yaml"),
    "open quote": (b'name: "x\ndata: {corpora: [{kind: demo}]}\n', "config.yaml"),
    "unknown alias": (b"name: *x\n", "config.yaml"),
    "unknown tag": (b"name: !thing x\n", "config.yaml"),
    "two documents": (b"name: x\n---\nname: y\n", "config.yaml"),
    "control character": (b"name: x\x00y\n", "config.yaml"),
    "key of a list": (b"? [a]\n: 1\n", "config.yaml"),
    "merge of no mapping": (b"<<: 1\nname: x\n", "config.yaml"),
    "key twice": (b"name: x\nname: y\ndata: {corpora: [{kind: demo}]}\n", "config.yaml"),
    "neither UTF-8 nor anything": (b"\xff\xfe\x00name", "config.yaml"),
    "cp949": ("name: 통화\n".encode("cp949"), "config.yaml"),
    "JSON cut off": (b'{"name": "x", "data": ', "config.yaml"),
    "number of 5,000 digits": (DATA.encode() + b"seed: " + b"9" * 5_000 + b"\n", "config.yaml"),
}
SUITE_FILES: Mapping[str, tuple[bytes | None, str]] = {
    "not there": (None, "suites.file_missing"),
    "empty": (b"", "suites.file_yaml"),
    "no YAML": (b"- a: [", "suites.file_yaml"),
    "nested too deeply": (b"- a: " + DEEP.encode(), "suites.file_yaml"),
    "a mapping": (b"name: x\n", "suites.file_yaml"),
    "not UTF-8": (b"\xff\xfe\x00", "suites.file_yaml"),
    "makes objects": (b"- !!python/object/apply:os.getcwd []\n", "suites.file_yaml"),
    "unknown key": (b"- {name: x, chanel: []}\n", "suites.file_key"),
    "key twice": (b"- {name: x, sample: 5, sample: 6}\n", "suites.file_yaml"),
    "entry a word": (b"- hello\n", "suites.file_yaml"),
    "channel a number": (b"- {name: x, channel: 5}\n", "suites.file_value"),
    "unknown effect": (b"- {name: x, channel: [{effect: nois}]}\n", "suites.file_value"),
}
BUDGETS: Mapping[str, tuple[bytes | None, str]] = {
    "not there": (None, "gate.budgets_missing"),
    "empty": (b"", "gate.budgets_yaml"),
    "no YAML": (b"margin: [", "gate.budgets_yaml"),
    "nested too deeply": (b"margin: " + DEEP.encode(), "gate.budgets_yaml"),
    "a list": (b"- margin\n", "gate.budgets_yaml"),
    "not UTF-8": (b"\xff\xfe\x00", "gate.budgets_yaml"),
    "makes objects": (b"margin: !!python/object/apply:os.getcwd []\n", "gate.budgets_yaml"),
    "key twice": (b"margin: 0.1\nmargin: 0.2\n", "gate.budgets_yaml"),
    "unknown key": (b"margn: 0.1\n", "gate.budgets_invalid"),
    "margin in percent": (b"margin: 5\n", "gate.budgets_invalid"),
    "margin NaN": (b"margin: .nan\n", "gate.budgets_invalid"),
    "margin a word": (b"margin: small\n", "gate.budgets_invalid"),
    "unknown suite": (b"suites: {noisy_99: {margin: 0.1}}\n", "gate.budgets_unknown"),
}
PRESETS: Mapping[str, tuple[bytes | None, str]] = {
    "not there": (None, "simulate.channel"),
    "empty": (b"", "simulate.channel"),
    "no YAML": (b"mixture: [", "simulate.channel"),
    "nested too deeply": (b"mixture: " + DEEP.encode(), "simulate.channel"),
    "a list": (b"- a\n", "simulate.channel"),
    "a number": (b"5\n", "simulate.channel"),
    "not UTF-8": (b"\xff\xfe\x00", "simulate.channel"),
    "makes objects": (b"mixture: !!python/object/apply:os.getcwd []\n", "simulate.channel"),
    "share negative": (b"mixture: [{share: -1, channel: {name: x, effects: []}}]\n", "simulate.channel"),
    "share NaN": (b"mixture: [{share: .nan, channel: {name: x, effects: []}}]\n", "simulate.channel"),
    "unknown effect": (b"mixture: [{share: 1, channel: {name: x, effects: [{effect: nois}]}}]\n", "simulate.channel"),
    "unknown codec": (
        b"mixture: [{share: 1, channel: {name: x, effects: [{effect: codec, codec: evs}]}}]\n", "simulate.channel",
    ),
    "unknown setting": (
        b"mixture: [{share: 1, channel: {name: x, effects: [{effect: noise, snr: 5}]}}]\n", "simulate.channel",
    ),
    "setting a word": (
        b"mixture: [{share: 1, channel: {name: x, effects: [{effect: noise, snr_db: loud, source: white}]}}]\n",
        "simulate.channel",
    ),
    "noise not there": (
        b"mixture: [{share: 1, channel: {name: x, effects: [{effect: noise, snr_db: 5, source: 'file:no.wav'}]}}]\n",
        "simulate.channel",
    ),
}  # fmt: skip
RECORDS: Mapping[str, tuple[bytes | None, str]] = {
    "not there": (None, "simulate.no_records"),
    "empty": (b"", "simulate.no_records"),
    "no JSON": (b"hello\n", "simulate.record"),
    "not UTF-8": (b"\xff\xfe\x00\n", "simulate.record"),
    "a list": (b"[]\n", "simulate.record"),
    "nested too deeply": (b'{"key": ' + DEEPER + b"\n", "simulate.record"),
    "without its parameters": (b'{"key": "a0.flac", "seed": 1}\n', "simulate.record"),
    "seed a word": (b'{"key": "a0.flac", "seed": "x", "drawn": {}}\n', "simulate.record"),
    "broken seal": (b'{"key": "a0.flac", "seed": 1, "seal": "0123456789abcdef"}\n', "simulate.record"),
}
"""Of ``simulate --replay``."""
RESULTS: Mapping[str, tuple[str, bytes | None, str]] = {
    "no plan": ("plan.json", None, "evidence.missing"),
    "plan cut off": ("plan.json", b"{", "evidence.broken"),
    "plan of another version": ("plan.json", b'{"format": 9}', "evidence.broken"),
    "plan not UTF-8": ("plan.json", b"\xff\xfe", "evidence.broken"),
    "plan nested too deeply": ("plan.json", b'{"inputs": ' + DEEPER, "evidence.broken"),
    "no suites": ("suites.json", None, "evidence.missing"),
    "suites a number": ("suites.json", b"5", "evidence.broken"),
    "suite unknown": ("suites.json", b'[{"name": "x"}]', "evidence.broken"),
    "no models": ("models.json", None, "evidence.missing"),
    "models of words": ("models.json", b'["a"]', "evidence.broken"),
    "no utterances": ("utterances.jsonl", None, "evidence.missing"),
    "utterances of lists": ("utterances.jsonl", b"[]\n", "evidence.broken"),
    "no hypotheses": ("hypotheses.jsonl", None, "evidence.missing"),
    "hypotheses empty": ("hypotheses.jsonl", b"", "evidence.incomplete"),
    "hypotheses cut off": ("hypotheses.jsonl", b'{"model": "phone", "ren', "evidence.incomplete"),
    "hypotheses not UTF-8": ("hypotheses.jsonl", b"\xff\xfe\n", "evidence.broken"),
    "hypotheses nested too deeply": ("hypotheses.jsonl", b'{"model": ' + DEEPER + b"\n", "evidence.broken"),
}
"""Results: the file that is bad, what it holds, and the code by ``report`` and ``gate``."""
