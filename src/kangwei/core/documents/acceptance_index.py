"""验收资料目录: what an acceptance package holds and what is missing by name, for Word and Excel."""

import io
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from kangwei.core.documents import house, tables
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
_FILE_WIDTHS = {
    "分组": 20, "序号": 8, "文档名称": 30, "应交": 7, "已交": 7, "缺": 7, "迟交": 7,
    "文件": 60, "版本": 7, f"SHA-256 前 {_SHORT_DIGEST} 位": 20,
}  # fmt: skip
_MOST_ROWS_OF_A_LINE = 100
"""A daily inspection of eleven districts is 12,000 sheets a year. Nobody reads or signs 500 pages of names, and Word
takes minutes to open them; the Excel index lists every one."""
_GAP_WIDTHS = {"序号": 8, "文档名称": 45, "缺少的内容": 110}
_LONGEST_EXCEL_TEXT = 32_767


@dataclass(frozen=True)
class IndexFile:
    """One file in the package; `name` is printed as it stands, `sha256` is the whole digest in hex."""

    name: str
    version: int
    sha256: str


@dataclass(frozen=True)
class IndexLine:
    """One acceptance item; `owed` is None where the contract names no number (按需)."""

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
    tables.add_grid(document, _LINE_COLUMNS, list(_grid(index)), empty="没有验收项。")
    house.add_heading(document, "二、缺项")
    tables.add_grid(document, _MISSING_COLUMNS, list(_missing_grid(index)), empty="没有缺项。")
    house.add_heading(document, "三、移交签字")
    tables.add_signatures(document, ("乙方移交人", "甲方接收人", "监理"))
    house.add_note(document, _DIGEST_NOTE)
    return house.to_bytes(document)


def render_xlsx(index: AcceptanceIndex) -> bytes:
    """The index as .xlsx: sheet 资料清单 with one row a file, sheet 缺项.

    No text becomes a formula or a link. Raises ValueError for a time without zone.
    """
    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(buffer, options) as book:
        book.set_properties(
            {
                "title": house.clean(index.title)[:255],
                "author": "康维",
                "created": house.naive_utc(index.produced_at),
            }
        )
        styles = {name: book.add_format(_FONT | style) for name, style in _FORMATS.items()}
        for title, widths, rows in (
            ("资料清单", _FILE_WIDTHS, _file_rows(index)),
            ("缺项", _GAP_WIDTHS, ([line.number, line.name, name] for line, name in _missing(index))),
        ):
            sheet = book.add_worksheet(title)
            _write_top(sheet, index, len(widths), styles)
            _write_rows(sheet, widths, rows, styles)
            _set_up_print(sheet, index)
    return house.repack(buffer.getvalue())


