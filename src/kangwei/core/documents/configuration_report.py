"""配置报告: of which devices the configuration was backed up in a month, what changed, and what is missing."""

from dataclasses import dataclass
from datetime import datetime

from kangwei.core.documents import house, tables
from kangwei.core.documents.tables import Cell, Column, Emphasis

_DEVICE_COLUMNS = (
    Column("序号", 11, True),
    Column("设备", 43),
    Column("类别", 20, True),
    Column("备份时间", 38),
    Column("版本", 16, True),
    Column("本月变化", 28),
)
_MISSING_COLUMNS = (
    Column("序号", 12, True),
    Column("设备", 58),
    Column("类别", 24, True),
    Column("存放地点", 34),
    Column("最近一次备份", 28, True),
)


@dataclass(frozen=True)
class BackedUp:
    """A device whose configuration was backed up: when last in the month, as which version, and what had changed."""

    name: str
    number: str
    kind: str
    backed_up_at: datetime
    version: int
    changes: str


@dataclass(frozen=True)
class NotBackedUp:
    """A device without a backup in the month; `last` is the day of the one before, or empty."""

    name: str
    number: str
    kind: str
    place: str
    last: str


@dataclass(frozen=True)
class ConfigurationReport:
    """Everything that a 配置报告 shows."""

    number: str
    title: str
    owner: str
    month: str
    made_by: str
    made_at: datetime
    backed_up: tuple[BackedUp, ...]
    missing: tuple[NotBackedUp, ...]
    practice: bool


def render(report: ConfigurationReport) -> bytes:
    """The report as .docx, created at `made_at`. Raises ValueError for a time without zone."""
    document = house.new_document(
        title=report.title, number=f"编号：{report.number}", moment=report.made_at, practice=report.practice
    )
    house.add_heading(document, "一、概况")
    house.add_body(document, _summary(report))
    house.add_heading(document, "二、已备份的配置")
    backed_up = [_backed_up(number, row) for number, row in enumerate(report.backed_up, 1)]
    tables.add_grid(document, _DEVICE_COLUMNS, backed_up, empty="本月没有备份。")
    house.add_heading(document, "三、未备份的设备")
    missing = [_missing(number, row) for number, row in enumerate(report.missing, 1)]
    tables.add_grid(document, _MISSING_COLUMNS, missing, empty="应备份的设备均已备份。")
    house.add_heading(document, "四、签字")
    tables.add_signatures(document, ("编制人", "复核人", "用户代表"))
    house.add_note(document, f"注：由{report.made_by}于 {house.time_text(report.made_at)}（北京时间）编制。")
    return house.to_bytes(document)


def _summary(report: ConfigurationReport) -> str:
    owed, done = len(report.backed_up) + len(report.missing), len(report.backed_up)
    changed = sum(1 for row in report.backed_up if row.changes)
    return (
        f"{report.month}，{report.owner}应备份配置的设备与系统共{owed}项，已备份{done}项，"
        f"其中有变化或首次保存的{changed}项；未备份{len(report.missing)}项。"
    )


def _backed_up(number: int, row: BackedUp) -> list[Cell]:
    return [
        Cell(str(number)),
        Cell(f"{row.name}\n{row.number}"),
        Cell(row.kind),
        Cell(house.time_text(row.backed_up_at)),
        Cell(f"第{row.version}版"),
        Cell(row.changes or "无变化", Emphasis.BOLD if row.changes else Emphasis.NONE),
    ]


def _missing(number: int, row: NotBackedUp) -> list[Cell]:
    return [
        Cell(str(number)),
        Cell(f"{row.name}\n{row.number}"),
        Cell(row.kind),
        Cell(row.place or "—"),
        Cell(row.last or "从未备份", Emphasis.NONE if row.last else Emphasis.MIDDLE),
    ]
