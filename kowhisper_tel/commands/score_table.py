"""The table that ``run score`` prints: rates with the counts that they are of."""

from __future__ import annotations

from collections.abc import Sequence

from eval_suites import metrics
from eval_suites.score import Score
from eval_suites.tally import COUNTS
from kowhisper_tel.commands.columns import columns
from kowhisper_tel.core.language import current_language
from kowhisper_tel.korean import normalise as scoring

HEAD = {
    "en": ("metric", "", "rate", "right", "substituted", "deleted", "inserted", "utterances"),
    "ko": ("지표", "", "값", "일치", "대치", "삭제", "삽입", "발화"),
}
NOTES = {
    "en": "{utterances} utterances · normaliser {version} ({fingerprint}) · ↓ lower is better, ↑ higher is better",
    "ko": "발화 {utterances}개 · 정규화기 {version} ({fingerprint}) · ↓ 낮을수록, ↑ 높을수록 좋음",
}
MISSING = {
    "en": "without a hypothesis, counted as heard empty: {count} ({ids})",
    "ko": "인식 결과가 없어 빈 텍스트로 채점한 발화: {count}개 ({ids})",
}
SHOWN_IDS = 20


def table(score: Score, missing: Sequence[str]) -> str:
    """Rows of metrics, as text. Those that had nothing to count show a dash; without keywords theirs are left out."""
    language = current_language()
    facts = {"utterances": score.utterances, "version": scoring.VERSION, "fingerprint": scoring.fingerprint()}
    names = [name for name in score.tallies if score.counted[name] or not metrics.get(name).needs_keywords]
    lines = [*columns([HEAD[language], *(_row(score, name, language) for name in names)]), ""]
    lines.append(NOTES[language].format(**facts))
    if missing:
        ids = ", ".join(missing[:SHOWN_IDS]) + (" …" if len(missing) > SHOWN_IDS else "")
        lines.append(MISSING[language].format(count=len(missing), ids=ids))
    return "\n".join(lines)


def _row(score: Score, name: str, language: str) -> tuple[str, ...]:
    metric, rate = metrics.get(name), score.rate(name)
    shown = "–" if rate is None else f"{100 * rate:.2f} %"
    counts = (str(getattr(score.tallies[name], count)) for count in COUNTS)
    arrow = "↑" if metric.higher_is_better else "↓"
    return (name, f"{metric.title[language]} {arrow}", shown, *counts, str(score.counted[name]))
