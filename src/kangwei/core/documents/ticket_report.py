"""工单月度分析报告: what the desk of a contract did in a month, which limits passed, and what is left."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from docx.document import Document as WordDocument

from kangwei.core.documents import house, tables
from kangwei.core.documents.house import TEXT_WIDTH_MM
from kangwei.core.documents.tables import Cell, Column, Emphasis

_FIGURE_COLUMNS = (Column("指标", 38), Column("数值", 28, True), Column("口径", 90))
_BREACHED_COLUMNS = (
    Column("序号", 11, True),
    Column("工单", 56),
    Column("系统", 27),
    Column("时钟与时限", 31, True),
    Column("超时时间", 31, True),
)
_LEFT_COLUMNS = (
    Column("序号", 11, True),
    Column("工单", 63),
    Column("系统", 27),
    Column("现状态", 24, True),
    Column("受理时间", 31, True),
)
_FIRST_COLUMN_MM = 44
_NUMERALS = "一二三四五六七八九十"


@dataclass(frozen=True)
class Figure:
    """One number of the month with its unit, and what it counts."""

    label: str
    value: str
    meaning: str


@dataclass(frozen=True)
class Grid:
    """Numbers under a title: the names of the columns, and a row for each line, its name first."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Breached:
    """A ticket with a limit that passed in the month: which, and when."""

    number: str
    title: str
    system: str
    clock: str
    limit: str
    breached_at: datetime


@dataclass(frozen=True)
class Left:
    """A ticket that was open at the end of the month; `state` is how it stands as the report is made."""

    number: str
    title: str
    system: str
    state: str
    opened_at: datetime


@dataclass(frozen=True)
class TicketReport:
    """Everything that a 工单月度分析报告 shows; `more_…` is how many were not listed."""

    number: str
    title: str
    contract_title: str
    buyer: str
    supplier: str
    month: str
    summary: str
    figures: tuple[Figure, ...]
    grids: tuple[Grid, ...]
    breached: tuple[Breached, ...]
    more_breached: int
    left: tuple[Left, ...]
    more_left: int
    made_by: str
    made_at: datetime
    practice: bool


def render(report: TicketReport) -> bytes:
    """The report as .docx, created at `made_at`. Raises ValueError for a time without zone."""
    document = house.new_document(
        title=report.title, number=f"编号：{report.number}", moment=report.made_at, practice=report.practice
    )
    tables.add_fields(document, _head(report))
    headings = iter(_NUMERALS)
    house.add_heading(document, f"{next(headings)}、概况")
    house.add_body(document, report.summary)
    figures = [[Cell(row.label), Cell(row.value, Emphasis.BOLD), Cell(row.meaning)] for row in report.figures]
    tables.add_grid(document, _FIGURE_COLUMNS, figures, empty="本月没有数据。")
    for grid in report.grids:
        house.add_heading(document, f"{next(headings)}、{grid.title}")
        rows = [[Cell(text) for text in row] for row in grid.rows]
        tables.add_grid(document, _columns(grid.columns), rows, empty="本月没有数据。")
    house.add_heading(document, f"{next(headings)}、超时工单")
    breached = [_breached(number, row) for number, row in enumerate(report.breached, 1)]
    tables.add_grid(document, _BREACHED_COLUMNS, breached, empty="本月没有时限超时。")
    _add_more(document, report.more_breached)
    house.add_heading(document, f"{next(headings)}、月末未办结工单")
    left = [_left(number, row) for number, row in enumerate(report.left, 1)]
    tables.add_grid(document, _LEFT_COLUMNS, left, empty="月末没有未办结的工单。")
    _add_more(document, report.more_left)
    house.add_heading(document, f"{next(headings)}、签字")
    tables.add_signatures(document, ("编制人", "复核人", "用户代表"))
    made_at = house.time_text(report.made_at)
    house.add_note(document, f"注：由{report.made_by}于 {made_at} 编制，数据截至该时；时间均为北京时间。")
    return house.to_bytes(document)


def _head(report: TicketReport) -> list[list[tuple[str, str | Cell]]]:
    return [
        [("报告编号", report.number), ("月份", report.month)],
        [("合同名称", report.contract_title)],
        [("甲方", report.buyer), ("乙方", report.supplier)],
    ]


def _columns(names: Sequence[str]) -> list[Column]:
    """The name of a line and as many columns of numbers as there are, of one width."""
    width = (TEXT_WIDTH_MM - _FIRST_COLUMN_MM) / max(1, len(names) - 1)
    return [Column(names[0], _FIRST_COLUMN_MM), *(Column(name, width, True) for name in names[1:])]


def _breached(number: int, row: Breached) -> list[Cell]:
    return [
        Cell(str(number)),
        Cell(f"{row.title}\n{row.number}"),
        Cell(row.system or "—"),
        Cell(f"{row.clock}\n{row.limit}"),
        Cell(_minute(row.breached_at)),
    ]


def _left(number: int, row: Left) -> list[Cell]:
    return [
        Cell(str(number)),
        Cell(f"{row.title}\n{row.number}"),
        Cell(row.system or "—"),
        Cell(row.state),
        Cell(_minute(row.opened_at)),
    ]


def _minute(moment: datetime) -> str:
    day, time = house.time_text(moment).split(" ")
    return f"{day}\n{time[:5]}"


def _add_more(document: WordDocument, more: int) -> None:
    if more:
        house.add_note(document, f"另有 {more} 件未列出，见系统中的清单。")
