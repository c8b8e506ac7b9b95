"""``run prepare``."""

from __future__ import annotations

from kowhisper_tel.commands.options import ConfigFile, Language, Name, Overrides, Overwrite, Resume


def command(
    config: ConfigFile = None,
    set_: Overrides = None,
    name: Name = None,
    resume: Resume = False,
    overwrite: Overwrite = False,
    lang: Language = None,
) -> None:
    """Corpora to checked, divided manifests. · 코퍼스를 검사하고 나누어 매니페스트로 만듭니다."""
    from kowhisper_tel.commands import stages
    from kowhisper_tel.commands.run_folder import open_run

    with open_run(config, set_ or [], name=name, resume=resume, overwrite=overwrite) as run:
        stages.prepare(run)
