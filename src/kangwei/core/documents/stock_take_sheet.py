"""盘点表: how every asset of a kind stood in one stock-take, to be signed."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from kangwei.core.documents import house, tables
from kangwei.core.documents.tables import Cell, Column, Emphasis

# A result that is not listed here is printed plainly.
_EMPHASIS = {"盘亏": Emphasis.STRONG, "盘盈": Emphasis.MIDDLE, "位置不符": Emphasis.LIGHT}

_DIFFERENCE_COLUMNS = (
    Column("结果", 19, True),
    Column("资产编号", 30),
    Column("名称与序列号", 43),
    Column("账面地点", 30),
    Column("实际地点与说明", 34),
)
_LINE_COLUMNS = (
    Column("序号", 13, True),
    Column("资产编号", 30),
    Column("名称与序列号", 43),
    Column("保管人", 17, True),
    Column("账面地点", 34),
    Column("结果", 19, True),
)
_MOST_LINES = 3_000
"""Some 170 pages; the Excel sheet lists every one."""


@dataclass(frozen=True)
class StockTakeLine:
    """One asset. `place` is where the register has it, `found_place` where it was found if that is elsewhere."""

    number: str
    name: str
    serial_number: str
    custodian: str
    place: str
    result: str
    found_place: str
    note: str
    counted_by: str
    counted_at: datetime | None


@dataclass(frozen=True)
class StockTakeSheet:
    """Everything that a 盘点表 shows. `expected` is how many the list had, `totals` are (result, number of lines).

    Times are aware. A line whose result is in `differences` is listed apart from the others.
    """

    number: str
    title: str
    name: str
    owner: str
    kind: str
    place: str
    started_at: datetime
    started_by: str
    closed_at: datetime
    closed_by: str
    counters: tuple[str, ...]
    expected: int
    totals: tuple[tuple[str, int], ...]
    differences: tuple[str, ...]
    lines: tuple[StockTakeLine, ...]
    practice: bool


def render(sheet: StockTakeSheet) -> bytes:
    """The sheet as .docx, created at `closed_at`. Raises ValueError for a time without zone."""
    document = house.new_document(
        title=sheet.title, number=f"编号：{sheet.number}", moment=sheet.closed_at, practice=sheet.practice
    )
    tables.add_fields(document, _head(sheet))
    house.add_heading(document, "一、差异")
    tables.add_grid(document, _DIFFERENCE_COLUMNS, list(_differences(sheet)), empty="账实相符，没有差异。")
    house.add_heading(document, "二、明细")
    tables.add_grid(document, _LINE_COLUMNS, list(_lines(sheet.lines)), empty="没有资产。")
    if len(sheet.lines) > _MOST_LINES:
        house.add_note(document, f"以上为前 {_MOST_LINES} 项，共 {len(sheet.lines)} 项，其余见 Excel 盘点表。")
    house.add_heading(document, "三、结论")
    house.add_body(document, _conclusion(sheet), keep_with_next=True)
    house.add_heading(document, "四、签字")
    tables.add_signatures(document, ("盘点人", "监盘人", "资产管理负责人"))
    house.add_note(document, "注：时间均为北京时间。账面地点为发起盘点时登记的地点。")
    return house.to_bytes(document)


def _head(sheet: StockTakeSheet) -> list[list[tuple[str, str | Cell]]]:
    return [
        [("盘点名称", sheet.name)],
        [("资产单位", sheet.owner)],
        [("资产类别", sheet.kind), ("盘点地点", sheet.place or "全部")],
        [("发起人", sheet.started_by), ("发起时间", house.time_text(sheet.started_at))],
        [("结束人", sheet.closed_by), ("结束时间", house.time_text(sheet.closed_at))],
        [("盘点人员", "、".join(sheet.counters) or "—")],
        [("合计", Cell(_totals(sheet), Emphasis.BOLD))],
    ]


def _totals(sheet: StockTakeSheet) -> str:
    return "，".join([f"应盘 {sheet.expected} 项", *(f"{result} {count} 项" for result, count in sheet.totals)])


def _differences(sheet: StockTakeSheet) -> Iterator[list[Cell]]:
    for result in sheet.differences:
        for line in sheet.lines:
            if line.result == result:
                found = "\n".join(text for text in (line.found_place, line.note) if text)
                yield [_judged(line), Cell(line.number), _named(line), Cell(line.place or "—"), Cell(found or "—")]


def _lines(lines: Iterable[StockTakeLine]) -> Iterator[list[Cell]]:
    for index, line in enumerate(lines, 1):
        if index > _MOST_LINES:
            return
        yield [
            Cell(str(index)),
            Cell(line.number),
            _named(line),
            Cell(line.custodian),
            Cell(line.place or "—"),
            _judged(line),
        ]


def _named(line: StockTakeLine) -> Cell:
    return Cell(f"{line.name}\n{line.serial_number}" if line.serial_number else line.name)


def _judged(line: StockTakeLine) -> Cell:
    return Cell(line.result, _EMPHASIS.get(line.result, Emphasis.NONE))


def _conclusion(sheet: StockTakeSheet) -> str:
    counts = {result: count for result, count in sheet.totals if result in sheet.differences and count}
    if not counts:
        return f"本次应盘{sheet.expected}项，账实相符。"
    wrong = "，".join(f"{result}{count}项" for result, count in counts.items())
    return f"本次应盘{sheet.expected}项，差异：{wrong}。请查明原因后处理。"
