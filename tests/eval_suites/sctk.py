"""NIST's sctk run on made-up sentences: ``sclite`` aligns them, ``sc_stats`` tests them.

Run as a program it writes the golden file that the quick test reads: ``python tests/eval_suites/sctk.py``.
"""

from __future__ import annotations

import hashlib
import json
import random
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

GOLDEN = Path(__file__).parents[1] / "golden" / "mapsswe_sctk.json"
CASES = 100
SPOKEN = """
네 아니요 고객님 상담원 안녕하세요 카드 결제일을 결제일이 바꾸고 싶은데요 싶은데 주문하신 상품은
상품이 내일 오전에 오후에 도착할 예정입니다 공일공 삼사오육 칠팔구공으로 연락 주세요 요금이 요금은
지난달보다 이만 삼천 원 더 나왔어요 확인해 보니 이중으로 청구되었네요 죄송합니다 인터넷이 자꾸
끊겨서 기사님을 불러 주셨으면 해요 서울시 마포구 월드컵로 번지 맞으신가요 본인 생년월일 여섯
자리를 말씀해 해지하면 위약금이 얼마나 나오는지 궁금합니다 잠시만 기다려 담당 부서로 연결해
드리겠습니다 좋은 하루 보내세요 그 음 어
"""
WORDS = tuple(SPOKEN.split())
Texts = tuple[list[list[str]], list[list[str]], list[list[str]]]
"""Tokens of the references and of two systems' hypotheses."""


@dataclass(frozen=True)
class Answer:
    """What sctk prints: rates in percent, ``mean``, ``deviation``, ``z`` and ``p`` to three decimals."""

    segments: int
    percent: tuple[float, float]
    errors: tuple[int, int]
    mean: float
    deviation: float
    z: float
    p: float


def texts(case: int) -> Texts:
    """Sentences of words (even cases) or of syllables, and two systems of kindred faults, some of which loop."""
    draw = random.Random(case)
    sentences = [[draw.choice(WORDS) for _ in range(draw.randint(1, 14))] for _ in range(draw.randint(8, 45))]
    if case % 2:
        sentences = [list("".join(sentence)) for sentence in sentences]
    rates = draw.uniform(0.02, 0.35), draw.uniform(0.02, 0.35)
    loops = draw.choice((0.0, 0.02, 0.1))
    heard: tuple[list[list[str]], list[list[str]]] = ([], [])
    for sentence in sentences:
        hard = [draw.random() * 0.8 for _ in sentence]
        for side, rate in zip(heard, rates, strict=True):
            side.append(_heard(sentence, hard, rate, loops, draw))
    return sentences, *heard


def _heard(sentence: list[str], hard: list[float], rate: float, loops: float, draw: random.Random) -> list[str]:
    tokens: list[str] = []
    others = WORDS if len(sentence[0]) > 1 else list("".join(WORDS))
    for token, difficulty in zip(sentence, hard, strict=True):
        kind = draw.choice("sssddi") if draw.random() < rate * (0.6 + difficulty) else ""
        tokens += {"": [token], "s": [draw.choice(others)], "d": [], "i": [token, draw.choice(others)]}[kind]
    if draw.random() < loops:
        tokens += tokens[-2:] * draw.randint(5, 40)
    return [] if draw.random() < 0.01 else tokens


def digest(sentences: Texts) -> str:
    """So that a golden is never compared with other texts."""
    return hashlib.sha256(json.dumps(sentences, ensure_ascii=False).encode()).hexdigest()[:16]


def present() -> bool:
    """Whether Debian's sctk is installed (``apt-get install sctk``)."""
    return shutil.which("sctk") is not None


def run(sentences: Texts) -> Answer:
    """Both programs on these sentences."""
    with tempfile.TemporaryDirectory() as folder:
        for name, side in zip(("ref", "a", "b"), sentences, strict=True):
            lines = (f"{' '.join(map(_ascii, tokens))} (s{n % 7}-{n})\n" for n, tokens in enumerate(side))
            (Path(folder) / name).write_text("".join(lines), encoding="ascii")
        sides = [part for name in "ab" for part in ("-h", name, "trn", name)]
        aligned = _call(["sclite", "-s", "-i", "spu_id", "-r", "ref", "trn", *sides, "-p"], folder)
        mended = _mend(aligned)
        long = _call(["sc_stats", "-p", "-t", "mapsswe", "-v", "-n", "-"], folder, mended)
        short = _call(["sc_stats", "-p", "-t", "mapsswe", "-u", "-n", "-"], folder, mended)
    return _read(long, short)


def _ascii(token: str) -> str:
    """A token as hexadecimal digits: sctk knows no Korean."""
    return "x" + token.encode("utf-16-be").hex()


def _call(command: list[str], folder: str, text: str = "") -> str:
    done = subprocess.run(["sctk", *command], cwd=folder, input=text.encode(), capture_output=True, check=True)
    return done.stdout.decode("latin-1")


def _mend(aligned: str) -> str:
    """Debian's sclite pipes newlines for the commas and colons that its own sc_stats reads: put them back."""

    def mend(found: re.Match[str]) -> str:
        lines = found[2].split("\n")
        triples = (",".join(lines[first : first + 3]) for first in range(0, len(lines) - 2, 3))
        return f"{found[1]}\n{':'.join(triples)}\n</PATH>"

    return re.sub(r"(<PATH [^>]*>)\n(.*?)\n?</PATH>", mend, aligned, flags=re.DOTALL)


def _read(long: str, short: str) -> Answer:
    number = r"\s*(-?[\d.]+)"
    facts = re.search(
        rf"# segs:{number}\).*% Error:{number}{number}\).*mean:{number}\).*std dev:{number}\).*Z Stat:{number}\)", long
    )
    totals = re.search(r"Totals\s+\d+\s+(\d+)\s+(\d+)", long)
    p = re.search(r"\|\|\s+a\s+\|\s+\|\s+\S+\s+([\d.]+|<[\d.]+)", short)
    assert facts, long[-2000:]
    assert totals, long[-2000:]
    assert p, short[-2000:]
    segments, one, other, mean, deviation, z = facts.groups()
    return Answer(
        int(segments), (float(one), float(other)), (int(totals[1]), int(totals[2])),
        float(mean), float(deviation), float(z), float(p[1].strip("<")),
    )  # fmt: skip


if __name__ == "__main__":
    records = [{"case": n, "texts": digest(texts(n)), **asdict(run(texts(n)))} for n in range(CASES)]
    GOLDEN.write_text("[\n" + ",\n".join(map(json.dumps, records)) + "\n]\n", encoding="utf-8")
    sys.stdout.write(f"{len(records)} cases\n")
