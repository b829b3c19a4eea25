"""The streams of an OLE compound file, the container of xls files and of protected workbooks ([MS-CFB])."""

import struct
from collections.abc import Collection, Iterator

_FREE = 0xFFFFFFFA
"""Sector numbers from here on are marks: free, end of chain and the like."""
_SMALL = 4096
"""Streams below this size stand in the small sectors of the root entry."""


class CompoundError(ValueError):
    """A compound file whose tables make no sense."""


def read_compound(content: bytes, *, wanted: Collection[str]) -> dict[str, bytes]:
    """Every entry of the directory by name, with the bytes of the `wanted` streams and b"" for the others."""
    try:
        return dict(_Compound(content).entries(wanted))
    except (struct.error, IndexError, UnicodeDecodeError) as error:
        raise CompoundError(str(error)) from None


class _Compound:
    def __init__(self, content: bytes) -> None:
        self._content = content
        shift, small_shift = struct.unpack_from("<HH", content, 30)
        if shift not in (9, 12) or small_shift != 6:
            raise CompoundError("sector sizes")
        self._size = 1 << shift
        self._directory, self._small_start = (struct.unpack_from("<I", content, place)[0] for place in (48, 60))
        self._table = self._numbers(self._table_sectors())
        self._small_table = self._numbers(self._chain(self._small_start))
        self._small_streams = b""

    def entries(self, wanted: Collection[str]) -> Iterator[tuple[str, bytes]]:
        directory = self._joined(self._chain(self._directory))
        for place in range(0, len(directory) - 127, 128):
            length, kind = struct.unpack_from("<HB", directory, place + 64)
            start, size = struct.unpack_from("<II", directory, place + 116)
            if kind == 5:
                self._small_streams = self._joined(self._chain(start))
            if kind in (1, 2):
                name = directory[place : place + max(min(length, 64) - 2, 0)].decode("utf-16-le")
                yield name, self._stream(start, size) if kind == 2 and name in wanted else b""

    def _stream(self, start: int, size: int) -> bytes:
        if size >= _SMALL:
            return self._joined(self._chain(start))[:size]
        sectors = _follow(self._small_table, start)
        return b"".join(self._small_streams[number * 64 : number * 64 + 64] for number in sectors)[:size]

    def _table_sectors(self) -> list[int]:
        """The sectors of the table of chains: 109 in the head, more in a chain of their own."""
        sectors = list(struct.unpack_from("<109I", self._content, 76))
        further = struct.unpack_from("<I", self._content, 68)[0]
        while further < _FREE:
            *more, further = self._numbers([further])
            sectors += more
            if len(sectors) > len(self._content) // self._size + 109:
                raise CompoundError("a table without end")
        return [number for number in sectors if number < _FREE]

    def _numbers(self, sectors: list[int]) -> list[int]:
        joined = self._joined(sectors)
        return list(struct.unpack(f"<{len(joined) // 4}I", joined))

    def _joined(self, sectors: list[int]) -> bytes:
        size = self._size
        return b"".join(
            self._content[(number + 1) * size : (number + 2) * size].ljust(size, b"\0") for number in sectors
        )

    def _chain(self, start: int) -> list[int]:
        return _follow(self._table, start)


def _follow(table: list[int], number: int) -> list[int]:
    chain: list[int] = []
    while number < _FREE:
        chain.append(number)
        if len(chain) > len(table):
            raise CompoundError("a chain without end")
        number = table[number]
    return chain
