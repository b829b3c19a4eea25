"""What a signature pad sends, judged: a PNG that draws something, and nothing else."""

import base64
import binascii
import struct
import zlib
from collections.abc import Iterator

from kangwei.base.errors import ActionError

PREFIX = "data:image/png;base64,"
MAGIC = b"\x89PNG\r\n\x1a\n"
MAX_BYTES = 300_000
MAX_SIDE = 2_000
LEAST_INK = 60
"""Bytes that differ from their neighbours: a tap by accident makes fewer, the shortest name many more."""
CHANNELS = {0: 1, 2: 3, 4: 2, 6: 4}
"""Samples a pixel, by colour type; a canvas sends no palette."""


def drawn(data_url: str) -> bytes:
    """The picture in a data URL, of its drawing parts alone; ActionError for what is none, too large, or blank."""
    content = _decoded(data_url)
    parts = list(_parts(content))
    if not parts or parts[0][0] != b"IHDR" or len(parts[0][1]) != 13 or parts[-1][0] != b"IEND":
        raise _refused()
    rows = _rows(parts)
    # The first row has none above it, and a filter may write any even colour as a change there.
    if sum(_changes(*row) for row in rows[1:]) < LEAST_INK:
        raise ActionError("请在框内签字", field="image")
    data = b"".join(body for kind, body in parts if kind == b"IDAT")
    return MAGIC + _part(b"IHDR", parts[0][1]) + _part(b"IDAT", data) + _part(b"IEND", b"")


def _decoded(data_url: str) -> bytes:
    if not data_url:
        raise ActionError("请在框内签字", field="image")
    if len(data_url) > len(PREFIX) + MAX_BYTES * 4 // 3 + 4:
        raise ActionError(f"签字图样超过 {MAX_BYTES // 1000} KB", field="image")
    try:
        content = base64.b64decode(data_url.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        raise _refused() from None
    if not data_url.startswith(PREFIX) or not content.startswith(MAGIC):
        raise _refused()
    return content


def _parts(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Kind and body of each part, to the last byte; ActionError where one is cut off or damaged."""
    at = len(MAGIC)
    while at < len(content):
        if at + 12 > len(content):
            raise _refused()
        length, kind = struct.unpack_from(">I4s", content, at)
        end = at + 12 + length
        body = content[at + 8 : end - 4]
        if end > len(content) or struct.unpack_from(">I", content, end - 4)[0] != zlib.crc32(kind + body):
            raise _refused()
        yield kind, body
        at = end


def _rows(parts: list[tuple[bytes, bytes]]) -> list[tuple[int, bytes, int]]:
    """Each row as it is packed: filter, bytes, and bytes a pixel; never more than the size in the head allows."""
    width, height, depth, colour, packing, filtering, interlaced = struct.unpack(">IIBBBBB", parts[0][1])
    if not (0 < width <= MAX_SIDE and 0 < height <= MAX_SIDE):
        raise ActionError(f"签字图样超过 {MAX_SIDE} × {MAX_SIDE} 像素", field="image")
    if depth != 8 or colour not in CHANNELS or (packing, filtering, interlaced) != (0, 0, 0):
        raise _refused()
    pixel = CHANNELS[colour]
    length = 1 + width * pixel
    unpacker = zlib.decompressobj()
    try:
        raw = unpacker.decompress(b"".join(body for kind, body in parts if kind == b"IDAT"), height * length + 1)
    except zlib.error:
        raise _refused() from None
    if len(raw) != height * length or not unpacker.eof or unpacker.unused_data:
        raise _refused()
    rows = [(raw[at], raw[at + 1 : at + length], pixel) for at in range(0, len(raw), length)]
    if any(kind > 4 for kind, _, _ in rows):
        raise _refused()
    return rows


def _changes(kind: int, row: bytes, pixel: int) -> int:
    """How many bytes of a row differ from what lies beside them.

    A filter writes what differs from the neighbours, so that whatever is left of an even surface is nought; without
    one each pixel is held against the first.
    """
    if kind:
        return len(row) - pixel - row[pixel:].count(0)
    return sum(len(row) // pixel - row[at::pixel].count(row[at]) for at in range(pixel))


def _part(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _refused() -> ActionError:
    return ActionError("签字图样不是手写板送来的 PNG 图片，请重新签字", field="image")
