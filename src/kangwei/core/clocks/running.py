"""How far a clock has run: what is used of its limit, when it is due, whether the limit was passed.

Pure and complete: the events are all there is, so a state can be worked out again at any time and is the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from functools import lru_cache
from typing import Literal

from kangwei.core.calendars import (
    Duration,
    ServiceWindow,
    StatutoryCalendar,
    WorkingTime,
    as_utc,
    day_end,
    due_is_estimated,
    local_day,
)
from kangwei.core.clocks.events import Course, Event, Stretch, course

Phase = Literal["waiting", "running", "paused", "stopped", "void"]
_ZERO = timedelta()
_MOMENT = timedelta(microseconds=1)
_SECOND = timedelta(seconds=1)
_DAY = timedelta(days=1)
_WORKING_DAYS = ServiceWindow.parse("Mon-Fri 00:00-24:00")


@dataclass(frozen=True)
class ClockState:
    """A clock at a moment; instants are aware UTC.

    `due_at` is None unless the clock runs: a paused one has no due time, only `left`. `used` and `total` are counted
    time: open time of the level's window, time on working days for a limit in working days, else natural time.
    `breached_at` is when the limit passed, while running or before it stopped. `estimated` says that due time or breach
    rest on days which may still be rearranged. `paused` is natural time, of the pauses that are over.
    """

    phase: Phase
    started_at: datetime | None = None
    due_at: datetime | None = None
    ended_at: datetime | None = None
    used: timedelta = _ZERO
    total: timedelta = _ZERO
    breached_at: datetime | None = None
    estimated: bool = False
    paused: timedelta = _ZERO

    @property
    def left(self) -> timedelta:
        """Counted time until the limit; negative once it has passed by more than the day it may round up to."""
        return self.total - self.used

    @property
    def met(self) -> bool | None:
        """Whether the limit was kept: False once it passed, True for a clock that stopped in time, else None."""
        if self.breached_at:
            return False
        return True if self.phase == "stopped" else None

    @property
    def decided_at(self) -> datetime | None:
        """When it was known how the clock came out: its limit passed, else it ended; None before."""
        return self.breached_at or self.ended_at


def reading(
    limit: Duration, window: ServiceWindow | None, events: Sequence[Event], now: datetime, calendar: StatutoryCalendar
) -> ClockState:
    """How a clock with these events stands at `now`.

    Minutes, hours and days count in the window, or as natural time without one. `2wd` counts whole working days from
    the day after the start, `same-day` and `next-day` natural time; these three end with the local day into which
    they reach, as `core.calendars.due` has it. What is paused is not counted. ClockError for events that cannot be,
    ValueError for naive instants.
    """
    now, taken = as_utc(now), course(events)
    if not taken.stretches:
        return ClockState(phase=_phase(taken), ended_at=taken.ended_at)
    start = taken.stretches[0].start
    count = _Count.of(limit, window, start, calendar)
    used, breached_at, due_at = _ZERO, None, None
    for stretch in taken.stretches:
        due_at = count.due(stretch.start, used)
        end = stretch.end or max(now, stretch.start)
        if breached_at is None and end > due_at:
            breached_at = max(due_at, stretch.start)
        used += count.elapsed(stretch.start, end)
    until = taken.ended_at or now
    estimated = count.is_estimated(start, max(due_at, until) if due_at else until)
    return ClockState(
        phase=_phase(taken),
        started_at=start,
        due_at=due_at if taken.standing == "running" else None,
        ended_at=taken.ended_at,
        used=used,
        total=count.total,
        breached_at=None if taken.standing == "void" else breached_at,
        estimated=estimated,
        paused=taken.paused,
    )


def threshold(
    limit: Duration, window: ServiceWindow | None, events: Sequence[Event], share: Fraction, calendar: StatutoryCalendar
) -> datetime | None:
    """When the running clock has used a share (0 to 1) of its limit, as it runs now; the whole is its due time.

    None for a clock that does not run.
    """
    taken = course(events)
    if taken.standing != "running":
        return None
    count = _Count.of(limit, window, taken.stretches[0].start, calendar)
    used = sum((count.elapsed(*stretch) for stretch in taken.stretches[:-1] if _closed(stretch)), _ZERO)
    last = taken.stretches[-1].start
    if share >= 1:
        return count.due(last, used)
    wanted = count.total * share.numerator / share.denominator
    return count.add(last, max(wanted - used, _ZERO))


def _closed(stretch: Stretch) -> bool:
    return stretch.end is not None


def _phase(taken: Course) -> Phase:
    return taken.standing  # type: ignore[return-value]  # the standings are the phases


@dataclass(frozen=True)
class _Count:
    """How one limit is counted: from `base`, so much in `total`, in open time where there is one.

    `whole_days` limits reach to the end of the local day into which they fall.
    """

    limit: Duration
    base: datetime
    total: timedelta
    open_time: WorkingTime | None
    whole_days: bool
    calendar: StatutoryCalendar

    @classmethod
    def of(
        cls, limit: Duration, window: ServiceWindow | None, start: datetime, calendar: StatutoryCalendar
    ) -> "_Count":
        if limit.natural is not None:
            return cls(limit, start, limit.natural, _open_time(window, calendar), False, calendar)
        midnight = day_end(local_day(start)) + _SECOND
        if limit.unit == "wd":
            return cls(limit, midnight, limit.amount * _DAY, _open_time(_WORKING_DAYS, calendar), True, calendar)
        if limit.unit == "same-day":
            return cls(limit, start, midnight - start, None, True, calendar)
        return cls(limit, midnight, _DAY, None, True, calendar)

    def elapsed(self, start: datetime, end: datetime | None) -> timedelta:
        """Counted time between two instants, nothing of it before the base."""
        first = max(start, self.base)
        last = max(end or first, first)
        return self.open_time.elapsed(first, last) if self.open_time else last - first

    def add(self, start: datetime, counted: timedelta) -> datetime:
        """The instant at which so much counted time has passed since start."""
        first = max(start, self.base)
        return self.open_time.add(first, counted) if self.open_time else first + counted

    def due(self, start: datetime, used: timedelta) -> datetime:
        """When the limit is reached if the clock runs from start with so much used; start itself where it is."""
        reached = self.add(start, max(self.total - used, _ZERO))
        return day_end(local_day(reached - _MOMENT)) if self.whole_days else reached

    def is_estimated(self, start: datetime, end: datetime) -> bool:
        if self.limit.unit == "wd" and due_is_estimated(start, self.limit, self.calendar):
            return True
        return bool(self.open_time and self.open_time.is_estimated(start, end))


@lru_cache(maxsize=256)
def _open_time(window: ServiceWindow | None, calendar: StatutoryCalendar) -> WorkingTime | None:
    """Shared: a WorkingTime keeps its table of years, which takes longer to build than to ask."""
    return WorkingTime(window, calendar) if window else None
