"""Check an acceptance package: which file was changed, is missing or was added, and whether any byte differs.

Two steps. First every file that the manifest lists is read and compared. If all agree, the archive must be the one
that `write_package` makes of them, byte for byte; that finds what the files do not show: headers, times, comments,
gaps, bytes behind the end. Nothing is unpacked to disk, and no file beyond the manifest is read.

The manifest seals itself against accidents and clumsy hands. Whoever rewrites files and manifest together makes a
new valid package: compare `manifest_sha256` with the one recorded when the package was written.
"""

import hashlib
import io
import json
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal

from kangwei.core.documents.names import printable
from kangwei.core.documents.package import (
    CHUNK,
    FORMAT,
    MANIFEST,
    MAX_BYTES,
    MAX_DIRECTORY_BYTES,
    MAX_FILES,
    MAX_MANIFEST_BYTES,
    ListedFile,
    PackageError,
    PackageNames,
    manifest_bytes,
)
from kangwei.core.documents.ziplayout import Member, directory_entry, end_record, local_header

MAX_RATIO = 100
"""Largest growth by decompression that is read at all; only a package that was repacked is compressed."""

# What zipfile, zlib and seeking to a nonsensical place raise on damaged input.
_DAMAGE = (zipfile.BadZipFile, NotImplementedError, ValueError, OverflowError, OSError, struct.error, zlib.error)

ProblemKind = Literal["changed", "missing", "extra", "unreadable", "manifest", "archive"]


@dataclass(frozen=True)
class PackageProblem:
    """One thing that is wrong; `name` is the file's path in the package, "" for the archive as a whole."""

    name: str
    kind: ProblemKind
    reason: str


@dataclass(frozen=True)
class PackageReport:
    """The outcome: files that the manifest lists, SHA-256 of the manifest ("" if unreadable), all problems."""

    files: int
    manifest_sha256: str
    problems: tuple[PackageProblem, ...]

    @property
    def whole(self) -> bool:
        """No byte of the package differs from what was written."""
        return not self.problems


class _DamagedError(Exception):
    """Says in Chinese why the archive or one of its files cannot be read."""


def verify_package(path: Path) -> PackageReport:
    """Check the package at `path`. Any content gives a report; OSError only if it cannot be opened or read."""
    try:
        stream = path.open("rb")
    except OSError as error:
        raise OSError(f"打不开文件 {path}：{error.strerror}") from error
    with stream:
        try:
            entries = _directory(stream)
        except _DamagedError as damage:
            return PackageReport(0, "", (PackageProblem("", "archive", str(damage)),))
        by_name = {entry.filename: entry for entry in entries}
        try:
            raw = _manifest(stream, by_name)
            files, sealed = _parse(raw)
        except _DamagedError as damage:
            return PackageReport(0, "", (PackageProblem(MANIFEST, "manifest", str(damage)),))
        problems = [] if sealed else [PackageProblem(MANIFEST, "manifest", "清单被改动，与它自己的校验值不符")]
        contents = []
        for file in files:
            outcome = _checksum(stream, file, by_name.get(file.name))
            if isinstance(outcome, PackageProblem):
                problems.append(outcome)
            else:
                contents.append((file.name, file.size, outcome))
        for name in sorted(set(by_name) - {MANIFEST} - {file.name for file in files}):
            problems.append(PackageProblem(printable(name), "extra", "包里有，清单里没有"))
        if not problems:
            problems += _layout_problems(stream, [*contents, (MANIFEST, len(raw), zlib.crc32(raw))])
        return PackageReport(len(files), hashlib.sha256(raw).hexdigest(), tuple(problems))


def _directory(stream: IO[bytes]) -> list[zipfile.ZipInfo]:
    """The central directory, refused before it is read if it is larger than a package may have."""
    size = stream.seek(0, io.SEEK_END)
    stream.seek(max(0, size - 98))  # the longest end: 56 bytes ZIP64 record, 20 bytes locator, 22 bytes end record
    tail = stream.read()
    if tail[-22:-18] != b"PK\5\6":
        raise _DamagedError("不是验收包，或包尾被改动")
    (directory,) = struct.unpack("<L", tail[-10:-6])
    if tail[-42:-38] == b"PK\6\7":
        (directory,) = struct.unpack("<Q", tail[-58:-50])
    if directory > MAX_DIRECTORY_BYTES:
        raise _DamagedError("目录区过大，拒绝检查")
    try:
        entries = zipfile.ZipFile(stream).infolist()
    except _DAMAGE as error:
        raise _DamagedError("目录区损坏，无法读出文件清单") from error
    if len(entries) > MAX_FILES + 1 or sum(entry.file_size for entry in entries) > MAX_BYTES:
        raise _DamagedError("文件过多或过大，拒绝检查")
    if sum(entry.compress_size for entry in entries) > size:
        raise _DamagedError("文件互相重叠，拒绝检查")
    return entries


