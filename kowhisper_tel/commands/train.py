"""``run train``."""

from __future__ import annotations

from kowhisper_tel.commands.options import ConfigFile, Language, Name, Overrides


def command(
    config: ConfigFile = None,
    set_: Overrides = None,
    name: Name = None,
    lang: Language = None,
) -> None:
    """Tune the model, and its control without telephone augmentation. · 모델과 대조 모델을 학습합니다."""
    from kowhisper_tel.commands import stages
    from kowhisper_tel.commands.run_folder import open_run

    with open_run(config, set_ or [], name=name, new=False) as run:
        for model in run.tuned:
            stages.train(run, model)
