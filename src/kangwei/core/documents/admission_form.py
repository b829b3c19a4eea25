"""政务外网终端MAC地址准入登记表: terminals that are to be let into the network, applied for and approved."""

from dataclasses import dataclass
from datetime import datetime

from kangwei.core.documents import house, tables
from kangwei.core.documents.tables import Cell, Column

_COLUMNS = (
    Column("序号", 11, True),
    Column("终端名称与类型", 29),
    Column("使用人与部门", 28),
    Column("MAC 地址", 36),
    Column("IP 地址", 28),
    Column("位置与墙点", 24),
)


@dataclass(frozen=True)
class AdmittedTerminal:
    """One terminal as the register has it."""

    number: str
    name: str
    form: str
    user: str
    department: str
    mac: str
    ip: str
    place: str
    socket: str


@dataclass(frozen=True)
class AdmissionForm:
    """Everything that the form shows. `valid_until` may be empty: admitted without an end."""

    number: str
    title: str
    owner: str
    network: str
    department: str
    applicant: str
    phone: str
    reason: str
    valid_until: str
    terminals: tuple[AdmittedTerminal, ...]
    made_at: datetime
    practice: bool


def render(form: AdmissionForm) -> bytes:
    """The form as .docx, created at `made_at`. Raises ValueError for a time without zone."""
    document = house.new_document(
        title=form.title, number=f"编号：{form.number}", moment=form.made_at, practice=form.practice
    )
    tables.add_fields(document, _head(form))
    house.add_heading(document, "一、准入终端")
    terminals = [_terminal(number, one) for number, one in enumerate(form.terminals, 1)]
    tables.add_grid(document, _COLUMNS, terminals, empty="没有终端。")
    house.add_heading(document, "二、使用承诺")
    house.add_body(
        document,
        "申请人保证所填内容属实；终端专人专用，不更换网卡，不擅自改动 IP 地址，不私接其他设备，"
        "安装防病毒软件并及时更新；终端更换、停用或使用人变动时，及时办理变更或注销。",
    )
    house.add_heading(document, "三、审批")
    tables.add_signatures(document, ("申请人", "申请部门负责人", "信息化主管部门", "网络管理员"))
    house.add_note(document, f"注：本表由资产登记生成于 {house.time_text(form.made_at)}（北京时间）。")
    return house.to_bytes(document)


def _head(form: AdmissionForm) -> list[list[tuple[str, str | Cell]]]:
    return [
        [("登记表编号", form.number), ("接入网络", form.network)],
        [("单位", form.owner)],
        [("申请部门", form.department or "—"), ("终端数量", f"{len(form.terminals)} 台")],
        [("申请人", form.applicant), ("联系电话", form.phone or "—")],
        [("准入事由", form.reason)],
        [("有效期至", form.valid_until or "长期")],
    ]


def _terminal(number: int, one: AdmittedTerminal) -> list[Cell]:
    return [
        Cell(str(number)),
        Cell(_lines(one.name, one.form, one.number)),
        Cell(_lines(one.user, one.department)),
        Cell(one.mac or "—"),
        Cell(one.ip or "—"),
        Cell(_lines(one.place, one.socket)),
    ]


def _lines(*texts: str) -> str:
    return "\n".join(text for text in texts if text) or "—"
