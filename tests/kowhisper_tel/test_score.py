"""``run score``: texts by line or by id, what it prints, what it refuses."""

from __future__ import annotations

import json
import subprocess
import sys
import unicodedata
from pathlib import Path
from typing import Any

import jiwer
import pytest

from eval_suites import metrics
from kowhisper_tel.commands.score import Scored, read, score
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.language import choose_language

ROOT = Path(__file__).parents[2]
SAID = ["네, 3개 주세요", "공일공 일이삼사 오육칠팔로 오만 원", "카드를 분실했어요", ""]
HEARD = ["네 네 개 주세요", "010-1234-5678로 5만원", "카트를 분실했어요", "감사합니다"]


def lines(path: Path, texts: list[str], encoding: str = "utf-8") -> Path:
    path.write_bytes("".join(f"{text}\n" for text in texts).encode(encoding))
    return path


def records(path: Path, texts: dict[str, str], **rest: Any) -> Path:
    return lines(
        path, [json.dumps({"id": name, "text": text, **rest}, ensure_ascii=False) for name, text in texts.items()]
    )


def run(*words: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "kowhisper_tel.run", "score", *map(str, words)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", check=False)


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    return lines(tmp_path / "ref.txt", SAID), lines(tmp_path / "hyp.txt", HEARD)


def refused(*arguments: Any, **options: Any) -> UserError:
    with pytest.raises(UserError) as caught:
        score(*arguments, **options)
    assert caught.value.exit_code == 2
    assert caught.value.text("ko") != caught.value.text("en")
    return caught.value


def test_json_is_one_object_with_every_metric(files: tuple[Path, Path]) -> None:
    done = run(*files, "--json")
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout, parse_constant=lambda constant: pytest.fail(f"{constant} is not JSON"))
    assert set(metrics.names()) <= result.keys()
    assert result["utterances"] == 4
    assert result["missing"] == []
    assert result["keywords_recall"] is result["digits_code"] is result["digits_date"] is None
    assert result["digits_phone"] == result["digits_amount"] == 1.0
    assert result["cer"] == 7 / 29
    assert result["tallies"]["cer"] == {
        "hits": 27, "substitutions": 2, "deletions": 0, "insertions": 5, "utterances": 4
    }  # fmt: skip
    assert result["tallies"]["cer_plain"]["utterances"] == 2
    assert result["hallucination"] == 0.25
    assert result["normaliser"]["version"].startswith("ko-tel-norm/")
    assert len(result["normaliser"]["fingerprint"]) == 16
    assert result["metrics"] == {name: metrics.get(name).version for name in metrics.names()}
    raw = jiwer.process_characters(SAID[:3], HEARD[:3])
    assert result["cer_raw"] == pytest.approx((raw.cer * sum(map(len, SAID)) + len(HEARD[3])) / sum(map(len, SAID)))


def test_decomposed_hypotheses_score_nothing(tmp_path: Path) -> None:
    texts = ["안녕하세요 고객님", "3개월 할부요", "값이 얼마예요"]
    reference = lines(tmp_path / "ref.txt", texts)
    hypothesis = lines(tmp_path / "hyp.txt", [unicodedata.normalize("NFD", text) for text in texts])
    assert reference.read_bytes() != hypothesis.read_bytes()
    for pair in ((reference, hypothesis), (hypothesis, reference)):
        result = score(*pair).to_json()
        assert all(tally["substitutions"] + tally["deletions"] + tally["insertions"] == 0
                   for tally in result["tallies"].values())  # fmt: skip
        assert result["cer"] == result["cer_raw"] == result["wer"] == 0.0


def test_files_score_as_the_sum_of_their_parts(tmp_path: Path) -> None:
    parts = [
        score(lines(tmp_path / f"r{cut}", SAID[cut]), lines(tmp_path / f"h{cut}", HEARD[cut])).score
        for cut in (slice(0, 2), slice(2, 4))
    ]
    assert score(lines(tmp_path / "r", SAID), lines(tmp_path / "h", HEARD)).score == parts[0] + parts[1]


