"""The exact bytes around the files in an acceptance package: one ZIP layout, without any freedom.

Python's zipfile reads this layout, but the bytes it writes differ between its versions. Here they are a function
of the names, sizes and checksums alone, so that a checker can tell a changed header from an original one. Files
are stored uncompressed and without times, names in UTF-8; ZIP64 fields appear only where a number needs them.
Source: PKWARE APPNOTE 6.3.x, sections 4.3.7, 4.3.12 and 4.3.14–4.3.16.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass

_FLAGS = 0x0800  # names are UTF-8
_STORED = 0
_TIME, _DATE = 0, 0x21  # midnight of 1980-01-01, the first moment that ZIP knows
_UNIX = 3 << 8
_READABLE_FILE = 0o100644 << 16
_FULL_32, _FULL_16 = 0xFFFF_FFFF, 0xFFFF


@dataclass(frozen=True)
class Member:
    """A file in the archive: its path, size in bytes, CRC-32, and where its local header begins."""

    name: str
    size: int
    crc: int
    offset: int


def local_header(member: Member) -> bytes:
    """The header before the file's content; its length does not depend on the checksum."""
    name = member.name.encode()
    big = member.size >= _FULL_32
    extra = struct.pack("<HHQQ", 1, 16, member.size, member.size) if big else b""
    size = _FULL_32 if big else member.size
    return (
        struct.pack("<4s5H3L2H", b"PK\3\4", 45 if big else 20, _FLAGS, _STORED, _TIME, _DATE,
                    member.crc, size, size, len(name), len(extra))
        + name
        + extra
    )  # fmt: skip


def directory_entry(member: Member) -> bytes:
    """The file's entry in the central directory."""
    name = member.name.encode()
    big, far = member.size >= _FULL_32, member.offset >= _FULL_32
    wide = [member.size] * 2 * big + [member.offset] * far
    extra = struct.pack(f"<HH{len(wide)}Q", 1, 8 * len(wide), *wide) if wide else b""
    version = 45 if wide else 20
    size = _FULL_32 if big else member.size
    offset = _FULL_32 if far else member.offset
    return (
        struct.pack("<4s6H3L5H2L", b"PK\1\2", _UNIX | version, version, _FLAGS, _STORED, _TIME, _DATE,
                    member.crc, size, size, len(name), len(extra), 0, 0, 0, _READABLE_FILE, offset)
        + name
        + extra
    )  # fmt: skip


def end_record(members: Sequence[Member], start: int, size: int) -> bytes:
    """What follows a central directory of `size` bytes that begins at `start`: the rest of the archive."""
    count = len(members)
    wide = b""
    if count >= _FULL_16 or start >= _FULL_32:
        wide = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, _UNIX | 45, 45, 0, 0, count, count, size, start)
        wide += struct.pack("<4sLQL", b"PK\6\7", 0, start + size, 1)
    short, near = min(count, _FULL_16), min(start, _FULL_32)
    return wide + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, short, short, size, near, 0)
