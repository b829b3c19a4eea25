"""One sheet's cells as they stand in the file, from a workbook or from CSV."""

import csv
import io
import pickle
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from statistics import median
from typing import Any, NamedTuple

from kangwei.core.ledgers import child
from kangwei.core.ledgers.containers import DAMAGED, PROTECTED, Container
from kangwei.core.ledgers.faults import TableError
from kangwei.core.ledgers.scanning import Scan, scan_sheet

Range = tuple[tuple[int, int], tuple[int, int]]
"""A merged area: (row, column) of its first and its last cell, from 0."""

_PATIENCE = 120
"""Seconds; the largest file allowed takes ten."""
_SEPARATORS = (",", "\t", ";")
_SAMPLE = 20
_FORCED = re.compile(r'^="([^"]*)"$')
_CONTROLS = [chr(code) for code in (*range(9), *range(14, 27), *range(28, 32))]


@dataclass(frozen=True)
class Sheet:
    """The rows of a sheet from its first on; `names` are the visible sheets of the file."""

    name: str
    names: tuple[str, ...]
    rows: list[list[Any]]
    merged: tuple[Range, ...] = ()
    warnings: tuple[str, ...] = ()


def read_sheet(container: Container, wanted: str) -> Sheet:
    """The sheet of that name, or the first visible one with something in it. TableError where there is none."""
    if container.form == "ods":
        scan_sheet(container, 0)  # because opening one sets out every sheet
    about = [_About(*sheet) for sheet in _asked(container.outline)]
    visible = [index for index, sheet in enumerate(about) if sheet.is_worksheet and sheet.is_visible]
    names = tuple(about[index].name for index in visible)
    if wanted and wanted not in names:
        raise TableError(f"没有名为「{wanted}」的可见工作表")
    if not visible:
        raise TableError("没有可见的工作表")
    for index in [index for index in visible if wanted in ("", about[index].name)]:
        scan = scan_sheet(container, index)
        rows, merged = _asked(container.content, str(index))
        if rows:
            break
    for (row, column), error in scan.errors.items():
        if row < len(rows) and column < len(rows[row]):
            rows[row][column] = error
    name = about[index].name
    return Sheet(name, names, rows, tuple(merged), _warnings(about, names, name, scan))


class _About(NamedTuple):
    name: str
    is_worksheet: bool
    is_visible: bool


def _asked(workbook: bytes, *arguments: str) -> Any:
    """What child.py answers about a workbook."""
    command = [sys.executable, "-I", child.__file__, *arguments]
    try:
        done = subprocess.run(command, input=workbook, capture_output=True, timeout=_PATIENCE, check=False)  # noqa: S603
    except subprocess.TimeoutExpired:
        raise TableError("文件读取超时，请删去与台账无关的内容后再上传") from None
    if done.returncode == child.PASSWORD:
        raise TableError(PROTECTED)
    if done.returncode:
        raise TableError(DAMAGED)
    return pickle.loads(done.stdout)  # noqa: S301 (written by our own child)


def _warnings(about: Sequence[_About], names: Sequence[str], name: str, scan: Scan) -> tuple[str, ...]:
    hidden = [sheet.name for sheet in about if sheet.is_worksheet and not sheet.is_visible]
    others = [other for other in names if other != name]
    said = []
    if others:
        said.append(f"只读了工作表「{name}」，没有读：{'、'.join(others)}")
    if hidden:
        said.append(f"隐藏的工作表没有读：{'、'.join(hidden)}")
    if scan.formulas:
        said.append(f"有 {scan.formulas} 格是公式，取的是文件保存时的值")
    return tuple(said)


def read_csv(content: bytes, wanted: str = "") -> Sheet:
    """The rows of a CSV file in UTF-8, UTF-16 or GB18030, parted by comma, tab or semicolon."""
    if wanted:
        raise TableError("CSV 文件没有工作表")
    text = _decoded(content)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text), strict=True)
    rows: list[list[Any]] = []
    try:
        rows.extend(reader)
    except csv.Error:
        raise TableError(f"第 {len(rows) + 1} 行读不懂：引号不成对，或单元格过长") from None
    if '="' in text:
        # ="0012" is how exports keep Excel from dropping the zeros.
        rows = [[_FORCED.sub(r"\1", cell) for cell in row] for row in rows]
    return Sheet("", (), rows)


def _decoded(content: bytes) -> str:
    is_utf16 = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ["utf-16"] if is_utf16 else ["utf-8-sig", "gb18030"]:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not any(control in text for control in _CONTROLS):
            return text
    raise TableError("不是表格文件，或文字编码认不出，请在 Excel 中另存为 xlsx 后再上传")


def _separator(text: str) -> str:
    """The separator that parts the first rows into most cells."""
    return max(_SEPARATORS, key=lambda separator: _cells_a_row(text[:200_000], separator))


def _cells_a_row(text: str, separator: str) -> float:
    try:
        rows = list(islice(csv.reader(io.StringIO(text, newline=""), delimiter=separator), _SAMPLE))
    except csv.Error:
        return 0
    return median([len(row) for row in rows if row] or [0])
