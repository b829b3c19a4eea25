"""Working time against an oracle that walks minute by minute and reads the `holidays` package."""

from datetime import UTC, datetime, timedelta

import holidays
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kangwei.core.calendars import SHANGHAI, ServiceWindow, WorkingTime, bundled_calendar

CHINA = holidays.country_holidays("CN", years=range(2023, 2029))
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


def works(at):
    return CHINA.is_working_day(at.date())


# What each window means, put once more in plain words: is this local minute open?
OPEN = {
    "24x7": lambda at: True,
    "5x8": lambda at: works(at) and 9 <= at.hour < 17,
    "daily 07:00-20:00": lambda at: 7 <= at.hour < 20,
    "daily 20:00-08:00": lambda at: at.hour >= 20 or at.hour < 8,
    "Mon-Fri 09:00-12:00 13:00-18:00": lambda at: works(at) and (9 <= at.hour < 12 or 13 <= at.hour < 18),
    "Mon-Fri 22:30-06:00": lambda at: (
        (works(at) and (at.hour, at.minute) >= (22, 30)) or (works(at - DAY) and at.hour < 6)
    ),
    "Mon,Wed,Fri 09:00-12:00": lambda at: at.weekday() in (0, 2, 4) and works(at) and 9 <= at.hour < 12,
}
WORKING_TIME = {text: WorkingTime(ServiceWindow.parse(text), bundled_calendar()) for text in OPEN}

windows = st.sampled_from(list(OPEN))


def minutes_between(first, last):
    bounds = datetime.fromisoformat(first), datetime.fromisoformat(last)
    return st.datetimes(*bounds).map(lambda at: datetime(*at.timetuple()[:5], tzinfo=SHANGHAI))


# Whole years, and closer to where it is easy to go wrong: breaks, their make-up days, the turn of the year.
minutes = st.one_of(
    minutes_between("2024-01-01", "2027-11-30"),
    minutes_between("2024-04-27", "2024-05-12"),
    minutes_between("2025-09-26", "2025-10-12"),
    minutes_between("2025-12-29", "2026-01-06"),
    minutes_between("2026-02-12", "2026-03-01"),
)
counts = st.integers(0, 600) | st.integers(600, 2000)
lengths = st.integers(0, 24 * 60) | st.integers(7 * 24 * 60, 15 * 24 * 60)
instants = st.datetimes(datetime(2023, 1, 1), datetime(2028, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis adds the zone
durations = st.timedeltas(timedelta(), timedelta(days=40))


def oracle_add(text, start, count):
    at = start
    while count:
        count -= OPEN[text](at)
        at += MINUTE
    return at


def oracle_elapsed(text, start, end):
    at, count = start, 0
    while at < end:
        count += OPEN[text](at)
        at += MINUTE
    return count * MINUTE


@settings(deadline=None, max_examples=300)
@given(windows, minutes, counts)
def test_add_is_where_the_walk_ends(text, start, count):
    assert WORKING_TIME[text].add(start, count * MINUTE) == oracle_add(text, start, count)


@settings(deadline=None, max_examples=300)
@given(windows, minutes, lengths)
def test_elapsed_is_what_the_walk_counts(text, start, length):
    end = start + length * MINUTE

    assert WORKING_TIME[text].elapsed(start, end) == oracle_elapsed(text, start, end)


@settings(deadline=None, max_examples=300)
@given(windows, minutes)
def test_is_open_is_what_the_words_say(text, at):
    assert WORKING_TIME[text].is_open(at) == OPEN[text](at)


@settings(deadline=None)
@given(windows, instants, durations)
def test_what_was_added_has_elapsed(text, start, duration):
    time = WORKING_TIME[text]

    assert time.elapsed(start, time.add(start, duration)) == duration


@settings(deadline=None)
@given(windows, instants, durations, durations)
def test_adding_twice_is_adding_the_sum(text, start, first, second):
    time = WORKING_TIME[text]

    assert time.add(time.add(start, first), second) == time.add(start, first + second)


@settings(deadline=None)
@given(windows, instants, instants, instants)
def test_elapsed_is_additive(text, a, b, c):
    time = WORKING_TIME[text]

    assert time.elapsed(a, b) + time.elapsed(b, c) == time.elapsed(a, c)


@settings(deadline=None)
@given(windows, instants, instants, durations, durations)
def test_later_starts_and_longer_durations_never_end_earlier(text, start, other, duration, longer):
    time = WORKING_TIME[text]
    start, later = sorted([start, other])

    assert time.add(start, duration) <= time.add(later, duration)
    assert time.add(start, duration) <= time.add(start, duration + longer)


@settings(deadline=None, max_examples=30)
@given(windows, instants, durations)
def test_the_answer_does_not_depend_on_what_was_asked_before(text, start, duration):
    fresh = WorkingTime(ServiceWindow.parse(text), bundled_calendar())

    assert fresh.add(start, duration) == WORKING_TIME[text].add(start, duration)


@pytest.mark.parametrize("text", OPEN)
def test_the_walk_and_the_table_agree_over_the_whole_spring_festival(text):
    start = datetime(2026, 2, 10, tzinfo=SHANGHAI)
    end = datetime(2026, 3, 3, tzinfo=SHANGHAI)

    assert WORKING_TIME[text].elapsed(start, end) == oracle_elapsed(text, start, end)
