"""``run evaluate``."""

from __future__ import annotations

from kowhisper_tel.commands.options import ConfigFile, Language, Name, Overrides


def command(
    config: ConfigFile = None,
    set_: Overrides = None,
    name: Name = None,
    lang: Language = None,
) -> None:
    """All models over the suites. · 모든 모델을 평가 세트로 평가합니다."""
    from kowhisper_tel.commands import stages
    from kowhisper_tel.commands.run_folder import open_run

    with open_run(config, set_ or [], name=name) as run:
        stages.check(run)
        stages.evaluate(run)