def _manifest(stream: IO[bytes], by_name: Mapping[str, zipfile.ZipInfo]) -> bytes:
    if MANIFEST not in by_name:
        raise _DamagedError("包内没有清单")
    raw = b"".join(_content(stream, by_name[MANIFEST], MAX_MANIFEST_BYTES))
    if len(raw) > MAX_MANIFEST_BYTES:
        raise _DamagedError("清单过大，拒绝检查")
    return raw


def _parse(raw: bytes) -> tuple[list[ListedFile], bool]:
    """The manifest's files, and whether it is, to the byte, what the writer makes of what it says.

    _DamagedError unless it has the writer's form and names that the writer would take.
    """
    try:
        manifest = json.loads(raw.decode())
        if manifest["format"] != FORMAT:
            raise _DamagedError(f"清单格式不是 {FORMAT}")
        files = [ListedFile(item["name"], item["size"], item["sha256"]) for item in manifest["files"]]
        names = PackageNames()
        for file in files:
            names.add(file.name)
            if not isinstance(file.size, int):
                raise _DamagedError("清单无法读出")
        return files, manifest_bytes(files, manifest["facts"]) == raw
    except PackageError as error:
        raise _DamagedError(str(error)) from error
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError) as error:
        raise _DamagedError("清单无法读出") from error


def _checksum(stream: IO[bytes], file: ListedFile, entry: zipfile.ZipInfo | None) -> int | PackageProblem:
    """The CRC-32 of a file that is as the manifest says, or else what is wrong with it."""
    if entry is None:
        return PackageProblem(file.name, "missing", "清单里有，包里没有")
    if entry.file_size != file.size:
        return PackageProblem(file.name, "changed", f"大小应为 {file.size} 字节，实为 {entry.file_size} 字节")
    crc, digest = 0, hashlib.sha256()
    try:
        for chunk in _content(stream, entry, file.size):
            crc = zlib.crc32(chunk, crc)
            digest.update(chunk)
    except _DamagedError as damage:
        return PackageProblem(file.name, "unreadable", str(damage))
    if digest.hexdigest() != file.sha256:
        return PackageProblem(file.name, "changed", "内容与清单里的 SHA-256 不符")
    return crc


def _layout_problems(stream: IO[bytes], contents: Iterable[tuple[str, int, int]]) -> Iterator[PackageProblem]:
    """Compare headers, central directory and end with what the writer makes of these contents; stops at the first."""
    members: list[Member] = []
    offset = 0
    for name, size, crc in contents:
        member = Member(name, size, crc, offset)
        if not _stands_at(stream, offset, local_header(member)):
            yield PackageProblem(name, "archive", "文件头与打包时不一致")
            return
        members.append(member)
        offset += len(local_header(member)) + size
    start = offset
    for member in members:
        if not _stands_at(stream, offset, directory_entry(member)):
            yield PackageProblem(member.name, "archive", "目录记录与打包时不一致")
            return
        offset += len(directory_entry(member))
    end = end_record(members, start, offset - start)
    if not _stands_at(stream, offset, end) or stream.read(1):
        yield PackageProblem("", "archive", "包尾与打包时不一致")


def _stands_at(stream: IO[bytes], offset: int, expected: bytes) -> bool:
    stream.seek(offset)
    return stream.read(len(expected)) == expected


def _content(stream: IO[bytes], entry: zipfile.ZipInfo, limit: int) -> Iterator[bytes]:
    """The content of one file in chunks, up to one chunk over `limit` bytes; _DamagedError if it cannot be read.

    zipfile's own reader would raise on a wrong checksum before it hands over the last bytes; an altered file could
    then not be told from an altered checksum.
    """
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise _DamagedError("压缩方法不受支持")
    if entry.file_size > MAX_RATIO * entry.compress_size:
        raise _DamagedError("压缩比异常，拒绝解压")
    try:
        stream.seek(entry.header_offset)
        header = stream.read(30)
        if header[:4] != b"PK\3\4":
            raise _DamagedError("文件头损坏")
        stream.seek(sum(struct.unpack("<2H", header[26:])), io.SEEK_CUR)
        chunks = _raw(stream, entry.compress_size)
        for chunk in chunks if entry.compress_type == zipfile.ZIP_STORED else _inflated(chunks):
            yield chunk
            limit -= len(chunk)
            if limit < 0:
                return
    except _DAMAGE as error:
        raise _DamagedError("内容损坏，无法读出") from error


def _raw(stream: IO[bytes], size: int) -> Iterator[bytes]:
    while size > 0 and (chunk := stream.read(min(size, CHUNK))):
        size -= len(chunk)
        yield chunk


def _inflated(chunks: Iterable[bytes]) -> Iterator[bytes]:
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    for chunk in chunks:
        pending = chunk
        while pending:
            yield inflater.decompress(pending, CHUNK)
            pending = inflater.unconsumed_tail