def test_records_are_matched_by_id_and_a_missing_one_counts_as_deleted(tmp_path: Path) -> None:
    said = records(tmp_path / "ref.jsonl", {"a": "네 알겠습니다", "b": "고객님", "c": "감사합니다"}, audio="x.wav")
    heard = records(tmp_path / "hyp.jsonl", {"c": "감사합니다", "a": "네 알겠습니다"})
    scored = score(said, heard)
    assert scored.missing == ("b",)
    assert scored.to_json()["missing"] == ["b"]
    assert scored.score.utterances == 3
    cer = scored.score.tallies["cer"]
    assert (cer.hits, cer.deletions, cer.errors) == (11, 3, 3)
    assert "b" in scored.table().splitlines()[-1]


def test_hypotheses_of_an_evaluation_are_read_if_there_is_one_of_each(tmp_path: Path) -> None:
    said = records(tmp_path / "utterances.jsonl", {"a": "네", "b": "고객님"})
    line = '{{"model": "{}", "rendering": "r", "utterance_id": "{}", "text": "네"}}'
    one = lines(tmp_path / "hypotheses.jsonl", [line.format("m", "a"), line.format("m", "b")])
    assert score(said, one).score.tallies["cer"].hits == 1
    two = lines(tmp_path / "two.jsonl", [line.format("m", "a"), line.format("n", "a")])
    error = refused(said, two)
    assert (error.code, error.facts["line"], error.facts["first"]) == ("score.duplicate", 2, 1)


def test_a_record_file_of_another_name_is_known_by_its_first_line(tmp_path: Path) -> None:
    said, heard = records(tmp_path / "ref.txt", {"a": "네"}), records(tmp_path / "hyp.manifest", {"a": "네"})
    assert score(said, heard).score.tallies["cer"].hits == 1
    braces = lines(tmp_path / "braces.txt", ["{네} 고객님"])
    assert score(braces, braces).score.utterances == 1


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp949"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_encodings_and_line_ends(tmp_path: Path, encoding: str, end: str) -> None:
    (tmp_path / "ref.txt").write_bytes(end.join([*SAID[:3], ""]).encode(encoding))
    said, _ = read(tmp_path / "ref.txt", tmp_path / "ref.txt")
    assert list(said.values()) == SAID[:3]
    assert list(said) == ["1", "2", "3"]


def test_only_a_newline_ends_a_line(tmp_path: Path) -> None:
    odd = lines(tmp_path / "odd.txt", ["네\u2028고객님", "", "네\x0b\x85\u2029"])
    said, _ = read(odd, odd)
    assert list(said.values()) == ["네\u2028고객님", "", "네\x0b\x85\u2029"]
    (tmp_path / "open.txt").write_bytes("네\n고객님".encode())
    assert len(read(tmp_path / "open.txt", tmp_path / "open.txt")[0]) == 2


def test_what_is_wrong_with_files_is_said(tmp_path: Path, files: tuple[Path, Path]) -> None:
    said, _ = files
    short = lines(tmp_path / "short.txt", HEARD[:2])
    error = refused(said, short)
    assert error.code == "score.lines"
    for language in ("ko", "en"):
        assert "4" in error.text(language)
        assert "2" in error.text(language)
    good = records(tmp_path / "good.jsonl", {"a": "네"})
    assert refused(said, good).code == "score.kinds"
    assert refused(said, tmp_path / "none.txt").facts["path"] == tmp_path / "none.txt"
    assert refused(good, records(tmp_path / "more.jsonl", {"a": "네", "x": "네"})).facts["id"] == "x"
    empty = lines(tmp_path / "empty.txt", [])
    assert refused(empty, empty).code == "score.empty"
    (tmp_path / "utf16.txt").write_bytes("네 고객님\n".encode("utf-16"))
    assert refused(tmp_path / "utf16.txt", said).code == "prepare.encoding"


