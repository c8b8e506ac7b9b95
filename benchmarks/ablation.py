"""What each choice of a training is worth: the same data and budget, one thing changed a row.

Trains the model of each row, hears them all on the config's test utterances, and prints a table of CER without spaces
by stratum: each row less the row it is compared with, with the 95 % interval of a bootstrap over speakers. It takes
hours; what is finished is kept in the folder, and what was stopped goes on. What the table is made of, the counts by
suite and speaker, goes into ``FOLDER/counts.csv``; ``--counted FILE`` takes rows from such a file, neither trained nor
heard again: for the same config and test utterances only (a suite or speaker too many or few is refused).

``python -m benchmarks.ablation CONFIG FOLDER [--rows NAME …] [--counted FILE] [--train-only | --table-only]``
(``make ablation``).
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import machine
from eval_suites.tally import COUNTS
from kowhisper_tel.commands import stages, tested
from kowhisper_tel.commands.matrix import CANDIDATE
from kowhisper_tel.commands.progress import bar
from kowhisper_tel.commands.run_folder import Run
from kowhisper_tel.config_file import load_config

if TYPE_CHECKING:
    import pandas as pd

MIXTURES = Path(__file__).parents[1] / "configs" / "ablation"
EVERY = ("train.dev_utterances=0", "train.forgetting=off")
"""For all rows: the last weights are compared, so that no choice among them plays a part."""
STRATA = ("clean", "phone", "noisy")
BASE, CONTROL, ALL = "base", "control", "all"


@dataclass(frozen=True)
class Row:
    """A training: the config with ``changes``; of the utterances ``share`` is drawn by the seed.

    ``against``: the row that it is compared with. ``mixed``: no training of its own, but so much of the weights of
    ``all``, the rest being the base's.
    """

    name: str
    changes: tuple[str, ...] = ()
    against: str = ALL
    share: float = 1.0
    mixed: float | None = None


ROWS = (
    Row(BASE, against=CONTROL),
    Row(CONTROL, ("train.clean_share=1", "train.babble_share=0"), CONTROL),
    Row("band", (f"train.channels={MIXTURES / 'band.yaml'}", "train.babble_share=0"), CONTROL),
    Row("band_codecs", (f"train.channels={MIXTURES / 'band_codecs.yaml'}", "train.babble_share=0"), CONTROL),
    Row(ALL, (), CONTROL),
    Row("packed", ("train.windows=packed",)),
    # No less computing than the others: 80 % of the utterances once, not all three times, in windows of 30 s each.
    Row("padded", ("train.windows=padded", "train.num_train_epochs=1"), share=0.8),
    Row("epochs_1", ("train.num_train_epochs=1",)),
    Row("epochs_6", ("train.num_train_epochs=6",)),
    Row("lora", ("train.lora={}", "train.learning_rate=5.0e-4")),
    Row("mixed_75", mixed=0.75),
    Row("mixed_50", mixed=0.5),
)


def trained(config: Path, folder: Path, row: Row) -> None:
    """Train a row's model into ``folder/models``, unless that is done."""
    from augment import rng
    from kowhisper_tel.commands.training import task
    from kowhisper_tel.train.train import train

    run = Run(load_config(config, [*EVERY, *row.changes]), folder)
    what = task(run, CANDIDATE)
    if row.share < 1:
        ids = sorted(utterance.id for utterance in what.train)
        drawn = rng(what.seed, "ablation").choice(ids, round(row.share * len(ids)), replace=False)
        what = replace(what, train=what.train.only(drawn.tolist()))
    with bar(f"train {row.name}", f"학습 {row.name}") as progress:
        train(
            what.base, what.train, None, what.mixture, run.model(row.name), what.settings, seed=what.seed, resume=True,
            progress=progress,
        )  # fmt: skip


def mixed(config: Path, folder: Path, row: Row) -> None:
    """Mix a row's model of the base and ``all``, unless that is done."""
    from kowhisper_tel.train import model as models
    from kowhisper_tel.train.choosing.weights import base_state, in_model, interpolate
    from kowhisper_tel.whisper.resolve import resolve_model

    run = Run(load_config(config), folder)
    out, base = run.model(row.name) / "model", resolve_model(run.config.model)
    if row.mixed is not None and not out.is_dir():
        tuned = base_state(run.model(ALL) / "model")
        models.save(in_model(interpolate(base_state(base), tuned, row.mixed), base), base, out)


