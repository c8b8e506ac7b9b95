"""``run report``."""

from __future__ import annotations

from kowhisper_tel.commands.options import ConfigFile, Language, Name, Overrides


def command(
    config: ConfigFile = None,
    set_: Overrides = None,
    name: Name = None,
    lang: Language = None,
) -> None:
    """Results to an HTML page, CSVs and summaries. · 결과를 HTML과 CSV 보고서로 만듭니다."""
    from kowhisper_tel.commands import stages
    from kowhisper_tel.commands.progress import say
    from kowhisper_tel.commands.run_folder import open_run

    with open_run(config, set_ or [], name=name, new=False) as run:
        page = stages.report(run)
    say(f"report: {page}", f"보고서: {page}")
