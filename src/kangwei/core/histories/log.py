"""Reading an event log: a CSV file → its rows by incident, and what is wrong with single rows.

What makes the whole file doubtful (an unclosed quote, a missing column) refuses it whole: a row that was swallowed
would be missing from a history, unseen.
"""

import codecs
import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import BinaryIO, NamedTuple

from kangwei.core.histories.mapping import Mapping
from kangwei.core.histories.model import LONGEST, Fault
from kangwei.core.histories.moments import MomentError, Moments
from kangwei.core.yamlfile import FileError, Problem

MAX_ROWS = 2_000_000
TOLD_EVERY = 20_000
_CHUNK = 1 << 20
_NAMED = 40
_DATES = {"updated": "更新时间", "opened": "受理时间", "resolved": "解决时间", "closed": "办结时间"}


class LogError(FileError):
    """A log that is refused whole; `problems` holds every fault found."""


class Row(NamedTuple):
    """A row as far as it is mapped: `cells` in the order of the mapping's columns, "" for what is missing."""

    line: int
    updated: datetime
    modifications: int
    cells: tuple[str, ...]


@dataclass
class Log:
    """The rows of a file by the number of their incident.

    `refused` are faults of rows for which their incident cannot come in, or that name none; `repeated` those of rows
    that say again what another said.
    """

    moments: Moments
    rows: int = 0
    incidents: dict[str, list[Row]] = field(default_factory=dict)
    refused: list[Fault] = field(default_factory=list)
    repeated: list[Fault] = field(default_factory=list)


def encoding_of(file: BinaryIO, name: str) -> str:
    """utf-8-sig or gb18030, by the content read to its end. LogError for what is neither, or no text at all."""
    start = file.read(8)
    if start.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise LogError(Problem(name, 1, "", "是 Excel 文件，请另存为 CSV（UTF-8）后再导入"))
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise LogError(Problem(name, 1, "", "是 UTF-16 编码，请另存为 CSV（UTF-8）后再导入"))
    line = 1
    for encoding in ("utf-8", "gb18030"):
        file.seek(0)
        decoder, line = codecs.getincrementaldecoder(encoding)("strict"), 1
        try:
            while chunk := file.read(_CHUNK):
                decoder.decode(chunk)
                line += chunk.count(b"\n")
            decoder.decode(b"", final=True)
        except UnicodeDecodeError as error:
            line += error.object.count(b"\n", 0, error.start)
            continue
        return "utf-8-sig" if encoding == "utf-8" else encoding
    raise LogError(Problem(name, line, "", "既不是 UTF-8 也不是 GB18030 编码的文本"))


def raw_rows(lines: Iterable[str], name: str) -> Iterator[tuple[int, list[str]]]:
    """Every row with the line (from 1) on which it begins, blank ones left out. LogError for quotes out of order."""
    reader, line = csv.reader(lines, strict=True), 1
    try:
        for row in reader:
            if row:
                yield line, row
            line = reader.line_num + 1
    except csv.Error:
        raise LogError(Problem(name, line, "", "这一行起读不懂：引号不成对，或一格过长；什么也没有导入")) from None


def read_log(lines: Iterable[str], mapping: Mapping, *, name: str, told: Callable[[int], None] = lambda _: None) -> Log:
    """The rows of a log. `told` hears how many there were so far. LogError for a file that is refused whole."""
    rows = raw_rows(lines, name)
    line, header = next(rows, (1, []))
    places = _places([cell.strip() for cell in header], mapping, name, line)
    log = Log(Moments(mapping.dates))
    reader = _Reader(mapping, log.moments, places, len(header))
    for number, (line, row) in zip(count(1), rows, strict=False):
        if number > MAX_ROWS:
            raise LogError(Problem(name, line, "", f"超过 {MAX_ROWS:,} 行，请分成几个文件"))
        reader.take(line, row, log)
        log.rows = number
        if number % TOLD_EVERY == 0:
            told(number)
    for number_, found in log.incidents.items():
        log.incidents[number_] = _once(number_, found, log.repeated)
    log.repeated.sort()
    return log


