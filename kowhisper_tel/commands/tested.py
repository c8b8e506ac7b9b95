"""What a run is tested on: its test utterances and its suites, as the config chooses them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from kowhisper_tel.commands.channels import heard_in_training
from kowhisper_tel.commands.progress import say
from kowhisper_tel.commands.run_folder import Run, read_manifest
from kowhisper_tel.core.manifest import Manifest

if TYPE_CHECKING:
    from eval_suites.choice import Choice
    from eval_suites.suite import Suite


def utterances_of(run: Run) -> Manifest:
    """The test utterances, or the config's seeded sample of them."""
    from augment import rng

    manifest, limit = read_manifest(run, "test"), run.config.evaluate.limit
    if limit is None or limit >= len(manifest):
        return manifest
    ids = sorted(utterance.id for utterance in manifest)
    return manifest.only(rng(run.config.seed, "test sample").choice(ids, limit, replace=False).tolist())


def choice_of(run: Run) -> Choice:
    """The suites of the config, marked unseen where training never heard their condition; and those left out."""
    from eval_suites import choice, unseen

    settings = run.config.evaluate
    chosen = choice.choose(settings.suites, manifest=utterances_of(run), noise=settings.noise, size=settings.size)
    if not run.tuned:
        return chosen
    return replace(chosen, suites=unseen.mark(chosen.suites, heard_in_training(run.config.train)))


def suites_of(run: Run) -> list[Suite]:
    """The suites of the config. Raises ``UserError`` for one that the test utterances cannot fill."""
    return choice_of(run).suites


def tell(choice: Choice) -> None:
    """Each stratum's suites with their fingerprints, and what was left out, with the reason."""
    for stratum in dict.fromkeys(suite.stratum for suite in choice.suites):
        listed = ", ".join(f"{s.name} {s.fingerprint}" for s in choice.suites if s.stratum == stratum)
        say(f"suites of {stratum}: {listed}", f"{stratum} 구분의 평가 세트: {listed}")
    for left in choice.left_out:
        say(f"left out: {left.name}: {left.reason.text()}", f"제외: {left.name}: {left.reason.text()}")