def heard(config: Path, folder: Path, rows: Sequence[Row]) -> pd.DataFrame:
    """``counted`` of all models over the config's suites, with the minutes that a model's training took."""
    import pandas as pd

    from eval_suites import results
    from eval_suites.models import ModelSpec
    from eval_suites.render_cache import RenderCache
    from eval_suites.runner import evaluate
    from kowhisper_tel.whisper.decoding import DecodingOptions
    from kowhisper_tel.whisper.resolve import resolve_model

    run = Run(load_config(config), folder)
    settings, found = run.config.evaluate, []
    suites = [suite for suite in tested.choice_of(run).suites if suite.stratum in STRATA]
    for row in rows:  # a folder each, so that one more row is heard alone
        model = resolve_model(run.config.model) if row.name == BASE else run.model(row.name) / "model"
        with bar(f"evaluate {row.name}", f"평가 {row.name}") as progress:
            evaluate(
                {row.name: ModelSpec(model, "other")}, tested.utterances_of(run), suites,
                run.results / row.name, quantisation=settings.quantisation, batch_size=settings.batch_size,
                seed=run.config.seed, options=DecodingOptions(**settings.decoding.model_dump()), device=settings.device,
                renderings=RenderCache(folder / "renderings"), progress=progress,
            )  # fmt: skip
        found.append(results.load(run.results / row.name).rows)
    sums = counted(pd.concat(found, ignore_index=True))
    return sums.assign(minutes=sums["model"].map(_minutes(folder, rows)))


def counted(scored: pd.DataFrame) -> pd.DataFrame:
    """Rows of results to sums by model, suite and block (as a rule a speaker), under the names of ``Results.rows``.

    A block stands for its clips: a bootstrap over blocks needs no more.
    """
    by = ["model", "suite", "stratum", "block", "block_kind"]
    sums: pd.DataFrame = scored.groupby(by, sort=True, as_index=False)[[*COUNTS, "loop"]].sum()
    return sums.assign(utterance_id=sums["block"])


def table(rows: Sequence[Row], scored: pd.DataFrame) -> str:
    """Markdown: for each row and stratum CER in percent, and the change with its interval in points."""
    import pandas as pd

    from eval_suites.results import pooled_rate
    from eval_suites.statistics import compare

    lines = [
        "| model | " + " | ".join(STRATA) + " | loops | minutes | against |",
        "|---|" + "---|" * (len(STRATA) + 3),
    ]
    known = {row.name for row in rows}
    for row in rows:
        own = scored[scored["model"] == row.name]
        cells = []
        for stratum in STRATA:
            part = own[own["stratum"] == stratum]
            cell = f"{100 * pooled_rate(part):.1f}"
            if row.against != row.name and row.against in known:
                other = scored[(scored["model"] == row.against) & (scored["stratum"] == stratum)]
                at = compare(other, part, segments=False).at(0.95)
                cell += f" ({100 * at.delta:+.1f} [{100 * at.low:+.1f}, {100 * at.high:+.1f}])"
            cells.append(cell)
        took = own["minutes"].max()
        against = row.against if row.against != row.name else ""
        lines.append(
            f"| {row.name} | {' | '.join(cells)} | {int(own['loop'].sum())} | "
            f"{'' if pd.isna(took) else f'{took:.0f}'} | {against} |"
        )
    return "\n".join(lines)


def _minutes(folder: Path, rows: Sequence[Row]) -> dict[str, float]:
    found = {row.name: folder / "models" / row.name / "summary.json" for row in rows}
    told = {name: json.loads(file.read_text(encoding="utf-8")) for name, file in found.items() if file.is_file()}
    return {name: summary["wall_s"] / 60 for name, summary in told.items()}


def main() -> None:
    """Train what is asked for, hear it, and print the table."""
    import pandas as pd

    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("config", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rows", nargs="+", choices=[row.name for row in ROWS], default=[row.name for row in ROWS])
    parser.add_argument("--counted", type=Path, help="counts.csv of rows that need not be trained and heard again")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--train-only", action="store_true")
    which.add_argument("--table-only", action="store_true")
    asked = parser.parse_args()
    kept = pd.read_csv(asked.counted, dtype={"block": str}) if asked.counted else pd.DataFrame({"model": []})
    rows = [row for row in ROWS if row.name in asked.rows and row.name not in set(kept["model"])]
    run = Run(load_config(asked.config), asked.folder)
    if not (run.manifests / "summary.json").is_file():
        stages.prepare(run)
    if not asked.table_only:
        for row in rows:
            if row.name != BASE:
                (trained if row.mixed is None else mixed)(asked.config, asked.folder, row)
    if asked.train_only:
        return
    sums = pd.concat([kept, heard(asked.config, asked.folder, rows)] if rows else [kept], ignore_index=True)
    sums.to_csv(asked.folder / "counts.csv", index=False)
    print(machine.described("torch", "transformers", "ctranslate2"))
    print(table([row for row in ROWS if row.name in set(sums["model"])], sums))


if __name__ == "__main__":
    main()
