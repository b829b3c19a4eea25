"""PNG pictures for the tests of signatures, made by hand so that each part of them can be wrong."""

import base64
import struct
import zlib

MAGIC = b"\x89PNG\r\n\x1a\n"
CLEAR, INK = b"\x00\x00\x00\x00", b"\x14\x20\x2a\xff"


def part(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def head(width: int, height: int, *rest: int) -> bytes:
    return part(b"IHDR", struct.pack(">IIBBBBB", width, height, *(rest or (8, 6, 0, 0, 0))))


def png(width: int = 120, height: int = 50, *, raw: bytes | None = None) -> bytes:
    """A slanted stroke from corner to corner, or the packed rows in `raw`."""
    if raw is None:
        rows = []
        for y in range(height):
            at = y * width // height
            rows.append(b"\x00" + CLEAR * at + INK * min(4, width - at) + CLEAR * max(0, width - at - 4))
        raw = b"".join(rows)
    return MAGIC + head(width, height) + part(b"IDAT", zlib.compress(raw)) + part(b"IEND", b"")


def data_url(content: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(content).decode()


STROKE = data_url(png())
