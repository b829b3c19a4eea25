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
    "security-notice": "安全通报",
    "leave-or-join": "人员变动",
    "buyer-request": "甲方要求",
}


class OnEvent(CadenceForm):
    """Owed once for every event of a kind, within a duration if the contract states one."""

    key: ClassVar[str] = "on"
    scheduled: ClassVar[bool] = False

    on: Event
    within: Duration | None = None

    @property
    def label(self) -> str:
        """每次变更, 每次变更后2个工作日内, 每次变更当日."""
        often = f"每次{_LABELS[self.on]}"
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

    def due(self, event_at: datetime, calendar: StatutoryCalendar) -> datetime | None:
        """When the work for an event is due, aware UTC; None without a limit. ValueError if naive."""
        return None if self.within is None else due(event_at, self.within, calendar)
