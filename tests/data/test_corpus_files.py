"""CorpusFiles: folders and zips listed alike, and the file that a label means."""

from __future__ import annotations

import time
import tracemalloc
import unicodedata
import zipfile
from collections.abc import Iterable
from pathlib import Path

import pytest

from kowhisper_tel.core.errors import UserError
from kowhisper_tel.data.corpus_files import CorpusFiles


class Cp949(zipfile.ZipInfo):
    """A member whose name is written as Korean Windows does: in cp949, without a word about it."""

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:  # noqa: N802 zipfile's name
        return self.filename.encode("cp949"), 0


def pack(path: Path, names: Iterable[str], info: type[zipfile.ZipInfo] = zipfile.ZipInfo) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(info(name), name.encode())


def put(root: Path, *names: str) -> CorpusFiles:
    for name in names:
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(name.encode())
    return CorpusFiles.open(root)


def names(files: CorpusFiles) -> list[str]:
    return [file.name for file in files.files]


def found(files: CorpusFiles, wanted: str, near: str) -> str:
    label = next(file for file in files.files if file.name == near)
    try:
        return files.find(wanted, near=label, place="here").name
    except UserError as problem:
        return problem.code


def test_a_folder_and_its_zips(tmp_path: Path) -> None:
    pack(tmp_path / "원천데이터" / "TS1.zip", ["D1/녹음 1.wav", "D1/.DS_Store", "__MACOSX/D1/x.wav"], Cp949)
    files = put(tmp_path, "라벨링데이터/a.json", ".hidden/b.json", "old.tar", "big.zip.part0", "split.z01")
    assert names(files) == [
        "big.zip.part0",
        "old.tar",
        "split.z01",
        "라벨링데이터/a.json",
        "원천데이터/TS1.zip/D1/녹음 1.wav",
    ]
    assert files.unread == ("big.zip.part0", "old.tar", "split.z01")
    wav = next(files.of(".wav"))
    assert wav.read() == "D1/녹음 1.wav".encode()
    assert wav.path == str(tmp_path / "원천데이터" / "TS1.zip" / "D1" / "녹음 1.wav")


def test_one_zip_alone(tmp_path: Path) -> None:
    pack(tmp_path / "x.zip", ["b.json", "a.json"])
    assert names(CorpusFiles.open(tmp_path / "x.zip")) == ["x.zip/a.json", "x.zip/b.json"]


def test_nothing_there(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no such folder"):
        CorpusFiles.open(tmp_path / "nowhere")


@pytest.mark.parametrize("beside", ["", "x/"])
def test_what_lies_unpacked_beside_its_zip_is_read_once(beside: str, tmp_path: Path) -> None:
    pack(tmp_path / "x.zip", ["D1/a.wav", "D1/b.wav"])
    (tmp_path / beside / "D1").mkdir(parents=True)
    (tmp_path / beside / "D1" / "a.wav").write_bytes(b"D1/a.wav")
    files = CorpusFiles.open(tmp_path)
    assert names(files) == [f"{beside}D1/a.wav", "x.zip/D1/b.wav"] if not beside else sorted(names(files))
    assert (len(files.files), files.unpacked) == (2, 1)


def test_names_are_composed(tmp_path: Path) -> None:
    decomposed = unicodedata.normalize("NFD", "통화/녹음파일입니다.wav")
    files = put(tmp_path, decomposed, "a.json")
    assert found(files, decomposed, "a.json") == unicodedata.normalize("NFC", decomposed)


def test_links_to_folders_are_followed_once(tmp_path: Path) -> None:
    put(tmp_path / "data", "a.json")
    (tmp_path / "data" / "again").symlink_to(tmp_path / "data")
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "linked").symlink_to(tmp_path / "data")
    assert names(CorpusFiles.open(tmp_path / "corpus")) == ["linked/a.json"]


CALLS = [
    "1.Training/L/TL/D1/J1/S1/S1.json",
    "1.Training/W/TS/D1/J1/S1/0001.wav",
    "1.Training/L/TL/D1/J1/S2/S2.json",
    "1.Training/W/TS/D1/J1/S2/0001.wav",
    "1.Training/W/TS/D1/J1/S2/0002.wav",
    "1.Training/L/TL/D2/J1/S1/S1.json",
    "1.Training/W/TS/D2/J1/S1/0001.wav",
    "1.Training/L/TL/D3/J1/S9/S9.json",
    "1.Training/L/TL/D1/J2/S2/S2.json",
]
S1, S1_D2, S9, S2_J2 = CALLS[0], CALLS[5], CALLS[7], CALLS[8]


