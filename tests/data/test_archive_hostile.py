"""Hostile archives: each is refused by name with its reason, or read rightly; nothing is ever written."""

from __future__ import annotations

import io
import stat
import struct
import tracemalloc
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from kowhisper_tel.core.errors import UserError
from kowhisper_tel.data.archive import BOMB_BYTES, members, read_member
from kowhisper_tel.data.corpus import CorpusSpec
from kowhisper_tel.data.corpus_files import CorpusFiles

UTF8 = 0x800
DATA = b"speech" * 50


@dataclass(frozen=True)
class Piece:
    """One member as it is to stand in the archive; what is ``None`` is written truly."""

    name: bytes = b"a.wav"
    data: bytes = DATA
    method: int = 8
    flags: int = UTF8
    attributes: int = 0
    extra: bytes = b""
    version: int = 20
    crc: int | None = None
    size: int | None = None
    packed: int | None = None
    local_name: bytes | None = None
    local_flags: int | None = None
    local_method: int | None = None
    signature: bytes = b"PK\x03\x04"
    offset: int | None = None
    body: bytes | None = None

    def packed_data(self) -> bytes:
        if self.body is not None:
            return self.body
        if self.method != 8:
            return self.data
        packer = zlib.compressobj(9, zlib.DEFLATED, -15)
        return packer.compress(self.data) + packer.flush()


def build(
    *pieces: Piece, comment: bytes = b"", prefix: bytes = b"", count: int | None = None, shift: int = 0, disk: int = 0
) -> bytes:
    """The bytes of an archive. ``count`` and ``shift`` lie in the end record: of members, and of where the table is."""
    out, table = bytearray(prefix), bytearray()
    for piece in pieces:
        body, offset = piece.packed_data(), len(out) - len(prefix)
        crc = zlib.crc32(piece.data) if piece.crc is None else piece.crc
        size = len(piece.data) if piece.size is None else piece.size
        packed = len(body) if piece.packed is None else piece.packed
        name = piece.name if piece.local_name is None else piece.local_name
        flags = piece.flags if piece.local_flags is None else piece.local_flags
        method = piece.method if piece.local_method is None else piece.local_method
        local = (piece.signature, piece.version, flags, method, 0, 33, crc, packed, size, len(name), 0)
        out += struct.pack("<4s5H3L2H", *local) + name + body
        where = offset if piece.offset is None else piece.offset
        central = (b"PK\x01\x02", 20, 3, piece.version, 0, piece.flags, piece.method, 0, 33, crc, packed, size)
        table += struct.pack("<4s4B4H3L", *central)
        table += struct.pack("<5H2L", len(piece.name), len(piece.extra), 0, 0, 0, piece.attributes << 16, where)
        table += piece.name + piece.extra
    start = len(out) - len(prefix) + shift
    number = len(pieces) if count is None else count
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", disk, disk, number, number, len(table), start, len(comment))
    return bytes(out + table + end + comment)


def named(name: str | bytes, flags: int = UTF8) -> bytes:
    return build(Piece(name if isinstance(name, bytes) else name.encode(), flags=flags))


def kind(mode: int) -> bytes:
    return build(Piece(attributes=mode | 0o777))


