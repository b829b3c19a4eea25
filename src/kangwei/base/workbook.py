"""Tables as an Excel workbook."""

import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import xlsxwriter

from kangwei.core.calendars import SHANGHAI

MAX_WIDTH = 60


Table = tuple[Sequence[str], Iterable[Sequence[Any]]]
"""Headers and rows."""


def table_workbook(sheets: Mapping[str, Table]) -> bytes:
    """One sheet a table, under its name: a frozen header, a filter, numbers as numbers, times as Asia/Shanghai text.

    Text stays text: what begins with = + - @ is no formula for whoever opens the file.
    """
    buffer = io.BytesIO()
    workbook = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    bold = workbook.add_format({"bold": True, "bg_color": "#EEF2F6", "border": 1})
    for name, (headers, rows) in sheets.items():
        _fill(workbook.add_worksheet(name), headers, rows, bold)
    workbook.close()
    return buffer.getvalue()


def _fill(sheet: Any, headers: Sequence[str], rows: Iterable[Sequence[Any]], bold: Any) -> None:
    widths = [_width(header) for header in headers]
    sheet.write_row(0, 0, headers, bold)
    last = 0
    for last, row in enumerate(rows, 1):
        for column, value in enumerate(row):
            shown = _cell(value)
            if shown == "":
                continue
            sheet.write(last, column, shown)
            widths[column] = max(widths[column], _width(shown))
    for column, width in enumerate(widths):
        sheet.set_column(column, column, min(width + 2, MAX_WIDTH))
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, last, len(headers) - 1)


def _cell(value: Any) -> str | int | float:
    if isinstance(value, datetime):
        return f"{value.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, bool):
        return "是" if value else "否"
    return value if isinstance(value, int | float) else str(value or "")


def _width(value: Any) -> int:
    return sum(2 if ord(letter) > 255 else 1 for letter in str(value))
