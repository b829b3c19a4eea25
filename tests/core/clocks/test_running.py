"""How far a clock has run, by example."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest

from kangwei.core.calendars import SHANGHAI, Duration, ServiceWindow, bundled_calendar, due
from kangwei.core.clocks import ClockError, Event, reading, threshold

CALENDAR = bundled_calendar()
OFFICE = ServiceWindow.parse("Mon-Fri 09:00-18:00")


def at(text):
    """`11-20 16:00` of 2026, Shanghai."""
    return datetime.strptime(f"2026-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=SHANGHAI).astimezone(UTC)


def events(*happened):
    return [Event(kind, at(when)) for kind, when in happened]


def read(limit, *happened, now, window=None):
    return reading(Duration.parse(limit), window, events(*happened), at(now), CALENDAR)


def test_a_clock_in_natural_time():
    state = read("4h", ("start", "11-20 16:00"), now="11-20 17:00")
    assert (state.phase, state.due_at, state.used, state.left) == (
        "running", at("11-20 20:00"), timedelta(hours=1), timedelta(hours=3),
    )  # fmt: skip
    assert state.met is None


def test_a_clock_that_counts_office_hours_stands_still_over_the_weekend():
    state = read("4h", ("start", "11-20 16:00"), now="11-22 12:00", window=OFFICE)
    assert (state.used, state.due_at) == (timedelta(hours=2), at("11-23 11:00"))


def test_stopping_in_time_meets_the_limit_and_the_last_instant_is_in_time():
    assert read("1h", ("start", "11-20 16:00"), ("stop", "11-20 17:00"), now="11-20 18:00").met is True
    late = read("1h", ("start", "11-20 16:00"), ("stop", "11-20 17:01"), now="11-20 18:00")
    assert (late.met, late.breached_at, late.used) == (False, at("11-20 17:00"), timedelta(minutes=61))


def test_a_pause_is_not_counted():
    paused = [("start", "11-20 10:00"), ("pause", "11-20 11:00")]
    state = read("4h", *paused, now="11-25 09:00")
    assert (state.phase, state.due_at, state.left, state.breached_at) == ("paused", None, timedelta(hours=3), None)
    state = read("4h", *paused, ("resume", "11-25 09:00"), now="11-25 10:00")
    assert (state.due_at, state.left) == (at("11-25 12:00"), timedelta(hours=2))


def test_a_limit_that_passed_before_a_pause_stays_passed():
    state = read("1h", ("start", "11-20 10:00"), ("pause", "11-20 12:00"), ("resume", "11-21 09:00"), now="11-21 10:00")
    assert (state.met, state.breached_at) == (False, at("11-20 11:00"))


def test_working_days_end_with_the_last_of_them():
    state = read("2wd", ("start", "11-20 16:00"), now="11-21 10:00")
    assert state.due_at == at("11-24 23:59") + timedelta(seconds=59)


def test_a_pause_of_working_days_moves_a_limit_in_working_days():
    happened = [("start", "11-20 16:00"), ("pause", "11-23 09:00"), ("resume", "11-25 09:00")]
    assert read("2wd", *happened, now="11-25 10:00").due_at == at("11-26 23:59") + timedelta(seconds=59)


def test_a_pause_over_the_weekend_moves_no_limit_in_working_days():
    happened = [("start", "11-20 16:00"), ("pause", "11-21 09:00"), ("resume", "11-22 18:00")]
    assert read("2wd", *happened, now="11-22 20:00").due_at == at("11-24 23:59") + timedelta(seconds=59)


def test_the_same_day_paused_into_the_night_ends_with_the_next():
    happened = [("start", "11-20 10:00"), ("pause", "11-20 23:00"), ("resume", "11-21 01:00")]
    state = read("same-day", *happened, now="11-21 08:00")
    assert (state.due_at, state.breached_at) == (at("11-21 23:59") + timedelta(seconds=59), None)


@pytest.mark.parametrize("limit", ["same-day", "next-day", "1wd", "2wd", "7wd", "30m", "4h", "2d"])
@pytest.mark.parametrize("start", ["11-20 16:00", "09-30 23:59", "10-07 00:00", "02-14 09:00"])
def test_without_a_pause_the_due_time_is_that_of_the_duration(limit, start):
    duration = Duration.parse(limit)
    assert read(limit, ("start", start), now=start).due_at == due(at(start), duration, CALENDAR)


def test_a_reopened_clock_goes_on_where_it_stopped():
    happened = [("start", "11-20 10:00"), ("stop", "11-20 12:00"), ("reopen", "11-21 09:00")]
    state = read("4h", *happened, now="11-21 10:00")
    assert (state.phase, state.met, state.due_at) == ("running", None, at("11-21 11:00"))
    assert read("4h", *happened, ("stop", "11-21 10:30"), now="11-21 12:00").met is True
    assert read("1h", *happened, ("stop", "11-21 09:01"), now="11-21 12:00").met is False


def test_a_void_clock_neither_met_nor_missed_anything():
    state = read("1h", ("start", "11-20 10:00"), ("void", "11-20 15:00"), now="11-20 16:00")
    assert (state.phase, state.met, state.breached_at) == ("void", None, None)


def test_a_clock_that_waits_for_its_start():
    assert read("1h", now="11-20 10:00").phase == "waiting"


def test_days_that_may_be_rearranged_make_a_clock_estimated():
    assert reading(
        Duration.parse("4h"), OFFICE, [Event("start", datetime(2027, 3, 1, 2, tzinfo=UTC))],
        datetime(2027, 3, 1, 3, tzinfo=UTC), CALENDAR,
    ).estimated  # fmt: skip
    assert not read("4h", ("start", "11-20 10:00"), now="11-20 11:00", window=OFFICE).estimated


@pytest.mark.parametrize(
    ("happened", "reason"),
    [
        ([("resume", "11-20 10:00")], "时钟尚未开始，不能恢复"),
        ([("start", "11-20 10:00"), ("resume", "11-20 11:00")], "时钟正在计时，不能恢复"),
        ([("start", "11-20 10:00"), ("pause", "11-20 11:00"), ("pause", "11-20 12:00")], "时钟已暂停，不能暂停"),
        ([("start", "11-20 10:00"), ("stop", "11-20 09:59")], "停止时间 2026-11-20 09:59:00 早于前一事件"),
        ([("start", "11-20 10:00"), ("stop", "11-20 11:00"), ("resume", "11-20 12:00")], "时钟已停止，不能恢复"),
        ([("start", "11-20 10:00"), ("void", "11-20 11:00"), ("stop", "11-20 12:00")], "时钟已作废，不能停止"),
    ],
)
def test_events_that_cannot_be_are_refused(happened, reason):
    with pytest.raises(ClockError, match=reason):
        read("1h", *happened, now="11-20 18:00")


def test_reminders_come_by_what_is_used_not_by_the_calendar():
    happened = events(("start", "11-20 10:00"), ("pause", "11-20 11:00"), ("resume", "11-20 15:00"))
    four_hours = Duration.parse("4h")
    assert threshold(four_hours, None, happened, Fraction(1, 2), CALENDAR) == at("11-20 16:00")
    assert threshold(four_hours, None, happened, Fraction(3, 4), CALENDAR) == at("11-20 17:00")
    assert threshold(four_hours, None, happened, Fraction(1), CALENDAR) == at("11-20 18:00")
    assert threshold(four_hours, None, happened[:2], Fraction(1, 2), CALENDAR) is None


def test_a_share_that_is_used_up_already_was_reached_by_the_last_start():
    happened = events(("start", "11-20 10:00"), ("pause", "11-20 13:00"), ("resume", "11-20 15:00"))
    assert threshold(Duration.parse("4h"), None, happened, Fraction(1, 2), CALENDAR) == at("11-20 15:00")
