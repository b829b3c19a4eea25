"""`{on: change, within: 2d}`: whenever something happens."""

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar, Literal, get_args

from ..durations import Duration, due
from ..statutory import StatutoryCalendar
from ..terms import KeyPeriod, Term, Window
from .form import CadenceForm

Event = Literal[
    "incident",
    "major-incident",
    "request",
    "change",
    "release",
    "problem",
    "drill",
    "visit",
    "complaint",
    "data-fix",
    "go-live",
    "security-incident",
    "security-notice",
    "leave-or-join",
    "buyer-request",
]
EVENTS: tuple[Event, ...] = get_args(Event)

_LABELS: dict[Event, str] = {
    "incident": "事件",
    "major-incident": "重大事件",
    "request": "服务请求",
    "change": "变更",
    "release": "发布",
    "problem": "问题",
    "drill": "演练",
    "visit": "现场服务",
    "complaint": "接诉即办",
    "data-fix": "数据修正",
    "go-live": "系统上线",
    "security-incident": "安全事件",
    "security-notice": "安全通报",
    "leave-or-join": "人员变动",
    "buyer-request": "甲方要求",
}


_COUNTED_FROM = {"event": "", "responded": "响应", "resolved": "解决"}


class OnEvent(CadenceForm):
    """Owed once for every event of a kind, within a duration of it, of its response or of its solution."""

    key: ClassVar[str] = "on"
    scheduled: ClassVar[bool] = False

    on: Event
    within: Duration | None = None
    counts_from: Literal["event", "responded", "resolved"] = "event"

    @property
    def label(self) -> str:
        """每次变更, 每次变更后2个工作日内, 每次变更当日, 每次重大事件响应后2天内."""
        often = f"每次{_LABELS[self.on]}{_COUNTED_FROM[self.counts_from] if self.within else ''}"
        if self.within is None:
            return often
        whole_day = self.within.unit in ("same-day", "next-day")
        return often + (self.within.label if whole_day else f"后{self.within.label}内")

    def windows(
        self,
        term: Term,  # noqa: ARG002 - one signature for all forms
        calendar: StatutoryCalendar,  # noqa: ARG002 - one signature for all forms
        key_periods: Sequence[KeyPeriod] = (),  # noqa: ARG002 - one signature for all forms
    ) -> list[Window]:
        """None in advance: nobody knows when the event comes."""
        return []

    def due(self, start: datetime, calendar: StatutoryCalendar) -> datetime | None:
        """When the work is due that counts from `start`, aware UTC; None without a limit. ValueError if naive."""
        return None if self.within is None else due(start, self.within, calendar)
