"""Times as conversations show them: whole, or as seen from the day on which they were copied."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from kangwei.core.calendars import SHANGHAI

WEEKDAYS = "一二三四五六日"
_BEFORE = {"今天": 0, "昨天": 1, "前天": 2}
_DAY = (
    r"(?:(?P<year>\d{4})\s?[-/.年]\s?(?P<month>\d{1,2})\s?[-/.月]\s?(?P<day>\d{1,2})日?"
    r"|(?P<month_only>\d{1,2})月(?P<day_only>\d{1,2})日"
    r"|(?P<before>今天|昨天|前天)"
    r"|(?:星期|周|礼拜)(?P<weekday>[一二三四五六日天]))"
)
_HALF = r"(?P<half>凌晨|早上|上午|中午|下午|傍晚|晚上|AM|PM)"
_TIME = rf"(?:{_HALF}\s?)?(?P<hour>\d{{1,2}}):(?P<minute>\d{{2}})(?::(?P<second>\d{{2}}))?(?:\s?(?P<half_after>AM|PM))?"
_WITHIN_WEEK = r"(?:[ \t]*(?:星期|周)[一二三四五六日])?"
MOMENT = rf"(?:{_DAY}{_WITHIN_WEEK}[ \tT]*)?{_TIME}"
"""A time, with its day or without."""
DAY = _DAY
_FIRST_OF_HALF = {"中午": 11, "下午": 12, "傍晚": 12, "晚上": 12, "PM": 12}
"""An hour before this one is meant by the clock of twelve hours."""
_MOMENT, _ONLY_DAY = re.compile(MOMENT), re.compile(_DAY)


@dataclass
class Reader:
    """Reads the times of one record, copied at `now`: `day` is the day that a heading named last."""

    now: datetime
    day: date | None = None

    def moment(self, text: str) -> datetime | None:
        """The moment in Asia/Shanghai; None for one that there is not, such as 25:00."""
        found = _MOMENT.fullmatch(text)
        clock = _clock(found) if found else None
        if found is None or clock is None:
            return None
        if any(found[name] for name in ("year", "month_only", "before", "weekday")):
            day = self._day_of(found)
            return _at(day, clock) if day else None
        if self.day:
            return _at(self.day, clock)
        # Of today a record shows the hour alone; an hour that has not come is of yesterday.
        at = _at(self._today, clock)
        return at if at is None or at <= self.now else _at(self._today - timedelta(days=1), clock)

    def head(self, text: str) -> bool:
        """Take a line that names a day for the heading of what follows; False where it names none."""
        found = _ONLY_DAY.fullmatch(text)
        day = self._day_of(found) if found else None
        if day is None:
            return False
        self.day = day
        return True

    @property
    def _today(self) -> date:
        return self.now.astimezone(SHANGHAI).date()

    def _day_of(self, found: "re.Match[str]") -> date | None:
        try:
            if found["year"]:
                return date(int(found["year"]), int(found["month"]), int(found["day"]))
            if found["month_only"]:
                return self._latest(int(found["month_only"]), int(found["day_only"]))
        except ValueError:
            return None
        if found["before"]:
            return self._today - timedelta(days=_BEFORE[found["before"]])
        weekday = WEEKDAYS.index(found["weekday"].replace("天", "日"))
        return self._today - timedelta(days=(self._today.weekday() - weekday) % 7)

    def _latest(self, month: int, day: int) -> date:
        """The latest such day that is not ahead."""
        # 29 February may be up to eight years back.
        for year in range(self._today.year, self._today.year - 9, -1):
            try:
                found = date(year, month, day)
            except ValueError:
                continue
            if found <= self._today:
                return found
        raise ValueError(f"no day {month}-{day}")


def _clock(found: "re.Match[str]") -> time | None:
    hour, half = int(found["hour"]), found["half"] or found["half_after"]
    if hour < _FIRST_OF_HALF.get(half, 0):
        hour += 12
    elif half in ("凌晨", "AM") and hour == 12:
        hour = 0
    try:
        return time(hour, int(found["minute"]), int(found["second"] or 0))
    except ValueError:
        return None


def _at(day: date, clock: time) -> datetime | None:
    return datetime.combine(day, clock, SHANGHAI) if day.year > 1 else None