def zipped(make: Callable[[zipfile.ZipFile], None]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        make(archive)
    return buffer.getvalue()


def overlapping() -> bytes:
    """Two members that share one kernel, as in Fifield's zip bomb."""
    return build(Piece(b"a.wav"), Piece(b"b.wav", offset=0))


def quoting() -> bytes:
    """A member whose data are the next one's header and data."""
    inner = build(Piece(b"b.wav", method=0))[: 30 + 5 + len(DATA)]
    return build(Piece(b"a.wav", data=inner, method=0), Piece(b"b.wav", method=0, offset=35))


def zip64(sizes: Sequence[int]) -> bytes:
    extra = struct.pack("<2H", 1, 8 * len(sizes)) + struct.pack(f"<{len(sizes)}Q", *sizes)
    return build(Piece(extra=extra, size=0xFFFFFFFF, packed=0xFFFFFFFF))


def true_zip64(archive: zipfile.ZipFile) -> None:
    with archive.open("a.wav", "w", force_zip64=True) as member:
        member.write(DATA)


NFC, NFD = (unicodedata.normalize(form, "가.wav").encode() for form in ("NFC", "NFD"))
ZEROS = bytes(1 << 20)
PACKED_ZEROS = Piece(data=ZEROS).packed_data()

REFUSED: dict[str, tuple[str, bytes]] = {
    "parent": ("outside", named("../a.wav")),
    "parent inside": ("outside", named("a/../../b.wav")),
    "parent at the end": ("outside", named("a/..")),
    "parent with backslashes": ("outside", named("..\\..\\a.wav")),
    "parent, mixed slashes": ("outside", named("a\\../..\\b.wav")),
    "parent, as a folder": ("outside", named("../")),
    "parent in cp949": ("outside", named("녹음/../../a.wav".encode("cp949"), 0)),
    "here": ("outside", named("./a.wav")),
    "here inside": ("outside", named("a/./b.wav")),
    "no name": ("outside", named("")),
    "nothing between slashes": ("outside", named("a//b.wav")),
    "a URL": ("outside", named("file:///etc/passwd")),
    "absolute": ("absolute", named("/etc/passwd")),
    "the root": ("absolute", named("/")),
    "a drive": ("absolute", named("C:\\a.wav")),
    "a drive's folder": ("absolute", named("c:a.wav")),
    "a drive with a slash": ("absolute", named("C:/a.wav")),
    "UNC": ("absolute", named("\\\\server\\share\\a.wav")),
    "UNC with slashes": ("absolute", named("//server/share/a.wav")),
    "a backslash first": ("absolute", named("\\a.wav")),
    "NUL": ("control", named("a.wav\0.exe")),
    "new line": ("control", named("a\nb.wav")),
    "escape": ("control", named("\x1b[2Ja.wav")),
    "delete": ("control", named("a\x7f.wav")),
    "C1 control": ("control", named("a\x9b.wav")),
    "right to left": ("control", named("a\u202evaw.wav")),
    "isolate": ("control", named("a\u2066b.wav")),
    "neither encoding": ("encoding", named(b"\xff\xff\xfe.wav", 0)),
    "symbolic link": ("link", kind(stat.S_IFLNK)),
    "character device": ("link", kind(stat.S_IFCHR)),
    "block device": ("link", kind(stat.S_IFBLK)),
    "fifo": ("link", kind(stat.S_IFIFO)),
    "socket": ("link", kind(stat.S_IFSOCK)),
    "a link with a folder's name": ("link", build(Piece(b"a/", b"", attributes=stat.S_IFLNK | 0o777))),
    "encrypted": ("encrypted", build(Piece(flags=UTF8 | 1))),
    "strongly encrypted": ("encrypted", build(Piece(flags=UTF8 | 1 | 0x40))),
    "masked headers": ("encrypted", build(Piece(flags=UTF8 | 0x2000))),
    "bzip2": ("method", build(Piece(method=12))),
    "LZMA": ("method", build(Piece(method=14))),
    "deflate64": ("method", build(Piece(method=9))),
    "AES": ("method", build(Piece(method=99))),
    "unknown method": ("method", build(Piece(method=200))),
    "stored, with two sizes": ("sizes", build(Piece(method=0, size=10))),
    "two of a name": ("twice", build(Piece(), Piece())),
    "two of a name in NFC and NFD": ("twice", build(Piece(NFC), Piece(NFD))),
    "two of a name by their slashes": ("twice", build(Piece(b"a/b.wav"), Piece(b"a\\b.wav"))),
    "two of a name in two encodings": ("twice", build(Piece(NFC), Piece("가.wav".encode("cp949"), flags=0))),
    "a file that is a folder": ("folder", build(Piece(b"a"), Piece(b"a/b.wav"))),
    "a file that is a folder further up": ("folder", build(Piece(b"a/b/c/d.wav"), Piece(b"a/b"))),
    "a file that is an empty folder": ("folder", build(Piece(b"a"), Piece(b"a/", b""))),
    "overlap": ("overlap", overlapping()),
    "overlap by quoting": ("overlap", quoting()),
    "a member in the table": ("overlap", build(Piece(offset=10))),
    "a member beyond the end": ("overlap", build(Piece(offset=1 << 30))),
    "more bytes than there are": ("overlap", build(Piece(packed=100_000, method=8))),
    "zip bomb": ("bomb", build(Piece(data=bytes(BOMB_BYTES + 1)))),
    "zip bomb by its statement": ("bomb", build(Piece(size=1 << 31))),
    "zip64 bomb": ("bomb", zip64([1 << 60, len(Piece().packed_data())])),
    "many small bombs": (
        "total",
        build(*(Piece(b"%03d.wav" % n, ZEROS, body=PACKED_ZEROS, crc=0) for n in range(300))),
    ),
}
"""Refused as a whole when listed: the code's end, and the archive."""

BROKEN: dict[str, bytes] = {
    "empty file": b"",
    "no zip": b"RIFF" + bytes(100),
    "cut short": build(Piece(), Piece(b"b.wav"))[:-30],
    "only the beginning": build(Piece())[:40],
    "zip64 sizes cut off": build(Piece(extra=struct.pack("<2HL", 1, 8, 1), size=0xFFFFFFFF)),
    "zip64 extra without its values": build(Piece(extra=struct.pack("<2H", 1, 0), size=0xFFFFFFFF)),
    "the table beyond the file": build(Piece(), shift=1 << 30),
    "a comment that begins like an end record": build(Piece(), comment=b"PK\x05\x06 not an end record"),
    "a comment that is an end record": build(Piece(), comment=build()),
    "made for a later version": build(Piece(version=99)),
    "UTF-8 that is none": named(b"\xff\xff\xfe.wav"),
    "an end that promises more members": build(Piece(), count=60_000),
    "no table": build(Piece()).replace(b"PK\x01\x02", b"PK\x01\x01"),
}
"""No zip at all, or what is left of one."""

UNREADABLE: dict[str, tuple[str, bytes]] = {
    "checksum": ("checksum", build(Piece(crc=1))),
    "unpacks to more": ("size", build(Piece(size=10))),
    "unpacks to far more": ("size", build(Piece(data=bytes(30 << 20), size=10))),
    "unpacks to less": ("size", build(Piece(size=len(DATA) + 1))),
    "another local name": ("local", build(Piece(local_name=b"b.wav"))),
    "a local name that leads outside": ("local", build(Piece(local_name=b"../a.wav"))),
    "a local name in no encoding": ("local", build(Piece(local_name=b"\xff\xfe\xff\xfe\xff", local_flags=0))),
    "no local header": ("local", build(Piece(signature=b"PK\x03\x05"))),
    "encrypted by its local header": ("local", build(Piece(local_flags=UTF8 | 1))),
    "another method in its local header": ("local", build(Piece(local_method=0))),
    "no deflated data": ("member", build(Piece(body=b"\xff" * 50))),
}
"""Listed, and the member is refused when it is read."""

HARMLESS: dict[str, tuple[Sequence[str], bytes]] = {
    "two cases": (("A.wav", "a.wav"), build(Piece(b"A.wav"), Piece(b"a.wav"))),
    "junk before it": (("a.wav",), build(Piece(), prefix=b"#!/bin/sh\nexit\n" * 40)),
    "a comment": (("a.wav",), build(Piece(), comment=b"PK\x03\x04 made by hand")),
    "a count too high": (("a.wav",), build(Piece(), count=65_535)),
    "a count too low": (("a.wav", "b.wav"), build(Piece(), Piece(b"b.wav"), count=0)),
    "zip64": (("a.wav",), zipped(true_zip64)),
    "a very long name": (("가" * 5_000 + ".wav",), named("가" * 5_000 + ".wav")),
    "very many folders": (("a/" * 500 + "b.wav",), named("a/" * 500 + "b.wav")),
    "a device of Windows": (("CON",), named("CON")),
    "three dots": (("...",), named("...")),
    "a folder with data": ((), build(Piece(b"a/"))),
    "folders alone": ((), build(Piece(b"a/", b""), Piece(b"a/b/", b""))),
    "no members": ((), build()),
    "backslashes": (("녹음/a.wav",), named("녹음\\a.wav".encode("cp949"), 0)),
    "cp949": (("녹음/통화.wav",), named("녹음/통화.wav".encode("cp949"), 0)),
    "UTF-8 without its flag": (("녹음.wav",), named("녹음.wav".encode(), 0)),
    "NFD": (("가.wav",), build(Piece(NFD))),
    "an archive inside": (("inner.zip",), build(Piece(b"inner.zip", data=DATA))),
    "a small bomb": (("a.wav",), build(Piece(data=DATA * 10_000))),
}
"""Odd, and read rightly: the members' names, and the archive."""


def place(tmp_path: Path, archive: bytes) -> Path:
    folder = tmp_path / "corpus"
    folder.mkdir()
    path = folder / "x.zip"
    path.write_bytes(archive)
    return path


def everything(tmp_path: Path) -> set[str]:
    return {str(path) for path in tmp_path.rglob("*")}


def cases(table: dict[str, tuple[str, bytes]]) -> Iterable[object]:
    return (pytest.param(code, archive, id=name) for name, (code, archive) in table.items())


def test_there_are_sixty_and_more() -> None:
    assert len(REFUSED) + len(BROKEN) + len(UNREADABLE) >= 60


@pytest.mark.parametrize(("code", "archive"), cases(REFUSED))
def test_refused_by_name(code: str, archive: bytes, tmp_path: Path) -> None:
    path = place(tmp_path, archive)
    before = everything(tmp_path)
    for listed in (lambda: members(path), lambda: list(CorpusSpec("aihub_571", str(path.parent)).entries())):
        with pytest.raises(UserError) as caught:
            listed()
        assert caught.value.code == f"archive.{code}"
        assert str(path) in caught.value.text("en")
        assert caught.value.facts["member"]
        assert caught.value.text("ko").isprintable()
    (refused,) = CorpusFiles.open(path.parent, go_on=True).refused
    assert refused.code == f"archive.{code}"
    assert everything(tmp_path) == before


@pytest.mark.parametrize("archive", [pytest.param(archive, id=name) for name, archive in BROKEN.items()])
def test_broken(archive: bytes, tmp_path: Path) -> None:
    path = place(tmp_path, archive)
    with pytest.raises(UserError) as caught:
        members(path)
    assert caught.value.code == "archive.broken"


@pytest.mark.parametrize(("code", "archive"), cases(UNREADABLE))
def test_a_member_is_refused_when_it_is_read(code: str, archive: bytes, tmp_path: Path) -> None:
    path = place(tmp_path, archive)
    before = everything(tmp_path)
    (member,) = members(path)
    tracemalloc.start()
    with pytest.raises(UserError) as caught:
        read_member(path, member)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert caught.value.code == f"archive.{code}"
    assert "a.wav" in caught.value.text("en")
    assert peak < 1 << 20
    assert everything(tmp_path) == before


@pytest.mark.parametrize(("names", "archive"), [pytest.param(*case, id=name) for name, case in HARMLESS.items()])
def test_odd_and_read_rightly(names: Sequence[str], archive: bytes, tmp_path: Path) -> None:
    path = place(tmp_path, archive)
    before = everything(tmp_path)
    found = members(path)
    assert sorted(member.name for member in found) == sorted(names)
    assert all(read_member(path, member) in (DATA, DATA * 10_000) for member in found)
    assert everything(tmp_path) == before


def test_listing_bombs_takes_no_memory(tmp_path: Path) -> None:
    path = place(tmp_path, REFUSED["many small bombs"][1])
    tracemalloc.start()
    with pytest.raises(UserError):
        members(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4 << 20


def test_an_archive_inside_another_is_named(tmp_path: Path) -> None:
    path = place(tmp_path, build(Piece(b"inner.zip"), Piece(b"old.tar")))
    assert CorpusFiles.open(path.parent).unread == ("x.zip/inner.zip", "x.zip/old.tar")
