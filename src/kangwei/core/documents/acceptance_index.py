"""验收资料目录: what an acceptance package holds, line by line, and what is missing by name. Word and Excel."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from kangwei.core.documents import house, tables
from kangwei.core.documents.canonical import local_time
from kangwei.core.documents.tables import Cell, Column, Emphasis

_SHORT_DIGEST = 16
_DIGEST_NOTE = f"注：SHA-256 只列前 {_SHORT_DIGEST} 位，全文见验收包内的 manifest.json。时间为北京时间。"
_LINE_COLUMNS = (
    Column("序号", 14, True),
    Column("文档名称", 74),
    Column("应交", 17, True),
    Column("已交", 17, True),
    Column("缺", 17, True),
    Column("迟交", 17, True),
)
_MISSING_COLUMNS = (Column("序号", 14, True), Column("文档名称", 57), Column("缺少的内容", 85))
_SHEET_COLUMNS = {
    "分组": 20, "序号": 8, "文档名称": 32, "应交": 7, "已交": 7, "缺": 7, "迟交": 7,
    "文件": 48, "版本": 7, f"SHA-256 前 {_SHORT_DIGEST} 位": 21,
}  # fmt: skip
_LONGEST_EXCEL_TEXT = 32_767


@dataclass(frozen=True)
class IndexFile:
    """One file in the package, by its path there."""

    name: str
    version: int
    sha256: str


@dataclass(frozen=True)
class IndexLine:
    """One acceptance item. `owed` is None where the contract names no number (按需); `missing` lists by name."""

    number: str
    name: str
    owed: int | None
    present: int
    late: int
    missing: tuple[str, ...]
    files: tuple[IndexFile, ...]


@dataclass(frozen=True)
class IndexGroup:
    """A numbered folder of the package, as the contract's list has it."""

    number: str
    title: str
    lines: tuple[IndexLine, ...]


@dataclass(frozen=True)
class AcceptanceIndex:
    """Everything that a 验收资料目录 shows. `produced_at` is aware."""

    number: str
    title: str
    contract_number: str
    contract_title: str
    buyer: str
    supplier: str
    term_label: str
    produced_at: datetime
    produced_by: str
    groups: tuple[IndexGroup, ...]
    practice: bool


def render(index: AcceptanceIndex) -> bytes:
    """The index as .docx. Raises ValueError for a time without zone."""
    document = house.new_document(
        title=index.title, number=f"编号：{index.number}", moment=index.produced_at, practice=index.practice
    )
    tables.add_fields(document, _head(index))
    house.add_heading(document, "一、资料清单")
    tables.add_grid(document, _LINE_COLUMNS, _grid(index))
    house.add_note(document, _DIGEST_NOTE)
    house.add_heading(document, "二、缺项")
    missing = [[Cell(line.number), Cell(line.name), Cell(name)] for line, name in _missing(index)]
    if missing:
        tables.add_grid(document, _MISSING_COLUMNS, missing)
    else:
        house.add_body(document, "没有缺项。")
    house.add_heading(document, "三、移交签字")
    tables.add_signatures(document, ("乙方移交人", "甲方接收人", "监理"))
    house.add_note(document, "")
    return house.to_bytes(document)


def render_xlsx(index: AcceptanceIndex) -> bytes:
    """The index as .xlsx: sheet 资料清单 with one row a file, sheet 缺项. Texts are never formulas or links."""
    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(buffer, options) as book:
        book.set_properties(
            {"title": house.clean(index.title)[:255], "author": "康维", "created": _utc(index.produced_at)}
        )
        # The text format "@" keeps a value like "=1+1" a text even after a person edits the cell.
        text = book.add_format({"num_format": "@", "border": 1, "text_wrap": True, "valign": "vcenter"})
        number = book.add_format({"border": 1, "align": "center", "valign": "vcenter"})
        head = book.add_format({"bold": True, "border": 1, "align": "center", "bg_color": "#F2F2F2"})
        title = book.add_format({"num_format": "@", "bold": True, "font_size": 16, "align": "center"})
        plain = book.add_format({"num_format": "@"})
        listing, gaps = book.add_worksheet("资料清单"), book.add_worksheet("缺项")
        for sheet, columns, rows in (
            (listing, _SHEET_COLUMNS, _sheet_rows(index)),
            (gaps, {"序号": 8, "文档名称": 40, "缺少的内容": 90}, _gap_rows(index)),
        ):
            top = _write_top(sheet, index, len(columns), title, plain)
            _write_rows(sheet, top, columns, rows, head, text, number)
            _set_up_print(sheet, index, top)
    return house.repack(buffer.getvalue())