@pytest.mark.parametrize(
    ("wanted", "near", "meant"),
    [
        ("D1/J1/S1/0001.wav", S1, CALLS[1]),
        ("KtelSpeech/D1/J1/S1/0001.wav", S1, CALLS[1]),
        ("/data/somewhere/D2/J1/S1/0001.wav", S1_D2, CALLS[6]),
        ("D1\\J1\\S1\\0001.wav", S1, CALLS[1]),
        ("./d1/j1/s1/0001.WAV", S1, CALLS[1]),
        ("D1/J1/S1/0001", S1, CALLS[1]),
        ("D1/J1/S1/0001.wavp", S1, CALLS[1]),
        ("D1/J1/S1/0001.pcm", S1, CALLS[1]),
        ("0001.wav", S1, CALLS[1]),
        ("0001.wav", S1_D2, CALLS[6]),
        ("audio/0001.wav", S1, CALLS[1]),
        ("D1/J1/S1/0002.wav", S1, "corpus.no_audio"),
        ("0002.wav", S1, "corpus.no_audio"),
        ("D3/J1/S9/0002.wav", S9, "corpus.no_audio"),
        ("D1/J2/S2/0001.wav", S2_J2, "corpus.no_audio"),
        ("KtelSpeech/D1/J2/S2/0001.wav", S2_J2, "corpus.no_audio"),
        ("S2/0002.wav", S2_J2, "corpus.no_audio"),
        ("S2/0002.wav", CALLS[2], CALLS[4]),
        ("0001.wav", S2_J2, "corpus.no_audio"),
        ("D2/J1/S2/0001.wav", S1_D2, "corpus.no_audio"),
        ("", S1, "corpus.no_audio"),
        ("D1/J1/S1/S1.wav", S1, "corpus.no_audio"),
    ],
)
@pytest.mark.parametrize("zipped", [False, True])
def test_the_recording_that_a_label_means(wanted: str, near: str, meant: str, zipped: bool, tmp_path: Path) -> None:
    """By folders at the end of its path; never another call's recording that is called the same."""
    if zipped:
        for folder in ("1.Training/L/TL", "1.Training/W/TS"):
            inside = [name.removeprefix(f"{folder}/") for name in CALLS if name.startswith(folder)]
            pack(tmp_path / f"{folder}.zip", inside)
        files = CorpusFiles.open(tmp_path)
        near, meant = (name.replace("/TL/", "/TL.zip/").replace("/TS/", "/TS.zip/") for name in (near, meant))
    else:
        files = put(tmp_path, *CALLS)
    assert found(files, wanted, near) == meant


def test_a_name_that_says_which_it_is_may_lie_anywhere(tmp_path: Path) -> None:
    files = put(tmp_path, "lists/test.json", "sound/a/KsponSpeech_000001.flac", "sound/b/KsponSpeech_000002.pcm")
    assert found(files, "KsponSpeech_01/KsponSpeech_0001/KsponSpeech_000001.pcm", "lists/test.json").endswith(".flac")
    assert found(files, "KsponSpeech_000002.pcm", "lists/test.json").endswith("b/KsponSpeech_000002.pcm")


def test_one_of_two_cannot_be_told(tmp_path: Path) -> None:
    files = put(tmp_path, "list.json", "x/long_name_1.wav", "y/long_name_1.wav")
    assert found(files, "long_name_1.wav", "list.json") == "corpus.ambiguous"
    assert found(files, "y/long_name_1.wav", "list.json") == "y/long_name_1.wav"
    files = put(tmp_path / "more", "1.Training/l.json", "1.Training/a.wav", "2.Validation/a.wav")
    assert found(files, "a.wav", "1.Training/l.json") == "1.Training/a.wav"


def test_a_text_is_not_taken_for_a_recording(tmp_path: Path) -> None:
    files = put(tmp_path, "S1/S1.json", "S1/0001.txt")
    assert found(files, "S1/0001.wav", "S1/S1.json") == "corpus.no_audio"
    assert found(files, "S1/0001.txt", "S1/S1.json") == "S1/0001.txt"


def test_many_members_are_listed_and_found_fast_and_lean(tmp_path: Path) -> None:
    """Calls that count their turns anew: 20,000 recordings of 100 names."""
    wavs = [f"D1/J1/S{call:05d}/{turn:04d}.wav" for call in range(50) for turn in range(100)]
    pack(tmp_path / "TS.zip", wavs)
    pack(tmp_path / "TL.zip", ["D1/J1/S00000/S00000.json"])
    begun = time.perf_counter()
    tracemalloc.start()
    files = CorpusFiles.open(tmp_path)
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    label = next(files.of(".json"))
    for wav in wavs[::4]:
        assert files.find(wav, near=label, place="").name == f"TS.zip/{wav}"
    assert time.perf_counter() - begun < 10
    assert kept / len(wavs) < 1500


def test_a_text_that_is_missing_is_not_made_up_for_by_its_recording(tmp_path: Path) -> None:
    files = put(tmp_path, "D1/J1/S1/S1.json", "D1/J1/S1/0001.wav")
    assert found(files, "D1/J1/S1/0001.txt", "D1/J1/S1/S1.json") == "corpus.no_audio"


def test_a_path_from_the_root_on_is_that_files(tmp_path: Path) -> None:
    files = put(tmp_path, "ko_kr/train.tsv", "ko_kr/audio/train/1.wav", "ko_kr/audio/dev/1.wav")
    assert found(files, "ko_kr/audio/train/1.wav", "ko_kr/train.tsv") == "ko_kr/audio/train/1.wav"
    assert found(files, "ko_kr/audio/dev/2.wav", "ko_kr/train.tsv") == "corpus.no_audio"
