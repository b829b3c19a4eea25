"""Signatures that nobody wrote: a few strokes, as a pad on a phone sends them."""

import base64
import struct
import zlib
from random import Random

WIDTH, HEIGHT, PEN = 240, 80, 3
STROKES, REACH = 3, 60
INK, PIXEL = b"\x14\x20\x2a\xff", 4


def signature(dice: Random) -> str:
    """A PNG as data URL; the same dice draw the same strokes."""
    rows = [bytearray(WIDTH * PIXEL) for _ in range(HEIGHT)]
    for number in range(STROKES):
        x, y = 20 + number * 70, dice.randint(20, HEIGHT - 20)
        for _ in range(REACH):
            x = min(x + dice.randint(0, 2), WIDTH - PEN)
            y = min(max(y + dice.randint(-3, 3), 0), HEIGHT - PEN)
            for row in rows[y : y + PEN]:
                row[x * PIXEL : (x + PEN) * PIXEL] = INK * PEN
    return "data:image/png;base64," + base64.b64encode(_png(rows)).decode()


def _png(rows: list[bytearray]) -> bytes:
    """8-bit RGBA, every row packed without a filter."""
    head = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 6, 0, 0, 0)
    body = zlib.compress(b"".join(b"\x00" + row for row in rows))
    return b"\x89PNG\r\n\x1a\n" + _part(b"IHDR", head) + _part(b"IDAT", body) + _part(b"IEND", b"")


def _part(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
