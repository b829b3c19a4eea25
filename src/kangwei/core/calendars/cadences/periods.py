"""The natural calendar cut into days, weeks, months, quarters, half-years and years."""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from ..terms import Term

Every = Literal["day", "workday", "week", "month", "quarter", "half-year", "year"]

EVERY_LABELS: dict[Every, str] = {
    "day": "每日",
    "workday": "每工作日",
    "week": "每周",
    "month": "每月",
    "quarter": "每季度",
    "half-year": "每半年",
    "year": "每年",
}


@dataclass(frozen=True)
class Period:
    """A whole period of the natural calendar; `key` is the stable part of an occurrence's key."""

    key: str
    label: str
    first: date
    last: date


def periods(every: Every, term: Term) -> Iterator[Period]:
    """The periods that touch a term, whole even where the term cuts into them; for `workday`, every day."""
    day = term.first
    while day <= term.last:
        period = period_of(every, day)
        yield period
        day = period.last + timedelta(days=1)


def period_of(every: Every, day: date) -> Period:
    """The period in which a day lies. Weeks are those of ISO 8601: Monday first, Thursday gives the year."""
    if every in ("day", "workday"):
        return Period(day.isoformat(), day.isoformat(), day, day)
    if every == "week":
        year, week, weekday = day.isocalendar()
        monday = day - timedelta(days=weekday - 1)
        return Period(f"{year}-W{week:02}", f"{year}年第{week}周", monday, monday + timedelta(days=6))
    months = {"month": 1, "quarter": 3, "half-year": 6, "year": 12}[every]
    number = (day.month - 1) // months
    key, label = {
        "month": (f"{day.year}-{day.month:02}", f"{day.year}年{day.month}月"),
        "quarter": (f"{day.year}-Q{number + 1}", f"{day.year}年第{number + 1}季度"),
        "half-year": (f"{day.year}-H{number + 1}", f"{day.year}年{'下' if number else '上'}半年"),
        "year": (f"{day.year}", f"{day.year}年"),
    }[every]
    last_month = (number + 1) * months
    last = date(day.year, last_month, monthrange(day.year, last_month)[1])
    return Period(key, label, date(day.year, number * months + 1, 1), last)
