"""The term of a contract, and the windows that cadences cut out of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Term:
    """The days for which a contract binds, both ends included. ValueError if it ends before it begins."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError(f"合同期的最后一天 {self.last} 早于第一天 {self.first}")

    @classmethod
    def of(cls, start: date, months: int) -> Term:
        """So many months from a first day, up to the day before the anniversary.

        Where that month has no such day (the 31st, 29 February), the term ends with the month, as article 202
        of the Civil Code counts periods. ValueError if months is less than 1.
        """
        if months < 1:
            raise ValueError(f"合同期至少为1个月，而不是{months}个月")
        return cls(start, _anniversary(start, months) - _ONE_DAY)

    def clip(self, first: date, last: date) -> tuple[date, date] | None:
        """The part of first..last inside the term; None if there is none."""
        first, last = max(first, self.first), min(last, self.last)
        return (first, last) if first <= last else None

    def years(self) -> Iterator[tuple[date, date]]:
        """First and last day of each contract year; the last year is a whole one even if the term is not."""
        number = 0
        while (first := _anniversary(self.first, 12 * number)) <= self.last:
            number += 1
            yield first, _anniversary(self.first, 12 * number) - _ONE_DAY


@dataclass(frozen=True, slots=True)
class Window:
    """One span of days (or hours of a day) in which a duty is owed.

    `period` is the stable part of the occurrence's key: `2026-11`, `2026-W07`, `2026-11-21#2`, `2026-H1`,
    `term#3`. `start` and `due` are aware UTC: local midnight of `first` to 23:59:59 of `last`, or the hours
    where the cadence names some. `nth` counts from 1 within the period. `estimated`: the days may still be
    rearranged.
    """

    period: str
    first: date
    last: date
    start: datetime
    due: datetime
    label: str
    estimated: bool
    nth: int


@dataclass(frozen=True)
class KeyPeriod:
    """Days under special protection (重保), named by the buyer; both ends included."""

    name: str
    first: date
    last: date


def split(first: date, last: date, parts: int) -> list[tuple[date, date]]:
    """Cut first..last into so many spans: whole months each where they go in evenly, else as even as days allow.

    Twelve a year are a month each, so that a monthly job done on the last day of January is January's. The spans
    follow each other without gap or overlap; with more parts than days, neighbours share a day.
    """
    months = _whole_months(first, last)
    if months and months % parts == 0:
        starts = [_anniversary(first, part * months // parts) for part in range(parts + 1)]
        return [(begin, end - _ONE_DAY) for begin, end in pairwise(starts)]
    days = (last - first).days + 1
    edges = [part * days // parts for part in range(parts + 1)]
    return [
        (first + timedelta(days=begin), first + timedelta(days=max(begin, end - 1))) for begin, end in pairwise(edges)
    ]


def _whole_months(first: date, last: date) -> int:
    """How many months first..last is, by article 202 of the Civil Code; 0 where it is no whole number of them."""
    after = last + _ONE_DAY
    months = 12 * (after.year - first.year) + after.month - first.month
    # The term from a 31st may end with a shorter month, which puts the day after it into the month that follows.
    return next((n for n in (months, months - 1) if n > 0 and _anniversary(first, n) == after), 0)


def _anniversary(start: date, months: int) -> date:
    """The same day of a later month, or the first of the month after where there is no such day."""
    years, month = divmod(start.month - 1 + months, 12)
    try:
        return start.replace(year=start.year + years, month=month + 1)
    except ValueError:
        # Only days 29 to 31 can be missing, and never in December: the next month is in the same year.
        return date(start.year + years, month + 2, 1)
