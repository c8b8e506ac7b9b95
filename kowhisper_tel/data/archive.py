"""Archive: the members of a zip, read where they lie. Nothing is ever unpacked to disk.

An archive that holds anything a recording or a label has no use for is refused as a whole, by name: paths that leave
it, links, encrypted members, two members of one name, members that overlap or that grow out of all proportion. What
shows only when a member is read (a local header that tells another tale, a wrong size or checksum) costs that member.
"""

from __future__ import annotations

import os
import re
import stat
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kowhisper_tel.core.errors import UserError

BOMB_RATIO = 100
"""Speech packs to two thirds, labels to a tenth; only what is empty or made to harm goes below a hundredth."""
BOMB_BYTES = 8 << 20
"""A member smaller than this may pack as it likes: a silent clip does no harm."""
BOMB_TOTAL_BYTES = 256 << 20
"""So may an archive that is smaller than this as a whole."""
MOST_MEMBER_BYTES = 4 << 30
UTF8_NAME, ENCRYPTED, PATCH = 0x800, 0x1 | 0x40 | 0x2000, 0x20
"""General purpose flags (PKWARE APPNOTE 6.3.10, 4.4.4)."""
LOCAL_HEADER = struct.Struct("<4s5H3L2H")
"""What stands before a member's name and data (APPNOTE 4.3.7)."""
END = struct.Struct("<4s4H2LH")
"""What ends a zip, before its comment (APPNOTE 4.3.16)."""

_UNSOUND = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""Control characters, and those that turn the direction of what follows: no name needs them."""


@dataclass(frozen=True, slots=True)
class Member:
    """One file of an archive: its path there (NFC, ``/`` between folders), its size in bytes, and how it is stored."""

    name: str
    size: int
    packed: int
    offset: int
    checksum: int
    deflated: bool


def members(path: Path) -> list[Member]:
    """The files of a zip, in the order of their names.

    Raises ``UserError``: ``archive.broken`` (no zip, or cut short), or the code of the reason why it is refused, with
    the member that it is refused for (``archive.absolute``, ``.outside``, ``.control``, ``.encoding``, ``.link``,
    ``.encrypted``, ``.method``, ``.sizes``, ``.bomb``, ``.total``, ``.twice``, ``.folder``, ``.overlap``).
    """
    infos, end = _table(path)
    found: dict[str, Member] = {}
    folders: set[str] = set()
    for info in infos:
        name = _checked_name(info, path)
        _check_member(info, name, path)
        if name.endswith("/"):
            folders.add(name.rstrip("/"))
            continue
        if name in found:
            raise _refused("archive.twice", path, name)
        deflated = info.compress_type == zipfile.ZIP_DEFLATED
        found[name] = Member(name, info.file_size, info.compress_size, info.header_offset, info.CRC, deflated)
    _check_folders(found, folders, path)
    _check_overlap(infos, end, path)
    _check_total(found.values(), path)
    return [found[name] for name in sorted(found)]


def _table(path: Path) -> tuple[list[zipfile.ZipInfo], int]:
    """The table of contents, and where it begins. A file whose table hides what it holds is none."""
    try:
        with zipfile.ZipFile(path) as archive:
            infos, end = archive.infolist(), archive.start_dir
            promised = _promised(path, archive.comment)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError, struct.error) as problem:
        raise UserError("archive.broken", path=path, problem=problem) from None
    if any(info.header_offset < 0 for info in infos) or (end and not infos):
        raise UserError("archive.broken", path=path, problem="Bad offset for central directory")
    if promised > len(infos):
        raise UserError("archive.broken", path=path, problem=f"it promises {promised} members and lists {len(infos)}")
    return infos, end


def _promised(path: Path, comment: bytes) -> int:
    """How many members the end of the table says there are; 0 where that is not told there (Zip64).

    Old writers count modulo 65,536, and some not at all: fewer than there are says nothing.
    """
    with path.open("rb") as file:
        file.seek(-END.size - len(comment), os.SEEK_END)
        signature, *_, count, _, _, _ = END.unpack(file.read(END.size))
    return 0 if signature != b"PK\x05\x06" or count == 0xFFFF else int(count)


def read_member(path: Path, member: Member) -> bytes:
    """A member's bytes, checked against its local header, its size and its checksum. Never more is unpacked than that.

    Raises ``UserError``: ``archive.member``, ``archive.local``, ``archive.size``, ``archive.checksum``.
    """
    try:
        with path.open("rb") as file:
            file.seek(member.offset)
            header = LOCAL_HEADER.unpack(file.read(LOCAL_HEADER.size))
            raw_name = file.read(header[9])
            file.seek(header[10], 1)
            packed = file.read(member.packed)
    except (OSError, ValueError, struct.error) as problem:
        raise _refused("archive.member", path, member.name, problem=problem) from None
    _check_local(header, raw_name, member, path)
    data = _unpacked(packed, member, path)
    if len(data) != member.size:
        raise _refused("archive.size", path, member.name, size=member.size)
    if zlib.crc32(data) != member.checksum:
        raise _refused("archive.checksum", path, member.name)
    return data


def _unpacked(packed: bytes, member: Member, path: Path) -> bytes:
    if not member.deflated:
        return packed
    try:
        return zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, member.size + 1)
    except zlib.error as problem:
        raise _refused("archive.member", path, member.name, problem=problem) from None


def _check_local(header: Sequence[Any], raw_name: bytes, member: Member, path: Path) -> None:
    """The local header must name the same file, stored the same way, as the archive's table of contents."""
    signature, _, flags, method = header[:4]
    try:
        name = _plain(_text(raw_name, is_utf8=bool(flags & UTF8_NAME)))
    except UnicodeDecodeError:
        name = ""
    if signature != b"PK\x03\x04" or name != member.name:
        raise _refused("archive.local", path, member.name)
    if flags & ENCRYPTED or method != (zipfile.ZIP_DEFLATED if member.deflated else zipfile.ZIP_STORED):
        raise _refused("archive.local", path, member.name)


