"""Arithmetic over the open time of a service window."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from .instants import as_utc, day_start, local_day
from .service_window import ServiceWindow
from .statutory import StatutoryCalendar

_ZERO = timedelta()
_ONE_DAY = timedelta(days=1)
_FIRST_YEAR, _LAST_YEAR = 1970, 2199


class WorkingTime:
    """Adds and measures open time: the time during which a service window runs under a statutory calendar.

    Instants are aware (any zone) going in and aware UTC coming out; a naive one is a ValueError, and so is a
    date outside 1970 to 2199. Safe to share between threads.
    """

    def __init__(self, window: ServiceWindow, calendar: StatutoryCalendar) -> None:
        self.window = window
        self.calendar = calendar
        # Replaced by a longer one when needed, never changed in place: another thread may be reading it.
        self._table: _Table | None = None

    def add(self, start: datetime, duration: timedelta) -> datetime:
        """The earliest instant at which so much open time has passed since start; ValueError if negative."""
        start = as_utc(start)
        if duration <= _ZERO:
            if duration < _ZERO:
                raise ValueError(f"时长不能为负：{duration}")
            return start
        table = self._covering(start, start)
        needed = table.open_until(start) + duration
        while needed > table.opened[-1]:
            # Twice as far each time, so that a long wait does not mean a rebuild for every year of it.
            twice = 2 * table.last_year - table.first_year + 1
            table = self._build(table.first_year, max(table.last_year + 1, min(twice, _LAST_YEAR)))
        index = bisect_left(table.opened, needed)
        return table.ends[index] - (table.opened[index] - needed)

    def elapsed(self, start: datetime, end: datetime) -> timedelta:
        """Open time between two instants; negative if end lies before start, as a subtraction would be."""
        start, end = as_utc(start), as_utc(end)
        table = self._covering(min(start, end), max(start, end))
        return table.open_until(end) - table.open_until(start)

    def is_open(self, at: datetime) -> bool:
        """Whether the window is open at an instant: its first moment counts, its last does not."""
        at = as_utc(at)
        table = self._covering(at, at)
        index = bisect_right(table.starts, at) - 1
        return index >= 0 and at < table.ends[index]

    def is_estimated(self, start: datetime, end: datetime) -> bool:
        """Whether the open time between two instants rests on days that may still be rearranged."""
        # A span past midnight reaches into start's day from the day before.
        first, last = local_day(start) - _ONE_DAY, local_day(end)
        return self.window.follows_calendar and self.calendar.is_estimated(first, last)

    def _covering(self, first: datetime, last: datetime) -> _Table:
        table = self._table
        if table is not None and table.begins <= first and last < table.stops:
            return table
        first_year, last_year = local_day(first).year, local_day(last).year
        if table is not None:
            first_year, last_year = min(first_year, table.first_year), max(last_year, table.last_year)
        return self._build(first_year, last_year)

    def _build(self, first_year: int, last_year: int) -> _Table:
        if first_year < _FIRST_YEAR or last_year > _LAST_YEAR:
            raise ValueError(f"日期超出可计算的范围（{_FIRST_YEAR}年至{_LAST_YEAR}年）")
        self._table = _Table.of(self.window, self.calendar, first_year, last_year)
        return self._table


@dataclass(frozen=True, slots=True)
class _Table:
    """The open segments of whole years, with the open time up to the end of each, for bisection."""

    first_year: int
    last_year: int
    begins: datetime
    stops: datetime
    starts: list[datetime]
    ends: list[datetime]
    opened: list[timedelta]

    @classmethod
    def of(cls, window: ServiceWindow, calendar: StatutoryCalendar, first_year: int, last_year: int) -> _Table:
        begins, stops = date(first_year, 1, 1), date(last_year + 1, 1, 1)
        starts: list[datetime] = []
        ends: list[datetime] = []
        opened: list[timedelta] = []
        total = _ZERO
        # One day early: a span past midnight on New Year's Eve is still open on the first of January.
        day = begins - _ONE_DAY
        while day < stops:
            for start, end in window.segments(day, calendar):
                total += end - start
                if ends and ends[-1] == start:
                    ends[-1], opened[-1] = end, total
                else:
                    starts.append(start)
                    ends.append(end)
                    opened.append(total)
            day += _ONE_DAY
        return cls(first_year, last_year, day_start(begins), day_start(stops), starts, ends, opened)

    def open_until(self, at: datetime) -> timedelta:
        """Open time from the beginning of the table to an instant that it covers."""
        index = bisect_right(self.starts, at) - 1
        if index < 0:
            return _ZERO
        return self.opened[index] - max(self.ends[index] - at, _ZERO)
