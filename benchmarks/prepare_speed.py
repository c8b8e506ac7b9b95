"""How fast ``prepare`` takes a manifest without opening audio: lines a second, CPU time and peak memory, on one core.

Beside it runs what one would write by hand: ``datasets`` reads the same JSON lines and maps our verbaliser over the
text, and no more (no check, no notation, no tokens, no split, no card). Each is a process of its own, one after the
other, so that neither has the other's memory; the time is from its first line of work, imports and tokenizer apart. The
ratio is the peer's CPU time over ours. ``prepare`` runs with and without the look for sentences on two sides.

``python -m benchmarks.prepare_speed [LINES …]`` (default: 20,000).
"""

from __future__ import annotations

import json
import multiprocessing
import multiprocessing.connection
import os
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks import machine
from benchmarks.match import Match

LINES, SPEAKERS, SYLLABLES = 20_000, 2_000, 30
DISTRIBUTIONS = ("numpy", "datasets", "pyarrow", "transformers")
WORDS = """
안녕하세요 고객님 상담사 무엇을 도와드릴까요 네 제가 요금이 너무 많이 나와서 확인을 해보려고 전화
드렸는데요 지난달 부터 자동이체 신청하신 내역이 있으신데 본인 확인 생년월일 말씀해 주시면
감사하겠습니다 잠시만 기다려 주세요 해지 위약금 가입 문의 인터넷 속도가 느려서 기사님 방문 예약 주소
변경 카드 결제 영수증 발급 이메일 보내 주실 수 있나요 그러면 다음 주 월요일 오전
"""
NUMBERS = ("3개", "010-1234-5678번", "7월 15일", "45,000원", "(70%)/(칠십 퍼센트)", "(3시)/(세 시)", "A4", "2번")
Work = Callable[[Path, Path], Callable[[], int]]
"""From a manifest and an empty folder: what is timed, which gives how many lines it has taken."""


def write_manifest(path: Path, lines: int, seed: int = 1) -> None:
    """Lines of about 30 syllables, three in ten with a number or a dual transcription; speakers, calls, four tags."""
    drawn, known = random.Random(seed), WORDS.split()
    with path.open("w", encoding="utf-8") as file:
        for number in range(lines):
            speaker, words = drawn.randrange(SPEAKERS), list[str]()
            while sum(map(len, words)) < SYLLABLES:
                words.append(drawn.choice(known))
            if drawn.random() < 0.3:
                words.insert(drawn.randrange(len(words)), drawn.choice(NUMBERS))
            record = {
                "id": f"S{speaker:06d}-{number:08d}",
                "audio": f"D{speaker % 20:02d}/J{speaker // 20:03d}/S{speaker:06d}/{number:08d}.wav",
                "text": " ".join(words),
                "duration_s": round(drawn.uniform(3, 9), 2),
                "speaker": f"S{speaker:06d}",
                "call": f"C{speaker:06d}-{number % 50:03d}",
                "gender": ("female", "male")[speaker % 2],
                "age": ("20", "30", "40", "50")[speaker // 2 % 4],
                "region": ("서울", "부산", "광주", "대전")[speaker // 8 % 4],
                "noise": ("조용", "거리")[number % 2],
            }
            file.write(json.dumps(record, ensure_ascii=False) + "\n")


def ours(manifest: Path, folder: Path, sentences: str = "off") -> Callable[[], int]:
    """``prepare`` with the tokens of whisper-base."""
    from kowhisper_tel.data.corpus import CorpusSpec
    from kowhisper_tel.data.leaks.weed import LeakRules
    from kowhisper_tel.data.prepare import prepare
    from kowhisper_tel.data.split import SplitSpec
    from kowhisper_tel.whisper.model import load_tokenizer
    from kowhisper_tel.whisper.resolve import resolve_model

    tokenizer = load_tokenizer(resolve_model("builtin/whisper-base"))
    corpus = CorpusSpec("manifest", str(manifest), options={"notation": "aihub"})

    def work() -> int:
        made = prepare(
            [corpus],
            folder / "out",
            split=SplitSpec.parse("8:1:1"),
            seed=7,
            leaks=LeakRules("off", sentences),
            count_tokens=lambda text: len(tokenizer(" " + text, add_special_tokens=False).input_ids),
            max_reject_share=1.0,
            check_audio=False,
        )
        return int(made.summary["read"])

    return work


def ours_with_sentences(manifest: Path, folder: Path) -> Callable[[], int]:
    """The same, and sentences of dev and test are dropped from train."""
    return ours(manifest, folder, "drop")


def peer(manifest: Path, folder: Path) -> Callable[[], int]:
    """``datasets``: the same lines read, verbalised by ``map`` and saved."""
    import datasets

    from kowhisper_tel.korean.verbalise import verbalise

    datasets.disable_progress_bars()

    def work() -> int:
        read = datasets.Dataset.from_json(str(manifest), cache_dir=str(folder / "cache"))
        read = read.map(lambda row: {"text": verbalise(row["text"])})
        read.save_to_disk(str(folder / "saved"))
        return len(read)

    return work


def measured(work: Work, manifest: Path) -> tuple[int, float, float, float]:
    """Lines, CPU seconds, wall seconds and peak memory in MiB of work done in a process of its own."""
    context = multiprocessing.get_context("spawn")
    receiving, sending = context.Pipe(duplex=False)
    process = context.Process(target=_measure, args=(work, manifest, sending))
    process.start()
    sending.close()
    found: tuple[int, float, float, float] = receiving.recv()
    process.join()
    return found


def _measure(work: Work, manifest: Path, sending: multiprocessing.connection.Connection) -> None:
    with tempfile.TemporaryDirectory() as folder:
        prepared = work(manifest, Path(folder))
        cpu_s, wall_s = time.process_time(), time.perf_counter()
        lines = prepared()
        cpu_s, wall_s = time.process_time() - cpu_s, time.perf_counter() - wall_s
    sending.send((lines, cpu_s, wall_s, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024))


def main(sizes: list[int]) -> list[Match]:
    """Print a table for each size; return how we stand beside datasets."""
    os.environ["OMP_NUM_THREADS"] = "1"
    machine.on_one_core()
    print(f"{machine.described(*DISTRIBUTIONS)}; one core\n")
    return [match for size in sizes for match in _measured(size)]


def _measured(size: int) -> list[Match]:
    works = {"datasets, map(verbalise)": peer, "prepare": ours, "prepare, sentences looked for": ours_with_sentences}
    found: list[Match] = []
    with tempfile.TemporaryDirectory() as folder:
        manifest = Path(folder) / "manifest.jsonl"
        write_manifest(manifest, size)
        print(f"{size:,} lines, {manifest.stat().st_size / 2**20:.0f} MiB")
        peers_s = 0.0
        for name, work in works.items():
            lines, cpu_s, wall_s, peak_mib = measured(work, manifest)
            peers_s = peers_s or cpu_s
            match = Match.of("preparation", name, next(iter(works)), "lines/s of CPU", lines, ([cpu_s], [peers_s]))
            print(
                f"  {name:30} {match.ours:8,.0f} lines/s  CPU {cpu_s:7.1f} s  wall {wall_s:7.1f} s  "
                f"peak {peak_mib:6,.0f} MiB  ratio {match.ratio:.2f}",
                flush=True,
            )
            found.append(match)
    return found[1:]


if __name__ == "__main__":
    main([int(size.replace(",", "")) for size in sys.argv[1:]] or [LINES])
