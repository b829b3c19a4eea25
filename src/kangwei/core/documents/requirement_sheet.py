"""需求确认单: what is to be changed for whom, what was found when it was assessed, and who approved it."""

from dataclasses import dataclass
from datetime import datetime

from kangwei.core.documents import house, tables
from kangwei.core.documents.tables import Cell, Column, Emphasis
from kangwei.core.documents.ticket_head import TicketHead, head_rows

_POINT_COLUMNS = (Column("序号", 13, True), Column("评估要点", 55), Column("结论", 22, True), Column("说明", 66))
_EMPHASIS = {"有影响": Emphasis.LIGHT}


@dataclass(frozen=True)
class AssessedPoint:
    """What was found on one point of the assessment."""

    point: str
    finding: str
    remark: str


@dataclass(frozen=True)
class RequirementSheet:
    """Everything that a 需求确认单 shows. `points` is empty where the contract has none. Times are aware."""

    head: TicketHead
    title: str
    points: tuple[AssessedPoint, ...]
    conclusion: str
    assessed_by: str
    assessed_at: datetime
    approved_by: str
    approval: str
    approved_at: datetime
    made_at: datetime
    practice: bool


def render(sheet: RequirementSheet) -> bytes:
    """The sheet as .docx, created at `made_at`. Raises ValueError for a time without zone."""
    document = house.new_document(
        title=sheet.title, number=f"编号：{sheet.head.number}", moment=sheet.made_at, practice=sheet.practice
    )
    tables.add_fields(document, head_rows(sheet.head))
    house.add_heading(document, "一、评估")
    tables.add_fields(
        document,
        [
            [("评估人", sheet.assessed_by), ("评估时间", house.time_text(sheet.assessed_at))],
            [("评估结论", sheet.conclusion or "—")],
        ],
    )
    house.add_heading(document, "二、评估要点")
    rows = [_point(number, point) for number, point in enumerate(sheet.points, 1)]
    tables.add_grid(document, _POINT_COLUMNS, rows, empty="合同没有列出评估要点。")
    house.add_heading(document, "三、批准")
    tables.add_fields(
        document,
        [
            [("批准人", sheet.approved_by), ("批准时间", house.time_text(sheet.approved_at))],
            [("批准文号", sheet.approval or "—")],
        ],
    )
    house.add_heading(document, "四、签字")
    tables.add_signatures(document, ("需求提出人", "甲方确认人", "乙方负责人"))
    house.add_note(document, "注：时间均为北京时间。")
    return house.to_bytes(document)


def _point(number: int, point: AssessedPoint) -> list[Cell]:
    finding = Cell(point.finding, _EMPHASIS.get(point.finding, Emphasis.NONE))
    return [Cell(str(number)), Cell(point.point), finding, Cell(point.remark or "—")]
