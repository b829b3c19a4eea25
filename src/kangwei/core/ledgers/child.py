"""Runs calamine in a process of its own: `python child.py [INDEX] < workbook > pickle`. Imports nothing of Kangwei.

A damaged or hostile workbook makes calamine panic, or ask for half a terabyte and abort the process; a web worker
must not go down with it. Without INDEX it tells (name, is a worksheet, is visible) of every sheet, with it (rows,
merged areas) of one.
"""

import contextlib
import io
import pickle
import sys
from typing import Any

MEMORY = 4 << 30
NO_WORKBOOK, PASSWORD = 3, 4
"""Exit codes."""


def main() -> int:
    # Not everywhere; the time limit of the parent stays.
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource  # noqa: PLC0415 (Unix only)

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    import python_calamine  # noqa: PLC0415 (under the limits)

    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read()))
        answer = _sheet(book, int(sys.argv[1])) if len(sys.argv) > 1 else _sheets(python_calamine, book)
        pickle.dump(answer, sys.stdout.buffer, protocol=5)
    except python_calamine.PasswordError:
        return PASSWORD
    except BaseException:  # a panic of Rust is no Exception
        return NO_WORKBOOK
    return 0


def _sheets(calamine: Any, book: Any) -> list[tuple[str, bool, bool]]:
    worksheet, visible = calamine.SheetTypeEnum.WorkSheet, calamine.SheetVisibleEnum.Visible
    return [(sheet.name, sheet.typ == worksheet, sheet.visible == visible) for sheet in book.sheets_metadata]


def _sheet(book: Any, index: int) -> tuple[list[list[Any]], list[Any]]:
    sheet = book.get_sheet_by_index(index)
    return sheet.to_python(skip_empty_area=False), sheet.merged_cell_ranges or []


if __name__ == "__main__":
    sys.exit(main())
