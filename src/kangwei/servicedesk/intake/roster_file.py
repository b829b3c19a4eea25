"""A roster as people keep it in Excel: its lines, or what is wrong in which cell."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import NamedTuple, TypeVar

from kangwei.core.ledgers import CellError, Table, TableError, read_table
from kangwei.core.ledgers.dates import read_date
from kangwei.servicedesk.queries.rosters import Span, span

TEAM, LOGIN, NAME, DAY, FROM, TO = HEADERS = ("班组", "登录名", "姓名", "日期", "起", "止")
MOST_BYTES = 2_000_000
"""It is read while the browser waits."""
MOST_LINES = 5_000
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)(?::00)?")
_MINUTES = 24 * 60
Read = TypeVar("Read")


@dataclass(frozen=True)
class Line:
    """A line of the file: `number` as Excel shows it, who in which team, when."""

    number: int
    team: str
    login: str
    name: str
    at: Span


class Fault(NamedTuple):
    """A cell that cannot be taken, and why."""

    number: int
    column: str
    reason: str

    def __str__(self) -> str:
        return f"第 {self.number} 行「{self.column}」：{self.reason}"


def lines_of(content: bytes, file_name: str) -> tuple[list[Line], list[Fault]]:
    """The lines of an Excel or CSV file, and every fault with its line and column.

    TableError for a file that is no table, or has not the columns.
    """
    if len(content) > MOST_BYTES:
        raise TableError(f"文件超过 {MOST_BYTES // 1_000_000} MB")
    table = read_table(content, file_name)
    columns = _columns(table)
    if len(table.rows) > MOST_LINES:
        raise TableError(f"共 {len(table.rows)} 行，一次最多导入 {MOST_LINES} 行，请分成几个文件")
    lines: list[Line] = []
    faults: list[Fault] = []
    for number, row in table.rows:
        cells = {name: row[column] for name, column in columns.items()}
        line = _line(number, cells, faults)
        if line:
            lines.append(line)
    return lines, faults


def _columns(table: Table) -> dict[str, int]:
    found = {name: table.headers.index(name) for name in HEADERS if name in table.headers}
    missing = [name for name in (TEAM, DAY, FROM, TO) if name not in found]
    if NAME not in found and LOGIN not in found:
        missing.append(f"{LOGIN}或{NAME}")
    if missing:
        raise TableError(f"第 {table.header_row} 行的表头缺少：{'、'.join(missing)}")
    return found


def _line(number: int, cells: dict[str, object], faults: list[Fault]) -> Line | None:
    """The line; None where a cell of it is wrong, which is added to the faults."""
    before = len(faults)
    texts = {name: _text(cells.get(name)) for name in (TEAM, LOGIN, NAME)}
    if not texts[TEAM]:
        faults.append(Fault(number, TEAM, "没有填写"))
    if not texts[LOGIN] and not texts[NAME]:
        faults.append(Fault(number, LOGIN if LOGIN in cells else NAME, "没有填写"))
    day = _read(number, DAY, read_date, cells, faults)
    start, end = (_read(number, name, read_clock, cells, faults) for name in (FROM, TO))
    if day is None or start is None or end is None or len(faults) > before:
        return None
    return Line(number, texts[TEAM], texts[LOGIN].lower(), texts[NAME], span(day, start, end))


def _read(
    number: int, name: str, reader: Callable[[object], Read], cells: dict[str, object], faults: list[Fault]
) -> Read | None:
    try:
        return reader(cells[name])
    except CellError as error:
        faults.append(Fault(number, name, str(error)))
        return None


def read_clock(value: object) -> time:
    """The time of day that a cell names: text, a time, or a part of a day as Excel counts. CellError otherwise.

    24:00 is the midnight with which the day ends.
    """
    match value:
        case time():
            return value.replace(second=0, microsecond=0)
        case datetime():
            return value.time().replace(second=0, microsecond=0)
        case timedelta():
            return _of_minutes(value / timedelta(minutes=1), value)
        case float() | int() if not isinstance(value, bool) and 0 <= value <= 1:
            return _of_minutes(float(value) * _MINUTES, value)
    text = re.sub(r"\s", "", unicodedata.normalize("NFKC", str(value)))
    if text in ("24:00", "24:00:00"):
        return time()
    if found := _CLOCK.fullmatch(text):
        return time(int(found[1]), int(found[2]))
    raise CellError(f"应为 08:00 这样的时间，写的是「{str(value)[:30]}」" if text else "没有填写")


def _of_minutes(minutes: float, value: object) -> time:
    if not 0 <= minutes <= _MINUTES:
        raise CellError(f"应为一天之内的时间，写的是「{value}」")
    hour, minute = divmod(round(minutes) % _MINUTES, 60)
    return time(hour, minute)


def _text(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value).strip()