@pytest.mark.parametrize(
    "line", ['{"id": "b"}', '{"text": "네"}', '{"id": 3, "text": "네"}', '{"id": "b", "text": null}', "[]", "네", "{"]
)
def test_a_line_that_is_no_record_is_named(tmp_path: Path, line: str) -> None:
    good = records(tmp_path / "good.jsonl", {"a": "네"})
    bad = lines(tmp_path / "bad.jsonl", ['{"id": "a", "text": "네"}', "", line])
    error = refused(good, bad)
    assert (error.code, error.facts["line"]) == ("score.line", 3)


def test_keywords_come_from_a_file(tmp_path: Path, files: tuple[Path, Path]) -> None:
    keywords = lines(tmp_path / "keywords.txt", ["카드", "", "분실", "카드"], "cp949")
    scored = score(*files, keywords=keywords)
    assert scored.score.rate("keywords_recall") == 0.0  # 분실했어요 is another word than 분실
    assert scored.score.counted["keywords_recall"] == 4
    assert refused(*files, names=["keywords_recall"]).code == "score.keywords"
    blank = lines(tmp_path / "blank.txt", ["카드", "?!"])
    assert refused(*files, keywords=blank).facts["line"] == 2
    assert refused(*files, keywords=lines(tmp_path / "no.txt", [""])).code == "score.empty"


def test_metrics_can_be_chosen(files: tuple[Path, Path]) -> None:
    scored = score(*files, names=["wer", "cer"])
    assert list(scored.score.tallies) == ["wer", "cer"]
    assert set(scored.to_json()) == {"wer", "cer", "utterances", "tallies", "normaliser", "metrics", "missing"}
    assert refused(*files, names=["bleu"]).code == "eval.metric_unknown"


def test_each_utterance_is_written_without_its_texts_unless_asked(tmp_path: Path, files: tuple[Path, Path]) -> None:
    scored = score(*files, each=tmp_path / "out" / "each.jsonl")
    written = (tmp_path / "out" / "each.jsonl").read_text(encoding="utf-8")
    assert not any("가" <= character <= "힣" for character in written)
    each = [json.loads(line) for line in written.splitlines()]
    assert [one["id"] for one in each] == ["1", "2", "3", "4"]
    for name, tally in scored.score.tallies.items():
        for count in ("hits", "substitutions", "deletions", "insertions"):
            assert sum(one["tallies"].get(name, {count: 0})[count] for one in each) == getattr(tally, count)
        assert sum(name in one["tallies"] for one in each) == scored.score.counted[name]
    score(*files, each=tmp_path / "texts.jsonl", texts=True)
    first = json.loads((tmp_path / "texts.jsonl").read_text(encoding="utf-8").splitlines()[0])
    assert (first["reference"], first["hypothesis"], first["reference_norm"]) == (SAID[0], HEARD[0], "네 세 개 주세요")
    assert refused(*files, each=files[1]).code == "score.overwrites"
    assert files[1].read_text(encoding="utf-8").splitlines() == HEARD
    assert refused(*files, texts=True).code == "score.texts"


def test_the_table_is_in_the_chosen_language(files: tuple[Path, Path]) -> None:
    done = run(*files, "--lang", "ko", "--metrics", "cer, spacing_f1")
    assert done.returncode == 0, done.stderr
    rows = done.stdout.splitlines()
    assert "음절 오류율" in rows[1]
    assert "24.14 %" in rows[1]
    assert "↑" in rows[2]
    assert "발화 4개" in done.stdout
    assert "nan" not in done.stdout.lower()
    wrong = run(files[0], files[0].parent / "none.txt", "--lang", "en")
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert "no such file" in wrong.stderr


def test_a_table_without_keywords_leaves_them_out(files: tuple[Path, Path]) -> None:
    choose_language("en")
    try:
        scored: Scored = score(*files)
        assert "keywords" not in scored.table()
        assert "digits_code" in scored.table()
    finally:
        choose_language(None)


def test_no_model_is_loaded_to_score(files: tuple[Path, Path]) -> None:
    code = (
        "import sys; from pathlib import Path\n"
        "from kowhisper_tel.commands.score import score\n"
        f"score(Path({str(files[0])!r}), Path({str(files[1])!r})).table()\n"
        "heavy = {'torch', 'transformers', 'pandas', 'scipy', 'datasets', 'av'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
