"""Clocks against a slow, obvious oracle that looks at every minute."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from kangwei.core.calendars import Duration, ServiceWindow, WorkingTime, bundled_calendar
from kangwei.core.clocks import Event, reading, threshold

CALENDAR = bundled_calendar()
MINUTE = timedelta(minutes=1)
WINDOWS = [None, *map(ServiceWindow.parse, ["24x7", "5x8", "Mon-Fri 08:00-12:00 13:00-18:00", "daily 20:00-08:00"])]
OPEN = {window: WorkingTime(window, CALENDAR) if window else None for window in WINDOWS}
# The weeks around National Day 2026, with its make-up days.
STARTS = st.integers(0, 20 * 24 * 60).map(lambda n: datetime(2026, 9, 20, tzinfo=UTC) + n * MINUTE)


@st.composite
def courses(draw):
    """A start and up to six pauses and resumes, perhaps a stop, and the moment of reading after them, in minutes."""
    at = draw(STARTS)
    found = [Event("start", at)]
    for kind in ["pause", "resume"] * 3:
        if not draw(st.booleans()) and kind == "pause":
            break
        at += draw(st.integers(0, 900)) * MINUTE
        found.append(Event(kind, at))
    if draw(st.booleans()):
        at += draw(st.integers(0, 900)) * MINUTE
        found.append(Event("stop", at))
    return found, at + draw(st.integers(0, 1500)) * MINUTE


def minutes(found, now, window):
    """Each minute in which the clock counts."""
    ended = found[-1].kind in ("stop", "pause")
    spans = [(one.at, other.at) for one, other in pairwise(found) if one.kind in ("start", "resume")]
    spans += [] if ended else [(found[-1].at, now)]
    for first, last in spans:
        at = first
        while at < last:
            if window is None or OPEN[window].is_open(at):
                yield at
            at += MINUTE


@settings(deadline=None, max_examples=150)
@given(courses(), st.integers(1, 2000), st.sampled_from(WINDOWS))
def test_used_time_and_breach_are_what_counting_minutes_gives(course, limit, window):
    found, now = course
    counted = list(minutes(found, now, window))
    state = reading(Duration(limit, "m"), window, found, now, CALENDAR)

    assert state.used == len(counted) * MINUTE
    if len(counted) > limit:
        assert state.met is False
        assert state.breached_at == counted[limit - 1] + MINUTE or state.breached_at <= counted[limit]
    else:
        assert state.breached_at is None or len(counted) == limit
        assert state.met in (None, True) or len(counted) == limit


@settings(deadline=None, max_examples=100)
@given(courses(), st.integers(1, 2000), st.sampled_from(WINDOWS))
def test_at_its_due_time_a_clock_has_used_just_its_limit(course, limit, window):
    found, now = course
    state = reading(Duration(limit, "m"), window, found, now, CALENDAR)
    if state.due_at and state.breached_at is None:
        then = reading(Duration(limit, "m"), window, found, state.due_at, CALENDAR)
        assert then.used == then.total
        assert then.breached_at is None
        assert reading(Duration(limit, "m"), window, found, state.due_at + MINUTE, CALENDAR).met is False


@settings(deadline=None, max_examples=100)
@given(courses(), st.sampled_from(["30m", "4h", "2d", "same-day", "next-day", "1wd", "3wd"]), st.integers(0, 3000))
def test_a_pause_never_brings_the_due_time_forward(course, limit, length):
    found, now = course
    duration = Duration.parse(limit)
    before = reading(duration, None, found, now, CALENDAR)
    if before.phase != "running" or before.breached_at:
        return
    longer = [*found, Event("pause", now), Event("resume", now + length * MINUTE)]
    after = reading(duration, None, longer, now + length * MINUTE, CALENDAR)
    assert after.due_at >= before.due_at
    assert after.breached_at is None


@settings(deadline=None, max_examples=100)
@given(courses(), st.integers(10, 2000), st.sampled_from(WINDOWS))
def test_reminders_come_in_order_and_no_later_than_the_due_time(course, limit, window):
    found, now = course
    duration = Duration(limit, "m")
    state = reading(duration, window, found, now, CALENDAR)
    if state.phase != "running" or state.breached_at:
        return
    half, most, all_of_it = (threshold(duration, window, found, Fraction(share, 4), CALENDAR) for share in (2, 3, 4))
    assert half <= most <= all_of_it == state.due_at


@settings(deadline=None, max_examples=100)
@given(courses(), st.sampled_from(["30m", "4h", "next-day", "2wd"]), st.sampled_from(WINDOWS))
def test_reading_the_events_again_gives_the_same_and_a_later_reading_never_uses_less(course, limit, window):
    found, now = course
    duration = Duration.parse(limit)
    first = reading(duration, window, found, now, CALENDAR)
    assert reading(duration, window, list(found), now, CALENDAR) == first
    later = reading(duration, window, found, now + timedelta(days=1), CALENDAR)
    assert later.used >= first.used
    if first.breached_at:
        assert later.breached_at == first.breached_at