def _head(index: AcceptanceIndex) -> list[list[tuple[str, str | Cell]]]:
    return [
        [("合同编号", index.contract_number), ("服务期", index.term_label)],
        [("合同名称", index.contract_title)],
        [("甲方", index.buyer), ("乙方", index.supplier)],
        [("编制人", index.produced_by), ("编制时间", house.time_text(index.produced_at))],
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
            for file in line.files[:_MOST_ROWS_OF_A_LINE]:
                version = f"第 {file.version} 版　{file.sha256[:_SHORT_DIGEST]}"
                yield [Cell(""), Cell(file.name), Cell(version, span=4)]
            if len(line.files) > _MOST_ROWS_OF_A_LINE:
                yield [Cell(""), Cell(_rest(len(line.files), "个文件"), span=5)]


def _missing_grid(index: AcceptanceIndex) -> Iterator[list[Cell]]:
    for line in (line for group in index.groups for line in group.lines):
        for name in line.missing[:_MOST_ROWS_OF_A_LINE]:
            yield [Cell(line.number), Cell(line.name), Cell(name)]
        if len(line.missing) > _MOST_ROWS_OF_A_LINE:
            yield [Cell(line.number), Cell(line.name), Cell(_rest(len(line.missing), "项"))]


def _rest(count: int, unit: str) -> str:
    return f"……以上为前 {_MOST_ROWS_OF_A_LINE} {unit}，共 {count} {unit}，其余见 Excel 目录"


def _missing(index: AcceptanceIndex) -> Iterator[tuple[IndexLine, str]]:
    for group in index.groups:
        for line in group.lines:
            for name in line.missing:
                yield line, name


def _file_rows(index: AcceptanceIndex) -> Iterator[list[str | int]]:
    """One row a file. The counts stand in a line's first row only, so that the columns can be summed."""
    for group in index.groups:
        for line in group.lines:
            names: list[str | int] = [f"{group.number} {group.title}", line.number, line.name]
            owed = "按需" if line.owed is None else line.owed
            counts: list[str | int] = [owed, line.present, len(line.missing), line.late]
            for file in line.files:
                yield [*names, *counts, file.name, file.version, file.sha256[:_SHORT_DIGEST]]
                counts = [""] * len(counts)
            if not line.files:
                yield [*names, *counts, "", "", ""]


# The text format "@" keeps a value like "=1+1" a text even after a person has edited its cell.
_FONT = {"font_name": "宋体", "font_size": 10, "num_format": "@"}
_FORMATS: dict[str, dict[str, object]] = {
    "title": {"bold": True, "font_size": 16, "align": "center"},
    "plain": {},
    "head": {"bold": True, "border": 1, "align": "center", "bg_color": "#F2F2F2"},
    "text": {"border": 1, "text_wrap": True, "valign": "vcenter"},
    "number": {"border": 1, "align": "center", "valign": "vcenter", "num_format": "0"},
}
_HEAD_ROW = 3


def _write_top(sheet: Worksheet, index: AcceptanceIndex, width: int, styles: Mapping[str, Format]) -> None:
    """Title, contract and totals above the table."""
    mark = f"（{house.PRACTICE_TEXT}）" if index.practice else ""
    sheet.set_row(0, 26)
    sheet.merge_range(0, 0, 0, width - 1, house.clean(index.title + mark), styles["title"])
    facts = [f"{label}：{value}" for pairs in _head(index) for label, value in pairs]
    middle = (len(facts) + 1) // 2
    _write_text(sheet, 1, 0, "　".join(facts[:middle]), styles["plain"])
    _write_text(sheet, 2, 0, "　".join(facts[middle:]), styles["plain"])


def _write_rows(
    sheet: Worksheet,
    widths: Mapping[str, int],
    rows: Iterable[Sequence[str | int]],
    styles: Mapping[str, Format],
) -> None:
    for column, (name, width) in enumerate(widths.items()):
        sheet.set_column(column, column, width)
        _write_text(sheet, _HEAD_ROW, column, name, styles["head"])
    last = _HEAD_ROW
    for last, row in enumerate(rows, start=_HEAD_ROW + 1):
        # Excel would find the height by itself on opening, LibreOffice and previews would not.
        needed = max(_lines(str(value), width) for value, width in zip(row, widths.values(), strict=True))
        sheet.set_row(last, 14 * needed)
        for column, value in enumerate(row):
            if isinstance(value, int):
                sheet.write_number(last, column, value, styles["number"])
            else:
                _write_text(sheet, last, column, value, styles["text"])
    sheet.autofilter(_HEAD_ROW, 0, last, len(widths) - 1)


def _lines(text: str, width: int) -> int:
    """How many lines `text` takes in a column `width` half-width characters wide."""
    taken = sum(2 if unicodedata.east_asian_width(char) in "WFA" else 1 for char in text)
    return 1 + text.count("\n") + taken // width


def _write_text(sheet: Worksheet, row: int, column: int, text: str, style: Format) -> None:
    # write_string would leave a text over Excel's limit out without a word.
    sheet.write_string(row, column, house.clean(text)[:_LONGEST_EXCEL_TEXT], style)


def _set_up_print(sheet: Worksheet, index: AcceptanceIndex) -> None:
    sheet.freeze_panes(_HEAD_ROW + 1, 0)
    sheet.repeat_rows(_HEAD_ROW)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    number = house.clean(index.number)[:80].replace("&", "&&")
    sheet.set_footer(f"&L编号：{number}&R— &P —")
    if index.practice:
        sheet.set_header(f"&R{house.PRACTICE_TEXT}")
