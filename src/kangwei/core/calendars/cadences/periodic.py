"""`{every: month, times: 2}`: so many times in each period of the natural calendar."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, ClassVar

from pydantic import Field, model_validator

from ..instants import day_end, instant
from ..service_window import WEEKDAYS, parse_span
from ..statutory import StatutoryCalendar
from ..terms import KeyPeriod, Term, Window, split
from .form import CadenceForm, whole_days
from .periods import EVERY_LABELS, Every, Period, periods

_DAY_NAMES = "一二三四五六日"
_DAY = 24 * 60


class Periodic(CadenceForm):
    """`times` windows in every period, cut to the term.

    Without `at`, the windows of a week or longer share the whole period out evenly; those of a day all span
    the day. With `at` they lie on the named week days (`[Mon]`), days of the month (`[15]`; 31 is the last
    day of a shorter month) or hours of the day (`["07:00-08:00"]`), and `times` may be left out. `slots`
    names them, one for each. What falls outside the term is not owed.
    """

    key: ClassVar[str] = "every"

    every: Every
    times: int = Field(default=1, strict=True, ge=1, le=96)
    at: tuple[int | str, ...] = ()
    slots: tuple[str, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _times_from_at(cls, data: Any) -> Any:
        if isinstance(data, dict) and isinstance(data.get("at"), list | tuple) and data["at"]:
            return {"times": len(data["at"]), **data}
        return data

    @model_validator(mode="after")
    def _consistent(self) -> "Periodic":
        if self.at and len(self.at) != self.times:
            raise ValueError(f"at 写了{len(self.at)}个，与 times {self.times} 不符")
        if self.slots and len(self.slots) != self.times:
            raise ValueError(f"slots 写了{len(self.slots)}个，与 times {self.times} 不符")
        places = [self._place(value) for value in self.at]
        if any(later[0] < earlier[1] for earlier, later in pairwise(places)):
            raise ValueError("at 须按先后排列，不能重复或重叠")
        return self

    @property
    def label(self) -> str:
        """每月1次, 每工作日, 每周1次（周一）."""
        often = EVERY_LABELS[self.every]
        if self.times > 1 or self.every not in ("day", "workday"):
            often += f"{self.times}次"
        return often + (f"（{'、'.join(map(self._at_label, self.at))}）" if self.at else "")

    def windows(
        self,
        term: Term,
        calendar: StatutoryCalendar,
        key_periods: Sequence[KeyPeriod] = (),  # noqa: ARG002 - one signature for all forms
    ) -> list[Window]:
        """The windows of all periods that touch the term; `estimated` only where working days decide."""
        found: list[Window] = []
        for period in periods(self.every, term):
            if self.every != "workday":
                found += self._windows_in(period, term, estimated=False)
            elif calendar.is_working_day(period.first):
                found += self._windows_in(period, term, estimated=calendar.is_estimated(period.first))
        return found

    def _windows_in(self, period: Period, term: Term, *, estimated: bool) -> Iterator[Window]:
        for nth, (first, last) in enumerate(self._day_spans(period), 1):
            # Shared out before it is cut, so that a part keeps its number wherever the term begins.
            days = term.clip(first, last)
            if days is None:
                continue
            key, label = period.key, period.label
            if self.times > 1:
                key, label = f"{key}#{nth}", f"{label} 第{nth}次"
            if self.slots:
                label = f"{label} {self.slots[nth - 1]}"
            if self.at and self.every in ("day", "workday"):
                begin, end = self._place(self.at[nth - 1])
                # 24:00 would already be the next day.
                due = min(instant(first, end), day_end(first))
                yield Window(key, first, first, instant(first, begin), due, label, estimated, nth)
            else:
                yield whole_days(key, days, label, nth=nth, estimated=estimated)

    def _day_spans(self, period: Period) -> list[tuple[date, date]]:
        if self.every in ("day", "workday"):
            return [(period.first, period.last)] * self.times
        if not self.at:
            return split(period.first, period.last, self.times)
        days = [period.first + timedelta(days=self._place(value)[0]) for value in self.at]
        return [(min(day, period.last),) * 2 for day in days]

    def _place(self, value: int | str) -> tuple[int, int]:
        """Begin and end of an `at` value within its period: in days, or in minutes for the hours of a day."""
        if self.every == "week" and str(value).lower() in WEEKDAYS:
            begin = WEEKDAYS.index(str(value).lower())
            return begin, begin + 1
        if self.every == "month" and isinstance(value, int) and 1 <= value <= 31:
            return value - 1, value
        if self.every in ("day", "workday"):
            begin, end = parse_span(str(value))
            if end <= _DAY:
                return begin, end
        raise ValueError(f"at 里的「{value}」不能用于 every: {self.every}，{_AT_EXPECTED}")

    def _at_label(self, value: int | str) -> str:
        if self.every == "week":
            return "周" + _DAY_NAMES[self._place(value)[0]]
        return f"{value}日" if self.every == "month" else str(value)


_AT_EXPECTED = "week 写 [Mon, Thu]，month 写 [1, 15]，day 和 workday 写当日之内的时段 [07:00-08:00]，其余不写 at"
