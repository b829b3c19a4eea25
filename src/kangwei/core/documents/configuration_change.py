"""配置变更单: what was changed in the configuration of one device, why, and who stands for it."""

from dataclasses import dataclass
from datetime import datetime

from kangwei.core.documents import house, tables
from kangwei.core.documents.tables import Cell, Column

_VERSION_COLUMNS = (
    Column("", 22, True),
    Column("版本", 18, True),
    Column("保存时间", 40),
    Column("保存人", 26),
    Column("SHA-256", 50),
)
_LINE_COLUMNS = (Column("变化", 16, True), Column("行号", 16, True), Column("内容", 124))
_SIGNS = {"-": "删除", "+": "新增"}


@dataclass(frozen=True)
class ConfigurationVersion:
    """One saved version of a configuration."""

    version: int
    saved_at: datetime
    saved_by: str
    sha256: str
    lines: int


@dataclass(frozen=True)
class ChangedLine:
    """One line that came (`sign` +) or went (-), with its number in the version that has it."""

    sign: str
    number: int
    text: str


@dataclass(frozen=True)
class ConfigurationChange:
    """Everything that a 配置变更单 shows. `changes` may be cut off; `more` is how many lines are not shown."""

    number: str
    title: str
    owner: str
    device: str
    device_number: str
    device_kind: str
    serial_number: str
    address: str
    place: str
    change: str
    reason: str
    effect: str
    fallback: str
    applicant: str
    approver: str
    operator: str
    carried_out_at: datetime
    before: ConfigurationVersion
    after: ConfigurationVersion
    added: int
    removed: int
    changes: tuple[ChangedLine, ...]
    more: int
    made_at: datetime
    practice: bool


def render(sheet: ConfigurationChange) -> bytes:
    """The sheet as .docx, created at `made_at`. Raises ValueError for a time without zone."""
    document = house.new_document(
        title=sheet.title, number=f"编号：{sheet.number}", moment=sheet.made_at, practice=sheet.practice
    )
    tables.add_fields(document, _head(sheet))
    house.add_heading(document, "一、配置版本")
    tables.add_grid(
        document, _VERSION_COLUMNS, [_version("变更前", sheet.before), _version("变更后", sheet.after)], empty=""
    )
    house.add_heading(document, "二、变更内容")
    house.add_body(document, f"新增{sheet.added}行，删除{sheet.removed}行。", keep_with_next=True)
    tables.add_grid(document, _LINE_COLUMNS, [_line(line) for line in sheet.changes], empty="两个版本的内容相同。")
    if sheet.more:
        house.add_note(document, f"注：另有 {sheet.more} 行变化未列出，见系统中这两个版本的比较。")
    house.add_heading(document, "三、签字")
    tables.add_signatures(document, ("申请人", "批准人", "实施人", "复核人"))
    house.add_note(document, "注：时间均为北京时间。配置全文按 SHA-256 存档，可据此核对。")
    return house.to_bytes(document)


def _head(sheet: ConfigurationChange) -> list[list[tuple[str, str | Cell]]]:
    return [
        [("单据编号", sheet.number), ("变更单号", sheet.change or "—")],
        [("单位", sheet.owner)],
        [("设备名称", sheet.device), ("资产编号", sheet.device_number)],
        [("设备类别", sheet.device_kind), ("序列号", sheet.serial_number or "—")],
        [("管理地址", sheet.address or "—"), ("存放地点", sheet.place or "—")],
        [("变更原因", sheet.reason)],
        [("影响范围", sheet.effect or "—")],
        [("回退办法", sheet.fallback or "—")],
        [("申请人", sheet.applicant), ("批准人", sheet.approver)],
        [("实施人", sheet.operator), ("实施时间", house.time_text(sheet.carried_out_at))],
    ]


def _version(label: str, version: ConfigurationVersion) -> list[Cell]:
    return [
        Cell(label, label=True),
        Cell(f"第{version.version}版\n{version.lines} 行"),
        Cell(house.time_text(version.saved_at)),
        Cell(version.saved_by),
        Cell(version.sha256),
    ]


def _line(line: ChangedLine) -> list[Cell]:
    return [Cell(_SIGNS.get(line.sign, line.sign)), Cell(str(line.number)), Cell(line.text)]