def _head(index: AcceptanceIndex) -> list[list[tuple[str, str | Cell]]]:
    return [
        [("合同编号", index.contract_number), ("服务期", index.term_label)],
        [("合同名称", index.contract_title)],
        [("甲方", index.buyer), ("乙方", index.supplier)],
        [("编制人", index.produced_by), ("编制时间", local_time(index.produced_at).strftime("%Y-%m-%d %H:%M:%S"))],
        [("合计", _totals(index))],
    ]


def _totals(index: AcceptanceIndex) -> str:
    lines = [line for group in index.groups for line in group.lines]
    return (
        f"应交 {sum(line.owed or 0 for line in lines)}，已交 {sum(line.present for line in lines)}，"
        f"缺 {sum(len(line.missing) for line in lines)}，迟交 {sum(line.late for line in lines)}，"
        f"文件 {sum(len(line.files) for line in lines)} 个"
    )


def _grid(index: AcceptanceIndex) -> Iterator[list[Cell]]:
    for group in index.groups:
        yield [Cell(f"{group.number}　{group.title}", span=len(_LINE_COLUMNS), label=True)]
        for line in group.lines:
            lacking = Emphasis.MIDDLE if line.missing else Emphasis.NONE
            yield [
                Cell(line.number),
                Cell(line.name),
                Cell("按需" if line.owed is None else str(line.owed)),
                Cell(str(line.present)),
                Cell(str(len(line.missing)), lacking),
                Cell(str(line.late)),
            ]
            for file in line.files:
                yield [Cell(""), Cell(file.name), Cell(f"第 {file.version} 版　{file.sha256[:_SHORT_DIGEST]}", span=4)]


def _missing(index: AcceptanceIndex) -> Iterator[tuple[IndexLine, str]]:
    for group in index.groups:
        for line in group.lines:
            for name in line.missing:
                yield line, name


def _sheet_rows(index: AcceptanceIndex) -> Iterator[list[str | int]]:
    """One row a file. The counts stand in a line's first row only, so that the columns can be summed."""
    for group in index.groups:
        for line in group.lines:
            facts: list[str | int] = [
                f"{group.number} {group.title}",
                line.number,
                line.name,
                "按需" if line.owed is None else line.owed,
                line.present,
                len(line.missing),
                line.late,
            ]
            files: list[list[str | int]] = [
                [file.name, file.version, file.sha256[:_SHORT_DIGEST]] for file in line.files
            ]
            yield [*facts, *(files[0] if files else ["", "", ""])]
            for file in files[1:]:
                yield [*facts[:3], "", "", "", "", *file]


def _gap_rows(index: AcceptanceIndex) -> Iterator[list[str | int]]:
    for line, name in _missing(index):
        yield [line.number, line.name, name]


def _write_top(sheet: Worksheet, index: AcceptanceIndex, width: int, title: Format, plain: Format) -> int:
    """Title, contract and totals above the table; returns the row of the table's head."""
    mark = f"（{house.PRACTICE_TEXT}）" if index.practice else ""
    sheet.merge_range(0, 0, 0, width - 1, house.clean(index.title + mark), title)
    facts = [f"{label}：{value}" for pairs in _head(index) for label, value in pairs]
    middle = (len(facts) + 1) // 2
    for row, part in enumerate((facts[:middle], facts[middle:]), start=1):
        _write_text(sheet, row, 0, "　".join(part), plain)
    return 3


def _write_rows(
    sheet: Worksheet,
    top: int,
    columns: dict[str, int],
    rows: Iterator[list[str | int]],
    head: Format,
    text: Format,
    number: Format,
) -> None:
    for column, (name, width) in enumerate(columns.items()):
        sheet.set_column(column, column, width)
        _write_text(sheet, top, column, name, head)
    last = top
    for last, row in enumerate(rows, start=top + 1):
        for column, value in enumerate(row):
            if isinstance(value, int):
                sheet.write_number(last, column, value, number)
            else:
                _write_text(sheet, last, column, value, text)
    sheet.autofilter(top, 0, last, len(columns) - 1)


def _write_text(sheet: Worksheet, row: int, column: int, text: str, style: Format) -> None:
    # write_string would drop a text over Excel's limit without a word.
    sheet.write_string(row, column, house.clean(text)[:_LONGEST_EXCEL_TEXT], style)


def _set_up_print(sheet: Worksheet, index: AcceptanceIndex, top: int) -> None:
    sheet.freeze_panes(top + 1, 0)
    sheet.repeat_rows(top)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    number = house.clean(index.number)[:80].replace("&", "&&")
    sheet.set_footer(f"&L编号：{number}&R— &P —")
    if index.practice:
        sheet.set_header(f"&R{house.PRACTICE_TEXT}")


def _utc(moment: datetime) -> datetime:
    return local_time(moment).astimezone(UTC).replace(tzinfo=None, microsecond=0)
