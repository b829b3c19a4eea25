from datetime import date

import pytest

from kangwei.core.calendars import CalendarDay, CalendarError, HolidayPeriod, StatutoryCalendar


def holiday(text, name="国庆节", *, estimated=False):
    return CalendarDay(date.fromisoformat(text), "holiday", name, "测试", estimated)


def makeup(text, name="国庆节"):
    return CalendarDay(date.fromisoformat(text), "makeup", name, "测试", False)


def test_weekdays_are_worked_and_weekends_are_not(calendar):
    assert calendar.is_working_day(date(2026, 3, 9))
    assert not calendar.is_working_day(date(2026, 3, 8))


def test_a_holiday_is_off_and_a_make_up_weekend_is_worked(calendar):
    assert not calendar.is_working_day(date(2026, 2, 16))
    assert calendar.is_working_day(date(2026, 2, 14))
    assert calendar.is_holiday(date(2026, 2, 15))
    assert not calendar.is_holiday(date(2026, 2, 14))


def test_ordinary_days_have_no_entry(calendar):
    assert calendar.entry(date(2026, 3, 9)) is None


def test_only_a_range_within_official_years_is_certain(calendar):
    assert not calendar.is_estimated(date(2026, 12, 31))
    assert calendar.is_estimated(date(2026, 12, 31), date(2027, 1, 1))
    assert calendar.is_estimated(date(2030, 6, 1))


def test_a_year_without_calendar_has_plain_weeks(calendar):
    assert calendar.is_working_day(date(2030, 10, 1))
    assert not calendar.is_working_day(date(2030, 10, 5))


def test_adding_working_days_skips_the_break_and_counts_the_make_up_day(calendar):
    friday_before_spring_festival = date(2026, 2, 13)

    assert calendar.add_working_days(friday_before_spring_festival, 0) == friday_before_spring_festival
    assert calendar.add_working_days(friday_before_spring_festival, 1) == date(2026, 2, 14)
    assert calendar.add_working_days(friday_before_spring_festival, 2) == date(2026, 2, 24)


def test_working_days_cannot_be_taken_back(calendar):
    with pytest.raises(ValueError, match="工作日数不能为负"):
        calendar.add_working_days(date(2026, 2, 13), -1)


def test_a_break_that_reaches_beyond_the_range_is_given_in_full(calendar):
    assert calendar.holidays(date(2026, 10, 3), date(2026, 10, 3)) == [
        HolidayPeriod("国庆节", date(2026, 10, 1), date(2026, 10, 7), False)
    ]


def test_a_break_over_new_year_is_one_even_when_half_of_it_is_estimated():
    days = [holiday("2026-12-31", "元旦"), holiday("2027-01-01", "元旦", estimated=True)]
    calendar = StatutoryCalendar.from_days(days, {2026: "official", 2027: "estimated"})

    assert calendar.holidays(date(2026, 1, 1), date(2027, 12, 31)) == [
        HolidayPeriod("元旦", date(2026, 12, 31), date(2027, 1, 1), True)
    ]


def test_neighbouring_breaks_with_different_names_stay_apart():
    days = [holiday("2026-09-30", "中秋节"), holiday("2026-10-01")]
    calendar = StatutoryCalendar.from_days(days, {2026: "official"})

    assert [period.name for period in calendar.holidays(date(2026, 1, 1), date(2026, 12, 31))] == [
        "中秋节",
        "国庆节",
    ]


def test_the_version_follows_the_content():
    days = [holiday("2026-10-01"), holiday("2026-10-02")]
    version = StatutoryCalendar.from_days(days, {2026: "official"}).version

    assert StatutoryCalendar.from_days(reversed(days), {2026: "official"}).version == version
    assert StatutoryCalendar.from_days(days, {2026: "estimated"}).version != version
    assert StatutoryCalendar.from_days(days[:1], {2026: "official"}).version != version


@pytest.mark.parametrize(
    ("days", "message"),
    [
        ([holiday("2026-10-01"), makeup("2026-10-01")], "2026-10-01 重复"),
        ([holiday("2025-10-01")], "2025-10-01 所在年份没有日历"),
        ([makeup("2026-10-09")], "2026-10-09 不是周六或周日"),
    ],
)
def test_days_that_contradict_are_refused(days, message):
    with pytest.raises(CalendarError, match=message):
        StatutoryCalendar.from_days(days, {2026: "official"})
