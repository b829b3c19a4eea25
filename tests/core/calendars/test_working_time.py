from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from kangwei.core.calendars import SHANGHAI, ServiceWindow, WorkingTime


@pytest.fixture
def office(calendar):
    return WorkingTime(ServiceWindow.parse("Mon-Fri 09:00-18:00"), calendar)


def local(text):
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def test_four_hours_from_friday_afternoon_end_on_monday(office):
    assert office.add(local("2026-03-13 16:00"), timedelta(hours=4)) == local("2026-03-16 11:00")


def test_a_make_up_saturday_counts_and_the_spring_festival_does_not(office):
    start = local("2026-02-13 17:00")

    assert office.add(start, timedelta(hours=4)) == local("2026-02-14 12:00")
    assert office.add(start, timedelta(hours=11)) == local("2026-02-24 10:00")
    assert office.elapsed(start, local("2026-02-24 10:00")) == timedelta(hours=11)


def test_time_that_is_used_up_at_closing_ends_at_closing(office):
    assert office.add(local("2026-03-13 16:00"), timedelta(hours=2)) == local("2026-03-13 18:00")


def test_nothing_to_wait_for_is_now_even_at_night(office):
    night = local("2026-03-13 23:00")

    assert office.add(night, timedelta()) == night


def test_a_window_is_open_from_its_first_moment_until_before_its_last(office):
    assert not office.is_open(local("2026-03-13 08:59:59"))
    assert office.is_open(local("2026-03-13 09:00"))
    assert office.is_open(local("2026-03-13 17:59:59"))
    assert not office.is_open(local("2026-03-13 18:00"))


def test_a_night_shift_of_new_years_eve_is_open_on_the_first_of_january(calendar):
    night = WorkingTime(ServiceWindow.parse("Mon-Fri 22:00-06:00"), calendar)

    assert night.is_open(local("2026-01-01 05:00"))
    assert not night.is_open(local("2026-01-02 05:00"))


def test_a_year_of_open_time_reaches_beyond_the_table_first_built(calendar):
    always = WorkingTime(ServiceWindow.parse("24x7"), calendar)
    start = local("2026-06-01 12:00")

    assert always.add(start, timedelta(days=3000)) == start + timedelta(days=3000)
    assert always.elapsed(start - timedelta(days=3000), start) == timedelta(days=3000)


def test_elapsed_is_negative_backwards(office):
    assert office.elapsed(local("2026-03-13 12:00"), local("2026-03-13 10:00")) == timedelta(hours=-2)


def test_any_zone_goes_in_and_utc_comes_out(office):
    start = datetime(2026, 3, 13, 8, 30, tzinfo=ZoneInfo("Europe/Berlin"))  # 15:30 in Shanghai

    due = office.add(start, timedelta(hours=1))

    assert due == local("2026-03-13 16:30")
    assert due.tzinfo is UTC


def test_open_time_is_estimated_where_the_calendar_is(calendar, office):
    december, january = local("2026-12-31 12:00"), local("2027-01-04 12:00")
    always = WorkingTime(ServiceWindow.parse("24x7"), calendar)

    assert not office.is_estimated(december, december)
    assert office.is_estimated(december, january)
    assert not always.is_estimated(december, january)


def test_the_night_shift_of_an_uncertain_day_makes_the_next_morning_uncertain(calendar):
    night = WorkingTime(ServiceWindow.parse("Mon-Fri 22:00-06:00"), calendar)
    first_morning_of_the_calendar = local("2024-01-01 01:00"), local("2024-01-01 05:00")

    assert night.is_estimated(*first_morning_of_the_calendar)


def test_naive_datetimes_are_refused(office):
    naive, aware = datetime(2026, 3, 13, 9), local("2026-03-13 09:00")  # noqa: DTZ001 - that is the point

    for call in (
        lambda: office.add(naive, timedelta(hours=1)),
        lambda: office.elapsed(aware, naive),
        lambda: office.is_open(naive),
    ):
        with pytest.raises(ValueError, match="时间缺少时区：2026-03-13 09:00:00"):
            call()


def test_negative_time_is_refused(office):
    with pytest.raises(ValueError, match="时长不能为负"):
        office.add(local("2026-03-13 09:00"), timedelta(seconds=-1))


def test_dates_nobody_means_are_refused(office):
    with pytest.raises(ValueError, match="1970年至2199年"):
        office.is_open(local("1000-01-01 09:00"))
    with pytest.raises(ValueError, match="1970年至2199年"):
        office.add(local("2026-03-13 09:00"), timedelta(days=365 * 200))
