"""Articles as people keep them in Excel: the lines of a file, or what is wrong in which cell."""

from dataclasses import dataclass, field
from typing import NamedTuple

from kangwei.core.ledgers import Table, TableError, read_table
from kangwei.knowledge.models import LABELS, LONGEST

MOST_BYTES = 10_000_000
"""It is read while the browser waits."""
MOST_LINES = 5_000


class Fault(NamedTuple):
    """A cell that cannot be taken, and why."""

    number: int
    column: str
    reason: str

    def __str__(self) -> str:
        return f"第 {self.number} 行「{self.column}」：{self.reason}"


@dataclass(frozen=True)
class Lines:
    """The lines that can be taken, each as number in Excel and text by field; and every fault of the others."""

    good: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def lines_of(content: bytes, file_name: str, *, needed: tuple[str, ...]) -> Lines:
    """The lines of an Excel or CSV file; a line without what is `needed` is faulty, as is one too long.

    Columns are found by their heading, others are left alone. TableError for a file that is no table, has no column of
    titles, or is too large.
    """
    if len(content) > MOST_BYTES:
        raise TableError(f"文件超过 {MOST_BYTES // 1_000_000} MB")
    table = read_table(content, file_name)
    columns = _columns(table, needed)
    if len(table.rows) > MOST_LINES:
        raise TableError(f"共 {len(table.rows)} 行，一次最多导入 {MOST_LINES} 行，请分成几个文件")
    lines = Lines()
    for number, row in table.rows:
        text = {name: _text(row[columns[name]]) if name in columns else "" for name in LABELS}
        faults = [
            *(Fault(number, LABELS[name], "没有填写") for name in needed if not text[name]),
            *(
                Fault(number, LABELS[name], f"最多 {most:,} 个字，写了 {len(text[name]):,} 个")
                for name, most in LONGEST.items()
                if len(text[name]) > most
            ),
        ]
        lines.faults.extend(faults)
        if not faults:
            lines.good.append((number, text))
    return lines


def _columns(table: Table, needed: tuple[str, ...]) -> dict[str, int]:
    headers = [header.strip() for header in table.headers]
    found = {name: headers.index(label) for name, label in LABELS.items() if label in headers}
    if missing := [LABELS[name] for name in needed if name not in found]:
        raise TableError(f"第 {table.header_row} 行的表头缺少：{'、'.join(missing)}")
    return found


def _text(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value).strip()
