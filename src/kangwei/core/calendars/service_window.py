"""Service windows: on which days, and between which hours, a supplier's clock runs."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from .instants import instant
from .statutory import StatutoryCalendar

Days = Literal["every", "working"] | frozenset[int]

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY = 24 * 60

_EXPECTED = (
    "应写成 24x7、7x8、5x8，或日子加时段，例如 Mon-Fri 09:00-12:00 13:00-18:00、daily 20:00-08:00、"
    "Mon,Wed,Fri 09:00-12:00"
)
_ALL_DAY: tuple[tuple[int, int], ...] = ((0, _DAY),)
_EIGHT_HOURS: tuple[tuple[int, int], ...] = ((9 * 60, 17 * 60),)
_SHORTHANDS: dict[frozenset[str], tuple[Days, tuple[tuple[int, int], ...]]] = {
    frozenset({"24", "7"}): ("every", _ALL_DAY),
    frozenset({"7", "8"}): ("every", _EIGHT_HOURS),
    frozenset({"5", "8"}): ("working", _EIGHT_HOURS),
}
# People paste these from Word: the multiplication sign and full-width punctuation.
_SPELLINGS = str.maketrans("×＊*：，－–—～~", "xxx:,-----")
_SPAN = re.compile(r"(\d{1,2}):([0-5]\d)-(\d{1,2}):([0-5]\d)")


@dataclass(frozen=True)
class ServiceWindow:
    """The days and hours of a service, for example `Mon-Fri 09:00-18:00`.

    `days` is "every" day of the year, every statutory "working" day, or a set of weekdays (0 is Monday).
    `spans` are (begin, end) in minutes after local midnight of the day on which they begin; past midnight,
    end is over 1440.
    """

    text: str = field(compare=False)
    days: Days
    spans: tuple[tuple[int, int], ...]

    @classmethod
    def parse(cls, text: str) -> ServiceWindow:
        """Read a window as contracts write it; ValueError in Chinese says what was expected.

        - `24x7`, `7x8`, `5x8` with x, × or * and the numbers in either order. `7x8` and `5x8` state no hours;
          they are taken as 09:00-17:00, the first every day, the second on working days.
        - `daily`, or all seven weekdays, runs every day, holidays included.
        - `Mon-Fri` follows the statutory calendar: off on holidays, on at make-up weekends.
        - Any other weekdays (`Mon-Sat`, `Mon,Wed,Fri`) run on those weekdays less the statutory holidays. A
          make-up Saturday is a Saturday like any other there: it stands in for no weekday of the list.
        - Several spans a day leave room for a lunch break; a span past midnight belongs to the day it begins
          on.
        """
        words = re.sub(r"\s*([-,])\s*", r"\1", text.translate(_SPELLINGS)).lower().split()
        if len(words) == 1 and (shorthand := _SHORTHANDS.get(frozenset(words[0].split("x")))):
            return cls(text, *shorthand)
        if len(words) < 2:
            raise ValueError(f"服务时段「{text}」看不懂，{_EXPECTED}")
        return cls(text, _days(words[0], text), _spans(words[1:], text))

    def __str__(self) -> str:
        return self.text

    @property
    def follows_calendar(self) -> bool:
        """Whether holidays and make-up days make any difference to this window."""
        return self.days != "every"

    def runs_on(self, day: date, calendar: StatutoryCalendar) -> bool:
        """Whether the spans of this window begin on a day."""
        if self.days == "every":
            return True
        if self.days == "working":
            return calendar.is_working_day(day)
        return day.weekday() in self.days and not calendar.is_holiday(day)

    def segments(self, day: date, calendar: StatutoryCalendar) -> list[tuple[datetime, datetime]]:
        """The (begin, end) of every span that begins on a day, aware UTC, in order."""
        if not self.runs_on(day, calendar):
            return []
        return [(instant(day, begin), instant(day, end)) for begin, end in self.spans]


def _days(word: str, text: str) -> Days:
    if word == "daily":
        return "every"
    chosen: set[int] = set()
    for part in word.split(","):
        first, _, last = part.partition("-")
        last = last or first
        if first not in WEEKDAYS or last not in WEEKDAYS or WEEKDAYS.index(first) > WEEKDAYS.index(last):
            raise ValueError(f"服务时段「{text}」里的日子「{part}」看不懂，{_EXPECTED}")
        chosen.update(range(WEEKDAYS.index(first), WEEKDAYS.index(last) + 1))
    if len(chosen) == 7:
        return "every"
    return "working" if chosen == set(range(5)) else frozenset(chosen)


def _spans(words: list[str], text: str) -> tuple[tuple[int, int], ...]:
    spans = sorted(parse_span(word) for word in words)
    # The first span of the next day follows the last span of this one.
    following = [*spans[1:], (spans[0][0] + _DAY, spans[0][1] + _DAY)]
    if any(later[0] < earlier[1] for earlier, later in zip(spans, following, strict=True)):
        raise ValueError(f"服务时段「{text}」里的时段互相重叠")
    return tuple(spans)


def parse_span(text: str) -> tuple[int, int]:
    """Minutes after midnight of `08:00-18:00`; an end that is not after the begin lies on the next day.

    ValueError in Chinese for anything else, and for a begin that equals the end: a whole day is 00:00-24:00.
    """
    match = _SPAN.fullmatch(text)
    if match is None:
        raise ValueError(f"时段「{text}」看不懂，应写成 08:00-18:00")
    first_hour, first_minute, last_hour, last_minute = map(int, match.groups())
    begin, end = first_hour * 60 + first_minute, last_hour * 60 + last_minute
    if begin >= _DAY or end > _DAY or begin == end:
        raise ValueError(f"时段「{text}」不成立，时间从 00:00 到 24:00，起止不能相同")
    return begin, end if end > begin else end + _DAY
