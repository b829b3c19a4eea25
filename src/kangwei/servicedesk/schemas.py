"""What other systems send and read about tickets."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any

from ninja import Schema
from pydantic import AfterValidator, AwareDatetime, ConfigDict, Field

from kangwei.servicedesk.enums import Group, TicketKind

LONGEST_TEXT = 20_000
YEARS = (2000, 2099)


def _without_nul(text: str) -> str:
    if "\x00" in text:
        raise ValueError("不能含有空字符")
    return text


def _of_this_century(moment: Any) -> Any:
    if not YEARS[0] <= moment.year <= YEARS[1]:
        raise ValueError("请填写本世纪的时间")
    return moment


Text = Annotated[str, AfterValidator(_without_nul)]
Moment = Annotated[AwareDatetime, AfterValidator(_of_this_century)]
Day = Annotated[date, AfterValidator(_of_this_century)]
Key = Annotated[str, Field(min_length=1, max_length=120, pattern=r"^[!-~]+$")]
"""An Idempotency-Key: visible ASCII."""


class Refusal(Schema):
    """Why a call was refused; `field` is empty where it is no field's fault."""

    field: str
    reason: str


class Sent(Schema):
    """What is sent; a field that there is not is refused, for it may be a misspelt one."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class NewTicket(Sent):
    contract: Text = Field(max_length=60, description="合同编号，如 hdc-2026-01")
    kind: TicketKind = TicketKind.INCIDENT
    title: Text = Field(min_length=1, max_length=200)
    description: Text = Field("", max_length=LONGEST_TEXT)
    system: Text = Field("", max_length=200, description="系统名称，按合同的清单")
    institution: Text = Field("", max_length=200, description="机构名称")
    caller: Text = Field("", max_length=60, description="报告人")
    phone: Text = Field("", max_length=40)
    severity: Text = Field("", max_length=30, description="级别，用合同的词")
    occurred_at: Moment | None = Field(None, description="发生时间，须带时区；留空为现在")
    external: Text = Field("", max_length=120, description="在贵方系统的编号；同一合同内不重复受理")


class NewNote(Sent):
    text: Text = Field(min_length=1, max_length=LONGEST_TEXT)
    public: bool = Field(False, description="报告人可见")


class TakenStep(Sent):
    texts: dict[Annotated[str, Field(max_length=30)], Annotated[Text, Field(max_length=LONGEST_TEXT)]] = Field(
        {}, max_length=10, description='步骤所需的内容，如 {"solution": "重启服务"}；见 docs/reference/tickets.md'
    )
    moments: dict[Annotated[str, Field(max_length=30)], Moment] = Field(
        {}, max_length=10, description='步骤所需的时间，如 {"watch_until": "2026-11-21T09:00:00+08:00"}，须带时区'
    )
    at: Moment | None = Field(None, description="办理时间，留空为现在")


class AlertState(StrEnum):
    FIRING = "firing"
    RESOLVED = "resolved"


class NewAlert(Sent):
    contract: Text = Field(max_length=60)
    source: Text = Field(min_length=1, max_length=60, description="监控系统的名称")
    key: Text = Field(min_length=1, max_length=200, description="告警标识：同一标识的告警归入同一工单")
    state: AlertState
    title: Text = Field(min_length=1, max_length=200)
    text: Text = Field("", max_length=LONGEST_TEXT)
    system: Text = Field("", max_length=200)
    severity: Text = Field("", max_length=30)
    occurred_at: Moment | None = None


class Filters(Schema):
    """Which tickets are asked for: as the queue filters them, and by the name in the other system."""

    group: Group = Group.ALL
    contract: Text = Field("", max_length=60)
    kind: TicketKind | None = None
    severity: Text = Field("", max_length=30)
    system: Text = Field("", max_length=200)
    first: Day | None = Field(None, alias="from", description="受理自")
    last: Day | None = Field(None, alias="to", description="受理至")
    q: Text = Field("", max_length=200, description="编号、标题、报告人、电话、机构")
    external: Text = Field("", max_length=120)
    cursor: int | None = Field(None, ge=1, le=2**53, description="上一页的 next")
    limit: int = Field(50, ge=1, le=100)


class TicketRow(Schema):
    number: str
    kind: str
    title: str
    state: str
    state_label: str
    waits_for: str
    severity: str
    contract: str
    system: str
    institution: str
    caller: str
    assignee: str
    channel: str
    external: str
    occurred_at: datetime
    opened_at: datetime
    responded_at: datetime | None
    solved_at: datetime | None
    closed_at: datetime | None
    next_at: datetime | None = Field(description="最近的时限")
    breached: int = Field(description="已超时的时钟数")
    page: str = Field(description="工单页的地址")


class ClockState(Schema):
    clock: str
    label: str
    limit: str
    phase: str
    due: datetime | None
    left: int | None = Field(description="距时限的秒数，超时为负；不在计时为空")
    met: bool | None
    estimated: bool = Field(description="日历尚未公布，日期为估计")
    clause: str
    cite: str


class Happened(Schema):
    at: datetime
    by: str
    label: str
    text: str


class TicketDetail(TicketRow):
    description: str
    phone: str
    clocks: list[ClockState]
    events: list[Happened] = Field(description="报告人可见的经过，先发生的在前")


class TicketPage(Schema):
    tickets: list[TicketRow]
    next: int | None = Field(description="下一页的 cursor；没有下一页为空")


class AlertTaken(Schema):
    opened: bool = Field(description="是否新开了工单")
    ticket: TicketRow | None = Field(description="该告警最近的工单；从未开过为空")
