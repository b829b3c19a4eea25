"""The border between instants (aware UTC) and the days people in China count in."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")

_LAST_SECOND = time(23, 59, 59)


def as_utc(at: datetime) -> datetime:
    """The same instant in UTC; ValueError for a datetime without a time zone."""
    if at.tzinfo is UTC:
        return at
    if at.utcoffset() is None:
        raise ValueError(f"时间缺少时区：{at.isoformat(sep=' ')}")
    return at.astimezone(UTC)


def local_day(at: datetime) -> date:
    """The day in Shanghai on which an aware instant falls."""
    return as_utc(at).astimezone(SHANGHAI).date()


def instant(day: date, minutes: int) -> datetime:
    """The UTC instant so many minutes after local midnight of a day; 1440 and more is the next day."""
    # Added before the zone is left, so that minutes are read from the wall clock.
    return (datetime.combine(day, time.min, SHANGHAI) + timedelta(minutes=minutes)).astimezone(UTC)


def day_start(day: date) -> datetime:
    """Local midnight with which a day begins, in UTC."""
    return datetime.combine(day, time.min, SHANGHAI).astimezone(UTC)


def day_end(day: date) -> datetime:
    """The last second of a local day, 23:59:59, in UTC."""
    return datetime.combine(day, _LAST_SECOND, SHANGHAI).astimezone(UTC)
