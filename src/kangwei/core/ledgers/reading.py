"""A ledger file as a table: one sheet's headings and rows, with everything said that was left out."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from kangwei.core.ledgers.containers import open_container
from kangwei.core.ledgers.faults import TableError
from kangwei.core.ledgers.sheets import Range, Sheet, read_csv, read_sheet

MAX_BYTES = 50_000_000
MAX_ROWS = 200_000
MAX_COLUMNS = 200

_HEADER_WITHIN = 50
"""The header stands in one of so many rows that are not blank."""
_NAMED = 5
"""So many merged cells are named, the others counted."""

Row = tuple[int, list[object]]


@dataclass(frozen=True)
class Table:
    """One sheet. `rows` are (row number as Excel shows it, cells), each as long as `headers`, none of them blank.

    `sheet` is the one read ("" for CSV), `sheets` are the visible ones, `header_row` counts from 1. A column without a
    heading has "". `warnings` are sentences in Chinese for whoever brought the file.
    """

    sheet: str
    sheets: tuple[str, ...]
    header_row: int
    headers: tuple[str, ...]
    rows: list[Row]
    warnings: tuple[str, ...]

    def heading(self, column: int) -> str:
        """The heading of a column (from 0), C列 where it has none."""
        return self.headers[column] or f"{letters(column)}列"


def read_table(content: bytes, file_name: str, *, sheet: str = "") -> Table:
    """The table in a CSV, xlsx, xls, xlsb or ods file; `sheet` picks another than the first visible one with content.

    What the file is follows from its content, `file_name` serves the messages. Raises TableError for a file that is
    protected, has macros, is no table, is empty, too large or a bomb, or has one heading twice.
    """
    if not content:
        raise TableError("文件是空的")
    if len(content) > MAX_BYTES:
        raise TableError(f"文件超过 {MAX_BYTES // 1_000_000} MB")
    container = open_container(content, file_name)
    if container.form == "csv":
        return _table(read_csv(content, sheet))
    return _table(read_sheet(container, sheet))


def letters(column: int) -> str:
    """A column (from 0) as Excel names it: A, B, … AA."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def _table(sheet: Sheet) -> Table:
    filled = [(number, row) for number, row in enumerate(sheet.rows, 1) if not _blank(row)]
    if not filled:
        raise TableError(f"工作表「{sheet.name}」是空的" if sheet.name else "文件是空的")
    place = _header_place(filled)
    below = 1 if _is_grouped(filled, place, sheet.merged) else 0
    header_row, header = filled[place + below]
    rows = filled[place + below + 1 :]
    if not rows:
        raise TableError(f"第 {header_row} 行是表头，下面没有数据")
    width = _width([(header_row, header), *rows])
    if len(rows) > MAX_ROWS:
        raise TableError(f"共 {len(rows)} 行数据，一次最多导入 {MAX_ROWS} 行，请分成几个文件")
    if width > MAX_COLUMNS:
        raise TableError(f"共 {width} 列，最多 {MAX_COLUMNS} 列，请删去无关的列")
    headers = _headings(header, filled[place][1] if below else None, width)
    _refuse_doubles(headers, header_row)
    warnings = (
        *([f"前 {filled[place][0] - 1} 行作为标题略过"] if place else []),
        *_blank_rows(rows, header_row),
        *_merged_cells(sheet.merged, header_row, rows[-1][0], width),
        *sheet.warnings,
    )
    fitted = [(number, row if len(row) == width else _fitted(row, width)) for number, row in rows]
    return Table(sheet.name, sheet.names, header_row, headers, fitted, warnings)


def _filled(cell: object) -> bool:
    return bool(cell.strip()) if isinstance(cell, str) else cell is not None


def _blank(row: Sequence[object]) -> bool:
    return not any(map(_filled, row))


def _header_place(filled: Sequence[Row]) -> int:
    """Which of the filled rows is the header: the first with at least two headings, and half as wide as the table.

    A title over the table is one cell, and 填报单位：某中心 is no heading.
    """
    first = filled[:_HEADER_WITHIN]
    widest = max(sum(map(_filled, row)) for _, row in first)
    for place, (_, row) in enumerate(first):
        headings = sum(isinstance(cell, str) and _filled(cell) and not _is_remark(cell) for cell in row)
        if headings >= max(2, widest / 2):
            return place
    raise TableError("找不到表头：应有一行写明各列的名称，至少两列")


def _is_remark(text: str) -> bool:
    before, _, after = text.replace("：", ":").strip().partition(":")
    return bool(before.strip() and after.strip())


def _is_grouped(filled: Sequence[Row], place: int, merged: Sequence[Range]) -> bool:
    """Whether the header has two rows: cells merged over several columns, with the real headings below them."""
    number, _ = filled[place]
    spread = any(top == bottom == number - 1 and left < right for (top, left), (bottom, right) in merged)
    if not spread or len(filled) <= place + 2 or filled[place + 1][0] != number + 1:
        return False
    below = [cell for cell in filled[place + 1][1] if _filled(cell)]
    return len(below) > 1 and all(isinstance(cell, str) for cell in below)


def _headings(header: Sequence[object], groups: Sequence[object] | None, width: int) -> tuple[str, ...]:
    texts = [_heading(cell) for cell in header] + [""] * (width - len(header))
    if groups is None:
        return tuple(texts[:width])
    above = [_heading(cell) for cell in groups] + [""] * (width - len(groups))
    return tuple((text or group)[:200] for text, group in zip(texts[:width], above[:width], strict=True))


def _heading(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "".join(str(cell).split())[:200] if _filled(cell) else ""


def _width(rows: Sequence[Row]) -> int:
    """How many columns are used; most rows are asked for one cell only."""
    width = 0
    for _, row in rows:
        for column in range(len(row) - 1, width - 1, -1):
            if _filled(row[column]):
                width = column + 1
                break
    return width


def _fitted(row: list[object], width: int) -> list[object]:
    return row[:width] + [""] * (width - len(row))


def _refuse_doubles(headers: Sequence[str], header_row: int) -> None:
    counts = Counter(header for header in headers if header)
    doubles = [header for header, count in counts.items() if count > 1]
    if doubles:
        named = "；".join(f"「{double}」在 {_columns_of(headers, double)} 列" for double in doubles)
        raise TableError(f"第 {header_row} 行的表头有重复：{named}。请改名后再上传")


def _columns_of(headers: Sequence[str], wanted: str) -> str:
    return "、".join(letters(column) for column, header in enumerate(headers) if header == wanted)


def _blank_rows(rows: Sequence[Row], header_row: int) -> list[str]:
    blank = rows[-1][0] - header_row - len(rows)
    return [f"略过了 {blank} 个空行"] if blank else []


def _merged_cells(merged: Sequence[Range], header_row: int, last_row: int, width: int) -> list[str]:
    found = sorted(
        (top + 1, left, bottom + 1)
        for (top, left), (bottom, _) in merged
        if header_row <= top < last_row and left < width
    )
    if not found:
        return []
    named = "、".join(
        f"{letters(left)}列第 {top} 行" if top == bottom else f"{letters(left)}列第 {top}–{bottom} 行"
        for top, left, bottom in found[:_NAMED]
    )
    more = f"等 {len(found)} 处" if len(found) > _NAMED else ""
    return [f"合并的单元格只有第一格有值，其余各格按空处理：{named}{more}"]