def _checked_name(info: zipfile.ZipInfo, path: Path) -> str:
    try:
        name = _plain(_name(info))
    except UnicodeError:
        raise _refused("archive.encoding", path, info.orig_filename) from None
    if name.startswith("/") or re.match(r"[A-Za-z]:", name):
        raise _refused("archive.absolute", path, name)
    if _UNSOUND.search(name):
        raise _refused("archive.control", path, name)
    # Most names need no more than a glance.
    odd = not name or "//" in name or "/." in name or name[0] == "."
    if odd and not {"", ".", ".."}.isdisjoint(name.removesuffix("/").split("/")):
        raise _refused("archive.outside", path, name)
    return name


def _name(info: zipfile.ZipInfo) -> str:
    """The name as the archive means it; ``zipfile`` decodes it by the flag for UTF-8, else from cp437."""
    name = info.orig_filename
    return name if info.flag_bits & UTF8_NAME or name.isascii() else _text(name.encode("cp437"), is_utf8=False)


def _text(raw: bytes, *, is_utf8: bool) -> str:
    """A name's text. Korean archives write cp949 and don't say so, and some write UTF-8 without the flag for it."""
    if is_utf8:
        return raw.decode("utf-8")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp949")


def _plain(name: str) -> str:
    return (name if name.isascii() else unicodedata.normalize("NFC", name)).replace("\\", "/")


def _check_member(info: zipfile.ZipInfo, name: str, path: Path) -> None:
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise _refused("archive.link", path, name)
    if info.flag_bits & ENCRYPTED:
        raise _refused("archive.encrypted", path, name)
    if info.flag_bits & PATCH or info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise _refused("archive.method", path, name, method=info.compress_type)
    packed = info.compress_size
    if info.compress_type == zipfile.ZIP_STORED and packed != info.file_size:
        raise _refused("archive.sizes", path, name, packed=packed, size=info.file_size)
    if info.file_size > MOST_MEMBER_BYTES or info.file_size > max(BOMB_BYTES, BOMB_RATIO * packed):
        raise _refused("archive.bomb", path, name, packed=packed, size=info.file_size)


def _check_folders(names: Collection[str], folders: set[str], path: Path) -> None:
    """No name may be a file's and a folder's at once."""
    for name in names:
        folder = name.rpartition("/")[0]
        while folder and folder not in folders:
            folders.add(folder)
            folder = folder.rpartition("/")[0]
    for name in names:
        if name in folders:
            raise _refused("archive.folder", path, name)


def _check_overlap(infos: Sequence[zipfile.ZipInfo], table: int, path: Path) -> None:
    """Members that share their bytes are how a small zip holds a petabyte (Fifield 2019, A better zip bomb)."""
    end, last = 0, None
    for info in sorted(infos, key=lambda info: info.header_offset):
        if info.header_offset < end:
            other = _checked_name(last, path) if last else ""
            raise _refused("archive.overlap", path, _checked_name(info, path), other=_shown(other))
        end = info.header_offset + LOCAL_HEADER.size + info.compress_size  # a name in another encoding may be shorter
        last = info
        if end > table:
            raise _refused("archive.overlap", path, _checked_name(info, path), other="central directory")


def _check_total(found: Iterable[Member], path: Path) -> None:
    sizes = [(member.size, member.packed, member.name) for member in found]
    size, packed = sum(size for size, _, _ in sizes), sum(packed for _, packed, _ in sizes)
    if size > max(BOMB_TOTAL_BYTES, BOMB_RATIO * packed):
        raise _refused("archive.total", path, max(sizes)[2], count=len(sizes), packed=packed, size=size)


def _refused(code: str, path: Path, member: str, **facts: Any) -> UserError:
    return UserError(code, path=path, member=_shown(member), **facts)


def _shown(name: str) -> str:
    """A name for a message: nothing in it can move the cursor, and it is never longer than a line."""
    return ascii(name)[:200] if _UNSOUND.search(name) else repr(name)[:200]