def _places(header: Sequence[str], mapping: Mapping, name: str, line: int) -> list[int]:
    """Where each wanted column stands. LogError with every one that does not, or stands twice."""
    if not header:
        raise LogError(Problem(name, 1, "", "文件是空的"))
    if len(header) == 1 and (other := next((mark for mark in ";\t|" if mark in header[0]), "")):
        shown = "制表符" if other == "\t" else other
        raise LogError(Problem(name, line, "", f"表头只有一列，各列像是用「{shown}」分隔的，应为逗号"))
    problems = []
    for column, place in mapping.wanted.items():
        found = header.count(column)
        if found != 1:
            reason = "表头里没有这一列" if not found else f"表头里有 {found} 列叫这个名字"
            shown = "、".join(header)
            shown = shown if len(shown) <= 400 else f"{shown[:400]}…"
            problems.append(Problem(name, line, column[:_NAMED], f"{reason}，映射文件的 {place} 要用；表头为 {shown}"))
    if problems:
        raise LogError(*problems)
    return [header.index(column) for column in mapping.wanted]


class _Reader:
    """Takes raw rows into a log."""

    def __init__(self, mapping: Mapping, moments: Moments, places: list[int], width: int) -> None:
        self._moments, self._places, self._width = moments, places, width
        # One text for the thousands of cells that say the same, and "" for the words that say nothing.
        self._texts = dict.fromkeys(mapping.missing, "")
        columns = list(mapping.wanted)
        self._number = columns.index(mapping.columns.number)
        self._updated = columns.index(mapping.columns.updated)
        count_column = mapping.columns.modifications
        self._modifications = columns.index(count_column) if count_column else None
        named = {name: getattr(mapping.columns, name) for name in _DATES}
        self._dates = [(columns.index(column), _DATES[name]) for name, column in named.items() if column]

    def take(self, line: int, row: list[str], log: Log) -> None:
        """Add a row to its incident, or its faults to those that keep the incident out."""
        cells = tuple([self._text(row[place]) if place < len(row) else "" for place in self._places])
        number = cells[self._number]
        faults = list(self._faults(line, row, number, cells))
        if faults:
            log.refused += faults
            return
        updated = self._moments.read(cells[self._updated])
        modifications = _whole(cells[self._modifications]) if self._modifications is not None else 0
        log.incidents.setdefault(number, []).append(Row(line, updated, modifications, cells))

    def _text(self, cell: str) -> str:
        text = cell.strip()
        return self._texts.setdefault(text, text)

    def _faults(self, line: int, row: list[str], number: str, cells: tuple[str, ...]) -> Iterator[Fault]:
        if len(row) != self._width:
            yield Fault(line, number, f"列数与表头不同（表头 {self._width} 列）", f"{len(row)} 列")
            return
        if "\0" in "".join(row):
            yield Fault(line, number.replace("\0", ""), "含有空字符（NUL）")
            return
        if not number:
            yield Fault(line, "", "没有编号")
        elif len(number) > LONGEST["number"]:
            yield Fault(line, number, f"编号超过 {LONGEST['number']} 个字", number)
        if not cells[self._updated]:
            yield Fault(line, number, "没有更新时间")
        for place, label in self._dates:
            try:
                _ = cells[place] and self._moments.read(cells[place])
            except MomentError as error:
                yield Fault(line, number, f"{label}{error}", cells[place])


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


def _once(number: str, rows: list[Row], repeated: list[Fault]) -> list[Row]:
    """The rows in the order in which they happened, each once."""
    found: dict[tuple[str, ...], Row] = {}
    for row in rows:
        first = found.setdefault(row.cells, row)
        if first is not row:
            repeated.append(Fault(row.line, number, "与另一行所用各列都相同", f"第 {first.line} 行"))
    return sorted(found.values(), key=lambda row: (row.updated, row.modifications, row.line))
