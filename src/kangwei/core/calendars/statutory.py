"""Which days are worked in China: statutory holidays and the make-up days that pay for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from functools import lru_cache
from hashlib import sha256
from importlib.resources import as_file, files
from pathlib import Path

from .days import CalendarDay, CalendarError, HolidayPeriod, YearStatus
from .files import read_calendar_file

_ONE_DAY = timedelta(days=1)


class StatutoryCalendar:
    """An immutable table of holidays and make-up days.

    A year that the table does not hold has plain weeks (Monday to Friday worked) and counts as estimated, so
    that a deadline beyond the last notice of the State Council can still be named, with the warning that it
    may move.
    """

    __slots__ = ("_days", "_runs", "_years", "version")

    version: str
    """Twelve hex digits over the content: a record says with it what it was measured by."""

    def __init__(self, days: Mapping[date, CalendarDay], years: Mapping[int, YearStatus]) -> None:
        self._days = dict(sorted(days.items()))
        self._years = dict(sorted(years.items()))
        self._runs = _runs(self._days.values())
        self.version = _digest(self._days.values(), self._years)

    @classmethod
    def load(cls, files: Iterable[Path]) -> StatutoryCalendar:
        """Read calendar files, one a year; CalendarError names the file, the line and what is wrong there."""
        days: list[CalendarDay] = []
        years: dict[int, YearStatus] = {}
        for path in files:
            content = read_calendar_file(path)
            if content.year in years:
                raise CalendarError(f"{path.name}：{content.year}年的日历已由另一个文件给出")
            years[content.year] = content.status
            days.extend(content.days)
        return cls.from_days(days, years)

    @classmethod
    def from_days(cls, days: Iterable[CalendarDay], years: Mapping[int, YearStatus]) -> StatutoryCalendar:
        """Build from single days and the standing of their years.

        CalendarError for a day given twice, in a year that `years` does not name, or a make-up day that is no
        Saturday or Sunday.
        """
        by_day: dict[date, CalendarDay] = {}
        for entry in days:
            if entry.day in by_day:
                raise CalendarError(f"{entry.day} 重复")
            if entry.day.year not in years:
                raise CalendarError(f"{entry.day} 所在年份没有日历")
            entry.check()
            by_day[entry.day] = entry
        return cls(by_day, years)

    def is_working_day(self, day: date) -> bool:
        """Monday to Friday less the holidays, and the make-up days."""
        entry = self._days.get(day)
        return day.weekday() < 5 if entry is None else entry.kind == "makeup"

    def is_holiday(self, day: date) -> bool:
        """Whether a day belongs to a statutory break, weekends inside the break included."""
        entry = self._days.get(day)
        return entry is not None and entry.kind == "holiday"

    def is_estimated(self, first: date, last: date | None = None) -> bool:
        """Whether any day of first..last lies in an estimated year or in a year without a calendar."""
        last = first if last is None else last
        return any(self._years.get(year) != "official" for year in range(first.year, last.year + 1))

    def entry(self, day: date) -> CalendarDay | None:
        """What the table says of a day; None for an ordinary weekday or weekend."""
        return self._days.get(day)

    def holidays(self, first: date, last: date) -> list[HolidayPeriod]:
        """Every break that touches first..last, in full even where it reaches beyond the range."""
        return [run for run in self._runs if run.first <= last and run.last >= first]

    def add_working_days(self, day: date, n: int) -> date:
        """The n-th working day after a day; the day itself for n = 0. ValueError if n is negative."""
        if n < 0:
            raise ValueError(f"工作日数不能为负：{n}")
        while n:
            day += _ONE_DAY
            n -= self.is_working_day(day)
        return day


def _runs(days: Iterable[CalendarDay]) -> tuple[HolidayPeriod, ...]:
    runs: list[HolidayPeriod] = []
    for entry in days:
        if entry.kind != "holiday":
            continue
        previous = runs[-1] if runs else None
        if previous and previous.name == entry.name and previous.last + _ONE_DAY == entry.day:
            estimated = previous.estimated or entry.estimated
            runs[-1] = HolidayPeriod(entry.name, previous.first, entry.day, estimated)
        else:
            runs.append(HolidayPeriod(entry.name, entry.day, entry.day, entry.estimated))
    return tuple(runs)


def _digest(days: Iterable[CalendarDay], years: Mapping[int, YearStatus]) -> str:
    # The source is left out: a better citation does not change what was measured.
    lines = [f"{year} {status}" for year, status in years.items()]
    lines += [f"{entry.day} {entry.kind} {entry.name}" for entry in days]
    return sha256("\n".join(lines).encode()).hexdigest()[:12]


@lru_cache(maxsize=1)
def bundled_calendar() -> StatutoryCalendar:
    """The calendar that Kangwei ships with (library/calendars); read once."""
    with as_file(files("kangwei") / "library" / "calendars") as folder:
        return StatutoryCalendar.load(sorted(folder.glob("cn-*.yaml")))
