"""Archive: the members of a zip, read where they lie. Nothing is ever unpacked to disk.

An archive that holds anything a recording or a label has no use for is refused as a whole, by name: paths that leave
it, links, encrypted members, two members of one name, members that overlap or that grow out of all proportion.
"""

from __future__ import annotations

import functools
import re
import stat
import unicodedata
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from kowhisper_tel.core.errors import UserError

BOMB_RATIO = 100
"""Speech packs to two thirds, labels to a tenth; only what is empty or made to harm goes below a hundredth."""
BOMB_BYTES = 8 << 20
"""Members smaller than this may pack as they like: a silent clip does no harm."""
MOST_MEMBER_BYTES = 4 << 30
UTF8_NAME, ENCRYPTED = 0x800, 0x1
LOCAL_HEADER_BYTES = 30
"""The least that stands before a member's data (PKWARE APPNOTE 4.3.7)."""


@dataclass(frozen=True, slots=True)
class Member:
    """One file of an archive: its path there (NFC, ``/`` between folders), and its size in bytes, unpacked."""

    name: str
    size: int
    info: zipfile.ZipInfo


@functools.lru_cache(maxsize=64)
def _opened(path: Path, stamp: tuple[int, int]) -> zipfile.ZipFile:
    """An archive's file, held open: its table of contents is read once. ``stamp`` opens a changed file anew."""
    del stamp
    try:
        return zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as problem:
        raise UserError("archive.broken", path=path, problem=problem) from None


def _archive(path: Path) -> zipfile.ZipFile:
    found = path.stat()
    return _opened(path.resolve(), (found.st_size, found.st_mtime_ns))


def members(path: Path) -> list[Member]:
    """The files of a zip, in the order of their names.

    Raises ``UserError``: ``archive.broken`` (no zip, or cut short), ``archive.refused`` with the member and the reason.
    """
    infos = _archive(path).infolist()
    found: dict[str, Member] = {}
    for info in infos:
        name = _checked_name(info, path)
        _check_member(info, name, path)
        if info.is_dir():
            continue
        if name in found:
            raise _refusal(path, name, "two members of this name", "같은 이름의 파일이 둘")
        found[name] = Member(name, info.file_size, info)
    _check_overlap(infos, path)
    return [found[name] for name in sorted(found)]


def read_member(path: Path, member: Member) -> bytes:
    """A member's bytes, checked against its checksum. Raises ``UserError`` ``archive.member``."""
    try:
        return _archive(path).read(member.info)
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, NotImplementedError) as problem:
        raise UserError("archive.member", path=path, member=member.name, problem=problem) from None


def _checked_name(info: zipfile.ZipInfo, path: Path) -> str:
    name = unicodedata.normalize("NFC", _decoded(info, path)).replace("\\", "/")
    if name.startswith("/") or re.match(r"[A-Za-z]:", name):
        raise _refusal(path, name, "an absolute path", "절대 경로")
    parts = name.rstrip("/").split("/")
    if any(part in ("", ".", "..") for part in parts) or any(ord(character) < 32 for character in name):
        raise _refusal(
            path, name, "a path that leaves the archive, or is none", "압축 파일 밖을 가리키거나 잘못된 경로"
        )
    return name


def _decoded(info: zipfile.ZipInfo, path: Path) -> str:
    """The member's name. Korean archives write cp949 and don't say so; ``zipfile`` takes that for cp437."""
    if info.flag_bits & UTF8_NAME:
        return info.orig_filename
    raw = info.orig_filename.encode("cp437")
    for encoding in ("utf-8", "cp949"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _refusal(path, info.orig_filename, "a name that is neither UTF-8 nor cp949", "UTF-8도 cp949도 아닌 파일 이름")


def _check_member(info: zipfile.ZipInfo, name: str, path: Path) -> None:
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise _refusal(path, name, "a link or a special file", "링크나 특수 파일")
    if info.flag_bits & ENCRYPTED:
        raise _refusal(path, name, "it is encrypted", "암호가 걸려 있음")
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise _refusal(path, name, "neither stored nor deflated", "지원하지 않는 압축 방식")
    packed = info.compress_size
    if info.file_size > MOST_MEMBER_BYTES or info.file_size > max(BOMB_BYTES, BOMB_RATIO * packed):
        grown = f"{packed:,} → {info.file_size:,} bytes"
        raise _refusal(path, name, f"it grows out of all proportion ({grown})", f"압축을 풀면 지나치게 커짐({grown})")


def _check_overlap(infos: Sequence[zipfile.ZipInfo], path: Path) -> None:
    """Members that share their bytes are how a small zip holds a petabyte (Fifield 2019)."""
    end, last = 0, ""
    for info in sorted(infos, key=lambda info: info.header_offset):
        if info.header_offset < end:
            name = _checked_name(info, path)
            raise _refusal(path, name, f"it overlaps {last}", f"{last} 파일과 겹침")
        end = info.header_offset + LOCAL_HEADER_BYTES + info.compress_size
        last = _checked_name(info, path)


def _refusal(path: Path, member: str, problem: str, problem_ko: str) -> UserError:
    return UserError("archive.refused", path=path, member=repr(member), problem=problem, problem_ko=problem_ko)
