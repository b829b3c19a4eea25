"""What a statutory calendar is made of."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

DayKind = Literal["holiday", "makeup"]
YearStatus = Literal["official", "estimated"]


class CalendarError(ValueError):
    """A calendar that cannot be used; the message is in Chinese and says where and why."""


@dataclass(frozen=True)
class CalendarDay:
    """One day on which the ordinary week does not hold.

    `holiday` is a day off that belongs to a statutory break, weekends inside the break included; `makeup` is
    a Saturday or Sunday worked in exchange. `name` is that of the break, `source` says where the day was
    taken from.
    """

    day: date
    kind: DayKind
    name: str
    source: str
    estimated: bool

    def check(self) -> None:
        """CalendarError for a make-up day that is a Monday to Friday, which would be worked anyway."""
        if self.kind == "makeup" and self.day.weekday() < 5:
            raise CalendarError(f"{self.day} 不是周六或周日，不能是调休上班日")


@dataclass(frozen=True)
class HolidayPeriod:
    """Consecutive days off under one name, for example 2026-10-01..2026-10-07 国庆节."""

    name: str
    first: date
    last: date
    estimated: bool
