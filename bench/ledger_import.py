"""Seconds for a ledger of 100,000 rows by 10 columns to be written, read and checked; beside it openpyxl, if there.

    python -m bench.ledger_import [rows]

openpyxl is no dependency of this project; without it only our side is measured. To compare, put it somewhere and name
that place: `pip install --target DIR openpyxl` and `PYTHONPATH=DIR python -m bench.ledger_import`. It gets the same
file in the same process, row by row in its read-only mode, and does nothing with the rows.
"""

import importlib
import io
import resource
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import xlsxwriter

from kangwei.core.ledgers import bundled_kinds, check_rows, faulty_workbook, guess_mapping, read_table

ROWS = 100_000
ROUNDS = 3
HEADINGS = ("资产编号", "终端名称", "SN", "状态", "所属系统", "使用人", "IP地址", "MAC地址", "内存（GB）", "购置日期")


def ledger(rows: int) -> bytes:
    """A ledger of terminals; every hundredth row has a date that does not exist."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"constant_memory": True, "in_memory": True}) as book:
        sheet = book.add_worksheet("终端台账")
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_row(0, 0, HEADINGS)
        for row in range(1, rows + 1):
            texts = (f"PC-{row:06d}", f"终端 {row}", f"SN{row:09d}", "在用", f"系统 {row % 200}", f"使用人{row % 3000}")
            for column, text in enumerate(texts):
                sheet.write_string(row, column, text)
            sheet.write_string(row, 6, f"10.{row >> 16}.{row >> 8 & 255}.{row & 255}")
            sheet.write_string(row, 7, f"00-1a-2b-{row >> 16:02x}-{row >> 8 & 255:02x}-{row & 255:02x}")
            sheet.write_number(row, 8, 8 << row % 3)
            if row % 100:
                sheet.write_datetime(row, 9, date(2020, 1, 1) + timedelta(days=row % 2000), day)
            else:
                sheet.write_string(row, 9, "2026-02-30")
    return target.getvalue()


def by_openpyxl(content: bytes) -> int | None:
    """Read every row with openpyxl; None where it is not installed."""
    try:
        openpyxl: Any = importlib.import_module("openpyxl")
    except ImportError:
        return None
    sheet = openpyxl.load_workbook(io.BytesIO(content), read_only=True).active
    return sum(1 for _ in sheet.iter_rows(values_only=True))


def seconds(work: Callable[[], Any]) -> tuple[float, Any]:
    """The shortest of some rounds, and what the work gave."""
    shortest, result = float("inf"), None
    for _ in range(ROUNDS):
        began = time.perf_counter()
        result = work()
        shortest = min(shortest, time.perf_counter() - began)
    return shortest, result


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    kind = bundled_kinds()["terminal"]
    writing, content = seconds(lambda: ledger(rows))
    reading, table = seconds(lambda: read_table(content, "终端台账.xlsx"))
    mapping = guess_mapping(table.headers, kind)
    checking, checked = seconds(lambda: check_rows(table, kind, mapping, kind.key))
    returning, faulty = seconds(lambda: faulty_workbook(table, checked))
    print(f"{rows:,} rows x {len(HEADINGS)} columns, {len(content) / 1e6:.1f} MB, best of {ROUNDS}")
    print(f"write           {writing:6.2f} s")
    print(f"read            {reading:6.2f} s")
    print(f"check           {checking:6.2f} s   {len(checked.good):,} good, {len(checked.bad):,} bad")
    print(f"faulty workbook {returning:6.2f} s   {len(faulty) / 1e6:.2f} MB")
    print(f"peak memory     {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000:6.0f} MB")
    peer, count = seconds(lambda: by_openpyxl(content))
    if count is None:
        print("openpyxl        not installed, see the head of this file")
    else:
        ratio = peer / (reading + checking)
        print(f"openpyxl, read  {peer:6.2f} s   reading and checking here takes 1/{ratio:.1f} of that")


if __name__ == "__main__":
    main()
