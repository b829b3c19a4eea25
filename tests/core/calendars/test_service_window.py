from datetime import date

import pytest

from kangwei.core.calendars import SHANGHAI, ServiceWindow

MONDAY = date(2026, 3, 9)
SATURDAY = date(2026, 3, 14)
HOLIDAY_MONDAY = date(2026, 2, 16)
HOLIDAY_SATURDAY = date(2026, 2, 21)
MAKEUP_SATURDAY = date(2026, 2, 14)


def hours(text, day, calendar):
    """Open spans of a day in local time, the way people read them."""
    return [
        f"{start.astimezone(SHANGHAI):%d %H:%M}-{end.astimezone(SHANGHAI):%d %H:%M}"
        for start, end in ServiceWindow.parse(text).segments(day, calendar)
    ]


@pytest.mark.parametrize("text", ["24x7", "7x24", "7*24", "24×7", "7X24"])
def test_24x7_in_all_its_spellings_is_always_open(calendar, text):
    assert hours(text, HOLIDAY_MONDAY, calendar) == ["16 00:00-17 00:00"]


@pytest.mark.parametrize("text", ["7x8", "8x7", "8×7"])
def test_7x8_is_taken_as_nine_to_five_every_day(calendar, text):
    assert hours(text, HOLIDAY_MONDAY, calendar) == ["16 09:00-16 17:00"]


@pytest.mark.parametrize("text", ["5x8", "8x5", "5*8"])
def test_5x8_is_taken_as_nine_to_five_on_working_days(calendar, text):
    assert hours(text, MONDAY, calendar) == ["09 09:00-09 17:00"]
    assert hours(text, MAKEUP_SATURDAY, calendar) == ["14 09:00-14 17:00"]
    assert hours(text, HOLIDAY_MONDAY, calendar) == []


@pytest.mark.parametrize("text", ["Mon-Fri 08:00-18:00", "mon - fri 8:00 - 18:00", "Mon,Tue,Wed,Thu,Fri 08:00–18:00"])
def test_monday_to_friday_follows_the_statutory_calendar(calendar, text):
    assert hours(text, MONDAY, calendar) == ["09 08:00-09 18:00"]
    assert hours(text, MAKEUP_SATURDAY, calendar) == ["14 08:00-14 18:00"]
    assert hours(text, HOLIDAY_MONDAY, calendar) == []
    assert hours(text, SATURDAY, calendar) == []


def test_other_weekdays_are_off_on_holidays_only(calendar):
    text = "Mon-Sat 08:00-12:00"

    assert hours(text, SATURDAY, calendar) == ["14 08:00-14 12:00"]
    assert hours(text, HOLIDAY_SATURDAY, calendar) == []
    assert hours(text, HOLIDAY_MONDAY, calendar) == []


def test_a_make_up_saturday_stands_in_for_no_other_weekday(calendar):
    assert hours("Sat 09:00-12:00", MAKEUP_SATURDAY, calendar) == ["14 09:00-14 12:00"]
    assert hours("Mon,Wed,Fri 09:00-12:00", MAKEUP_SATURDAY, calendar) == []


@pytest.mark.parametrize("text", ["daily 07:00-20:00", "Mon-Sun 07:00-20:00"])
def test_daily_and_all_seven_days_know_no_holidays(calendar, text):
    assert hours(text, HOLIDAY_MONDAY, calendar) == ["16 07:00-16 20:00"]
    assert not ServiceWindow.parse(text).follows_calendar


def test_lunch_breaks_make_two_segments(calendar):
    assert hours("Mon-Fri 09:00-12:00 13:00-18:00", MONDAY, calendar) == [
        "09 09:00-09 12:00",
        "09 13:00-09 18:00",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("daily 20:00-08:00", "09 20:00-10 08:00"),
        ("daily 20:00-00:00", "09 20:00-10 00:00"),
        ("daily 20:00-24:00", "09 20:00-10 00:00"),
    ],
)
def test_a_span_past_midnight_belongs_to_the_day_it_begins_on(calendar, text, expected):
    assert hours(text, MONDAY, calendar) == [expected]


def test_windows_that_open_alike_are_equal_however_they_are_written():
    assert ServiceWindow.parse("24x7") == ServiceWindow.parse("daily 00:00-24:00")
    assert str(ServiceWindow.parse("7×24")) == "7×24"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "看不懂，应写成 24x7"),
        ("5x24", "看不懂，应写成 24x7"),
        ("Mon-Fri", "看不懂，应写成 24x7"),
        ("workdays 08:00-18:00", "日子「workdays」看不懂"),
        ("Fri-Mon 08:00-18:00", "日子「fri-mon」看不懂"),
        ("Mon- 08:00-18:00", "看不懂"),
        ("daily 8-18", "时段「8-18」看不懂"),
        ("daily 08:00-25:00", "时间从 00:00 到 24:00"),
        ("daily 08:00-24:30", "时间从 00:00 到 24:00"),
        ("daily 08:00-08:00", "起止不能相同"),
        ("daily 08:00-12:00 11:00-18:00", "互相重叠"),
        ("daily 20:00-08:00 07:00-09:00", "互相重叠"),
    ],
)
def test_what_cannot_be_read_is_refused_with_what_was_expected(text, message):
    with pytest.raises(ValueError, match=message):
        ServiceWindow.parse(text)
