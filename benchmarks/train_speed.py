"""How fast whisper-base is fine-tuned, beside transformers' own speech recipe, and in how much memory.

The peer is ``examples/pytorch/speech-recognition/run_speech_recognition_seq2seq.py`` of transformers with its defaults:
features of 30 s for each utterance, made before (their time is not counted), its collator, ``Seq2SeqTrainer``, eight
utterances a step, fp32; and again with bf16 where this machine computes it fast. Ours is ``train`` without a channel,
with its defaults, and as ``configs/korean_talks.yaml`` trains (windows up to 16 s, because no talk is longer; frozen
embeddings); audio is read, packed and made into features within the time.

Each is a process of its own with its own memory. They take turns, a step each, while the others wait; the first step
of each is not counted.

``python -m benchmarks.train_speed [FOLDER] [--steps N] [--model NAME]``: FOLDER holds ``train.jsonl`` (default: the
Korean talks of ``KOWHISPER_SHARED``); N steps are timed (default: 4).
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks import machine, speech
from benchmarks.match import Match

if TYPE_CHECKING:
    from kowhisper_tel.core.manifest import Manifest
    from kowhisper_tel.train.settings import TrainSettings

STEPS, WARM_UP = 4, 1
BATCH = 8
MODEL = "builtin/whisper-base"
RECIPE = Path(__file__).parents[1] / "configs" / "korean_talks.yaml"
DISTRIBUTIONS = ("torch", "transformers", "accelerate")


def read(folder: Path) -> Manifest:
    """The utterances of ``train.jsonl``; what else it says of them is left."""
    from kowhisper_tel.core.manifest import Manifest
    from kowhisper_tel.core.utterance import Utterance

    lines = (folder / "train.jsonl").read_text(encoding="utf-8").splitlines()
    return Manifest(folder, tuple(Utterance(x["id"], x["audio"], x["text"]) for x in map(json.loads, lines)))


class TurnsOverError(Exception):
    """All steps asked for are done."""


class Turns:
    """In a worker: says what each step did, and waits for the next turn."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._begun, self._begun_cpu = 0.0, 0.0

    def wait(self) -> None:
        """Until it is this worker's turn. Raises ``TurnsOverError`` where there is none any more."""
        if not self._connection.recv():
            raise TurnsOverError
        self._begun, self._begun_cpu = time.perf_counter(), time.process_time()

    def done(self, utterances: int) -> None:
        """A step is done: say what it did."""
        import torch

        if torch.cuda.is_available():
            torch.cuda.synchronize()
        seconds, cpu_s = time.perf_counter() - self._begun, time.process_time() - self._begun_cpu
        gpu = torch.cuda.max_memory_allocated() if torch.cuda.is_available() else 0
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        self._connection.send((utterances, seconds, cpu_s, peak, gpu))


def defaults(folder: Path, model: str, _: int, turns: Turns) -> None:
    """``train`` as it is when nothing is said."""
    from kowhisper_tel.train.settings import TrainSettings

    _ours(folder, model, TrainSettings(), turns)


def recipe(folder: Path, model: str, _: int, turns: Turns) -> None:
    """``train`` as the config for the talks has it, its channels and babble apart."""
    from kowhisper_tel.commands.run_folder import Run
    from kowhisper_tel.commands.training import settings_of
    from kowhisper_tel.config_file import load_config

    os.environ.setdefault("SPEECH", str(folder.parent))
    settings = settings_of(Run(load_config(RECIPE), folder))
    _ours(folder, model, settings.without_telephone(), turns)


