"""The acceptance package (验收包): one ZIP with a manifest, written so that any changed byte can be found.

Files are stored uncompressed. Office files, PDF and images are compressed already, so little is lost, and a
stored file lies in the archive byte for byte: a flipped bit hits one file and no other, the bytes do not depend on
a version of zlib, and no ZIP bomb can hide in a package. `package_check` is the other half.
"""

import hashlib
import io
import os
import tempfile
import unicodedata
import zlib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from kangwei.core.documents.canonical import canonical_json
from kangwei.core.documents.names import printable, safe_file_name
from kangwei.core.documents.ziplayout import Member, directory_entry, end_record, local_header

FORMAT = "kangwei-package/1"
MANIFEST = "manifest.json"
MAX_FILES = 50_000
MAX_BYTES = 64 * 1024**3
MAX_MANIFEST_BYTES = MAX_DIRECTORY_BYTES = 16 * 1024**2
"""The checker holds manifest and central directory in memory, so both are bounded, for the writer too."""
MAX_PATH_BYTES = 1000
CHUNK = 1024 * 1024

Fact = str | int | bool | None


class PackageError(ValueError):
    """The package cannot be written as asked; the message says in Chinese which file and why."""


@dataclass(frozen=True)
class PackageEntry:
    """One file to put in: its path in the package, "/" between folders; its bytes or where they lie."""

    name: str
    content: Path | bytes


@dataclass(frozen=True)
class PackageSummary:
    """What was written: files besides the manifest, bytes of the ZIP, SHA-256 of manifest.json in hex."""

    files: int
    size: int
    manifest_sha256: str


@dataclass(frozen=True)
class ListedFile:
    """One line of the manifest."""

    name: str
    size: int
    sha256: str


def write_package(path: Path, entries: Iterable[PackageEntry], manifest_facts: Mapping[str, Fact]) -> PackageSummary:
    """Write the entries in the order given, then `manifest.json`, as one ZIP at `path`.

    Equal entries and facts give equal bytes. Contents are streamed. The ZIP grows in a hidden file beside `path`
    and takes its name when it is whole and on disk: a stop at any moment leaves the old file or the new one.
    Only its owner may read it. Raises PackageError for an unsafe or double name, for too much content and for a
    file that changes meanwhile; OSError if a file cannot be read.
    """
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:40]}.", suffix=".part")
    part = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as target:
            summary = _write(target, entries, manifest_facts)
            target.flush()
            os.fsync(target.fileno())
        part.replace(path)
    finally:
        with suppress(FileNotFoundError):
            part.unlink()
    return summary


def manifest_bytes(files: Iterable[ListedFile], facts: Mapping[str, Fact]) -> bytes:
    """The manifest; its `self` is what `jq -S 'del(.self)' manifest.json | sha256sum` gives."""
    content = {"format": FORMAT, "facts": dict(facts), "files": list(files)}
    seal = hashlib.sha256(canonical_json(content).encode()).hexdigest()
    return canonical_json(content | {"self": seal}).encode()


class PackageNames:
    """The names taken so far, compared as a careless file system does: without case, in one Unicode form."""

    def __init__(self) -> None:
        self._files = {_key(MANIFEST)}
        self._folders: set[str] = set()

    def add(self, name: str) -> None:
        """Take `name`; PackageError if it is unsafe, taken already, or at once a file and a folder."""
        shown = printable(name)
        for part in name.split("/"):
            safe = safe_file_name(part)
            if part != safe:
                raise PackageError(f"文件名“{shown}”不能放进验收包：“{printable(part)}”应改为“{safe}”")
        if len(name.encode()) > MAX_PATH_BYTES:
            raise PackageError(f"文件名“{shown}”不能放进验收包：目录层级太多，超过 {MAX_PATH_BYTES} 字节")
        key = _key(name)
        folders = {key[:end] for end, char in enumerate(key) if char == "/"}
        if key in self._files or key in self._folders or folders & self._files:
            raise PackageError(f"文件名“{shown}”与包内另一个文件或目录重名（不区分大小写）")
        self._files.add(key)
        self._folders |= folders


def _key(name: str) -> str:
    return unicodedata.normalize("NFC", name.casefold())


def _write(target: IO[bytes], entries: Iterable[PackageEntry], facts: Mapping[str, Fact]) -> PackageSummary:
    members, files, names = [], [], PackageNames()
    for entry in entries:
        names.add(entry.name)
        member, sha256 = _add(target, entry.name, _open(entry))
        members.append(member)
        files.append(ListedFile(entry.name, member.size, sha256))
        _check_limit("个文件", len(files), MAX_FILES)
        _check_limit("字节", target.tell(), MAX_BYTES)
    manifest = manifest_bytes(files, facts)
    _check_limit("字节的清单", len(manifest), MAX_MANIFEST_BYTES)
    member, manifest_sha256 = _add(target, MANIFEST, io.BytesIO(manifest))
    members.append(member)
    start = target.tell()
    target.writelines(directory_entry(member) for member in members)
    size = target.tell() - start
    _check_limit("字节的目录区", size, MAX_DIRECTORY_BYTES)
    target.write(end_record(members, start, size))
    return PackageSummary(len(files), target.tell(), manifest_sha256)


def _check_limit(what: str, amount: int, limit: int) -> None:
    if amount > limit:
        raise PackageError(f"验收包过大，最多 {limit} {what}，请分成几个包")


def _open(entry: PackageEntry) -> IO[bytes]:
    if isinstance(entry.content, bytes):
        return io.BytesIO(entry.content)
    try:
        return entry.content.open("rb")
    except OSError as error:
        raise OSError(f"读不到要打包的文件“{entry.name}”：{error.strerror}") from error


def _add(target: IO[bytes], name: str, source: IO[bytes]) -> tuple[Member, str]:
    """Copy `source` in behind a header that gets its checksum afterwards; returns also its SHA-256 in hex."""
    offset, crc, digest = target.tell(), 0, hashlib.sha256()
    with source:
        size = source.seek(0, io.SEEK_END)
        source.seek(0)
        target.write(local_header(Member(name, size, crc, offset)))
        start = target.tell()
        while chunk := source.read(CHUNK):
            target.write(chunk)
            crc = zlib.crc32(chunk, crc)
            digest.update(chunk)
    end = target.tell()
    if end - start != size:
        raise PackageError(f"文件“{name}”在打包时被改动，请重新打包")
    member = Member(name, size, crc, offset)
    target.seek(offset)
    target.write(local_header(member))
    target.seek(end)
    return member, digest.hexdigest()
