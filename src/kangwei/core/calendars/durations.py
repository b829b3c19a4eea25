"""Durations as contracts state them, and the instant at which one is over."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from .instants import as_utc, day_end, local_day
from .statutory import StatutoryCalendar

_ONE_DAY = timedelta(days=1)
_NATURAL = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
_LABELS = {
    "m": "{}分钟",
    "h": "{}小时",
    "d": "{}天",
    "wd": "{}个工作日",
    "same-day": "当日",
    "next-day": "次日",
}
_PATTERN = r"([1-9]\d{0,4})(wd|[mhd])|same-day|next-day"


@dataclass(frozen=True)
class Duration:
    """A limit on a clock: `10m`, `4h`, `2d` natural time, `2wd` working days, `same-day`, `next-day`.

    A pydantic field of this type takes the text (or a Duration) and is serialised as the text.
    """

    amount: int
    unit: str

    @classmethod
    def parse(cls, text: str) -> Duration:
        """Read the text of a duration; ValueError in Chinese says what was expected."""
        match = re.fullmatch(_PATTERN, text)
        if match is None:
            raise ValueError(
                f"时限「{text}」看不懂，应写成 10m（分钟）、4h（小时）、2d（天）、2wd（工作日）、"
                "same-day（当日）或 next-day（次日）"
            )
        amount, unit = match.groups()
        return cls(int(amount), unit) if amount else cls(1, text)

    def __str__(self) -> str:
        return self.unit if self.unit.endswith("-day") else f"{self.amount}{self.unit}"

    @property
    def label(self) -> str:
        """The duration in Chinese: 10分钟, 2个工作日, 当日."""
        return _LABELS[self.unit].format(self.amount)

    @property
    def natural(self) -> timedelta | None:
        """The length of `m`, `h` and `d`; None for the units that depend on days."""
        step = _NATURAL.get(self.unit)
        return None if step is None else self.amount * step

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            cls._coerce,
            serialization=core_schema.to_string_ser_schema(),
            json_schema_input_schema=core_schema.str_schema(pattern=f"^({_PATTERN})$"),
        )

    @classmethod
    def _coerce(cls, value: object) -> Duration:
        return value if isinstance(value, Duration) else cls.parse(str(value))


def due(start: datetime, duration: Duration, calendar: StatutoryCalendar) -> datetime:
    """The instant by which a duration that begins at start is over, aware UTC.

    Natural time is added as it is. `2wd` ends with the second working day after start's day in Shanghai,
    `same-day` and `next-day` with that day and the one after, all at 23:59:59. ValueError for a naive start.
    """
    start = as_utc(start)
    if duration.natural is not None:
        return start + duration.natural
    return day_end(_last_day(local_day(start), duration, calendar))


def due_is_estimated(start: datetime, duration: Duration, calendar: StatutoryCalendar) -> bool:
    """Whether what `due` answers rests on days that may still be rearranged; only working days can."""
    if duration.unit != "wd":
        return False
    day = local_day(start)
    return calendar.is_estimated(day + _ONE_DAY, _last_day(day, duration, calendar))


def _last_day(day: date, duration: Duration, calendar: StatutoryCalendar) -> date:
    if duration.unit == "wd":
        return calendar.add_working_days(day, duration.amount)
    return day if duration.unit == "same-day" else day + _ONE_DAY