def _ours(folder: Path, model: str, settings: TrainSettings, turns: Turns) -> None:
    """``train``, with the batches it plans counted as it goes."""
    from kowhisper_tel.train import task
    from kowhisper_tel.train.schedule import Schedule
    from kowhisper_tel.train.train import CLEAN, train
    from kowhisper_tel.whisper.resolve import resolve_model

    made: list[Any] = []

    class Kept(Schedule):
        def __init__(self, *args: Any, **rest: Any) -> None:
            super().__init__(*args, **rest)
            made.append(self)

    def step_done(step: int, _: int, __: str) -> None:
        turns.done(made[0].utterances(step) - made[0].utterances(step - 1))
        turns.wait()

    setattr(task, "Schedule", Kept)  # noqa: B010 (the name is not the module's own)
    # No worker processes: they would render while it is the others' turn.
    settings = replace(settings, num_train_epochs=1, save_steps=10**6, dev_utterances=0, dataloader_num_workers=0)
    base, manifest = resolve_model(model), read(folder)
    with tempfile.TemporaryDirectory() as out:
        turns.wait()
        train(base, manifest, None, CLEAN, Path(out) / "out", settings, seed=7, progress=step_done)


def theirs(folder: Path, model: str, steps: int, turns: Turns, *, bf16: bool = False) -> None:
    """The recipe of transformers."""
    import torch
    from transformers import Seq2SeqTrainer, Seq2SeqTrainingArguments, TrainerCallback, WhisperForConditionalGeneration
    from transformers.trainer_callback import PrinterCallback

    from kowhisper_tel.core.audio import read_audio
    from kowhisper_tel.whisper.resolve import resolve_model

    base = resolve_model(model)
    manifest = read(folder)
    collator = _collator(base)
    rows = []
    for utterance in manifest.utterances[: BATCH * (steps + WARM_UP)]:
        audio = read_audio(manifest.audio_path(utterance), start_s=utterance.start_s, end_s=utterance.end_s)
        features = collator.extractor(audio, sampling_rate=16_000).input_features[0]
        rows.append({"input_features": features, "labels": collator.tokenizer(utterance.text).input_ids})

    class Step(TrainerCallback):  # type: ignore[misc]
        def on_step_end(self, *_: Any, **__: Any) -> None:
            turns.done(BATCH)
            turns.wait()

    with tempfile.TemporaryDirectory() as out:
        arguments = Seq2SeqTrainingArguments(
            output_dir=out, per_device_train_batch_size=BATCH, bf16=bf16, num_train_epochs=1, save_strategy="no",
            use_cpu=not torch.cuda.is_available(), report_to="none", disable_tqdm=True, remove_unused_columns=False,
        )  # fmt: skip
        trainer = Seq2SeqTrainer(
            model=WhisperForConditionalGeneration.from_pretrained(base, local_files_only=True),
            args=arguments,
            train_dataset=rows,
            data_collator=collator,
            callbacks=[Step()],
        )
        trainer.remove_callback(PrinterCallback)
        turns.wait()
        trainer.train()


def theirs_bf16(folder: Path, model: str, steps: int, turns: Turns) -> None:
    """The same, with bf16 switched on."""
    theirs(folder, model, steps, turns, bf16=True)


@dataclass(frozen=True)
class _Collator:
    """``DataCollatorSpeechSeq2SeqWithPadding`` of the recipe."""

    extractor: Any
    tokenizer: Any
    start: int

    def __call__(self, rows: list[dict[str, Any]]) -> dict[str, Any]:
        batch: dict[str, Any] = self.extractor.pad(
            [{"input_features": row["input_features"]} for row in rows], return_tensors="pt"
        )
        labels = self.tokenizer.pad([{"input_ids": row["labels"]} for row in rows], return_tensors="pt")
        asked = labels["input_ids"].masked_fill(labels.attention_mask.ne(1), -100)
        batch["labels"] = asked[:, 1:] if bool((asked[:, 0] == self.start).all()) else asked
        return batch


def _collator(base: Path) -> _Collator:
    from transformers import AutoConfig, WhisperFeatureExtractor, WhisperTokenizer

    tokenizer = WhisperTokenizer.from_pretrained(base, local_files_only=True)
    tokenizer.set_prefix_tokens(language="ko", task="transcribe")
    start = AutoConfig.from_pretrained(base, local_files_only=True).decoder_start_token_id
    return _Collator(WhisperFeatureExtractor.from_pretrained(base, local_files_only=True), tokenizer, start)


