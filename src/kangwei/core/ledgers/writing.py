"""The rows that were refused, as a workbook to correct and bring again."""

import io
import math
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

import xlsxwriter

from kangwei.core.ledgers.checking import BadRow, Checked
from kangwei.core.ledgers.mapping import REASON, ROW_NUMBER
from kangwei.core.ledgers.reading import Table

_COMMENTS = 5_000
"""Excel becomes slow with more; the reasons stand in the last column as well."""
_WIDTHS = {"row": 8, "cell": 16, "reason": 60}
_EXACT = 10**15


def faulty_workbook(table: Table, checked: Checked) -> bytes:
    """An xlsx of the bad rows only: 原行号, all columns of the table as they were, 错误原因.

    Faulty cells are coloured and carry the reason as a comment (the first 5,000). Columns are set to text, so that
    what is typed in stays as it is typed. A corrected copy can be read as it is.
    """
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        _Sheet(book, table, checked).write()
    return target.getvalue()


class _Sheet:
    def __init__(self, book: Any, table: Table, checked: Checked) -> None:
        self._table = table
        self._checked = checked
        self._sheet = book.add_worksheet("待改正")
        self._plain = _formats(book, {})
        self._faulty = _formats(book, {"bg_color": "#FFC7CE"})
        self._head = book.add_format({"bold": True, "bg_color": "#F2F2F2", "border": 1, "num_format": "@"})
        self._comments = 0
        # A file that was refused before has the two columns already.
        self._columns = [place for place, name in enumerate(table.headers) if name not in (ROW_NUMBER, REASON)]

    def write(self) -> None:
        last = len(self._columns) + 1
        self._sheet.freeze_panes(1, 1)
        self._sheet.set_column(0, 0, _WIDTHS["row"])
        self._sheet.set_column(1, last - 1, _WIDTHS["cell"], self._plain["text"])
        self._sheet.set_column(last, last, _WIDTHS["reason"])
        headings = [self._table.headers[place] for place in self._columns]
        for column, heading in enumerate((ROW_NUMBER, *headings, REASON)):
            self._sheet.write_string(0, column, heading, self._head)
        rows = dict(self._table.rows)
        for place, bad in enumerate(self._checked.bad, 1):
            self._write_row(place, bad, rows[bad.number])

    def _write_row(self, place: int, bad: BadRow, cells: list[Any]) -> None:
        self._sheet.write_number(place, 0, bad.number)
        reasons: dict[int, list[str]] = {}
        for fault in bad.faults:
            reasons.setdefault(self._checked.mapping[fault.field], []).append(fault.reason)
        for target, column in enumerate(self._columns, 1):
            formats = self._faulty if column in reasons else self._plain
            _write(self._sheet, place, target, cells[column], formats)
            if column in reasons and self._comments < _COMMENTS:
                self._sheet.write_comment(place, target, "；".join(reasons[column]))
                self._comments += 1
        said = "；".join(f"{fault.heading}：{fault.reason}" for fault in bad.faults)
        self._sheet.write_string(place, len(self._columns) + 1, said, self._plain["text"])


def _formats(book: Any, look: Mapping[str, Any]) -> dict[str, Any]:
    masks = {
        "text": "@",
        "general": "General",
        "date": "yyyy-mm-dd",
        "moment": "yyyy-mm-dd hh:mm:ss",
        "time": "hh:mm:ss",
        "span": "[h]:mm:ss",
    }
    return {name: book.add_format({**look, "num_format": mask}) for name, mask in masks.items()}


def _write(sheet: Any, row: int, column: int, cell: Any, formats: Mapping[str, Any]) -> None:
    """A cell as it was: nothing becomes a formula or a link, and no digit is lost."""
    match cell:
        case "" | None:
            sheet.write_blank(row, column, None, formats["text"])
        case bool():
            sheet.write_boolean(row, column, cell, formats["general"])
        case int() if abs(cell) >= _EXACT:
            sheet.write_string(row, column, str(cell), formats["text"])
        case int() | float() if math.isfinite(cell):
            sheet.write_number(row, column, cell, formats["general"])
        case datetime() if cell.year >= 1900:
            sheet.write_datetime(row, column, cell, formats["moment"])
        case date() if cell.year >= 1900:
            sheet.write_datetime(row, column, cell, formats["date"])
        case time():
            sheet.write_datetime(row, column, cell, formats["time"])
        case timedelta():
            sheet.write_datetime(row, column, cell, formats["span"])
        case _:
            sheet.write_string(row, column, str(cell)[:32_767], formats["text"])
