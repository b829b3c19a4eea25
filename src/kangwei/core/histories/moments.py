"""Moments as an event log writes them, in Shanghai's time."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime

from kangwei.core.calendars import SHANGHAI

FIRST_YEAR, LAST_YEAR = 1980, 2150
_CLOCK = r"[ T]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?"
_SHORT = re.compile(rf"(\d{{1,2}})([-/.])(\d{{1,2}})\2(\d{{4}}){_CLOCK}", re.ASCII)
_YEAR_FIRST = re.compile(rf"(\d{{4}})([-/.])(\d{{1,2}})\2(\d{{1,2}}){_CLOCK}", re.ASCII)


class MomentError(ValueError):
    """A text that is no moment; the text says why, in Chinese."""


class Moments:
    """Reads moments in the given orders. Each text is made out once: a log repeats the same few of an incident."""

    def __init__(self, orders: Sequence[str]) -> None:
        self._orders = orders
        self._known: dict[str, datetime] = {}

    def read(self, text: str) -> datetime:
        """The moment as aware UTC. MomentError for another order, a day that is not, a date without its time."""
        if text not in self._known:
            self._known[text] = self._read(text)
        return self._known[text]

    def _read(self, text: str) -> datetime:
        if (match := _YEAR_FIRST.fullmatch(text)) and "year-first" in self._orders:
            year, _, month, day, *clock = match.groups()
        elif match := _SHORT.fullmatch(text):
            if "day-first" in self._orders:
                day, _, month, year, *clock = match.groups()
            elif "month-first" in self._orders:
                month, _, day, year, *clock = match.groups()
            else:
                raise MomentError("读不懂")
        else:
            raise MomentError("读不懂")
        hour, minute, second = (int(part or 0) for part in clock)
        try:
            moment = datetime(int(year), int(month), int(day), hour, minute, second, tzinfo=SHANGHAI)
        except ValueError:
            raise MomentError("没有这个时刻") from None
        if not FIRST_YEAR <= moment.year <= LAST_YEAR:
            raise MomentError("年份不可信")
        return moment.astimezone(UTC)