Recipe = Callable[[Path, str, int, Turns], None]


def _work(recipe: Recipe, folder: Path, model: str, steps: int, connection: Connection) -> None:
    try:
        recipe(folder, model, steps, Turns(connection))
    except TurnsOverError:
        connection.send(None)


@dataclass
class Runner:
    """A recipe in its process, and what its steps have done."""

    name: str
    process: Any
    connection: Connection
    utterances: int = 0
    steps_s: list[float] = field(default_factory=list)
    speeds: list[float] = field(default_factory=list)
    cpu_s: float = 0.0
    peak: int = 0
    gpu: int = 0

    @classmethod
    def start(cls, name: str, recipe: Recipe, folder: Path, model: str, steps: int) -> Runner:
        """In a process of its own."""
        context = multiprocessing.get_context("spawn")
        here, there = context.Pipe()
        process = context.Process(target=_work, args=(recipe, folder, model, steps, there), daemon=True)
        process.start()
        there.close()
        return cls(name, process, here)

    def step(self, *, counted: bool) -> None:
        """One turn."""
        self.connection.send(True)
        utterances, seconds, cpu_s, self.peak, self.gpu = self.connection.recv()
        if counted:
            self.utterances += utterances
            self.steps_s.append(seconds)
            self.speeds.append(utterances / seconds)
            self.cpu_s += cpu_s

    def end(self) -> None:
        """No more turns."""
        self.connection.send(False)
        self.connection.recv()
        self.process.join()

    @property
    def speed(self) -> float:
        """Utterances a second."""
        return self.utterances / sum(self.steps_s)


def main(folder: Path, model: str = MODEL, steps: int = STEPS) -> list[Match]:
    """Print a line for each recipe, and the ratios; return how we stand beside each."""
    from kowhisper_tel.train.precision import choose

    precision = choose("auto")
    print(machine.described(*DISTRIBUTIONS))
    threads = os.environ["OMP_NUM_THREADS"]
    print(f"{steps} steps each, in turn, after {WARM_UP} of warm-up; {model}; threads: {threads}\n")
    peers: dict[str, Recipe] = {"transformers' recipe, fp32": theirs}
    if precision == "bf16":
        peers["transformers' recipe, bf16"] = theirs_bf16
    recipes = peers | {f"ours, defaults, {precision}": defaults, f"ours, {RECIPE.name}, {precision}": recipe}
    runners = [Runner.start(name, recipe, folder, model, steps) for name, recipe in recipes.items()]
    for turn in range(WARM_UP + steps):
        for runner in runners:
            runner.step(counted=turn >= WARM_UP)
    for runner in runners:
        runner.end()
        gpu = f", GPU {runner.gpu / 2**20:,.0f} MiB" if runner.gpu else ""
        over = "".join(f" {runner.speed / peer.speed:5.2f} x" for peer in runners[: len(peers)])
        print(
            f"  {runner.name:31} {runner.speed:6.2f} utterances/s ({runner.utterances} in {sum(runner.steps_s):.1f} s, "
            f"CPU {runner.cpu_s:.1f} s)  peak {runner.peak / 2**20:,.0f} MiB{gpu} {over}"
        )
    own = runners[len(peers) :]
    return [_match(ours, peer) for ours in own for peer in runners[: len(peers)]]


def _match(ours: Runner, peer: Runner) -> Match:
    """Over all steps; the range is that of the ratios of steps taken one after the other."""
    ratios = [mine / its for mine, its in zip(ours.speeds, peer.speeds, strict=True)]
    speeds = ours.speed, peer.speed, ours.speed / peer.speed
    return Match("training", ours.name, peer.name, "utterances/s", *speeds, min(ratios), max(ratios))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, default=speech.talks())
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--model", default=MODEL)
    given = parser.parse_args()
    if given.folder is None:
        sys.exit("give a folder with train.jsonl, or set KOWHISPER_SHARED")
    main(given.folder, given.model, given.steps)
