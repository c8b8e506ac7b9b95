"""``run prepare --describe``: a description as text, in Korean or English."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kowhisper_tel.core.language import current_language


def text(found: Mapping[str, Any]) -> str:
    """A description, as ``data.describe.describe`` gives it, for people."""
    return "\n".join(_lines(found, current_language()))


def _lines(found: Mapping[str, Any], language: str) -> Iterator[str]:
    def say(en: str, ko: str) -> str:
        return ko if language == "ko" else en

    archives, audio = found["archives"], found["audio"]
    yield say(f"Folder: {found['path']}", f"폴더: {found['path']}")
    yield say("Files: ", "파일: ") + (_counts(found["files"]) or "0")
    if archives["read"] or archives["unpacked"]:
        yield say(
            f"Archives read in place: {archives['read']}; members also lying unpacked: {archives['unpacked']}",
            f"그대로 읽는 압축 파일: {archives['read']}, 이미 풀려 있는 내용: {archives['unpacked']}",
        )
    for refused in archives["refused"]:
        yield "  ! " + refused[language]
    for name in archives["unread"]:
        yield "  ! " + say(f"not read in place, unpack it: {name}", f"그대로 읽지 못하니 풀어 두세요: {name}")
    for name in archives["unreadable"]:
        yield "  ! " + say(f"cannot be opened: {name}", f"열 수 없음: {name}")
    for fit in found["importers"]:
        labels = say(f"{fit['labels']} label files", f"라벨 파일 {fit['labels']}개")
        yield say("Fits: ", "맞는 종류: ") + f"{fit['kind']} ({labels}): {fit['reads']}"
    if not found["importers"]:
        yield say(
            "No importer fits the folder as a whole. Kind `fields` reads any layout, told where its fields are; "
            "kind `manifest` reads one table, with that file as its path.",
            "폴더 전체에 맞는 종류가 없습니다. `fields` 종류는 항목 위치를 적으면 어떤 형식이든 읽고, "
            "`manifest` 종류는 표 파일 하나를 path로 적으면 읽습니다.",
        )
        if first := found.get("first_json"):
            yield say("First JSON: ", "첫 JSON: ") + f"{first['file']}: {', '.join(first['fields'])}"
    if problem := found.get("problem"):
        yield "  ! " + problem[language]
    yield _recordings(audio, language)
    if "entries" in found:
        yield from _entries(found, language)


def _recordings(audio: Mapping[str, Any], language: str) -> str:
    few = audio["probed"] < audio["recordings"]
    if language == "ko":
        basis = f", {audio['probed']}개의 헤더에서 추정" if few else ""
        start = f"녹음: {audio['recordings']}개, {audio['hours']}시간{basis}"
        bad = f"; 읽을 수 없음 {audio['unreadable']}" if audio["unreadable"] else ""
    else:
        basis = f", estimated from the headers of {audio['probed']}" if few else ""
        start = f"Recordings: {audio['recordings']}, {audio['hours']} hours{basis}"
        bad = f"; unreadable {audio['unreadable']}" if audio["unreadable"] else ""
    formats = "; ".join(f"{name}: {count}" for name, count in audio["formats"].items())
    return start + (f" ({formats})" if formats else "") + bad


def _entries(found: Mapping[str, Any], language: str) -> Iterator[str]:
    ko = language == "ko"
    rejected = sum(reason["count"] for reason in found["rejects"].values())
    if ko:
        yield f"발화: {found['entries']}개, 제외: {rejected}개"
        yield f"화자: {found['speakers']}명, 통화: {found['calls']}건"
    else:
        yield f"Utterances: {found['entries']}, rejects: {rejected}"
        yield f"Speakers: {found['speakers']}, calls: {found['calls']}"
    for code, reason in found["rejects"].items():
        yield f"  {code}: {reason['count']} ({'; '.join(reason['examples'])})"
    yield ("나눔: " if ko else "Splits: ") + _counts(found["splits"])
    if found["own_splits"] != found["splits"]:
        kept = "`keep_splits: true` 옵션이면 유지" if ko else "kept with the option `keep_splits: true`"
        yield ("코퍼스 자체의 나눔: " if ko else "Its own splits: ") + _counts(found["own_splits"]) + f" ({kept})"
    for tag, values in found["strata"].items():
        yield f"  {tag}: {_counts(values)}"
    others = [
        f"{tag} ({value if isinstance(value, int) else len(value)})" for tag, value in sorted(found["tags"].items())
    ]
    if others:
        yield ("그 밖의 태그(값의 수): " if ko else "Other tags (values): ") + ", ".join(others)
    if found["marks"]:
        yield ("전사 기호가 있는 발화: " if ko else "Utterances with marks of transcription: ") + _counts(
            found["marks"]
        )
    yield ""
    yield "# 설정 파일에 붙여 넣으세요" if ko else "# for your config"
    yield found["config"].rstrip()


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items())
